"""What a degraded sample shows: the model's laws, the oracle, and the likelihoods that use it."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import observations as oracle
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import likelihood
from strategies import markers, pedigrees, typings

from antigone.casework.validation.validate import validate_files
from antigone.engine.observation import allele_seen_probabilities, observation_probabilities
from antigone.engine.sums.likelihood import genotype_pairs, likelihood_ratio, log_likelihood, log_likelihoods
from antigone.errors import ModelError
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import ObservationRates
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile

SOME = ObservationRates(dropout=0.3, dropin=0.05, error=0.01)


def rates() -> st.SearchStrategy[ObservationRates]:
    part = st.sampled_from([0.0, 0.01, 0.3, 1.0])
    return st.builds(ObservationRates, dropout=part, dropin=part, error=part)


def genotypes_of(marker: Marker, *, hemizygous: bool) -> list[tuple[int, ...]]:
    n = len(oracle.frequencies(marker))
    pairs = genotype_pairs(n, hemizygous=hemizygous).tolist()
    return [(a,) if hemizygous else (a, b) for a, b in pairs]


@given(markers(), rates(), st.booleans())
def test_observation__every_set_sums_to_one_for_every_genotype(marker, chosen, hemizygous):
    sets = oracle.every_set(marker)
    each = [observation_probabilities([s], marker, rates=chosen, hemizygous=hemizygous) for s in sets]
    assert np.allclose(np.sum(each, axis=0), 1.0, rtol=0, atol=1e-12)
    assert np.min(each) >= 0


@pytest.mark.slow
@given(markers(), rates(), st.booleans(), st.data())
def test_observation__equals_the_oracle(marker, chosen, hemizygous, data):
    replicates = data.draw(st.lists(st.sampled_from(oracle.every_set(marker)), max_size=3))
    found = observation_probabilities(replicates, marker, rates=chosen, hemizygous=hemizygous)
    expected = [oracle.probability(replicates, g, marker, chosen) for g in genotypes_of(marker, hemizygous=hemizygous)]
    assert np.allclose(found, expected, rtol=1e-12, atol=1e-15)


@given(markers(), rates(), st.booleans(), st.data())
def test_observation__an_allele_seen_is_the_sum_over_all_sets_with_it(marker, chosen, hemizygous, data):
    allele = data.draw(st.sampled_from(marker.alleles))
    found = allele_seen_probabilities(allele, marker, rates=chosen, hemizygous=hemizygous)
    each = [
        observation_probabilities([s], marker, rates=chosen, hemizygous=hemizygous)
        for s in oracle.every_set(marker)
        if allele in s
    ]
    assert np.allclose(found, np.sum(each, axis=0), rtol=0, atol=1e-12)


def test_observation__without_rates_it_is_the_genotype():
    marker = Marker("M", ("a", "b", "c"), (0.2, 0.3, 0.5))
    assert observation_probabilities([{"a", "c"}], marker, rates=ObservationRates()).tolist() == [0, 0, 1, 0, 0, 0]
    assert observation_probabilities([{"b"}], marker, rates=ObservationRates()).tolist() == [0, 0, 0, 1, 0, 0]


def test_observation__formulas_of_dropout():
    marker, d = Marker("M", ("a", "b"), (0.2, 0.7), silent=0.1), 0.1
    only = ObservationRates(dropout=d)
    aa, ab, a_silent, bb, b_silent, silent = observation_probabilities([{"a"}], marker, rates=only)
    assert [aa, ab, a_silent] == pytest.approx([1 - d * d, d * (1 - d), 1 - d])
    assert [bb, b_silent, silent] == [0, 0, 0]
    assert observation_probabilities([[]], marker, rates=only)[1] == pytest.approx(d * d)


def test_observation__more_dropout_makes_a_half_seen_heterozygote_likelier():
    marker = Marker("M", ("a", "b"), (0.2, 0.8))
    half = [observation_probabilities([{"a"}], marker, rates=ObservationRates(dropout=d))[1] for d in (0, 0.1, 0.3)]
    assert all(a < b for a, b in pairwise(half))


def test_observation__an_allele_outside_the_ladder_is_refused():
    with pytest.raises(ModelError, match="outside the ladder"):
        observation_probabilities([{"z"}], Marker("M", ("a", "b"), (0.2, 0.8)), rates=SOME)


@pytest.mark.parametrize("name", ["dropout", "dropin", "error"])
def test_rates__outside_zero_to_one_are_refused(name):
    with pytest.raises(ModelError, match=name):
        ObservationRates(**{name: 1.2})


@pytest.mark.slow
@given(st.data(), rates(), st.booleans(), st.sampled_from([0.0, 0.05]))
def test_likelihood__with_observations_equals_the_oracle(data, chosen, on_x, theta):
    pedigree = data.draw(pedigrees(4))
    marker = data.draw(markers(most_alleles=2, on_x=on_x))
    profiles = data.draw(typings(pedigree, marker))
    seen, weights = {}, {}
    for member in data.draw(st.lists(st.sampled_from([m.id for m in pedigree]), min_size=1, max_size=2, unique=True)):
        profiles.pop(member, None)
        hemizygous = on_x and pedigree[member].sex == "male"
        replicates = data.draw(st.lists(st.sampled_from(oracle.every_set(marker)), min_size=1, max_size=2))
        chances = observation_probabilities(replicates, marker, rates=chosen, hemizygous=hemizygous)
        seen[member] = {marker.name: chances}
        weights[member] = lambda g, r=replicates: oracle.probability(r, g, marker, chosen)
    expected = likelihood(pedigree, profiles, marker, theta=theta, weights=weights)
    found = log_likelihood(pedigree, profiles, marker, theta=theta, observations=seen)
    assert math.exp(found) == pytest.approx(expected, rel=1e-9, abs=1e-300)


@pytest.mark.slow
@given(st.data(), st.sampled_from([0.0, 0.05]))
def test_likelihood__an_observation_without_rates_is_the_plain_engine(data, theta):
    pedigree = data.draw(pedigrees(5))
    marker = data.draw(markers())
    profiles = data.draw(typings(pedigree, marker, partial=False))
    seen = {
        member: {"M": observation_probabilities([set(profile.genotypes["M"])], marker, rates=ObservationRates())}
        for member, profile in profiles.items()
    }
    plain = log_likelihood(pedigree, profiles, marker, theta=theta)
    soft = log_likelihood(pedigree, {}, marker, theta=theta, observations=seen)
    assert soft == pytest.approx(plain, abs=1e-12)


def test_likelihoods__markers_of_one_batch_may_have_different_ladders():
    two = Marker("A", ("1", "2"), (0.4, 0.6))
    three = Marker("B", ("1", "2", "3"), (0.2, 0.3, 0.5))
    duo = Pedigree.of(("F", "male"), ("C", "female", "F", None))
    typed = {"F": Profile("f", {"A": ("1", "2"), "B": ("1", "3")})}
    seen = {"C": {m.name: observation_probabilities([{"1"}], m, rates=SOME) for m in (two, three)}}
    together = log_likelihoods(duo, typed, [two, three], observations=seen)
    assert together == pytest.approx(
        [log_likelihood(duo, typed, m, observations=seen) for m in (two, three)], abs=1e-13
    )


def test_likelihood__a_genotype_and_an_observation_at_one_marker_are_refused():
    marker = Marker("M", ("a", "b"), (0.2, 0.8))
    alone = Pedigree.of(("X", "male"))
    seen = {"X": {"M": observation_probabilities([{"a"}], marker, rates=SOME)}}
    with pytest.raises(ModelError, match="X has a genotype and an observation"):
        log_likelihood(alone, {"X": Profile("x", {"M": ("a", "b")})}, marker, observations=seen)


def test_likelihood__an_observation_of_another_ladder_is_refused():
    marker = Marker("M", ("a", "b"), (0.2, 0.8))
    with pytest.raises(ModelError, match="10 genotypes"):
        log_likelihood(Pedigree.of(("X", "male")), {}, marker, observations={"X": {"M": np.ones(10)}})


def test_likelihood_ratio__a_person_seen_but_in_no_pedigree_is_refused():
    marker = Marker("M", ("a", "b"), (0.2, 0.8))
    alone = Pedigree.of(("X", "male"))
    with pytest.raises(ModelError, match="H1 has no member Y"):
        likelihood_ratio(alone, alone, {}, [marker], observations={"Y": {"M": np.ones(3)}})


def test_corpus__all_degraded_samples_agree(shared):
    checks = validate_files([shared / "validation" / "observation.json"])
    assert {check.quantity for check in checks} == {"log likelihood", "log LR", "total log LR"}
    assert all(check.passed and check.cases == 42 for check in checks)
