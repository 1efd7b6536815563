"""What an action reads without the lock of the writers: it holds what it would hold if they had waited."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from registry_team import INCIDENT, audit, candidate

from antigone.registry.consent.coverage import read_covered
from antigone.registry.store.database import snapshot
from antigone.team.access.session import Session, Subject
from antigone.team.incidents import reading
from antigone.team.incidents.consents import withdraw_donor
from antigone.team.incidents.reading import READ_ATTEMPTS, writing_what_was_read
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
