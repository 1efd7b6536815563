"""Whom an import is about: who is new by it, and who was known before and has more, or other, facts now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select

from antigone.registry.imports.journal import Rows, within
from antigone.registry.store.schema import (
    conflicts,
    consents,
    donors,
    families,
    members,
    profiles,
    samples,
    unidentified,
)


@dataclass(frozen=True)
class Touched:
    """By row and code: persons and families that are new, those that were known, and new members of known families."""

    new_people: dict[int, str]
    new_families: dict[int, str]
    people: dict[int, str]
    families: dict[int, str]

    @property
    def all_people(self) -> dict[int, str]:
        """New ones and known ones."""
        return self.new_people | self.people

    @property
    def all_families(self) -> dict[int, str]:
        """New ones and known ones."""
        return self.new_families | self.families


def find_touched(connection: Connection, added: Rows, changed: Iterable[tuple[str, int]]) -> Touched:
    """Whom added and changed rows are about."""
    of: dict[str, list[int]] = {}
    for kind, number in changed:
        of.setdefault(kind, []).append(number)

    def these(table: Any) -> Any:
        return within(table, added) | table.c.id.in_(of.get(table.name, []))

    typed = profiles.join(samples)
    differing = conflicts.join(samples)
    kin = members.join(families)
    asked_people = (
        select(unidentified.c.id, unidentified.c.code).where(these(unidentified)),
        _people(typed).where(these(profiles) | these(samples)),
        _people(differing).where(these(conflicts)),
    )
    asked_families = (
        select(families.c.id, families.c.code).where(these(families)),
        select(families.c.id, families.c.code).select_from(kin).where(these(members)),
        _kin(donors.join(kin)).where(these(donors)),
        _kin(consents.join(donors).join(kin)).where(these(consents)),
        _kin(typed.join(donors, samples.c.donor == donors.c.id).join(kin)).where(these(profiles) | these(samples)),
        _kin(differing.join(donors, samples.c.donor == donors.c.id).join(kin)).where(these(conflicts)),
    )
    people, of_families = _all(connection, asked_people), _all(connection, asked_families)
    new_people = _all(connection, (select(unidentified.c.id, unidentified.c.code).where(within(unidentified, added)),))
    new_families = _all(connection, (select(families.c.id, families.c.code).where(within(families, added)),))
    return Touched(
        new_people,
        new_families,
        {number: code for number, code in people.items() if number not in new_people},
        {number: code for number, code in of_families.items() if number not in new_families},
    )


def _people(joined: Any) -> Select[Any]:
    found = joined.join(unidentified, samples.c.unidentified == unidentified.c.id)
    return select(unidentified.c.id, unidentified.c.code).select_from(found)


def _kin(joined: Any) -> Select[Any]:
    return select(families.c.id, families.c.code).select_from(joined)


def _all(connection: Connection, asked: Iterable[Select[Any]]) -> dict[int, str]:
    return {number: code for query in asked for number, code in connection.execute(query.distinct())}
