"""Reading an import apart: what comes back is an incident or words, whatever the files tried."""

from __future__ import annotations

import datetime as dt
import io
import os
import pickle
import zipfile
from pathlib import Path

import pytest
from familias_files import REMAINS as REMAINS
from familias_files import SEVERAL as SEVERAL
from familias_files import dvi as dvi
from hypothesis import given
from hypothesis import strategies as st
from registry_team import small_incident

from antigone.casework.incident.files import load_incident, save_incident
from antigone.casework.validation.demo import simulated_incident
from antigone.errors import InputError
from antigone.web.jobs import uploads as reading
from antigone.web.jobs.uploads import Limits, Stated, read_apart
from antigone.web.shared.uploads import NOT_IN_A_NAME

TODAY = dt.date(2026, 11, 23)
LIMITS = Limits(seconds=60, memory=4 * 2**30, unpacked=10**8)


class Attack:
    def __reduce__(self):
        return os.getpid, ()


def test_reader__makes_nothing_but_an_incident():
    for told in (Attack(), Path("x"), os.getpid, InputError("x")):
        with pytest.raises(pickle.UnpicklingError, match="does not belong to an incident"):
            reading._Reader(io.BytesIO(pickle.dumps(told))).load()


def test_reader__gives_an_incident_back_as_it_was():
    incident = small_incident()
    assert reading._Reader(io.BytesIO(pickle.dumps(("incident", incident), protocol=5))).load()[1] == incident


@pytest.mark.slow
def test_read_apart__reads_what_the_readers_read(tmp_path):
    incident, truth = simulated_incident(families=3, unidentified=4, seed=2)
    save_incident(incident, truth, tmp_path / "case")
    here = load_incident(tmp_path / "case", attested_by=None, today=TODAY)
    assert read_apart(tmp_path / "case", stated=Stated(), today=TODAY, limits=LIMITS) == here


@pytest.mark.slow
def test_read_apart__a_process_that_does_not_end_is_ended(tmp_path, monkeypatch):
    """It sleeps for an hour in the place of reading, and no file of it is believed."""
    sleeper = tmp_path / "python"
    sleeper.write_text("#!/bin/sh\nexec sleep 3600\n", "utf-8")
    sleeper.chmod(0o700)
    monkeypatch.setattr("sys.executable", str(sleeper))
    monkeypatch.setattr(reading, "SECONDS_OF_WAITING", 0)
    with pytest.raises(InputError, match="could not be read within 1 seconds"):
        read_apart(tmp_path / "case", stated=Stated(), today=TODAY, limits=Limits(1, 2**31, 10**6))


def test_read_apart__hands_no_secret_of_the_environment_on(tmp_path, monkeypatch):
    seen: dict[str, str] = {}

    class Done:
        returncode = 1

    def run(command, *, env, **how):
        seen.update(env)
        return Done()

    monkeypatch.setenv("ANTIGONE_MASTER_KEY", "1:secret")
    monkeypatch.setattr("subprocess.run", run)
    (tmp_path / "case").mkdir()
    with pytest.raises(InputError):
        read_apart(tmp_path / "case", stated=Stated(), today=TODAY, limits=LIMITS)
    assert not any(name.startswith("ANTIGONE_") for name in seen)


@pytest.mark.parametrize("name", ["../up.csv", "/etc/x.csv", "a/../../x.csv", "C:\\x.csv", "..\\x.csv"])
def test_unpack__nothing_leaves_the_folder(tmp_path, name):
    folder = tmp_path / "files"
    folder.mkdir()
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr(name, "x")
    with pytest.raises(InputError, match="outside itself"):
        reading._unpack(folder, LIMITS)
    assert [path.name for path in tmp_path.rglob("*.csv")] == []


def test_unpack__too_many_files_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for n in range(reading.MOST_FILES + 1):
            archive.writestr(f"{n}.csv", "")
    with pytest.raises(InputError, match="expected at most"):
        reading._unpack(tmp_path, LIMITS)


def test_what_to_read__is_the_workbook_the_file_or_the_folder_inside(tmp_path):
    inner = tmp_path / "outer" / "case"
    inner.mkdir(parents=True)
    (inner / "incident.toml").touch()
    (inner / "families.csv").touch()
    assert reading._what_to_read(tmp_path / "outer") == [inner]
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "Case.XLSX").touch()
    assert reading._what_to_read(tmp_path / "one") == [tmp_path / "one" / "Case.XLSX"]


@given(st.text(max_size=30))
def test_names__of_files_that_are_sent_stay_in_their_folder(name):
    plain = NOT_IN_A_NAME.sub("_", name)
    assert "/" not in plain
    assert "\0" not in plain


@pytest.mark.slow
def test_familias_files__several_are_one_incident_with_what_the_sender_states(tmp_path):
    sent = tmp_path / "sent"
    sent.mkdir()
    for name, families, remains in (("families", [SEVERAL], []), ("persons", [], REMAINS)):
        dvi(tmp_path, *families, remains=remains).rename(sent / f"{name}.fam")
    stated = Stated("Laboratory 7", missing=("M*",), pedigrees=("F=P",))
    found = read_apart(sent, stated=stated, today=TODAY, limits=LIMITS)
    assert found.families[0].missing == ("M1", "Missing person", "M2")
    assert [person.code for person in found.unidentified] == ["V1", "V2"]
