"""Whether two samples are of one person, and where else in the registry such a sample stands.

Each typing has a *mark*: one keyed bit for each of up to 62 markers. Two samples of one person agree in every bit of
the markers at which both were typed, so only what agrees is opened and compared.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Row, Select, false, func, insert, or_, select

from antigone.model.assumptions.choices import FEWEST_EQUAL_MARKERS
from antigone.model.profile import Genotype
from antigone.registry.keys.vault import Vault
from antigone.registry.people.digests import Digester, shown_genotypes
from antigone.registry.store.properties import find_property, write_property
from antigone.registry.store.schema import donors, families, incidents, marks, members, profiles, samples, unidentified
from antigone.registry.typings.payloads import Unpacker
from antigone.registry.typings.saving import BLOCK, Owner

PLACES = 62
FEW = 16
"""So many typings the database is asked about one by one; of more, all marks are read at once."""
_PLACES = "places of markers"
Shown = Mapping[str, Genotype]


@dataclass(frozen=True)
class Standing:
    """A typing as it stands in the registry: whose it is, by codes. ``owner`` and ``number`` name the person's row;
    ``family`` is empty for an unidentified person, ``kind`` is donor, living or remains; ``is_direct``: the sample is a
    direct reference of a missing person."""

    typing: int
    sample: str
    owner: Owner
    number: int
    incident: str
    family: str
    code: str
    kind: str
    is_direct: bool = False


def agreement(one: Shown, other: Shown) -> int:
    """At how many markers, read in full in both, two samples show the same; -1 when they contradict anywhere.

    Where one allele was read, and the other is unknown, it must be one of the other sample's.

    >>> agreement({"A": ("1", "2"), "B": ("3", None)}, {"A": ("2", "1"), "B": ("3", "4"), "C": ("5", "5")})
    1
    >>> agreement({"A": ("1", "2")}, {"A": ("1", "1")})
    -1
    """
    equal = 0
    for marker in one.keys() & other.keys():
        read, also = ({allele for allele in pair if allele is not None} for pair in (one[marker], other[marker]))
        if None in one[marker] or None in other[marker]:
            if not read & also and read and also:
                return -1
        elif read != also:
            return -1
        else:
            equal += 1
    return equal


def note_marks(connection: Connection, vault: Vault) -> tuple[int, ...]:
    """Mark every typing that has no mark yet; their rows."""
    marked = select(marks.c.profile).where(marks.c.profile == profiles.c.id).exists()
    asked = select(profiles.c.id).where(~marked, profiles.c.sealed.is_not(None))
    new = tuple(connection.scalars(asked.order_by(profiles.c.id)))
    if new:
        marker = _Marker.of(connection, vault)
        for start in range(0, len(new), BLOCK):
            opened = open_typings(connection, vault, new[start : start + BLOCK])
            rows = [{"profile": typing} | marker.mark(shown) for typing, shown in opened.items()]
            connection.execute(insert(marks), rows)
        write_property(connection, _PLACES, json.dumps(marker.places))
    return new


def open_typings(connection: Connection, vault: Vault, typings: Sequence[int]) -> dict[int, Shown]:
    """What some typings show, by their rows; not of who has no key any more."""
    shown, unpacker = dict[int, Shown](), Unpacker()
    key = func.coalesce(donors.c.key, unidentified.c.key).label("key")
    for start in range(0, len(typings), BLOCK):
        these = profiles.c.id.in_(typings[start : start + BLOCK])
        asked = select(profiles.c.id, profiles.c.sealed, samples.c.code, key).select_from(_typings())
        rows = connection.execute(asked.where(these, profiles.c.sealed.is_not(None))).all()
        keys = vault.data_keys(connection, [row.key for row in rows if row.key is not None])
        for row in (row for row in rows if row.key in keys):
            packed = vault.unseal(keys[row.key], row.sealed, context=f"profiles:{row.id}")
            profile, beside = unpacker.unpack(packed, sample=row.code)
            shown[row.id] = shown_genotypes(profile, beside.person)
    return shown


@dataclass
class Alike:
    """Finds, among the typings of some owners, those that agree with others. What was opened is kept while it lives."""

    connection: Connection
    vault: Vault
    typings: NDArray[np.int64]
    ones: NDArray[np.int64]
    zeros: NDArray[np.int64]
    opened: dict[int, Shown] = field(default_factory=dict)

    @staticmethod
    def among(connection: Connection, vault: Vault, *owners: Owner, like: Sequence[int]) -> Alike:
        """Among all typings of these owners, in every incident; ``like``: those of which `find` will be asked.

        For few of them the database itself leaves out who differs, and hardly any row is read.
        """
        wanted = _MARKS.select_from(marks.join(profiles).join(samples))
        if len(owners) == 1:
            wanted = wanted.where(samples.c[owners[0]].is_not(None))
        if len(like) <= FEW:
            wanted = wanted.where(or_(false(), *(_agrees(*bits) for _, *bits in _marks_of(connection, like))))
        rows = np.array(list(map(tuple, connection.execute(wanted))), np.int64).reshape(-1, 3)
        return Alike(connection, vault, rows[:, 0], rows[:, 1], rows[:, 2])

    def find(self, typings: Sequence[int]) -> Iterator[tuple[int, int, int]]:
        """Each of some typings, another one that shows the same person, and at how many markers."""
        for typing, ones, zeros in _marks_of(self.connection, typings):
            agree = ((self.ones & zeros) | (self.zeros & ones)) == 0
            both = np.bitwise_count((self.ones | self.zeros) & (ones | zeros))
            near = [int(one) for one in self.typings[agree & (both >= FEWEST_EQUAL_MARKERS)] if one != typing]
            if near:
                shown = self.open([typing, *near])
                for other in near:
                    equal = agreement(shown[typing], shown[other])
                    if equal >= FEWEST_EQUAL_MARKERS:
                        yield typing, other, equal

    def open(self, typings: Iterable[int]) -> Mapping[int, Shown]:
        """What typings show, opened once."""
        missing = [typing for typing in dict.fromkeys(typings) if typing not in self.opened]
        self.opened |= open_typings(self.connection, self.vault, missing)
        return self.opened


_MARKS = select(marks.c.profile, marks.c.ones, marks.c.zeros)


def _marks_of(connection: Connection, typings: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    for start in range(0, len(typings), BLOCK):
        these = marks.c.profile.in_(typings[start : start + BLOCK])
        rows = connection.execute(_MARKS.where(these).order_by(marks.c.profile)).all()
        yield from ((row.profile, row.ones, row.zeros) for row in rows)


def _agrees(ones: int, zeros: int) -> ColumnElement[bool]:
    """Whether a mark contradicts these bits nowhere."""
    return marks.c.ones.bitwise_and(zeros).bitwise_or(marks.c.zeros.bitwise_and(ones)) == 0


def find_standing(connection: Connection, typings: Iterable[int]) -> dict[int, Standing]:
    """Whose some typings are, by their rows."""
    wanted, found = list(dict.fromkeys(typings)), dict[int, Standing]()
    for start in range(0, len(wanted), BLOCK):
        for row in connection.execute(standing_of(profiles.c.id.in_(wanted[start : start + BLOCK]))):
            found[row.typing] = as_standing(row)
    return found


def standing_of(which: Any) -> Select[Any]:
    """The query for whose typings are, of everybody who has not left."""
    where = func.coalesce(families.c.incident, unidentified.c.incident)
    columns = (
        profiles.c.id.label("typing"),
        samples.c.code.label("sample"),
        *(samples.c.donor, samples.c.unidentified),
        incidents.c.code.label("incident"),
        families.c.code.label("family"),
        func.coalesce(members.c.code, unidentified.c.code).label("code"),
        *(unidentified.c.kind, members.c.missing),
    )
    joined = _typings().outerjoin(members, donors.c.member == members.c.id)
    joined = joined.outerjoin(families, members.c.family == families.c.id).join(incidents, incidents.c.id == where)
    return select(*columns).select_from(joined).where(which, profiles.c.sealed.is_not(None)).order_by(profiles.c.id)


def as_standing(row: Row[Any]) -> Standing:
    """One row of that query."""
    owner: Owner = "unidentified" if row.donor is None else "donor"
    number = row.unidentified if row.donor is None else row.donor
    kind = row.kind or "donor"
    place = row.incident, row.family or "", row.code
    return Standing(row.typing, row.sample, owner, number, *place, kind, bool(row.missing))


def _typings() -> Any:
    owned = profiles.join(samples).outerjoin(donors, samples.c.donor == donors.c.id)
    return owned.outerjoin(unidentified, samples.c.unidentified == unidentified.c.id)


@dataclass
class _Marker:
    """Makes marks. Each marker has a place of its own in the registry, in the order in which they were met."""

    digester: Digester
    places: dict[str, int]
    bits: dict[tuple[str, Genotype], int] = field(default_factory=dict)

    @staticmethod
    def of(connection: Connection, vault: Vault) -> _Marker:
        return _Marker(Digester.of(connection, vault), json.loads(find_property(connection, _PLACES) or "{}"))

    def mark(self, shown: Shown) -> dict[str, int]:
        found = {"ones": 0, "zeros": 0}
        for marker, genotype in shown.items():
            place = self.places.setdefault(marker, len(self.places)) if self._has_place(marker) else None
            if place is not None and None not in genotype:
                found["ones" if self._bit(marker, genotype) else "zeros"] |= 1 << place
        return found

    def _has_place(self, marker: str) -> bool:
        return marker in self.places or len(self.places) < PLACES

    def _bit(self, marker: str, genotype: Genotype) -> int:
        known = marker, genotype
        if known not in self.bits:
            self.bits[known] = self.digester.bit(marker, genotype)
        return self.bits[known]
