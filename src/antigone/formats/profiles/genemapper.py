"""Genotype tables of other programs (GeneMapper, GeneMarker, EuroForMix, R): one marker of one sample a row.

Column names may be in any known language; see ``vocabulary``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from antigone.formats.labels.alleles import Cell, is_untyped
from antigone.formats.labels.markers import marker_kind, normalise_marker
from antigone.formats.labels.vocabulary import is_remark, word_key
from antigone.formats.profiles.gathering import gather_profiles
from antigone.formats.profiles.profiles import PROFILE_COLUMNS, ProfileRows, profile_rows
from antigone.formats.profiles.replicates import refuse_replicates
from antigone.formats.profiles.wide import is_wide, wide_rows
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.sources import read_bytes
from antigone.formats.reading.tables import Columns, Grid, Table, cell_text, column_key, read_csv, to_table
from antigone.model.assumptions.reading import ONE_ALLELE_OF_EXPORTS, ReadingRules
from antigone.model.profile import Profile
from antigone.model.statements import readers

GENEMAPPER_COLUMNS = Columns(
    needed=("sample", "marker", "allele1", "allele2"),
    optional=(
        *(f"allele{number}" for number in range(3, 11)),
        *(f"height{number}" for number in range(1, 11)),
        *("sample file", "replicate"),
    ),
    filled=("sample", "marker"),
    others_allowed=True,
)
_OURS = frozenset(map(word_key, (*PROFILE_COLUMNS.needed, *PROFILE_COLUMNS.optional)))
_THEIRS = ("height", "size", "panel", "dye", "area", "samplefile", "runname", "ud1", "ole", "mutation", "datapoint")
"""How names of columns begin that only other programs write."""


def read_genemapper(path: Path | str) -> dict[str, Profile]:
    """Read a genotypes table into profiles by sample; an empty second allele is a homozygote in this format.

    Raises
    ------
    InputError
        With every problem: a marker typed twice otherwise, a missing column, an allele far beyond every ladder.
    """
    findings = Findings()
    grid = read_csv(Path(path).name, read_bytes(Path(path)))
    typed = gather_profiles(genotype_rows(grid, findings, ReadingRules()), None, findings)
    refuse_replicates(typed.replicates, typed, findings)
    findings.stop_on_problems()
    return {sample: typed.reference(sample) for sample in typed.genotypes}


def genotype_rows(grid: Grid, findings: Findings, rules: ReadingRules) -> ProfileRows:
    """The rows of a table of genotypes, in whichever of the three forms its column names say."""
    header = grid.header[1] if grid.header else ()
    of_exports = rules.one_allele or ONE_ALLELE_OF_EXPORTS
    if is_wide(header):
        return wide_rows(grid, findings, of_exports)
    if is_ours(header):
        return profile_rows(to_table(grid, PROFILE_COLUMNS, findings), rules.one_allele)
    return _export_rows(grid, findings, of_exports)


def is_ours(header: Sequence[Cell]) -> bool:
    """Whether the column names are our own, so that an empty second allele is asked about."""
    keys = {word_key(cell_text(cell).replace("#", "number")) for cell in header if not is_remark(cell_text(cell))}
    others = [key for key in keys - _OURS if key.startswith(_THEIRS)]
    known = {"sample", "marker"} <= {column_key(cell) for cell in header}
    return not others and (({"sample", "marker"} <= keys and keys & {"allele1", "allele2"} != set()) or not known)


def _export_rows(grid: Grid, findings: Findings, one_allele: str) -> ProfileRows:
    """The rows of another program's table; rows without any allele are markers that were not typed.

    Each sample file is a replicate of its sample. Heights at autosomal markers are added up for each sample: a
    marker with one peak stands for two copies of its allele.
    """
    rows = ProfileRows(to_table(grid, GENEMAPPER_COLUMNS, findings), (), one_allele=one_allele)  # type: ignore[arg-type]
    return replace(rows, rows=_typed_rows(rows))


def _typed_rows(rows: ProfileRows) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    table = rows.table
    names = [name for name in table.columns if name.startswith("allele")]
    peaks = [name for name in table.columns if name.startswith("height")]
    columns = ("sample", "marker", "sample file", "replicate", *names, *peaks)
    for line, (sample, marker, source, replicate, *cells) in table.rows(*columns):
        alleles = [cell for cell in cells[: len(names)] if not is_untyped(cell)]
        if not alleles:
            rows.untyped[cell_text(sample)] = rows.untyped.get(cell_text(sample), 0) + 1
            continue
        if marker_kind(normalise_marker(cell_text(marker))) == "autosomal":
            _add_heights(table, line, rows.heights, cell_text(sample), cells[len(names) :])
        row = (sample, marker, *(alleles if len(alleles) > 1 else (*alleles, "")))
        label = cell_text(replicate) or cell_text(source)
        if label:
            rows.apart.append((line, label, row))
        else:
            yield line, row
    untyped = sum(rows.untyped.values())
    if untyped:
        table.findings.notice(readers.ROWS_WITHOUT_ALLELE(number=untyped, file=table.name))


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
            table.problem(line, "height1", found, "a peak height in RFU", remedy)
    if peaks:
        total, copies = heights.get(sample, (0.0, 0))
        heights[sample] = total + sum(peaks), copies + max(len(peaks), 2)
