"""A direct reference of a missing person in the registry: compared as identity, by consent of who hands it over."""

from __future__ import annotations

from dataclasses import replace

import pytest
from registry_team import IDENTIFY, INCIDENT, NOON, Team, make_team, small_incident

from antigone.casework.pairs.search import search_incident
from antigone.model.incident.consent import Consent
from antigone.model.incident.incident import Donor, Incident
from antigone.model.profile import Profile
from antigone.report.words.statements import say_all
from antigone.team.incidents.consents import withdraw_donor
from antigone.team.incidents.importing import import_incident
from antigone.team.review.candidates import list_candidates
from antigone.team.runs.searching import search


def with_toothbrush(*, consent: Consent | None = IDENTIFY, relatives: bool = True) -> Incident:
    """The small incident, with a toothbrush of F1's missing person, who is PM1."""
    whole = small_incident()
    family, *others = whole.families
    brush = Donor("MP", Profile("F1-brush", dict(whole.unidentified[0].profile.genotypes)), consent)
    return replace(whole, families=(replace(family, donors=(*(family.donors if relatives else ()), brush)), *others))


def of_pm1(team: Team) -> dict[str, float | None]:
    run = search(team["geneticist"], INCIDENT)
    rows = list_candidates(team["geneticist"], INCIDENT, run=run.line.id, unidentified="PM1", size=500).rows
    return {line.family: line.log10_lr for line in rows}


@pytest.mark.slow
@pytest.mark.parametrize("relatives", [True, False])
def test_toothbrush__equals_the_remains_and_is_no_swapped_sample(team, relatives):
    incident = with_toothbrush(relatives=relatives)
    import_incident(team["registrar"], INCIDENT, incident)
    result = search_incident(incident, today=NOON.date(), created="", command="").result
    expected = {c.family: c.smallest_log10_lr for c in result.candidates if c.unidentified == "PM1"}
    assert of_pm1(team) == pytest.approx(expected, abs=1e-9)
    assert expected["F1"] > 15
    told = say_all(result.notices)
    assert any("'F1-brush' is a direct reference of the missing person 'MP'" in notice for notice in told)


@pytest.mark.slow
def test_toothbrush_without_consent__stays_sealed(team, tmp_path):
    import_incident(team["registrar"], INCIDENT, with_toothbrush(consent=None))
    without = make_team(str(tmp_path / "other.db"))
    import_incident(without["registrar"], INCIDENT, small_incident())
    assert of_pm1(team) == pytest.approx(of_pm1(without), abs=1e-9)


@pytest.mark.slow
def test_giver_who_withdraws__takes_the_toothbrush_along(team):
    import_incident(team["registrar"], INCIDENT, with_toothbrush(relatives=False))
    assert "F1" in of_pm1(team)
    withdraw_donor(team["registrar"], INCIDENT, "F1", "MP")
    assert "F1" not in of_pm1(team)
