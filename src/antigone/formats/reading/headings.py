"""Which row of a table holds its column names, and which character separates its cells."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence

from antigone.formats.labels.markers import is_marker_name
from antigone.formats.labels.typing_words import typing_column
from antigone.formats.labels.vocabulary import is_column, is_remark

HEAD = 30
"""Rows among which the column names are looked for."""
_SEPARATORS = ",;\t|"
_STATED = re.compile(r"\ufeff?\"?sep=([,;\t|])\"?\s*", re.IGNORECASE)


def heading_row(rows: Sequence[Sequence[str]]) -> int:
    """The place of the column names among the first rows; 0 where no row looks like them.

    They are the first row with two cells that name a column or a marker (or with no other cell), when each row above
    is filled less.

    >>> heading_row([["Project: demo"], ["sample", "marker"], ["R1", "TH01"]])
    1
    """
    filled = [sum(map(bool, cells)) for cells in rows]
    for place, cells in enumerate(rows):
        known = _known(cells)
        if known >= 2 or known == filled[place] > 0:
            return place if all(above < filled[place] for above in filled[:place]) else 0
    return 0


def separator_of(lines: Sequence[str]) -> str:
    """The separator that shows most column names; where none shows any, the one that stands equally often
    in most lines.

    >>> separator_of(["Export of 1 March, 2026", "sample;marker;allele1"])
    ';'
    """
    shown = {separator: _names_shown(lines, separator) for separator in _SEPARATORS}
    if max(shown.values()) >= 2:
        return max(_SEPARATORS, key=lambda separator: shown[separator])
    parts = [re.sub(r'"[^"]*"', "", part) for line in lines for part in line.splitlines() if part.strip()]
    return max(_SEPARATORS, key=lambda separator: _steadiness(parts, separator))


def _steadiness(lines: Sequence[str], separator: str) -> tuple[int, int]:
    """In how many lines a character stands equally often, and how often."""
    counts = Counter(number for line in lines if (number := line.count(separator)))
    number, times = max(counts.items(), key=lambda one: (one[1], one[0]), default=(0, 0))
    return times, number


def stated_separator(line: str) -> str:
    """The separator that a line such as ``sep=;`` states, as Excel writes it; nothing in any other line."""
    match = _STATED.fullmatch(line)
    return match[1] if match else ""


def _names_shown(lines: Sequence[str], separator: str) -> int:
    try:
        rows = [list(map(str.strip, cells)) for cells in csv.reader(lines, delimiter=separator)]
    except csv.Error:
        return 0
    rows = [cells for cells in rows if any(cells)]
    return _known(rows[heading_row(rows)]) if rows else 0


def _known(cells: Sequence[str]) -> int:
    return sum(_is_heading(cell) for cell in cells)


def _is_heading(cell: str) -> bool:
    return is_column(cell) or is_remark(cell) or is_marker_name(cell) or typing_column(cell) != ""
