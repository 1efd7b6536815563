"""What others did since somebody was here last: searches that ended, decisions, imports and consents, by incident."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator
from typing import NamedTuple

from sqlalchemy import Connection, Table, func, select

from antigone.registry.store.schema import audit, decisions, incidents, joint_runs, pairings, runs

SIGNED_IN = "sign in"
WRITTEN = ("import", "record consent", "withdraw", "report alive", "confirm alive")
"""What has no table with a moment and is counted in the audit."""
MOST_LINES = 10_000
"""Lines of the audit that are looked through at most, the newest first."""


class Visit(NamedTuple):
    """A sign-in: its line in the audit, and when it was."""

    number: int
    at: str


class Event(NamedTuple):
    """How often (``number``) something happened in an incident."""

    incident: str
    what: str
    number: int


def visit_before(connection: Connection, actor: str) -> Visit | None:
    """The sign-in of somebody before their newest one; ``None`` when they are here for the first time."""
    mine = (audit.c.actor == actor, audit.c.action == SIGNED_IN)
    query = select(audit.c.number, audit.c.at).where(*mine).order_by(audit.c.number.desc()).limit(1).offset(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else Visit(row.number, row.at)


def events_since(connection: Connection, visit: Visit, *, user: int, actor: str) -> Iterator[Event]:
    """What happened since a visit, but for what ``user`` (whose code is ``actor``) did; ordered by incident."""
    yield from _ended(connection, runs, "search", since=visit.at, user=user)
    yield from _ended(connection, joint_runs, "solve jointly", since=visit.at, user=user)
    yield from _decided(connection, since=visit.at, user=user)
    yield from _written(
        connection,
        WRITTEN,
        after=visit.number,
        actor=actor,
    )


def _ended(connection: Connection, table: Table, what: str, *, since: str, user: int) -> Iterator[Event]:
    """Runs that came to their end, also those that somebody else's consent has closed again."""
    ended = (table.c.finished >= since, table.c.state.not_in(("running", "failed", "cancelled")))
    query = select(incidents.c.code, func.count()).select_from(table.join(incidents)).where(*ended)
    others = query.where(table.c.started_by != user).group_by(incidents.c.code).order_by(incidents.c.code)
    yield from (Event(code, what, count) for code, count in connection.execute(others))


def _decided(connection: Connection, *, since: str, user: int) -> Iterator[Event]:
    d = decisions.c
    query = select(incidents.c.code, d.action, func.count())
    query = query.select_from(decisions.join(pairings).join(incidents)).where(d.at >= since, d.user != user)
    by = (incidents.c.code, d.action)
    yield from (Event(*row) for row in connection.execute(query.group_by(*by).order_by(*by)))


def _written(connection: Connection, actions: Collection[str], *, after: int, actor: str) -> Iterator[Event]:
    """What has no table with a moment: counted in the audit, whose lines name the incident."""
    a = audit.c
    query = select(a.action, a.subject).where(a.number > after, a.action.in_(actions), a.actor != actor)
    lines = connection.execute(query.order_by(a.number.desc()).limit(MOST_LINES))
    found = Counter((_incident_of(subject), action) for action, subject in lines)
    yield from (Event(incident, what, found[incident, what]) for incident, what in sorted(found))


def _incident_of(subject: str) -> str:
    """The incident that a line of the audit names, as JSON or in words."""
    if subject.startswith("{"):
        return str(json.loads(subject).get("incident", ""))
    named = re.match(r"a (?:donor|living seeker) of incident (.+?)(?:, family .+?)?: samples ", subject)
    return named[1] if named else ""
