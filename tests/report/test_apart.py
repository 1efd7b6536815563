"""Typesetting in a process of its own: its death costs one document, and the next one is made again."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from antigone.errors import DrawingError
from antigone.model.pedigree import Pedigree
from antigone.report import apart
from antigone.report.charts.evidence import marker_chart
from antigone.report.charts.heatmap import draw_heatmap
from antigone.report.pedigree.svg import NO_MARK, draw_pedigree


def process() -> int:
    running = apart._engine()._process
    assert running is not None
    return running.pid


def typeset(words: str = "text") -> bytes:
    return apart.typeset_apart({"main.typ": f"#set document(date: none)\n{words}"}, format="svg")[0]


def test_apart__a_death_is_an_error_and_the_next_document_is_made():
    before = typeset()
    first = process()
    killed = threading.Timer(0.0, os.kill, (first, signal.SIGKILL))
    with pytest.raises(DrawingError, match="could not be made"):  # noqa: PT012 - it ends while it works
        killed.start()
        typeset("#range(40000000).map(x => x * x).sum()")
    assert typeset() == before
    assert process() != first


def test_apart__one_process_makes_everything():
    typeset()
    first = process()
    typeset("another")
    assert process() == first


def test_apart__one_that_was_ended_while_nobody_asked_costs_nothing():
    before = typeset()
    os.kill(process(), signal.SIGKILL)
    running = apart._engine()._process
    assert running is not None
    running.wait()
    assert typeset() == before


def test_apart__one_that_takes_too_long_is_ended(monkeypatch):
    apart._engine().end()  # to start takes longer than it may
    monkeypatch.setattr(apart, "SECONDS_OF_WAITING", 0.05)
    with pytest.raises(DrawingError):
        typeset()


def test_apart__what_the_engine_says_comes_back():
    with pytest.raises(apart.EngineRefused, match="unclosed"):
        apart.typeset_apart({"main.typ": "#("}, format="pdf")


def test_apart__threads_get_their_own_answers():
    made: dict[str, bytes] = {}

    def make(size: str) -> None:
        made[size] = typeset(f"#set page(width: {size})")

    sizes = [f"{width}pt" for width in range(100, 106)]
    threads = [threading.Thread(target=make, args=(size,)) for size in sizes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(f'width="{size}"'.encode() in made[size] for size in sizes)


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


def test_typeset__goes_on_when_the_folder_it_was_begun_in_is_removed(tmp_path, monkeypatch):
    apart._engine().end()
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    assert apart.typeset_apart({"main.typ": "one"})[0].startswith(b"%PDF")
    monkeypatch.chdir(tmp_path)
    gone.rmdir()
    assert apart.typeset_apart({"main.typ": "two"})[0].startswith(b"%PDF")
