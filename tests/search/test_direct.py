"""Remains against remains: the tables against the engine, a first pass that loses nothing, counts, refusals."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from remains import degrade, families, kit, persons, sample

from antigone.engine.observation import allele_seen_probabilities, observation_probabilities
from antigone.engine.sums.likelihood import log_likelihoods
from antigone.errors import ConsentError
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import ObservationModel, ObservationRates
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.pedigree import Pedigree, Sex
from antigone.model.profile import Profile
from antigone.model.results.remains import REMAINS_RATES
from antigone.search.remains.pairs import count_pairs, probable_pairs, score_pairs
from antigone.search.remains.readings import read_remains
from antigone.search.screening import _kernels

REMAINS = ObservationModel(REMAINS_RATES)
ALONE = Pedigree.of(("A", "male"))
CHILD = Pedigree.of(("F", "male"), ("M", "female"), ("A", "male", "F", "M"))
APART = Pedigree.of(("A", "male"), ("B", "male"))
SIBLINGS = Pedigree.of(("F", "male"), ("M", "female"), ("A", "male", "F", "M"), ("B", "male", "F", "M"))


def seen(genotype, marker, rates):
    if genotype[1] is None:
        return allele_seen_probabilities(genotype[0], marker, rates=rates)
    return observation_probabilities([set(genotype)], marker, rates=rates)


def chances(person, markers, rates):
    typed = person.profile.genotypes
    return {m.name: seen(typed[m.name], m, rates) for m in markers if m.name in typed}


def crowd(rng, count=12):
    """Persons, two fragments of each of the first ones, and siblings; some with one allele not read."""
    found = [sample(f"P{i}", degrade(g, rng, dropout=0.1)) for i, g in enumerate(persons(count, rng))]
    for number, family in enumerate(families(3, rng)):
        found += [sample(f"{child}{number}", degrade(family[child], rng, markers=10)) for child in "AB"]
        found += [sample(f"A{number}-2", degrade(family["A"], rng, dropout=0.3))]
    half = found[0].profile.genotypes
    found.append(sample("half", {name: (genotype[0], None) for name, genotype in half.items()}))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("theta", [0.0, 0.02])
def test_score_pairs__equals_the_engine(theta):
    rng = np.random.default_rng(3)
    people, populations = crowd(rng, 3), kit(2)
    readings = read_remains(people, populations=populations, observation=REMAINS, theta=theta)
    pairs = np.array([(0, 1), (3, 5), (3, 4), (0, len(people) - 1)])
    scores = score_pairs(readings, pairs)
    for row, (a, b) in enumerate(pairs.tolist()):
        for name, markers in populations.items():
            first, second = (chances(people[i], markers, REMAINS_RATES) for i in (a, b))
            both = {m: first.get(m, 1.0) * np.asarray(second.get(m, 1.0)) for m in {**first, **second}}
            one = [sum(log_likelihoods(p, {}, markers, theta=theta, observations={"A": both})) for p in (ALONE, CHILD)]
            found = (scores.by_population["unrelated"][name][row], scores.by_population["siblings"][name][row])
            apart = {"A": first, "B": second}
            two = [sum(log_likelihoods(p, {}, markers, theta=theta, observations=apart)) for p in (APART, SIBLINGS)]
            assert found == pytest.approx((one[0] - two[0], one[1] - two[1]), abs=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("theta", [0.0, 0.02])
def test_score_pairs__samples_without_a_common_marker_say_exactly_nothing(theta):
    first, second = persons(2, np.random.default_rng(8))
    names = list(first)
    people = [
        sample("P1", {name: first[name] for name in names[:12]}),
        sample("P2", {name: second[name] for name in names[12:]}),
    ]
    readings = read_remains(people, populations=kit(2), observation=REMAINS, theta=theta)
    scores = score_pairs(readings, np.array([(0, 1)]))
    assert [scores.smallest(alternative)[0] for alternative in ("unrelated", "siblings", "parent")] == [0.0, 0.0, 0.0]


def test_score_pairs__against_parent_and_child_equals_the_engine():
    rng = np.random.default_rng(9)
    family = families(1, rng)[0]
    father, child = (degrade(family[who], rng, dropout=0.1) for who in ("F", "A"))
    both = father.keys() & child.keys()
    people = [
        sample(code, {m: g for m, g in seen.items() if m in both}) for code, seen in (("F", father), ("A", child))
    ]
    [markers] = kit(1).values()
    equal = [replace(m, male=m.female) for m in markers]  # the parent's sex is not known: no mean to take
    readings = read_remains(people, populations={"p": equal}, observation=REMAINS)
    first, second = (chances(person, equal, REMAINS_RATES) for person in people)
    product = {m: first[m] * second[m] for m in first}
    one = sum(log_likelihoods(ALONE, {}, equal, observations={"A": product}))
    duo = Pedigree.of(("P", "male"), ("C", "male", "P", None))
    two = [
        sum(log_likelihoods(duo, {}, equal, observations={"P": a, "C": b}))
        for a, b in ((first, second), (second, first))
    ]
    found = score_pairs(readings, np.array([(0, 1)])).smallest("parent")[0]
    assert found == pytest.approx(one - max(two), abs=1e-9)


@pytest.mark.slow
def test_score_pairs__against_parent_and_child_takes_the_worse_direction():
    rng = np.random.default_rng(4)
    people = crowd(rng, 3)
    readings = read_remains(people, populations=kit(1), observation=REMAINS)
    ahead, back = (score_pairs(readings, np.array([pair])).smallest("parent")[0] for pair in ((3, 5), (5, 3)))
    assert ahead == pytest.approx(back, abs=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("rates", [REMAINS_RATES, ObservationRates()])
@pytest.mark.parametrize("log_threshold", [-40.0, 0.0, 9.2])
def test_probable_pairs__loses_nothing(compiled, rates, log_threshold, monkeypatch):
    if not compiled:
        plain = (_kernels.screen_persons_numpy, _kernels.highest_entry_numpy, _kernels.round_up_numpy)
        twins = _kernels.Kernels(False, *plain, _kernels.stream_rows)
        monkeypatch.setattr("antigone.search.screening.screen.kernels", lambda: twins)
    people = crowd(np.random.default_rng(5))
    readings = read_remains(people, populations=kit(2), observation=ObservationModel(rates), theta=0.01)
    every = score_pairs(readings, np.array(list(combinations(range(len(people)), 2))))
    expected = {tuple(p) for p in every.pairs[every.smallest("unrelated") >= log_threshold].tolist()}
    found = [tuple(p) for block in probable_pairs(readings, log_threshold=log_threshold) for p in block.pairs.tolist()]
    assert len(found) == len(set(found))
    assert set(found) == expected
    assert expected


@pytest.mark.slow
def test_probable_pairs__more_samples_than_a_block():
    rng = np.random.default_rng(6)
    bodies = persons(700, rng)
    people = [sample(f"P{i}", g) for i, g in enumerate(bodies)]
    people += [sample(f"Q{i}", degrade(bodies[i], rng, dropout=0.05)) for i in (0, 511, 512, 699)]
    readings = read_remains(people, populations=kit(1), observation=REMAINS)
    found = [tuple(p) for block in probable_pairs(readings, log_threshold=np.log(1e8)) for p in block.pairs.tolist()]
    assert sorted(found) == [(0, 700), (511, 701), (512, 702), (699, 703)]


@pytest.mark.slow
def test_count_pairs__equals_counting():
    rng = np.random.default_rng(7)
    sexes: tuple[Sex, ...] = ("male", "female", "unknown")
    people = [
        sample(f"P{i}", degrade(g, rng, markers=int(rng.integers(0, 5))), sex=sexes[i % 3])
        for i, g in enumerate(persons(30, rng))
    ]
    counts = count_pairs(read_remains(people, populations=kit(1), observation=REMAINS))
    differ = without = 0
    for a, b in combinations(people, 2):
        if {a.sex, b.sex} == {"male", "female"}:
            differ += 1
        elif not {*a.profile.genotypes} & {*b.profile.genotypes}:
            without += 1
    assert (counts.excluded_by_sex, counts.without_data) == (differ, without)
    assert counts.compared == 30 * 29 // 2 - differ - without


def test_score_pairs__the_mean_lr_of_unrelated_persons_is_one():
    marker = Marker("M", ("a", "b", "c"), (0.2, 0.3, 0.5))
    genotypes = [("a", "a"), ("a", "b"), ("a", "c"), ("b", "b"), ("b", "c"), ("c", "c")]
    people = [sample(f"P{i}", {"M": g}) for i, g in enumerate(genotypes)]
    rates = ObservationRates(dropout=0.0, dropin=0.0, error=0.1)
    readings = read_remains(people, populations={"p": [marker]}, observation=ObservationModel(rates))
    p = readings.likelihoods["p"][0] @ readings.priors["p"][0]
    assert p.sum() == pytest.approx(1.0)
    mean = p @ np.exp(readings.log_lr["p"]["unrelated"][0]) @ p
    assert mean == pytest.approx(1.0, abs=1e-12)


def test_read_remains__a_living_seeker_is_refused():
    living = UnidentifiedPerson("L1", Profile("L1", {}), kind="living", request="letter 7")
    with pytest.raises(ConsentError, match="L1: a living seeker"):
        read_remains([sample("P1", {}), living], populations=kit(1), observation=REMAINS)
