"""The genotypes table of GeneMapper ID-X: one marker of one sample a row, separated by tabs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from antigone.formats.alleles import Cell
from antigone.formats.findings import Findings
from antigone.formats.markers import marker_kind, normalise_marker
from antigone.formats.profiles import Apart, ProfileRows, gather_profiles
from antigone.formats.replicates import refuse_replicates
from antigone.formats.sources import read_bytes
from antigone.formats.tables import Columns, Grid, Table, cell_text, column_key, read_csv, to_table
from antigone.model.profile import Profile

_SOURCE = "Sample File"
GENEMAPPER_COLUMNS = Columns(
    needed=("Sample Name", "Marker", "Allele 1", "Allele 2"),
    optional=(
        *(f"Allele {number}" for number in range(3, 11)),
        *(f"Height {number}" for number in range(1, 11)),
        _SOURCE,
    ),
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
    refuse_replicates(typed.replicates, typed, findings)
    findings.stop_on_problems()
    return {sample: typed.profile(sample) for sample in typed.genotypes}


def is_genemapper(grid: Grid) -> bool:
    """Whether the column names are those of a GeneMapper genotypes table."""
    header = grid.header[1] if grid.header else ()
    return {"samplename", "marker"} <= {column_key(cell) for cell in header}


def genemapper_rows(grid: Grid, findings: Findings) -> ProfileRows:
    """The rows of the table; rows without any allele are markers that were not typed.

    Each sample file is a replicate of its sample. Heights at autosomal markers are added up for each sample: a
    marker with one peak stands for two copies of its allele.
    """
    table = to_table(grid, GENEMAPPER_COLUMNS, findings)
    apart: list[Apart] = []
    heights: dict[str, tuple[float, int]] = {}
    return ProfileRows(table, _typed_rows(table, apart, heights), apart, heights)


def _typed_rows(
    table: Table, apart: list[Apart], heights: dict[str, tuple[float, int]]
) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    untyped = 0
    names = [name for name in table.columns if name.startswith("Allele")]
    peaks = [name for name in table.columns if name.startswith("Height")]
    for line, (sample, marker, source, *cells) in table.rows("Sample Name", "Marker", _SOURCE, *names, *peaks):
        alleles = [cell for cell in cells[: len(names)] if cell_text(cell)]
        if not alleles:
            untyped += 1
            continue
        if marker_kind(normalise_marker(cell_text(marker))) == "autosomal":
            _add_heights(table, line, heights, cell_text(sample), cells[len(names) :])
        row = (sample, marker, *(alleles if len(alleles) > 1 else alleles * 2))
        if cell_text(source):
            apart.append((line, cell_text(source), row))
        else:
            yield line, row
    if untyped:
        table.findings.notice(f"{untyped} rows of {table.name} have no allele and are read as not typed")


def _add_heights(
    table: Table, line: int, heights: dict[str, tuple[float, int]], sample: str, cells: Sequence[Cell]
) -> None:
    peaks = []
    for cell in cells:
        text = cell_text(cell)
        try:
            peaks += [float(text)] if text else []
        except ValueError:
            found, remedy = f"'{text[:20]}'", "correct the height, or empty the cell"
            table.problem(line, "Height 1", found, "a peak height in RFU", remedy)
    if peaks:
        total, copies = heights.get(sample, (0.0, 0))
        heights[sample] = total + sum(peaks), copies + max(len(peaks), 2)
