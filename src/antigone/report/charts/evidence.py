"""The charts of log10 LRs, as our own SVG: bars by marker, a dot for each person, a dot for each assumption."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from antigone.model.results.search import SensitivityPoint
from antigone.plain_words import log10_text
from antigone.report.charts.rows import Row, draw_rows, room_beside, span_of, text_beside
from antigone.report.charts.shapes import INK, line, rect, shape

FOR = "#2b5c7d"
AGAINST = "#b45309"
BAR_STEP, BAR = 19, 13.3
DOT_STEP, DOT = 20, 4.5
BAR_GAP, DOT_GAP = 4, 8
MOST_DOTS = 40
EXCLUDED = "excluded (LR 0)"


def marker_chart(log10_lr: Mapping[str, float], markers: Sequence[str], *, title: str) -> str:
    """Draw the log10 LR of every marker as bars: to the right supports H1, to the left supports H2.

    Parameters
    ----------
    log10_lr
        By marker. Minus infinity is written as "excluded (LR 0)" in the place of a bar.
    markers
        The order from top to bottom; markers without a value are not drawn.
    title
        The accessible name of the chart.

    Returns
    -------
    str
        One SVG element without script, ids or addresses; the same bytes for the same input.
    """
    rows = [_row(marker, log10_lr[marker]) for marker in markers if marker in log10_lr]
    sides = [row.value < 0 or row.text == EXCLUDED for row in rows]
    span = span_of([0.0, *(row.value for row in rows)], room_beside(rows, sides, BAR_GAP))
    marks = []
    for number, (row, to_left) in enumerate(zip(rows, sides, strict=True)):
        middle = (number + 0.5) * BAR_STEP
        start, end = sorted((span.x(0.0), span.x(row.value)))
        marks.append(rect(start, middle - BAR / 2, end - start, BAR, AGAINST if row.value < 0 else FOR))
        marks.append(text_beside(row, span, middle, BAR_GAP, to_left=to_left, bold=row.text == EXCLUDED))
    zero = line(span.x(0.0), 0, span.x(0.0), len(rows) * BAR_STEP, INK)
    return draw_rows(rows, [*marks, zero], span, step=BAR_STEP, axis="log10 LR", title=title)


def overview_chart(best: Mapping[str, float], threshold: float, *, title: str) -> str:
    """Draw the best log10 LR of every unidentified person as a dot, with the threshold as a line.

    ``best`` is by code, ``threshold`` is a log10 LR. The highest 40 are drawn, from high to low. A dot is
    filled at or above the threshold and hollow below; minus infinity is written out.
    """
    highest = sorted(best, key=lambda code: (-best[code], code))[:MOST_DOTS]
    rows = [_row(code, best[code]) for code in highest]
    below = [best[code] < threshold for code in highest]
    span = span_of([0.0, threshold, *(row.value for row in rows)], room_beside(rows, below, DOT_GAP))
    limit = line(span.x(threshold), 0, span.x(threshold), len(rows) * DOT_STEP, AGAINST, dashed=True)
    marks = [limit]
    for number, (row, to_left) in enumerate(zip(rows, below, strict=True)):
        middle = (number + 0.5) * DOT_STEP
        marks.append(_dot(row, span.x(row.value), middle, hollow=to_left))
        marks.append(text_beside(row, span, middle, DOT_GAP, to_left=to_left, bold=not to_left))
    return draw_rows(rows, marks, span, step=DOT_STEP, axis="best log10 LR", title=title)


def sensitivity_chart(points: Sequence[SensitivityPoint], *, title: str) -> str:
    """Draw the total log10 LR with one assumption changed at a time, a row for every value of it.

    Minus infinity is written out. The axis spans what the values span: how far the dots lie apart is what counts.
    """
    finite = [point.log10_lr for point in points if point.log10_lr > -math.inf] or [0.0]
    rows = [_row(f"{point.assumption} {point.value}", point.log10_lr, absent=min(finite)) for point in points]
    span = span_of(finite, room_beside(rows, [False] * len(rows), DOT_GAP))
    marks = []
    for number, row in enumerate(rows):
        middle = (number + 0.5) * DOT_STEP
        marks.append(_dot(row, span.x(row.value), middle, hollow=False))
        marks.append(text_beside(row, span, middle, DOT_GAP, to_left=False))
    return draw_rows(rows, marks, span, step=DOT_STEP, axis="total log10 LR", title=title)


def _row(name: str, value: float, *, absent: float = 0.0) -> Row:
    """A row; an excluded one stands at ``absent``, where its words begin."""
    if value == -math.inf:
        return Row(name, absent, EXCLUDED)
    return Row(name, value, log10_text(value))


def _dot(row: Row, x: float, y: float, *, hollow: bool) -> str:
    if row.text == EXCLUDED:
        return ""
    fill = "#ffffff" if hollow else FOR
    return shape("circle", cx=x, cy=y, r=DOT, stroke=FOR, stroke_width=1.5, fill=fill)
