"""Searches of what is new that the web application is asked for, or starts by itself after an import."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from registry_team import INCIDENT, small_incident, typed
from waiting import SECONDS_TO_WAIT, until
from web_site import Site, make_site, post

from antigone.cli.serving import _check_geneticist
from antigone.errors import InputError
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.team.incidents.importing import import_incident
from antigone.team.runs.pending import read_pending
from antigone.team.runs.searching import list_runs
from antigone.web.shared.standing import search_after_import


@pytest.fixture
def site_of(tmp_path: Path) -> Any:
    made: list[Site] = []

    def make(**settings: Any) -> Site:
        made.append(make_site(tmp_path, **settings))
        return made[-1]

    yield make
    for site in made:
        for child in site.app.state.web.jobs._children.values():
            child.wait(SECONDS_TO_WAIT)


def new_body(site: Site) -> None:
    made = small_incident()
    person = UnidentifiedPerson("PM9", typed("PM9", 9, 0, 2))
    import_incident(site.team["registrar"], INCIDENT, replace(made, unidentified=(*made.unidentified, person)))


def ended(site: Site) -> bool:
    return not list(site.app.state.web.jobs.of(INCIDENT, kind="search", ended=False))


@pytest.mark.slow
def test_import__starts_a_search_of_what_is_new_where_the_service_wants_it(site_of):
    site = site_of(search_new_as="geneticist")
    web = site.app.state.web
    assert not search_after_import(web, INCIDENT), "nothing is new"
    new_body(site)
    assert search_after_import(web, INCIDENT)
    assert not search_after_import(web, INCIDENT), "one is under way"
    until(lambda: ended(site))
    line = list_runs(site.team["reviewer"], INCIDENT).rows[0]
    assert (line.started_by, line.state, line.families_asked) == ("geneticist", "finished", 0)
    assert read_pending(site.team["reviewer"], INCIDENT).nothing


def test_import__searches_nothing_by_itself_unless_the_service_wants_it(site_of):
    site = site_of()
    new_body(site)
    assert not search_after_import(site.app.state.web, INCIDENT)


def test_import__is_not_undone_because_the_geneticist_of_the_service_left(site_of):
    site = site_of(search_new_as="nobody")
    new_body(site)
    assert not search_after_import(site.app.state.web, INCIDENT)


def test_serve__refuses_to_search_in_the_name_of_somebody_who_may_not(site_of):
    with pytest.raises(InputError, match="registrar; expected a geneticist"):
        _check_geneticist(site_of().team.registry, "registrar")


@pytest.mark.slow
def test_page__of_searches_says_what_is_new_and_searches_it(site_of):
    site = site_of()
    browser = site.browser("geneticist")
    assert "To be searched" not in browser.get(f"/runs?incident={INCIDENT}").text
    new_body(site)
    page = browser.get(f"/runs?incident={INCIDENT}").text
    assert "Person PM9: new." in page
    assert "Search what is new" in page
    assert "<strong>1</strong> person not searched yet" in browser.get("/").text
    answer = post(browser, "/search", {"incident": INCIDENT, "new": "true"})
    assert answer.status_code == 303, answer.text
    until(lambda: ended(site))
    newest = list_runs(site.team["geneticist"], INCIDENT).rows[0]
    assert newest.families_asked == 0
    assert f"what the other {newest.families_known} answered was kept" in browser.get(f"/run?run={newest.id}").text


@pytest.mark.slow
def test_page__of_searches_names_nobody_who_is_to_be_searched_to_an_auditor(site_of):
    site = site_of()
    new_body(site)
    assert "PM9" not in site.browser("auditor").get("/").text
