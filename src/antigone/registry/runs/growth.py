"""What was added to families after a search had compared them: members, donors whom a consent covers, typings.

A search saw its families as they were known on its day. Whatever comes in later, also a consent that is dated before
it, belongs to no number of that search: the run is marked to be computed again, and its candidates keep what it saw.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, select, update

from antigone.model.incident.consent import SCOPE_IDENTIFICATION
from antigone.model.review import TO_COMPUTE_AGAIN
from antigone.registry.runs.blocks import erase_blocks
from antigone.registry.store.lookups import covered_on
from antigone.registry.store.schema import donors, families, incidents, members, profiles, runs, samples

Standing = Mapping[int, Collection[tuple[str, int]]]
"""By family: the rows of its members, of its covered donors, and of these donors' typings."""
_OPEN_TO_GROWTH = ("finished", "running")


@dataclass(frozen=True)
class Noted:
    """How the families of an incident, or one of them, stood on the day of each run that has, or will have, an answer
    which nothing has made old yet."""

    incident: int | None
    family: str
    by_day: Mapping[dt.date, Standing]


def note_families(connection: Connection, incident: str, *, family: str = "") -> Noted:
    """How families stand before something is added; only one of them when it is named."""
    number = connection.scalar(select(incidents.c.id).where(incidents.c.code == incident))
    these = (runs.c.incident == number, runs.c.state.in_(_OPEN_TO_GROWTH))
    days = connection.scalars(select(runs.c.day).where(*these).distinct()).all() if number is not None else ()
    return Noted(number, family, {day: _standing(connection, _within(number, family), day) for day in days})


def mark_grown(connection: Connection, before: Noted) -> int:
    """Mark the runs that compared a family otherwise than it is known now; how many. One that still computes keeps no
    block, and learns it when it ends. A family that is new changes no run."""
    marked = 0
    for day, then in before.by_day.items():
        now = _standing(connection, _within(before.incident, before.family), day)
        if all(now.get(family) == rows for family, rows in then.items()):
            continue
        of_day = (runs.c.incident == before.incident) & (runs.c.day == day)
        finished = update(runs).where(of_day, runs.c.state == "finished").values(state=TO_COMPUTE_AGAIN)
        marked += connection.execute(finished).rowcount
        if before.incident is not None:
            erase_blocks(connection, before.incident)
    return marked


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


def _standing(connection: Connection, which: ColumnElement[bool], day: dt.date) -> Standing:
    found: defaultdict[int, set[tuple[str, int]]] = defaultdict(set)
    given = select(members.c.family, donors.c.id).select_from(donors.join(members).join(families))
    asked = {
        "member": select(members.c.family, members.c.id).select_from(members.join(families)).where(which),
        "donor": given.where(which, _covered(day)),
        "typing": _typings(which, day),
    }
    for kind, query in asked.items():
        for family, number in connection.execute(query):
            found[family].add((kind, number))
    return found


def _typings(which: ColumnElement[bool], day: dt.date) -> Select[tuple[int, int]]:
    joined = profiles.join(samples).join(donors, samples.c.donor == donors.c.id).join(members).join(families)
    return select(members.c.family, profiles.c.id).select_from(joined).where(which, _covered(day))


def _covered(day: dt.date) -> ColumnElement[bool]:
    return donors.c.erased.is_(None) & covered_on(day, SCOPE_IDENTIFICATION)


def _within(incident: int | None, family: str) -> ColumnElement[bool]:
    here = families.c.incident == incident
    return here & (families.c.code == family) if family else here
