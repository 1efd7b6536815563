"""What files add to an incident that a registry knows: new remains, donors or profiles, without what is known already.

The known incident comes without anything that was typed. Whoever the files say something about is read as the registry
knows them, with what is new: a profile of a known sample needs no row of its donor.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from antigone.formats.casefolder.evidence import People
from antigone.formats.profiles.profiles import TypedSamples
from antigone.model.incident.evidence import FurtherEvidence
from antigone.model.incident.incident import Donor, Family, Incident, UnidentifiedPerson


@dataclass(frozen=True)
class Known:
    """Who is known before the files are read, by code; nobody, when they hold a new incident."""

    persons: Mapping[str, UnidentifiedPerson]
    families: Mapping[str, Family]

    @property
    def samples(self) -> frozenset[str]:
        """The samples of known donors."""
        return frozenset(donor.profile.sample for family in self.families.values() for donor in family.donors)

    def with_those_read(self, people: People) -> People:
        """Who is known or in the files, for tables that name somebody; None where a table could not be read."""
        missing = {(family.code, member) for family in self.families.values() for member in family.missing}
        return People(
            None if people.unidentified is None else {*people.unidentified, *self.persons},
            None if people.donors is None else {*people.donors, *self.samples},
            None if people.missing is None else {*people.missing, *missing},
        )


def known_of(incident: Incident | None) -> Known:
    """Who is in an incident that is known; nobody without one."""
    if incident is None:
        return Known({}, {})
    return Known({one.code: one for one in incident.unidentified}, {one.code: one for one in incident.families})


def add_known(
    persons: Sequence[UnidentifiedPerson],
    families: Sequence[Family],
    known: Known,
    typed: TypedSamples,
    touched: Collection[str],
    missing: Collection[str] = (),
) -> tuple[tuple[UnidentifiedPerson, ...], tuple[Family, ...]]:
    """Persons and families of the files, and the known ones of whom the files say something without a row of their own.

    ``touched`` are samples, ``missing`` families of whose missing persons the files tell.
    """
    return _with_known_persons(persons, known, typed, touched), _with_known_families(
        families, known, typed, touched, missing
    )


def _with_known_persons(
    read: Sequence[UnidentifiedPerson], known: Known, typed: TypedSamples, touched: Collection[str]
) -> tuple[UnidentifiedPerson, ...]:
    codes = {person.code for person in read}
    more = (
        replace(
            known.persons[code],
            profile=typed.profile(code),
            replicates=typed.replicates.get(code, {}),
            peak_height=typed.heights.get(code),
            amelogenin=typed.amelogenin.get(code, ()),
        )
        for code in touched
        if code in known.persons and code not in codes
    )
    return (*read, *sorted(more, key=lambda person: person.code))


def _with_known_families(
    read: Sequence[Family], known: Known, typed: TypedSamples, touched: Collection[str], missing: Collection[str]
) -> tuple[Family, ...]:
    found = {family.code: family for family in read}
    for family in known.families.values():
        giving = [d for d in family.donors if d.profile.sample in touched]
        if not giving and (family.code in found or family.code not in missing):
            continue
        before = found.get(family.code, replace(family, donors=()))
        given = {donor.member for donor in before.donors}
        more = (Donor(d.member, typed.reference(d.profile.sample), None) for d in giving if d.member not in given)
        found[family.code] = replace(before, donors=(*before.donors, *more))
    return tuple(found.values())


def samples_of(typed: TypedSamples, further: FurtherEvidence | None = None) -> set[str]:
    """The samples that the files say something about."""
    beside = {*further.y, *further.mt} if further else set[str]()
    return {*typed.genotypes, *typed.replicates, *typed.amelogenin, *beside}
