"""The search when remains may have lost or gained alleles: the same model as in a single likelihood ratio."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from antigone.casework.incident.prepare import prepare, silent
from antigone.casework.pairs.pairs import Execution, find_pairs
from antigone.casework.validation.demo import simulated_incident
from antigone.engine.sums.likelihood import likelihood_ratio
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.mutation import Stepwise
from antigone.model.assumptions.observation import ObservationModel, ObservationRates
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.profile import Genotype, Profile
from antigone.search.families.family_table import Target, log_lr_tables
from antigone.search.pairs.comparison import compare
from antigone.search.readings.codes import Reader
from antigone.search.readings.genotypes import fold_to_codes, read_through
from antigone.search.remains.readings import observe_profile

TODAY = dt.date(2030, 1, 1)
MARKER = Marker("M", ("10", "11", "12"), (0.2, 0.3, 0.5), Stepwise(0.02, 0.0, 0.2), Stepwise(0.01, 0.0, 0.2))
FAMILY = Pedigree.of(("F", "male"), ("M", "female"), ("MP", "male", "F", "M"), ("S", "female", "F", "M"))
ALLELE = st.sampled_from(MARKER.alleles)
RATES = st.builds(
    ObservationRates, dropout=st.floats(0, 0.6), dropin=st.floats(0, 0.2), error=st.sampled_from([0.0, 0.01])
)


def target_of(first: Genotype, second: Genotype) -> Target:
    return Target("F1", "MP", FAMILY, {"M": Profile("m", {"M": first}), "S": Profile("s", {"M": second})})


@pytest.mark.slow
@given(
    st.tuples(ALLELE, ALLELE), st.tuples(ALLELE, ALLELE), st.tuples(ALLELE, ALLELE), RATES, st.sampled_from([0.0, 0.03])
)
def test_table__equals_the_ratio_of_two_pedigrees_with_the_observation(
    mother: Genotype, sibling: Genotype, seen: Genotype, rates: ObservationRates, theta: float
) -> None:
    target, person = target_of(mother, sibling), UnidentifiedPerson("PM", Profile("PM", {"M": seen}))
    comparison = compare(
        [target], [person], populations={"P": [MARKER]}, theta=theta, observation=ObservationModel(rates)
    )
    apart = Pedigree((*FAMILY, Individual("X")))
    shown = observe_profile(person, [MARKER], observation=ObservationModel(rates))
    typed = dict(target.references)
    h1 = likelihood_ratio(apart, apart, typed, [MARKER], theta=theta, observations={"MP": shown}).log_h1[0]
    h2 = likelihood_ratio(apart, apart, typed, [MARKER], theta=theta, observations={"X": shown}).log_h1[0]
    if np.isneginf(h1):
        assert comparison.log_lr["P"][0, 0] == -np.inf
    else:
        assert comparison.log_lr["P"][0, 0] == pytest.approx(h1 - h2, rel=1e-9, abs=1e-11)


def test_table__rates_of_zero_change_nothing() -> None:
    target = target_of(("10", "11"), ("11", "12"))
    [plain] = log_lr_tables([target], [MARKER])
    weights = Reader(MARKER).probabilities(np.arange(9))
    logs = np.log(np.random.default_rng(1).dirichlet(np.ones(6), size=4))
    np.testing.assert_allclose(read_through(logs, weights), fold_to_codes(logs, 3)[:, :9], atol=1e-12)
    [tiny] = log_lr_tables([target], [MARKER], readers=[Reader(MARKER, ObservationRates(dropout=1e-13))])
    np.testing.assert_allclose(tiny[:, :6], plain[:, :6], atol=1e-9)


def test_table__a_homozygote_may_be_half_a_heterozygote() -> None:
    """Both parents 10/11 and 12/12: a child 10/12 that lost its 10 reads 12/12, which no plain reading allows."""
    still = MARKER.without_mutation()
    target = Target(
        "F1", "MP", FAMILY, {"F": Profile("f", {"M": ("10", "11")}), "M": Profile("m", {"M": ("12", "12")})}
    )
    person = UnidentifiedPerson("PM", Profile("PM", {"M": ("12", "12")}))
    plain, seen = (
        compare([target], [person], populations={"P": [still]}, observation=ObservationModel(rates)).log_lr["P"][0, 0]
        for rates in (ObservationRates(), ObservationRates(dropout=0.3))
    )
    assert plain == -np.inf
    d, q = 0.3, 0.5
    unrelated = q * q * (1 - d * d) + 2 * q * (1 - q) * d * (1 - d)
    assert np.exp(seen) == pytest.approx(d * (1 - d) / unrelated)


def test_read_through__an_underflowing_reading_is_summed_by_itself() -> None:
    logs = np.array([[0.0, -900.0]])
    assert read_through(logs, np.array([[0.0, 0.5]]))[0, 0] == pytest.approx(-900.0 + np.log(0.5))


def test_mean_likelihood_ratio_of_unrelated_readings_is_one() -> None:
    """Sum over all sets that can be seen of P(set | unrelated) LR(set) is 1; with drop-in three alleles can be seen."""
    rates = ObservationRates(dropout=0.3)
    target = target_of(("10", "11"), ("11", "12"))
    [table] = log_lr_tables([target], [MARKER], readers=[Reader(MARKER, rates)])
    weights = Reader(MARKER, rates).probabilities(np.arange(6))
    p = np.array(MARKER.frequencies)
    first, second = np.triu_indices(3)
    prior = p[first] * p[second] * np.where(first == second, 1, 2)
    shown = weights @ prior
    nothing = 1 - shown.sum()
    assert nothing == pytest.approx(rates.dropout**2)
    assert float(shown @ np.exp(table[0, :6])) + nothing == pytest.approx(1.0, abs=1e-12)


@pytest.mark.slow
def test_blocks__find_the_same_pairs_under_drop_out() -> None:
    incident, _ = simulated_incident(families=10, unidentified=20, seed=6)
    rates = ObservationRates(dropout=0.1, dropin=0.01, error=0.002)
    ready = prepare(
        replace(incident, settings=replace(incident.settings, observation=ObservationModel(rates))), today=TODAY
    )
    whole, cut = (find_pairs(ready, execution, silent) for execution in (Execution(), Execution(block_families=3)))
    assert whole.pairs
    assert [(whole.targets[t].missing, p) for t, p in whole.pairs] == [
        (cut.targets[t].missing, p) for t, p in cut.pairs
    ]
    np.testing.assert_allclose(whole.log_lr, cut.log_lr, rtol=1e-12)
