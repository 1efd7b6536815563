"""Mitochondrial differences in a table of GENis: a range from and to, and a column for each difference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from antigone.formats.labels.typing_words import typing_column
from antigone.formats.labels.vocabulary import word_key
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.refusals import REFUSED_CATEGORY, refused_kind
from antigone.formats.reading.tables import Grid, cell_text

MT_HEADER = ("sample", "range", "differences")
_FROM, _TO = ("rangefrom", "desde", "rangodesde", "from"), ("rangeto", "hasta", "rangohasta", "to")
_DIFFERENCES = ("mut", "difference", "diferencia", "polymorphism", "variant", "diff")


def holds_mito(grid: Grid) -> bool:
    """Whether the column names are a range from and to, and numbered differences."""
    keys = [word_key(cell_text(cell)) for cell in grid.header[1]] if grid.header else []
    return any(key in _FROM for key in keys) and any(key in _TO for key in keys)


def mito_grid(grid: Grid, findings: Findings) -> Grid:
    """The same differences as our own table."""
    return replace(grid, header=(1, MT_HEADER), rows=_rows(grid, findings), titles=[])


def _rows(grid: Grid, findings: Findings) -> Iterator[tuple[int, tuple[str, str, str]]]:
    texts = [cell_text(cell) for cell in grid.header[1]] if grid.header else []
    keys = list(map(word_key, texts))
    start = next(place for place, key in enumerate(keys) if key in _FROM)
    end = next(place for place, key in enumerate(keys) if key in _TO)
    sample = next((place for place, text in enumerate(texts) if typing_column(text) == "sample"), 0)
    category = next((place for place, text in enumerate(texts) if typing_column(text) == "category"), len(texts))
    shown = [place for place, key in enumerate(keys) if key.startswith(_DIFFERENCES)] or [end + 1]
    for line, cells in grid.rows:
        row = [*map(cell_text, cells), *[""] * len(texts)]
        if refused_kind(row[category]):
            findings.problem((grid.name, line), texts[category], *REFUSED_CATEGORY)
        elif any(row):
            places = (*shown, *range(len(texts), len(cells)))
            differences = " ".join(part for place in places for part in row[place].split())
            yield line, (row[sample], f"{row[start]}-{row[end]}" if row[start] else "", differences)
