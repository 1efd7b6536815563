"""A registry that an earlier version wrote opens, is upgraded, and says the same: sealed parts included."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from registry_team import INCIDENT
from registry_vaults import PASSPHRASE, SMALL
from registry_versions import BETWEEN
from sqlalchemy import select

from antigone.errors import StorageError
from antigone.model.plain import from_plain, to_json
from antigone.model.statements.statement import TEXT, Statement
from antigone.registry.backup.renewal import renew_documents
from antigone.registry.consent.coverage import read_incident
from antigone.registry.keys.keyfile import read_key_file
from antigone.registry.keys.vault import Vault
from antigone.registry.people.personal import read_name
from antigone.registry.store.database import create_registry, open_registry, snapshot, transaction, upgrade
from antigone.registry.store.migrations import LATEST
from antigone.registry.store.schema import candidates, runs, summaries
from antigone.registry.store.stored import CANDIDATE, MISSING_LINE, PERSON_LINE, SEARCH_ANSWER
from antigone.report.words.statements import say
from antigone.team.access import opening
from antigone.team.access.session import Registry
from antigone.team.keeping import keeping
from antigone.team.keeping.auditing import read_audit
from antigone.team.models.versions import read_model
from antigone.team.review.candidates import list_candidates, read_candidate
from antigone.team.runs.joint import read_joint
from antigone.team.runs.searching import list_runs, read_run, resume_search

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "registry-0007"
EXPECTED: dict[str, Any] = json.loads((GOLDEN / "expected.json").read_text("utf-8"))
DAY = dt.date(2026, 3, 1)
NOON = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)


@lru_cache(maxsize=1)
def key() -> Vault:
    with TemporaryDirectory() as folder:
        return read_key_file(private(Path(folder), "registry.key"), passphrase=PASSPHRASE)


def private(folder: Path, name: str) -> Path:
    """A copy that only its owner can read, which git cannot keep."""
    copy = folder / name
    copy.write_bytes((GOLDEN / name).read_bytes())
    copy.chmod(0o600)
    return copy


@pytest.fixture
def file_of_0007(tmp_path) -> Path:
    path = tmp_path / "registry.db"
    path.write_bytes(gzip.decompress((GOLDEN / "registry.db.gz").read_bytes()))
    path.chmod(0o600)
    return path


@pytest.fixture(params=["upgraded", "restored", "restored on a server"])
def old(request, tmp_path, file_of_0007) -> Iterator[Registry]:
    """The registry of schema 0007 as it is used today."""
    if request.param == "upgraded":
        assert opening.upgrade_registry(file_of_0007, key()) == ("0007", LATEST)
        opened = opening.open_with(file_of_0007, key(), cost=SMALL, clock=lambda: NOON)
        yield opened
        opened.engine.dispose()
        return
    if request.param == "restored":
        yield from restored(tmp_path / "again.db", tmp_path)
        return
    with request.getfixturevalue("postgres").database() as url:
        yield from restored(url, tmp_path)


def restored(place: Any, folder: Path) -> Iterator[Registry]:
    archive, ring = private(folder, "one.backup"), private(folder, "registry.ring")
    made = keeping.restore(place, key(), archive=archive, ring=ring)
    made.engine.dispose()
    opened = opening.open_with(place, key(), cost=SMALL, clock=lambda: NOON)
    yield opened
    opened.engine.dispose()


@pytest.mark.slow
def test_golden__every_candidate_and_its_state_is_there(old):
    reviewer = opening.session_of(old, "reviewer", purpose="to test")
    lines = list_candidates(reviewer, INCIDENT, run=1).rows
    for line, expected in zip(lines, EXPECTED["candidates"], strict=True):
        assert {name: getattr(line, name) for name in ("id", "unidentified", "family", "missing", "state")} == {
            name: expected[name] for name in ("id", "unidentified", "family", "missing", "state")
        }
        assert line.log10_lr == pytest.approx(expected["log10_lr"], abs=1e-12)


@pytest.mark.slow
def test_golden__a_sealed_candidate_is_read_in_full(old):
    reviewer = opening.session_of(old, "reviewer", purpose="to test")
    number = next(line["id"] for line in EXPECTED["candidates"] if line["state"] == "confirmed")
    candidate = read_candidate(reviewer, number).candidate
    assert candidate is not None
    assert includes(json.loads(to_json(candidate)), EXPECTED["candidate"])


def includes(now: Any, before: Any) -> bool:
    """Whether all that was there before is there now; fields that came since have their defaults,
    and a sentence is a statement that says it."""
    if isinstance(now, dict) and now.get("class") == "Statement":
        return say(from_plain(Statement, now)) == before and now["code"] != TEXT.code
    if isinstance(before, dict):
        return all(name in now and includes(now[name], value) for name, value in before.items())
    if isinstance(before, list):
        return len(now) == len(before) and all(map(includes, now, before))
    return bool(now == before)


@pytest.mark.slow
def test_golden__a_sealed_joint_answer_is_read_in_full(old):
    geneticist = opening.session_of(old, "geneticist", purpose="to test")
    view = read_joint(geneticist, EXPECTED["joint"]["run"])
    assert view.result is not None
    assert [[p.unidentified, p.family, p.missing, p.posterior] for p in view.result.pairings] == (
        EXPECTED["joint"]["pairings"]
    )


@pytest.mark.slow
def test_golden__typings_models_and_names_are_read(old):
    with transaction(old.engine) as connection:
        found = read_incident(
            connection, old.vault, "everything", scope="identification", day=DAY, at="now", actor="x", purpose="test"
        ).incident
        name = read_name(connection, old.vault, incident=INCIDENT, family="F1", member="FA")
    typed = {
        person.code: [[marker, *(allele or "" for allele in pair)] for marker, pair in person.profile.genotypes.items()]
        for person in found.unidentified
    }
    assert typed == EXPECTED["profiles"]
    assert (sorted(found.further.y), sorted(found.further.mt)) == (EXPECTED["y"], EXPECTED["mt"])
    assert includes(json.loads(to_json(found.settings)), EXPECTED["settings"])
    assert name == EXPECTED["name"]


@pytest.mark.slow
def test_golden__an_unfinished_search_goes_on(old):
    geneticist = opening.session_of(old, "geneticist", purpose="to test")
    line = next(line for line in list_runs(geneticist, INCIDENT).rows if line.state == "cancelled")
    assert line.id == EXPECTED["unfinished"]["run"]
    assert resume_search(geneticist, line.id).line.state == "finished"


@pytest.mark.slow
@pytest.mark.parametrize("version", BETWEEN)
def test_golden__goes_by_way_of_every_version_since(file_of_0007, version):
    upgrade(file_of_0007, revision=version).dispose()
    assert opening.upgrade_registry(file_of_0007, key()) == (version, LATEST)
    registry = opening.open_with(file_of_0007, key(), cost=SMALL, clock=lambda: NOON)
    for test in (
        test_golden__every_candidate_and_its_state_is_there,
        test_golden__a_sealed_candidate_is_read_in_full,
        test_golden__a_sealed_joint_answer_is_read_in_full,
        test_golden__typings_models_and_names_are_read,
    ):
        test(registry)
    assert keeping.verify(opening.session_of(registry, "auditor", purpose="to test")).lines > 0
    registry.engine.dispose()


def test_upgrade__leaves_no_document_of_an_older_version(file_of_0007):
    opening.upgrade_registry(file_of_0007, key())
    engine = open_registry(file_of_0007)
    with snapshot(engine) as connection:
        assert all(map(SEARCH_ANSWER.is_newest, connection.scalars(select(runs.c.result).where(runs.c.result != ""))))
        for row in connection.execute(select(summaries)):
            kind = PERSON_LINE if row.kind == "unidentified" else MISSING_LINE
            assert kind.is_newest(row.line)
        for row in connection.execute(select(candidates)):
            opened = key().data_keys(connection, [row.key])[row.key]
            assert CANDIDATE.is_newest(Vault.unseal(opened, row.sealed, context=f"candidates:{row.id}"))
    with transaction(engine) as connection:
        assert renew_documents(connection, key()) == 0
    engine.dispose()


def test_upgrade__is_in_the_audit_with_the_number_of_documents(file_of_0007):
    opening.upgrade_registry(file_of_0007, key())
    registry = opening.open_with(file_of_0007, key(), cost=SMALL)
    auditor = opening.session_of(registry, "auditor", purpose="to test")
    (line,) = [line for line in read_audit(auditor, size=200).rows if line.action == "upgrade"]
    assert json.loads(line.subject)["documents renewed"] > 20
    registry.engine.dispose()


def test_old_program__is_told_in_words_that_a_newer_one_wrote_the_registry(tmp_path, monkeypatch):
    create_registry(tmp_path / "r.db").dispose()
    monkeypatch.setattr("antigone.registry.store.database.LATEST", "0007")
    with pytest.raises(StorageError, match="a newer Antigone wrote it; use that version, or a newer one"):
        open_registry(tmp_path / "r.db")


@pytest.mark.slow
def test_golden__a_finished_run_keeps_its_lines(old):
    reviewer = opening.session_of(old, "reviewer", purpose="to test")
    result = read_run(reviewer, 1, whole=True).result
    assert result is not None
    assert {line.code for line in result.unidentified} == {"PM1", "PM2", "PM3", "PM4", "PM5", "LS1"}


@pytest.mark.slow
def test_golden__its_model_is_version_1_and_says_that_the_upgrade_confirmed_it(old):
    reviewer = opening.session_of(old, "reviewer", purpose="to test")
    view = read_model(reviewer, INCIDENT)
    assert (view.line.number, view.line.name, view.line.state) == (1, "from before versions", "confirmed")
    assert [(step.user, step.action) for step in view.steps] == [(None, "bring"), (None, "confirm")]
    assert "taken over as confirmed by the upgrade, not by two persons" in view.steps[-1].reason
    assert {line.model for line in list_runs(reviewer, INCIDENT).rows} == {1}
    assert read_joint(reviewer, EXPECTED["joint"]["run"]).line.model == 1
