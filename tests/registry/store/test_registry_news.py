"""The overview tells what others did since its reader was here last, and to whom a look is due."""

from __future__ import annotations

import json
from dataclasses import replace

import deciding
import pytest
from registry_team import IDENTIFY, INCIDENT, PURPOSE, candidate, parents, password_of, small_incident, typed

from antigone.model.incident.incident import Donor, Family
from antigone.model.pedigree import Pedigree
from antigone.registry.lists import news
from antigone.team.access import opening
from antigone.team.incidents.consents import record_consent, withdraw_donor
from antigone.team.incidents.importing import import_incident
from antigone.team.overview.status import read_status
from antigone.team.runs.joint import solve_jointly
from antigone.team.runs.searching import search
from antigone.team.tasks.asking import ask_for_samples


def come_back(team, code):
    """Sign in once more, an hour after everything before."""
    team.clock.later(hours=1)
    session = opening.sign_in(team.registry, code, password=password_of(code), purpose=PURPOSE)
    team.clock.later(minutes=1)
    return session


def told(session):
    return {item.what: item.count for item in read_status(session).news if item.incident == INCIDENT}


def test_news__there_are_none_at_a_first_visit(after_search):
    status = read_status(come_back(after_search, "reviewer"))
    assert (status.news, status.last_visit) == ((), None)


@pytest.mark.slow
def test_news__tell_what_others_did_since_the_visit_before(after_search):
    team = after_search
    come_back(team, "reviewer")
    before = team.clock().isoformat()
    line = candidate(team, "PM1", "F1")
    deciding.propose(team["geneticist"], line.pairing, version=line.version, reason="-", candidate=line.id)
    search(team["geneticist"], INCIDENT)
    solve_jointly(team["geneticist"], INCIDENT)
    record_consent(team["registrar"], INCIDENT, "F4", "MO", consent=IDENTIFY)
    withdraw_donor(team["coordinator"], INCIDENT, "F2", "FA")
    status = read_status(come_back(team, "reviewer"))
    assert told(team["reviewer"]) == {
        "search": 1,
        "solve jointly": 1,
        "propose": 1,
        "record consent": 1,
        "withdraw": 1,
    }
    assert status.last_visit < before
    assert told(come_back(team, "reviewer")) == {}


@pytest.mark.slow
def test_news__are_not_what_one_did_oneself(after_search):
    team = after_search
    come_back(team, "geneticist")
    line = candidate(team, "PM1", "F1")
    deciding.propose(team["geneticist"], line.pairing, version=line.version, reason="-", candidate=line.id)
    search(team["geneticist"], INCIDENT)
    come_back(team, "second geneticist")
    assert told(come_back(team, "geneticist")) == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("coordinator", {"record consent": 1, "confirm": 1}),
        ("administrator", {"confirm": 1}),
        ("auditor", {"confirm": 1}),
        ("second reviewer", {"search": 1, "propose": 1, "record consent": 1, "confirm": 1}),
    ],
)
def test_news__tell_a_role_what_it_may_know(role, expected, after_search):
    team = after_search
    come_back(team, role)
    line = candidate(team, "PM1", "F1")
    deciding.propose(team["geneticist"], line.pairing, version=line.version, reason="-", candidate=line.id)
    deciding.confirm(team["reviewer"], line.pairing, version=line.version + 1, reason="-")
    search(team["geneticist"], INCIDENT)
    record_consent(team["registrar"], INCIDENT, "F4", "MO", consent=IDENTIFY)
    assert told(come_back(team, role)) == expected


@pytest.mark.slow
def test_status__names_ones_own_newest_search_to_oneself_alone(after_search):
    team = after_search
    first = read_status(team["geneticist"]).own_runs
    assert [run.incident for run in first] == [INCIDENT]
    assert read_status(team["second geneticist"]).own_runs == read_status(team["reviewer"]).own_runs == ()
    search(team["second geneticist"], INCIDENT)
    assert read_status(team["geneticist"]).own_runs == ()


def test_status__shows_a_joint_solution_that_runs(team_at_work, monkeypatch):
    team, seen = team_at_work, []

    def look(*_asked, **_named):
        seen.append(read_status(team["reviewer"]).running_jointly)
        raise KeyboardInterrupt

    monkeypatch.setattr("antigone.team.runs.joint.joint_incident", look)
    with pytest.raises(KeyboardInterrupt):
        solve_jointly(team["geneticist"], INCIDENT)
    assert [(line.incident, line.state) for line in seen[0]] == [(INCIDENT, "running")]
    assert read_status(team["reviewer"]).running_jointly == ()
    assert read_status(team["coordinator"]).running_jointly == ()


@pytest.mark.slow
def test_status__names_families_whose_relatives_would_hardly_find_the_right_person(team):
    """An uncle alone at fifteen markers; parents whose child is not there are enough, and are not named."""
    uncle = Pedigree.of(
        ("GF", "male"),
        ("GM", "female"),
        ("FA", "male", "GF", "GM"),
        ("UN", "male", "GF", "GM"),
        ("MO", "female"),
        ("MP", "unknown", "FA", "MO"),
    )
    gave = Donor("UN", typed("F6-UN", 6, 0, 2), IDENTIFY)
    further = (Family("F6", uncle, ("MP",), (gave,)), parents("F7", 7, IDENTIFY, IDENTIFY))
    incident = small_incident()
    import_incident(team["registrar"], INCIDENT, replace(incident, families=(*incident.families, *further)))
    search(team["geneticist"], INCIDENT)
    weak = read_status(team["second geneticist"]).weak
    assert [one.family for one in weak] == ["F6"]
    assert 0 <= weak[0].percent < 50
    for role in ("registrar", "coordinator", "reviewer", "auditor", "administrator"):
        assert read_status(team[role]).weak == (), "why a sample is asked for is for geneticists"
    ask_for_samples(team["geneticist"], INCIDENT, ["F6"])
    assert read_status(team["second geneticist"]).weak == ()


@pytest.mark.parametrize("code", ["ferry", "2026/1", "the ferry, deck: 2", "Ñ 1"])
def test_news__name_an_incident_whatever_letters_its_code_has(code):
    for subject in (
        f"a donor of incident {code}, family F 1: samples S1; 1 profiles and 0 candidates erased",
        f"a living seeker of incident {code}: samples S1; 1 profiles and 0 candidates erased",
        json.dumps({"incident": code}),
    ):
        assert news._incident_of(subject) == code
