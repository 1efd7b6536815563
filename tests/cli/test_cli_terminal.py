"""A terminal gets words: nothing that somebody wrote into a comment, a purpose or a file is an order to it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from antigone.cli import main
from antigone.cli.team import console as console_registry
from antigone.team import views

pytestmark = pytest.mark.slow

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


@pytest.mark.parametrize("encoding", ["cp1252", "cp1251", "ascii", "cp437", "utf-8"])
@pytest.mark.parametrize(
    "order", [("--help",), ("search", "--help"), ("registry", "--help"), ("lr", "no \u2212 file.json")]
)
def test_words__no_letter_ends_a_command_on_a_terminal_of_few_letters(encoding, order):
    ended = run_in(encoding, *order)
    assert ended.returncode == (0 if "--help" in order else 1)
    assert b"Traceback" not in ended.stderr


@pytest.mark.parametrize("encoding", ["cp1252", "cp1251", "ascii"])
def test_search_and_explain__on_a_terminal_of_few_letters(encoding, tmp_path):
    """What is written and the exit code do not depend on the terminal; a minus sign is written as a hyphen."""
    assert run_in(encoding, "simulate", "--out", tmp_path / "ü", "--families", 2, "--unidentified", 3).returncode == 0
    found = run_in(encoding, "search", tmp_path / "ü", "--out", tmp_path / "out")
    assert (found.returncode, b"Traceback" in found.stderr) == (0, False)
    assert "Written:" in found.stdout.decode(encoding if encoding != "ascii" else "utf-8")
    pair = ("--family", "F01", "--missing", "F01-MP1", "--sample", "PM001")
    told = run_in(encoding, "explain", tmp_path / "ü", *pair)
    assert (told.returncode, b"Traceback" in told.stderr) == (0, False)


def run_in(encoding: str, *arguments: object) -> subprocess.CompletedProcess[bytes]:
    environ = {**os.environ, "PYTHONIOENCODING": encoding}
    command = [str(Path(sys.executable).with_name("antigone")), *map(str, arguments)]
    return subprocess.run(command, env=environ, capture_output=True, timeout=900, check=False)
