"""The power of the families of an incident: exact, by marker as it is typed, and silent about what was found."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from small_search import COUPLE, DAY, NAMES, donor, incident
from typer.testing import CliRunner

from antigone.casework.incident.prepare import prepare
from antigone.casework.power import families
from antigone.casework.power.families import PowerChoices, power_of_incident
from antigone.cli.application import app
from antigone.errors import InputError, ModelError
from antigone.formats.casefolder.writer import write_case_folder
from antigone.model.incident.incident import Family, Incident
from antigone.model.results.power import PowerAnswer
from antigone.search.power.distribution import LrDistribution
from antigone.search.power.outcomes import outcomes_of
from antigone.search.power.question import PowerQuestion


def asked(of: Incident, **choices: object) -> PowerAnswer:
    return power_of_incident(prepare(of, today=DAY), PowerChoices(**choices))  # type: ignore[arg-type]


def markers_of(of: Incident):
    return next(iter(prepare(of, today=DAY).populations.values()))


def test_typed__is_the_distribution_given_what_was_found():
    of = incident()
    [step] = asked(of, family="F1", missing="MP", basis="typed", threshold=20.0, candidates=()).steps[:1]
    typed = {one.member: one.profile for one in of.families[0].donors}
    question = PowerQuestion(of.families[0].pedigree, "MP", typed)
    expected = LrDistribution(tuple(outcomes_of(question, marker) for marker in markers_of(of)))
    assert step.new == ()
    assert step.expected_log10_lr == pytest.approx(expected.expected_log10, abs=1e-12)
    exact = expected.inclusion_power(20.0)
    assert step.inclusion.low <= exact.high
    assert exact.low <= step.inclusion.high


def test_declared__rests_on_the_markers_that_each_donor_is_typed_at():
    """Husband and child of F2 are typed at A and B alone; C and D add nothing."""
    of = incident()
    [step] = asked(of, family="F2", missing="MP", candidates=()).steps[:1]
    question = PowerQuestion(COUPLE, "MP", new=("HUS", "CH"))
    both = [outcomes_of(question, marker) for marker in markers_of(of) if marker.name in NAMES[:2]]
    assert step.expected_log10_lr == pytest.approx(sum(one.expected_log10 for one in both), abs=1e-12)
    assert step.inclusion.standard_error == 0


def test_declared__is_the_same_whatever_the_donors_show():
    """PURPOSE 6: an answer that others may see tells nothing of what was found in anybody."""
    of = incident()
    other = donor("CH", ("10", "10"), ("10", "10"))
    changed = replace(of, families=(of.families[0], Family("F2", COUPLE, ("MP",), (of.families[1].donors[0], other))))
    for threshold in (5.0, 20.0):
        assert asked(of, threshold=threshold) == asked(changed, threshold=threshold)
    assert asked(of, basis="typed") != asked(changed, basis="typed")


@pytest.mark.slow
def test_declared__where_sums_are_too_large_is_simulated_with_its_error(monkeypatch):
    [exact] = asked(incident(), family="F1", missing="MP", threshold=5.0).steps[:1]
    monkeypatch.setattr(families, "MOST_OUTCOMES", 1)
    monkeypatch.setattr(families, "DRAWS", 300)
    [drawn] = asked(incident(), family="F1", missing="MP", threshold=5.0).steps[:1]
    assert drawn.inclusion.standard_error > 0
    assert abs(drawn.inclusion.low - exact.inclusion.low) < 5 * drawn.inclusion.standard_error


@pytest.mark.slow
def test_candidates__are_everybody_untyped_and_the_most_useful_comes_first():
    steps = asked(incident(), family="F1").steps
    assert [step.new for step in steps] == [(), ("SIS",)]
    assert asked(incident(), family="F2").steps[0].new == ()
    assert [step.family for step in asked(incident()).steps] == ["F1", "F2"]
    loses = steps[0].expected_log10_lr - steps[1].expected_log10_lr
    assert loses < 5 * steps[1].expected_error, "a further relative never makes less known"
    further = asked(incident(), family="F1", basis="typed").steps
    assert further[1].expected_log10_lr >= further[0].expected_log10_lr - 1e-9
    assert further[1].expected_error == 0


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"family": "F9"}, "no family 'F9'"),
        ({"family": "F1", "missing": "SIS"}, "no missing person 'SIS'"),
        ({"missing": "MP"}, "without a family"),
        ({"threshold": 0.0}, "expected an LR above 0"),
        ({"population": "east"}, "no population 'east'"),
        ({"family": "F1", "candidates": ("FA",)}, "typed already"),
        ({"family": "F1", "candidates": ("XX",)}, "no member XX"),
    ],
)
def test_questions__are_refused_in_words(choices, words):
    with pytest.raises((InputError, ModelError), match=words):
        asked(incident(), **choices)


@pytest.mark.slow
def test_command__prints_a_table_or_json(tmp_path):
    write_case_folder(incident(), tmp_path / "case")
    given = ["power", str(tmp_path / "case"), "--family", "F1", "--threshold", "20", "--on", DAY.isoformat()]
    shown = CliRunner().invoke(app, given, env={"COLUMNS": "200"})
    assert shown.exit_code == 0, shown.output
    assert "(as it is)" in shown.output
    assert "it tells nothing of what was found in anybody" in shown.output
    told = json.loads(CliRunner().invoke(app, [*given, "--json"]).output)
    assert [step["new"] for step in told["steps"]] == [[], ["SIS"]]
    assert told["basis"] == "declared"
    secret = CliRunner().invoke(app, [*given, "--given"], env={"COLUMNS": "200"})
    assert "for the responsible geneticist alone" in secret.output
