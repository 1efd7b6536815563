"""A search of the registry that was ended goes on where it was, and never with anything of somebody who left."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from registry_children import Say, fork
from registry_team import IDENTIFY, INCIDENT, NOON, PURPOSE, Team, audit, make_team, small_incident
from sqlalchemy import select
from unfinished import ERASED_AT_ONCE as ERASED_AT_ONCE
from unfinished import ONE_BY_ONE as ONE_BY_ONE
from unfinished import After as After
from unfinished import cancelled_after as cancelled_after
from unfinished import full_candidates as full_candidates
from unfinished import kept_rows as kept_rows
from unfinished import looks_at_once as looks_at_once
from unfinished import newest as newest
from unfinished import resumed as resumed
from unfinished import scored as scored

from antigone.errors import Cancelled, Conflict, Forbidden, RegistryError
from antigone.model.incident.consent import Consent
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.plain import to_json
from antigone.registry.store.database import snapshot, transaction
from antigone.registry.store.schema import keys, unfinished
from antigone.search.pairs import distributed
from antigone.search.pairs.blocks import score_block
from antigone.team.access import opening
from antigone.team.incidents.consents import record_consent, withdraw_donor, withdraw_seeker
from antigone.team.incidents.families import read_family
from antigone.team.incidents.importing import import_incident
from antigone.team.incidents.pedigrees import pedigree_version, save_pedigree
from antigone.team.review.candidates import list_candidates
from antigone.team.runs.resuming import identify_content
from antigone.team.runs.searching import (
    cancel_search,
    discard_search,
    findings,
    read_run,
    resume_search,
    search,
)
from antigone.team.views import RunLine


def without_times(team: Team, run: int) -> str:
    result = read_run(team["reviewer"], run).result
    assert result is not None
    return to_json(replace(result, provenance=replace(result.provenance, created="")))


@pytest.mark.slow
def test_resume__after_a_cancel_gives_what_one_go_gives(team_at_work, scored):
    line = cancelled_after(team_at_work, 2)
    assert (line.state, line.resumable, line.kept, line.kept_of) == ("cancelled", True, 2, 4)
    first = list(scored)
    ended, words = resumed(team_at_work, line.id)
    assert (ended.id, ended.state, ended.resumable, ended.kept) == (line.id, "finished", False, 0)
    assert words == "Resumed from 2 of 4 parts, which were kept."
    assert len(first) == 2
    assert sorted(scored) == ["F1", "F2", "F3", "F4"], "no block is computed twice"
    whole = search(team_at_work["geneticist"], INCIDENT, seed=5, execution=ONE_BY_ONE).line.id
    assert full_candidates(team_at_work, line.id) == full_candidates(team_at_work, whole)
    assert len(full_candidates(team_at_work, whole)) > 3
    assert without_times(team_at_work, line.id) == without_times(team_at_work, whole)


@pytest.mark.slow
def test_resume__may_be_cancelled_and_resumed_again(team_at_work, scored):
    run = cancelled_after(team_at_work, 1).id
    after = After(3)
    with pytest.raises(Cancelled):
        resume_search(team_at_work["geneticist"], run, progress=after.progress, cancelled=after)
    assert newest(team_at_work).kept == 3
    assert resumed(team_at_work, run)[1] == "Resumed from 3 of 4 parts, which were kept."
    assert len(scored) == 4


def killed(team: Team, place: str, blocks: int) -> RunLine:
    """A run whose process was killed without a word when so many blocks were done."""
    vault = team.registry.vault

    def work(say: Say) -> None:
        registry = opening.open_with(place, vault, clock=team.clock)

        def progress(step: str, done: int, _of: int) -> None:
            if step == "comparing blocks" and done == blocks:
                say(".")
                time.sleep(60)

        session = opening.session_of(registry, "geneticist", purpose=PURPOSE)
        search(session, INCIDENT, seed=5, execution=ONE_BY_ONE, progress=progress)

    fork(work).killed_after(0.0)
    return newest(team)


@pytest.mark.slow
def test_resume__after_its_process_was_killed_gives_what_one_go_gives(team_at_work, registry_url, scored):
    team_at_work.registry.engine.dispose()
    line = killed(team_at_work, registry_url, 3)
    assert (line.state, line.resumable, line.kept, line.kept_of) == ("running", True, 3, 4)
    with pytest.raises(Conflict, match="is running, expected cancelled or failed; end it first"):
        resume_search(team_at_work["geneticist"], line.id)
    cancel_search(team_at_work["geneticist"], line.id)
    assert resumed(team_at_work, line.id)[1] == "Resumed from 3 of 4 parts, which were kept."
    assert len(scored) == 1
    whole = search(team_at_work["geneticist"], INCIDENT, seed=5, execution=ONE_BY_ONE).line.id
    assert full_candidates(team_at_work, line.id) == full_candidates(team_at_work, whole)


@pytest.mark.slow
def test_resume__a_search_that_failed_goes_on(team_at_work, monkeypatch):
    left = [1, 2]

    def breaks(families, of):
        if not left:
            raise MemoryError
        left.pop()
        return score_block(families, of)

    with monkeypatch.context() as patched:
        patched.setattr(distributed, "score_block", breaks)
        with pytest.raises(MemoryError):
            search(team_at_work["geneticist"], INCIDENT, execution=ONE_BY_ONE)
    line = newest(team_at_work)
    assert (line.state, line.kept, line.kept_of) == ("failed", 2, 4)
    assert resumed(team_at_work, line.id)[0].state == "finished"


@pytest.mark.slow
def test_resume__a_small_search_is_computed_anew_under_its_number_and_seed(team_at_work):
    before = search(team_at_work["geneticist"], INCIDENT, seed=5).line.id
    with pytest.raises(Cancelled):
        search(team_at_work["geneticist"], INCIDENT, seed=5, cancelled=lambda: True)
    line = newest(team_at_work)
    assert (line.resumable, line.kept, line.kept_of) == (True, 0, 0)
    ended, words = resumed(team_at_work, line.id)
    assert words == "Resumed from the beginning: no finished part was kept."
    assert ended.id == line.id == before + 1
    assert full_candidates(team_at_work, line.id) == full_candidates(team_at_work, before)
    assert without_times(team_at_work, line.id) == without_times(team_at_work, before)


@pytest.mark.slow
def test_resume__stands_in_the_audit_with_what_was_read(team_at_work):
    run = cancelled_after(team_at_work).id
    before = len(audit(team_at_work))
    resumed(team_at_work, run, "second geneticist")
    new = audit(team_at_work)[: len(audit(team_at_work)) - before]
    mine = [action for actor, action in reversed(new) if actor == "second geneticist"]
    assert mine == ["read profiles", "search", "search"]


# What it rests on


def another_sister(team: Team) -> None:
    """A declared sister more: only her family's pedigree changes."""
    view = read_family(team["registrar"], INCIDENT, "F2")
    pedigree = Pedigree((*view.pedigree, Individual("SI", "female", "FA", "MO")))
    seen = pedigree_version(view.pedigree, view.missing)
    save_pedigree(team["registrar"], INCIDENT, "F2", pedigree=pedigree, missing=view.missing, seen=seen)


CHANGES: dict[str, Callable[[Team], object]] = {
    "a donor left": lambda team: withdraw_donor(team["coordinator"], INCIDENT, "F1", "FA"),
    "a seeker left": lambda team: withdraw_seeker(team["coordinator"], INCIDENT, "LS1"),
    "a pedigree changed": another_sister,
}


@pytest.mark.slow
@pytest.mark.parametrize("what", sorted(CHANGES))
def test_change__erases_the_blocks_and_their_key_at_once(team_at_work, what, scored):
    run = cancelled_after(team_at_work, 3).id
    with snapshot(team_at_work.registry.engine) as connection:
        key = connection.scalar(select(unfinished.c.key))
    CHANGES[what](team_at_work)
    assert kept_rows(team_at_work.registry) == ERASED_AT_ONCE
    with snapshot(team_at_work.registry.engine) as connection:
        assert connection.scalar(select(keys.c.id).where(keys.c.id == key)) is None
        assert connection.execute(select(unfinished.c.key, unfinished.c.sealed)).one() == (None, None)
    scored.clear()
    _, words = resumed(team_at_work, run)
    assert words == "Resumed from the beginning: no finished part was kept."
    assert len(scored) == 4
    whole = search(team_at_work["geneticist"], INCIDENT, seed=5, execution=ONE_BY_ONE).line.id
    assert full_candidates(team_at_work, run) == full_candidates(team_at_work, whole)


@pytest.mark.slow
def test_change__nothing_of_a_donor_who_left_is_in_the_answer(team_at_work):
    run = cancelled_after(team_at_work, 4).id
    withdraw_donor(team_at_work["coordinator"], INCIDENT, "F1", "FA")
    withdraw_donor(team_at_work["coordinator"], INCIDENT, "F1", "MO")
    resumed(team_at_work, run)
    assert list_candidates(team_at_work["reviewer"], INCIDENT, run=run, family="F1").rows == ()
    assert list_candidates(team_at_work["reviewer"], INCIDENT, run=run, family="F3").rows != ()


@pytest.mark.slow
def test_change__a_new_consent_is_found_by_comparing(team_at_work, scored):
    run = cancelled_after(team_at_work, 3).id
    record_consent(team_at_work["coordinator"], INCIDENT, "F4", "MO", consent=Consent("C9", NOON.date()))
    assert kept_rows(team_at_work.registry) == (1, 3)
    scored.clear()
    line, words = resumed(team_at_work, run)
    assert words == "Resumed from the beginning: something that the search rests on has changed."
    assert len(scored) == 4
    assert line.left_out == {"donors whose consent has expired": 1}


@pytest.mark.slow
def test_change__a_consent_that_has_ended_since_is_found_by_comparing(registry_url, scored):
    team = make_team(registry_url)
    ending = replace(IDENTIFY, expires=NOON.date().replace(day=25))
    import_incident(team["registrar"], INCIDENT, small_incident(second=ending))
    run = cancelled_after(team, 4).id
    team.clock.later(days=1)
    first = identity_of(team)
    team.clock.later(days=1)
    assert identity_of(team) != first
    scored.clear()
    line, words = resumed(team, run)
    assert "has changed" in words
    assert len(scored) == 4
    assert line.day.isoformat() == "2026-11-25"
    assert line.left_out["donors whose consent has expired"] == 2
    team.registry.close()


def identity_of(team: Team) -> bytes:
    from antigone.registry.consent.coverage import read_incident

    with transaction(team.registry.engine) as connection:
        covered = read_incident(
            connection, team.registry.vault, INCIDENT, scope="identification", day=team.registry.today(),
            at=team.registry.now(), actor="geneticist", purpose="to test",
        )  # fmt: skip
    return identify_content(covered.incident, block_families=1)


@pytest.mark.slow
def test_resume__on_another_day_with_the_same_consents_goes_on(team_at_work, scored):
    run = cancelled_after(team_at_work, 3).id
    team_at_work.clock.later(days=2)
    line, words = resumed(team_at_work, run)
    assert words == "Resumed from 3 of 4 parts, which were kept."
    assert line.day.isoformat() == "2026-11-25"
    assert len(scored) == 4


@pytest.mark.parametrize(
    "change",
    [
        lambda i: replace(i, settings=replace(i.settings, theta=0.01)),
        lambda i: replace(i, unidentified=i.unidentified[::-1]),
        lambda i: replace(i, unidentified=(replace(i.unidentified[0], sex="male"), *i.unidentified[1:])),
        lambda i: replace(i, families=i.families[1:]),
        lambda i: replace(i, families=(replace(i.families[0], missing=()), *i.families[1:])),
        lambda i: replace(i, tables=(replace(i.tables[0], population="There"),)),
    ],
)
def test_identity__differs_with_anything_that_decides_a_block(change):
    incident = small_incident()
    same = identify_content(small_incident(), block_families=1)
    assert identify_content(incident, block_families=1) == same
    assert identify_content(change(incident), block_families=1) != same
    assert identify_content(incident, block_families=2) != same


# Who, and what ends it


@pytest.mark.slow
def test_resume__by_another_geneticist_leaves_the_findings_with_who_started_it(team_at_work):
    run = cancelled_after(team_at_work).id
    line, _ = resumed(team_at_work, run, "second geneticist")
    assert line.started_by == "geneticist"
    assert [one.member for one in findings(team_at_work["geneticist"], run)] == ["SI"]
    with pytest.raises(Forbidden, match="for the geneticist who started it"):
        findings(team_at_work["second geneticist"], run)


@pytest.mark.slow
def test_end__a_finished_search_keeps_no_block(team_at_work):
    run = cancelled_after(team_at_work).id
    assert kept_rows(team_at_work.registry) == (1, 2)
    resumed(team_at_work, run)
    assert kept_rows(team_at_work.registry) == (0, 0)
    with pytest.raises(Conflict, match="is finished, expected cancelled or failed; start a new search"):
        resume_search(team_at_work["geneticist"], run)


def test_end__a_newer_search_takes_what_older_ones_kept(team_at_work):
    run = cancelled_after(team_at_work).id
    second = cancelled_after(team_at_work, 1)
    assert second.id == run + 1
    assert kept_rows(team_at_work.registry) == (1, 1)
    older = read_run(team_at_work["reviewer"], run).line
    assert (older.state, older.resumable, older.kept) == ("cancelled", False, 0)
    with pytest.raises(Conflict, match="a newer search was started"):
        resume_search(team_at_work["geneticist"], run)
    assert read_run(team_at_work["reviewer"], run).line.state == "cancelled"


def test_discard__erases_blocks_and_key_and_ends_resuming(team_at_work):
    run = cancelled_after(team_at_work).id
    with snapshot(team_at_work.registry.engine) as connection:
        key = connection.scalar(select(unfinished.c.key))
    line = discard_search(team_at_work["second geneticist"], run)
    assert (line.state, line.resumable) == ("cancelled", False)
    assert kept_rows(team_at_work.registry) == (0, 0)
    with snapshot(team_at_work.registry.engine) as connection:
        assert connection.scalar(select(keys.c.id).where(keys.c.id == key)) is None
    assert audit(team_at_work)[1] == ("second geneticist", "search")
    for act in (discard_search, resume_search):
        with pytest.raises(Conflict, match=f"run {run}"):
            act(team_at_work["geneticist"], run)


@pytest.mark.slow
def test_discard__of_a_running_or_unknown_search_is_refused(team_at_work):
    refused: list[str] = []

    def try_it(step: str, done: int, _of: int) -> None:
        if not refused:
            with pytest.raises(Conflict, match="cancel it first") as told:
                discard_search(team_at_work["geneticist"], newest(team_at_work).id)
            refused.append(str(told.value))

    search(team_at_work["geneticist"], INCIDENT, progress=try_it)
    assert refused
    for act in (discard_search, resume_search):
        with pytest.raises(RegistryError, match="no run 99"):
            act(team_at_work["geneticist"], 99)


def test_resume__a_process_that_was_thought_gone_writes_nothing_more(team_at_work):
    """It was cancelled and resumed while it computed a block; it neither ends the run nor stores its own answer."""
    geneticist, ended = team_at_work["geneticist"], list[int]()

    def taken_over(step: str, done: int, _of: int) -> None:
        if step == "comparing blocks" and done == 2 and not ended:
            run = newest(team_at_work).id
            cancel_search(geneticist, run)
            after = After(3)
            with pytest.raises(Cancelled):
                resume_search(team_at_work["second geneticist"], run, progress=after.progress, cancelled=after)
            ended.append(run)

    with pytest.raises(Cancelled):
        search(geneticist, INCIDENT, execution=ONE_BY_ONE, progress=taken_over)
    line = newest(team_at_work)
    assert (line.id, line.state, line.kept) == (ended[0], "cancelled", 3)
    states = [row for row in audit(team_at_work) if row[1] == "search"]
    assert [actor for actor, _ in states] == ["second geneticist", "second geneticist", "geneticist", "geneticist"]


@pytest.mark.slow
def test_finish__of_a_run_that_somebody_resumed_is_refused(team_at_work, monkeypatch):
    """The last look before the answer is stored is in the transaction that stores it."""
    monkeypatch.setattr("antigone.team.runs.searching.SECONDS_BETWEEN_LOOKS", 1e9)
    geneticist, other = team_at_work["geneticist"], list[int]()

    def resumed_by_another(step: str, done: int, of: int) -> None:
        if step == "explaining candidates" and done == of and not other:
            other.append(newest(team_at_work).id)
            cancel_search(geneticist, other[0])
            with pytest.raises(KeyboardInterrupt):
                resume_search(team_at_work["second geneticist"], other[0], progress=stopped)

    with pytest.raises(RegistryError, match=r"run 1 (was resumed by somebody else|is cancelled)"):
        search(geneticist, INCIDENT, execution=ONE_BY_ONE, progress=resumed_by_another)
    assert newest(team_at_work).state == "cancelled"


def stopped(_step: str, _done: int, _of: int) -> None:
    raise KeyboardInterrupt
