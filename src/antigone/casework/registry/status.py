"""What a user sees first: every incident in counts, what waits for them, what is blocked, what is running."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from sqlalchemy import Connection

from antigone.casework.registry.roles import ALLOWED, Action
from antigone.casework.registry.runlines import running
from antigone.casework.registry.session import Session, action
from antigone.casework.registry.views import Blocked, IncidentStatus, Status, Waiting
from antigone.model.case import SCOPE_IDENTIFICATION
from antigone.registry.erasure import withdrawn_donors
from antigone.registry.overview import (
    all_incidents,
    count_donors,
    count_identified,
    count_living,
    count_people,
    count_runs,
    count_states,
    families_in_want,
    waiting_for_another,
)

TO_REPEAT = "to be computed again"
MOST_BLOCKED = 200
"""Families in want that are listed; the counts of an incident hold all."""
_WAITS_FOR: tuple[tuple[str, Action], ...] = (("open", "propose"), ("proposed", "confirm"), ("reopening", "reopen"))


@action("see status")
def read_status(session: Session) -> Status:
    """The dashboard of one user. Counts for every role; families by code for the roles that see families."""
    with session.looking() as connection:
        incidents = _incidents(session, connection)
        waiting = tuple(_waiting(session, connection, incidents))
        blocked = tuple(_blocked(session, connection, incidents)) if _may(session, "see families") else ()
        return Status(incidents, waiting, blocked, running(connection) if _may(session, "see runs") else ())


@action("see status")
def list_incidents(session: Session) -> tuple[IncidentStatus, ...]:
    """Every incident in counts, by code."""
    with session.looking() as connection:
        return _incidents(session, connection)


def _may(session: Session, wanted: Action) -> bool:
    return session.role in ALLOWED[wanted]


def _incidents(session: Session, connection: Connection) -> tuple[IncidentStatus, ...]:
    people = count_people(connection)
    donors = count_donors(connection, day=session.registry.today(), scope=SCOPE_IDENTIFICATION)
    living, identified = count_living(connection), count_identified(connection)
    states: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for row in count_states(connection):
        states[row.incident][row.state] = row.number
    runs: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for row in count_runs(connection):
        runs[row.incident][row.state] = row.number
    return tuple(
        IncidentStatus(
            row.code,
            row.title,
            *people.get(row.id, (0, 0, 0)),
            *donors.get(row.id, (0, 0)),
            sum(runs[row.id].values()),
            runs[row.id].get(TO_REPEAT, 0),
            states[row.id],
            living.get(row.id, 0),
            identified.get(row.id, 0),
        )
        for row in all_incidents(connection)
    )


def _waiting(session: Session, connection: Connection, incidents: tuple[IncidentStatus, ...]) -> Iterator[Waiting]:
    for state, wanted in _WAITS_FOR:
        if _may(session, wanted):
            for row in waiting_for_another(connection, state, session.user):
                yield Waiting(state, row.incident, row.number)
    if _may(session, "search"):
        yield from (Waiting(f"run {TO_REPEAT}", i.code, i.runs_to_repeat) for i in incidents if i.runs_to_repeat)


def _blocked(session: Session, connection: Connection, incidents: tuple[IncidentStatus, ...]) -> Iterator[Blocked]:
    for incident in incidents:
        left = Counter(
            family for family, _ in withdrawn_donors(connection, incident=incident.code, day=session.registry.today())
        )
        yield from (Blocked(incident.code, family, "who withdrew is to be erased", left[family]) for family in left)
    rows = families_in_want(connection, day=session.registry.today(), scope=SCOPE_IDENTIFICATION, limit=MOST_BLOCKED)
    for row in rows:
        if row.without:
            yield Blocked(row.incident, row.family, "donors without consent", row.without)
        if row.donors == row.without:
            yield Blocked(row.incident, row.family, "no donor with consent", 0)
