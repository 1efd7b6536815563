"""The power of a family's references: against every possible family, and what it may depend on."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from antigone.casework.incident.prepare import prepare, silent
from antigone.casework.pairs.power import low_powers
from antigone.casework.validation.demo import day_of_search, simulated_incident
from antigone.model.assumptions.choices import LOW_POWER
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.mutation import NoMutation
from antigone.model.pedigree import Pedigree
from antigone.search.families.family_table import Target
from antigone.search.pairs.power import kind_of, power_of

DUO = Pedigree.of(("MO", "female"), ("CH", "male", None, "MO"))
TRIO = Pedigree.of(("FA", "male"), ("MO", "female"), ("CH", "male", "FA", "MO"))


def marker(name: str, *frequencies: float) -> Marker:
    alleles = tuple(str(10 + n) for n in range(len(frequencies)))
    return Marker(name, alleles, frequencies, female=NoMutation(), male=NoMutation())


def exact_power(markers: list[Marker], threshold: float) -> float:
    """P(LR >= threshold) of mother and child without mutation: every pair of genotypes at every marker."""
    ratios = [list(_ratios(one)) for one in markers]
    return sum(
        float(np.prod([chance for chance, _ in each]))
        for each in product(*ratios)
        if np.prod([lr for _, lr in each]) >= threshold * (1 - 1e-12)
    )


def _ratios(one: Marker):
    """The probability under H1 and the LR of (mother's genes; child's gene from her; the other one)."""
    p = dict(enumerate(one.frequencies))
    for a, b, side, other in product(p, p, (0, 1), p):
        passed = (a, b)[side]
        child = sorted((passed, other))
        by_h1 = sum(0.5 * p[child[1 - k]] for gene in (a, b) for k in (0, 1) if child[k] == gene) / (
            2 if child[0] == child[1] else 1
        )
        by_h2 = p[child[0]] * p[child[1]] * (1 if child[0] == child[1] else 2)
        yield p[a] * p[b] * 0.5 * p[other], by_h1 / by_h2


@pytest.mark.slow
@pytest.mark.parametrize("threshold", [1.2, 2.0, 5.0])
def test_power__is_that_of_every_possible_family(threshold):
    markers = [marker("A", 0.2, 0.3, 0.5), marker("B", 0.1, 0.9)]
    draws = 3000
    simulated = power_of(DUO, {"MO": ["A", "B"]}, "CH", markers=markers, threshold=threshold, seed=1, draws=draws)
    exact = exact_power(markers, threshold)
    assert abs(simulated - exact) < 4 * np.sqrt(exact * (1 - exact) / draws)
    assert 0 < exact < 1


def test_power__more_relatives_never_tell_less():
    markers = [marker(f"M{n}", 0.1, 0.2, 0.3, 0.4) for n in range(8)]
    names = [m.name for m in markers]
    asked: dict[str, Any] = {"markers": markers, "threshold": 100.0, "seed": 1, "draws": 300}
    nobody = power_of(TRIO, {}, "CH", **asked)
    mother = power_of(TRIO, {"MO": names}, "CH", **asked)
    parents = power_of(TRIO, {"MO": names, "FA": names}, "CH", **asked)
    assert nobody == 0 < mother < parents


def test_power__the_x_chromosome_takes_part_where_every_sex_is_known():
    on_x = Marker("X", ("10", "11"), (0.05, 0.95), chromosome="X", female=NoMutation(), male=NoMutation())
    unknown = Pedigree.of(("MO", "female"), ("CH", "unknown", None, "MO"))
    asked: dict[str, Any] = {"markers": [on_x], "threshold": 1.01, "seed": 1}
    assert power_of(DUO, {"MO": ["X"]}, "CH", **asked) > 0
    assert power_of(unknown, {"MO": ["X"]}, "CH", **asked) == 0


def test_kind__knows_nobody_by_code():
    other = Pedigree.of(("M", "female"), ("C", "male", None, "M"))
    assert kind_of(DUO, {"MO": ["A", "B"]}, "CH") == kind_of(other, {"M": ["B", "A"]}, "C")
    assert kind_of(DUO, {"MO": ["A"]}, "CH") != kind_of(DUO, {"MO": ["A", "B"]}, "CH")
    assert kind_of(TRIO, {"MO": ["A"]}, "CH") != kind_of(TRIO, {"FA": ["A"]}, "CH")


def test_power__of_families_of_one_kind_is_the_same():
    other = Pedigree.of(("M", "female"), ("C", "male", None, "M"))
    asked: dict[str, Any] = {"markers": [marker("A", 0.2, 0.8)], "threshold": 1.01, "seed": 7}
    assert power_of(DUO, {"MO": ["A"]}, "CH", **asked) == power_of(other, {"M": ["A"]}, "C", **asked)


@pytest.mark.slow
def test_low_powers__are_told_where_they_are_low_and_nowhere_else():
    incident, _ = simulated_incident(families=12, unidentified=4, seed=2)
    prepared = prepare(incident, today=day_of_search(incident))
    targets = [
        Target(family.declared.code, missing, family.declared.pedigree, family.declared.references)
        for family in prepared.families
        for missing in family.missing
    ]
    told = low_powers(prepared, targets, threshold=1e12, seed=1, progress=silent)
    assert 0 < len(told) < len(targets)
    for target in targets:
        typed = {member: frozenset(profile.genotypes) for member, profile in target.references.items()}
        markers = prepared.populations["US African American"]
        power = power_of(target.pedigree, typed, target.missing, markers=markers, threshold=1e12, seed=1)
        assert told.get((target.family, target.missing)) == (power if power < LOW_POWER and typed else None)
