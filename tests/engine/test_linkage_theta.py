"""Linked markers with theta: closed forms, laws, and sums over inheritance vectors by hand."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np
import pytest

from antigone import Marker, Pedigree, Profile, log_likelihood
from antigone.engine.linkage.likelihood import group_log, likelihood_ratio_linked, log_likelihood_linked
from antigone.engine.linkage.theta import group_log_with_theta
from antigone.engine.observation import observation_probabilities
from antigone.errors import ModelError, PlanTooLarge
from antigone.model.assumptions.linkage import LinkageGroup
from antigone.model.assumptions.mutation import Equal
from antigone.model.assumptions.observation import ObservationRates
from antigone.model.pedigree import Individual

HALF_SIBLINGS = Pedigree.of(
    ("F", "male"), ("M1", "female"), ("M2", "female"), ("A", "female", "F", "M1"), ("B", "male", "F", "M2")
)
SIBLINGS = Pedigree.of(
    ("F", "male"), ("M", "female"), ("A", "male", "F", "M"), ("B", "female", "F", "M"), ("C", "female", "F", "M")
)
COUSINS = Pedigree.of(
    ("G", "male"), ("H", "female"), ("P", "male", "G", "H"), ("Q", "female", "G", "H"), ("X", "female"), ("Y", "male"),
    ("A", "female", "P", "X"), ("B", "male", "Y", "Q"),
)  # fmt: skip
FAMILIES = {"half siblings": HALF_SIBLINGS, "siblings": SIBLINGS, "cousins": COUSINS}
TYPED = {
    "A": {"L1": ("a", "b"), "L2": ("a", "a"), "L3": ("b", "c")},
    "B": {"L1": ("a", "c"), "L2": ("a", "b"), "L3": ("b", "b")},
}


def profiles(**changes: Mapping[str, tuple[str, str | None]]) -> dict[str, Profile]:
    return {who: Profile(who, {**typed, **changes.get(who, {})}) for who, typed in TYPED.items()}


def markers(**changes: Any) -> tuple[Marker, ...]:
    frequencies = ((0.2, 0.3, 0.5), (0.35, 0.25, 0.4), (0.1, 0.6, 0.3))
    visible = 1 - changes.get("silent", 0.0)
    return tuple(
        Marker(f"L{n}", ("a", "b", "c"), tuple(visible * q for q in p), **changes)
        for n, p in enumerate(frequencies, start=1)
    )


@pytest.mark.parametrize("rho", [0.0, 0.117, 0.5])
def test_half_siblings__both_homozygous_at_two_loci_have_their_closed_form(rho):
    p, theta = 0.2, 0.03
    both = {who: Profile(who, {"L1": ("a", "a"), "L2": ("a", "a")}) for who in "AB"}
    group = LinkageGroup(tuple(Marker(n, ("a", "b"), (p, 1 - p)) for n in ("L1", "L2")), (rho,))
    stay = 1 - theta
    q3 = p * (theta + stay * p) * (2 * theta + stay * p) / (1 + theta)
    q4 = q3 * (3 * theta + stay * p) / (1 + 2 * theta)
    expected = (1 - 2 * rho + 2 * rho**2) / 2 * (q3**2 + q4**2) + 2 * rho * (1 - rho) * q3 * q4
    found = log_likelihood_linked(HALF_SIBLINGS, both, group, theta=theta)
    assert np.exp(found) == pytest.approx(expected, rel=1e-12)


MODELS: dict[str, dict[str, Any]] = {
    "plain": {},
    "mutation": {"female": Equal(0.01), "male": Equal(0.03)},
    "X": {"chromosome": "X"},
}


def of_model(name: str) -> dict[str, Profile]:
    """On X males have one allele."""
    one: dict[str, tuple[str, str | None]] = {"L1": ("a", "a"), "L2": ("b", "b"), "L3": ("c", "c")}
    return profiles(A=one, B=one) if name == "X" else profiles()


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("family", FAMILIES)
def test_unlinked__is_the_product_of_the_markers_with_theta(family, model):
    given, typed = markers(**MODELS[model]), of_model(model)
    found = log_likelihood_linked(FAMILIES[family], typed, LinkageGroup(given, (0.5, 0.5)), theta=0.02)
    single = sum(log_likelihood(FAMILIES[family], typed, marker, theta=0.02) for marker in given)
    assert found == pytest.approx(single, abs=1e-11)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("family", FAMILIES)
def test_theta_0__is_the_likelihood_of_linked_markers_without_it(family, model):
    group, typed = LinkageGroup(markers(**MODELS[model]), (0.1, 0.3)), of_model(model)
    found = group_log_with_theta(FAMILIES[family], typed, group, theta=0.0)
    assert found == pytest.approx(group_log(FAMILIES[family], typed, group), abs=1e-11)


@pytest.mark.slow
def test_readings__partial_silent_and_degraded_ones_obey_the_same_laws():
    given = markers(silent=0.05)
    seen = {
        "C": {
            marker.name: observation_probabilities([{"a"}], marker, rates=ObservationRates(dropout=0.2))
            for marker in given
        }
    }
    typed = profiles(A={"L1": ("a", None)})
    single = sum(log_likelihood(SIBLINGS, typed, m, theta=0.02, observations=seen) for m in given)
    found = log_likelihood_linked(SIBLINGS, typed, LinkageGroup(given, (0.5, 0.5)), theta=0.02, observations=seen)
    assert found == pytest.approx(single, abs=1e-11)
    linked = LinkageGroup(given, (0.1, 0.2))
    without = group_log(SIBLINGS, typed, linked, observations=seen)
    assert group_log_with_theta(SIBLINGS, typed, linked, theta=0.0, observations=seen) == pytest.approx(
        without, abs=1e-11
    )


@pytest.mark.slow
def test_probabilities__of_everything_two_half_siblings_may_show_sum_to_1():
    group = LinkageGroup(tuple(Marker(n, ("a", "b"), (0.3, 0.7)) for n in ("L1", "L2")), (0.1,))
    pairs = (("a", "a"), ("a", "b"), ("b", "b"))
    total = 0.0
    for a1, a2, b1, b2 in product(pairs, repeat=4):
        typed = {"A": Profile("A", {"L1": a1, "L2": a2}), "B": Profile("B", {"L1": b1, "L2": b2})}
        total += np.exp(log_likelihood_linked(HALF_SIBLINGS, typed, group, theta=0.05))
    assert total == pytest.approx(1, abs=1e-12)


def test_ratio__with_theta_takes_groups_and_single_markers():
    given = markers()
    apart = Pedigree((*HALF_SIBLINGS.without_untyped_leaves({"A"}), Individual("B", "male")))
    found = likelihood_ratio_linked(
        HALF_SIBLINGS, apart, profiles(), given, groups=[LinkageGroup(given[:2], (0.2,))], theta=0.01
    )
    assert found.markers == ("L3", "L1|L2")
    expected = log_likelihood_linked(HALF_SIBLINGS, profiles(), LinkageGroup(given[:2], (0.2,)), theta=0.01)
    assert found.log_h1[1] == expected


def test_theta__with_founder_inbreeding_or_too_many_meioses_is_refused():
    group = LinkageGroup(markers()[:2], (0.1,))
    inbred = Pedigree(tuple(Individual(m.id, m.sex, m.father, m.mother, 0.1 * (m.id == "F")) for m in HALF_SIBLINGS))
    with pytest.raises(ModelError, match="inbreeding"):
        log_likelihood_linked(inbred, profiles(), group, theta=0.01)
    children = [(f"K{n}", "male", "F", "M") for n in range(9)]
    wide = Pedigree.of(("F", "male"), ("M", "female"), *children)
    typed = {f"K{n}": Profile(f"K{n}", {"L1": ("a", "b"), "L2": ("a", "b")}) for n in range(9)}
    with pytest.raises(PlanTooLarge, match="take the markers as unlinked"):
        log_likelihood_linked(wide, typed, group, theta=0.01)
