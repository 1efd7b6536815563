"""Searches, and remains against remains, over several incidents of a registry."""

from __future__ import annotations

from dataclasses import replace

import pytest
from registry_team import INCIDENT, SHARING, Team, parents, small_incident, typed
from sqlalchemy import select
from told import settings_in_words

from antigone.errors import Conflict, InputError, RegistryError
from antigone.model.incident.incident import Incident, UnidentifiedPerson
from antigone.model.statements import names
from antigone.registry.store.database import snapshot
from antigone.registry.store.schema import keys
from antigone.team.incidents.consents import withdraw_donor
from antigone.team.incidents.importing import import_incident
from antigone.team.incidents.undoing import list_imports, undo_import
from antigone.team.keeping.auditing import read_audit
from antigone.team.keeping.keeping import verify
from antigone.team.runs.across import (
    cancel_across,
    list_across,
    read_across,
    reassociate_across,
    search_across,
)
from antigone.team.runs.searching import read_run, search

OTHER = "harbour"
BOTH = (INCIDENT, OTHER)


def other_incident(*, theta: float = 0.0) -> Incident:
    """Another incident: the child of its family F1 lies in the ferry (PM5), and a part of PM1 lies here."""
    base = small_incident()
    part, stranger = UnidentifiedPerson("PM1", typed("PM1", 1, 0, 2)), UnidentifiedPerson("PM2", typed("PM2", 40, 1, 2))
    family = parents("F1", 4, SHARING, SHARING)
    return replace(
        base,
        title="A harbour",
        unidentified=(part, stranger),
        families=(family,),
        settings=replace(base.settings, theta=theta),
    )


@pytest.fixture
def team(team_of) -> Team:
    made = team_of("incident")
    import_incident(made["registrar"], OTHER, other_incident())
    return made


@pytest.mark.slow
def test_search__finds_across_incidents_and_says_in_which(team):
    view = search_across(team["geneticist"], BOTH)
    assert view.search is not None
    pairs = {(c.unidentified, c.family, c.missing): c.smallest_log10_lr for c in view.search.candidates}
    assert ("ferry/PM5", "harbour/F1", "MP") in pairs, "a missing person of one incident, found in the other"
    assert ("harbour/PM1", "ferry/F1", "MP") in pairs
    assert ("ferry/PM1", "ferry/F1", "MP") in pairs
    alone = search(team["geneticist"], INCIDENT)
    whole = read_run(team["geneticist"], alone.line.id, whole=True).result
    assert whole is not None
    best = next(line for line in whole.unidentified if line.code == "PM1").best_log10_lr
    assert pairs["ferry/PM1", "ferry/F1", "MP"] == pytest.approx(best, abs=1e-9)
    assert view.line.left_out[names.SEEKERS_OF_ONE_INCIDENT.code] == 1
    assert not any("LS1" in line.code for line in view.search.unidentified)
    assert view.line.incidents == BOTH
    assert read_across(team["reviewer"], view.line.number).search == view.search


@pytest.mark.slow
def test_search__uses_only_donors_whose_consent_covers_it(team):
    view = search_across(team["geneticist"], BOTH)
    assert view.search is not None
    of_f4 = [c for c in view.search.candidates if c.family == "ferry/F4"]
    assert of_f4 == [], "no donor of F4 has an active consent"
    assert view.line.left_out["donors without a consent"] == 1
    opened = [line.subject for line in read_audit(team["auditor"], size=50).rows if line.action == "read profiles"]
    assert any("incident ferry, for identification: 6 unidentified, 7 donors" in one for one in opened)
    assert any("incident harbour, for identification: 2 unidentified, 2 donors" in one for one in opened)


@pytest.mark.slow
def test_search__of_models_that_differ_says_in_what(team):
    import_incident(team["registrar"], "third", other_incident(theta=0.03))
    before = list_across(team["geneticist"])
    with pytest.raises(InputError, match=r"theta: 0 in 'ferry', 0.03 in 'third'.*state whose model holds"):
        search_across(team["geneticist"], (INCIDENT, "third"))
    assert list_across(team["geneticist"]) == before
    view = search_across(team["geneticist"], (INCIDENT, "third"), model_of="third")
    assert view.search is not None
    assert settings_in_words(view.search.provenance.settings)["theta"] == "0.03"
    assert view.line.model_of == "third"
    with pytest.raises(InputError, match="'fourth' is none of the incidents ferry, third"):
        search_across(team["geneticist"], (INCIDENT, "third"), model_of="fourth")


@pytest.mark.parametrize("named", [(), (INCIDENT,), (INCIDENT, INCIDENT)])
def test_search__needs_two_incidents(team, named):
    with pytest.raises(InputError, match="expected 2 or more, each once"):
        search_across(team["geneticist"], named)


def test_search__of_an_incident_that_is_not_there_is_refused(team):
    with pytest.raises(RegistryError, match="no incident 'nowhere'"):
        search_across(team["geneticist"], (INCIDENT, "nowhere"))


def test_reassociation__finds_parts_of_one_person_in_two_incidents(team):
    view = reassociate_across(team["geneticist"], BOTH)
    assert view.remains is not None
    assert ("ferry/PM1", "harbour/PM1") in [group.samples for group in view.remains.groups]
    opened = [line.subject for line in read_audit(team["auditor"], size=20).rows if line.action == "read profiles"]
    assert all(" 0 donors" in one for one in opened[:2]), "no donor is read to compare remains"
    alone = reassociate_across(team["geneticist"], (INCIDENT,))
    assert alone.remains is not None
    assert alone.remains.groups == ()


@pytest.mark.slow
def test_withdrawal__erases_the_answer_over_several_incidents(team):
    view = search_across(team["geneticist"], BOTH)
    with snapshot(team.registry.engine) as connection:
        before = set(connection.scalars(select(keys.c.id)))
    withdraw_donor(team["coordinator"], OTHER, "F1", "FA")
    (line,) = list_across(team["geneticist"])
    assert line.state == "to be computed again"
    shown = read_across(team["geneticist"], line.number)
    assert (shown.search, "has no answer" in shown.closed) == (None, True)
    with snapshot(team.registry.engine) as connection:
        assert len(before - set(connection.scalars(select(keys.c.id)))) == 2, "the donor's, the answer's"
    again = search_across(team["geneticist"], BOTH)
    assert again.search is not None
    assert view.search != again.search
    verify(team["auditor"])


@pytest.mark.slow
def test_undoing_an_import__erases_the_answer_too(team):
    search_across(team["geneticist"], BOTH)
    (one,) = list_imports(team["registrar"], OTHER)
    undone = undo_import(team["registrar"], one.number, because="a test")
    assert undone.incident_stays, "its search is kept"
    assert [line.state for line in list_across(team["geneticist"])] == ["to be computed again"]
    verify(team["auditor"])


@pytest.mark.slow
def test_search__that_ended_cannot_be_cancelled(team):
    view = search_across(team["geneticist"], BOTH)
    with pytest.raises(Conflict, match="is finished, expected running"):
        cancel_across(team["geneticist"], view.line.number)
