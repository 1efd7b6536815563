"""The validation corpus in two parts, so that two processors share it, and its tolerances."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from antigone.casework.validation.validate import Check

HEAVY = ("grave.json", "power_exact.json")
"""Four fifths of the processor time of the corpus, in two cases."""

LARGEST = {
    "log likelihood": 1e-9,
    "log likelihood, unlinked": 1e-9,
    "log LR": 1e-9,
    "log LR, unlinked": 1e-9,
    "total log LR": 1e-8,
    "pairwise log LR": 1e-8,
    "genotype probability": 1e-10,
    "exclusion counts": 0.0,
    "matrix": 1e-12,
    "overall rate": 1e-12,
    "stationary distribution": 1e-10,
    "properties": 0.0,
    "kinship": 1e-12,
    "kinship_X": 1e-12,
    "inbreeding": 1e-12,
    "condensed identity": 1e-12,
    "kappa": 1e-12,
    "likelihood of contributor 1": 1e-9,
    "exclusion power": 1e-9,
    "exclusion power of all markers": 1e-10,
    "expected mismatches": 1e-9,
    "expected log10 LR": 1e-9,
    "bounds: the distance of both intervals": 0.0,
    "bounds: relative width": 1e-3,
}
"""Tolerances as the corpus states them; a validation that loosened its own would not be one."""


def corpus(shared: Path) -> list[Path]:
    """Every file of cases."""
    return [*sorted((shared / "validation").glob("*.json")), *sorted((shared / "published").glob("*.json"))]


def loosened(checks: Iterable[Check]) -> list[Check]:
    """What was compared with a larger tolerance than the stated one."""
    named = [(check, check.quantity.split(" (")[0]) for check in checks if check.largest is not None and check.cases]
    return [check for check, name in named if check.tolerance > LARGEST.get(name, check.tolerance)]
