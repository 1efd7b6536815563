"""The exact distribution of the LR: against brute force, closed forms, and laws."""

from __future__ import annotations

from itertools import product
from math import comb, log, prod
from typing import Any

import numpy as np
import pytest

from antigone import Marker, Pedigree, Profile
from antigone.engine.sums.likelihood import log_likelihood
from antigone.errors import ModelError, PlanTooLarge
from antigone.model.assumptions.mutation import Equal
from antigone.model.pedigree import Individual
from antigone.search.power import distribution
from antigone.search.power.distribution import LrDistribution, convolve
from antigone.search.power.exclusion import exclusion_power
from antigone.search.power.outcomes import Outcomes, outcomes_of
from antigone.search.power.question import PowerQuestion

FAMILY = Pedigree.of(
    ("F", "male"), ("M", "female"), ("A", "male", "F", "M"), ("B", "female", "F", "M"), ("C", "female", "F", "M")
)
CHILD = Pedigree.of(("F", "male"), ("C", "male", "F", None))


def markers(**changes: Any) -> list[Marker]:
    return [
        Marker("M1", ("a", "b", "c"), (0.2, 0.3, 0.5), **changes),
        Marker("M2", ("a", "b", "c", "d"), (0.1, 0.2, 0.3, 0.4), **changes),
        Marker("M3", ("a", "b"), (0.35, 0.65), **changes),
    ]


def genotypes(marker: Marker) -> list[tuple[str, str]]:
    n = len(marker.alleles)
    return [(marker.alleles[i], marker.alleles[j]) for i in range(n) for j in range(i, n)]


def brute(question: PowerQuestion, marker: Marker) -> list[tuple[float, float, float]]:
    """(LR, P under H1, P under H2) of every outcome, one likelihood after the other."""
    beside = Pedigree((*question.pedigree, Individual("U", "female")))
    known = dict(question.typed)
    base = log_likelihood(question.pedigree, known, marker, theta=question.theta)
    found = []
    for chosen in product(genotypes(marker), repeat=len(question.new) + 1):
        typed = known | {m: Profile(m, {marker.name: g}) for m, g in zip(question.new, chosen, strict=False)}
        both = []
        for pedigree, person in ((question.pedigree, question.missing), (beside, "U")):
            profiles = typed | {person: Profile(person, {marker.name: chosen[-1]})}
            both.append(np.exp(log_likelihood(pedigree, profiles, marker, theta=question.theta) - base))
        if both[1] > 0:
            found.append((both[0] / both[1], both[0], both[1]))
    return found


def tails(question: PowerQuestion, given: list[Marker], threshold: float) -> tuple[float, float]:
    """P(LR >= threshold) under both hypotheses, over every combination of outcomes of all markers."""
    h1 = h2 = 0.0
    for combination in product(*(brute(question, marker) for marker in given)):
        if prod(lr for lr, _, _ in combination) >= threshold * (1 - 1e-12):
            h1 += prod(p for _, p, _ in combination)
            h2 += prod(p for _, _, p in combination)
    return h1, h2


TYPED = {"A": Profile("A", {"M1": ("a", "b"), "M2": ("a", "d"), "M3": ("b", "b")})}
QUESTIONS = {
    "sibling typed": (PowerQuestion(FAMILY, "C", TYPED), {}),
    "sibling typed, theta": (PowerQuestion(FAMILY, "C", TYPED, theta=0.03), {}),
    "sibling typed, mutation": (PowerQuestion(FAMILY, "C", TYPED), {"female": Equal(0.01), "male": Equal(0.02)}),
    "nobody typed, a parent next": (PowerQuestion(CHILD, "C", new=("F",)), {}),
    "sibling typed, a parent next": (PowerQuestion(FAMILY, "C", TYPED, ("F",)), {}),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("few", [0, distribution.FEW])
def test_distribution__bounds_contain_brute_force(name, few, monkeypatch):
    monkeypatch.setattr(distribution, "FEW", few)  # 0: every marker by transforms
    question, changes = QUESTIONS[name]
    given = markers(**changes)[: 2 if question.new else 3]
    found = LrDistribution(tuple(outcomes_of(question, marker) for marker in given))
    for threshold in (0.5, 1.7, 6.1):
        h1, h2 = tails(question, given, threshold)
        for bounds, value in ((found.inclusion_power(threshold), h1), (found.false_positive_rate(threshold), h2)):
            assert bounds.low <= value * (1 + 1e-11)
            assert value * (1 - 1e-11) <= bounds.high
            assert bounds.relative_width < 1e-3


@pytest.mark.slow
def test_outcomes__of_two_new_relatives_are_those_of_brute_force():
    question, marker = PowerQuestion(FAMILY, "C", new=("A", "F")), markers()[0]
    found, expected = outcomes_of(question, marker), brute(question, marker)
    seen = [(lr, p) for lr, p, _ in expected if p > 0]
    assert found.expected_log10 == pytest.approx(sum(p * log(lr) for lr, p in seen) / log(10), abs=1e-12)
    assert found.excluded == pytest.approx(sum(p for lr, _, p in expected if lr == 0), abs=1e-12)


@pytest.mark.parametrize("name", QUESTIONS)
def test_outcomes__probabilities_and_the_mean_lr_of_strangers_are_1(name):
    question, changes = QUESTIONS[name]
    for marker in markers(**changes):
        found = outcomes_of(question, marker)
        lr = 10**found.log10_lr
        assert found.h1.sum() == pytest.approx(1, abs=1e-12)
        assert found.h2.sum() == pytest.approx(1, abs=1e-12)
        assert lr @ found.h2 == pytest.approx(1, abs=1e-12)
        assert found.h1 == pytest.approx(lr * found.h2, abs=1e-12)


@pytest.mark.parametrize(
    ("pedigree", "kappa"),
    [(CHILD, (0, 1, 0)), (FAMILY, (0.25, 0.5, 0.25))],
    ids=["parent", "full sibling"],
)
def test_mean_lr_of_the_right_person__has_its_closed_form(pedigree, kappa):
    """E[LR | H1] = sum kappa_i kappa_j M_ij; M11 = (n + 3) / 4, M12 = (n + 1) / 2, M22 = n (n + 1) / 2, others 1."""
    marker = markers()[1]
    n = len(marker.alleles)
    relative = "F" if pedigree is CHILD else "A"
    found = outcomes_of(PowerQuestion(pedigree, "C", new=(relative,)), marker)
    m = np.ones((3, 3))
    m[1, 1], m[1, 2], m[2, 1], m[2, 2] = (n + 3) / 4, (n + 1) / 2, (n + 1) / 2, n * (n + 1) / 2
    assert found.h1 @ 10**found.log10_lr == pytest.approx(np.array(kappa) @ m @ np.array(kappa), abs=1e-12)


def test_distribution__on_the_x_chromosome():
    marker = Marker("X1", ("a", "b", "c"), (0.2, 0.3, 0.5), chromosome="X")
    family = Pedigree.of(("M", "female"), ("C", "male", None, "M"))
    found = outcomes_of(PowerQuestion(family, "C", new=("M",)), marker)
    p = (0.2, 0.3, 0.5)
    passed_on = [(p[i] * p[j], np.log10((1 if i == j else 0.5) / p[i])) for i in range(3) for j in range(3)]
    assert found.expected_log10 == pytest.approx(sum(weight * value for weight, value in passed_on), abs=1e-12)


@pytest.mark.slow
def test_convolve__keeps_far_tails_of_many_markers():
    """30 equal markers of two outcomes: the tail is a binomial one, down to 1e-20."""
    terms = [(np.array([-1.0, 1.0]), np.array([0.9, 0.1]))] * 30
    found = convolve(terms, tilt=0.5, width=1e-3)
    for ups in (16, 20, 25):
        exact = sum(comb(30, k) * 0.1**k * 0.9 ** (30 - k) for k in range(ups, 31))
        bounds = found.at_least(10.0 ** (2 * ups - 30 - 0.5))
        assert bounds.low <= exact * (1 + 1e-11)
        assert exact * (1 - 1e-11) <= bounds.high
        assert bounds.relative_width < 1e-6


def test_exclusion__at_least_so_many_markers():
    half = Outcomes("M", np.array([-np.inf, 0.0]), np.array([0.0, 1.0]), np.array([0.5, 0.5]))
    found = LrDistribution((half, half, half))
    assert [found.exclusion_power_of(k) for k in range(4)] == pytest.approx([1, 7 / 8, 1 / 2, 1 / 8])
    assert found.exclusion_power == pytest.approx(7 / 8)


def test_exclusion_power__of_a_stranger_claimed_as_the_father():
    p = (0.2, 0.3, 0.5)
    claim = Pedigree.of(("AF", "male"), ("C", "male", "AF", None))
    truth = Pedigree.of(("AF", "male"), ("C", "male"))
    pairs = {(i, j): p[i] * p[j] * (1 if i == j else 2) for i in range(3) for j in range(i, 3)}
    expected = sum(a * b for g, a in pairs.items() for h, b in pairs.items() if not set(g) & set(h))
    [found] = exclusion_power(claim, truth, [Marker("M", ("a", "b", "c"), p)], available=["AF", "C"])
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"new": ("A",), "typed": TYPED}, "typed already"),
        ({"new": ("C",)}, "is the missing person"),
        ({"new": ("Z",)}, "no member Z"),
        ({"new": ("A", "A")}, "named twice"),
        ({"new": ("A", "B", "F")}, "at most 2"),
        ({}, "nobody is typed"),
        ({"typed": {"C": TYPED["A"]}}, "missing and typed"),
    ],
)
def test_question__is_refused_in_words(arguments, words):
    with pytest.raises(ModelError, match=words):
        PowerQuestion(FAMILY, "C", **arguments)


def test_outcomes__that_cannot_be_are_refused():
    impossible = {"F": Profile("F", {"M3": ("a", "a")}), "A": Profile("A", {"M3": ("b", "b")})}
    with pytest.raises(ModelError, match="impossible in the pedigree"):
        outcomes_of(PowerQuestion(FAMILY, "C", impossible), markers()[2])
    many = Marker("M", tuple(map(str, range(30))), (1 / 30,) * 30)
    with pytest.raises(PlanTooLarge, match="ask for one person fewer"):
        outcomes_of(PowerQuestion(FAMILY, "C", new=("A", "B")), many)
