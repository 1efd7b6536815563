"""Charts: what they say, and that they say it in the same bytes."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET

import pytest

from antigone.report.charts import marker_chart, overview_chart


def texts(svg: str) -> list[str]:
    return [node.text or "" for node in ET.fromstring(svg).iter("text")]  # noqa: S314 - our own output


def bar_widths(svg: str) -> list[str]:
    parent = next(g for g in ET.fromstring(svg).iter("g") if "mark-rect" in g.get("class", ""))  # noqa: S314
    return [path.get("d", "") for path in parent.iter("path")]


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
