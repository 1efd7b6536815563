"""Validation: the shared corpus as this version computes it, and cases made by hand that run without it."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from corpus import HEAVY, corpus, loosened
from dense_cases import siblings_case
from typer.testing import CliRunner

from antigone.casework.validation.validate import Check, tally, validate_files
from antigone.cli.application import app
from antigone.errors import InputError

pytestmark = pytest.mark.slow

HYPOTHESES = ("basic", "mutation", "theta", "loops", "xchrom", "silent_partial", "large", "missing_person")
"""Files of cases that hold two hypotheses and no more; all of them are compared alike."""

CASES = {
    "basic": 44, "mutation": 46, "theta": 39, "loops": 40, "xchrom": 39, "silent_partial": 40, "large": 18,
    "missing_person": 26, "missing_person_genotype_distribution": 24, "dvi_pairwise": 24, "dvi_joint": 24,
    "power": 36, "mutation_matrices": 65, "kinship": 40, "observation": 42, "linked": 43, "linked_groups": 36,
    "disagreements": 48, "linked_theta": 36, "dense_snp": 16, "mixture": 11, "sequence_ce": 6, "power_exact": 1,
    **dict.fromkeys(
        (
            "KETPchap481", "KETPchap484", "KETPexer497", "KETPexer498", "example1", "example2", "exclusionExample",
            "fire", "grave", "icmp", "planecrash", "symmetricSibs",
        ),
        1,
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def checks(shared) -> list[Check]:
    return validate_files([path for path in corpus(shared) if path.name not in HEAVY])


def test_corpus__every_computed_value_agrees(checks):
    assert [check for check in checks if check.largest is not None and not check.passed] == []


def test_corpus__every_case_can_be_run_and_counts_once(checks):
    assert [check for check in checks if check.outcome in ("not supported", "not run", "not read")] == []
    assert tally(checks) == "754 cases: 754 agree, 0 differ, 0 not supported by this version, 0 could not be run."


def test_corpus__no_case_is_passed_over(checks):
    counted: dict[str, int] = {}
    for check in checks:
        stem = check.file.removesuffix(".json")
        counted[stem] = max(counted.get(stem, 0), check.cases)
    assert counted.pop("agreement") == 0
    assert counted == {stem: number for stem, number in CASES.items() if f"{stem}.json" not in HEAVY}


def test_corpus__the_kind_of_each_file_is_seen_from_what_it_holds(checks):
    kinds: dict[str, set[str]] = {}
    for check in checks:
        kinds.setdefault(check.file.removesuffix(".json"), set()).add(check.category)
    assert {kind for stem in HYPOTHESES for kind in kinds[stem]} == {"hypotheses"}
    assert (kinds["linked_groups"], kinds["fire"]) == ({"linked"}, {"dvi_joint"})
    others = kinds.keys() & {*CASES} - {*HYPOTHESES, "linked_groups"}
    assert all(kinds[stem] == {stem} for stem in others if CASES[stem] > 1)


def test_corpus__tolerances_are_the_stated_ones(checks):
    assert loosened(checks) == []


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


@pytest.mark.parametrize("code", ["power-1", "published", "Ötzi", "basic-7"])
def test_by_hand__the_code_of_a_case_says_nothing_about_its_kind(tmp_path, code):
    checks = validated(tmp_path, case(id=code))
    assert {check.category for check in checks} == {"hypotheses"}
    assert all(check.passed for check in checks)


def test_by_hand__a_key_names_the_kind(tmp_path):
    [check] = validated(tmp_path, case(category="dense_snp"))
    assert (check.category, check.outcome, check.largest) == ("dense_snp", "not run", None)
    [check] = validated(tmp_path, case(category="powers"))
    assert check.outcome == "not run"
    assert "'powers'; expected one of" in check.reason


TABLES = {
    "log_likelihood": [7, "x", [], None, {"H1": 7, "H2": {"M": 0}}, {"H1": {"M": "x"}, "H2": {"M": 0}}],
    "log_LR": [1e-320, [], "x", {"M": {}}, {"M": True}, {"M": "nan"}],
    "log_LR_total": [{}, [], "1", True],
}


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in TABLES.items() for value in values])
def test_by_hand__a_value_of_another_form_is_named_and_the_others_go_on(tmp_path, key, value):
    whole = case()["expected"]
    wrong = case(id="wrong", expected=whole | {key: value})
    checks = validated(tmp_path, case(), wrong, case(id="basic-2"))
    [not_run] = [check for check in checks if check.outcome == "not run"]
    assert not_run.members == ("wrong",)
    assert f"expected.{key}" in not_run.reason
    assert tally(checks) == "3 cases: 2 agree, 0 differ, 0 not supported by this version, 1 could not be run."


SPOILT: dict[str, dict[str, Any]] = {
    "no value": {"expected": {}},
    "no object": {"expected": 7},
    "another marker": {"expected": expected(0.0, 0.0) | {"log_LR": {"Q": 0.0}}},
    "nothing to compare": {"expected": {"log_likelihood": {"H1": {}, "H2": {}}, "log_LR": {}}},
    "pedigrees": {"pedigrees": 5},
    "no kind": {"pedigrees": {}},
    "theta": {"theta": 1},
    "too large": {
        "theta": 0.01,
        "pedigrees": {
            name: [*members, *({"id": f"P{n}", "father": None, "mother": None, "sex": "male"} for n in range(8)),
                   *({"id": f"Q{n}", "father": f"P{n}", "mother": None, "sex": "male"} for n in range(8))]
            for name, members in (("H1", MEMBERS), ("H2", APART))
        },
        "genotypes": {"AF": {"M": ["1", "1"]}, **{f"Q{n}": {"M": ["1", "2"]} for n in range(8)}},
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", SPOILT)
def test_by_hand__a_case_that_cannot_be_run_is_named_with_its_reason(tmp_path, kind):
    checks = validated(tmp_path, case(), case(id="spoilt", **SPOILT[kind]), case(id="basic-2"))
    [not_run] = [check for check in checks if check.outcome != "compared"]
    outcome = "not supported" if kind == "too large" else "not run"
    assert (not_run.outcome, not_run.members) == (outcome, ("spoilt",))
    assert not_run.reason
    assert {check.cases for check in checks if check.outcome == "compared"} == {2}


def test_by_hand__a_file_that_cannot_be_read_is_named_and_the_others_go_on(tmp_path):
    (tmp_path / "cases.json").write_text(json.dumps([case()]), "utf-8")
    (tmp_path / "broken.json").write_text('[{"id": ', "utf-8")
    checks = validate_files([tmp_path / name for name in ("broken.json", "none.json", "cases.json")])
    assert [check.file for check in checks if check.outcome == "not read"] == ["broken.json", "none.json"]
    words = "1 case: 1 agree, 0 differ, 0 not supported by this version, 0 could not be run; 2 files could not be read."
    assert tally(checks) == words


def test_validate_files__without_any_case_is_refused(tmp_path):
    (tmp_path / "table.json").write_text("{}", "utf-8")
    with pytest.raises(InputError, match=r"no cases in table\.json"):
        validate_files([tmp_path / "table.json"])


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ([{}], 0, "1 case: 1 agree, 0 differ"),
        ([{}, {"id": "far", "expected": expected(0.0, 0.0)}], 1, "1 agree, 1 differs"),
        ([{}, {"id": "bad", "expected": 7}], 1, "cases.json, bad: could not be run: case 2 (bad), expected: a number"),
        ([{}, siblings_case(12)], 3, "cases.json, 1 case: not supported yet"),
    ],
)
def test_command__names_counts_and_ends_with_a_code(tmp_path, changes, code, words):
    path = tmp_path / "cases.json"
    path.write_text(json.dumps([case(**one) for one in changes]), "utf-8")
    ended = CliRunner().invoke(app, ["validate", str(path)])
    assert ended.exit_code == code
    assert words in ended.output
