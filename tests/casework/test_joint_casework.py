"""Joint identification end to end: validation, calibration, words, files."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import math
import re
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from antigone.casework.incident.prepare import prepare
from antigone.casework.joint.explain import explain_assignment
from antigone.casework.joint.solve import joint_incident
from antigone.casework.validation.validate import validate_files
from antigone.engine.sums.likelihood import log_likelihood
from antigone.formats.frequencies import nist1036
from antigone.model.assumptions.circumstances import Interval, MissingCircumstances, SexRates, UnidentifiedCircumstances
from antigone.model.assumptions.frequency import FrequencyRule, FrequencyTable
from antigone.model.assumptions.observation import ObservationRates
from antigone.model.incident.consent import Consent
from antigone.model.incident.evidence import FurtherEvidence
from antigone.model.incident.incident import Donor, Family, Incident, UnidentifiedPerson
from antigone.model.incident.settings import DEFAULT_MUTATION, SearchSettings
from antigone.model.pedigree import Individual, Pedigree, Sex
from antigone.model.profile import Profile
from antigone.model.results.joint import JointPrior, JointResult
from antigone.report.pages.joint import joint_csv, joint_json, render_joint
from antigone.report.words.statements import say_all
from antigone.search.joint import posterior as joint_posterior
from antigone.search.remains.readings import observe_profile
from antigone.simulation.disaster import Disaster, simulate_disaster

FORBIDDEN = re.compile(r"\bmatch|(?<!un)identified\b|\bsuspect", re.IGNORECASE)
ROOT = Path(__file__).resolve().parents[2]


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


def test_joint_incident__with_rates_of_the_sex_a_contradiction_lowers_the_weight_and_excludes_nobody(
    tmp_path: Path,
) -> None:
    """One sample shows the other sex. Without `[sex]` it cannot be where it belongs, with it that is still proposed."""
    tables = [table for table in nist1036() if "pooled" not in table.population][:1]
    size = Disaster(families=2, unreported=0, kinds=(1, 0, 0))
    incident, truth = simulate_disaster(size, tables=tables, seed=4, settings=SearchSettings(mutation=DEFAULT_MUTATION))
    first = incident.unidentified[0]
    turned = replace(first, sex="male" if first.sex == "female" else "female")
    incident = replace(incident, unidentified=(turned, *incident.unidentified[1:]))
    stated = replace(incident, further=FurtherEvidence(sex=SexRates(0.01)))
    without, within = (
        joint_incident(one, today=dt.date(2025, 6, 1), created="2025-06-01T00:00:00+00:00", command="test")
        for one in (incident, stated)
    )
    assert not any(pair[0] == first.code for pair in without.assignments[0].pairs)
    [pair] = [pair for pair in within.assignments[0].pairs if pair[0] == first.code]
    assert pair[1:] == truth.identities[first.code]
    assert any("what the sex of the sample says" in words for words in say_all(within.assumptions))
    assert within.assignments_possible > without.assignments_possible
    (tmp_path / "joint.json").write_text(joint_json(within), encoding="utf-8")
    explained = explain_assignment(stated, tmp_path / "joint.json", today=dt.date(2025, 6, 1))
    [family] = [family for family in explained.families if family.family == pair[1]]
    [by_marker] = family.log10_by_marker.values()
    others = len(family.pairs) - 1
    assert by_marker["sex"] == pytest.approx(math.log10(0.02) + others * math.log10(1.98))


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


@pytest.mark.slow
def test_joint_incident__proposes_nobody_for_a_place_on_which_nothing_bears() -> None:
    from antigone.casework.validation.demo import simulated_incident

    incident, _ = simulated_incident(families=8, unidentified=12, seed=3)
    result = joint_incident(incident, today=dt.date(2025, 9, 1), created="2025-09-01T00:00:00+00:00", command="test")
    unseen = {*result.no_data, ("F07", "F07-MP1")}
    assert unseen & {(family, missing) for _, family, missing in result.assignments[0].pairs}
    assert not unseen & {(c.family, missing) for c in result.conclusions for missing in c.missing}
    for answer in result.families:
        assert not unseen & {(answer.family, missing) for missing in answer.proposed}
    by_chance = {code for code, family, missing in result.assignments[0].pairs if (family, missing) in unseen}
    for conclusion in (c for c in result.conclusions if c.unidentified in by_chance):
        assert conclusion.family is None
        assert say_all(conclusion.sentences)[0].startswith(f"No place is proposed for {conclusion.unidentified}; ")


DXS = {"10": 0.2, "11": 0.3, "12": 0.5}
RATES = {"PM1": ObservationRates(0.3, 0.02, 0.001), "PM2": None, "PM3": ObservationRates(0.1)}
EVIDENCE: dict[str, dict[str, tuple[str, str]]] = {
    "GM": {"A1": ("8", "9"), "DXS1": ("10", "11")},
    "MO": {"A1": ("8", "8"), "DXS1": ("11", "12")},
    "PM1": {"A1": ("8", "8"), "DXS1": ("10", "10")},
    "PM2": {"A1": ("8", "9"), "DXS1": ("11", "11")},
    "PM3": {"A1": ("9", "9"), "DXS1": ("10", "12")},
}


def grandchildren() -> Incident:
    """A paternal grandmother and a mother miss a girl, a boy and their father; three samples, two of them degraded."""
    pedigree = Pedigree.of(
        ("GM", "female"), ("FA", "male", None, "GM"), ("MO", "female"), ("M1", "female", "FA", "MO"),
        ("M2", "male", "FA", "MO"),
    )  # fmt: skip
    given_on = Consent("C", dt.date(2024, 1, 1))
    donors = tuple(Donor(m, Profile(m, EVIDENCE[m]), given_on) for m in ("GM", "MO"))
    table = FrequencyTable(
        "P", {"A1": {"8": 0.4, "9": 0.6}, "DXS1": DXS}, {"A1": 400, "DXS1": 400}, x_markers=frozenset({"DXS1"})
    )
    sexes: dict[str, Sex] = {"PM1": "female", "PM2": "male", "PM3": "unknown"}
    persons = tuple(
        UnidentifiedPerson(code, Profile(code, EVIDENCE[code]), sex, rates=RATES[code]) for code, sex in sexes.items()
    )
    settings = SearchSettings(mutation=DEFAULT_MUTATION, rule=FrequencyRule(0, 0), theta=0.01)
    families = (Family("F1", pedigree, ("FA", "M1", "M2"), donors),)
    return Incident("Grandchildren", persons, families, (table,), settings)


def solve_grandchildren(prior: JointPrior) -> JointResult:
    return joint_incident(
        grandchildren(), today=dt.date(2025, 6, 1), created="2025-06-01T00:00:00+00:00", command="test", prior=prior,
        count=100,
    )  # fmt: skip


def brute_force() -> dict[tuple[tuple[str, str, str], ...], float]:
    """Every assignment and its likelihood ratio: one engine call for both chromosomes, person by person."""
    ready = prepare(grandchildren(), today=dt.date(2025, 6, 1))
    autosomal, on_x = ready.populations["P"]
    family, persons = ready.families[0], {person.code: person for person in ready.persons}
    places: dict[str, list[str | None]] = {"FA": [None, "PM2", "PM3"], "M1": [None, "PM1", "PM3"]}
    places["M2"] = places["FA"]
    found = {}
    for row in product(*places.values()):
        who = {code: member for member, code in zip(places, row, strict=True) if code}
        if len(who) != sum(code is not None for code in row):
            continue
        weight = 0.0
        for marker in (autosomal, on_x):
            known = {c: m for c, m in who.items() if marker is autosomal or persons[c].sex != "unknown"}
            logs = []
            for names in (known, {c: f"unrelated {c}" for c in known}):
                strangers = (Individual(f"unrelated {c}", persons[c].sex) for c in known)
                pedigree = Pedigree((*family.declared.pedigree, *(strangers if names is not known else ())))
                soft = {c: m for c, m in names.items() if RATES[c]}
                seen = {
                    m: observe_profile(persons[c], [marker], observation=ready.incident.settings.observation)
                    for c, m in soft.items()
                }
                typed = {m: persons[c].profile for c, m in names.items() if c not in soft}
                typed |= family.declared.references
                logs.append(log_likelihood(pedigree, typed, marker, theta=0.01, observations=seen))
            weight += logs[0] - logs[1]
        found[tuple(sorted((code, "F1", member) for code, member in who.items()))] = math.exp(weight)
    return found


def test_joint_incident__with_x_and_drop_out_is_the_sum_over_all_assignments() -> None:
    result, expected = solve_grandchildren(JointPrior("odds", 0.3)), brute_force()
    weighed = {pairs: weight * 0.3 ** len(pairs) for pairs, weight in expected.items()}
    total = math.fsum(weighed.values())
    assert {one.pairs for one in result.assignments} == {pairs for pairs, weight in weighed.items() if weight > 0}
    for one in result.assignments:
        assert 10**one.log10_weight == pytest.approx(weighed[one.pairs], rel=1e-9)
        assert one.posterior == pytest.approx(weighed[one.pairs] / total, rel=1e-9)
    for pairing in result.pairings:
        pair = (pairing.unidentified, pairing.family, pairing.missing)
        within = [weight for pairs, weight in weighed.items() if pair in pairs]
        without = [weight for pairs, weight in weighed.items() if pair not in pairs]
        assert pairing.posterior == pytest.approx(math.fsum(within) / total, rel=1e-9)
        assert pairing.log10_glr == pytest.approx(math.log10(max(within) / max(without)), abs=1e-9)


def test_explain_assignment__with_x_and_drop_out_adds_up_to_the_weight(tmp_path: Path) -> None:
    result = solve_grandchildren(JointPrior())
    path = tmp_path / "joint.json"
    path.write_text(joint_json(result), encoding="utf-8")
    explained = explain_assignment(grandchildren(), path, today=dt.date(2025, 6, 1))
    [family] = explained.families
    assert set(family.log10_by_marker["P"]) == {"A1", "DXS1"}
    total = sum(family.log10_by_marker["P"].values())
    assert total == pytest.approx(result.assignments[0].log10_weight, abs=1e-9)


def test_joint_incident__says_how_samples_were_read_and_that_x_takes_part() -> None:
    result = solve_grandchildren(JointPrior())
    words = " ".join(say_all(result.assumptions))
    assert "2 of 3 unidentified persons are seen through the stated rates" in words
    assert "1 X-chromosomal markers take part" in words
    assert not any("no part" in notice for notice in say_all(result.notices))


@pytest.mark.slow
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


@pytest.mark.slow
def test_validation__joint_cases_agree(shared: Path) -> None:
    checks = validate_files([shared / "validation" / "dvi_joint.json", shared / "published" / "fire.json"])
    assert [check for check in checks if not check.passed] == []


@pytest.mark.slow
def test_posteriors__are_calibrated() -> None:
    spec = importlib.util.spec_from_file_location("joint_calibration", ROOT / "benchmarks" / "joint_calibration.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for row in module.calibrate(80, seed=2):
        if row["pairings"] >= 5:
            assert abs(row["true"] - row["mean"]) <= 3.5 * row["error"] + 0.01


@pytest.mark.slow
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
    assert any("prior odds" in notice for notice in say_all(told.notices))
