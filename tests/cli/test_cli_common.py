"""What every command has: version, help, loudness, settings, standard input, JSON with a version, the manual page."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest
import typer

from antigone import __version__
from antigone.casework.incident.files import save_incident
from antigone.casework.validation.demo import simulated_incident
from antigone.cli import app
from antigone.cli.manual import commands_of, manual_page
from antigone.version import COMMIT_FILE, code_digest, commit_of_checkout

PROGRAM = typer.main.get_command(app)
DUO = {
    "id": "duo",
    "markers": [{"name": "M", "alleles": ["1", "2"], "frequencies": [0.1, 0.9]}],
    "theta": 0,
    "pedigrees": {
        "H1": [
            {"id": "AF", "father": None, "mother": None, "sex": "male"},
            {"id": "CH", "father": "AF", "mother": None, "sex": "female"},
        ],
        "H2": [
            {"id": "AF", "father": None, "mother": None, "sex": "male"},
            {"id": "CH", "father": None, "mother": None, "sex": "female"},
        ],
    },
    "genotypes": {"AF": {"M": ["1", "1"]}, "CH": {"M": ["1", "1"]}},
}
ON = ("--on", "2025-09-01")


def given(monkeypatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content), isatty=lambda: False))


def test_version__names_the_version_the_commit_and_the_code(run):
    ended = run("--version")
    assert ended.code == 0
    assert re.fullmatch(
        rf"antigone {re.escape(__version__)} \((commit [0-9a-f]{{12}}|commit not known), code [0-9a-f]{{12}}\)\n",
        ended.out,
    )
    assert code_digest()[:12] in ended.out


def test_version__of_a_checkout_is_read_without_git(tmp_path):
    git = tmp_path / ".git"
    (git / "refs" / "heads").mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "packed-refs").write_text("# pack-refs\n" + "b" * 40 + " refs/heads/main\n")
    assert commit_of_checkout(tmp_path) == "b" * 40
    (git / "refs" / "heads" / "main").write_text("a" * 40 + "\n")
    assert commit_of_checkout(tmp_path) == "a" * 40
    (git / "HEAD").write_text("c" * 40 + "\n")
    assert commit_of_checkout(tmp_path) == "c" * 40
    second, own = tmp_path / "second", git / "worktrees" / "second"
    own.mkdir(parents=True)
    second.mkdir()
    (second / ".git").write_text(f"gitdir: {own}\n")
    (own / "HEAD").write_text("ref: refs/heads/main\n")
    (own / "commondir").write_text("../..\n")
    assert commit_of_checkout(second) == "a" * 40


def test_version__of_this_checkout_is_that_of_git():
    root = COMMIT_FILE.parents[3]
    try:
        command = ["git", "-C", str(root), "rev-parse", "HEAD"]
        said = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no git, or no checkout")
    assert commit_of_checkout(root) == said.stdout.strip()


@pytest.mark.parametrize("arguments", [["-h"], ["--help"], ["lr", "-h"], ["registry", "users", "add", "-h"]])
def test_help__has_two_names(run, arguments):
    ended = run(*arguments)
    assert ended.code == 0
    assert "Usage: antigone" in ended.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["seek"], "No such command 'seek'"),
        (["lr"], "Missing argument"),
        (["lr", "x", "--no-such"], "No such option"),
        (["--quiet", "lr", "x", "--verbose"], "not both"),
        (["power", "x", "--sets", "9"], "--sets"),
    ],
)
def test_misuse__is_one_line_and_where_the_help_is(run, arguments, words):
    ended = run(*arguments)
    assert ended.code == 2
    assert ended.err.startswith("antigone: ")
    assert words in ended.err
    assert ended.err.rstrip().endswith("--help")
    assert ended.err.count("\n") == 1
    assert ended.out == ""


def test_lr__reads_standard_input_and_answers_in_json(run, monkeypatch):
    given(monkeypatch, json.dumps(DUO).encode())
    ended = run("lr", "-", "--json")
    answer = json.loads(ended.out)
    assert (answer["format"], answer["format_version"]) == ("antigone lr", 1)
    assert answer["ratios"]["given frequencies"]["by_marker"]["M"]["log10_lr"] == pytest.approx(1.0, abs=1e-12)
    assert answer["software"].startswith(__version__)


@pytest.mark.parametrize(("content", "words"), [(b"", "nothing stands"), (b"{", "standard-input.json"), (b"x", ".fam")])
def test_lr__what_stands_on_standard_input_is_refused_as_a_file_is(run, monkeypatch, content, words):
    given(monkeypatch, content)
    ended = run("lr", "-")
    assert ended.code == 1
    assert words in ended.err


def test_validate__standard_input_can_be_read_once(run, monkeypatch):
    given(monkeypatch, json.dumps([DUO]).encode())
    ended = run("validate", "-", "-")
    assert (ended.code, "once" in ended.err) == (1, True)


@pytest.fixture(scope="module")
def smallest(tmp_path_factory):
    """A simulated family and person at a few markers."""
    folder = tmp_path_factory.mktemp("smallest") / "case"
    incident, truth = simulated_incident(families=1, unidentified=1, seed=1)
    tables = tuple(
        replace(one, frequencies={name: one.frequencies[name] for name in ("TH01", "D3S1358")})
        for one in incident.tables[:1]
    )
    save_incident(replace(incident, tables=tables), truth, folder)
    return folder


@pytest.mark.slow
def test_explain_power_and_joint__answer_in_json(run, smallest):
    pair = ("--family", "F01", "--missing", "F01-MP1", "--sample", "PM001")
    for name, arguments in (
        ("antigone explanation", ("explain", smallest, *pair)),
        ("antigone power", ("power", smallest)),
        ("antigone joint", ("joint", smallest)),
    ):
        ended = run(*arguments, *ON, "--json")
        assert ended.code == 0, ended.err
        assert json.loads(ended.out)["format"] == name


def test_joint__without_a_folder_or_json_is_misuse(run, case_folder):
    assert run("joint", case_folder).code == 2


def test_quiet__says_nothing_of_files_and_keeps_answers(run, tmp_path, monkeypatch):
    made = run("simulate", "--out", tmp_path / "one", "--families", 1, "--unidentified", 1, "--quiet")
    assert (made.code, made.out, made.err) == (0, "", "")
    given(monkeypatch, json.dumps(DUO).encode())
    assert "10" in run("--quiet", "lr", "-").out


def test_verbose__tells_the_version_and_each_step(run, smallest):
    ended = run("power", smallest, *ON, "--json", "--verbose")
    assert ended.err.startswith(f"antigone {__version__}")
    assert re.search(r" in \d+\.\d\d s\n", ended.err)
    assert json.loads(ended.out)


def test_settings__stand_in_for_options_below_the_environment_and_the_command_line(run, tmp_path, monkeypatch):
    (tmp_path / "s.toml").write_text('registry = "from-file.db"\nuser = "ann"\n')
    monkeypatch.setenv("ANTIGONE_SETTINGS", str(tmp_path / "s.toml"))
    monkeypatch.setenv("ANTIGONE_PASSPHRASE", "x")
    monkeypatch.chdir(tmp_path)
    assert "from-file.db" in run("registry", "users", "list").err
    assert "typed.db" in run("registry", "users", "list", "--registry", "typed.db").err
    monkeypatch.setenv("ANTIGONE_REGISTRY", "environment.db")
    assert "environment.db" in run("registry", "users", "list").err


def test_settings__the_own_file_is_found(run, tmp_path, monkeypatch):
    folder = tmp_path / "antigone"
    folder.mkdir()
    (folder / "settings.toml").write_text('registry = "own.db"\n')
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("ANTIGONE_PASSPHRASE", "x")
    monkeypatch.chdir(tmp_path)
    assert "own.db" in run("registry", "users", "list").err


def test_settings__every_problem_is_named(run, tmp_path):
    (tmp_path / "s.toml").write_text('theta = 0.1\npassphrase = "x"\nworkers = "2"\n[serve]\nport = "x"\nseed = 1\n')
    ended = run("--settings", tmp_path / "s.toml", "lr", "x")
    assert ended.code == 1
    for name in ("theta", "passphrase", "workers", "serve.port", "serve.seed"):
        assert f"s.toml, column {name}: " in ended.err
    (tmp_path / "s.toml").write_text("workers = ")
    assert "settings file in TOML" in run("--settings", tmp_path / "s.toml", "lr", "x").err


def test_settings__every_name_is_an_option_of_some_command():
    from antigone.cli.settings import COMMON, SERVE

    options = {path: {name for one in command.params for name in one.opts} for path, command in commands_of(PROGRAM)}
    everywhere = set().union(*options.values())
    assert {f"--{name}" for name in COMMON} <= everywhere
    assert {f"--{name}" for name in SERVE} <= options["serve",]


def test_manual__has_every_command_and_every_option():
    page = manual_page(PROGRAM)
    sections = dict(
        re.findall(r"^\.SS antigone ([a-z\\ -]+?)(?= [A-Z\[{]|$).*\n((?:(?!\.S[SH] ).*\n)*)", page, re.MULTILINE)
    )
    for path, command in commands_of(PROGRAM):
        section = sections[" ".join(path).replace("-", "\\-")]
        for one in command.params:
            if one.param_type_name == "option":
                assert all(name.replace("-", "\\-") in section for name in one.opts), (path, one.opts)
    assert len(sections) == len(list(commands_of(PROGRAM)))


def test_completion__knows_the_commands():
    environment = {**os.environ, "_ANTIGONE_COMPLETE": "complete_bash", "COMP_WORDS": "antigone sea", "COMP_CWORD": "1"}
    code = "import sys; sys.argv = ['antigone']; from antigone.cli import main; main()"
    ended = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert ended.stdout.split() == ["search"]
