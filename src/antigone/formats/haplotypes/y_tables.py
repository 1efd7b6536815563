"""Tables of Y-STR haplotypes in the shapes of genotype tables: wide (YHRD), long exports, sheets of sequencers."""

from __future__ import annotations

import re
from dataclasses import replace

from antigone.formats.labels.alleles import UNKNOWN
from antigone.formats.labels.markers import marker_kind, normalise_marker
from antigone.formats.labels.typing_words import typing_column
from antigone.formats.profiles.exports import Codes
from antigone.formats.profiles.wide import is_wide, marker_of
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.tables import Grid, cell_text, column_key
from antigone.formats.sequencers.tables import genotype_rows, holds_genotypes
from antigone.formats.sequencers.uas import is_uas
from antigone.model.assumptions.reading import ReadingRules

Y_HEADER = ("sample", "marker", "alleles")
_COPIES = re.compile(r"(DYS385|DYF387S1|DYS459|DYS526|YCAII)[\s_.(-]*(A/?-?B|[AB12])[)]?", re.IGNORECASE)


def is_our_y(grid: Grid) -> bool:
    """Whether the column names are those of our own table."""
    return grid.header is not None and {column_key(cell) for cell in grid.header[1]} == set(Y_HEADER)


def holds_y(grid: Grid) -> bool:
    """Whether a table of genotypes is one of Y markers alone, as far as its headings or its first row show."""
    if grid.header is None or not holds_genotypes(grid):
        return False
    texts = [cell_text(cell) for cell in grid.header[1]]
    if is_uas(grid):
        titles = [cell_text(cells[0]) for _, cells in grid.titles if cells]
        return any(re.search(r"\bY.?STR", text, re.IGNORECASE) for text in (*titles, grid.name))
    if is_wide(grid.header[1]):
        kinds = {marker_kind(marker) for text in texts if (marker := marker_of(text))}
        return kinds <= {"Y", "amelogenin"} and "Y" in kinds
    place = next((place for place, text in enumerate(texts) if typing_column(text) == "marker"), None)
    first = grid.first_row()
    return place is not None and place < len(first) and marker_kind(cell_text(first[place])) == "Y"


def y_grid(grid: Grid, findings: Findings, codes: Codes) -> Grid:
    """The same haplotypes as our own table: one locus of one sample a row, all copies in one cell."""
    found: dict[tuple[str, str], tuple[int, list[str]]] = {}
    for line, (sample, marker, *cells) in genotype_rows(grid, findings, ReadingRules(), codes).rows:
        written = cell_text(marker)
        copy = _COPIES.fullmatch(written) or _COPIES.fullmatch(normalise_marker(written))
        locus = copy[1].upper() if copy else written
        alleles = [text.replace(",", ".") for text in map(cell_text, cells) if text and text != UNKNOWN]
        if len(alleles) == 2 and alleles[0] == alleles[1] and not copy and normalise_marker(written) not in _TWO_COPIES:
            alleles = alleles[:1]
        found.setdefault((cell_text(sample), locus), (line, []))[1].extend(alleles)
    rows = [
        (line, (sample, marker, "/".join(alleles))) for (sample, marker), (line, alleles) in found.items() if alleles
    ]
    return replace(grid, header=(1, Y_HEADER), rows=iter(rows), titles=[])


_TWO_COPIES = frozenset({"DYS385", "DYF387S1", "DYS459", "DYS526", "YCAII"})
