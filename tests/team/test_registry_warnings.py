"""What stands before a proposal and a confirmation, and that nobody gets past it without a tick and a word."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import deciding
import pytest
from registry_team import INCIDENT, NOON, agree_on_model, candidate, small_incident

from antigone.errors import Conflict, InputError
from antigone.model.results.search import RelativeAlternative, SensitivityPoint
from antigone.team.incidents.importing import import_incident
from antigone.team.keeping.auditing import read_audit
from antigone.team.review.candidates import read_candidate
from antigone.team.review.reviewing import confirm, declare_parts, propose, reject
from antigone.team.review.ruling import agree_to_exception
from antigone.team.review.warnings import warnings_of
from antigone.team.review.working_out import work_out
from antigone.team.runs.searching import search
from antigone.team.views import CandidateView, JointOfPair


@pytest.fixture
def view(after_search) -> CandidateView:
    """A candidate of one run without any warning: its relative, a full sibling, is taken away."""
    found = read_candidate(after_search["reviewer"], candidate(after_search, "PM1", "F1").id)
    assert found.candidate is not None
    return replace(found, candidate=replace(found.candidate, relatives=()))


def with_evidence(view: CandidateView, **changed) -> CandidateView:
    assert view.candidate is not None
    return replace(view, candidate=replace(view.candidate, **changed))


def warned(view: CandidateView, joint: JointOfPair | None = None) -> dict[str, str]:
    return {one.code: one.words for one in warnings_of(view, joint)}


def joint_of(view: CandidateView, posterior: float | None) -> JointOfPair:
    assert view.run.result is not None
    prior = view.run.result.prior_reason
    return JointOfPair(1, NOON.date(), posterior, 1e-4, None, "exact", 0.5, 0.0, prior)


def test_warnings__none_stand_where_nothing_speaks_against_it(view):
    assert warned(view) == warned(view, joint_of(view, 0.999999)) == {}
    assert warned(replace(view, candidate=None)) == {}


def test_warnings__a_close_relative_as_likely_or_nearly(view):
    relatives = (RelativeAlternative("father", 0.99), RelativeAlternative("full sibling", -2.0))
    clear = RelativeAlternative("child", 1.01)
    found = warned(with_evidence(view, relatives=(*relatives, clear)))
    assert found == {"close relative": "a close relative of MP is as likely, or nearly (full sibling and father)"}
    assert warned(with_evidence(view, relatives=(clear,))) == {}


def test_warnings__rivals_but_not_parts_of_the_same_person(after_search):
    reviewer, line = after_search["reviewer"], candidate(after_search, "PM2", "F2")
    assert warned(read_candidate(reviewer, line.id))["rivals"].startswith("1 rival of this search")
    declare_parts(after_search["geneticist"], INCIDENT, "PM2", "PM3", reason="joined at the fracture")
    assert "rivals" not in warned(read_candidate(reviewer, line.id))


def test_warnings__one_donor_alone(view):
    family = replace(view.family, donors=view.family.donors[:1])
    assert warned(replace(view, family=family)) == {"one donor": "it rests on one donor only (FA)"}


def test_warnings__an_assumption_that_moves_it_below_the_threshold(view):
    """The threshold of the search is 1000."""
    points = [SensitivityPoint("theta", "0.03", 2.5), SensitivityPoint("theta", "0.01", 3.0)]
    lower = SensitivityPoint("drop-out", "0.2", -1.0)
    found = warned(with_evidence(view, sensitivity=(*points, lower)))["assumptions"]
    assert found == "it falls below the threshold with theta 0.03 and drop-out 0.2, down to a log10 LR of −1.00"
    assert warned(with_evidence(view, sensitivity=points[1:])) == {}


@pytest.mark.parametrize(
    ("alone", "together", "alarms"),
    [
        (0.9999999, 0.096, True),
        (0.9999999, None, True),
        (1.0, 0.98, True),
        (0.9999999, 0.991, False),
        (0.5, 0.4, False),
        (0.5, 0.09, True),
        (0.3, 0.9, False),
        (0.0, 0.0, False),
    ],
)
def test_warnings__the_joint_solution_disagrees(view, alone, together, alarms):
    found = warned(with_evidence(view, posterior=alone), joint_of(view, together))
    assert set(found) == ({"joint"} if alarms else set())


def test_propose__without_a_tick_and_a_word_for_each_warning_is_refused(after_search):
    geneticist, line = after_search["geneticist"], candidate(after_search, "PM2", "F2")
    given: dict[str, Any] = {"version": 0, "reason": "all agree", "candidate": line.id}
    with pytest.raises(InputError, match=r"^2 warnings without a tick and a word \('close relative': .*; 'rivals': "):
        propose(geneticist, line.pairing, **given)
    with pytest.raises(InputError, match=r"^1 warning .*'rivals'"):
        propose(geneticist, line.pairing, **given, seen={"close relative": "none is missing", "rivals": "  "})
    assert read_candidate(geneticist, line.id).line.state == "open"
    seen = {"close relative": "none is missing", "rivals": "PM3 is of the same grave", "one donor": "not so"}
    assert propose(geneticist, line.pairing, **given, seen=seen).state == "proposed"
    (decision,) = read_candidate(geneticist, line.id).decisions
    assert decision.reason.startswith("all agree Warned that a close relative of MP")
    assert decision.reason.endswith("together with it: PM3 is of the same grave.")
    written = json.loads(read_audit(after_search["auditor"], action="propose").rows[0].subject)
    assert written["warnings"] == ["close relative", "rivals"]


def test_confirm__has_its_own_ticks(after_search):
    line = candidate(after_search, "PM1", "F1")
    deciding.propose(after_search["geneticist"], line.pairing, version=0, reason="it fits", candidate=line.id)
    with pytest.raises(InputError, match="'close relative'"):
        confirm(after_search["reviewer"], line.pairing, version=1, reason="so do I")
    assert reject(after_search["reviewer"], line.pairing, version=1, reason="no").state == "rejected"


def test_confirm__needs_a_candidate_that_is_worked_out_in_full(team, monkeypatch):
    monkeypatch.setattr("antigone.casework.pairs.candidates.MOST_SENSITIVE", 0)
    import_incident(team["registrar"], INCIDENT, small_incident())
    agree_on_model(team)
    search(team["geneticist"], INCIDENT)
    line = candidate(team, "PM1", "F1")
    given: dict[str, Any] = {"version": 0, "reason": "it fits", "candidate": line.id, "exception": "no time"}
    deciding.propose(team["geneticist"], line.pairing, **given)
    agree_to_exception(team["second geneticist"], line.id, reason="as it is")
    with pytest.raises(Conflict, match="not worked out in full"):
        deciding.confirm(team["reviewer"], line.pairing, version=1, reason="so do I")
    work_out(team["reviewer"], line.id)
    assert deciding.confirm(team["reviewer"], line.pairing, version=1, reason="so do I").state == "confirmed"
