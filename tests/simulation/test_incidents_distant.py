"""The demonstration's further evidence: who is added, what they carry, and that the search finds them by it."""

from __future__ import annotations

import numpy as np
import pytest

from antigone.casework.validation.demo import DEGRADATION, X_MARKERS, demo_incident, invented_x_frequencies
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import ObservationRates
from antigone.model.incident.incident import Incident, UnidentifiedPerson
from antigone.model.profile import Profile
from antigone.simulation.distant import DISTANT
from antigone.simulation.incident import Truth, observe_genotypes


@pytest.fixture(scope="module")
def made() -> tuple[Incident, Truth]:
    return demo_incident()


def test_demo_incident__same_seed_same_incident(made: tuple[Incident, Truth]) -> None:
    assert demo_incident() == made
    assert demo_incident(seed=2) != made


def test_demo_incident__adds_three_families_and_one_living_seeker(made: tuple[Incident, Truth]) -> None:
    incident, truth = made
    added = {family.code: family for family in incident.families if family.code.startswith("D")}
    assert {code: len(family.donors) for code, family in added.items()} == {"D1": 1, "D2": 3, "D3": 3}
    assert added["D1"].missing == ("D1-MP1", "D1-MP2"), "cousins, whom the autosomes cannot tell apart"
    living = [person for person in incident.unidentified if person.kind == "living"]
    assert [(person.code, person.request) for person in living] == [("LS001", "REQ-1")]
    distant = {code: truth.identities[code] for code, remark in truth.remarks.items() if remark == DISTANT}
    assert distant == {"LS001": ("D1", "D1-MP1"), "PM901": ("D2", "D2-MP1"), "PM902": ("D3", "D3-MP1")}
    assert truth.identities["PM903"] is None


def test_demo_incident__x_markers_are_typed_where_they_decide(made: tuple[Incident, Truth]) -> None:
    incident, _ = made
    donors = {donor.member: donor.profile for family in incident.families for donor in family.donors}
    typed = {code for code, profile in donors.items() if set(X_MARKERS) <= profile.genotypes.keys()}
    typed |= {person.code for person in incident.unidentified if set(X_MARKERS) <= person.profile.genotypes.keys()}
    assert typed == {"D1-R1", "LS001", "PM903"}
    for marker, frequencies in invented_x_frequencies().items():
        assert sum(frequencies.values()) == pytest.approx(1)
        assert all(marker in table.x_markers and "invented" in table.source for table in incident.tables)


def test_demo_incident__haplotypes_are_shared_along_the_line(made: tuple[Incident, Truth]) -> None:
    further = made[0].further
    assert further.mt.keys() == {"D2-R2", "D2-R3", "PM901"}
    assert further.y.keys() == {"D3-R2", "D3-R3", "PM902"}
    assert len({haplotype.differences for haplotype in further.mt.values()}) == 1
    assert len({tuple(haplotype.loci.items()) for haplotype in further.y.values()}) == 1


def test_demo_incident__degraded_samples_carry_their_own_rates(made: tuple[Incident, Truth]) -> None:
    incident, truth = made
    degraded = {code for code, remark in truth.remarks.items() if "degraded" in remark} | {"PM901", "PM902"}
    assert {person.code for person in incident.unidentified if person.rates == DEGRADATION} == degraded
    assert len(degraded) > 5


def test_demo_incident__the_age_estimates_cover_the_age(made: tuple[Incident, Truth]) -> None:
    incident, truth = made
    covered = []
    for code, found in incident.further.unidentified.items():
        identity = truth.identities[code]
        if identity is not None and found.age is not None:
            age = incident.further.missing[identity].age
            assert age is not None
            covered.append(found.age.low <= age.low <= found.age.high)
    assert len(covered) > 30
    assert np.mean(covered) > 0.8


def test_observe_genotypes__loses_and_gains_alleles_at_the_stated_rates() -> None:
    kit = [Marker(f"M{i}", ("a", "b", "c"), (0.4, 0.3, 0.3)) for i in range(4000)]
    genotypes = {marker.name: ("a", "b") for marker in kit}
    whole = UnidentifiedPerson("PM", Profile("PM", {}))
    rates = ObservationRates(dropout=0.3, dropin=0.1)
    seen = observe_genotypes(whole, genotypes, kit, rates=rates, rng=np.random.default_rng(1))
    assert seen.rates == rates
    nothing = [name for name, [shown] in seen.replicates.items() if not shown]
    assert len(nothing) / 4000 == pytest.approx(0.3**2 * 0.9, abs=0.02)
    three = [name for name, [shown] in seen.replicates.items() if len(shown) == 3]
    assert len(three) / 4000 == pytest.approx(0.7**2 * 0.1 * 0.3, abs=0.01)
    assert seen.typed_markers == genotypes.keys()
    both = [name for name, genotype in seen.profile.genotypes.items() if genotype == ("a", "b")]
    # both copies seen and nothing third, or one of them lost and dropped in again
    expected = 0.7**2 * (0.9 + 0.1 * 0.7) + 0.7 * 0.3 * 0.1 * (0.3 + 0.4)
    assert len(both) / 4000 == pytest.approx(expected, abs=0.02)
