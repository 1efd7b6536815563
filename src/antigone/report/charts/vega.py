"""The charts of a report as static SVG, drawn by Vega-Lite and cleaned of all that an offline page must not hold."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import altair as alt

from antigone.model.results.search import SensitivityPoint
from antigone.model.text import clean_text
from antigone.plain_words import log10_text
from antigone.report.apart import draw_apart

INK = "#1d2733"
GREY = "#5a6672"
FOR = "#2b5c7d"
COLOUR_AGAINST = "#b45309"
BAR_STEP = 19
DOT_STEP = 20
CHART_WIDTH = 380
MOST_DOTS = 40
EXCLUDED = "excluded (LR 0)"
FONT_SIZE = 12
LETTER, WIDE_LETTER = 0.72, 1.02
"""Widths in parts of the font size, in the widest sans-serif fonts of browsers; the engine measures in a narrow one."""
LABEL_LIMIT, LABEL_PADDING = 150, 8
MOST_WIDER = 1.25
"""How much wider than measured here a label that was shortened to the limit may be."""
MARGIN = 6.0


def load_charts() -> None:
    """Start the engine of the charts, which takes seconds, before somebody waits for the first one."""
    marker_chart({"M": 1.0}, ["M"], title="M")


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
    rows = [_marker_row(marker, log10_lr[marker]) for marker in markers if marker in log10_lr]
    to_left = [row for row in rows if row["value"] < 0 or row["excluded"]]
    to_right = [row for row in rows if row not in to_left]
    low, high = _domain([0.0, *(row["value"] for row in rows)], _rooms(to_left, 4), _rooms(to_right, 4))
    y = alt.Y("marker:N", title=None, scale=alt.Scale(domain=[row["marker"] for row in rows], paddingInner=0.3))
    x = alt.X("value:Q", title="log10 LR", scale=alt.Scale(domain=[low, high], nice=False))
    colour = alt.condition("datum.value < 0", alt.value(COLOUR_AGAINST), alt.value(FOR))
    bars = alt.Chart().mark_bar().encode(x=x, y=y, color=colour)
    texts = [
        _texts("datum.value >= 0", "left", 4, x, y),
        _texts("datum.value < 0", "right", -4, x, y),
        _texts("datum.excluded", "right", -4, x, y, bold=True),
    ]
    zero = alt.Chart().mark_rule(color=INK, strokeWidth=1).encode(x=alt.datum(0))
    return _svg([bars, zero, *texts], rows, BAR_STEP, title)


def overview_chart(best: Mapping[str, float], threshold: float, *, title: str) -> str:
    """Draw the best log10 LR of every unidentified person as a dot, with the threshold as a line.

    ``best`` is by code, ``threshold`` is a log10 LR. The highest 40 are drawn, from high to low. A dot is
    filled at or above the threshold and hollow below; minus infinity is written out.
    """
    highest = sorted(best, key=lambda code: (-best[code], code))[:MOST_DOTS]
    rows = [_marker_row(code, best[code]) | {"listed": best[code] >= threshold} for code in highest]
    to_left = [row for row in rows if not row["listed"]]
    to_right = [row for row in rows if row["listed"]]
    low, high = _domain([0.0, threshold, *(row["value"] for row in rows)], _rooms(to_left, 8), _rooms(to_right, 8))
    y = alt.Y("marker:N", title=None, scale=alt.Scale(domain=[row["marker"] for row in rows]))
    x = alt.X("value:Q", title="best log10 LR", scale=alt.Scale(domain=[low, high], nice=False))
    fill = alt.condition("datum.listed", alt.value(FOR), alt.value("#ffffff"))
    dots = alt.Chart().mark_point(size=70, opacity=1, stroke=FOR, strokeWidth=1.5).encode(x=x, y=y, fill=fill)
    line = (
        alt.Chart().mark_rule(color=COLOUR_AGAINST, strokeDash=[6, 4], strokeWidth=1.5).encode(x=alt.datum(threshold))
    )
    texts = [
        _texts("datum.listed", "left", 8, x, y, bold=True),
        _texts("!datum.listed", "right", -8, x, y),
        _texts("datum.excluded", "right", -4, x, y),
    ]
    shown = dots.transform_filter("!datum.excluded")
    return _svg([line, shown, *texts], rows, DOT_STEP, title)


def sensitivity_chart(points: Sequence[SensitivityPoint], *, title: str) -> str:
    """Draw the total log10 LR with one assumption changed at a time, a row for every value of it.

    Minus infinity is written out. The axis spans what the values span: how far the dots lie apart is what counts.
    """
    rows = [_marker_row(f"{point.assumption} {point.value}", point.log10_lr) for point in points]
    values = [row["value"] for row in rows if not row["excluded"]] or [0.0]
    beside = [row if not row["excluded"] else row | {"value": min(values)} for row in rows]
    scale = alt.Scale(domain=_domain(values, [], _rooms(beside, 8)), nice=False)
    y = alt.Y("marker:N", title=None, scale=alt.Scale(domain=[row["marker"] for row in rows]))
    x = alt.X("value:Q", title="total log10 LR", scale=scale)
    dots = alt.Chart().mark_point(size=60, opacity=1, stroke=FOR, fill=FOR).encode(x=x, y=y)
    start = alt.Chart().encode(x=alt.datum(round(min(values), 6)), y=y).transform_filter("datum.excluded")
    written = start.mark_text(align="left", fontSize=FONT_SIZE, color=INK).encode(text=alt.Text("text:N"))
    return _svg(
        [dots.transform_filter("!datum.excluded"), _texts("true", "left", 8, x, y), written], rows, DOT_STEP, title
    )


def _marker_row(name: str, value: float) -> dict[str, Any]:
    excluded = value == -math.inf
    text = EXCLUDED if excluded else log10_text(value)
    return {
        "marker": clean_text(name),
        "value": 0.0 if excluded else round(value, 6),
        "excluded": excluded,
        "text": text,
    }


def _domain(
    values: Sequence[float], to_left: Sequence[tuple[float, float]], to_right: Sequence[tuple[float, float]]
) -> list[float]:
    """The x axis: it holds every value, and room for the texts that stand left and right of some of them.

    A text is where it begins on the axis and how many pixels it needs from there. The values are drawn as large as all
    texts allow: for each two texts, what they need is taken from the width of the chart.
    """
    left = [*to_left, (min(values), MARGIN)]
    right = [*to_right, (max(values), MARGIN)]
    widest = max(room for _, room in left) + max(room for _, room in right)
    between = [(CHART_WIDTH - x - y) / (b - a) for a, x in left for b, y in right if b > a]
    pixels_of_one = min([CHART_WIDTH - widest, *between])  # so the axis spans at least one
    low = min(a - room / pixels_of_one for a, room in left)
    high = max(b + room / pixels_of_one for b, room in right)
    return [round(low, 6), round(high, 6)]


def _rooms(rows: Sequence[Mapping[str, Any]], shift: float) -> list[tuple[float, float]]:
    """Where the texts of some rows begin, and the pixels they need."""
    return [(row["value"], shift + text_room(row["text"])) for row in rows]


def text_room(text: str) -> float:
    """The pixels that a text of a chart may need in a browser, whatever its sans-serif font.

    Examples
    --------
    >>> round(text_room("D22S1045"), 1)
    69.1
    """
    wide = sum(letter in "MWmw@%" or unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return FONT_SIZE * (LETTER * (len(text) - wide) + WIDE_LETTER * wide)


def _label_room(rows: Sequence[Mapping[str, Any]]) -> float:
    widest = max((text_room(row["marker"]) for row in rows), default=0.0)
    return LABEL_PADDING + min(widest, MOST_WIDER * LABEL_LIMIT)


def _texts(test: str, align: Any, shift: int, x: alt.X, y: alt.Y, *, bold: bool = False) -> alt.Chart:
    if "excluded" not in test:
        test = f"({test}) && !datum.excluded"
    style = alt.Chart().mark_text(
        align=align, baseline="middle", dx=shift, fontSize=FONT_SIZE, color=INK, fontWeight="bold" if bold else "normal"
    )
    texts: alt.Chart = style.encode(x=x, y=y, text=alt.Text("text:N")).transform_filter(test)
    return texts


def _svg(layers: Sequence[alt.Chart], rows: Sequence[Mapping[str, Any]], step: int, title: str) -> str:
    chart = (
        alt.layer(*layers, data={"values": list(rows)})
        .properties(width=CHART_WIDTH, height=max(len(rows), 1) * step)
        .configure(aria=False, font="sans-serif", background="transparent", padding=2)
        .configure_view(stroke=None)
        .configure_axis(
            labelFontSize=FONT_SIZE, titleFontSize=FONT_SIZE, titleFontWeight="normal", labelColor=INK, titleColor=GREY
        )
        .configure_axisX(gridColor="#e3e7eb", domain=False, ticks=False, labelPadding=4, tickCount=6)
        .configure_axisY(
            domain=False,
            ticks=False,
            labelPadding=LABEL_PADDING,
            labelLimit=LABEL_LIMIT,
            minExtent=round(_label_room(rows), 1),
        )
    )
    return _embeddable(draw_apart(chart.to_dict(validate=False)), title)


def _embeddable(svg: str, title: str) -> str:
    """Put a name in, take namespaces (addresses) and the renderer's own roles out: inline SVG needs none of them."""
    svg = re.sub(r' (?:xmlns(?::\w+)?|version|role|aria-[a-z]+)="[^"]*"', "", svg)
    head = f'<svg role="img"><title>{escape(clean_text(title))}</title>'
    return re.sub(r'^<svg class="marks"([^>]*)>', lambda m: head.replace("<svg", f'<svg class="chart"{m[1]}', 1), svg)
