"""Charts: what they say, and that they say it in the same bytes."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET

import pytest

from antigone.model.results.search import SensitivityPoint
from antigone.report.charts.evidence import marker_chart, overview_chart, sensitivity_chart
from antigone.report.charts.heatmap import draw_heatmap

# fmt: off
DEJAVU = {
    "D": 770, "S": 635, "P": 603, "M": 863, "W": 989, "F": 575, "G": 775, "A": 684, "H": 752, "T": 611, "O": 787,
    "X": 685, "E": 632, "C": 698, "v": 592, "w": 818, "-": 361, ".": 318, "\u2212": 838, "\u2026": 1000, "(": 390,
    ")": 390, "L": 557, "R": 695, " ": 318, "e": 615, "x": 592, "c": 550, "l": 278, "u": 634, "d": 635,
} | dict.fromkeys("0123456789", 636)
# fmt: on
"""Widths of DejaVu Sans, the widest sans-serif font that browsers commonly have, in thousandths of the size; those of
letters that are not named here are at most 635."""
BOLD = 1.16
MARKERS = ("D10S1248", "D22S1045", "vWA", "TH01", "D1S1656", "CSF1PO")


def texts(svg: str) -> list[str]:
    return [node.text or "" for node in ET.fromstring(svg).iter("text")]  # noqa: S314 - our own output


def test_marker_chart__names_and_values_in_the_order_given():
    svg = marker_chart({"TH01": 1.234, "vWA": -0.5, "FGA": 0.0}, ("vWA", "FGA", "D21S11", "TH01"), title="t")
    shown = texts(svg)
    assert [text for text in shown if text in {"vWA", "FGA", "D21S11", "TH01"}] == ["vWA", "FGA", "TH01"]
    assert {"1.23", "−0.50", "0.00"} <= set(shown)


def test_marker_chart__minus_infinity_is_written_out():
    svg = marker_chart({"TH01": -math.inf, "vWA": 1.0}, ("TH01", "vWA"), title="t")
    assert "excluded (LR 0)" in texts(svg)
    assert "inf" not in svg.lower().replace("information", "")
    assert "NaN" not in svg


def test_marker_chart__bars_are_as_long_as_their_values_and_on_their_side():
    bars = [node.attrib for node in ET.fromstring(marker_chart({"A": 3.0, "B": -1.5}, "AB", title="t")).iter("rect")]  # noqa: S314
    up, down = ((float(bar["x"]), float(bar["width"])) for bar in bars)
    assert up[1] == pytest.approx(2 * down[1], abs=0.02)
    assert down[0] + down[1] == pytest.approx(up[0], abs=0.02)
    assert bars[0]["fill"] != bars[1]["fill"]


def test_overview_chart__dots_at_or_above_the_threshold_are_filled():
    svg = overview_chart({"PM1": 5.0, "PM2": 4.0, "PM3": 3.9, "PM4": -math.inf}, 4.0, title="t")
    dots = [node.attrib for node in ET.fromstring(svg).iter("circle")]  # noqa: S314
    limit = next(n.attrib for n in ET.fromstring(svg).iter("line") if "stroke-dasharray" in n.attrib)  # noqa: S314
    assert [dot["fill"] == "#ffffff" for dot in dots] == [False, False, True]
    assert float(dots[1]["cx"]) == float(limit["x1"])


@pytest.mark.parametrize(
    ("values", "ticks"),
    [((0.0, 6.0), ["0", "2", "4", "6"]), ((0.0, 0.9), ["0.0", "0.2"]), ((-250.0, 0.0), ["−200", "−100", "0"])],
)
def test_marker_chart__the_axis_has_round_numbers(values, ticks):
    shown = texts(marker_chart(dict(zip("AB", values, strict=True)), "AB", title="t"))
    assert set(ticks) <= set(shown)


@pytest.mark.parametrize("value", [-math.inf, -2.0, 0.0, 1e-9, 3.5, 40.0])
def test_marker_chart__one_marker(value):
    svg = marker_chart({"TH01": value}, ("TH01",), title="t")
    assert "TH01" in texts(svg)
    assert "NaN" not in svg


def test_marker_chart__same_bytes_and_nothing_from_outside():
    values = {f"M{i}": (i % 5) * 0.4 - 0.6 for i in range(21)}
    svg = marker_chart(values, tuple(values), title="t")
    assert svg == marker_chart(dict(values), tuple(values), title="t")
    assert "http" not in svg
    assert " id=" not in svg
    assert svg.startswith('<svg class="chart"')
    assert '" role="img"><title>t</title>' in svg


def test_marker_chart__escapes_names_and_title():
    svg = marker_chart({'<b>"x"&': 1.0}, ('<b>"x"&',), title="<i>")
    assert "<b>" not in svg
    assert "<i>" not in svg
    assert '<b>"x"&' in texts(svg)


def test_overview_chart__highest_first_and_the_threshold_drawn():
    best = {"PM1": 2.5, "PM2": 9.0, "PM3": -math.inf}
    shown = texts(overview_chart(best, 4.0, title="t"))
    assert [text for text in shown if text.startswith("PM")] == ["PM2", "PM1", "PM3"]
    assert {"2.50", "9.00", "excluded (LR 0)"} <= set(shown)


def test_overview_chart__draws_the_forty_highest():
    shown = texts(overview_chart({f"PM{i}": float(i) for i in range(60)}, 4.0, title="t"))
    names = [text for text in shown if text.startswith("PM")]
    assert (len(names), names[0], names[-1]) == (40, "PM59", "PM20")


# Room for the letters of every browser


def extents(svg: str) -> dict[str, list[tuple[float, float]]]:
    """From where to where each text goes in DejaVu Sans, from the left edge of the picture."""
    found: dict[str, list[tuple[float, float]]] = {}

    def walk(node: ET.Element, x: float) -> None:
        moved = re.match(r"translate\((-?[\d.]+)", node.get("transform", ""))
        x += float(moved[1]) if moved else 0.0
        if node.tag == "text":
            found.setdefault(node.text or "", []).append(extent(node, x))
        for child in node:
            walk(child, x)

    walk(ET.fromstring(svg), 0.0)  # noqa: S314 - our own output
    return found


def extent(node: ET.Element, x: float) -> tuple[float, float]:
    x += float(node.get("x", "0"))
    size = float(node.get("font-size", "12px").removesuffix("px"))
    width = sum(DEJAVU.get(letter, 635) for letter in node.text or "") * size / 1000
    width *= BOLD if node.get("font-weight") == "bold" else 1.0
    start = {"start": x, "middle": x - width / 2, "end": x - width}[node.get("text-anchor", "start")]
    return start, start + width


def texts_in(svg: str, role: str, anchor: str) -> set[str]:
    groups = [g for g in ET.fromstring(svg).iter("g") if role in g.get("class", "").split()]  # noqa: S314
    return {t.text or "" for g in groups for t in g.iter("text") if t.get("text-anchor", "start") == anchor}


def width_of(svg: str) -> float:
    return float(ET.fromstring(svg).get("width", "0"))  # noqa: S314 - our own output


def of_markers(*values: float) -> str:
    return marker_chart(dict(zip(MARKERS, values, strict=False)), MARKERS, title="t")


CHARTS = {
    "all for": of_markers(1.2, 0.01, 2.3, 0.0, 1.96, 1.5),
    "both sides": of_markers(1.2, -0.4, 2.3, 0.0, -12.34, 1.5),
    "all against": of_markers(-1.2, -0.4, -2.3),
    "excluded": of_markers(-math.inf, 0.3, 2.3, -math.inf),
    "excluded alone": of_markers(-math.inf, -math.inf),
    "large": of_markers(120.25, -130.5, -math.inf),
    "wide letters": marker_chart({"WWWMMM-WWW": 1.0}, ("WWWMMM-WWW",), title="t"),
    "long": marker_chart({"D" * 40: 1.0}, ("D" * 40,), title="t"),
    "overview": overview_chart({"PM-2026-0001": 12.5, "PM-2": 0.2, "PM-3": 0.0, "PM-4": -math.inf}, 4.0, title="t"),
    "overview far": overview_chart({"PM-1": -30.25, "PM-2": 31.25}, 4.0, title="t"),
    "sensitivity": sensitivity_chart(
        [
            SensitivityPoint("ecel", "0.03", 13.0),
            SensitivityPoint("DRLxcu ed (lude) (0.1)", "10", -math.inf),
            SensitivityPoint("ecel", "0.05", 12.1),
        ],
        title="t",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", CHARTS)
def test_charts__have_room_for_every_text_in_the_widest_font(kind):
    svg = CHARTS[kind]
    for text, places in extents(svg).items():
        for start, end in places:
            assert start >= 0, f"{text} is cut at the left"
            assert end <= width_of(svg), f"{text} is cut at the right"


@pytest.mark.parametrize("kind", CHARTS)
def test_charts__values_do_not_run_into_the_labels(kind):
    svg = CHARTS[kind]
    names = texts_in(svg, "names", "end")
    values = texts_in(svg, "marks", "start") | texts_in(svg, "marks", "end")
    assert names
    assert values
    edge = max(end for name in names for _, end in extents(svg)[name])
    assert min(start for value in values for start, _ in extents(svg)[value] if value not in names) > edge


def test_heatmap__has_room_for_its_labels_in_the_widest_font():
    svg = draw_heatmap(("PM-2026-000012", "FAM-2026-00012"), ("MP-1", "MP-2"), {}, title="t")
    assert min(start for places in extents(svg).values() for start, _ in places) >= 0
