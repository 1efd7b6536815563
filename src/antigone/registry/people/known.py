"""What the registry knows of an incident before an import, and what in the import contradicts it."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from antigone.errors import Problem
from antigone.model.incident.consent import Consent
from antigone.model.incident.incident import Donor, Family, Incident, UnidentifiedPerson
from antigone.model.pedigree import Individual
from antigone.registry.store.schema import consents, donors, families, incidents, members, samples, unidentified
from antigone.registry.typings.saving import BLOCK

Instrument = tuple[str, str, dt.date]
"""A consent as the registry knows it: scope, reference and first day."""


@dataclass(frozen=True)
class Known:
    """What is known about those whom an import names, without anything sealed.

    Members are found by (family, member), donors by member's row, consents by donor's row and instrument. ``living``
    are the living seekers of the whole incident; ``erased`` those owners of the samples who have left.
    """

    incident: Row[Any] | None = None
    unidentified: Mapping[str, Row[Any]] = field(default_factory=dict)
    families: Mapping[str, int] = field(default_factory=dict)
    members: Mapping[str, Mapping[str, Row[Any]]] = field(default_factory=dict)
    donors: Mapping[int, Row[Any]] = field(default_factory=dict)
    samples: Mapping[str, Row[Any]] = field(default_factory=dict)
    consents: Mapping[int, Mapping[Instrument, Row[Any]]] = field(default_factory=dict)
    living: frozenset[str] = frozenset()
    erased: frozenset[int] = frozenset()

    def donor_of(self, family: str, member: str) -> Row[Any] | None:
        """The donor who is this member and has not left."""
        row = self.members.get(family, {}).get(member)
        return None if row is None else self.donors.get(row.id)


def read_known(connection: Connection, code: str, read: Incident) -> Known:
    """What is known of an incident about the persons, families and samples that were read; nothing when it is new."""
    incident = connection.execute(select(incidents).where(incidents.c.code == code)).one_or_none()
    if incident is None:
        return Known()
    here, of_incident = unidentified.c.incident == incident.id, families.c.incident == incident.id
    people = {person.code for person in read.unidentified}
    kin = {family.code for family in read.families}
    taken = people | {donor.profile.sample for family in read.families for donor in family.donors}
    of_kin = members.join(families)
    giving = _rows(
        connection,
        select(donors).select_from(donors.join(of_kin)).where(of_incident, donors.c.erased.is_(None)),
        families.c.code,
        kin,
    )
    given = _rows(connection, select(samples).where(samples.c.incident == incident.id), samples.c.code, taken)
    known_samples = {row.code: row for row in given}
    owners = [row.donor for row in known_samples.values() if row.donor is not None]
    erased = _rows(connection, select(donors.c.id).where(donors.c.erased.is_not(None)), donors.c.id, owners)
    living = select(unidentified.c.code).where(here, unidentified.c.kind == "living", unidentified.c.erased.is_(None))
    numbers = _rows(connection, select(families).where(of_incident), families.c.code, kin)
    return Known(
        incident,
        {row.code: row for row in _rows(connection, select(unidentified).where(here), unidentified.c.code, people)},
        {row.code: row.id for row in numbers},
        _members(connection, of_incident, kin),
        {row.member: row for row in giving},
        known_samples,
        _instruments(connection, of_incident, kin),
        frozenset(connection.scalars(living)),
        frozenset(row.id for row in erased),
    )


def _rows(connection: Connection, query: Select[Any], column: Any, wanted: Collection[Any]) -> Iterator[Row[Any]]:
    """The rows of a query that have one of some values in a column: nobody else's are read."""
    values = sorted(wanted)
    for start in range(0, len(values), BLOCK):
        yield from connection.execute(query.where(column.in_(values[start : start + BLOCK])))


def _members(connection: Connection, here: Any, kin: Collection[str]) -> dict[str, dict[str, Row[Any]]]:
    """By family and code, the members of some families in their order."""
    found: defaultdict[str, dict[str, Row[Any]]] = defaultdict(dict)
    query = select(members, families.c.code.label("family_code")).select_from(members.join(families)).where(here)
    for row in _rows(connection, query.order_by(members.c.place), families.c.code, kin):
        found[row.family_code][row.code] = row
    return dict(found)


def _instruments(connection: Connection, here: Any, kin: Collection[str]) -> dict[int, dict[Instrument, Row[Any]]]:
    """By donor and instrument, the consents of the donors of some families."""
    found: defaultdict[int, dict[Instrument, Row[Any]]] = defaultdict(dict)
    query = select(consents).select_from(consents.join(donors).join(members).join(families)).where(here)
    for row in _rows(connection, query.order_by(consents.c.id), families.c.code, kin):
        found[row.donor][row.scope, row.reference, row.given] = row
    return dict(found)


def contradictions(known: Known, incident: Incident) -> Iterator[Problem]:
    """Everything in an import that contradicts what is known, or itself. Codes only."""
    if known.incident is not None and incident.title_stated and known.incident.title != incident.title:
        yield _problem(
            f"the incident's title is '{incident.title}', but '{known.incident.title}' in the registry",
            "the title it was first imported with",
            "keep that title, or import under another code",
        )
    yield from _repeated(incident)
    if incident.as_replicates and any(family.donors for family in incident.families):
        remedy = "import unidentified persons alone"
        yield _problem(
            "replicates of donors", "replicates of unidentified persons: a reference is taken as read", remedy
        )
    yield from _a_second_seeker(known, incident.unidentified)
    for person in incident.unidentified:
        yield from _of_person(known, person)
    for family in incident.families:
        yield from _of_family(known, family)
        for donor in family.donors:
            yield from _of_donor(known, family.code, donor)


def instruments_of(consent: Consent | None) -> list[Instrument]:
    """A consent's instruments: one for each scope."""
    return [] if consent is None else [(scope, consent.reference, consent.date) for scope in consent.scope]


def _problem(found: str, expected: str, remedy: str) -> Problem:
    return Problem("registry", 0, "", found, expected, remedy)


def _repeated(incident: Incident) -> Iterator[Problem]:
    owners = [p.code for p in incident.unidentified]
    owners += [donor.profile.sample for family in incident.families for donor in family.donors]
    for what, codes in (("sample", owners), ("family", [family.code for family in incident.families])):
        for code, times in Counter(codes).items():
            if times > 1:
                yield _problem(f"{what} '{code}' stands {times} times", "each once", "remove the others")


def _a_second_seeker(known: Known, people: Iterable[UnidentifiedPerson]) -> Iterator[Problem]:
    living = {person.code for person in people if person.kind == "living"}
    living |= known.living
    if len(living) > 1:
        remedy = "compare each living seeker in an incident of their own, on their own written request"
        yield _problem(f"living seekers {', '.join(sorted(living))}", "one in an incident", remedy)


def _of_person(known: Known, person: UnidentifiedPerson) -> Iterator[Problem]:
    row, sample = known.unidentified.get(person.code), known.samples.get(person.code)
    if sample is not None and sample.unidentified is None:
        yield _problem(f"sample '{person.code}' is a donor's", "a code of its own", "correct the code")
    if row is None:
        return
    if row.erased is not None:
        remedy = "remove the profile from the files; a new request needs a new code"
        yield _problem(f"'{person.code}' has left the registry", "nobody who left", remedy)
    for what, before, now in (("kind", row.kind, person.kind), ("request", row.request, person.request)):
        if before != now:
            yield _problem(f"'{person.code}' has another {what}", f"the {what} as imported before", "correct the file")
    if "unknown" not in (row.sex, person.sex) and row.sex != person.sex:
        remedy = "find out which sample this is; import it under another code if it is another person"
        yield _problem(f"'{person.code}' is {person.sex}, but {row.sex} in the registry", "one sex", remedy)


def _of_family(known: Known, family: Family) -> Iterator[Problem]:
    before = known.members.get(family.code)
    if before is None:
        return
    now = {member.id: _facts(member, missing=member.id in family.missing) for member in family.pedigree}
    facts = {
        code: (row.sex, row.father, row.mother, row.founder_inbreeding, row.missing) for code, row in before.items()
    }
    for code in facts:
        if code not in now or now[code] != facts[code]:
            yield _problem(
                f"family '{family.code}' has another pedigree: member '{code}' is {'other' if code in now else 'gone'}",
                "every known member with the same sex and parents, and as missing as before",
                "correct the file, or import the family under another code; new members may be added",
            )


def _facts(member: Individual, *, missing: bool) -> tuple[object, ...]:
    return member.sex, member.father, member.mother, member.founder_inbreeding, missing


def _of_donor(known: Known, family: str, donor: Donor) -> Iterator[Problem]:
    code = donor.profile.sample
    sample, row = known.samples.get(code), known.donor_of(family, donor.member)
    if sample is not None and (row is None or sample.donor != row.id):
        if sample.donor in known.erased:
            remedy = "remove the donor from the files; who gives a sample anew consents anew, under a new sample code"
            yield _problem(f"sample '{code}' is of a donor who has left the registry", "nobody who left", remedy)
        else:
            yield _problem(f"sample '{code}' is somebody else's", "a code of its own", "correct the code")
    for instrument in instruments_of(donor.consent):
        before = None if row is None else known.consents.get(row.id, {}).get(instrument)
        if before is not None and donor.consent is not None and _longer(donor.consent.expires, before.expires):
            yield _problem(
                f"the consent of sample '{code}' lasts longer than the registry knows",
                "the end that was agreed",
                "a longer consent is a new instrument: give it a reference of its own",
            )


def _longer(now: dt.date | None, before: dt.date | None) -> bool:
    return before is not None and (now is None or now > before)
