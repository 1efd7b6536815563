"""Validation: the shared corpus as this version computes it, and cases made by hand that run without it."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from antigone.casework.validate import Check, validate_files
from antigone.errors import InputError

NOT_COMPUTED = {
    ("power", "all values"),
    ("dvi_joint", "joint assignments"),
    ("published", "joint assignments"),
}
"""What this version says it cannot compute. A quantity that it learns to compute is taken off this list."""

LARGEST = {
    "log likelihood": 1e-9,
    "log likelihood, unlinked": 1e-9,
    "log LR": 1e-9,
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
}
"""Tolerances as the corpus states them; a validation that loosened its own would not be one."""

CASES = {
    "basic": 44, "mutation": 46, "theta": 39, "loops": 40, "xchrom": 39, "silent_partial": 40, "large": 18,
    "missing_person": 26, "missing_person_genotype_distribution": 24, "dvi_pairwise": 24, "dvi_joint": 24,
    "power": 36, "mutation_matrices": 65, "kinship": 40, "observation": 42, "linked": 43, "linked_groups": 36,
    "disagreements": 48, "published": 12,
}  # fmt: skip


@pytest.fixture(scope="module")
def checks(shared) -> list[Check]:
    paths = [*sorted((shared / "validation").glob("*.json")), *sorted((shared / "published").glob("*.json"))]
    return validate_files(paths)


def test_corpus__every_computed_value_agrees(checks):
    assert [check for check in checks if check.largest is not None and not check.passed] == []


def test_corpus__what_is_not_computed_is_a_stated_list(checks):
    assert {(check.category, check.quantity) for check in checks if check.largest is None} <= NOT_COMPUTED


def test_corpus__no_case_is_passed_over(checks):
    counted: dict[str, int] = {}
    for check in checks:
        counted[check.category] = max(counted.get(check.category, 0), check.cases)
    counted.pop("agreement.json", None)
    assert counted == CASES


def test_corpus__tolerances_are_the_stated_ones(checks):
    for check in checks:
        name = check.quantity.split(" (")[0]
        if check.largest is not None and name in LARGEST and check.cases:
            assert check.tolerance <= LARGEST[name], check


# By hand

MEMBERS = [
    {"id": "AF", "father": None, "mother": None, "sex": "male"},
    {"id": "CH", "father": "AF", "mother": None, "sex": "female"},
]
APART = [MEMBERS[0], {**MEMBERS[1], "father": None}]


def case(**changes: Any) -> dict[str, Any]:
    """Father 1/1 and child 1/1, p = 0.1: likelihoods 0.1^3 and 0.1^4."""
    whole: dict[str, Any] = {
        "id": "basic-1",
        "markers": [
            {"name": "M", "chromosome": "A", "alleles": ["1", "2"], "frequencies": [0.1, 0.9], "mutation": None}
        ],
        "theta": 0,
        "founder_inbreeding": {},
        "linkage": None,
        "pedigrees": {"H1": MEMBERS, "H2": APART},
        "genotypes": {"AF": {"M": ["1", "1"]}, "CH": {"M": ["1", "1"]}},
    }
    return whole | {"expected": expected(3 * math.log(0.1), 4 * math.log(0.1))} | changes


def expected(h1: float | str, h2: float | str) -> dict[str, Any]:
    numbers = isinstance(h1, float) and isinstance(h2, float)
    ratio: Any = h1 - h2 if numbers else None  # type: ignore[operator]
    if not numbers and h1 != h2:
        ratio = "-inf" if h1 == "-inf" else "inf"
    return {"log_likelihood": {"H1": {"M": h1}, "H2": {"M": h2}}, "log_LR": {"M": ratio}, "log_LR_total": ratio}


def validated(folder: Path, *cases: dict[str, Any]) -> list[Check]:
    path = folder / "cases.json"
    path.write_text(json.dumps(list(cases)), "utf-8")
    return validate_files([path])


def test_by_hand__agrees(tmp_path):
    found = validated(tmp_path, case(), case(id="basic-2"))
    assert {(check.quantity, check.cases, check.values) for check in found} == {
        ("log likelihood", 2, 4),
        ("log LR", 2, 2),
        ("total log LR", 2, 2),
    }
    assert all(check.passed for check in found)


@pytest.mark.parametrize("shift", [1e-8, -1e-8, 1.0])
def test_by_hand__a_tampered_value_is_seen_and_the_case_named(tmp_path, shift):
    tampered = case(id="basic-2", expected=expected(3 * math.log(0.1) + shift, 4 * math.log(0.1)))
    [check] = [check for check in validated(tmp_path, case(), tampered) if check.quantity == "log likelihood"]
    assert not check.passed
    assert check.worst_case == "basic-2"
    assert check.largest == pytest.approx(abs(shift), rel=1e-6)


def test_by_hand__a_difference_within_the_tolerance_passes(tmp_path):
    close = case(expected=expected(3 * math.log(0.1) + 5e-10, 4 * math.log(0.1)))
    assert all(check.passed for check in validated(tmp_path, close))


IMPOSSIBLE = {"AF": {"M": ["2", "2"]}, "CH": {"M": ["1", "1"]}}


def test_by_hand__impossible_is_exactly_impossible(tmp_path):
    h2 = 2 * math.log(0.9) + 2 * math.log(0.1)
    right = case(genotypes=IMPOSSIBLE, expected=expected("-inf", h2))
    assert all(check.passed for check in validated(tmp_path, right))


@pytest.mark.parametrize("claimed", [-700.0, -1e308, "inf"])
def test_by_hand__nearly_impossible_is_not_impossible(tmp_path, claimed):
    h2 = 2 * math.log(0.9) + 2 * math.log(0.1)
    wrong = case(genotypes=IMPOSSIBLE, expected=expected(claimed, h2))
    assert not all(check.passed for check in validated(tmp_path, wrong))


def test_by_hand__undefined_is_undefined_only(tmp_path):
    both = {"H1": MEMBERS, "H2": MEMBERS}
    right = case(pedigrees=both, genotypes=IMPOSSIBLE, expected=expected("-inf", "-inf"))
    assert all(check.passed for check in validated(tmp_path, right))
    wrong = case(pedigrees=both, genotypes=IMPOSSIBLE, expected=expected("-inf", "-inf") | {"log_LR": {"M": 0.0}})
    assert not all(check.passed for check in validated(tmp_path, wrong))


def test_by_hand__an_unknown_category_is_not_computed_rather_than_skipped(tmp_path):
    [*checks] = validated(tmp_path, case(id="power-1"))
    assert [(check.category, check.largest) for check in checks] == [("power", None)]


def test_by_hand__a_case_that_lacks_its_values_is_refused(tmp_path):
    with pytest.raises(InputError, match="basic-1"):
        validated(tmp_path, case(expected={}))
