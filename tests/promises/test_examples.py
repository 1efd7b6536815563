"""Every block of the documentation is what it says: sessions are typed, files are read, commands exist.

The word after the fence says what a block is. ``console``: a session, typed command by command in one folder for each
page, and the output compared. ``python run``: see ``test_docs``. ``csv`` and ``toml``: files that are read, ``json``:
parsed. ``sh``: commands that a test cannot run (they wait, or need the network); those of Antigone must exist with
their options. ``text``: formulas and pictures, and never a command. ``r``: calls of R, beside the same in Python.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import tomllib
from pathlib import Path

import pytest
from page_blocks import Block, Typed, blocks_of, missing_options, typed_in

from antigone.cli import main
from antigone.formats.incident import read_incident

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
BLOCKS = [block for page in PAGES for block in blocks_of(page)]
KINDS = ("console", "python run", "csv", "toml", "json", "sh", "text", "r")
FIRST, PASSPHRASE = "a first password to be changed", "five random words of no use"


def of_kind(kind: str) -> list[Block]:
    return [block for block in BLOCKS if block.kind == kind]


class Terminal:
    """Types the sessions of a page. Passwords, which a person would type, are given in the environment."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys
        self._own: set[str] = {"ann"}
        for name in [name for name in os.environ if name.startswith("ANTIGONE_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("ANTIGONE_PASSPHRASE", PASSPHRASE)
        monkeypatch.setenv("COLUMNS", "100")

    def type(self, typed: Typed) -> str:
        program, *arguments = typed.words
        if program == "export":
            for name, _, value in (word.partition("=") for word in arguments):
                self._monkeypatch.setenv(name, value)
            return ""
        assert program == "antigone", f"only antigone and export are typed, not {program}"
        self._give_passwords(arguments)
        self._monkeypatch.setattr("sys.argv", ["antigone", *arguments])
        with contextlib.suppress(SystemExit):
            main()
        said = self._capsys.readouterr()
        return said.out + said.err

    def _give_passwords(self, arguments: list[str]) -> None:
        user = arguments[arguments.index("--user") + 1] if "--user" in arguments else "ann"
        own = f"the own password of {user}"
        is_choosing = arguments[1:3] == ["users", "password"]
        self._monkeypatch.setenv("ANTIGONE_PASSWORD", own if user in self._own else FIRST)
        self._monkeypatch.setenv("ANTIGONE_NEW_PASSWORD", own if is_choosing else FIRST)
        if is_choosing:
            self._own.add(user)


SESSIONS = {page: [block for block in of_kind("console") if block.page == page] for page in PAGES}


@pytest.mark.slow
@pytest.mark.parametrize("page", [p for p in PAGES if SESSIONS[p]], ids=lambda page: page.name)
def test_sessions__say_what_the_page_shows(page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    terminal = Terminal(monkeypatch, capsys)
    for block in SESSIONS[page]:
        for typed in typed_in(block):
            difference = typed.differs_from(terminal.type(typed))
            assert not difference, f"{block.place}: {' '.join(typed.words)}\n{difference}"


def test_a_session_that_says_otherwise__is_seen():
    typed = Typed(("antigone",), "State: open.\n...\nIt ends.\n")
    assert typed.differs_from("State:  open.\nMore on 2026-01-01.\nIt ends.") == ""
    assert "'It ends.' is not in" in typed.differs_from("State: open.")
    assert "it says" in Typed(("antigone",), "All.").differs_from("All. And more.")


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.place)
def test_blocks__say_what_they_are(block):
    assert block.kind in KINDS
    if block.kind == "text":
        assert not re.search(r"^(antigone|make|git|pip|curl) ", block.text, re.MULTILINE)


def named_files(page: Path) -> dict[str, str]:
    """Blocks that stand under the name of a file alone, such as ``families.csv``: a case folder to read."""
    found = re.findall(r"^`([\w.]+)`\n\n```\w+\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return dict(found)


def test_the_case_folder_of_the_formats_page__is_read(tmp_path):
    files = named_files(ROOT / "docs" / "formats.md")
    assert len(files) >= 6
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    incident = read_incident(tmp_path)
    assert [family.code for family in incident.families] == ["F1"]
    assert [person.code for person in incident.unidentified] == ["PM001"]


@pytest.mark.parametrize("block", of_kind("toml"), ids=lambda block: block.place)
def test_settings__are_toml(block):
    assert tomllib.loads(block.text)


@pytest.mark.parametrize("block", of_kind("json"), ids=lambda block: block.place)
def test_answers__are_json(block):
    assert json.loads(block.text)


MAKE_GOALS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def commands_in(block: Block) -> list[list[str]]:
    lines = block.text.replace("\\\n", " ").splitlines()
    return [words for words in (shlex.split(line, comments=True) for line in lines) if words]


@pytest.mark.parametrize("block", of_kind("sh"), ids=lambda block: block.place)
def test_commands__exist_with_their_options(block):
    for program, *words in commands_in(block):
        if Path(program).name == "antigone":
            assert missing_options(words) == [], program
        elif program == "make":
            assert set(words) <= MAKE_GOALS
        elif program == "sh":
            assert (ROOT / words[0]).is_file()
        else:
            assert program in {"git", "cd", "curl", "pybabel", "pip"}


def test_jobs__stand_side_by_side_with_those_of_the_pedsuite_in_no_more_lines():
    page = ROOT / "docs" / "for-pedsuite-users.md"
    blocks = [block for block in BLOCKS if block.page == page]
    jobs = list(zip(blocks[::2], blocks[1::2], strict=True))
    assert len(jobs) == len(re.findall(r"^## \d+\.", page.read_text("utf-8"), re.MULTILINE)) == 10
    for in_r, in_python in jobs:
        assert (in_r.kind, in_python.kind) == ("r", "python run")
        lines = [line for line in in_python.text.splitlines() if line.strip()]
        assert len(lines) <= len(in_r.text.splitlines()), in_python.place


def test_missing_options__are_seen():
    assert missing_options(["search", "x", "--no-such"]) == ["--no-such"]
    assert missing_options(["searching"]) == ["searching"]
    assert missing_options(["registry", "users", "add", "x", "--role", "auditor"]) == []
