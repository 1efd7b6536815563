"""Whether a family is known otherwise now than a search saw it: members, donors whom a consent covers, typings.

A search saw its families as they were known on its day. Whatever comes in later, also a consent that is dated before
it, belongs to no number of that search: its candidates keep what it saw. Searches of today note the last change that
they have read (`changes`); this asks the same of those that are older.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, Select, select, update

from antigone.model.incident.consent import SCOPE_IDENTIFICATION
from antigone.model.review import TO_COMPUTE_AGAIN
from antigone.registry.runs.blocks import erase_blocks
from antigone.registry.store.lookups import covered_on
from antigone.registry.store.schema import (
    conflicts,
    donors,
    members,
    profiles,
    runs,
    samples,
    typings,
)


def was_added_to(
    connection: Connection, family: int, *, day: dt.date, since: str, known: Collection[str], gave: Collection[str]
) -> bool:
    """Whether a family is known otherwise now than a search saw it.

    Parameters
    ----------
    connection, family
        The transaction, and the family's row.
    day, since
        The day of the search, and the moment it began.
    known, gave
        The codes of the members, and of those who gave a sample, as the search saw them.
    """
    of_family = members.c.family == family
    now = set(connection.scalars(select(members.c.code).where(of_family)))
    giving = select(members.c.code).select_from(donors.join(members)).where(of_family, _covered(day))
    donors_of_family = samples.c.donor.in_(select(donors.c.id).select_from(donors.join(members)).where(of_family))
    return bool(
        now != set(known)
        or set(connection.scalars(giving)) != set(gave)
        or _typed_otherwise(connection, donors_of_family & samples.c.donor.in_(_covered_donors(day)), since)
    )


def was_typed_otherwise(connection: Connection, person: int, *, since: str) -> bool:
    """Whether what was typed of an unidentified person (their row) is known otherwise now than at a moment."""
    return _typed_otherwise(connection, samples.c.unidentified == person, since)


def _typed_otherwise(connection: Connection, which: ColumnElement[bool], since: str) -> bool:
    """Whether a typing of some samples came, was corrected or retired since then, or a conflict was settled."""
    typed = profiles.join(samples).outerjoin(typings, typings.c.profile == profiles.c.id)
    newer = (
        select(profiles.c.id).select_from(typed).where(which, (profiles.c.added > since) | (typings.c.ended > since))
    )
    settled = select(conflicts.c.id).select_from(conflicts.join(samples)).where(which, conflicts.c.closed > since)
    return any(connection.execute(query.limit(1)).one_or_none() for query in (newer, settled))


def mark_old(connection: Connection, incident: int) -> int:
    """Mark the finished runs of an incident, because a typing they rest on was changed; how many. One that still
    computes keeps no block."""
    finished = (runs.c.incident == incident) & (runs.c.state == "finished")
    erase_blocks(connection, incident)
    return connection.execute(update(runs).where(finished).values(state=TO_COMPUTE_AGAIN)).rowcount


def _covered_donors(day: dt.date) -> Select[tuple[int]]:
    return select(donors.c.id).where(_covered(day))


def _covered(day: dt.date) -> ColumnElement[bool]:
    return donors.c.erased.is_(None) & covered_on(day, SCOPE_IDENTIFICATION)
