"""What is looked up in a registry by code, and who and what belongs to it. Nothing sealed is read here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, func, or_, select

from antigone.errors import RegistryError
from antigone.registry.store.schema import (
    alive,
    consents,
    donors,
    families,
    incidents,
    members,
    unidentified,
)

AnyRow = Row[*tuple[Any, ...]]
"""A row of any columns."""


Rows = Sequence[AnyRow]


class People(NamedTuple):
    """How many people of each kind an incident has."""

    unidentified: int
    missing: int
    families: int


NOBODY = People(0, 0, 0)


def covered_on(day: dt.date, scope: str) -> ColumnElement[bool]:
    """Whether a row of ``donors`` has a consent that `Consent.why_not` has nothing against: the same rule in SQL."""
    c = consents.c
    begun = and_(c.donor == donors.c.id, c.scope == scope, c.given <= day)
    return exists().where(begun, or_(c.expires.is_(None), c.expires > day), stands_on(day))


def stands_on(day: dt.date) -> ColumnElement[bool]:
    """Whether a row of ``consents`` is not withdrawn on a day: `Consent.is_withdrawn` in SQL."""
    return or_(consents.c.withdrawn.is_(None), consents.c.withdrawn > day)


def found_alive() -> Select[tuple[int]]:
    """The rows of missing persons whom two persons confirmed to be found alive; while somebody asks to reopen that, it
    still holds."""
    return select(alive.c.member).where(alive.c.state.in_(("confirmed", "reopening")))


def still_sought() -> ColumnElement[bool]:
    """Whether a row of ``families`` misses somebody who was not found alive."""
    missing = (members.c.missing, members.c.id.not_in(found_alive()))
    return families.c.id.in_(select(members.c.family).where(*missing))


def find_incident(connection: Connection, code: str) -> AnyRow:
    """The row of an incident.

    Raises
    ------
    RegistryError
        When there is none of that code.
    """
    row = connection.execute(select(incidents).where(incidents.c.code == code)).one_or_none()
    if row is None:
        raise RegistryError(f"the registry has no incident '{code}'; see the list of incidents, or import it first")
    return row


def find_family(connection: Connection, incident: str, family: str) -> AnyRow:
    """The row of a family.

    Raises
    ------
    RegistryError
        When there is none of that code.
    """
    number = find_incident(connection, incident).id
    query = select(families).where(families.c.incident == number, families.c.code == family)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise RegistryError(f"incident '{incident}' has no family '{family}'; see the list of its families")
    return row


def count_people(connection: Connection) -> dict[int, People]:
    """How many unidentified persons, missing persons and families each incident has."""
    people = select(unidentified.c.incident, func.count()).where(unidentified.c.erased.is_(None))
    kin = select(families.c.incident, func.count())
    gone = select(families.c.incident, func.count()).join(members).where(members.c.missing)
    persons = by_incident(connection, people.group_by(unidentified.c.incident))
    of_kin = by_incident(connection, kin.group_by(families.c.incident))
    missing = by_incident(connection, gone.group_by(families.c.incident))
    return {
        number: People(persons.get(number, 0), missing.get(number, 0), of_kin.get(number, 0))
        for number in persons | of_kin
    }


def count_living(connection: Connection) -> dict[int, int]:
    """How many living seekers each incident has."""
    here = and_(unidentified.c.kind == "living", unidentified.c.erased.is_(None))
    query = select(unidentified.c.incident, func.count()).where(here)
    return by_incident(connection, query.group_by(unidentified.c.incident))


def members_of(connection: Connection, family: int) -> Rows:
    """A family's members in their order."""
    return connection.execute(select(members).where(members.c.family == family).order_by(members.c.place)).all()


def consents_of(connection: Connection, numbers: Sequence[int]) -> Rows:
    """The consents of some donors, the oldest first."""
    return connection.execute(select(consents).where(consents.c.donor.in_(numbers)).order_by(consents.c.id)).all()


def by_incident(connection: Connection, query: Any) -> dict[int, int]:
    """The second column by the first."""
    return {int(number): int(count) for number, count in connection.execute(query)}
