"""A terminal gets words: nothing that somebody wrote into a comment, a purpose or a file is an order to it."""

from __future__ import annotations

import sys

import pytest

from antigone.casework.registry import views
from antigone.cli import console_registry, main

TITLE, CLEAR, BACK, TURNED = "\x1b]0;x\x07", "\x1b[2J", "\r", "\u202e"
ORDERS = (TITLE, CLEAR, BACK, TURNED, "\x9b2J", "\x7f")


@pytest.mark.parametrize("order", ORDERS)
def test_words__obey_nobody(order, capsys):
    console_registry.print_words(f"reason: {order}all markers agree")
    assert order not in capsys.readouterr().out


@pytest.mark.parametrize("order", ORDERS)
def test_tables__obey_nobody(order, capsys):
    line = views.AuditLine(1, "2026-11-23T12:00:00+00:00", "dan", "confirm", f"to test{order}", "{}", "0" * 64)
    console_registry.print_audit(views.AuditPage((line,), 1, 1, 50))
    said = capsys.readouterr().out
    assert "to test" in said
    assert order not in said


def test_words__keep_letters_of_every_script_and_the_ends_of_lines(capsys):
    console_registry.print_words("Antígona Αντιγόνη أنتيغون\nnext")
    assert capsys.readouterr().out == "Antígona Αντιγόνη أنتيغون\nnext\n"


def test_refusals__obey_nobody(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["antigone", "search", f"no folder{CLEAR}", "--out", "x"])
    with pytest.raises(SystemExit):
        main()
    said = capsys.readouterr().err
    assert "no folder" in said
    assert CLEAR not in said
