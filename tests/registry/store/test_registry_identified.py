"""What may be known of each missing person: whether two persons confirmed who they are, and nothing else."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from deciding import confirm, propose
from identified import identify as identify
from registry_team import IDENTIFY, INCIDENT, Team, candidate, parents, small_incident

from antigone.errors import Forbidden
from antigone.team.incidents.families import list_families, read_family
from antigone.team.incidents.importing import import_incident
from antigone.team.overview.status import list_incidents
from antigone.team.review.reviewing import ask_to_reopen, keep, reject, reopen
from antigone.team.views import MissingLine

SEEN_BY = ("registrar", "geneticist", "reviewer", "coordinator")


def state_of(team: Team, family: str = "F1", code: str = "coordinator") -> str:
    """What the page of a family says, which must be what the list says."""
    (one,) = read_family(team[code], INCIDENT, family).sought
    (line,) = list_families(team[code], INCIDENT, search=family).rows
    assert line.sought == (one,)
    assert line.missing == ("MP",)
    return one.state


@pytest.mark.slow
@pytest.mark.parametrize("code", SEEN_BY)
def test_sought__is_confirmed_once_two_persons_have_said_so(code, after_search):
    assert state_of(after_search, code=code) == "not found"
    line = candidate(after_search, "PM1", "F1")
    propose(after_search["geneticist"], line.pairing, version=0, reason="all agree", candidate=line.id)
    assert state_of(after_search, code=code) == "not found"
    confirm(after_search["reviewer"], line.pairing, version=1, reason="I agree")
    assert state_of(after_search, code=code) == "confirmed"
    expected = MissingLine("MP", "confirmed", "remains", "to be told", "identified", dt.date(2026, 11, 23))
    assert read_family(after_search[code], INCIDENT, "F1").sought == (expected,)


@pytest.mark.slow
def test_sought__is_under_review_again_until_the_identification_is_kept_or_rejected(after_search):
    pairing = identify(after_search)
    ask_to_reopen(after_search["geneticist"], pairing, version=2, reason="another tooth")
    assert state_of(after_search) == "under review again"
    keep(after_search["reviewer"], pairing, version=3, reason="it fits")
    assert state_of(after_search) == "confirmed"
    ask_to_reopen(after_search["geneticist"], pairing, version=4, reason="another tooth")
    reopen(after_search["reviewer"], pairing, version=5, reason="let us see")
    assert state_of(after_search) == "under review again"
    reject(after_search["reviewer"], pairing, version=6, reason="it does not fit")
    assert state_of(after_search) == "not found"


def test_sought__a_rejection_that_is_reopened_is_nobody_s_news(after_search):
    pairing = candidate(after_search, "PM1", "F1").pairing
    reject(after_search["reviewer"], pairing, version=0, reason="not they")
    ask_to_reopen(after_search["geneticist"], pairing, version=1, reason="another tooth")
    assert state_of(after_search) == "not found"


def test_sought__another_identification_outweighs_one_under_review(after_search):
    first = identify(after_search, "PM2", "F2")
    ask_to_reopen(after_search["geneticist"], first, version=2, reason="another tooth")
    reopen(after_search["reviewer"], first, version=3, reason="let us see")
    identify(after_search, "PM3", "F2")
    assert state_of(after_search, "F2") == "confirmed"


def test_families__only_those_with_an_identification_are_listed(after_search):
    identify(after_search)
    found = list_families(after_search["coordinator"], INCIDENT, identified=True)
    assert [line.code for line in found.rows] == ["F1"]
    assert found.total == list_incidents(after_search["coordinator"])[0].identified == 1
    assert list_families(after_search["coordinator"], INCIDENT, search="F2", identified=True).total == 0


@pytest.mark.slow
def test_families__an_identification_of_another_incident_counts_there_alone(after_search):
    identify(after_search)
    other = replace(small_incident(), unidentified=(), families=(parents("F1", 1, IDENTIFY, IDENTIFY),))
    import_incident(after_search["registrar"], "plane", other)
    assert list_families(after_search["coordinator"], "plane", identified=True).total == 0


@pytest.mark.parametrize("code", ["administrator", "auditor"])
def test_families__are_not_for_those_who_see_counts_alone(code, after_search):
    with pytest.raises(Forbidden):
        list_families(after_search[code], INCIDENT, identified=True)
