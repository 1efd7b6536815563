"""The genotypes table of GeneMapper ID-X: one marker of one sample a row, separated by tabs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from antigone.formats.findings import Findings
from antigone.formats.profiles import ProfileRow, gather_profiles
from antigone.formats.sources import read_bytes
from antigone.formats.tables import Columns, Grid, cell_text, column_key, read_csv, to_table
from antigone.model.profile import Profile

GENEMAPPER_COLUMNS = Columns(
    needed=("Sample Name", "Marker", "Allele 1", "Allele 2"),
    optional=tuple(f"Allele {number}" for number in range(3, 11)),
    filled=("Sample Name", "Marker"),
    others_allowed=True,
)


def read_genemapper(path: Path | str) -> dict[str, Profile]:
    """Read a genotypes table into profiles by sample; an empty second allele is a homozygote in this format.

    Raises
    ------
    InputError
        With every problem: an off-ladder peak, three alleles, a marker twice, a missing column.
    """
    findings = Findings()
    grid = read_csv(Path(path).name, read_bytes(Path(path)))
    typed = gather_profiles(genemapper_rows(grid, findings), None, findings)
    findings.stop_on_problems()
    return {sample: Profile(sample, genotypes) for sample, genotypes in typed.genotypes.items()}


def is_genemapper(grid: Grid) -> bool:
    """Whether the column names are those of a GeneMapper genotypes table."""
    header = next((cells for _, cells in grid.rows if any(cell_text(cell) for cell in cells)), ())
    return {"samplename", "marker"} <= {column_key(cell) for cell in header}


def genemapper_rows(grid: Grid, findings: Findings) -> Iterator[ProfileRow]:
    """The rows of the table; rows without any allele are markers that were not typed."""
    untyped = 0
    table = to_table(grid, GENEMAPPER_COLUMNS, findings)
    for row in table.rows:
        cells = [row.cells[name] for name in row.cells if name.startswith("Allele") and row.text(name)]
        if not cells:
            untyped += 1
            continue
        alleles = tuple(cells) if len(cells) > 1 else (cells[0], cells[0])
        yield ProfileRow(row.where, row.text("Sample Name"), row.text("Marker"), alleles, table.decimal_comma)
    if untyped:
        findings.notice(f"{untyped} rows of {grid.name} have no allele and are read as not typed")
