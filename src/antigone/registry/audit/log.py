"""The audit as it is read: page by page, line by line for an export, and the sign-ins that failed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, and_, func, select, tuple_

from antigone.registry.audit.chain import BLOCK
from antigone.registry.store.lookups import AnyRow
from antigone.registry.store.schema import audit, users

LINES_AT_ONCE = 1000
"""Lines of an export that are held in memory at a time."""


def page_of_audit(
    connection: Connection, *, actor: str, action: str, page: int, size: int
) -> tuple[Sequence[AnyRow], int]:
    """Some lines, the newest first, and how many there are; an empty ``actor`` or ``action`` means any."""
    wanted = [column == value for column, value in ((audit.c.actor, actor), (audit.c.action, action)) if value]
    which = and_(True, *wanted)
    total = connection.scalar(select(func.count()).select_from(audit).where(which)) or 0
    query = select(audit).where(which).order_by(audit.c.number.desc()).limit(size).offset((page - 1) * size)
    return connection.execute(query).all(), total


def kinds_of_lines(connection: Connection) -> list[tuple[str, str]]:
    """Every user with every action that the audit has of them, in order.

    One step along the index for each of them, however many lines there are.
    """
    here = tuple_(audit.c.actor, audit.c.action)
    step = select(audit.c.actor, audit.c.action).order_by(audit.c.actor, audit.c.action).limit(1)
    found: list[tuple[str, str]] = []
    row = connection.execute(step).one_or_none()
    while row is not None:
        found.append((row.actor, row.action))
        row = connection.execute(step.where(here > tuple_(*found[-1]))).one_or_none()
    return found


def read_lines(connection: Connection, *, after: int = 0, last: int | None = None) -> Sequence[AnyRow]:
    """The next lines after a number and up to another (the newest when none is given), at most `LINES_AT_ONCE`."""
    query = select(audit).where(audit.c.number > after).order_by(audit.c.number).limit(LINES_AT_ONCE)
    return connection.execute(query if last is None else query.where(audit.c.number <= last)).all()


def newest_lines(connection: Connection, actions: Sequence[str]) -> Iterator[AnyRow]:
    """What users did of some actions, the newest first; who has found theirs stops reading.

    The users are named one by one, because the index of the audit begins with them.
    """
    everybody = connection.scalars(select(users.c.code)).all()
    which = and_(audit.c.actor.in_(everybody), audit.c.action.in_(actions))
    query = select(audit).where(which).order_by(audit.c.number.desc())
    with connection.execute(query.execution_options(yield_per=BLOCK)) as lines:
        yield from lines


def count_failures(connection: Connection, *, actor: str, failed: str, succeeded: str, since: str) -> int:
    """How often ``actor`` failed since a moment, or since they last succeeded."""
    mine = and_(audit.c.actor == actor, audit.c.at >= since)
    last = select(func.max(audit.c.number)).where(mine, audit.c.action == succeeded).scalar_subquery()
    after = audit.c.number > func.coalesce(last, 0)
    return connection.scalar(select(func.count()).select_from(audit).where(mine, audit.c.action == failed, after)) or 0


def count_exports(connection: Connection, incidents: Sequence[str]) -> int:
    """How often incidents were exported."""
    wanted = set(incidents)
    subjects = connection.scalars(select(audit.c.subject).where(audit.c.action == "export"))
    return sum(json.loads(subject).get("incident") in wanted for subject in subjects)
