"""Runs: candidates sealed, sorted and paged; nobody who left while it ran is in the answer."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest
from registry_example import (
    AT,
    DAY,
    answer,
    begin,
    finish,
    get,
    of_everything,
    put,
    run_and_store,
    simulated,
    start,
    whole_result,
)
from sqlalchemy import func, select, update

from antigone.errors import Conflict, Forbidden, RegistryError, VaultError
from antigone.model.plain import from_json, to_json
from antigone.model.results.search import Candidate
from antigone.model.review import TO_COMPUTE_AGAIN
from antigone.model.statements import names
from antigone.registry.keys.vault import Vault
from antigone.registry.leaving.erasure import withdraw_donor, withdraw_seeker
from antigone.registry.review.candidates import Only, open_candidate, read_candidates
from antigone.registry.runs.runs import Finished, end_run, finish_run, read_findings, read_result
from antigone.registry.runs.summaries import open_missing, open_persons, take_out, without
from antigone.registry.store.database import snapshot, transaction
from antigone.registry.store.schema import candidates, consents, findings, pairings, runs, summaries
from antigone.report.words.statements import say

TABLES = (candidates, runs, summaries, pairings)
LEAVING = {"at": AT, "actor": "U9", "purpose": "asked to leave"}


@pytest.fixture
def registry(registry_url):
    engine, vault = begin(registry_url)
    put((engine, vault), simulated())
    yield engine, vault
    engine.dispose()


def listed(engine, run, **asked):
    with snapshot(engine) as connection:
        return read_candidates(connection, run, **asked)


def test_finish_run__the_answer_and_every_candidate_come_back(registry):
    run, result, finished = run_and_store(registry)
    assert finished == Finished(6, 0, "finished")
    page = listed(registry[0], run)
    with snapshot(registry[0]) as connection:
        assert whole_result(connection, run) == replace(result, candidates=())
        opened = [open_candidate(connection, registry[1], line.id) for line in page.lines]
    assert opened == list(result.candidates)


def test_read_result__leaves_the_lines_of_persons_where_they_are(registry):
    run, result, _ = run_and_store(registry)
    with snapshot(registry[0]) as connection:
        brief = read_result(connection, run)
    assert brief == replace(result, candidates=(), unidentified=(), families=())


def test_open_persons__are_those_without_a_candidate_in_the_order_of_the_search(registry):
    run, result, _ = run_and_store(registry, pairs=3)
    persons = tuple(line for line in result.unidentified if not line.candidates)
    missing = tuple(line for line in result.families if not line.candidates)
    assert len(persons) > 2
    with snapshot(registry[0]) as connection:
        assert open_persons(connection, run, count=2) == (persons[:2], len(persons))
        assert open_missing(connection, run, count=100) == (missing, len(missing))


def test_take_out__changes_only_lines_that_name_them(registry):
    run, result, _ = run_and_store(registry, pairs=12)
    line = next(line for line in result.families if line.best_unidentified)
    with transaction(registry[0]) as connection:
        take_out(connection, [run], families={line.family}, people={"nobody"})
        after = whole_result(connection, run)
    assert after == without(replace(result, candidates=()), families={line.family}, people={"nobody"})
    assert (after.families != result.families, after.unidentified != result.unidentified) == (True, True)


def test_finish_run__a_candidate_in_full_stands_nowhere_open(registry):
    run_and_store(registry)
    with snapshot(registry[0]) as connection:
        everything = "".join(str(row) for t in TABLES for row in connection.execute(select(t)))
    assert "5.25" not in everything
    assert "sensitivity" not in everything


def test_open_candidate__one_moved_to_another_row_does_not_open(registry):
    run, _, _ = run_and_store(registry)
    first, second = (line.id for line in listed(registry[0], run, count=2).lines)
    with transaction(registry[0]) as connection:
        other = select(candidates.c.sealed, candidates.c.key).where(candidates.c.id == second)
        sealed, key = connection.execute(other).one()
        connection.execute(update(candidates).where(candidates.c.id == first).values(sealed=sealed, key=key))
        with pytest.raises(VaultError):
            open_candidate(connection, registry[1], first)


def test_finish_run__a_pairing_outlives_its_runs(registry):
    run_and_store(registry)
    second, _, _ = run_and_store(registry, pairs=8)
    assert {line.pairing for line in listed(registry[0], second).lines} == set(range(1, 9))
    with snapshot(registry[0]) as connection:
        assert connection.scalar(select(func.count()).select_from(pairings)) == 8


def test_finish_run__whose_donor_withdrew_meanwhile_is_withheld_and_counted(registry):
    covered = get(registry)
    result = answer(covered.incident, pairs=12)
    run = start(registry[0], left_out=covered.refused)
    family = covered.incident.families[0]
    with transaction(registry[0]) as connection:
        who = {"incident": "I1", "family": family.code, "member": family.donors[0].member}
        withdraw_donor(connection, registry[1], **who, day=DAY, **LEAVING)
    lost = sum(c.family == family.code for c in result.candidates)
    assert lost > 0
    assert finish(registry, run, result, covered.incident) == Finished(12 - lost, lost, TO_COMPUTE_AGAIN)
    assert family.code not in {line.family for line in listed(registry[0], run).lines}
    with snapshot(registry[0]) as connection:
        left_out = json.loads(connection.scalar(select(runs.c.left_out)) or "")
        assert left_out == {**covered.refused, names.CANDIDATES_WITHHELD.code: lost}
        stored = next(line for line in whole_result(connection, run).families if line.family == family.code)
        assert (stored.best_unidentified, stored.best_log10_lr, say(stored.remark)) == (None, None, TO_COMPUTE_AGAIN)
        assert connection.scalar(select(func.count()).select_from(findings)) == 0


def test_finish_run__a_consent_that_ended_meanwhile_withholds_too(registry):
    covered = get(registry)
    run = start(registry[0])
    with transaction(registry[0]) as connection:
        connection.execute(update(consents).values(expires=DAY + dt.timedelta(1)))
    tomorrow = DAY + dt.timedelta(1)
    finished = finish(registry, run, answer(covered.incident), covered.incident, today=tomorrow)
    assert (finished.stored, finished.withheld) == (0, 6)


def test_finish_run__a_seeker_who_left_meanwhile_is_withheld(registry_url):
    engine, vault = begin(registry_url)
    put((engine, vault), of_everything())
    used = get((engine, vault)).incident
    run = start(engine)
    with transaction(engine) as connection:
        withdraw_seeker(connection, vault, incident="I1", code="LS1", **LEAVING)
    finish((engine, vault), run, answer(used), used)
    assert {line.unidentified for line in listed(engine, run).lines} == {"PM1", "PM2"}
    with snapshot(engine) as connection:
        line = whole_result(connection, run).unidentified[2]
    assert (line.code, line.markers_typed, line.best_log10_lr) == ("LS1", 0, None)
    engine.dispose()


def test_finish_run__only_a_running_one(registry):
    run, result, _ = run_and_store(registry)
    with pytest.raises(Conflict, match="is finished, expected running"):
        finish(registry, run, result, get(registry).incident)
    other = start(registry[0])
    with transaction(registry[0]) as connection:
        end_run(connection, other, state="cancelled", at=AT)
    with pytest.raises(Conflict, match="is cancelled"):
        finish(registry, other, result, get(registry).incident)


def test_start_run__needs_an_incident(registry):
    with pytest.raises(RegistryError, match="no incident 'I7'"):
        start(registry[0], code="I7")


def test_read_findings__are_for_the_geneticist_who_ran_it(registry):
    run, _, _ = run_and_store(registry)
    with snapshot(registry[0]) as connection:
        assert read_findings(connection, registry[1], run, user=1) == '[["F1", "FA", -5.5]]'
        with pytest.raises(Forbidden):
            read_findings(connection, registry[1], run, user=3)


def test_findings__every_run_has_some_of_one_size(registry):
    """Neither their presence nor their size tells whether there is any."""
    run_and_store(registry)
    used = get(registry).incident
    run = start(registry[0])
    with transaction(registry[0]) as connection:
        finish_run(connection, registry[1], run, answer(used), used=used, today=DAY, at=AT, findings_text="[]")
        sizes = list(connection.scalars(select(func.length(findings.c.sealed))))
    assert len(sizes) == 2
    assert len(set(sizes)) == 1


def test_read_candidates__sorts_filters_and_pages_in_the_database(registry):
    run, result, _ = run_and_store(registry, pairs=20)
    engine = registry[0]
    by_rank = listed(engine, run, count=100).lines
    assert [line.rank for line in by_rank] == list(range(1, 21))
    assert listed(engine, run).total == 20
    up = listed(engine, run, order="log10_lr", start=3, count=4).lines
    assert [line.rank for line in up] == [17, 16, 15, 14]
    down = listed(engine, run, order="unidentified", descending=True, count=100).lines
    assert [line.unidentified for line in down] == sorted((c.unidentified for c in result.candidates), reverse=True)
    strong = listed(engine, run, only=Only(least_log10_lr=2.5))
    assert [line.rank for line in strong.lines] == [1, 2, 3, 4]
    assert strong.total == 4
    one = by_rank[0]
    same = listed(engine, run, only=Only(unidentified=one.unidentified, family=one.family)).lines
    assert one in same
    assert {(line.unidentified, line.family) for line in same} == {(one.unidentified, one.family)}
    here = Only(family=one.family, missing=one.missing)
    assert [line.family for line in listed(engine, run, only=here).lines] == [one.family] * listed(
        engine, run, only=here
    ).total
    assert listed(engine, run, only=replace(here, missing="nobody")).total == 0
    assert listed(engine, run, only=Only(states=("confirmed",))).total == 0
    assert listed(engine, run, only=Only(states=("open", "proposed"))).total == 20


def test_documents__a_candidate_with_infinite_numbers_comes_back():
    candidate = answer(simulated()).candidates[0]
    assert from_json(Candidate, to_json(candidate)) == candidate
    assert "Infinity" not in to_json(candidate)


def test_documents__what_has_no_form_is_refused():
    with pytest.raises(TypeError, match="a mapping by tuple"):
        to_json({("a", "b"): 1})
    with pytest.raises(TypeError, match="a bytes has no form"):
        to_json(b"")
    with pytest.raises(TypeError, match="has no form"):
        from_json(bytes, "1")


def test_open_candidate__needs_its_own_vault(registry):
    run, _, _ = run_and_store(registry)
    (line,) = listed(registry[0], run, count=1).lines
    with snapshot(registry[0]) as connection, pytest.raises(VaultError):
        open_candidate(connection, Vault.new(), line.id)
