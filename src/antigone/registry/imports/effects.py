"""What an import adds, changes and leaves alone, read from the rows that it wrote. Codes only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Select, select

from antigone.model.incident.content import content_lines
from antigone.model.incident.incident import Incident
from antigone.registry.imports.journal import Changed, Journal, Rows, within
from antigone.registry.imports.touched import Touched, find_touched
from antigone.registry.store.schema import (
    conflicts,
    consents,
    donors,
    families,
    let_in,
    members,
    model_versions,
    profiles,
    samples,
    unidentified,
)

MOST_LISTED = 200
"""Codes of one kind that are listed; of more it is said how many there are."""


@dataclass(frozen=True)
class Listed:
    """Some people or things of one kind, by code: how many there are, and the first of them."""

    what: str
    count: int
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Effect:
    """What an import does: ``added``, ``changed``, and what is ``known`` already and left alone; kinds with nothing are
    not in it. ``is_new``: the incident itself is."""

    is_new: bool = False
    added: tuple[Listed, ...] = ()
    changed: tuple[Listed, ...] = ()
    known: tuple[Listed, ...] = ()

    def bounded(self) -> Effect:
        """The same with the first codes of each kind."""
        return Effect(self.is_new, *map(_bounded, (self.added, self.changed, self.known)))


def effect_of(noted: Journal, incident: Incident) -> Effect:
    """What an import of an incident did in this transaction so far."""
    connection, added, changed = noted.connection, noted.added(), noted.changed()
    touched = find_touched(connection, added, changed)
    return Effect(
        "incidents" in added,
        _listed(_added(connection, added)),
        _listed(_changed(connection, changed)),
        _listed(_known(incident, touched)),
    )


def identify_effect(effect: Effect, incident: Incident, *, code: str, reasons: Mapping[str, str]) -> str:
    """A hash of everything that is read, where it goes, and what it does: of the whole effect, not of its first codes.

    Two imports with the same hash bring the same bytes, and do the same.
    """
    digest = hashlib.sha256()
    whole = [code, sorted(reasons.items()), effect.is_new, incident.kit, incident.as_replicates]
    whole += [[part.what, part.codes] for part in (*effect.added, *effect.changed, *effect.known)]
    digest.update(json.dumps(whole).encode())
    for line in content_lines(incident):
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()


Parts = Iterable[tuple[str, Iterable[str]]]
"""Kinds and the codes of each."""


def _listed(parts: Parts) -> tuple[Listed, ...]:
    whole = [(what, tuple(codes)) for what, codes in parts]
    return tuple(Listed(what, len(codes), codes) for what, codes in whole if codes)


def _bounded(parts: tuple[Listed, ...]) -> tuple[Listed, ...]:
    return tuple(replace(part, codes=part.codes[:MOST_LISTED]) for part in parts)


def _added(connection: Connection, rows: Rows) -> Parts:
    for kind in ("remains", "living"):
        asked = select(unidentified.c.code).where(within(unidentified, rows), unidentified.c.kind == kind)
        yield "remains" if kind == "remains" else "living seekers", _codes(connection, asked, unidentified)
    new_families = within(families, rows)
    yield "families", _codes(connection, select(families.c.code).where(new_families), families)
    of_known = _in_family().where(within(members, rows), ~new_families)
    yield "members of known families", _codes(connection, of_known, members)
    giving = _in_family(donors.join(members).join(families))
    yield "donors", _codes(connection, giving.where(within(donors, rows)), donors)
    consented = _in_family(consents.join(donors).join(members).join(families), consents.c.scope, consents.c.given)
    yield "consents", _codes(connection, consented.where(within(consents, rows)), consents)
    yield "samples", _codes(connection, select(samples.c.code).where(within(samples, rows)), samples)
    typed = select(samples.c.code).select_from(profiles.join(samples)).where(within(profiles, rows))
    yield "typings", _codes(connection, typed, profiles)
    yield "conflicts between typings", _codes(connection, _differing().where(within(conflicts, rows)), conflicts)
    allowed = select(samples.c.code).select_from(let_in.join(samples)).where(within(let_in, rows))
    brought = select(model_versions.c.number, model_versions.c.name).where(within(model_versions, rows))
    yield "versions of the model", _codes(connection, brought, model_versions)
    yield "samples let in with a reason", _codes(connection, allowed, let_in)


def _changed(connection: Connection, changed: Changed) -> Parts:
    """What is otherwise now; the notices of an incident follow from what was added."""
    columns: dict[tuple[str, str], list[int]] = {}
    for (kind, number), before in changed.items():
        for name in before:
            columns.setdefault((kind, name), []).append(number)
    for (kind, name), what in _WORDS.items():
        yield what, _named(connection, kind, columns.get((kind, name), []))


_WORDS = {
    ("unidentified", "sex"): "sex of an unidentified person, unknown until now",
    ("unidentified", "sealed"): "circumstances of an unidentified person",
    ("members", "sealed"): "circumstances of a missing person",
    ("members", "place"): "place of a member in the order of the family",
    ("consents", "expires"): "consents that end earlier",
    ("consents", "withdrawn"): "consents that are withdrawn",
    ("conflicts", "closed"): "conflicts between typings that end",
    ("runs", "state"): "searches to be computed again",
}
"""By table and column, what changes."""


def _named(connection: Connection, kind: str, numbers: list[int]) -> list[str]:
    if not numbers:
        return []
    if kind == "runs":
        return [str(number) for number in sorted(numbers)]
    if kind == "unidentified":
        return _codes(connection, select(unidentified.c.code).where(unidentified.c.id.in_(numbers)), unidentified)
    if kind == "conflicts":
        return _codes(connection, _differing().where(conflicts.c.id.in_(numbers)), conflicts)
    if kind == "members":
        return _codes(connection, _in_family().where(members.c.id.in_(numbers)), members)
    of_consent = _in_family(consents.join(donors).join(members).join(families), consents.c.scope, consents.c.given)
    return _codes(connection, of_consent.where(consents.c.id.in_(numbers)), consents)


def _known(incident: Incident, touched: Touched) -> Parts:
    people = {*touched.all_people.values()}
    kin = {*touched.all_families.values()}
    yield "unidentified persons", [one.code for one in incident.unidentified if one.code not in people]
    yield "families", [one.code for one in incident.families if one.code not in kin]


def _in_family(joined: Any = None, *more: Any) -> Select[Any]:
    return select(families.c.code, members.c.code, *more).select_from(
        members.join(families) if joined is None else joined
    )


def _differing() -> Select[Any]:
    """The sample and the marker of conflicts."""
    return select(samples.c.code, conflicts.c.marker).select_from(conflicts.join(samples))


def _codes(connection: Connection, asked: Select[Any], table: Any) -> list[str]:
    """The codes of rows in their order, with blanks between."""
    return [" ".join(map(str, row)) for row in connection.execute(asked.order_by(table.c.id))]
