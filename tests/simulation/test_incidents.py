"""The simulated incident: reproducible, as described, and consistent with its own truth."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from itertools import pairwise

import pytest

from antigone.errors import ModelError
from antigone.model.assumptions.frequency import FrequencyTable
from antigone.model.assumptions.mutation import Stepwise
from antigone.model.incident.consent import SCOPE_IDENTIFICATION
from antigone.model.incident.incident import Donor, Family, Incident
from antigone.model.incident.settings import MutationChoice, SearchSettings
from antigone.model.profile import Genotype
from antigone.simulation.incident import ACCIDENT_DAY, OLDER_KIT, Truth, simulate_incident

NAMES = tuple(f"M{i:02}" for i in range(24))
LADDER = {f"{8 + i}": 0.1 for i in range(10)}
NORTH = FrequencyTable("north", dict.fromkeys(NAMES, LADDER), dict.fromkeys(NAMES, 400))
WITHOUT_MUTATION = SearchSettings(mutation=MutationChoice())
SOUTH = FrequencyTable("south", {**dict.fromkeys(NAMES[:20], LADDER), "other": LADDER}, {})


def ferry(families: int = 40, unidentified: int = 60, seed: int = 7) -> tuple[Incident, Truth]:
    return simulate_incident(
        families=families, unidentified=unidentified, seed=seed, tables=[NORTH], settings=WITHOUT_MUTATION
    )


@pytest.fixture(scope="module")
def simulated() -> tuple[Incident, Truth]:
    return ferry()


def could_be_parent_and_child(one: Genotype, other: Genotype) -> bool:
    return None in one or None in other or bool(set(one) & set(other))


def donors_by_code(incident: Incident) -> dict[str, Donor]:
    return {donor.member: donor for family in incident.families for donor in family.donors}


def test_simulate_incident__has_the_size_and_the_codes_asked_for(simulated: tuple[Incident, Truth]) -> None:
    incident, truth = simulated
    assert [family.code for family in incident.families] == [f"F{i:02}" for i in range(1, 41)]
    assert [person.code for person in incident.unidentified] == [f"PM{i:03}" for i in range(1, 61)]
    assert list(truth.identities) == list(truth.remarks) == [person.code for person in incident.unidentified]
    assert all(member in family.pedigree for family in incident.families for member in family.missing)
    assert {len(family.missing) for family in incident.families} == {1, 2}
    assert incident.families[0].missing == ("F01-MP1",)
    assert all(family.donors for family in incident.families)


def test_simulate_incident__same_seed_same_incident(simulated: tuple[Incident, Truth]) -> None:
    assert ferry() == simulated
    assert ferry(seed=8) != simulated


def test_simulate_incident__every_missing_person_is_found_or_named(simulated: tuple[Incident, Truth]) -> None:
    incident, truth = simulated
    found = {identity for identity in truth.identities.values() if identity}
    missing = {(family.code, member) for family in incident.families for member in family.missing}
    assert found | set(truth.not_found) == missing
    assert not found & set(truth.not_found)
    assert truth.not_found
    assert max(Counter(identity for identity in truth.identities.values() if identity).values()) <= 3


def test_simulate_incident__remarks_say_what_the_samples_are(simulated: tuple[Incident, Truth]) -> None:
    incident, truth = simulated
    seen: dict[tuple[str, str], str] = {}
    for person in incident.unidentified:
        identity, remark = truth.identities[person.code], truth.remarks[person.code]
        assert ("not reported" in remark) == (identity is None)
        if identity is not None:
            assert (f"fragment of {seen.get(identity)}" in remark) == (identity in seen)
            seen.setdefault(identity, person.code)
        partial = len(person.profile.genotypes) < len(NAMES) or any(
            None in genotype for genotype in person.profile.genotypes.values()
        )
        assert partial == ("degraded" in remark)
    kinds = {word for remark in truth.remarks.values() for word in ("fragment", "degraded", "not") if word in remark}
    assert kinds == {"fragment", "degraded", "not"}


def test_simulate_incident__fragments_show_the_same_person(simulated: tuple[Incident, Truth]) -> None:
    incident, truth = simulated
    profiles = {person.code: person.profile.genotypes for person in incident.unidentified}
    fragments = {code: r.split(";")[0].split()[-1] for code, r in truth.remarks.items() if r.startswith("fragment")}
    assert fragments
    for code, body in fragments.items():
        for marker in profiles[code].keys() & profiles[body].keys():
            one, other = (set(profiles[c][marker]) - {None} for c in (code, body))
            assert one <= other or other <= one or None in (*profiles[code][marker], *profiles[body][marker])


def test_simulate_incident__recorded_sex_is_true(simulated: tuple[Incident, Truth]) -> None:
    incident, truth = simulated
    pedigrees = {family.code: family.pedigree for family in incident.families}
    recorded = Counter(person.sex == "unknown" for person in incident.unidentified)
    assert 0 < recorded[True] < recorded[False]
    for person in incident.unidentified:
        identity = truth.identities[person.code]
        if identity is not None and person.sex != "unknown":
            assert person.sex == pedigrees[identity[0]][identity[1]].sex


def relatives_who_gave_a_sample(family: Family, member: str) -> set[str]:
    individual = family.pedigree[member]
    near = {individual.father, individual.mother, *family.pedigree.children[member]}
    return {donor.member for donor in family.donors if donor.member in near}


def test_simulate_incident__without_mutation_true_pairs_fit_except_the_misattributed_father(
    simulated: tuple[Incident, Truth],
) -> None:
    incident, truth = simulated
    families = {family.code: family for family in incident.families}
    donors = donors_by_code(incident)
    misfits: Counter[str] = Counter()
    compared = 0
    for person in incident.unidentified:
        identity = truth.identities[person.code]
        if identity is None:
            continue
        for donor in relatives_who_gave_a_sample(families[identity[0]], identity[1]):
            for marker, genotype in donors[donor].profile.genotypes.items():
                if marker in person.profile.genotypes:
                    compared += 1
                    misfits[donor] += not could_be_parent_and_child(genotype, person.profile.genotypes[marker])
    assert compared > 300
    assert {donor for donor, count in misfits.items() if count} <= {donor for _, donor in truth.misattributed}


def test_simulate_incident__mutates_by_the_settings(simulated: tuple[Incident, Truth]) -> None:
    often = SearchSettings(mutation=MutationChoice(Stepwise(0.2), Stepwise(0.2)))
    incident, truth = simulate_incident(families=40, unidentified=60, seed=7, tables=[NORTH], settings=often)
    assert incident.settings is often
    assert incident.families != simulated[0].families
    families, donors = {family.code: family for family in incident.families}, donors_by_code(incident)
    misfits = sum(
        not could_be_parent_and_child(genotype, person.profile.genotypes[marker])
        for person in incident.unidentified
        for code, member in filter(None, [truth.identities[person.code]])
        for donor in relatives_who_gave_a_sample(families[code], member)
        for marker, genotype in donors[donor].profile.genotypes.items()
        if marker in person.profile.genotypes
    )
    assert misfits > 50


def test_simulate_incident__misattributed_father_contradicts_his_declared_child(
    simulated: tuple[Incident, Truth],
) -> None:
    incident, truth = simulated
    assert truth.misattributed == (("F07", "F07-R1"),)
    father, child = (donors_by_code(incident)[code].profile.genotypes for code in ("F07-R1", "F07-R2"))
    assert incident.families[6].pedigree["F07-R2"].father == "F07-R1"
    assert sum(not could_be_parent_and_child(father[m], child[m]) for m in father.keys() & child.keys()) >= 3


def test_simulate_incident__consents(simulated: tuple[Incident, Truth]) -> None:
    incident, _ = simulated
    consents = {code: donor.consent for code, donor in donors_by_code(incident).items()}
    given = [consent for consent in consents.values() if consent]
    assert 1 <= len(consents) - len(given) <= 5
    assert len({consent.reference for consent in given}) == len(given)
    assert all(ACCIDENT_DAY < consent.date < ACCIDENT_DAY + dt.timedelta(days=90) for consent in given)
    active = [consent for consent in given if consent.covers(SCOPE_IDENTIFICATION, dt.date(2025, 12, 1))]
    assert len(given) - len(active) == 1
    assert all(consents[code] for code in ("F07-R1", "F07-R2"))


def test_simulate_incident__kits_are_mixed(simulated: tuple[Incident, Truth]) -> None:
    incident, _ = simulated
    sizes = Counter(len(donor.profile.genotypes) for donor in donors_by_code(incident).values())
    assert set(sizes) == {OLDER_KIT, len(NAMES)}
    assert sizes[OLDER_KIT] < sizes[len(NAMES)]


@pytest.mark.parametrize(("families", "unidentified"), [(1, 0), (1, 1), (1, 9), (3, 2), (12, 200), (200, 5)])
def test_simulate_incident__any_numbers(families: int, unidentified: int) -> None:
    incident, truth = ferry(families, unidentified)
    assert (len(incident.families), len(incident.unidentified)) == (families, unidentified)
    assert len(truth.identities) == unidentified


def test_simulate_incident__types_the_markers_of_all_tables() -> None:
    incident, _ = simulate_incident(families=2, unidentified=2, seed=1, tables=[NORTH, SOUTH])
    typed = {marker for person in incident.unidentified for marker in person.profile.genotypes}
    assert typed <= set(NAMES[:20])
    chosen, _ = simulate_incident(families=2, unidentified=2, seed=1, tables=[NORTH], markers=NAMES[:2])
    assert all(set(donor.profile.genotypes) == set(NAMES[:2]) for donor in donors_by_code(chosen).values())


def test_simulate_incident__is_quick() -> None:
    """40 x 60 with 24 markers takes about 0.05 s; the limit leaves room for a busy machine."""
    start = time.perf_counter()
    ferry(seed=9)
    assert time.perf_counter() - start < 1


def test_simulate_incident__refusals() -> None:
    far = FrequencyTable("far", {"other": LADDER}, {})
    for families, unidentified, tables, message in (
        (0, 1, [NORTH], "0 families"),
        (1, -1, [NORTH], "-1 unidentified"),
        (1, 1, [], "needs a frequency table"),
        (1, 1, [NORTH, far], "no marker in common"),
    ):
        with pytest.raises(ModelError, match=message):
            simulate_incident(families=families, unidentified=unidentified, seed=1, tables=tables)


def test_simulate_incident__consecutive_seeds_differ() -> None:
    incidents = [ferry(3, 3, seed)[0] for seed in range(4)]
    assert all(one != other for one, other in pairwise(incidents))
