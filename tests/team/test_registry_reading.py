"""What an action reads without the lock of the writers: it holds what it would hold if they had waited."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from registry_team import INCIDENT, audit, candidate

from antigone.errors import StorageError
from antigone.registry.audit.chain import audit_head
from antigone.registry.consent.coverage import read_covered
from antigone.registry.lists.overview import find_candidate
from antigone.registry.store.database import snapshot, transaction
from antigone.team.access import session as sessions
from antigone.team.access.session import READ_ATTEMPTS, Session, Subject
from antigone.team.incidents import reading
from antigone.team.incidents.consents import withdraw_donor
from antigone.team.incidents.reading import writing_what_was_read
from antigone.team.review import candidates
from antigone.team.review.candidates import read_candidate
from antigone.team.runs.searching import search


@pytest.fixture
def reads(monkeypatch):
    """Runs something else each time after an incident was read beside the writers; gives what was read each time."""
    times = []

    def then(*steps):
        left = list(steps)

        def read(*arguments, **named):
            times.append(read_covered(*arguments, **named))
            return times[-1]

        @contextmanager
        def beside(engine):
            with snapshot(engine) as connection:
                yield connection
            if left:
                left.pop(0)()

        monkeypatch.setattr(reading, "read_covered", read)
        monkeypatch.setattr(reading, "snapshot", beside)
        return times

    return then


def families_read(session: Session) -> dict[str, int]:
    """How many donors of each family the action holds."""
    with writing_what_was_read(session, "search", Subject(), incident=INCIDENT) as (_, covered):
        return {family.code: len(family.donors) for family in covered.incident.families}


def test_reading__is_written_into_the_audit_once_before_its_action(team_at_work):
    families_read(team_at_work["geneticist"])
    newest = [line for line in audit(team_at_work) if line[0] == "geneticist"][:2]
    assert newest == [("geneticist", "search"), ("geneticist", "read profiles")]


def test_reading__who_leaves_before_the_action_begins_is_not_in_it(team_at_work, reads):
    times = reads(lambda: withdraw_donor(team_at_work["registrar"], INCIDENT, "F1", "FA"))
    assert families_read(team_at_work["geneticist"])["F1"] == 1
    assert len(times) == 2


@pytest.mark.slow
def test_reading__who_only_looks_meanwhile_disturbs_nothing(team_at_work, reads):
    search(team_at_work["geneticist"], INCIDENT)
    times = reads(lambda: candidate(team_at_work, "PM1", "F1"))
    assert families_read(team_at_work["geneticist"])["F1"] == 2
    assert len(times) == 1


def test_reading__where_somebody_always_changes_something_they_wait_in_the_end(team_at_work, reads, monkeypatch):
    monkeypatch.setattr(reading, "changes_since", lambda *_arguments, **_named: True)
    times = reads()
    assert families_read(team_at_work["geneticist"])["F1"] == 2
    assert len(times) == READ_ATTEMPTS + 1
    assert [line for line in audit(team_at_work) if line[1] == "read profiles"] == [("geneticist", "read profiles")]


def beside_a_page(monkeypatch, step):
    """Runs something else, once, when a page has read what it shows, and before its line in the audit."""
    left = [step]

    @contextmanager
    def then(engine):
        with snapshot(engine) as connection:
            yield connection
        if left and looked:
            left.pop()()

    looked = []
    whole = audit_head

    def noticed(connection):
        looked.append(connection)
        return whole(connection)

    monkeypatch.setattr(sessions, "audit_head", noticed)
    monkeypatch.setattr(sessions, "snapshot", then)


def test_page__who_leaves_before_its_line_is_written_is_not_on_it(after_search, monkeypatch):
    line = candidate(after_search, "PM1", "F1")
    beside_a_page(monkeypatch, lambda: withdraw_donor(after_search["registrar"], INCIDENT, "F1", "FA"))
    view = read_candidate(after_search["reviewer"], line.id)
    assert view.candidate is None
    assert [one[1] for one in audit(after_search)].count("see candidate") == 1


def test_page__is_not_shown_when_its_line_cannot_be_written(after_search, monkeypatch):
    line = candidate(after_search, "PM1", "F1")

    def full(*_arguments, **_named):
        raise StorageError("the disk is full")

    monkeypatch.setattr(sessions, "append", full)
    with pytest.raises(StorageError, match="full"):
        read_candidate(after_search["reviewer"], line.id)


def test_page__is_read_without_the_lock_of_the_writers(after_search, monkeypatch):
    """Somebody writes while it is read: with the lock held, they would wait for each other."""
    line, engine = candidate(after_search, "PM1", "F1"), after_search["reviewer"].registry.engine
    whole = find_candidate

    def beside(connection, number):
        with transaction(engine):
            return whole(connection, number)

    monkeypatch.setattr(candidates, "find_candidate", beside)
    assert read_candidate(after_search["reviewer"], line.id).candidate is not None
