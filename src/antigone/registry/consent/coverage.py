"""The one way to what was typed: only what an active consent of the right scope covers on that day.

Every other donor's profile stays sealed, and every refusal is counted and written into the audit.
"""

from __future__ import annotations

import datetime as dt
import gc
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Row, select

from antigone.errors import RegistryError
from antigone.model.assumptions.circumstances import MissingCircumstances, UnidentifiedCircumstances
from antigone.model.assumptions.lineage import MtHaplotype, StatedCounts, YHaplotype
from antigone.model.incident.consent import Consent, judge_consents
from antigone.model.incident.evidence import FurtherEvidence
from antigone.model.incident.incident import Donor, Family, Incident, SourceFile, UnidentifiedPerson
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.typings.typing import TypingsUsed, describe_typings
from antigone.registry.audit.chain import append
from antigone.registry.keys.vault import Vault
from antigone.registry.people.conditions import read_conditions
from antigone.registry.people.personal import open_personal
from antigone.registry.store.schema import (
    consents,
    donors,
    families,
    incidents,
    members,
    samples,
    sources,
    unidentified,
)
from antigone.registry.typings.payloads import NOTHING_BESIDES_GENOTYPES, Beside, Unpacker
from antigone.registry.typings.reading import Typed, read_typed
from antigone.registry.typings.saving import BLOCK, Owner

AnyRow = Row[*tuple[Any, ...]]
"""A row of any columns."""


@dataclass(frozen=True)
class Covered:
    """What a search may use, and who was left out.

    ``incident`` has covered donors alone. ``refused`` counts the others by reason, in the words of a search over
    files; ``refused_by_family`` by family. ``access`` says what was opened and what was refused, for the audit.
    """

    incident: Incident
    refused: Mapping[str, int]
    refused_by_family: Mapping[str, int]
    access: str


@dataclass(frozen=True)
class Coverage:
    """Which donors of an incident are covered: their consent by their row, and their samples.

    ``refused`` says of each of the others the family, the sample and the reason.
    """

    donors: Mapping[int, Consent]
    samples: frozenset[str]
    refused: Sequence[tuple[str, str, str]]


NO_DONORS = Coverage({}, frozenset(), ())


def read_incident(
    connection: Connection, vault: Vault, code: str, *, scope: str, day: dt.date, at: str, actor: str, purpose: str
) -> Covered:
    """An incident as a search may use it, and the line in the audit that says so, both in the caller's transaction.

    Parameters
    ----------
    connection, vault
        The transaction, and the keys.
    code
        The incident.
    scope, day
        What for (see ``schema.CONSENT_SCOPES``), and the day on which a consent must be active.
    at, actor, purpose
        For the audit: the moment in UTC, the user's code, and why.

    Raises
    ------
    RegistryError
        When there is no such incident.
    """
    covered = read_covered(connection, vault, code, scope=scope, day=day)
    note_access(connection, covered, at=at, actor=actor, purpose=purpose)
    return covered


def note_access(connection: Connection, covered: Covered, *, at: str, actor: str, purpose: str) -> None:
    """The line in the audit that tells what was read."""
    append(connection, at=at, actor=actor, action="read profiles", purpose=purpose, subject=covered.access)


def read_covered(
    connection: Connection, vault: Vault, code: str, *, scope: str, day: dt.date, donors: bool = True
) -> Covered:
    """An incident as a search may use it. The caller writes into the audit what was read (`note_access`).

    Profiles are read and opened in blocks of 1,000 persons, so that beyond the incident itself no more than one block
    of sealed profiles and keys is in memory.

    Parameters
    ----------
    connection, vault
        The transaction, and the keys.
    code
        The incident.
    scope, day
        What for (see ``schema.CONSENT_SCOPES``), and the day on which a consent must be active.
    donors
        Else families and donors are not looked at: for remains against remains.

    Raises
    ------
    RegistryError
        When there is no such incident.
    """
    row = _incident(connection, code)
    reading = _Reading(connection, vault, row.id)
    with _without_collection():
        coverage = covered_donors(connection, row.id, scope=scope, day=day) if donors else NO_DONORS
        people = tuple(_people(reading))
        kin = tuple(_families(reading, coverage)) if donors else ()
    conditions = read_conditions(connection, row.id)
    incident = Incident(
        title=row.title,
        unidentified=people,
        families=kin,
        tables=conditions.tables,
        settings=conditions.settings,
        sources=_sources(connection, row.id),
        notices=(*json.loads(row.notices), *describe_typings(reading.used)),
        further=reading.further(conditions.further),
        typings_used=reading.used,
    )
    access = describe_access(code, scope, coverage, people=len(people))
    return Covered(incident, _counted(coverage, 2), _counted(coverage, 0), access)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Reading makes many objects and no rubbish; to look for it again and again takes a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def covered_donors(connection: Connection, incident: int, *, scope: str, day: dt.date) -> Coverage:
    """Which donors an active consent covers. Nothing sealed is read."""
    rows_of: defaultdict[int, list[AnyRow]] = defaultdict(list)
    of_incident = families.c.incident == incident
    asked = select(consents).select_from(consents.join(donors).join(members).join(families))
    asked = asked.where(of_incident, donors.c.erased.is_(None))
    for row in connection.execute(asked.order_by(consents.c.id)):
        rows_of[row.donor].append(row)
    found, refused = dict[int, Consent](), list[tuple[str, str, str]]()
    given = (
        select(donors.c.id, families.c.code.label("family"), samples.c.code.label("sample"))
        .select_from(donors)
        .join(members, donors.c.member == members.c.id)
        .join(families, members.c.family == families.c.id)
        .outerjoin(samples, samples.c.donor == donors.c.id)
        .where(of_incident, donors.c.erased.is_(None))
    )
    everyone = connection.execute(given.order_by(donors.c.id, samples.c.id)).all()
    for row in {row.id: row for row in everyone}.values():
        consent, reason = judge_consents(instruments_of(rows_of[row.id]), scope=scope, day=day)
        if consent is not None:
            found[row.id] = consent
        else:
            refused.append((row.family, row.sample, reason))
    return Coverage(found, frozenset(row.sample for row in everyone if row.id in found), refused)


def instruments_of(rows: Sequence[AnyRow]) -> list[Consent]:
    """A donor's consents, the oldest first, from their rows: one for each purpose."""
    purposes: dict[tuple[Any, ...], list[str]] = {}
    for row in rows:
        instrument = row.reference, row.given, row.expires, row.withdrawn, row.attested_by
        purposes.setdefault(instrument, []).append(row.scope)
    return [
        Consent(reference, given, tuple(scopes), expires, withdrawn, attested_by)
        for (reference, given, expires, withdrawn, attested_by), scopes in purposes.items()
    ]


def describe_access(code: str, scope: str, coverage: Coverage, *, people: int) -> str:
    """What was opened and what was refused, for the audit: counts and codes of samples."""
    by_reason: defaultdict[str, list[str]] = defaultdict(list)
    for _, sample, reason in coverage.refused:
        by_reason[reason].append(sample or "no sample")
    refused = [f"{len(codes)} {reason}: {', '.join(codes)}" for reason, codes in sorted(by_reason.items())]
    opened = f"incident {code}, for {scope}: {people} unidentified, {len(coverage.donors)} donors"
    return "; refused ".join([opened, *refused])


def _counted(coverage: Coverage, part: int) -> dict[str, int]:
    return dict(sorted(Counter(one[part] for one in coverage.refused).items()))


def _incident(connection: Connection, code: str) -> AnyRow:
    row = connection.execute(select(incidents).where(incidents.c.code == code)).one_or_none()
    if row is None:
        raise RegistryError(f"the registry has no incident '{code}'; correct the code or import it first")
    return row


def _sources(connection: Connection, incident: int) -> tuple[SourceFile, ...]:
    """The newest of each name."""
    query = select(sources).where(sources.c.incident == incident).order_by(sources.c.id)
    newest = {row.name: SourceFile(row.name, row.sha256) for row in connection.execute(query)}
    return tuple(newest.values())


@dataclass
class _Reading:
    """One reading of an incident: where it reads from, and the further evidence it comes across."""

    connection: Connection
    vault: Vault
    incident: int
    unpacker: Unpacker = field(default_factory=Unpacker)
    y: dict[str, YHaplotype] = field(default_factory=dict)
    mt: dict[str, MtHaplotype] = field(default_factory=dict)
    y_seen: dict[str, int] = field(default_factory=dict)
    mt_seen: dict[str, int] = field(default_factory=dict)
    missing: dict[tuple[str, str], MissingCircumstances] = field(default_factory=dict)
    found: dict[str, UnidentifiedCircumstances] = field(default_factory=dict)
    used: dict[str, TypingsUsed] = field(default_factory=dict)

    def typed(self, owner: Owner, wanted: Collection[int]) -> dict[int, Typed]:
        """By a person's row, what of their samples is in force."""
        found = read_typed(self.connection, self.vault, owner, wanted, self.unpacker)
        return {one.person: self._noted(one) for one in found}

    def _noted(self, one: Typed) -> Typed:
        if one.beside is not NOTHING_BESIDES_GENOTYPES:
            self._keep(one.sample, one.beside)
        if one.used is not None:
            self.used[one.sample] = one.used
        return one

    def _keep(self, sample: str, beside: Beside) -> None:
        if beside.y is not None:
            self.y[sample] = beside.y
        if beside.mt is not None:
            self.mt[sample] = beside.mt
        if beside.y_seen is not None:
            self.y_seen[sample] = beside.y_seen
        if beside.mt_seen is not None:
            self.mt_seen[sample] = beside.mt_seen

    def further(self, models: FurtherEvidence) -> FurtherEvidence:
        y_model, mt_model = models.y_model, models.mt_model
        if y_model is not None and isinstance(y_model.basis, StatedCounts):
            y_model = replace(y_model, basis=replace(y_model.basis, seen=self.y_seen))
        if mt_model is not None and isinstance(mt_model.basis, StatedCounts):
            mt_model = replace(mt_model, basis=replace(mt_model.basis, seen=self.mt_seen))
        return replace(
            models,
            y=self.y,
            mt=self.mt,
            y_model=y_model,
            mt_model=mt_model,
            missing=self.missing,
            unidentified=self.found,
        )


def _people(reading: _Reading) -> Iterator[UnidentifiedPerson]:
    table = unidentified
    query = select(table).where(table.c.incident == reading.incident, table.c.erased.is_(None)).order_by(table.c.id)
    for rows in reading.connection.execute(query).partitions(BLOCK):
        typed = reading.typed("unidentified", {row.id for row in rows})
        for row in rows:
            one = typed[row.id]
            if row.sealed is not None:
                record = open_personal(one.key, "unidentified", row.id, row.sealed)
                if record.found is not None:
                    reading.found[row.code] = record.found
            own = {"code": row.code, "profile": one.profile, "sex": row.sex, "kind": row.kind, "request": row.request}
            person = one.beside.person
            yield replace(person, **own) if person else UnidentifiedPerson(**own)


def _families(reading: _Reading, coverage: Coverage) -> Iterator[Family]:
    table = families
    query = select(table.c.id, table.c.code).where(table.c.incident == reading.incident).order_by(table.c.id)
    for rows in reading.connection.execute(query).partitions(BLOCK):
        codes: dict[int, str] = {row.id: row.code for row in rows}
        kin = _members(reading, codes)
        giving = _donors(reading, codes, coverage)
        for number, code in codes.items():
            yield _family(code, kin[number], giving[number])


def _members(reading: _Reading, codes: Mapping[int, str]) -> defaultdict[int, list[AnyRow]]:
    """The members of some families, by family; what is known of the missing beside DNA is noted."""
    kin: defaultdict[int, list[AnyRow]] = defaultdict(list)
    span = members.c.family.between(min(codes), max(codes))
    for row in reading.connection.execute(select(members).where(span).order_by(members.c.family, members.c.place)):
        if row.family in codes:
            kin[row.family].append(row)
    told = [row for rows in kin.values() for row in rows if row.sealed is not None]
    keys = reading.vault.data_keys(reading.connection, [row.key for row in told])
    for row in told:
        record = open_personal(keys[row.key], "members", row.id, row.sealed)
        if record.missing is not None:
            reading.missing[codes[row.family], row.code] = record.missing
    return kin


def _family(code: str, kin: Sequence[AnyRow], giving: Sequence[Donor]) -> Family:
    pedigree = Pedigree(tuple(Individual(m.code, m.sex, m.father, m.mother, m.founder_inbreeding) for m in kin))
    return Family(code, pedigree, tuple(m.code for m in kin if m.missing), tuple(giving))


def _donors(reading: _Reading, codes: Mapping[int, str], coverage: Coverage) -> defaultdict[int, list[Donor]]:
    """The covered donors of some families, by family."""
    query = select(donors.c.id, members.c.code, members.c.family).select_from(donors.join(members))
    span = members.c.family.between(min(codes), max(codes))
    asked = query.where(span, donors.c.erased.is_(None)).order_by(donors.c.id)
    rows = [row for row in reading.connection.execute(asked) if row[0] in coverage.donors]
    found: defaultdict[int, list[Donor]] = defaultdict(list)
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        typed = reading.typed("donor", {row[0] for row in block})
        for number, member, family in block:
            found[family].append(Donor(member, typed[number].profile, coverage.donors[number]))
    return found
