"""Who may be asked for a first sample, and for whom anybody still looks."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, exists, select

from antigone.registry.store.lookups import find_incident
from antigone.registry.store.schema import asks, donors, families, members
from antigone.registry.tasks.standing import stands_of

Codes = Mapping[str, frozenset[str]]
"""Members by family, by their codes."""


def not_to_be_asked(connection: Connection, incident: str) -> Codes:
    """The members who are not asked for a first sample: who gave one, left or not, and all of a family that said no."""
    number = find_incident(connection, incident).id
    everybody = select(families.c.code, members.c.code).select_from(members.join(families))
    gave = exists().where(donors.c.member == members.c.id)
    no = exists().where(asks.c.family == families.c.id, asks.c.kind == "sample", asks.c.outcome == "declined")
    rows = connection.execute(everybody.where(families.c.incident == number, gave | no))
    return _gathered((family, member) for family, member in rows)


def still_sought(connection: Connection, incident: str, *, day: dt.date) -> Codes:
    """The missing of an incident who are not found, by a confirmed pairing or alive."""
    number = find_incident(connection, incident).id
    rows = connection.execute(select(families.c.id, families.c.code).where(families.c.incident == number))
    codes = {row.id: row.code for row in rows}
    stands = stands_of(connection, day=day, incident=number)
    return _gathered((codes[one.family], one.code) for one in stands if not one.is_found)


def _gathered(pairs: Iterable[tuple[str, str]]) -> Codes:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for family, member in pairs:
        found[family].add(member)
    return {family: frozenset(those) for family, those in found.items()}
