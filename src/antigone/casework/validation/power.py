"""Cases of power: exclusion by marker, and the exact distribution of the LR of one family."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from antigone.formats.validation.cases import Case
from antigone.model.assumptions.marker import Marker
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.profile import Profile
from antigone.search.power.distribution import Bounds, LrDistribution
from antigone.search.power.exclusion import exclusion_power
from antigone.search.power.outcomes import outcomes_of
from antigone.search.power.question import PowerQuestion

WIDEST = 1e-3
"""The largest relative width that the bounds of a probability may have."""
Deviations = Iterator[tuple[str, float, float]]


def exclusion_deviations(case: Case) -> Deviations:
    """Exclusion power by marker and in all, and the expected number of mismatches."""
    claim, expected = case.pedigrees["claim"], case.expected
    available = case.raw["available"]
    truth = case.pedigrees.get("truth") or _apart(claim, available)
    found = exclusion_power(claim, truth, case.markers, available=available, typed=case.profiles)
    for marker, power in zip(case.markers, found, strict=True):
        yield "exclusion power", abs(power - expected["exclusion_power"][marker.name]), 1e-10
    whole = 1 - float(np.prod(1 - np.array(found)))
    yield "exclusion power of all markers", abs(whole - expected["exclusion_power_total"]), 1e-10
    yield "expected mismatches", abs(sum(found) - expected["expected_mismatches"]), 1e-9


def _apart(claim: Pedigree, available: Sequence[str]) -> Pedigree:
    """The family, in which somebody else stands in the places of those who are available; these are strangers."""
    names = {member: f"{member} of the family" for member in available}
    declared = [
        Individual(
            names.get(m.id, m.id), m.sex, names.get(m.father or "", m.father), names.get(m.mother or "", m.mother)
        )
        for m in claim
    ]
    return Pedigree((*declared, *(Individual(member, claim[member].sex) for member in available)))


def distribution_deviations(case: Case) -> Deviations:
    """Every value of a file of exact power: its sets of relatives, and the family of one parent."""
    raw = case.raw
    markers = [_marker(name, raw["frequencies"][name]) for name in raw["markers"]]
    pedigree = Pedigree(tuple(Individual(code, "unknown", father, mother) for code, father, mother in raw["pedigree"]))
    typed = {code: Profile(code, {m: (g[0], g[1]) for m, g in found.items()}) for code, found in raw["typed"].items()}
    for values in raw["values"]:
        question = PowerQuestion(pedigree, raw["missing"], typed, tuple(values["new"]))
        yield from _compared(question, markers, values, values["P_H1"], values["P_H2"])
    child = Pedigree((Individual("mother", "female"), Individual("child", "unknown", None, "mother")))
    question = PowerQuestion(child, "child", new=("mother",))
    for values in raw.get("one_parent_only", {}).values():
        if isinstance(values, dict):
            asked = {limit: one for limit, one in values.items() if isinstance(one, dict)}
            right, unrelated = ({t: one[key] for t, one in asked.items()} for key in ("P_right", "P_unrelated"))
            here = [marker for marker in markers if marker.name in values["markers"]]
            yield from _compared(question, here, values, right, unrelated)


def _marker(name: str, frequencies: Mapping[str, float]) -> Marker:
    return Marker(name, tuple(frequencies), tuple(frequencies.values()))


def _compared(
    question: PowerQuestion, markers: Sequence[Marker], values: Mapping[str, Any], right: Mapping[str, Any],
    unrelated: Mapping[str, Any],
) -> Deviations:  # fmt: skip
    found = LrDistribution(tuple(outcomes_of(question, marker) for marker in markers))
    yield "expected log10 LR", abs(found.expected_log10 - values["expected_log10_LR"]), 1e-9
    yield "exclusion power", abs(found.exclusion_power - values["exclusion_power"]), 1e-9
    for power, expected in ((found.inclusion_power, right), (found.false_positive_rate, unrelated)):
        for threshold, (low, high) in expected.items():
            bounds = power(float(threshold))
            yield "bounds: the distance of both intervals", _distance(bounds, low, high), 0.0
            yield "bounds: relative width", bounds.relative_width, WIDEST


def _distance(bounds: Bounds, low: float, high: float) -> float:
    """0 when two intervals overlap."""
    return max(0.0, bounds.low - high, low - bounds.high)
