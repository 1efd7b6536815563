"""Whether a family is known otherwise now than a search saw it: members, donors whom a consent covers, typings.

A search saw its families as they were known on its day. Whatever comes in later, also a consent that is dated before
it, belongs to no number of that search: its candidates keep what it saw. Searches of today note the last change that
they have read (`changes`); this asks the same of those that are older.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, Select, select

from antigone.model.incident.consent import SCOPE_IDENTIFICATION
from antigone.registry.store.lookups import covered_on
from antigone.registry.store.schema import donors, families, members, profiles, samples


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
    newer = _typings(of_family, day).where(profiles.c.added > since)
    return bool(
        now != set(known)
        or set(connection.scalars(giving)) != set(gave)
        or connection.execute(newer.limit(1)).one_or_none()
    )


def _typings(which: ColumnElement[bool], day: dt.date) -> Select[tuple[int, int]]:
    joined = profiles.join(samples).join(donors, samples.c.donor == donors.c.id).join(members).join(families)
    return select(members.c.family, profiles.c.id).select_from(joined).where(which, _covered(day))


def _covered(day: dt.date) -> ColumnElement[bool]:
    return donors.c.erased.is_(None) & covered_on(day, SCOPE_IDENTIFICATION)
