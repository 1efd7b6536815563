"""One door for every table of genotypes: of sequencers, of other programs, and our own."""

from __future__ import annotations

from itertools import islice

from antigone.formats.labels.markers import is_marker_name
from antigone.formats.labels.typing_words import NOT_READ, typing_column
from antigone.formats.profiles import genemapper
from antigone.formats.profiles.exports import Codes
from antigone.formats.profiles.filenames import SampleNames
from antigone.formats.profiles.layout import layout_of
from antigone.formats.profiles.profiles import ProfileRows
from antigone.formats.profiles.wide import marker_of
from antigone.formats.reading.findings import Findings, counted
from antigone.formats.reading.tables import Grid, cell_text
from antigone.formats.sequencers.razor import is_razor, razor_rows
from antigone.formats.sequencers.uas import is_uas, uas_rows
from antigone.model.assumptions.reading import ONE_ALLELE_OF_EXPORTS, ReadingRules

_FIRST_ROWS = 5
"""Rows that show what a table looks like."""


def holds_genotypes(grid: Grid) -> bool:
    """Whether a table of any name is one of genotypes."""
    return is_uas(grid) or is_razor(grid) or genemapper.holds_genotypes(grid)


def genotype_rows(grid: Grid, findings: Findings, rules: ReadingRules, codes: Codes = tuple) -> ProfileRows:
    """The rows of a table of genotypes, in whichever of the forms it has."""
    of_exports = rules.one_allele or ONE_ALLELE_OF_EXPORTS
    if is_uas(grid):
        return uas_rows(grid, findings, of_exports)
    if is_razor(grid):
        return razor_rows(grid, findings, of_exports, SampleNames(codes))
    return genemapper.genotype_rows(grid, findings, rules, codes)


def columns_taken(grid: Grid) -> list[tuple[str, str]]:
    """Each heading of a genotype table, and what its column is taken for."""
    header = [cell_text(cell) for cell in grid.header[1]] if grid.header else []
    layout = layout_of(header)
    meanings = layout.meanings if layout else ("",) * len(header)
    wide = layout is not None and layout.form == "wide"
    words = {"samplefile": "sample file", "sampletype": "sample type"}
    taken = []
    for text, meaning in zip(header, meanings, strict=True):
        marker = marker_of(text) if wide else ""
        taken.append((text, (marker and text) or words.get(meaning, meaning) or NOT_READ))
    return taken


def looks_like(grid: Grid) -> tuple[str, str]:
    """What a table looks like, and what is needed; two empty texts where nothing can be told."""
    known = [grid.header] if grid.header else []
    rows = [[*map(cell_text, cells)] for _, cells in (*grid.titles, *known, *islice(grid.rows, _FIRST_ROWS))]
    header = max(rows, key=lambda texts: sum(map(bool, texts)), default=[])
    markers = {marker for text in header if (marker := marker_of(text))}
    meanings = {typing_column(text).rstrip("0123456789") for text in header} - {""}
    if markers:
        what = f"a wide table, {counted(len(markers), 'marker name')} in the heading"
        return what, "a column of the samples, called 'sample'"
    held = [place for texts in rows for place, text in enumerate(texts) if is_marker_name(text)]
    if "marker" in meanings or held:
        lacking = [name for name in ("sample", "marker", "allele") if name not in meanings]
        what = f"a long table, markers in column {held[0] + 1}" if held else "a long table, a column of markers"
        return what, "columns called " + ", ".join(f"'{name}'" for name in lacking or ["sample", "marker", "allele1"])
    return ("", "") if not header else (f"a table of {counted(len(header), 'column')} without a marker", "")
