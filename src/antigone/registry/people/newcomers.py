"""What stands against somebody in an import: they left, are a donor called unidentified, or have a search already.

Only who imports is told which sample it is; the audit keeps how many.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, Connection, insert, select

from antigone.errors import Conflict, Problem
from antigone.model.incident.consent import Consent
from antigone.model.incident.incident import Family, Incident, UnidentifiedPerson
from antigone.registry.keys.vault import Vault
from antigone.registry.people.departures import Departed, Match, Newcomer, is_recognisable
from antigone.registry.people.digests import plain, shown_genotypes
from antigone.registry.people.known import Known, instruments_of
from antigone.registry.people.sameness import Alike, Standing, find_standing, note_marks, open_typings
from antigone.registry.store.schema import (
    consents,
    donors,
    families,
    incidents,
    let_in,
    members,
    profiles,
    samples,
    unidentified,
)
from antigone.registry.typings.saving import Owner


@dataclass(frozen=True)
class Asked(Problem):
    """What stands against somebody unless a registrar says why it does not: one of these samples must be let in."""

    samples: tuple[str, ...] = ()


HOW_TO_LET_IN = "import again with this sample let in, and the reason stated"


@dataclass
class Doorkeeper:
    """Looks at who comes in. ``reasons`` has, by sample, why a registrar lets one in; ``used`` which were needed."""

    connection: Connection
    vault: Vault
    reasons: Mapping[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def who_left(self, known: Known, incident: Incident) -> Iterator[Problem]:
        """Everybody in an import who left, and every consent that was taken back in another incident."""
        departed, ended = Departed.of(self.connection, self.vault), self._ended(known, incident.families)
        for person in incident.unidentified:
            if departed is not None and person.code not in known.samples:
                shown = shown_genotypes(person.profile, person)
                yield from self._left(departed, Newcomer(person.code, shown, request=person.request), person)
        for family in incident.families:
            for donor in family.donors:
                sample, consent = donor.profile.sample, donor.consent
                if consent is not None and sample not in known.samples:
                    yield from _taken_back(ended, sample, consent)
                row = known.donor_of(family.code, donor.member)
                is_known = row is not None and sample in known.samples
                held = known.consents.get(row.id, {}) if row is not None else {}
                if departed is None or (is_known and all(one in held for one in instruments_of(consent))):
                    continue
                given = (consent.reference, consent.date) if consent is not None else ("", None)
                newcomer = Newcomer(sample, shown_genotypes(donor.profile), *given)
                yield from self._left(departed, newcomer, None, is_known=is_known)

    def second_requests(self, known: Known, people: Sequence[UnidentifiedPerson]) -> Iterator[Problem]:
        """Living seekers whose written request is that of another search."""
        asking = [one for one in people if one.kind == "living" and one.request.strip()]
        if not asking:
            return
        asked = select(
            unidentified.c.id, unidentified.c.request, unidentified.c.code, incidents.c.code.label("incident")
        )
        living = unidentified.c.kind == "living", unidentified.c.erased.is_(None)
        rows = self.connection.execute(asked.select_from(unidentified.join(incidents)).where(*living)).all()
        for person in asking:
            own = known.unidentified.get(person.code)
            for row in rows:
                if plain(row.request) == plain(person.request) and (own is None or row.id != own.id):
                    yield _problem(
                        f"the request of living seeker '{person.code}' is that of '{row.code}' in incident "
                        f"'{row.incident}'",
                        "one search on one written request",
                        "end the other search first (the seeker withdraws there), or wait for a new written request",
                    )

    def donors_called_unidentified(self) -> Iterator[Problem]:
        """Samples that came in, and are equal to one of the other kind: declared unidentified, and a donor's."""
        new = note_marks(self.connection, self.vault)
        if not new:
            return
        standing = find_standing(self.connection, new)
        seen = set[frozenset[int]]()
        sides: tuple[tuple[Owner, Owner], ...] = (("unidentified", "donor"), ("donor", "unidentified"))
        for owner, other in sides:
            typings = [typing for typing in new if typing in standing and standing[typing].owner == owner]
            alike = Alike.among(self.connection, self.vault, other, like=typings)
            for typing, found, equal in alike.find(typings):
                pair = frozenset((typing, found))
                if pair not in seen:
                    seen.add(pair)
                    both = standing[typing], find_standing(self.connection, [found])[found]
                    yield from self._equal(*(both if owner == "unidentified" else both[::-1]), equal)

    def keep_reasons(self, incident: int, *, at: str, user: int | None) -> Iterator[Problem]:
        """Keep why samples were let in; what was stated without need is refused."""
        query = select(samples.c.code, samples.c.id).where(samples.c.incident == incident)
        rows = self.connection.execute(query.where(samples.c.code.in_(list(self.reasons)))).all()
        numbers = {row.code: row.id for row in rows}
        for code, reason in self.reasons.items():
            if not reason.strip():
                yield _problem(
                    f"no reason why sample '{code}' is let in", "a reason in words, without names", "state it"
                )
            elif code not in self.used:
                yield _problem(
                    f"sample '{code}' was not refused",
                    "a sample that was refused",
                    "let in only samples that were refused",
                )
            elif code in numbers:
                row = {"sample": numbers[code], "user": user, "at": at, "reason": reason.strip()}
                self.connection.execute(insert(let_in).values(row))

    def _left(
        self, departed: Departed, newcomer: Newcomer, person: UnidentifiedPerson | None, *, is_known: bool = False
    ) -> Iterator[Problem]:
        """What stands against one newcomer. ``person`` is nobody for a donor; ``is_known``: the sample is here already,
        and only a consent is new, so that codes alone tell nothing."""
        for match in departed.matches(newcomer):
            if is_known and "profile" not in match.kinds:
                continue
            if not _stands_against(match, newcomer, person):
                continue
            is_sure = len(match.kinds) > 1 and not match.other_person
            if not is_sure and newcomer.sample in self.reasons:
                self.used.add(newcomer.sample)
                continue
            yield _left_problem(newcomer, match, is_sure=is_sure)

    def _equal(self, person: Standing, donor: Standing, equal: int) -> Iterator[Problem]:
        pair = person.sample, donor.sample
        if donor.is_direct:  # to be equal is what a direct reference is for
            return
        if any(code in self.reasons for code in pair):
            self.used.update(code for code in pair if code in self.reasons)
        elif not self._was_let_in(person, donor):
            yield _asked(
                pair,
                f"sample '{person.sample}' is declared unidentified, and equals sample '{donor.sample}' of donor "
                f"'{donor.code}' (family '{donor.family}', incident '{donor.incident}') at all {equal} markers that "
                "were read in both",
                "an unidentified person who is no donor",
                "most likely two samples were swapped, the donor's DNA came into the other sample, or a personal item "
                "(a direct reference) was entered as a donor's: find out in the laboratory, and correct the files; if "
                f"it is right all the same (an identical twin of the donor), {HOW_TO_LET_IN}",
            )

    def _was_let_in(self, *both: Standing) -> bool:
        people = [samples.c[one.owner] == one.number for one in both]
        return _is_let_in(self.connection, people[0] | people[1])

    def _ended(self, known: Known, kin: Sequence[Family]) -> frozenset[tuple[str, str, str, object]]:
        """Consents taken back in another incident by donors who are not erased: sample, scope, reference, first day.
        Nobody's are read when no donor comes in."""
        if not any(family.donors for family in kin):
            return frozenset()
        joined = consents.join(donors).join(members).join(families).join(samples, samples.c.donor == donors.c.id)
        asked = select(samples.c.code, consents.c.scope, consents.c.reference, consents.c.given).select_from(joined)
        here = known.incident.id if known.incident is not None else -1
        gone = consents.c.withdrawn.is_not(None), donors.c.erased.is_(None), families.c.incident != here
        rows = self.connection.execute(asked.where(*gone)).all()
        return frozenset((plain(r.code), r.scope, plain(r.reference), r.given) for r in rows)


def check_consent(connection: Connection, vault: Vault, donor: int, *, given: date) -> None:
    """Refuse a consent given before the same person left, in whatever incident that was.

    Raises
    ------
    Conflict
        When the donor's genotypes are those of somebody who left on that day or later.
    """
    departed = Departed.of(connection, vault)
    if departed is None or _is_let_in(connection, samples.c.donor == donor):
        return
    typings = connection.scalars(
        select(profiles.c.id).select_from(profiles.join(samples)).where(samples.c.donor == donor)
    )
    for shown in open_typings(connection, vault, typings.all()).values():
        for match in departed.matches(Newcomer("", shown)):
            if "profile" in match.kinds and given <= match.day:
                raise Conflict(
                    f"this donor left this registry on {match.day.isoformat()}, and a consent given on "
                    f"{given.isoformat()} does not bring them back; expected a later one, or withdraw them here too"
                )


def _is_let_in(connection: Connection, which: ColumnElement[bool]) -> bool:
    asked = select(let_in.c.id).select_from(let_in.join(samples)).where(which)
    return connection.execute(asked.limit(1)).one_or_none() is not None


def _stands_against(match: Match, newcomer: Newcomer, person: UnidentifiedPerson | None) -> bool:
    """Whether what is common with somebody who left stands against a newcomer.

    Who comes back of their own will has a new sample, and consents, or asks, anew.
    """
    if "profile" not in match.kinds:
        return not match.other_person or len(match.kinds) > 1
    if len(match.kinds) > 1:
        return True
    if person is not None:
        return match.was_donor or person.kind != "living"
    return newcomer.given is None or newcomer.given <= match.day


def _left_problem(newcomer: Newcomer, match: Match, *, is_sure: bool) -> Problem:
    names = {"sample": "its code", "instrument": "its consent", "request": "its request", "profile": "its genotypes"}
    common = " and ".join(names[kind] for kind in names if kind in match.kinds)
    remedy = "remove it from the files; who comes back gives a new sample and a new consent, or a new request"
    if not is_sure:
        few = "" if is_recognisable(newcomer.shown) else " (it was typed at too few markers to tell)"
        remedy += f"; if it is of another person{few}, such as an identical twin, {HOW_TO_LET_IN}"
    found = f"sample '{newcomer.sample}' is of somebody who left this registry: recognised by {common}"
    expected = f"nobody who left, and a consent given after {match.day.isoformat()}"
    return _problem(found, expected, remedy) if is_sure else _asked((newcomer.sample,), found, expected, remedy)


def _taken_back(ended: frozenset[tuple[str, str, str, object]], sample: str, consent: Consent) -> Iterator[Problem]:
    scopes = [s for s in consent.scope if (plain(sample), s, plain(consent.reference), consent.date) in ended]
    if scopes and consent.withdrawn is None:
        yield _problem(
            f"the consent of sample '{sample}' for {', '.join(scopes)} was taken back in another incident",
            "a consent that stands",
            "take these purposes out of the files, or enter the day of the withdrawal",
        )


def _problem(found: str, expected: str, remedy: str) -> Problem:
    return Problem("registry", 0, "", found, expected, remedy)


def _asked(samples_of: tuple[str, ...], found: str, expected: str, remedy: str) -> Asked:
    return Asked("registry", 0, "", found, expected, remedy, samples_of)
