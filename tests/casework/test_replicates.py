"""Rates by sample and by marker, and several amplifications: in the search, and what the model's parts mean."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from itertools import combinations, product
from pathlib import Path

import numpy as np
import observations as oracle
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import likelihood
from strategies import markers, pedigrees, typings

from antigone.casework.incident.prepare import Prepared, prepare, silent
from antigone.casework.pairs.checkpoint import Checkpoint, identify_search
from antigone.casework.pairs.pairs import Execution, Found, find_pairs
from antigone.casework.validation.demo import simulated_incident
from antigone.engine.observation import observation_probabilities, standard_probabilities
from antigone.engine.sums.likelihood import genotype_pairs
from antigone.errors import ModelError
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import (
    AS_READ,
    MarkerRates,
    ObservationModel,
    ObservationRates,
    Replicate,
)
from antigone.model.incident.incident import Incident, UnidentifiedPerson
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.profile import Profile
from antigone.search.families.family_table import Target
from antigone.search.one_pair.likelihood import pair_log_lr
from antigone.search.pairs.blocks import BlindSearch, cut_into_blocks, score_block
from antigone.search.pairs.comparison import compare
from antigone.search.readings.codes import encode_readings
from antigone.search.readings.genotypes import encode_profiles
from antigone.search.remains.readings import observe_profile, read_remains
from antigone.search.screening import _kernels

pytestmark = pytest.mark.slow

TODAY = dt.date(2030, 1, 1)
RATE = st.sampled_from([0.0, 0.02, 0.3, 0.7])
RATES = st.builds(ObservationRates, dropout=RATE, dropin=RATE, error=st.sampled_from([0.0, 0.01]))
POSITIVE = st.sampled_from([0.02, 0.3, 0.7])
MARKER = Marker("M", ("10", "11", "12"), (0.2, 0.3, 0.5))


def models() -> st.SearchStrategy[ObservationModel]:
    odds = st.builds(MarkerRates, dropout_odds=st.sampled_from([0.5, 3.0]), error=st.sampled_from([None, 0.05]))
    stated = st.builds(MarkerRates, dropout=POSITIVE, dropin=st.sampled_from([None, 0.1]))
    common = st.builds(ObservationRates, dropout=POSITIVE, dropin=RATE, error=st.sampled_from([0.0, 0.01]))
    return st.builds(
        ObservationModel, rates=common, by_marker=st.dictionaries(st.just("M"), st.one_of(odds, stated), max_size=1)
    )


@st.composite
def persons(draw: st.DrawFn, marker: Marker, sex: str) -> UnidentifiedPerson:
    """A sample with perhaps rates of its own, read once, or several times, or not at all."""
    own = draw(st.one_of(st.none(), RATES))
    shown = st.sampled_from([tuple(sorted(s)) for s in oracle.every_set(marker)])
    replicates = draw(st.lists(shown, max_size=3))
    return UnidentifiedPerson(
        "PM",
        Profile("PM", {}),
        sex=sex,  # type: ignore[arg-type]
        rates=own,
        replicates={"M": tuple(replicates)} if replicates else {},
    )


def hand_rates(person: UnidentifiedPerson, model: ObservationModel) -> ObservationRates:
    """The stated rule, written out once more: odds of drop-out multiply, the other two rates are replaced."""
    rates = model.rates if person.rates is None else person.rates
    own = model.by_marker.get("M")
    if own is None:
        return rates
    common, d = model.rates.dropout, rates.dropout
    stated = own.dropout
    factor = own.dropout_odds or 1.0
    if stated is not None:
        factor = stated / (1 - stated) / (common / (1 - common))
    dropout = d * factor / (d * factor + 1 - d)
    dropin = rates.dropin if own.dropin is None else own.dropin
    return ObservationRates(dropout, dropin, rates.error if own.error is None else own.error)


@given(st.data(), models(), st.booleans(), st.sampled_from([0.0, 0.04]))
def test_search__rates_of_sample_and_marker_and_replicates_equal_the_oracle(data, model, on_x, theta):
    pedigree = data.draw(pedigrees(4))
    marker = data.draw(markers(most_alleles=2, on_x=on_x))
    missing = data.draw(st.sampled_from([member.id for member in pedigree]))
    references = data.draw(typings(pedigree, marker))
    references.pop(missing, None)
    person = data.draw(persons(marker, pedigree[missing].sex))
    rates = hand_rates(person, model)
    comparison = compare(
        [Target("F", missing, pedigree, references)], [person], populations={"P": [marker]}, theta=theta,
        observation=model,
    )  # fmt: skip

    def weigh(genotype: tuple[int, ...]) -> float:
        return oracle.probability(person.replicates.get("M", ()), genotype, marker, rates)

    apart = Pedigree((*pedigree, Individual("stranger", person.sex)))
    h1, h2 = (likelihood(apart, references, marker, theta=theta, weights={who: weigh}) for who in (missing, "stranger"))
    found = float(comparison.log_lr["P"][0, 0])
    if not person.replicates:
        assert found == 0.0 or math.isnan(found)
    elif h2 == 0:
        assert math.isnan(found)
    elif h1 == 0:
        assert found == -np.inf
    else:
        assert found == pytest.approx(math.log(h1) - math.log(h2), rel=1e-9, abs=1e-9)


@given(st.data(), RATES)
def test_observation__replicates_one_by_one_are_their_product(data, rates):
    shown = data.draw(st.lists(st.sampled_from(oracle.every_set(MARKER)), max_size=4))
    together = observation_probabilities(shown, MARKER, rates=rates)
    each = [observation_probabilities([one], MARKER, rates=rates) for one in shown]
    assert together == pytest.approx(np.prod([np.ones(6), *each], axis=0), rel=1e-12, abs=1e-15)


@given(RATES)
def test_observation__all_pairs_of_replicates_sum_to_one(rates):
    sets = oracle.every_set(MARKER)
    total = sum(observation_probabilities(list(two), MARKER, rates=rates) for two in product(sets, sets))
    assert np.asarray(total) == pytest.approx(np.ones(6), abs=1e-12)


@given(st.data(), RATES)
def test_observation__relabelled_alleles_change_nothing(data, rates):
    shown = data.draw(st.lists(st.sampled_from(oracle.every_set(MARKER)), min_size=1, max_size=2))
    order = data.draw(st.permutations(range(3)))
    turned = Marker("M", tuple(MARKER.alleles[k] for k in order), tuple(MARKER.frequencies[k] for k in order))
    of = {
        frozenset(m.alleles[k] for k in pair): chance
        for m in (MARKER,)
        for pair, chance in zip(
            genotype_pairs(3).tolist(), observation_probabilities(shown, m, rates=rates), strict=True
        )
    }
    again = observation_probabilities(shown, turned, rates=rates)
    for (a, b), chance in zip(genotype_pairs(3).tolist(), again, strict=True):
        assert chance == pytest.approx(of[frozenset((turned.alleles[a], turned.alleles[b]))], abs=1e-15)


@given(markers(), RATES, st.booleans())
def test_standard_probabilities__are_those_of_each_reading_by_itself(marker, rates, hemizygous):
    pairs = [tuple({marker.alleles[k] for k in pair}) for pair in genotype_pairs(len(marker.alleles)).tolist()]
    partial: list[Replicate] = [(allele, None) for allele in marker.alleles]
    each = [
        observation_probabilities([shown], marker, rates=rates, hemizygous=hemizygous) for shown in (*pairs, *partial)
    ]
    found = standard_probabilities(marker, rates=rates, hemizygous=hemizygous)
    assert found == pytest.approx(np.array(each), abs=1e-14)


def test_observation__an_unknown_second_allele_in_a_replicate_is_the_sum_over_all_sets_with_the_first():
    rates = ObservationRates(0.3, 0.05, 0.01)
    found = observation_probabilities([("10", None)], MARKER, rates=rates)
    sets = [s for s in oracle.every_set(MARKER) if "10" in s]
    assert found == pytest.approx(sum(observation_probabilities([s], MARKER, rates=rates) for s in sets), abs=1e-12)
    with pytest.raises(ModelError, match="state one allele or all"):
        observation_probabilities([("10", "11", None)], MARKER, rates=rates)


def test_model__a_sample_with_the_common_rate_has_the_rate_stated_for_the_marker():
    model = ObservationModel(ObservationRates(0.2, 0.01), {"FGA": MarkerRates(dropout=0.4, error=0.03)})
    plain = UnidentifiedPerson("PM", Profile("PM", {}))
    assert model.rates_of(plain, "FGA") == ObservationRates(0.4, 0.01, 0.03)
    assert model.rates_of(plain, "TH01") == ObservationRates(0.2, 0.01)
    worse = replace(plain, rates=ObservationRates(0.5))
    assert model.rates_of(worse, "FGA").dropout == pytest.approx(8 / 11)
    for certain in (0.0, 1.0):
        assert model.at_marker(ObservationRates(certain), "FGA").dropout == certain


def test_model__a_marker_beside_a_common_rate_of_zero_says_nothing_about_other_samples():
    model = ObservationModel(by_marker={"FGA": MarkerRates(dropout=0.4)})
    person = UnidentifiedPerson("PM", Profile("PM", {}))
    assert model.rates_of(person, "FGA").dropout == 0.4
    with pytest.raises(ModelError, match="state dropout_odds"):
        model.rates_of(replace(person, rates=ObservationRates(0.1)), "FGA")


def test_model__around_other_rates_keeps_the_factor_of_the_odds():
    model = ObservationModel(ObservationRates(0.2), {"FGA": MarkerRates(dropout=0.4)})
    moved = model.around(ObservationRates(0.5))
    assert moved.at_marker(ObservationRates(0.5), "FGA").dropout == pytest.approx(8 / 11)


def test_model__a_rate_to_be_estimated_is_never_used():
    person = UnidentifiedPerson("PM", Profile("PM", {"M": ("10", "10")}))
    with pytest.raises(ModelError, match="PM: its drop-out is to be estimated"):
        observe_profile(person, [MARKER], observation=ObservationModel(estimate="completeness"))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"dropout": 0.2, "dropout_odds": 2.0}, "give one of them"),
        ({"dropout_odds": 0.0}, "a factor above 0"),
        ({"dropout": 1.5}, "between 0 and 1"),
    ],
)
def test_marker_rates__that_cannot_be_are_refused(given, words):
    with pytest.raises(ModelError, match=words):
        MarkerRates(**given)


def test_person__a_marker_with_a_genotype_and_replicates_is_refused():
    with pytest.raises(ModelError, match="M with a genotype and with replicates"):
        UnidentifiedPerson("PM", Profile("PM", {"M": ("10", "10")}), replicates={"M": (("10",),)})


def test_codes__replicates_have_no_standard_code():
    person = UnidentifiedPerson("PM", Profile("PM", {}), replicates={"M": (("10",),)})
    with pytest.raises(ModelError, match="replicates have no standard code"):
        encode_profiles([person], [MARKER])


def test_coding__equal_readings_share_a_code_and_the_common_rates_need_none():
    model = ObservationModel(ObservationRates(0.1))
    one = UnidentifiedPerson("A", Profile("A", {"M": ("10", "11")}))
    own = replace(one, rates=ObservationRates(0.3))
    again = replace(own, profile=Profile("B", {"M": ("11", "10")}))
    as_common = replace(one, rates=ObservationRates(0.1))
    twice = UnidentifiedPerson("C", Profile("C", {}), replicates={"M": (("10",), ("10", "11"))})
    turned = replace(twice, replicates={"M": (("11", "10"), ("10", "10"))})
    nobody = UnidentifiedPerson("D", Profile("D", {}))
    coding = encode_readings([one, own, again, as_common, twice, turned, nobody], [MARKER], observation=model)
    assert coding.codes.tolist() == [[1, 9, 9, 1, 10, 10, 11]]
    assert coding.typed([MARKER]).tolist() == [[True] * 6 + [False]]
    assert len(coding.further[0]) == 2


def test_lr__two_equal_clean_replicates_say_what_one_genotype_says():
    """Without rates a second amplification of the same genotype adds nothing."""
    target = Target(
        "F", "C", Pedigree.of(("P", "male"), ("C", "female", "P", None)), {"P": Profile("p", {"M": ("10", "11")})}
    )
    once = UnidentifiedPerson("PM", Profile("PM", {"M": ("10", "12")}))
    twice = UnidentifiedPerson("PM", Profile("PM", {}), replicates={"M": (("10", "12"), ("12", "10"))})
    lrs = [compare([target], [p], populations={"P": [MARKER]}).log_lr["P"][0, 0] for p in (once, twice)]
    assert lrs[0] == pytest.approx(lrs[1], abs=1e-12)
    assert AS_READ.takes_as_read(once)
    assert not AS_READ.takes_as_read(twice)


def test_lr__a_replicate_that_showed_nothing_is_not_the_same_as_no_replicate():
    """Every genotype of two visible alleles shows nothing equally often; one with a silent allele more often."""
    silent_allele = Marker("M", ("10", "11", "12"), (0.2, 0.3, 0.4), silent=0.1)
    rates = ObservationModel(ObservationRates(dropout=0.4))
    target = Target(
        "F", "C", Pedigree.of(("P", "male"), ("C", "female", "P", None)), {"P": Profile("p", {"M": ("10", "10")})}
    )
    seen: list[tuple[Replicate, ...]] = [(("10",),), (("10",), ())]
    lrs = [
        compare(
            [target], [UnidentifiedPerson("PM", Profile("PM", {}), replicates={"M": shown})],
            populations={"P": [silent_allele]}, observation=rates,
        ).log_lr["P"][0, 0]
        for shown in seen
    ]  # fmt: skip
    assert lrs[0] != pytest.approx(lrs[1], abs=1e-3)


def test_remains__replicates_weigh_in_reassociation_as_by_hand():
    """Two samples, one amplified twice: the LR of one person is a sum over genotypes of the products."""
    rates = ObservationRates(0.3, 0.02, 0.01)
    own = ObservationRates(0.5)
    first = UnidentifiedPerson("A", Profile("A", {}), replicates={"M": (("10", "11"), ("10",))}, rates=own)
    second = UnidentifiedPerson("B", Profile("B", {"M": ("11", "11")}))
    readings = read_remains([first, second], populations={"P": [MARKER]}, observation=ObservationModel(rates))
    p = np.array(MARKER.frequencies)
    pairs = genotype_pairs(3)
    prior = p[pairs].prod(axis=1) * np.where(pairs[:, 0] == pairs[:, 1], 1, 2)
    a = np.array([oracle.probability([{"10", "11"}, {"10"}], tuple(g), MARKER, own) for g in pairs.tolist()])
    b = np.array([oracle.probability([{"11"}], tuple(g), MARKER, rates) for g in pairs.tolist()])
    expected = math.log((prior * a * b).sum() / ((prior * a).sum() * (prior * b).sum()))
    table = readings.log_lr["P"]["unrelated"][0]
    assert table[readings.codes[0, 0], readings.codes[0, 1]] == pytest.approx(expected, abs=1e-12)


def degraded_incident(seed: int = 6, families: int = 7, unidentified: int = 16) -> Incident:
    """An incident whose samples have rates of their own, replicates, and markers that are lost more often."""
    incident, _ = simulated_incident(families=families, unidentified=unidentified, seed=seed)
    rng = np.random.default_rng(seed)
    made = []
    for number, person in enumerate(incident.unidentified):
        rates = (None, ObservationRates(0.3, 0.02, 0.001), ObservationRates(0.1, 0.01))[number % 3]
        made.append(_amplified(person, rng) if number % 2 else person)
        made[-1] = replace(made[-1], rates=rates)
    model = ObservationModel(
        ObservationRates(0.05, 0.01, 0.002), {"FGA": MarkerRates(dropout=0.2), "SE33": MarkerRates(dropout_odds=3.0)}
    )
    return replace(
        incident,
        tables=incident.tables[:2],
        unidentified=tuple(made),
        settings=replace(incident.settings, observation=model, threshold=100.0),
    )


def _amplified(person: UnidentifiedPerson, rng: np.random.Generator) -> UnidentifiedPerson:
    """Every second marker amplified three times, each time losing a third of the allele copies."""
    genotypes = dict(person.profile.genotypes)
    replicates = {}
    for marker in list(genotypes)[::2]:
        copies = [allele for allele in genotypes.pop(marker) if allele is not None]
        replicates[marker] = tuple(
            tuple(sorted({allele for allele in copies if rng.random() > 1 / 3})) for _ in range(3)
        )
    return replace(person, profile=Profile(person.profile.sample, genotypes), replicates=replicates)


@pytest.fixture(scope="module")
def degraded() -> Prepared:
    return prepare(degraded_incident(), today=TODAY)


def listed(found: Found) -> list[tuple[str, int]]:
    return [(found.targets[target].missing, person) for target, person in found.pairs]


def test_search__of_degraded_samples_equals_the_ratio_of_two_pedigrees(degraded: Prepared) -> None:
    found = find_pairs(degraded, Execution(), silent)
    observation = degraded.incident.settings.observation
    assert any(degraded.persons[person].replicates for _, person in found.pairs)
    for number, (target, person) in enumerate(found.pairs[:6]):
        for row, markers_of in enumerate(degraded.populations.values()):
            slow = pair_log_lr(found.targets[target], degraded.persons[person], markers_of, observation=observation)
            assert found.log_lr[row, number] == pytest.approx(slow, abs=1e-9)


@pytest.mark.parametrize("compiled", [True, False])
def test_first_pass__loses_no_pair_of_degraded_samples(
    degraded: Prepared, compiled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Blocks screen in 16 bits: what they keep is exactly what the full float64 comparison keeps, at any threshold."""
    if not compiled:
        plain = _kernels.Kernels(
            False, _kernels.screen_persons_numpy, _kernels.highest_entry_numpy, _kernels.round_up_numpy,
            _kernels.stream_rows,
        )  # fmt: skip
        monkeypatch.setattr("antigone.search.screening.screen.kernels", lambda: plain)
    observation = degraded.incident.settings.observation
    whole = find_pairs(degraded, Execution(), silent).comparison
    assert whole is not None
    for log_threshold in (-20.0, 5.0):
        search = BlindSearch(degraded.persons, degraded.populations, 0.0, log_threshold, observation=observation)
        kept = {}
        for block in cut_into_blocks(degraded.families, 4):
            result = score_block(block, search)
            for number, (target, person) in enumerate(zip(result.target, result.person, strict=True)):
                kept[result.targets[target], int(person)] = result.log_lr[:, number]
        expected = {
            ((whole.targets[t].family, whole.targets[t].missing), int(p)): [lr[t, p] for lr in whole.log_lr.values()]
            for t, p in zip(*np.nonzero(whole.smallest >= log_threshold), strict=True)
        }
        assert kept.keys() == expected.keys()
        for pair, logs in kept.items():
            np.testing.assert_allclose(logs, expected[pair], rtol=1e-12)


def test_blocks__of_any_size_and_any_number_of_workers_give_the_same_answer(degraded: Prepared) -> None:
    one, other, many = (
        find_pairs(degraded, execution, silent)
        for execution in (
            Execution(block_families=3),
            Execution(block_families=5),
            Execution(workers=2, block_families=3),
        )
    )
    assert one.pairs
    assert listed(one) == listed(other) == listed(many)
    assert np.array_equal(one.log_lr, many.log_lr)
    np.testing.assert_allclose(one.log_lr, other.log_lr, rtol=1e-12)


def test_blocks__resumed_give_the_same_answer(degraded: Prepared, tmp_path: Path) -> None:
    identity = identify_search(degraded.incident, today=TODAY, block_families=3)
    whole = find_pairs(degraded, Execution(block_families=3), silent)
    find_pairs(
        degraded, Execution(block_families=3, checkpoint=lambda: Checkpoint.open(tmp_path, identity, resume=False)),
        silent,
    )  # fmt: skip
    kept = sorted((tmp_path / ".unfinished").glob("*.npz")) or sorted((tmp_path / ".unfinished").iterdir())
    kept[0].unlink() if kept[0].name != "manifest.json" else kept[1].unlink()
    again = find_pairs(
        degraded, Execution(block_families=3, checkpoint=lambda: Checkpoint.open(tmp_path, identity, resume=True)),
        silent,
    )  # fmt: skip
    assert listed(again) == listed(whole)
    assert np.array_equal(again.log_lr, whole.log_lr)


def test_checkpoint__another_rate_is_another_search(degraded: Prepared) -> None:
    changed = replace(
        degraded.incident,
        settings=replace(degraded.incident.settings, observation=ObservationModel(ObservationRates(0.06))),
    )
    identities = [identify_search(one, today=TODAY, block_families=3) for one in (degraded.incident, changed)]
    assert identities[0] != identities[1]


def test_every_subset_of_alleles_has_a_distinct_reading() -> None:
    sets = [frozenset(c) for size in range(4) for c in combinations(MARKER.alleles, size)]
    people = [
        UnidentifiedPerson(str(k), Profile(str(k), {}), replicates={"M": (tuple(s),)}) for k, s in enumerate(sets)
    ]
    coding = encode_readings(people, [MARKER], observation=ObservationModel(ObservationRates(0.1, 0.1)))
    assert len(set(coding.codes[0].tolist())) == len(sets) == 8
