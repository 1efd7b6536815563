"""What an import brought into an incident that could alter an answer, found by the rows that are new.

It looks only at rows above the numbers that were there before, so it costs what came in and not what is there, and it
does not depend on how they were written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, func, select

from antigone.model.incident.consent import SCOPE_IDENTIFICATION
from antigone.registry.changes.changes import Kind, note_change
from antigone.registry.store.lookups import covered_on
from antigone.registry.store.schema import (
    consents,
    donors,
    families,
    members,
    profiles,
    runs,
    samples,
    unidentified,
)

_WATCHED = (unidentified, families, members, donors, consents, profiles)
Marks = Mapping[Table, int]
"""By table, the highest number of a row before something came in."""


def mark_rows(connection: Connection) -> Marks:
    """Where the rows of what may come in begin."""
    return {table: connection.scalar(select(func.max(table.c.id))) or 0 for table in _WATCHED}


def note_what_came(connection: Connection, incident: int, before: Marks, *, day: dt.date, at: str) -> None:
    """Note what came into an incident since `mark_rows`, in the transaction that brought it.

    A donor, and a typing of one, counts when a consent covers the donor on ``day``: without, no answer can rest on
    them. Nothing is noted of an incident that no search has read.
    """
    if connection.scalar(select(runs.c.id).where(runs.c.incident == incident).limit(1)) is None:
        return
    persons = _found(
        connection, select(unidentified.c.id).where(_new(unidentified, before), unidentified.c.incident == incident)
    )
    typed = select(samples.c.unidentified).select_from(profiles.join(samples)).where(_new(profiles, before))
    again = _found(connection, typed.where(samples.c.incident == incident, samples.c.unidentified.is_not(None)))
    note_change(connection, incident, "person added", at=at, unidentified=sorted(persons))
    note_change(connection, incident, "typing added", at=at, unidentified=sorted(again - persons))
    of_incident = families.c.incident == incident
    new = _found(connection, select(families.c.id).where(_new(families, before), of_incident))
    note_change(connection, incident, "family added", at=at, families=sorted(new))
    for kind, query in _of_known_families(before, day):
        touched = _found(connection, query.where(of_incident)) - new
        note_change(connection, incident, kind, at=at, families=sorted(touched))


def _of_known_families(before: Marks, day: dt.date) -> list[tuple[Kind, Select[Any]]]:
    """What may have come to families, each with a query of the families that it came to."""
    kin = donors.join(members).join(families)
    covered = donors.c.erased.is_(None) & covered_on(day, SCOPE_IDENTIFICATION)
    of_family, known = select(members.c.family), donors.c.id <= before[donors]
    typings = profiles.join(samples).join(donors, samples.c.donor == donors.c.id).join(members).join(families)
    for_it = select(consents.c.donor).where(_new(consents, before), consents.c.scope == SCOPE_IDENTIFICATION)
    return [
        ("member added", of_family.select_from(members.join(families)).where(_new(members, before))),
        ("donor added", of_family.select_from(kin).where(_new(donors, before), covered)),
        ("typing added", of_family.select_from(typings).where(_new(profiles, before), covered, known)),
        ("consent given", of_family.select_from(kin).where(donors.c.id.in_(for_it), covered, known)),
    ]


def _found(connection: Connection, query: Select[Any]) -> set[int]:
    return set(connection.scalars(query.distinct()))


def _new(table: Table, before: Marks) -> ColumnElement[bool]:
    return table.c.id > before[table]
