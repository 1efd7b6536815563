"""Where else in a registry somebody stands who withdraws: in every incident, by sample, paper and profile.

Codes and references are used again by other people, so each ground is told, and what the profiles contradict is left
out. Two grounds are sure; one alone, such as the profile of an identical twin, is for a person to decide.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, LargeBinary, cast, func, or_, select, tuple_

from antigone.model.assumptions.choices import FEWEST_EQUAL_MARKERS
from antigone.registry.keys.vault import Vault
from antigone.registry.people.digests import plain
from antigone.registry.people.sameness import (
    Alike,
    Standing,
    agreement,
    as_standing,
    note_marks,
    standing_of,
)
from antigone.registry.store.schema import (
    consents,
    donors,
    families,
    incidents,
    members,
    profiles,
    samples,
    unidentified,
)
from antigone.registry.typings.saving import Owner

Person = tuple[Owner, int]


@dataclass(frozen=True)
class Elsewhere:
    """Somebody who is, or may be, the one who withdraws. ``key`` names them: donor or unidentified, and their row;
    ``grounds`` are some of sample, instrument, request, profile; ``kind`` is donor, living or remains."""

    key: str
    kind: str
    incident: str
    family: str
    code: str
    samples: tuple[str, ...]
    grounds: tuple[str, ...]
    sure: bool


def find_donor_elsewhere(
    connection: Connection, vault: Vault, *, incident: str, family: str, member: str
) -> tuple[Elsewhere, ...]:
    """Who else is, or may be, a donor; nobody when there is no such donor, or they have left."""
    which = incidents.c.code == incident, families.c.code == family, members.c.code == member
    return _find(connection, vault, _of(connection, *which))


def find_seeker_elsewhere(connection: Connection, vault: Vault, *, incident: str, code: str) -> tuple[Elsewhere, ...]:
    """Who else is, or may be, a living seeker. See `find_donor_elsewhere`."""
    which = incidents.c.code == incident, unidentified.c.code == code, unidentified.c.kind == "living"
    return _find(connection, vault, _of(connection, *which))


def _find(connection: Connection, vault: Vault, own: Sequence[Standing]) -> tuple[Elsewhere, ...]:
    if not own:
        return ()
    note_marks(connection, vault)
    alike = Alike.among(connection, vault, "donor", "unidentified", like=[one.typing for one in own])
    self_ = {(one.owner, one.number) for one in own}
    same_profile = {found for _, found, _ in alike.find([one.typing for one in own])}
    papers = _papers(connection, self_)
    codes = {plain(one.sample) for one in own}
    found: defaultdict[Person, list[Standing]] = defaultdict(list)
    for one in _candidates(connection, same_profile, codes, papers):
        if (one.owner, one.number) not in self_:
            found[one.owner, one.number].append(one)
    told = []
    for person, typings in found.items():
        grounds = _grounds(connection, person, typings, same_profile, codes, papers)
        contradicted = "profile" not in grounds and _contradict(alike, own, typings)
        if grounds and not contradicted:
            told.append(_told(person, typings, grounds))
    return tuple(sorted(told, key=lambda one: (not one.sure, one.incident, one.family, one.code)))


def _of(connection: Connection, *which: Any) -> list[Standing]:
    query = standing_of(which[0])
    for one in which[1:]:
        query = query.where(one)
    return [as_standing(row) for row in connection.execute(query)]


def _papers(connection: Connection, people: Collection[Person]) -> frozenset[tuple[str, Any]]:
    """The instruments, or the requests, of somebody: reference and first day (None for a request)."""
    numbers = {owner: [n for of, n in people if of == owner] for owner in ("donor", "unidentified")}
    asked = select(consents.c.reference, consents.c.given).where(consents.c.donor.in_(numbers["donor"]))
    requests = select(unidentified.c.request).where(unidentified.c.id.in_(numbers["unidentified"]))
    papers = {(row.reference, row.given) for row in connection.execute(asked) if row.reference}
    return frozenset(papers | {(request, None) for request in connection.scalars(requests) if request})


def _candidates(
    connection: Connection, same_profile: Collection[int], codes: Collection[str], papers: Collection[tuple[str, Any]]
) -> list[Standing]:
    """Typings with anything in common."""
    near = connection.execute(select(samples.c.id, samples.c.code).where(_may_be_called(connection, codes)))
    numbers = [row.id for row in near if plain(row.code) in codes]
    of_requests = select(unidentified.c.id).where(unidentified.c.request.in_([p for p, day in papers if day is None]))
    found: dict[int, Standing] = {}
    for which in (
        profiles.c.id.in_(list(same_profile)),
        samples.c.id.in_(numbers),
        samples.c.donor.in_(_alone_with(connection, papers)),
        samples.c.unidentified.in_(of_requests),
    ):
        found |= {one.typing: one for one in _of(connection, which)}
    return list(found.values())


def _may_be_called(connection: Connection, codes: Collection[str]) -> ColumnElement[bool]:
    """Whether a sample's code may be one of these when it is written plainly: it has their letters and digits in that
    order, or letters that only `plain` can compare."""
    code = samples.c.code
    in_bytes = func.octet_length(code) if connection.dialect.name != "sqlite" else func.length(cast(code, LargeBinary))
    patterns = ("%".join(("", *(f"/{letter}" if letter in "%_/" else letter for letter in one), "")) for one in codes)
    return or_(in_bytes != func.length(code), *(code.ilike(pattern, escape="/") for pattern in patterns))


def _dated(papers: Collection[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return [(reference, day) for reference, day in papers if day is not None]


def _grounds(
    connection: Connection,
    person: Person,
    typings: Sequence[Standing],
    same_profile: Collection[int],
    codes: Collection[str],
    papers: frozenset[tuple[str, Any]],
) -> tuple[str, ...]:
    common = papers & _papers(connection, {person})
    told = {
        "profile": any(one.typing in same_profile for one in typings),
        "sample": any(plain(one.sample) in codes for one in typings),
        "instrument": any(day is not None for _, day in common),
        "request": any(day is None for _, day in common),
    }
    return tuple(ground for ground, holds in told.items() if holds)


def _contradict(alike: Alike, own: Sequence[Standing], others: Sequence[Standing]) -> bool:
    """Whether two samples were typed at enough common markers, and are of two persons."""
    shown = alike.open([one.typing for one in (*own, *others)])
    return any(
        agreement(shown[one.typing], shown[other.typing]) < 0
        and len(shown[one.typing].keys() & shown[other.typing].keys()) >= FEWEST_EQUAL_MARKERS
        for one in own
        for other in others
    )


def _alone_with(connection: Connection, papers: Collection[tuple[str, Any]]) -> list[int]:
    """Donors who alone in their incident have an instrument: many share one in some files, which then tells nothing."""
    asked = select(func.min(consents.c.donor)).select_from(consents.join(donors).join(members).join(families))
    these = asked.where(tuple_(consents.c.reference, consents.c.given).in_(_dated(papers)))
    grouped = these.group_by(families.c.incident, consents.c.reference, consents.c.given)
    return list(connection.scalars(grouped.having(func.count(consents.c.donor.distinct()) == 1)))


def _told(person: Person, typings: Sequence[Standing], grounds: tuple[str, ...]) -> Elsewhere:
    one = typings[0]
    codes = tuple(sorted({typing.sample for typing in typings}))
    key = f"{person[0]}:{person[1]}"
    return Elsewhere(key, one.kind, one.incident, one.family, one.code, codes, grounds, len(grounds) > 1)
