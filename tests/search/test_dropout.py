"""Drop-out estimated from the sample itself: the likelihood it maximises, what it finds, what it leaves alone."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import observations as oracle
import pytest

from antigone.casework.incident.prepare import prepare
from antigone.casework.remains.reassociate import read_incident_remains
from antigone.casework.validation.demo import simulated_incident
from antigone.engine.sums.likelihood import genotype_pairs
from antigone.errors import ModelError
from antigone.model.assumptions.choices import DROPOUTS
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import HeightCurve, MarkerRates, ObservationModel, ObservationRates
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.profile import Profile
from antigone.model.results.remains import ReassociationSettings
from antigone.report.words.statements import say_all
from antigone.search.readings.codes import Reading
from antigone.search.readings.dropout import dropout_by_height, estimate_dropouts, log_likelihood_by_dropout

TODAY = dt.date(2030, 1, 1)
MARKER = Marker("M", ("10", "11", "12"), (0.2, 0.3, 0.4), silent=0.1)
ESTIMATE = ObservationModel(ObservationRates(dropin=0.02, error=0.01), estimate="completeness")


def kit(markers: int = 24, alleles: int = 8) -> list[Marker]:
    labels = tuple(str(k) for k in range(alleles))
    rng = np.random.default_rng(3)
    return [Marker(f"L{m}", labels, tuple(rng.dirichlet(np.full(alleles, 2.0)))) for m in range(markers)]


def degraded(markers: list[Marker], dropout: float, rng: np.random.Generator, code: str = "PM") -> UnidentifiedPerson:
    """A person whose allele copies were each lost with the same probability; a marker may show nothing."""
    replicates = {}
    for marker in markers:
        copies = rng.choice(marker.alleles, size=2, p=marker.frequencies)
        replicates[marker.name] = (tuple(sorted({str(a) for a in copies if rng.random() > dropout})),)
    return UnidentifiedPerson(code, Profile(code, {}), replicates=replicates)


def test_log_likelihood__is_the_sum_over_random_genotypes():
    shown = (("10",), ("10", "11"))
    model = ObservationModel(ObservationRates(0.2, 0.02, 0.01), {"M": MarkerRates(dropout_odds=3.0)})
    found = log_likelihood_by_dropout(Reading(shown, model.rates), MARKER, observation=model)
    p = oracle.frequencies(MARKER)
    for value, log_likelihood in zip(DROPOUTS, found, strict=True):
        odds = 3 * value / (1 - value)
        rates = ObservationRates(odds / (1 + odds), 0.02, 0.01)
        total = sum(
            p[a] * p[b] * (1 if a == b else 2) * oracle.probability(shown, (a, b), MARKER, rates)
            for a, b in genotype_pairs(4).tolist()
        )
        assert log_likelihood == pytest.approx(math.log(total), abs=1e-12)


def test_estimate__is_the_most_probable_value_of_the_grid():
    markers = kit()
    person = degraded(markers, 0.4, np.random.default_rng(5))
    [made], [estimate] = estimate_dropouts([person], populations={"P": markers}, observation=ESTIMATE)
    by_hand = [
        sum(
            log_likelihood_by_dropout(Reading(person.replicates[m.name], ESTIMATE.rates), m, observation=ESTIMATE)[k]
            for m in markers
        )
        for k in range(len(DROPOUTS))
    ]
    assert made.rates == ObservationRates(DROPOUTS[int(np.argmax(by_hand))], 0.02, 0.01)
    assert not made.estimate_dropout
    assert estimate.low <= estimate.dropout <= estimate.high
    assert estimate.markers == 24


@pytest.mark.slow
@pytest.mark.parametrize("truth", [0.05, 0.3, 0.6])
def test_estimate__finds_the_simulated_drop_out_on_average(truth):
    markers, rng = kit(), np.random.default_rng(11)
    people = [degraded(markers, truth, rng, f"PM{k}") for k in range(60)]
    _, estimates = estimate_dropouts(people, populations={"P": markers}, observation=ESTIMATE)
    values = np.array([estimate.dropout for estimate in estimates])
    assert abs(values.mean() - truth) < 4 * values.std() / math.sqrt(60) + 0.02
    assert np.mean([estimate.low <= truth <= estimate.high for estimate in estimates]) > 0.85


def test_estimate__leaves_samples_with_stated_rates_alone():
    markers = kit(3)
    stated = replace(degraded(markers, 0.3, np.random.default_rng(1)), rates=ObservationRates(0.2))
    made, estimates = estimate_dropouts([stated], populations={"P": markers}, observation=ESTIMATE)
    assert (made, estimates) == ((stated,), ())
    asked = replace(stated, estimate_dropout=True)
    [again], [_] = estimate_dropouts([asked], populations={"P": markers}, observation=ObservationModel())
    assert again.rates is not None
    assert again.rates.dropout in DROPOUTS


def test_estimate__is_never_zero():
    markers = kit(24)
    clean = UnidentifiedPerson("PM", Profile("PM", {marker.name: ("0", "1") for marker in markers}))
    [made], _ = estimate_dropouts([clean], populations={"P": markers}, observation=ESTIMATE)
    assert made.rates is not None
    assert made.rates.dropout == min(DROPOUTS) == 0.01


def test_estimate__a_half_read_genotype_counts_as_one_allele_alone():
    markers = kit(12)
    rng = np.random.default_rng(4)
    alone = degraded(markers, 0.3, rng)
    single = {m: seen for m, (seen,) in alone.replicates.items() if len(seen) == 1}
    partial = replace(
        alone,
        replicates={m: shown for m, shown in alone.replicates.items() if m not in single},
        profile=Profile("PM", {m: (seen[0], None) for m, seen in single.items()}),
    )
    found = [estimate_dropouts([p], populations={"P": markers}, observation=ESTIMATE)[1][0] for p in (alone, partial)]
    assert single
    assert found[0] == found[1]


def test_estimate__from_peak_heights_is_the_stated_curve():
    curve = HeightCurve(18.0, -4.0)
    model = ObservationModel(estimate="peak heights", heights=curve)
    markers = kit(2)
    person = replace(degraded(markers, 0.1, np.random.default_rng(1)), peak_height=120.0)
    expected = 1 / (1 + math.exp(-(18.0 - 4.0 * math.log(120.0))))
    assert dropout_by_height(120.0, curve) == pytest.approx(expected, abs=1e-15)
    _, [estimate] = estimate_dropouts([person], populations={"P": markers}, observation=model)
    assert estimate.source == "peak heights"
    assert abs(estimate.dropout - expected) == min(abs(value - expected) for value in DROPOUTS)
    _, [without] = estimate_dropouts([replace(person, peak_height=None)], populations={"P": markers}, observation=model)
    assert without.source == "completeness"


def test_curve__higher_peaks_are_lost_less_often():
    with pytest.raises(ModelError, match="expected a number below 0"):
        HeightCurve(18.0, 1.0)


@pytest.mark.slow
def test_prepare__settles_every_rate_and_says_so():
    incident, _ = simulated_incident(families=3, unidentified=4, seed=2)
    observation = ObservationModel(ObservationRates(dropin=0.01), estimate="completeness")
    prepared = prepare(replace(incident, settings=replace(incident.settings, observation=observation)), today=TODAY)
    settled = prepared.incident.settings.observation
    assert settled.estimate == ""
    assert all(person.rates is not None and person.rates.dropin == 0.01 for person in prepared.persons)
    assert [estimate.sample for estimate in prepared.estimates] == [person.code for person in prepared.persons]
    assert sum("drop-out estimated as" in notice for notice in say_all(prepared.notices)) == 4
    assert settled.rates.dropout in [estimate.dropout for estimate in prepared.estimates]


@pytest.mark.slow
def test_reassociation__estimates_the_drop_out_of_remains_too():
    incident, _ = simulated_incident(families=3, unidentified=6, seed=2)
    observation = ObservationModel(estimate="completeness")
    incident = replace(incident, settings=replace(incident.settings, observation=observation))
    remains = [person for person in incident.unidentified if person.kind == "remains"]
    readings, notices = read_incident_remains(incident, remains, ReassociationSettings())
    assert all(sample.rates is not None for sample in readings.samples)
    assert sum("drop-out estimated as" in notice for notice in say_all(notices)) == len(remains)
