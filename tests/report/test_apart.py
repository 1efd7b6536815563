"""Drawing in a process of its own: its death costs one picture, and the next one is drawn again."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from antigone.errors import DrawingError
from antigone.model.pedigree import Pedigree
from antigone.report import apart
from antigone.report.charts.heatmap import draw_heatmap
from antigone.report.charts.vega import marker_chart
from antigone.report.pedigree.svg import NO_MARK, draw_pedigree

DEADLY = {"mark": "point", "data": {"values": [{"a": "x\x1by"}]}, "encoding": {"x": {"field": "a", "type": "nominal"}}}
"""A text that no XML holds: the engine of the charts ends its process when it meets one."""


def process() -> int:
    running = apart._engine()._process
    assert running is not None
    return running.pid


def test_draw_apart__a_death_is_an_error_and_the_next_chart_is_drawn():
    before = marker_chart({"TH01": 1.0}, ["TH01"], title="t")
    first = process()
    with pytest.raises(DrawingError, match="could not be made"):
        apart.draw_apart(DEADLY)
    assert marker_chart({"TH01": 1.0}, ["TH01"], title="t") == before
    assert process() != first


def test_draw_apart__one_process_draws_everything():
    marker_chart({"TH01": 1.0}, ["TH01"], title="t")
    first = process()
    apart.typeset_apart({"main.typ": "text"}, format="pdf")
    marker_chart({"FGA": 1.0}, ["FGA"], title="t")
    assert process() == first


def test_draw_apart__one_that_was_ended_while_nobody_asked_costs_nothing():
    marker_chart({"TH01": 1.0}, ["TH01"], title="t")
    os.kill(process(), signal.SIGKILL)
    running = apart._engine()._process
    assert running is not None
    running.wait()
    assert "TH01" in marker_chart({"TH01": 1.0}, ["TH01"], title="t")


def test_draw_apart__one_that_takes_too_long_is_ended(monkeypatch):
    apart._engine().end()  # to start takes longer than it may
    monkeypatch.setattr(apart, "SECONDS_OF_WAITING", 0.05)
    with pytest.raises(DrawingError):
        marker_chart({"TH01": 1.0}, ["TH01"], title="t")


def test_draw_apart__what_the_engine_says_comes_back():
    with pytest.raises(apart.EngineRefused, match="unclosed"):
        apart.typeset_apart({"main.typ": "#("}, format="pdf")


def test_draw_apart__threads_get_their_own_answers():
    made: dict[str, str] = {}

    def draw(name: str) -> None:
        made[name] = marker_chart({name: 1.0}, [name], title=name)

    threads = [threading.Thread(target=draw, args=(f"M{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(f">{name}<" in svg for name, svg in made.items())
    assert len(made) == 6


def test_drawings__hold_no_character_that_xml_cannot_hold():
    bad = "F\x1b1\x00"
    trio = Pedigree.of(("FA", "male"), ("MO", "female"), (bad, "female", "FA", "MO"))
    drawn = [
        marker_chart({bad: 1.0}, [bad], title=bad),
        draw_pedigree(trio, marks={bad: NO_MARK}, title=bad),
        draw_heatmap([bad], [bad], {(bad, bad): 0.5}, title=bad),
    ]
    assert not [letter for svg in drawn for letter in svg if ord(letter) < 32 and letter != "\n"]
    assert all("\N{REPLACEMENT CHARACTER}" in svg for svg in drawn)
