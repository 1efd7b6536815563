"""To read a whole incident, which takes seconds when it is large, while others go on writing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from sqlalchemy import Connection

from antigone.model.incident.consent import SCOPE_IDENTIFICATION
from antigone.model.statements.models import NOT_AGREED
from antigone.registry.audit.chain import audit_head, changes_since
from antigone.registry.consent.coverage import Covered, note_access, read_covered
from antigone.registry.store.database import snapshot
from antigone.team.access.counting import ACTIONS_KEEPING_PEOPLE
from antigone.team.access.roles import Action
from antigone.team.access.session import READ_ATTEMPTS, Session, Subject


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
    asked = writing_what_all_read(session, action, subject, incidents=[incident], scope=scope)
    with asked as (connection, (covered,)):
        yield connection, covered


@contextmanager
def writing_what_all_read(
    session: Session,
    action: Action,
    subject: Subject,
    *,
    incidents: Sequence[str],
    scope: str = SCOPE_IDENTIFICATION,
    donors: bool = True,
) -> Iterator[tuple[Connection, tuple[Covered, ...]]]:
    """The same with several incidents, all of one state of the registry; ``donors``: else unidentified persons alone.

    Raises
    ------
    Forbidden, RegistryError
        As in `writing_what_was_read`.
    """
    read = partial(_read, session, incidents=incidents, scope=scope, donors=donors)
    for _ in range(READ_ATTEMPTS):
        with snapshot(session.registry.engine) as connection:
            seen, found = audit_head(connection).number, read(connection)
        with session.changing() as connection:
            if not changes_since(connection, seen, leave_alone=ACTIONS_KEEPING_PEOPLE):
                yield from _act(session, connection, found, action, subject)
                return
    with session.changing() as connection:
        yield from _act(session, connection, read(connection), action, subject)


def _read(
    session: Session, connection: Connection, *, incidents: Sequence[str], scope: str, donors: bool
) -> tuple[Covered, ...]:
    registry = session.registry
    read = partial(read_covered, connection, registry.vault, scope=scope, day=registry.today(), donors=donors)
    return tuple(_with_version(read(incident)) for incident in incidents)


def _with_version(covered: Covered) -> Covered:
    """The incident with the version of its model in words, and a notice where two persons have not agreed on it."""
    notices = covered.incident.notices
    if covered.version.state != "confirmed":
        notices = (*notices, NOT_AGREED(number=covered.version.number))
    return replace(covered, incident=replace(covered.incident, model=covered.version.words, notices=notices))


def _act(
    session: Session, connection: Connection, found: tuple[Covered, ...], action: Action, subject: Subject
) -> Iterator[tuple[Connection, tuple[Covered, ...]]]:
    """What was read into the audit, then the action, then its line."""
    for covered in found:
        note_access(connection, covered, at=session.registry.now(), actor=session.code, purpose=session.purpose)
    yield connection, found
    session.note(connection, action, subject)
