"""From a prepared incident to what the joint computation is asked: persons as read, and one question per family."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from antigone.model.assumptions.circumstances import SexRates
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import AS_READ, ObservationModel
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.profile import Profile
from antigone.search.families.family_table import Target
from antigone.search.joint.persons import Persons
from antigone.search.joint.question import FamilyQuestion
from antigone.search.remains.readings import observe_profile


def persons_of(
    people: Sequence[UnidentifiedPerson],
    markers: Sequence[Marker],
    *,
    observation: ObservationModel = AS_READ,
    sex: SexRates | None = None,
) -> Persons:
    """The unidentified persons as the computation reads them.

    A sample without any rate is taken as read. The X markers of a person of unknown sex say nothing.
    """
    on_x = {marker.name for marker in markers if marker.chromosome == "X"}
    return Persons(
        tuple(person.code for person in people),
        tuple(person.sex for person in people),
        tuple(_without(person.profile, on_x) if person.sex == "unknown" else person.profile for person in people),
        tuple(markers),
        {
            person.code: observe_profile(person, markers, observation=observation)
            for person in people
            if not observation.takes_as_read(person)
        },
        sex,
    )


def _without(profile: Profile, names: Collection[str]) -> Profile:
    kept = {name: genotype for name, genotype in profile.genotypes.items() if name not in names}
    return replace(profile, genotypes=kept)


def questions_of(targets: Sequence[Target], persons: Persons) -> list[FamilyQuestion]:
    """One question for each family: everybody of a possible sex may be each of its missing members.

    Direct references of missing persons take no part in it (`prepare` says so).
    """
    by_family: dict[str, list[Target]] = {}
    for target in targets:
        by_family.setdefault(target.family, []).append(target)
    return [
        FamilyQuestion(
            code=code,
            pedigree=some[0].pedigree,
            missing=tuple(target.missing for target in some),
            references={m: p for m, p in some[0].references.items() if m not in {one.missing for one in some}},
            candidates=tuple(persons.may_be(target.sex) for target in some),
        )
        for code, some in by_family.items()
    ]
