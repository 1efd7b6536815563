"""To read a whole incident, which takes seconds when it is large, while others go on writing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from antigone.model.incident.consent import SCOPE_IDENTIFICATION
from antigone.registry.audit.chain import audit_head, changes_since
from antigone.registry.consent.coverage import Covered, note_access, read_covered
from antigone.registry.store.database import snapshot
from antigone.team.access.counting import ACTIONS_KEEPING_PEOPLE
from antigone.team.access.roles import Action
from antigone.team.access.session import Session, Subject

READ_ATTEMPTS = 3
"""How often an incident is read beside the writers, before it is read while they wait."""


@contextmanager
def writing_what_was_read(
    session: Session, action: Action, subject: Subject, *, incident: str, scope: str = SCOPE_IDENTIFICATION
) -> Iterator[tuple[Connection, Covered]]:
    """One action that begins with what consent covers of an incident: the caller's transaction, and what was read.

    It is read from one state of the registry, without the lock of the writers. The transaction of the action begins
    after that, and goes on only when nobody has changed anything meanwhile that it rests on; else it is read again. So
    it holds what it would hold if it had been read in that transaction. What was opened, and for whom not, is written
    into the audit there, with the line of the action.

    Raises
    ------
    Forbidden
        When the user left, or got another role, since the session began.
    RegistryError
        When there is no such incident.
    """
    for _ in range(READ_ATTEMPTS):
        with snapshot(session.registry.engine) as connection:
            seen, covered = audit_head(connection).number, _read(session, connection, incident, scope)
        with session.changing() as connection:
            if not changes_since(connection, seen, leave_alone=ACTIONS_KEEPING_PEOPLE):
                yield from _act(session, connection, covered, action, subject)
                return
    with session.changing() as connection:
        yield from _act(session, connection, _read(session, connection, incident, scope), action, subject)


def _read(session: Session, connection: Connection, incident: str, scope: str) -> Covered:
    registry = session.registry
    return read_covered(connection, registry.vault, incident, scope=scope, day=registry.today())


def _act(
    session: Session, connection: Connection, covered: Covered, action: Action, subject: Subject
) -> Iterator[tuple[Connection, Covered]]:
    """What was read into the audit, then the action, then its line."""
    note_access(connection, covered, at=session.registry.now(), actor=session.code, purpose=session.purpose)
    yield connection, covered
    session.note(connection, action, subject)
