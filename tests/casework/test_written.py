"""What a command writes replaces only what Antigone wrote: whatever else stands in the folder stays, and is named."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from casefolder_files import FILES as FILES

from antigone.cli import main
from antigone.errors import StorageError
from antigone.registry.store.files import require_new

ON = ("--on", "2025-09-01")


@pytest.fixture
def case(tmp_path) -> Path:
    folder = tmp_path / "case"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def run(monkeypatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["antigone", *map(str, arguments)])
    try:
        main()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


COMMANDS = {
    "search": ["candidates.csv", "results.json", "report.html", "geneticist-only.csv", "geneticist-pairs.csv"],
    "joint": ["joint.html", "joint.csv", "joint.json"],
    "reassociate": ["groups.html", "groups.csv", "groups.json"],
}


@pytest.mark.parametrize(("command", "name"), [(c, name) for c, names in COMMANDS.items() for name in names])
@pytest.mark.parametrize("content", ["<html>my report</html>", "", "rank,name\n", "directory", "link"])
def test_command__names_a_file_that_is_not_ours_and_leaves_all_as_it_was(
    monkeypatch, capsys, tmp_path, case, command, name, content
):
    out, elsewhere = tmp_path / "out", tmp_path / "mine"
    out.mkdir()
    if content == "directory":
        (out / name).mkdir()
    elif content == "link":
        elsewhere.write_text("mine")
        (out / name).symlink_to(elsewhere)
    else:
        (out / name).write_text(content)
    assert run(monkeypatch, command, case, "--out", out, *ON) == 1
    assert f"{out} holds {name}, which Antigone did not write" in capsys.readouterr().err.replace("\n", " ")
    assert [path.name for path in out.iterdir()] == [name]
    if content == "link":
        assert elsewhere.read_text() == "mine"
    elif content != "directory":
        assert (out / name).read_text() == content


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_command__replaces_what_it_wrote_and_keeps_what_stands_beside(monkeypatch, tmp_path, case, command):
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    further = ("--geneticist",) if command == "search" else ()
    assert run(monkeypatch, command, case, "--out", out, *ON, *further) == 0
    assert run(monkeypatch, command, case, "--out", out, *ON, *further) == 0
    assert {path.name for path in out.iterdir()} >= {*COMMANDS[command], "notes.txt"}


def test_search__keeps_a_folder_of_the_name_of_its_own(monkeypatch, capsys, tmp_path, case):
    mine = tmp_path / "out" / ".unfinished" / "thesis.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    assert run(monkeypatch, "search", case, "--out", tmp_path / "out", *ON) == 1
    assert mine.read_text() == "mine"
    assert ".unfinished" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["report.html", "results.json", "candidates.csv"])
def test_demo__refuses_a_folder_with_another_file_of_its_names(monkeypatch, tmp_path, name):
    (tmp_path / name).write_text("mine")
    assert run(monkeypatch, "demo", "--out", tmp_path) == 1
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(name, "mine")]


@pytest.mark.parametrize("link", [False, True])
def test_require_new__refuses_whatever_is_there(tmp_path, link):
    taken = tmp_path / "audit.jsonl"
    taken.symlink_to(tmp_path / "nothing") if link else taken.write_text("mine")
    with pytest.raises(StorageError, match=r"audit\.jsonl exists; choose another name"):
        require_new(taken)
    require_new(tmp_path / "another")
