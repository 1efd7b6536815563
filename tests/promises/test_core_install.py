"""With the core alone (no extras) the search still answers, and what needs an extra says so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

EXTRAS = ("jinja2", "numba", "pyarrow", "dask", "distributed")
WITHOUT = f"""
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {EXTRAS}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Refuse())
import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name.split(".")[0] in {EXTRAS} else found(name, package)
from antigone.cli import main
main()
"""


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WITHOUT, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)


@pytest.fixture(scope="module")
def incident(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("core") / "incident"
    done = run("simulate", "--families", "5", "--unidentified", "6", "--out", folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_search__answers_without_any_extra(incident: Path) -> None:
    whole, cut = incident.with_name("whole"), incident.with_name("cut")
    for out, options in ((whole, ()), (cut, ("--block-families", "2"))):
        done = run("search", incident, "--out", out, "--on", "2030-01-01", *options)
        assert done.returncode == 0, done.stderr
        assert "report.html needs the extra 'report'" in done.stderr
        assert sorted(path.name for path in out.iterdir()) == ["candidates.csv", "results.json"]
    assert (whole / "candidates.csv").read_bytes() == (cut / "candidates.csv").read_bytes()


@pytest.mark.parametrize(
    ("command", "extra"),
    [
        (("search", "--workers", "2", "--block-families", "2"), "scale"),
        (("search", "--parquet"), "scale"),
        (("joint",), "report"),
        (("reassociate",), "report"),
    ],
)
def test_commands__name_the_extra_they_need(incident: Path, command: tuple[str, ...], extra: str) -> None:
    name, *options = command
    out = incident.with_name("refused")
    done = run(name, incident, "--out", out, "--on", "2030-01-01", *options)
    assert done.returncode == 3
    assert f"antigone[{extra}]" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (out / "candidates.csv").exists()
