"""`antigone explain`, `lr` and `validate` on real files."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from pathlib import Path

import pytest
from cli_run import ON
from dense_cases import siblings_case

pytestmark = pytest.mark.slow


def test_explain__says_the_numbers_of_the_search(run, case_folder, searched):
    first = json.loads((searched[0] / "results.json").read_text("utf-8"))["candidates"][0]
    asked = ("--family", first["family"], "--missing", first["missing"], "--sample", first["unidentified"])
    ended = run("explain", case_folder, *asked, *ON)
    assert ended.code == 0
    assert first["smallest_population"] in ended.out
    for population, log10_lr in first["log10_lr"].items():
        assert population.split()[-1] in ended.out
        assert f"{log10_lr:.2f}" in ended.out
    assert f"H1: {first['unidentified']} is {first['missing']}" in ended.out


def test_explain__a_joint_assignment_by_marker(run, case_folder, tmp_path):
    """The totals by family add up to the weight of the best assignment that joint.json states (flat prior).

    Places that chance alone fills are not told; they weigh nearly 1 (mutation models move frequencies a little).
    """
    solved = tmp_path / "joint"
    assert run("joint", case_folder, "--out", solved, *ON).code == 0
    stated = json.loads((solved / "joint.json").read_text("utf-8"))
    ended = run("explain", case_folder, "--assignment", solved / "joint.json", *ON)
    assert ended.code == 0
    proposed = [(one["unidentified"], one["family"], missing) for one in stated["conclusions"]
                for missing in one["missing"]]  # fmt: skip
    for pair in stated["assignments"][0]["pairs"]:
        assert (f"{pair[0]} as {pair[2]}" in ended.out) == (tuple(pair) in proposed)
    from antigone.casework.incident.files import load_incident
    from antigone.casework.joint.explain import explain_assignment

    today = dt.date(2025, 9, 1)
    incident = load_incident(case_folder, attested_by=None, today=today)
    explained = explain_assignment(incident, solved / "joint.json", today=today)
    total = sum(sum(one.log10_by_marker[stated["population"]].values()) for one in explained.families)
    assert total == pytest.approx(stated["assignments"][0]["log10_weight"], abs=0.01)
    assert f"{sum(explained.families[0].log10_by_marker[stated['population']].values()):.2f}" in ended.out


def test_joint__of_fragments_says_whose_each_sample_is_and_with_which_others(run, case_folder, tmp_path):
    """A sample typed twice under two codes: both are parts of one person, and none competes with the other."""
    folder = Path(shutil.copytree(case_folder, tmp_path / "case"))
    code = (folder / "unidentified.csv").read_text("utf-8").splitlines()[1].split(",")[0]
    for name in ("profiles.csv", "unidentified.csv"):
        lines = (folder / name).read_text("utf-8").splitlines()
        again = [line.replace(code, "AGAIN") for line in lines if line.split(",")[0] == code]
        (folder / name).write_text("\n".join([*lines, *again]) + "\n", "utf-8")
    ended = run("joint", folder, "--fragments", "--out", tmp_path / "parts", *ON)
    assert ended.code == 0, ended.err
    answer = json.loads((tmp_path / "parts" / "fragments.json").read_text("utf-8"))
    told = {one["sample"]: one for one in answer["proposals"]}
    assert told[code]["parts"] == ["AGAIN"]
    assert told["AGAIN"]["parts"] == [code]
    assert told[code]["missing"] == told["AGAIN"]["missing"] != []
    assert f"part of the person proposed as {told[code]['missing'][0]}" in " ".join(ended.out.split())
    found = next(one for one in answer["missing"] if one["missing"] == told[code]["missing"][0])
    assert found["parts"]["2"] > 0.99
    table = (tmp_path / "parts" / "fragments.csv").read_text("utf-8")
    assert table.startswith("sample,family,missing,posterior,with\n")


def test_explain__a_file_that_is_no_joint_solution_ends_with_1(run, case_folder, tmp_path):
    (tmp_path / "other.json").write_text("{}", "utf-8")
    ended = run("explain", case_folder, "--assignment", tmp_path / "other.json", *ON)
    assert ended.code == 1
    assert "no joint.json" in ended.err


def test_explain__without_a_pair_or_an_assignment_is_usage(run, case_folder):
    ended = run("explain", case_folder, "--family", "F01")
    assert ended.code == 2
    assert "--assignment" in ended.err


def test_explain__unknown_codes_end_with_1(run, case_folder):
    ended = run("explain", case_folder, "--family", "F99", "--missing", "X", "--sample", "Y", *ON)
    assert ended.code == 1
    assert "no family 'F99'" in ended.err


def case_json(**changes: object) -> dict[str, object]:
    """Child 1/1, tested father 1/1, mother untyped, p = 0.1: LR = 10."""
    members = [
        {"id": "AF", "father": None, "mother": None, "sex": "male"},
        {"id": "CH", "father": "AF", "mother": None, "sex": "female"},
    ]
    return {
        "id": "basic-duo",
        "markers": [
            {"name": "M", "chromosome": "A", "alleles": ["1", "2"], "frequencies": [0.1, 0.9], "mutation": None}
        ],
        "theta": 0,
        "founder_inbreeding": {},
        "linkage": None,
        "pedigrees": {"H1": members, "H2": [members[0], {**members[1], "father": None}]},
        "genotypes": {"AF": {"M": ["1", "1"]}, "CH": {"M": ["1", "1"]}},
        "expected": {
            "log_likelihood": {"H1": {"M": -6.907755278982137}, "H2": {"M": -9.210340371976182}},
            "log_LR": {"M": 2.302585092994046},
            "log_LR_total": 2.302585092994046,
        },
    } | changes


def written(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content), "utf-8")
    return path


def test_lr__a_case_in_json(run, tmp_path):
    ended = run("lr", written(tmp_path / "case.json", case_json()))
    assert ended.code == 0
    assert "1.000000" in ended.out
    assert re.search(r"total .* 10 ", ended.out)


def test_lr__of_data_that_are_impossible_under_both_hypotheses_is_not_defined_and_ends_with_3(run, tmp_path):
    """The mother 2/2 of a child 1/1 is its mother under both."""
    mother = {"id": "MO", "father": None, "mother": None, "sex": "female"}
    child = {"id": "CH", "father": "AF", "mother": "MO", "sex": "female"}
    father = {"id": "AF", "father": None, "mother": None, "sex": "male"}
    pedigrees = {"H1": [father, mother, child], "H2": [father, mother, {**child, "father": None}]}
    typed = {"AF": {"M": ["1", "1"]}, "MO": {"M": ["2", "2"]}, "CH": {"M": ["1", "1"]}}
    ended = run("lr", written(tmp_path / "case.json", case_json(pedigrees=pedigrees, genotypes=typed)))
    assert ended.code == 3
    assert "not defined" in ended.out
    assert "nan" not in ended.out


def test_lr__a_familias_file(run, shared):
    ended = run("lr", shared / "data" / "familias" / "paternity.fam")
    assert ended.code == 0
    assert "total" in ended.out


def test_lr__a_list_of_cases_is_refused_and_nothing_is_computed(run, tmp_path):
    ended = run("lr", written(tmp_path / "pairs.json", [case_json(id="A x B"), case_json(id="A x C")]))
    assert (ended.code, ended.out) == (1, "")
    assert "pairs.json: 2 cases; expected one case a call" in ended.err


def test_lr__a_list_of_one_case_is_that_case(run, tmp_path):
    ended = run("lr", written(tmp_path / "case.json", [case_json()]))
    assert ended.code == 0
    assert re.search(r"total .* 10 ", ended.out)


def test_lr__donors_in_pairs_are_refused(run, shared):
    ended = run("lr", shared / "attacks" / "lr-bulk-donor-pairs.json")
    assert (ended.code, ended.out) == (1, "")
    assert "435 cases" in ended.err


def test_lr__without_two_hypotheses_is_refused(run, tmp_path):
    only = case_json()
    only["pedigrees"] = {"H1": only["pedigrees"]["H1"]}  # type: ignore[index]
    ended = run("lr", written(tmp_path / "case.json", only))
    assert ended.code == 1
    assert "H1 and H2" in ended.err


def test_validate__agreement_ends_with_0(run, tmp_path):
    ended = run("validate", written(tmp_path / "basic.json", [case_json()]))
    assert ended.code == 0
    assert "agrees" in ended.out


def test_validate__a_tampered_value_ends_with_1(run, tmp_path):
    tampered = json.loads(json.dumps(case_json()).replace("-6.907755278982137", "-6.907755288982137"))
    ended = run("validate", written(tmp_path / "basic.json", [case_json(), tampered]))
    assert ended.code == 1
    assert "DIFFERS" in ended.out


def test_validate__a_case_that_is_too_large_ends_with_3(run, tmp_path):
    ended = run("validate", written(tmp_path / "large.json", siblings_case(12)))
    assert ended.code == 3
    assert "not supported yet: 4,194,304 inheritance patterns at each marker" in re.sub(r"\s+", " ", ended.out)


def test_validate__a_difference_outranks_what_is_not_computed(run, tmp_path):
    tampered = json.loads(json.dumps(case_json()).replace("-6.907755278982137", "-6.9"))
    large = written(tmp_path / "large.json", siblings_case(12))
    assert run("validate", large, written(tmp_path / "basic.json", tampered)).code == 1


def test_validate__a_table_beside_the_cases_is_named_not_skipped(run, tmp_path):
    beside = written(tmp_path / "summary.json", {"basic": {"largest": 1e-15}})
    cases = written(tmp_path / "basic.json", [case_json()])
    ended = run("validate", beside, cases)
    assert ended.code == 0
    assert "no cases in this file" in re.sub(r"[\s│]+", " ", ended.out)
    assert run("validate", beside).code == 1
