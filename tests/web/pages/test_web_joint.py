"""The joint view of an incident in the browser: asked for, watched, shown as pictures and as numbers, cancelled."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest
from registry_team import INCIDENT, NOON
from web_site import Site, TestClient, make_site, post

from antigone.casework.validation.demo import simulated_incident
from antigone.model.results.joint import JointPrior
from antigone.plain_words import probability_text
from antigone.registry.runs.joint_runs import start_joint
from antigone.registry.store.database import transaction
from antigone.team.incidents.consents import withdraw_donor
from antigone.team.incidents.importing import import_incident
from antigone.team.runs.joint import list_joint_runs, read_joint, solve_jointly
from antigone.web.jobs.jobs import Job, Jobs, write_job

SECONDS_TO_WAIT = 60.0


@pytest.fixture(scope="module")
def still(tmp_path_factory) -> Site:
    """A site that no test changes."""
    return make_site(tmp_path_factory.mktemp("joint"))


@pytest.fixture
def site(tmp_path) -> Iterator[Site]:
    made = make_site(tmp_path)
    yield made
    for child in made.app.state.web.jobs._children.values():
        child.wait(SECONDS_TO_WAIT)


def shown(browser: TestClient, **asked: object) -> str:
    answer = browser.get("/joint", params={"incident": INCIDENT, **asked})
    assert answer.status_code == 200, answer.text
    return answer.text


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS_TO_WAIT
    while not holds():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.05)


def under_way(site: Site) -> bool:
    return any(site.app.state.web.jobs.of(INCIDENT, kind="joint", ended=False))


@pytest.mark.slow
def test_page__shows_every_posterior_as_a_picture_and_as_text(still):
    page = shown(still.browser("reviewer"))
    result = read_joint(still.team["reviewer"], 1).result
    assert result is not None
    proposed = [answer for answer in result.families if answer.proposed]
    assert page.count('<svg class="heatmap"') == page.count("The same as a table") == len(proposed)
    assert 0 < len(proposed) < len(result.families) == 4
    for chance in result.not_among_missing.values():
        assert str(probability_text(chance)).replace("<", "&lt;").replace(">", "&gt;") in page
    for conclusion in result.conclusions:
        assert f'<th scope="row">{conclusion.unidentified}</th>' in page


def test_page__says_what_stays_open_and_how_exact_it_is(still):
    page = shown(still.browser("geneticist"))
    for words in (
        "Missing persons without data:</strong> MP of family F4",
        "Unidentified persons who stay open",
        "every possible assignment is in the sums",
        "Missing persons for whom nobody is proposed",
        "To compute it again",
        "donors whose consent has expired: 1",
    ):
        assert words in page


def test_page__shows_no_allele_and_no_finding(still):
    """F3's declared daughter is none: the page says nothing of her (purpose, rule 6)."""
    page = shown(still.browser("geneticist"))
    assert "does not fit" not in page
    assert re.search(r"\bSI\b", page) is None
    assert "10/11" not in page


def test_page__starting_is_offered_to_the_geneticist_alone(still):
    assert 'action="/joint"' in shown(still.browser("geneticist"))
    assert 'action="/joint"' not in shown(still.browser("reviewer"))


def test_page__of_another_incident_is_refused(still):
    browser = still.browser("reviewer")
    assert browser.get("/joint", params={"incident": "none"}).status_code == 404
    assert browser.get("/joint", params={"incident": INCIDENT, "run": 99}).status_code == 404


@pytest.mark.slow
def test_start__runs_in_a_process_of_its_own_and_is_watched_to_its_end(site):
    browser = site.browser("geneticist")
    assert post(browser, "/joint", {"incident": INCIDENT, "prior": "open", "number": "3"}).status_code == 303
    (job,) = site.app.state.web.jobs.of(INCIDENT, kind="joint")
    with browser.stream("GET", f"/joint/events?job={job.id}") as answer:
        events = "".join(answer.iter_text())
    assert events.endswith("event: ended\ndata: {}\n\n")
    newest = list_joint_runs(site.team["geneticist"], INCIDENT)[0]
    assert (newest.id, newest.state, newest.purpose) == (2, "finished", site.team["geneticist"].purpose)
    assert "prior open=3<" in shown(browser)
    assert site.browser("auditor").get(f"/joint/events?job={job.id}").status_code == 403
    assert browser.get("/joint/events?job=none").status_code == 422


@pytest.mark.slow
def test_start__a_search_does_not_stand_in_its_way_but_another_one_does(site):
    browser = site.browser("geneticist")
    assert post(browser, "/search", {"incident": INCIDENT}).status_code == 303
    assert post(browser, "/joint", {"incident": INCIDENT}).status_code == 303
    again = post(browser, "/joint", {"incident": INCIDENT})
    assert again.status_code == 409
    assert "being solved jointly already" in again.text
    until(lambda: not under_way(site))
    assert "A search is under way" not in shown(browser)


@pytest.mark.slow
@pytest.mark.parametrize(("prior", "number"), [("open", ""), ("open", "-1"), ("fraction", "2"), ("none", "")])
def test_start__a_prior_that_is_none_is_refused_before_anything_starts(site, prior, number):
    asked = {"incident": INCIDENT, "prior": prior, "number": number}
    assert post(site.browser("geneticist"), "/joint", asked).status_code == 422
    assert list(site.app.state.web.jobs.all()) == []


@pytest.mark.slow
def test_start__a_number_that_is_missing_is_asked_for_at_its_field_and_the_rest_is_kept(site):
    asked = {"incident": INCIDENT, "prior": "odds", "number": "", "population": "Here"}
    page = post(site.browser("geneticist"), "/joint", asked).text
    assert "the prior odds of each identification: a number above 0, such as 0.02; the field was empty." in page
    assert '<option value="odds" selected>' in page
    assert 'name="population" value="Here"' in page
    assert 'aria-invalid="true"' in page
    again = post(site.browser("geneticist"), "/joint", asked | {"prior": "fraction", "number": "1,5"}).text
    assert "a number between 0 and 1, such as 0.5; found &#39;1,5&#39;." in again
    assert 'name="number" inputmode="decimal" value="1,5"' in again


@pytest.mark.slow
@pytest.mark.parametrize("state", ["running", "cancelled"])
def test_page__does_not_call_failed_what_was_cancelled_since(site, state):
    with transaction(site.team.registry.engine) as connection:
        run = start_joint(connection, incident=INCIDENT, started_by=3, purpose="x", day=NOON.date(), at="", left_out={})
    job = Job("f" * 16, "x", "geneticist", "x", INCIDENT, state="failed", run=run, kind="joint", words="it died")
    write_job(site.app.state.web.jobs._path(job.id), job)
    browser = site.browser("geneticist")
    if state == "cancelled":
        assert post(browser, "/joint/cancel", {"run": str(run)}).status_code == 303
    assert ("The last one failed" in shown(browser)) == (state == "running")


@pytest.mark.parametrize(("kind", "address"), [("joint", f"/joint?incident={INCIDENT}"), ("search", "/search?job=")])
def test_page__says_how_much_time_has_passed(site, kind, address, monkeypatch):
    monkeypatch.setattr(Jobs, "_is_alive", lambda *_: True)
    job = Job("f" * 16, "x", "geneticist", "x", INCIDENT, state="running", kind=kind, asked=time.time() - 125)
    write_job(site.app.state.web.jobs._path(job.id), job)
    page = site.browser("reviewer").get(address + (job.id if kind == "search" else "")).text
    assert re.search(r'data-passed="12[5-9]">2 min [5-9] s since it was asked for', page)


@pytest.mark.slow
def test_start__what_fails_says_why(site):
    browser = site.browser("geneticist")
    post(browser, "/joint", {"incident": INCIDENT, "population": "Elsewhere"})
    until(lambda: not under_way(site))
    page = shown(browser)
    assert "The last one failed" in page
    assert "o population &#39;Elsewhere&#39; is loaded" in page


@pytest.mark.slow
def test_cancel__ends_one_whose_process_is_gone(site):
    with transaction(site.team.registry.engine) as connection:
        run = start_joint(
            *(connection,), incident=INCIDENT, started_by=3, purpose="x", day=NOON.date(), at="", left_out={}
        )
    browser = site.browser("geneticist")
    assert "End it" in shown(browser)
    assert post(browser, "/joint/cancel", {"run": str(run)}).status_code == 303
    assert "Nothing of it is kept" in shown(browser)
    assert post(browser, "/joint/cancel", {"run": str(run)}).status_code == 409


@pytest.mark.slow
def test_page__after_somebody_left_says_that_the_answer_was_erased(site):
    withdraw_donor(site.team["coordinator"], INCIDENT, "F2", "MO")
    page = shown(site.browser("reviewer"))
    assert "The last answer was erased" in page
    assert "heatmap" not in page
    assert "In the joint solution" not in site.browser("reviewer").get(f"/candidate?id={site.candidate}").text


@pytest.mark.slow
def test_candidate__has_the_posterior_of_the_newest_joint_solution(site):
    browser = site.browser("reviewer")
    assert "joint solution 1" in browser.get(f"/candidate?id={site.candidate}").text
    result = solve_jointly(site.team["geneticist"], INCIDENT, prior=JointPrior("odds", 1e-9)).result
    assert result is not None
    page = browser.get(f"/candidate?id={site.candidate}").text
    assert "joint solution 2" in page
    (pairing,) = [p for p in result.pairings if (p.unidentified, p.family) == (site.unidentified, site.family)]
    assert f"{pairing.posterior:.3f}"[:4] in page


def test_map__of_many_persons_shows_the_most_probable_ones_and_counts_the_others(still, monkeypatch):
    monkeypatch.setattr("antigone.web.pages.joint.MOST_ROWS", 1)
    page = shown(still.browser("reviewer"))
    assert "less probable person" in page


@pytest.mark.slow
def test_page__a_family_whose_references_were_left_out_reads_like_any_for_whom_nobody_is_proposed(site):
    """PURPOSE.md, rule 6: no words, no picture, no number and no alternative that another such family has not."""
    incident, truth = simulated_incident(families=8, unidentified=12, seed=3)
    [(family, _)] = truth.misattributed
    import_incident(site.team["registrar"], "second", incident)
    result = solve_jointly(site.team["geneticist"], "second").result
    assert result is not None
    assert family in {of for _, of, _ in result.assignments[0].pairs}
    page = site.browser("reviewer").get("/joint", params={"incident": "second"}).text
    waiting = [answer.family for answer in result.families if not answer.proposed]
    sections = re.findall(r"<section aria-labelledby=\"family-\d+\">(.*?)</section>", page, flags=re.DOTALL)
    told = {code: re.sub(r"family-\d+", "", text).replace(code, "") for text in sections for code in waiting
            if f">Family {code}<" in text}  # fmt: skip
    assert set(told) == set(waiting)
    assert len(set(told.values())) == 1
    assert len(re.findall(rf"{family}-MP1", page)) == 1


def test_page__names_remains_that_compete_for_one_place_and_leads_to_their_candidates(still):
    """PM2 and PM3 of the small incident both fit the missing child of F2."""
    page = shown(still.browser("reviewer"))
    assert "Perhaps parts of one person:" in page
    for code in ("PM2", "PM3"):
        assert f'<a href="/candidates?incident={INCIDENT}&amp;unidentified={code}">{code}</a>' in page
    assert re.search("PM[23] fits MP of family F2 as well as PM[23]; they may be parts of one person, or rela", page)
