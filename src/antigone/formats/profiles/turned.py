"""Tables of genotypes with the markers below each other and the samples beside each other, made wide ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from antigone.formats.labels.alleles import Cell
from antigone.formats.labels.markers import is_marker_name
from antigone.formats.labels.typing_words import typing_column
from antigone.formats.profiles.wide import marker_of
from antigone.formats.reading.tables import Cells, Grid, cell_text

_SHARE = re.compile(r"0?[.,][0-9]+|[0-9.]+ ?%")
_LABEL = re.compile(r"[0-9]{1,3}([.,][0-9])?")


def is_turned(grid: Grid) -> bool:
    """Whether the first column holds markers and the headings samples; not so in a table of frequencies."""
    header = [cell_text(cell) for cell in grid.header[1]] if grid.header else []
    first = [cell_text(cell) for cell in grid.first_row()]
    others = [text for text in header[1:] if text]
    shown = [text for text in first[1:] if text]
    if len(others) < 2 or not shown or not is_marker_name(first[0]):
        return False
    if header[0] and typing_column(header[0]) != "marker":
        return False
    if any(typing_column(text) or marker_of(text) for text in others):
        return False
    return not any(map(_SHARE.fullmatch, shown)) and not all(map(_LABEL.fullmatch, others))


def turned(grid: Grid) -> Grid:
    """The same table with one sample a row; an empty heading belongs to the sample before it."""
    line, header = grid.header if grid.header else (1, ())
    rows = [cells for _, cells in grid.rows if any(map(cell_text, cells))]
    places: dict[str, list[int]] = {}
    sample = ""
    for place, cell in enumerate(header[1:], 1):
        sample = cell_text(cell) or sample
        places.setdefault(sample, []).append(place)
    most = max(map(len, places.values()), default=1)
    numbers = [f" {number}" for number in range(1, most + 1)] if most > 1 else [""]
    names = ["Sample", *(f"{cell_text(cells[0])}{number}" for cells in rows for number in numbers)]
    lines = [(line, [sample, *_beside(rows, at, most)]) for sample, at in places.items()]
    return replace(grid, header=(line, names), rows=iter(lines))


def _beside(rows: Sequence[Cells], places: list[int], most: int) -> list[Cell]:
    """The cells of one sample, ``most`` for each marker."""
    found: list[Cell] = []
    for cells in rows:
        own = [cells[place] for place in places if place < len(cells)]
        found += [*own, *[""] * (most - len(own))]
    return found
