"""Who left, kept as keyed digests alone, so that neither their sample nor an older consent brings them back.

A departure is never deleted, and travels in the ring of keys too: an archive from before it, restored with the current
ring, knows it.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select

from antigone.registry.keys.vault import Vault
from antigone.registry.people.digests import FEWEST_MARKERS, Digester
from antigone.registry.people.sameness import Shown, open_typings
from antigone.registry.store.schema import consents, departures, profiles, samples, unidentified
from antigone.registry.typings.saving import BLOCK, Owner

_COLUMNS = (departures.c.who, departures.c.kind, departures.c.day, departures.c.markers, departures.c.digest)


class Digested(NamedTuple):
    """One digest of somebody who left. ``markers`` is empty but for a profile."""

    who: int
    kind: str
    day: dt.date
    markers: str
    digest: str


@dataclass(frozen=True)
class Newcomer:
    """Who is to be imported: the sample, its consent if it is a donor's, its request if it is a living seeker's."""

    sample: str
    shown: Shown = field(repr=False)
    reference: str = ""
    given: dt.date | None = None
    request: str = ""


@dataclass(frozen=True)
class Match:
    """What a newcomer has in common with one person who left on a day: some of sample, instrument, request, profile.

    ``other_person``: both were typed at the same markers, and nothing agrees. ``was_donor``: the other was one.
    """

    day: dt.date
    kinds: frozenset[str]
    other_person: bool
    was_donor: bool


def note_departure(
    connection: Connection, vault: Vault, owner: Owner, people: Collection[int], *, day: dt.date
) -> None:
    """Keep the digests of somebody who leaves, before anything of them is erased.

    Parameters
    ----------
    connection, vault
        The transaction of the erasure, and the keys.
    owner, people
        The person's rows.
    day
        The day of the withdrawal.
    """
    digester = Digester.of(connection, vault)
    of_person = samples.c[owner].in_(people)
    codes = connection.scalars(select(samples.c.code).where(of_person)).all()
    rows = {digester.sample(code): ("sample", "") for code in codes}
    if owner == "donor":
        asked = select(consents.c.reference, consents.c.given).where(consents.c.donor.in_(people)).distinct()
        papers = connection.execute(asked.where(consents.c.reference != "")).all()
        rows |= {digester.instrument(reference, given): ("instrument", "") for reference, given in papers}
    else:
        requests = connection.scalars(select(unidentified.c.request).where(unidentified.c.id.in_(people))).all()
        rows |= {digester.request(request): ("request", "") for request in requests if request}
    typings = connection.scalars(select(profiles.c.id).select_from(profiles.join(samples)).where(of_person)).all()
    for shown in open_typings(connection, vault, typings).values():
        rows |= {digest: ("profile", markers) for markers, digest in digester.profile(shown).items()}
    who = secrets.randbits(62)
    keep_departures(connection, [Digested(who, kind, day, over, digest) for digest, (kind, over) in rows.items()])


def all_departures(connection: Connection) -> Iterator[Digested]:
    """Every digest, in order."""
    for row in connection.execute(select(*_COLUMNS).order_by(departures.c.id)):
        yield Digested(*row)


def keep_departures(connection: Connection, digested: Sequence[Digested]) -> None:
    """Keep those that are not there yet."""
    people = list({one.who for one in digested})
    there = set[tuple[int, str]]()
    for start in range(0, len(people), BLOCK):
        asked = select(departures.c.who, departures.c.digest)
        these = departures.c.who.in_(people[start : start + BLOCK])
        there |= {(row.who, row.digest) for row in connection.execute(asked.where(these))}
    new = [one._asdict() for one in digested if (one.who, one.digest) not in there]
    if new:
        connection.execute(insert(departures), new)


@dataclass(frozen=True)
class Departed:
    """Everybody who left, as a newcomer is compared with them."""

    connection: Connection
    digester: Digester
    markers: frozenset[str]
    kinds: Mapping[int, frozenset[str]]

    @staticmethod
    def of(connection: Connection, vault: Vault) -> Departed | None:
        """Those of a registry; None when nobody left."""
        asked = select(departures.c.who, departures.c.kind).distinct()
        kinds: defaultdict[int, set[str]] = defaultdict(set)
        for who, kind in connection.execute(asked):
            kinds[who].add(kind)
        if not kinds:
            return None
        markers = frozenset(connection.scalars(select(departures.c.markers).distinct()))
        held = {who: frozenset(of) for who, of in kinds.items()}
        return Departed(connection, Digester.of(connection, vault), markers, held)

    def matches(self, newcomer: Newcomer) -> list[Match]:
        """Who of those who left has anything in common with a newcomer."""
        profile = self.digester.profile(newcomer.shown, among=self.markers)
        own = {self.digester.sample(newcomer.sample), *profile.values()}
        if newcomer.reference and newcomer.given:
            own.add(self.digester.instrument(newcomer.reference, newcomer.given))
        if newcomer.request:
            own.add(self.digester.request(newcomer.request))
        found: defaultdict[int, set[str]] = defaultdict(set)
        days: dict[int, dt.date] = {}
        for row in self._rows(departures.c.digest, sorted(own)):
            found[row.who].add(row.kind)
            days[row.who] = row.day
        return [
            Match(
                days[who],
                frozenset(kinds),
                "profile" not in kinds and self._typed_alike(who, profile),
                "instrument" in self.kinds[who],
            )
            for who, kinds in found.items()
        ]

    def _typed_alike(self, who: int, profile: Mapping[str, str]) -> bool:
        """Whether somebody who left has a digest of the same markers."""
        return any(row.markers in profile for row in self._rows(departures.c.who, [who]) if row.markers)

    def _rows(self, column: Any, values: Sequence[Any]) -> Sequence[Any]:
        return self.connection.execute(select(*_COLUMNS).where(column.in_(values))).all()


def is_recognisable(shown: Shown) -> bool:
    """Whether a sample shows enough to be known again by its genotypes."""
    return sum(None not in pair for pair in shown.values()) >= FEWEST_MARKERS
