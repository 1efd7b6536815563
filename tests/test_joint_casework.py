"""Joint identification end to end: validation, calibration, words, files."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import re
from pathlib import Path

from antigone.casework.joint import joint_incident
from antigone.casework.validate import validate_files
from antigone.engine.joint_incidents import Disaster, simulate_disaster
from antigone.formats.frequencies import nist1036
from antigone.model.case import DEFAULT_MUTATION, SearchSettings
from antigone.model.joint_result import JointPrior, JointResult
from antigone.report.joint import joint_csv, joint_json, render_joint

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
