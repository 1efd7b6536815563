"""The genotypes table of GeneMapper ID-X: one marker of one sample a row, separated by tabs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from antigone.formats.alleles import Cell
from antigone.formats.findings import Findings
from antigone.formats.profiles import ProfileRows, gather_profiles
from antigone.formats.sources import read_bytes
from antigone.formats.tables import Columns, Grid, Table, cell_text, column_key, read_csv, to_table
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
    return {sample: typed.profile(sample) for sample in typed.genotypes}


def is_genemapper(grid: Grid) -> bool:
    """Whether the column names are those of a GeneMapper genotypes table."""
    header = grid.header[1] if grid.header else ()
    return {"samplename", "marker"} <= {column_key(cell) for cell in header}


def genemapper_rows(grid: Grid, findings: Findings) -> ProfileRows:
    """The rows of the table; rows without any allele are markers that were not typed."""
    table = to_table(grid, GENEMAPPER_COLUMNS, findings)
    return ProfileRows(table, _typed_rows(table))


def _typed_rows(table: Table) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    untyped = 0
    names = [name for name in table.columns if name.startswith("Allele")]
    for line, (sample, marker, *cells) in table.rows("Sample Name", "Marker", *names):
        alleles = [cell for cell in cells if cell_text(cell)]
        if not alleles:
            untyped += 1
        else:
            yield line, (sample, marker, *(alleles if len(alleles) > 1 else alleles * 2))
    if untyped:
        table.findings.notice(f"{untyped} rows of {table.name} have no allele and are read as not typed")
