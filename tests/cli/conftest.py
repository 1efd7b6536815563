"""What the tests of this folder share."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from cli_run import ON, Ended, Run, in_new_process

from antigone.cli import main


@pytest.fixture
def run(monkeypatch, capsys) -> Run:
    """Run a command as its entry point does."""

    def command(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["antigone", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "160")
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return Ended(code, said.out, said.err)

    return command


@pytest.fixture(scope="session")
def case_folder(tmp_path_factory) -> Path:
    """A small simulated incident on disk, with one misattributed father."""
    from antigone.casework.incident.files import save_incident
    from antigone.casework.validation.demo import simulated_incident

    folder = tmp_path_factory.mktemp("cases") / "ferry"
    incident, truth = simulated_incident(families=7, unidentified=7, seed=2)
    assert truth.misattributed
    save_incident(incident, truth, folder)
    return folder


@pytest.fixture(scope="session")
def searched(case_folder, tmp_path_factory) -> tuple[Path, Ended]:
    """What a search of the case folder in a process of its own wrote, and said; not to be changed."""
    out = tmp_path_factory.mktemp("searched") / "out"
    code = "import sys; sys.argv = ['antigone', *sys.argv[1:]]; from antigone.cli import main; main()"
    ended = in_new_process(code, "search", case_folder, "--out", out, "--seed", 7, *ON)
    return out, Ended(ended.returncode, ended.stdout, ended.stderr)
