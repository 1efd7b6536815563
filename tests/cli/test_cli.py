"""The command line as such: help, usage, the public names, and how input that cannot be read is refused."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from cli_run import ON, contents, in_new_process

from antigone.cli import app

pytestmark = pytest.mark.slow


@pytest.fixture
def editable(case_folder, tmp_path) -> Path:
    """A copy of the case folder, to be broken."""
    return Path(shutil.copytree(case_folder, tmp_path / "case"))


def test_help__starts_without_the_heavy_libraries():
    code = (
        "import sys; sys.argv = ['antigone', '--help']\n"
        "from antigone.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'jinja2', 'python_calamine', 'pandas', 'numba', 'dask'}\n"
        "print('LOADED', sorted(heavy & sys.modules.keys()))"
    )
    ended = in_new_process(code)
    assert "LOADED []" in ended.stdout
    assert "The software proposes; a person identifies." in ended.stdout


@pytest.mark.parametrize("command", ["search", "explain", "lr", "validate", "simulate", "demo"])
def test_help__every_command_has_one(run, command):
    ended = run(command, "--help")
    assert ended.code == 0
    assert f"antigone {command}" in ended.out


def test_help__every_command_and_option_is_documented():
    """docs/cli.md has a heading for each command, and its section (or the common part) names each option."""
    text = (Path(__file__).parents[2] / "docs" / "cli.md").read_text("utf-8")
    common, *parts = re.split(r"^## antigone ", text, flags=re.MULTILINE)
    sections = {part.split()[0]: common + part for part in parts}
    missing = []
    for command in typer.main.get_group(app).commands.values():
        said = sections.get(str(command.name), "")
        options = [name for parameter in command.params for name in parameter.opts if name.startswith("--")]
        missing += [f"{command.name} {name}" for name in options if f"`{name}" not in said and name != "--help"]
        missing += [] if said else [str(command.name)]
    assert missing == []


@pytest.mark.parametrize("arguments", [["seek"], ["search"], ["explain", "x"], ["search", "x", "--out"]])
def test_usage__a_wrong_command_ends_with_2(run, arguments):
    ended = run(*arguments)
    assert ended.code == 2
    assert "Traceback" not in ended.err


def test_package__public_names_are_lazy_and_complete():
    ended = in_new_process(
        "import sys, antigone\n"
        "print('EARLY', 'numpy' in sys.modules)\n"
        "names = set(antigone.__all__)\n"
        "print('NAMES', all(hasattr(antigone, name) for name in names), names <= set(dir(antigone)))\n"
        "try: antigone.nothing\n"
        "except AttributeError as error: print(error)"
    )
    assert ended.stdout.splitlines() == [
        "EARLY False", "NAMES True True", "module 'antigone' has no attribute 'nothing'",
    ]  # fmt: skip


def test_bad_input__every_problem_of_every_file_at_once_and_nothing_written(run, editable, tmp_path):
    profiles = editable / "profiles.csv"
    lines = profiles.read_text("utf-8").splitlines()
    lines[1] = re.sub(r"[^,]+$", "9-Mar", lines[1])
    lines[2] = re.sub(r"[^,]+$", ">30", lines[2])
    profiles.write_text("\n".join(lines) + "\n", "utf-8")
    families = editable / "families.csv"
    families.write_text(families.read_text("utf-8").replace(",male,", ",mail,", 1), "utf-8")
    donors = editable / "donors.csv"
    donors.write_text(donors.read_text("utf-8").replace("2025-", "32.13.2025-", 1), "utf-8")
    ended = run("search", editable, "--out", tmp_path / "out", *ON)
    assert ended.code == 1
    for file, line in (("profiles.csv", 2), ("profiles.csv", 3), ("families.csv", 2), ("donors.csv", 2)):
        assert re.search(rf"{file} line {line}\b", ended.err), (file, line, ended.err)
    assert "nothing was written" in ended.err
    assert "Traceback" not in ended.err
    assert not (tmp_path / "out").exists()
    assert ended.out == ""


def folder_for_file(folder: Path) -> None:
    (folder / "donors.csv").unlink()
    (folder / "donors.csv").mkdir()


BROKEN: dict[str, Callable[[Path], object]] = {
    "no such path": lambda folder: shutil.rmtree(folder),
    "a table is missing": lambda folder: (folder / "families.csv").unlink(),
    "no settings": lambda folder: (folder / "incident.toml").unlink(),
    "settings that are no TOML": lambda folder: (folder / "incident.toml").write_text("title = \n"),
    "an empty table": lambda folder: (folder / "profiles.csv").write_text(""),
    "binary": lambda folder: (folder / "profiles.csv").write_bytes(bytes(range(256))),
    "UTF-16": lambda folder: (folder / "profiles.csv").write_bytes("sample,marker".encode("utf-16")),
    "a folder in place of a file": folder_for_file,
    "a name column": lambda folder: (folder / "unidentified.csv").write_text("sample,sex,kind,request,name\n"),
}


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("command", ["search", "explain"])
def test_bad_input__is_refused_in_words(run, editable, tmp_path, broken, command):
    BROKEN[broken](editable)
    more = (
        ("--out", tmp_path / "out") if command == "search" else ("--family", "F01", "--missing", "M", "--sample", "S")
    )
    ended = run(command, editable, *more, *ON)
    assert ended.code == 1
    assert ended.err.strip()
    assert "Traceback" not in ended.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["lr", "validate"])
@pytest.mark.parametrize("content", [None, "", "{", "[]", "{}", "[1]", "null", '[{"id": "basic-1"}]', "\x00"])
def test_bad_case__is_refused_in_words(run, tmp_path, command, content):
    path = tmp_path / "case.json"
    if content is not None:
        path.write_text(content)
    ended = run(command, path)
    assert ended.code == 1
    assert (ended.out + ended.err).strip()  # validate names the case in its output, and goes on with the others
    assert "Traceback" not in ended.out + ended.err


@pytest.mark.parametrize("ending", [".fam", ".xlsx", ".txt", ""])
def test_bad_file__of_any_ending_is_refused_in_words(run, tmp_path, ending):
    path = tmp_path / f"file{ending}"
    path.write_bytes(b"\x80\x03nonsense\n" * 3)
    ended = run("search", path, "--out", tmp_path / "out")
    assert ended.code == 1
    assert ended.err.strip()
    assert not (tmp_path / "out").exists()


def test_search__an_output_that_cannot_be_written_is_refused(run, case_folder, tmp_path):
    (tmp_path / "file").write_text("mine")
    ended = run("search", case_folder, "--out", tmp_path / "file", *ON)
    assert ended.code == 1
    assert "cannot be written" in ended.err
    assert contents(tmp_path) == {"file": b"mine"}


def test_console__codes_with_brackets_are_printed_as_they_are(capsys, monkeypatch):
    from antigone.casework.validation.demo import Verdict
    from antigone.cli import console

    monkeypatch.setenv("COLUMNS", "200")
    console.print_truth([Verdict("[bold]F[/bold] :smile: [x]", 1, 1, 0, 0, 0)], {})
    assert "[bold]F[/bold] :smile: [x]" in capsys.readouterr().out
