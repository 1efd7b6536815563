"""Joint identification end to end: validation, calibration, words, files."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import math
import re
from dataclasses import replace
from pathlib import Path

from antigone.casework.joint import joint_incident
from antigone.casework.validate import validate_files
from antigone.engine.joint_incidents import Disaster, simulate_disaster
from antigone.formats.frequencies import nist1036
from antigone.model.case import DEFAULT_MUTATION, SearchSettings
from antigone.model.circumstances import Interval, MissingCircumstances, UnidentifiedCircumstances
from antigone.model.evidence import FurtherEvidence
from antigone.model.joint_result import JointPrior, JointResult
from antigone.model.observation import ObservationRates
from antigone.report.joint import joint_csv, joint_json, render_joint
from antigone.search import joint_posterior

FORBIDDEN = re.compile(r"\bmatch|(?<!un)identified\b|\bsuspect", re.IGNORECASE)
ROOT = Path(__file__).resolve().parents[1]


def solve(seed: int = 3) -> tuple[JointResult, object, object]:
    tables = [table for table in nist1036() if "pooled" not in table.population][:1]
    size = Disaster(families=4, unreported=1, kinds=(1, 0, 2))
    incident, truth = simulate_disaster(
        size, tables=tables, seed=seed, settings=SearchSettings(mutation=DEFAULT_MUTATION)
    )
    result = joint_incident(
        incident, today=dt.date(2025, 6, 1), created="2025-06-01T00:00:00+00:00", command="test", prior=JointPrior()
    )
    return result, incident, truth


def test_joint_incident__proposes_the_truth_and_names_siblings_alike() -> None:
    result, _, truth = solve()
    assert result.exact
    for conclusion in result.conclusions:
        identity = truth.identities[conclusion.unidentified]  # type: ignore[attr-defined]
        if identity is None:
            assert conclusion.family is None
        else:
            assert (conclusion.family, identity[1] in conclusion.missing) == (identity[0], True)
    assert any(group.reason == "full siblings" for group in result.symmetric)


def test_joint_files__say_nothing_that_decides() -> None:
    result, incident, _ = solve()
    page = render_joint(result, incident)  # type: ignore[arg-type]
    text = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    assert not FORBIDDEN.search(text)
    assert json.loads(joint_json(result))["exact"] is True
    assert joint_csv(result).count("\n") > len(result.conclusions)


def test_joint_incident__proposes_nobody_for_a_place_on_which_nothing_bears() -> None:
    from antigone.casework.demo import simulated_incident

    incident, _ = simulated_incident(families=8, unidentified=12, seed=3)
    result = joint_incident(incident, today=dt.date(2025, 9, 1), created="2025-09-01T00:00:00+00:00", command="test")
    unseen = {*result.no_data, ("F07", "F07-MP1")}
    assert unseen & {(family, missing) for _, family, missing in result.assignments[0].pairs}
    assert not unseen & {(c.family, missing) for c in result.conclusions for missing in c.missing}
    for answer in result.families:
        assert not unseen & {(answer.family, missing) for missing in answer.proposed}
    sentences = [sentence for c in result.conclusions for sentence in c.sentences]
    assert any("the samples do not decide it" in sentence for sentence in sentences)


def test_joint_incident__a_family_whose_references_were_left_out_is_not_told_from_others() -> None:
    from antigone.casework.demo import simulated_incident

    incident, truth = simulated_incident(families=8, unidentified=12, seed=3)
    [(family, donor)] = truth.misattributed
    assert family == "F07"
    result = joint_incident(incident, today=dt.date(2025, 9, 1), created="2025-09-01T00:00:00+00:00", command="test")
    assert family not in {code for code, _ in result.no_data}
    told = [s for answer in result.families if answer.family == family for s in answer.sentences]
    told += [s for c in result.conclusions for s in c.sentences if f"family {family}" in s or f"{family}-" in s]
    assert told
    assert not [s for s in told if "reference" in s or "blood relative" in s or donor in s]


def test_joint_incident__says_that_drop_out_takes_no_part() -> None:
    _, incident, _ = solve()
    rates = replace(incident.settings, observation=ObservationRates(dropout=0.02))  # type: ignore[attr-defined]
    result = joint_incident(
        replace(incident, settings=rates),  # type: ignore[arg-type, type-var]
        today=dt.date(2025, 6, 1), created="2025-06-01T00:00:00+00:00", command="test",
    )  # fmt: skip
    assert any("drop-out" in notice for notice in result.notices)


def test_joint_files__say_which_generalised_lrs_are_bounds(monkeypatch) -> None:
    """The same incident with rows left out: bounds, marked in every file, never above the exact value."""
    exact, _, _ = solve()
    answers = iter([False])
    monkeypatch.setattr(joint_posterior, "_fits", lambda components: next(answers, True))
    monkeypatch.setattr(joint_posterior, "CUTS", (-20.0,))
    result, incident, _ = solve()
    assert not result.exact
    assert result.log10_left_out > -math.inf
    whole = {(p.unidentified, p.family, p.missing): p.log10_glr or math.inf for p in exact.pairings}
    bounds = [p for p in result.pairings if p.glr_kind == "at least"]
    assert bounds
    for p in bounds:
        assert (p.log10_glr or 0.0) <= whole[p.unidentified, p.family, p.missing] + 1e-9
    assert {p["glr_kind"] for p in json.loads(joint_json(result))["pairings"]} == {p.glr_kind for p in result.pairings}
    assert ",at least," in joint_csv(result)
    page = render_joint(result, incident)  # type: ignore[arg-type]
    assert re.search(r"at least [0-9.]+</td>", page)
    assert "a bound, because assignments left out could change the value" in page
    assert "at least" not in joint_csv(exact)


def test_validation__joint_cases_agree(shared: Path) -> None:
    checks = validate_files([shared / "validation" / "dvi_joint.json", shared / "published" / "fire.json"])
    assert [check for check in checks if not check.passed] == []


def test_posteriors__are_calibrated() -> None:
    spec = importlib.util.spec_from_file_location("joint_calibration", ROOT / "benchmarks" / "joint_calibration.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for row in module.calibrate(80, seed=2):
        if row["pairings"] >= 5:
            assert abs(row["true"] - row["mean"]) <= 3.5 * row["error"] + 0.01


def test_joint_incident__age_decides_between_siblings_whom_the_markers_cannot_tell_apart() -> None:
    result, incident, _ = solve()
    group = next(group for group in result.symmetric if group.reason == "full siblings")
    (young, old), person = group.missing[:2], group.unidentified[0]
    ages = {(group.family, young): (5.0, 8.0), (group.family, old): (60.0, 70.0)}
    further = FurtherEvidence(
        missing={place: MissingCircumstances(age=Interval(*age)) for place, age in ages.items()},
        unidentified={person: UnidentifiedCircumstances(age=Interval(55.0, 75.0))},
    )
    told = joint_incident(
        replace(incident, further=further),  # type: ignore[arg-type, type-var]
        today=dt.date(2025, 6, 1), created="2025-06-01T00:00:00+00:00", command="test", prior=JointPrior(),
    )  # fmt: skip

    def share(of: JointResult, missing: str) -> float:
        return sum(
            p.posterior for p in of.pairings if (p.unidentified, p.family, p.missing) == (person, group.family, missing)
        )

    assert math.isclose(share(result, young), share(result, old), rel_tol=1e-6)
    assert share(told, old) > 0.9 > 0.1 > share(told, young)
    assert any("prior odds" in notice for notice in told.notices)
