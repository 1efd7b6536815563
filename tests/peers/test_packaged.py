"""The packaged validation cases, the record of a validation, its PDF, and the check of an installation."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import zipfile
from dataclasses import replace
from importlib.resources import files

import pytest
from pypdf import PdfReader
from typer.testing import CliRunner

import antigone
from antigone.casework import installation
from antigone.casework.validation.packaged import LIMITS, changes_in_numbers, packaged_cases, record_of
from antigone.casework.validation.validate import validate_files
from antigone.cli import app
from antigone.report.paper.validation import compose_validation, validation_report
from antigone.search.screening._kernels import kernels

FEW = ("kinship.json", "theta.json")
DAY = dt.date(2026, 12, 1)


@pytest.fixture(scope="module")
def record():
    with packaged_cases() as paths:
        some = [path for path in paths if path.name in FEW]
        return record_of(validate_files(some), some, 1.0)


def test_packaged__is_the_corpus_but_for_spaces(shared):
    with zipfile.ZipFile(str(files("antigone").joinpath("data/validation.zip"))) as packed:
        names = sorted(packed.namelist())
        for name in names:
            assert json.loads(packed.read(name)) == json.loads((shared / "validation" / name).read_bytes()), name
    whole = {path.name for path in (shared / "validation").glob("*.json")} - {"agreement.json"}
    assert set(names) == whole


def test_record__says_what_was_compared_with_what(record):
    assert record.agrees
    assert record.against["kinship.json"].startswith("kinship2")
    assert ("Antigone", antigone.version.full_version()) in record.facts
    assert sum(line.values for line in record.lines) > 500
    assert all(line.largest is not None and line.largest <= line.tolerance for line in record.lines)


def test_record__one_value_beyond_its_tolerance_is_no_agreement(record):
    worse = replace(record, lines=(replace(record.lines[0], verdict="differs"), *record.lines[1:]))
    assert not worse.agrees
    assert compose_validation(worse, day=DAY).blocks[0].text.startswith("NOT every value")  # type: ignore[union-attr]


def test_limits__are_on_record_for_this_version():
    assert LIMITS[antigone.__version__]


def test_changes__are_the_lines_of_the_changelog_that_are_marked():
    changes = changes_in_numbers()
    assert len(changes) > 5
    assert not any("**" in line or "](" in line for line in changes)


@pytest.mark.paper
@pytest.mark.slow
def test_report__says_everything_on_paper(record):
    pages = PdfReader(io.BytesIO(validation_report(record, day=DAY))).pages
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))
    for words in (
        "Every value that was compared agrees",
        record.counts,
        "condensed identity",
        "What was not covered",
        "17025",
        "Coble",
        dict(record.facts)["Python"],
    ):
        assert words in text, words


@pytest.mark.slow
def test_check__passes_here_and_prints_a_page(tmp_path, monkeypatch):
    monkeypatch.setattr(installation, "QUICK", ("kinship.json",))
    ended = CliRunner().invoke(app, ["check", "--out", str(tmp_path / "check.txt")])
    assert ended.exit_code == 0, ended.output
    page = (tmp_path / "check.txt").read_text("utf-8")
    assert "Every step passed." in page
    assert page.strip() in ended.stdout
    assert page.count("\npassed  ") == 5


def test_check__a_step_that_fails_or_is_refused_is_said(monkeypatch):
    def broken() -> tuple[bool, str]:
        raise OSError("no space left")

    monkeypatch.setattr(installation, "_search", broken)
    monkeypatch.setattr(installation, "_cases", lambda: (False, "1 differs"))
    steps = {step.what: step for step in installation.check_installation()}
    assert not steps["validation cases"].passed
    assert "no space left" in steps["a simulated incident, searched twice"].found
    assert steps["files"].passed
    ended = CliRunner().invoke(app, ["check"])
    assert ended.exit_code == 1
    assert "A STEP FAILED" in ended.stdout


def test_compiled__kernels_that_differ_are_seen(monkeypatch):
    wrong = replace(kernels(), compiled=True, screen_persons=lambda *_given: 0)
    monkeypatch.setattr(installation, "kernels", lambda: wrong)
    assert installation._compiled()[0] is False


def test_validate__needs_files_or_all():
    assert CliRunner().invoke(app, ["validate"]).exit_code == 2
