"""The charts of a report as static SVG, drawn by Vega-Lite and cleaned of all that an offline page must not hold."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import altair as alt
import vl_convert

from antigone.model.result import SensitivityPoint
from antigone.report.numbers import log10_text

INK = "#1d2733"
QUIET = "#5a6672"
FOR = "#2b5c7d"
AGAINST = "#b45309"
BAR_STEP = 19
DOT_STEP = 20
CHART_WIDTH = 380
MOST_DOTS = 40
EXCLUDED = "excluded (LR 0)"


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
    low, high = _domain([row["value"] for row in rows], any(row["excluded"] for row in rows))
    y = alt.Y("marker:N", title=None, scale=alt.Scale(domain=[row["marker"] for row in rows], paddingInner=0.3))
    x = alt.X("value:Q", title="log10 LR", scale=alt.Scale(domain=[low, high], nice=False))
    colour = alt.condition("datum.value < 0", alt.value(AGAINST), alt.value(FOR))
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
    low, high = _domain([*(row["value"] for row in rows), threshold], any(row["excluded"] for row in rows))
    y = alt.Y("marker:N", title=None, scale=alt.Scale(domain=[row["marker"] for row in rows]))
    x = alt.X("value:Q", title="best log10 LR", scale=alt.Scale(domain=[low, high], nice=False))
    fill = alt.condition("datum.listed", alt.value(FOR), alt.value("#ffffff"))
    dots = alt.Chart().mark_point(size=70, opacity=1, stroke=FOR, strokeWidth=1.5).encode(x=x, y=y, fill=fill)
    line = alt.Chart().mark_rule(color=AGAINST, strokeDash=[6, 4], strokeWidth=1.5).encode(x=alt.datum(threshold))
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
    span = max(max(values) - min(values), 1.0)
    scale = alt.Scale(domain=[round(min(values) - 0.1 * span, 6), round(max(values) + 0.25 * span, 6)], nice=False)
    y = alt.Y("marker:N", title=None, scale=alt.Scale(domain=[row["marker"] for row in rows]))
    x = alt.X("value:Q", title="total log10 LR", scale=scale)
    dots = alt.Chart().mark_point(size=60, opacity=1, stroke=FOR, fill=FOR).encode(x=x, y=y)
    start = alt.Chart().encode(x=alt.datum(round(min(values), 6)), y=y).transform_filter("datum.excluded")
    written = start.mark_text(align="left", fontSize=12, color=INK).encode(text=alt.Text("text:N"))
    return _svg(
        [dots.transform_filter("!datum.excluded"), _texts("true", "left", 8, x, y), written], rows, DOT_STEP, title
    )


def _marker_row(name: str, value: float) -> dict[str, Any]:
    excluded = value == -math.inf
    text = EXCLUDED if excluded else log10_text(value)
    return {"marker": name, "value": 0.0 if excluded else round(value, 6), "excluded": excluded, "text": text}


def _domain(values: Sequence[float], has_excluded: bool) -> tuple[float, float]:
    """The x axis with room for the texts beside the bars."""
    low, high = min(*values, 0.0, 0.0), max(*values, 0.0, 0.0)
    span = max(high - low, 1.0)
    left = 0.16 * span if low < 0 else 0.02 * span
    low -= left
    if has_excluded:
        low = min(low, -0.45 * span)
    return round(low, 6), round(high + 0.18 * span, 6)


def _texts(test: str, align: Any, shift: int, x: alt.X, y: alt.Y, *, bold: bool = False) -> alt.Chart:
    if "excluded" not in test:
        test = f"({test}) && !datum.excluded"
    style = alt.Chart().mark_text(
        align=align, baseline="middle", dx=shift, fontSize=12, color=INK, fontWeight="bold" if bold else "normal"
    )
    texts: alt.Chart = style.encode(x=x, y=y, text=alt.Text("text:N")).transform_filter(test)
    return texts


def _svg(layers: Sequence[alt.Chart], rows: Sequence[Mapping[str, Any]], step: int, title: str) -> str:
    chart = (
        alt.layer(*layers, data={"values": list(rows)})
        .properties(width=CHART_WIDTH, height=max(len(rows), 1) * step)
        .configure(aria=False, font="sans-serif", background="transparent", padding=2)
        .configure_view(stroke=None)
        .configure_axis(labelFontSize=12, titleFontSize=12, titleFontWeight="normal", labelColor=INK, titleColor=QUIET)
        .configure_axisX(gridColor="#e3e7eb", domain=False, ticks=False, labelPadding=4, tickCount=6)
        .configure_axisY(domain=False, ticks=False, labelPadding=8, labelLimit=150)
    )
    return _embeddable(vl_convert.vegalite_to_svg(chart.to_dict(validate=False)), title)


def _embeddable(svg: str, title: str) -> str:
    """Put a name in, take namespaces (addresses) and the renderer's own roles out: inline SVG needs none of them."""
    svg = re.sub(r' (?:xmlns(?::\w+)?|version|role|aria-[a-z]+)="[^"]*"', "", svg)
    head = f'<svg role="img"><title>{escape(title)}</title>'
    return re.sub(r'^<svg class="marks"([^>]*)>', lambda m: head.replace("<svg", f'<svg class="chart"{m[1]}', 1), svg)
