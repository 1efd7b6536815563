"""What an incident holds for another institution, in counts alone: nothing sealed is read."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from antigone.registry.consent.coverage import covered_donors
from antigone.registry.store.lookups import NOBODY, count_living, count_people, covered_on, find_incident, still_sought
from antigone.registry.store.schema import donors, families, members


@dataclass(frozen=True)
class Shareable:
    """Persons and families of an incident; ``sharing`` are the families with a covered donor, ``donors`` the covered
    ones, ``refused`` the others by reason."""

    unidentified: int
    living: int
    families: int
    sharing: int
    donors: int
    refused: Mapping[str, int]


def count_shareable(connection: Connection, incident: str, *, scope: str, day: dt.date) -> Shareable:
    """What of an incident a consent covers on a day.

    Raises
    ------
    RegistryError
        When there is no such incident.
    """
    number = find_incident(connection, incident).id
    people = count_people(connection).get(number, NOBODY)
    coverage = covered_donors(connection, number, scope=scope, day=day)
    given = select(func.count(members.c.family.distinct())).select_from(donors.join(members).join(families))
    here = (families.c.incident == number, still_sought())
    whole = select(func.count()).select_from(families).where(*here)
    covered = given.where(*here, donors.c.erased.is_(None), covered_on(day, scope))
    return Shareable(
        unidentified=people.unidentified,
        living=count_living(connection).get(number, 0),
        families=connection.scalar(whole) or 0,
        sharing=connection.scalar(covered) or 0,
        donors=len(coverage.donors),
        refused=dict(sorted(Counter(reason for _, _, reason in coverage.refused).items())),
    )
