"""The frame of a chart of rows: a name before each, a value as a mark with its number, and an axis below."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from antigone.model.text import clean_text
from antigone.report.charts.shapes import GREY, line, text

CHART_WIDTH = 380
FONT_SIZE = 12
LETTER, CAPITAL, WIDE, BOLD = 0.66, 0.79, 1.02, 1.16
"""Widths in parts of the font size, in the widest sans-serif fonts of browsers."""
LONGEST_NAME, NAME_GAP = 188, 8
MARGIN, EDGE = 6.0, 24
AXIS_HEIGHT = 36
GRID = "#e3e7eb"
MOST_TICKS = 6

Room = tuple[float, float]
"""Where on the axis a text begins, and how many pixels it needs from there."""


@dataclass(frozen=True)
class Row:
    """One line of a chart: its name, where its mark stands, and what is written beside it."""

    name: str
    value: float
    text: str


@dataclass(frozen=True)
class Span:
    """What the x axis holds, from ``low`` to ``high``."""

    low: float
    high: float

    def x(self, value: float) -> float:
        """The pixels of a value from the left edge of the rows."""
        return (value - self.low) / (self.high - self.low) * CHART_WIDTH


def text_room(words: str) -> float:
    """The pixels that a text of a chart may need in a browser, whatever its sans-serif font.

    Examples
    --------
    >>> round(text_room("D22S1045"), 1)
    66.5
    """
    return FONT_SIZE * sum(map(_width, words))


def _width(letter: str) -> float:
    if letter in "MWmw@%…−" or unicodedata.east_asian_width(letter) in "WF":
        return WIDE
    return CAPITAL if letter.isupper() else LETTER


def room_beside(rows: Sequence[Row], to_left: Sequence[bool], gap: float) -> tuple[list[Room], list[Room]]:
    """The rooms of the texts that stand left of their values, and of those that stand right."""
    rooms = [(row.value, gap + BOLD * text_room(row.text)) for row in rows]
    left = [room for room, side in zip(rooms, to_left, strict=True) if side]
    return left, [room for room, side in zip(rooms, to_left, strict=True) if not side]


def span_of(values: Sequence[float], rooms: tuple[Sequence[Room], Sequence[Room]]) -> Span:
    """The x axis: it holds every value, and room for the texts that stand left and right of some of them.

    The values are drawn as large as all texts allow: for each two texts, what they need is taken from the width of
    the chart.
    """
    left, right = [*rooms[0], (min(values), MARGIN)], [*rooms[1], (max(values), MARGIN)]
    widest = max(room for _, room in left) + max(room for _, room in right)
    between = [(CHART_WIDTH - x - y) / (b - a) for a, x in left for b, y in right if b > a]
    pixels_of_one = min([CHART_WIDTH - widest, *between])  # so the axis spans at least one
    return Span(min(a - x / pixels_of_one for a, x in left), max(b + y / pixels_of_one for b, y in right))


def text_beside(row: Row, span: Span, middle: float, gap: float, *, to_left: bool, bold: bool = False) -> str:
    """What is written left or right of a row's value."""
    x, anchor = (span.x(row.value) - gap, "end") if to_left else (span.x(row.value) + gap, "start")
    return text(x, middle + 4, row.text, anchor=anchor, bold=bold)


def draw_rows(rows: Sequence[Row], marks: Sequence[str], span: Span, *, step: int, axis: str, title: str) -> str:
    """One SVG element with ``marks`` between the names of the rows and the axis, which is called ``axis``.

    Rows are ``step`` pixels high; marks count their pixels from the left upper corner of the rows.
    """
    names = [_shortened(clean_text(row.name)) for row in rows]
    before = NAME_GAP + max(map(text_room, names), default=0.0)
    high = max(len(rows), 1) * step
    width, height = round(before + CHART_WIDTH + EDGE), high + AXIS_HEIGHT
    written = [text(-NAME_GAP, (n + 0.5) * step + 4, name, anchor="end") for n, name in enumerate(names)]
    parts = (
        _group("axis", [*_ticks(span, high), text(CHART_WIDTH / 2, high + 31, axis, anchor="middle", fill=GREY)]),
        _group("names", written),
        _group("marks", marks),
    )
    box = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    head = f'<svg class="chart" {box} role="img"><title>{escape(clean_text(title))}</title>'
    return clean_text(f'{head}<g transform="translate({before:.1f},2)">{"".join(parts)}</g></svg>')


def _group(name: str, parts: Sequence[str]) -> str:
    return f'<g class="{name}">{"".join(parts)}</g>'


def _shortened(name: str) -> str:
    while text_room(name) > LONGEST_NAME:
        name = f"{name.rstrip('…')[:-1]}…"
    return name


def _ticks(span: Span, high: float) -> Iterator[str]:
    """A line and a number at round values of the axis."""
    step = _round_step((span.high - span.low) / MOST_TICKS)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    for number in range(math.ceil(span.low / step), math.floor(span.high / step) + 1):
        x = span.x(number * step)
        yield line(x, 0, x, high, GRID)
        yield text(x, high + 15, f"{number * step:.{decimals}f}".replace("-", "\N{MINUS SIGN}"), anchor="middle")


def _round_step(least: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is not below ``least``."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(times * power for times in (1, 2, 5, 10) if times * power >= least * (1 - 1e-9))
