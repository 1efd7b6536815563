"""What a family is asked for while somebody of it is looked for: one more sample, or the consent of a donor.

A sample is asked for because a geneticist asked, for whatever reason, or because nobody of the family has given one
that is still here: the same words for all, so that none of them is a reason.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, Connection, exists, func, select

from antigone.model.incident.consent import SCOPE_IDENTIFICATION
from antigone.registry.consent.coverage import instruments_of
from antigone.registry.store.lookups import AnyRow, covered_on
from antigone.registry.store.schema import asks, consents, donors, families, incidents, members, profiles, samples

What = Literal["sample", "consent"]


@dataclass(frozen=True)
class Want:
    """What a family is asked for, since which day, and of whom: the codes of donors whose consent is wanted."""

    what: What
    since: dt.date
    who: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lapse:
    """A donor without an active consent, and since when; ``withdrew``: they ended it themselves, so nobody asks."""

    donor: int
    family: int
    member: str
    since: dt.date
    withdrew: bool


def wants_of(connection: Connection, *, day: dt.date, here: ColumnElement[bool]) -> dict[int, tuple[Want, ...]]:
    """What each family is asked for, by its row; ``here`` says which rows of ``families``."""
    found: defaultdict[int, list[Want]] = defaultdict(list)
    for family, since in sorted(_sample_wanted(connection, here).items()):
        found[family].append(Want("sample", since))
    lapsed: defaultdict[int, list[Lapse]] = defaultdict(list)
    declined = _declined(connection)
    for one in lapses(connection, day=day, here=here):
        said_no = declined.get(one.donor)
        if not one.withdrew and (said_no is None or said_no < one.since):
            lapsed[one.family].append(one)
    for family, those in sorted(lapsed.items()):
        who = tuple(one.member for one in those)
        found[family].append(Want("consent", min(one.since for one in those), who))
    return {family: tuple(wants) for family, wants in found.items()}


def _sample_wanted(connection: Connection, here: ColumnElement[bool]) -> dict[int, dt.date]:
    """Families from whom a sample is wanted, and since when: asked by a geneticist, or nobody has given one."""
    asked = select(asks.c.family, asks.c.asked).select_from(asks.join(families))
    rows = connection.execute(asked.where(here, asks.c.kind == "sample", asks.c.ended.is_(None)))
    return _without_donors(connection, here) | {row.family: row.asked for row in rows}


def _without_donors(connection: Connection, here: ColumnElement[bool]) -> dict[int, dt.date]:
    """Families of whom nobody gives a sample, since the last one left, or since the incident began; but those who said
    no after that."""
    giving = exists().where(
        members.c.family == families.c.id, donors.c.member == members.c.id, donors.c.erased.is_(None)
    )
    left = select(func.max(donors.c.erased)).select_from(donors.join(members)).where(members.c.family == families.c.id)
    no = select(func.max(asks.c.ended)).where(asks.c.family == families.c.id, asks.c.outcome == "declined")
    query = select(
        families.c.id,
        incidents.c.created,
        left.correlate(families).scalar_subquery().label("left"),
        no.correlate(families).scalar_subquery().label("no"),
    ).select_from(families.join(incidents))
    found = {}
    for row in connection.execute(query.where(here, ~giving)):
        since = _day(row.left or row.created)
        if row.no is None or row.no < since:
            found[int(row.id)] = since
    return found


def lapses(connection: Connection, *, day: dt.date, here: ColumnElement[bool]) -> Iterator[Lapse]:
    """The donors of some families whom no consent covers on a day, by family and member."""
    first = select(func.min(profiles.c.added)).select_from(profiles.join(samples)).where(samples.c.donor == donors.c.id)
    columns = (donors.c.id, members.c.family, members.c.code, incidents.c.created)
    kin = donors.join(members).join(families).join(incidents)
    lacking = (here, donors.c.erased.is_(None), ~covered_on(day, SCOPE_IDENTIFICATION))
    said: defaultdict[int, list[AnyRow]] = defaultdict(list)
    these = select(donors.c.id).select_from(kin).where(*lacking)
    for row in connection.execute(select(consents).where(consents.c.donor.in_(these))):
        said[row.donor].append(row)
    query = select(*columns, first.correlate(donors).scalar_subquery().label("added")).select_from(kin).where(*lacking)
    for row in connection.execute(query.order_by(members.c.family, members.c.place, donors.c.id)):
        given = instruments_of(said[row.id])
        ends = [end for one in given for end in (one.expires, one.withdrawn) if end is not None and end <= day]
        withdrew = bool(given) and all(one.is_withdrawn(day) for one in given)
        since = max(ends) if ends else _day(row.added or row.created)
        yield Lapse(row.id, row.family, row.code, since, withdrew)


def _declined(connection: Connection) -> dict[int, dt.date]:
    """When each donor said last that they give no consent again."""
    query = select(asks.c.donor, func.max(asks.c.ended)).where(asks.c.donor.is_not(None), asks.c.outcome == "declined")
    return {int(donor): ended for donor, ended in connection.execute(query.group_by(asks.c.donor))}


def _day(moment: str) -> dt.date:
    return dt.date.fromisoformat(moment[:10])
