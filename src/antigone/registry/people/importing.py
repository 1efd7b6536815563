"""Importing an incident: what it adds is sealed and kept; what it contradicts is refused, all of it at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sqlalchemy import Connection, insert, select, update

from antigone.errors import InputError, Problem
from antigone.model.assumptions.lineage import StatedCounts
from antigone.model.incident.consent import Consent
from antigone.model.incident.evidence import FurtherEvidence
from antigone.model.incident.incident import Donor, Family, Incident, UnidentifiedPerson
from antigone.model.incident.incident_model import model_of
from antigone.model.statements.statement import Statement
from antigone.model.typings.typing import Typing
from antigone.registry.changes.changes import Kind, note_change
from antigone.registry.keys.vault import DataKey, Vault
from antigone.registry.models.versions import bring
from antigone.registry.people.known import Known, contradictions, read_known
from antigone.registry.people.newcomers import Doorkeeper
from antigone.registry.people.personal import Personal, read_personal, seal_personal, write_personal
from antigone.registry.people.sameness import note_marks
from antigone.registry.store.database import reserve
from antigone.registry.store.schema import consents, donors, families, incidents, members, sources, unidentified
from antigone.registry.store.stored import NOTICES
from antigone.registry.typings.conflicts import note_conflicts
from antigone.registry.typings.content import packed_typing
from antigone.registry.typings.saving import BLOCK, NewTyping, Owner, Receipt, save_typings

_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Imported:
    """What an import added, in numbers; all of them 0 when the registry had everything already. ``models``: versions of
    the incident's model that it brought; ``model`` says in words what came of the model that was read."""

    unidentified: int = 0
    families: int = 0
    members: int = 0
    donors: int = 0
    consents: int = 0
    profiles: int = 0
    models: int = 0
    model: tuple[Statement, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Its numbers alone, by name."""
        return {name: value for name, value in vars(self).items() if isinstance(value, int)}

    def __add__(self, other: Imported) -> Imported:
        return Imported(**{name: value + getattr(other, name) for name, value in vars(self).items()})


def save_incident(
    connection: Connection,
    vault: Vault,
    incident: Incident,
    *,
    code: str,
    at: str,
    holder: str,
    recorded_by: int | None = None,
    let_in: Mapping[str, str] | None = None,
) -> Imported:
    """Add an incident, or what is new in it, in the caller's transaction.

    A sample that is known and was typed otherwise gets a further typing. A known family may gain members and donors.
    Nothing that is missing in ``incident`` is removed. A known incident keeps the model in force: another one that is
    brought is kept as a version that somebody may propose.

    Parameters
    ----------
    connection, vault
        The transaction, and the keys.
    incident
        What was read from files.
    code
        What the incident is called in the registry.
    at
        The moment in UTC, ISO 8601.
    holder
        Who holds the samples now; the first event of custody of each.
    recorded_by
        The row of the user.
    let_in
        By sample, why it is let in although something stands against it (see `newcomers`).

    Raises
    ------
    InputError
        When it contradicts what is known, with every contradiction, or brings in somebody who left, a donor called
        unidentified, or a second search on one request. The caller's transaction must then be undone.
    """
    known, door = read_known(connection, code, incident), Doorkeeper(connection, vault, let_in or {})
    note_marks(connection, vault)  # of what an older Antigone imported: nobody judges it now
    _refuse(
        *contradictions(known, incident),
        *door.who_left(known, incident),
        *door.second_requests(known, incident.unidentified),
    )
    number = _save_frame(connection, known, incident, code=code, at=at)
    read = ", ".join(source.name for source in incident.sources) or "no file"
    brought = bring(connection, number, model_of(incident), user=recorded_by, at=at, reason=f"imported from {read}")
    job = _Import(connection, vault, incident, known, Receipt(number, at, holder, recorded_by))
    added = Imported(models=int(brought is not None))
    for people in _blocks(incident.unidentified):
        added += _save_people(job, people)
    for kin in _blocks(incident.families):
        added += _save_families(job, kin)
    _refuse(*door.donors_called_unidentified(), *door.keep_reasons(number, at=at, user=recorded_by))
    note_conflicts(connection, vault, at=at)
    return added


def _refuse(*problems: Problem) -> None:
    if problems:
        raise InputError(problems)


@dataclass(frozen=True)
class _Import:
    connection: Connection
    vault: Vault
    incident: Incident
    known: Known
    receipt: Receipt

    @property
    def further(self) -> FurtherEvidence:
        return self.incident.further

    def insert(self, table: Any, rows: Sequence[Mapping[str, Any]]) -> int:
        if rows:
            self.connection.execute(insert(table), rows)
        return len(rows)

    def note(self, kind: Kind, **touched: list[int]) -> None:
        """Note a change of what was there before; what is new is found by its rows (`changes.coming`)."""
        note_change(self.connection, self.receipt.incident, kind, at=self.receipt.at, **touched)


def _blocks(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    for start in range(0, len(items), BLOCK):
        yield items[start : start + BLOCK]


def _save_frame(connection: Connection, known: Known, incident: Incident, *, code: str, at: str) -> int:
    """The incident's own row, its notices, and the files it was read from."""
    if known.incident is None:
        row = {"code": code, "title": incident.title, "created": at, "notices": NOTICES.write(incident.notices)}
        number = int(connection.execute(insert(incidents).returning(incidents.c.id), row).scalar_one())
    else:
        number = int(known.incident.id)
        notices = dict.fromkeys((*NOTICES.read(known.incident.notices), *incident.notices))
        changed = update(incidents).where(incidents.c.id == number).values(notices=NOTICES.write((*notices,)))
        connection.execute(changed)
    query = select(sources.c.name, sources.c.sha256).where(sources.c.incident == number)
    before = {tuple(row) for row in connection.execute(query)}
    rows = [
        {"incident": number, "name": source.name, "sha256": source.sha256, "imported": at}
        for source in incident.sources
        if (source.name, source.sha256) not in before
    ]
    if rows:
        connection.execute(insert(sources), rows)
    return number


def _save_people(job: _Import, people: Sequence[UnidentifiedPerson]) -> Imported:
    known = {p.code: job.known.unidentified[p.code] for p in people if p.code in job.known.unidentified}
    new = [person for person in people if person.code not in known]
    numbers = {code: row.id for code, row in known.items()}
    numbers |= dict(zip((p.code for p in new), reserve(job.connection, unidentified, len(new)), strict=True))
    found = job.vault.data_keys(job.connection, [row.key for row in known.values()])
    keys = {code: found[row.key] for code, row in known.items()}
    keys |= dict(zip((p.code for p in new), job.vault.new_keys(job.connection, len(new)), strict=True))
    job.insert(unidentified, [_person_row(job, person, numbers[person.code], keys[person.code]) for person in new])
    for person in people:
        if person.code in known:
            _update_person(job, person, known[person.code])
    typings = [typing for p in people for typing in _typings_of_person(job, p, numbers[p.code], keys[p.code])]
    return Imported(unidentified=len(new), profiles=_save_typings(job, typings))


def _person_row(job: _Import, person: UnidentifiedPerson, number: int, key: DataKey) -> dict[str, Any]:
    circumstances = job.further.unidentified.get(person.code)
    sealed = seal_personal(key, "unidentified", number, Personal(found=circumstances)) if circumstances else None
    own = {"id": number, "code": person.code, "kind": person.kind, "sex": person.sex, "request": person.request}
    return own | {"incident": job.receipt.incident, "erased": None, "sealed": sealed, "key": key.id}


def _update_person(job: _Import, person: UnidentifiedPerson, row: Any) -> None:
    """A sex that was unknown, and circumstances, may be added to."""
    if person.sex not in ("unknown", row.sex):
        this = unidentified.c.id == row.id
        job.connection.execute(update(unidentified).where(this).values(sex=person.sex))
        job.note("description changed", unidentified=[row.id])
    circumstances = job.further.unidentified.get(person.code)
    if circumstances and _add_circumstances(job, "unidentified", row.id, Personal(found=circumstances)):
        job.note("description changed", unidentified=[row.id])


def _add_circumstances(job: _Import, owner: Any, number: int, new: Personal) -> bool:
    """Whether anything was new."""
    before = read_personal(job.connection, job.vault, owner, number)
    after = replace(before, missing=new.missing or before.missing, found=new.found or before.found)
    if after != before:
        write_personal(job.connection, job.vault, owner, number, after)
    return after != before


def _typings_of_person(job: _Import, person: UnidentifiedPerson, number: int, key: DataKey) -> Iterator[NewTyping]:
    """The typings of an unidentified person's sample; its rates belong to each."""
    whole = Typing("", person.profile.genotypes, person.replicates, person.amelogenin, peak_height=person.peak_height)
    for typing in _apart(job, person.code, whole):
        rated = replace(typing, rates=person.rates, estimate_dropout=person.estimate_dropout)
        yield _new_typing(job, rated, person.code, "unidentified", number, key)


def _typings_of_donor(job: _Import, donor: Donor, number: int, key: DataKey) -> Iterator[NewTyping]:
    sample = donor.profile.sample
    for typing in _apart(job, sample, Typing("", donor.profile.genotypes)):
        yield _new_typing(job, typing, sample, "donor", number, key)


def _apart(job: _Import, sample: str, whole: Typing) -> list[Typing]:
    """What the files have of a sample, typing by typing; haplotypes come in tables of their own, and go with the
    first."""
    first, *others = job.incident.typings.get(sample, (whole,))
    further, y, mt = job.further, job.further.y.get(sample), job.further.mt.get(sample)
    seen = _seen(further.y_model, sample), _seen(further.mt_model, sample)
    return [replace(first, y=y, mt=mt, y_seen=seen[0], mt_seen=seen[1]), *others]


def _new_typing(job: _Import, typing: Typing, sample: str, owner: Owner, number: int, key: DataKey) -> NewTyping:
    packed = packed_typing(sample, typing) if replace(typing, label="") != Typing("") else b""
    kit = job.incident.kit or typing.label or job.incident.profiles_in
    return NewTyping(sample, owner, number, key, packed, kit, job.incident.as_replicates)


def _seen(model: Any, sample: str) -> int | None:
    stated = model is not None and isinstance(model.basis, StatedCounts)
    return model.basis.seen.get(sample) if stated else None


def _save_typings(job: _Import, given: Sequence[NewTyping]) -> int:
    known = {t.sample: job.known.samples[t.sample].id for t in given if t.sample in job.known.samples}
    return len(save_typings(job.connection, given, known, receipt=job.receipt))


def _save_families(job: _Import, kin: Sequence[Family]) -> Imported:
    new = [family for family in kin if family.code not in job.known.families]
    numbers = {family.code: job.known.families[family.code] for family in kin if family.code in job.known.families}
    numbers |= dict(zip((f.code for f in new), reserve(job.connection, families, len(new)), strict=True))
    job.insert(families, [{"id": numbers[f.code], "incident": job.receipt.incident, "code": f.code} for f in new])
    member_numbers, added = _save_members(job, kin, numbers)
    giving = [(family.code, donor) for family in kin for donor in family.donors]
    return Imported(families=len(new), members=added) + _save_donors(job, giving, member_numbers)


Member = tuple[str, str]
"""A family's code and its member's."""


def _save_members(
    job: _Import, kin: Sequence[Family], family_numbers: Mapping[str, int]
) -> tuple[dict[Member, int], int]:
    """The row of every member, and how many are new."""
    known = {(f.code, code): row for f in kin for code, row in job.known.members.get(f.code, {}).items()}
    new = [(f.code, m.id) for f in kin for m in f.pedigree if (f.code, m.id) not in known]
    numbers = {member: row.id for member, row in known.items()}
    numbers |= dict(zip(new, reserve(job.connection, members, len(new)), strict=True))
    told = [member for member in numbers if job.further.missing.get(member)]
    new_told = [member for member in told if member not in known]
    keys = dict(zip(new_told, job.vault.new_keys(job.connection, len(new_told)), strict=True))
    rows = [
        _member_row(job, family, place, numbers[family.code, member.id], keys.get((family.code, member.id)))
        | {"family": family_numbers[family.code]}
        for family in kin
        for place, member in enumerate(family.pedigree)
        if (family.code, member.id) not in known
    ]
    job.insert(members, rows)
    for member in told:
        record = Personal(missing=job.further.missing[member])
        if member in known and _add_circumstances(job, "members", numbers[member], record):
            job.note("description changed", families=[family_numbers[member[0]]])
    _reorder(job, kin)
    return numbers, len(rows)


def _member_row(job: _Import, family: Family, place: int, number: int, key: DataKey | None) -> dict[str, Any]:
    member = family.pedigree.individuals[place]
    sealed = None
    if key is not None:
        record = Personal(missing=job.further.missing[family.code, member.id])
        sealed = seal_personal(key, "members", number, record)
    return {
        "id": number,
        "place": place,
        "code": member.id,
        "sex": member.sex,
        "father": member.father,
        "mother": member.mother,
        "founder_inbreeding": member.founder_inbreeding,
        "missing": member.id in family.missing,
        "sealed": sealed,
        "key": None if key is None else key.id,
    }


def _reorder(job: _Import, kin: Sequence[Family]) -> None:
    """Members stand in the order of the newest import."""
    for family in kin:
        before = job.known.members.get(family.code, {})
        for place, member in enumerate(family.pedigree):
            row = before.get(member.id)
            if row is not None and row.place != place:
                job.connection.execute(update(members).where(members.c.id == row.id).values(place=place))


def _save_donors(job: _Import, giving: Sequence[tuple[str, Donor]], numbers: Mapping[Member, int]) -> Imported:
    known = {member: row for member in numbers if (row := job.known.donor_of(*member)) is not None}
    new = [m for m in dict.fromkeys((family, donor.member) for family, donor in giving) if m not in known]
    rows = dict(zip(new, reserve(job.connection, donors, len(new)), strict=True))
    keys = dict(zip(new, job.vault.new_keys(job.connection, len(new)), strict=True))
    job.insert(
        donors, [{"id": rows[m], "member": numbers[m], "key": keys[m].id, "sealed": None, "erased": None} for m in new]
    )
    found = job.vault.data_keys(job.connection, [row.key for row in known.values()])
    rows |= {member: row.id for member, row in known.items()}
    keys |= {member: found[row.key] for member, row in known.items()}
    added = [row for family, d in giving for row in _consent_rows(job, rows[family, d.member], d.consent)]
    job.insert(consents, added)
    typings = [t for f, d in giving for t in _typings_of_donor(job, d, rows[f, d.member], keys[f, d.member])]
    return Imported(donors=len(new), consents=len(added), profiles=_save_typings(job, typings))


def _consent_rows(job: _Import, donor: int, consent: Consent | None) -> list[dict[str, Any]]:
    """The instruments that are new; one that is known may only end earlier."""
    if consent is None:
        return []
    before, rows = job.known.consents.get(donor, {}), []
    ends = {"expires": consent.expires, "withdrawn": consent.withdrawn}
    for scope in consent.scope:
        known = before.get((scope, consent.reference, consent.date))
        if known is None:
            own = {"scope": scope, "reference": consent.reference, "given": consent.date}
            rows.append({"donor": donor, "attested_by": consent.attested_by} | own | ends)
            continue
        earlier = {
            name: day
            for name, day in ends.items()
            if day and (getattr(known, name) is None or day < getattr(known, name))
        }
        if earlier:
            job.connection.execute(update(consents).where(consents.c.id == known.id).values(**earlier))
            ended = select(members.c.family).select_from(donors.join(members)).where(donors.c.id == donor)
            job.note("consent withdrawn", families=list(job.connection.scalars(ended)))
    return rows
