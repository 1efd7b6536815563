"""The rule of evidence in a registry: what may be proposed, and exceptions with three names."""

from __future__ import annotations

from dataclasses import replace

import pytest
from deciding import confirm, propose
from registry_team import IDENTIFY, INCIDENT, Team, candidate, parents, small_incident, typed

from antigone.errors import Conflict, Forbidden, InputError
from antigone.model.assumptions.evidence_rule import failed
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.team.incidents.importing import import_incident
from antigone.team.keeping.auditing import read_audit
from antigone.team.review.ruling import agree_to_exception, judge_candidate
from antigone.team.runs.searching import search


@pytest.fixture
def one_mother(team_at_work: Team) -> Team:
    """After a search: PM6 is the missing child of F5, of whom the mother alone may be used."""
    incident = small_incident()
    family = parents("F5", 5, None, IDENTIFY)
    person = UnidentifiedPerson("PM6", typed("PM6", 5, 0, 2))
    more = replace(incident, unidentified=(*incident.unidentified, person), families=(*incident.families, family))
    import_incident(team_at_work["registrar"], INCIDENT, more)
    search(team_at_work["geneticist"], INCIDENT)
    return team_at_work


def try_to_propose(team: Team, person: str, family: str, *, exception: str = "") -> int:
    line = candidate(team, person, family)
    why = "all agree"
    propose(team["geneticist"], line.pairing, version=0, reason=why, candidate=line.id, exception=exception)
    return line.id


def state(team: Team) -> str:
    return candidate(team, "PM6", "F5").state


def test_rule__is_met_by_a_child_of_two_typed_parents(after_search):
    ruling = judge_candidate(after_search["geneticist"], candidate(after_search, "PM1", "F1").id)
    assert [(one.letter, one.holds) for one in ruling.conditions] == [(letter, True) for letter in "abcde"]
    try_to_propose(after_search, "PM1", "F1")
    assert candidate(after_search, "PM1", "F1").state == "proposed"


def test_rule__one_donor_is_refused_with_the_letters_and_changes_nothing(one_mother):
    with pytest.raises(Conflict, match=r"rule of evidence 1: .*\(b\) fewer than two donors"):
        try_to_propose(one_mother, "PM6", "F5")
    assert state(one_mother) == "open"


def test_rule__names_the_donors_that_bear_on_it_to_the_geneticist_of_the_search_alone(after_search):
    number = candidate(after_search, "PM4", "F3").id
    found = {who: judge_candidate(after_search[who], number).conditions[1].found for who in ("geneticist", "reviewer")}
    assert found["geneticist"] is not None
    assert found["geneticist"].values["donors"] == ("FA", "MO")  # SI, who does not fit, is not among them
    assert found["reviewer"] is None


def test_exception__needs_a_third_person_before_it_is_confirmed(one_mother):
    number = try_to_propose(one_mother, "PM6", "F5", exception="the mother is the only one who lives")
    line = candidate(one_mother, "PM6", "F5")
    with pytest.raises(Conflict, match="no third person has agreed"):
        confirm(one_mother["second geneticist"], line.pairing, version=1, reason="yes")
    with pytest.raises(Forbidden, match="another person"):
        agree_to_exception(one_mother["geneticist"], number, reason="yes")
    with pytest.raises(InputError, match="without a reason"):
        agree_to_exception(one_mother["reviewer"], number, reason=" ")
    agree_to_exception(one_mother["reviewer"], number, reason="nobody else can be asked")
    with pytest.raises(Conflict, match="another person confirms it"):
        confirm(one_mother["reviewer"], line.pairing, version=1, reason="yes")
    with pytest.raises(Conflict, match="has agreed to this exception already"):
        agree_to_exception(one_mother["second reviewer"], number, reason="me too")
    confirm(one_mother["second geneticist"], line.pairing, version=1, reason="yes")
    assert state(one_mother) == "confirmed"


def test_exception__is_told_with_its_three_names(one_mother):
    number = try_to_propose(one_mother, "PM6", "F5", exception="the mother is the only one who lives")
    agree_to_exception(one_mother["reviewer"], number, reason="nobody else can be asked")
    ruling = judge_candidate(one_mother["second reviewer"], number)
    assert ruling.exception is not None
    assert (ruling.exception.by, ruling.exception.agreed_by) == ("geneticist", "reviewer")
    assert ruling.exception.failed == failed(ruling.conditions)
    lines = read_audit(one_mother["auditor"], size=1000).rows
    assert [one.actor for one in lines if one.action == "agree to exception"] == ["reviewer"]
    assert any(one.action == "propose" and '"rule":1' in one.subject for one in lines)


def test_agree__where_nothing_waits_is_refused(after_search):
    with pytest.raises(Conflict, match="no exception waits"):
        agree_to_exception(after_search["reviewer"], candidate(after_search, "PM1", "F1").id, reason="yes")
