"""A search that was ended is resumed from the browser and by programs: its process, its pages, its calls."""

from __future__ import annotations

import pytest
from registry_team import INCIDENT
from unfinished import full_candidates as full_candidates
from unfinished import kept_rows as kept_rows
from waiting import until as until
from web_calls import call as call
from web_calls import new_token as new_token
from web_site import Site, TestClient, post
from web_unfinished import begun as begun
from web_unfinished import job_of as job_of
from web_unfinished import kill as kill
from web_unfinished import newest as newest
from web_unfinished import site as site

from antigone.casework.pairs.pairs import Execution
from antigone.team.incidents.consents import withdraw_donor
from antigone.team.runs.searching import cancel_search, resume_search, search
from antigone.web.jobs.jobs import Job


def resume(site: Site, browser: TestClient, run: int) -> Job:
    answer = post(browser, "/run/resume", {"run": run})
    assert answer.status_code == 303, answer.text
    job = answer.headers["location"].partition("job=")[2]
    until(lambda: job_of(site, job).has_ended)
    return job_of(site, job)


@pytest.mark.slow
def test_resume__of_a_search_that_the_command_line_has_taken_up_is_not_offered(site, tmp_path):
    """Its process is none of ours, and one click would end it."""
    job, browser = begun(site, tmp_path), site.browser("geneticist")
    assert job.run is not None
    kill(site, job)
    cancel_search(site.team["geneticist"], job.run)
    offered: list[bool] = []
    refused: list[int] = []

    def look(_step: str, _done: int, _of: int) -> None:
        if not offered:
            offered.extend(f"Resume search {job.run}" in browser.get(address).text for address in pages)
            refused.append(post(browser, "/run/resume", {"run": job.run}).status_code)

    pages = (f"/search?job={job.id}", f"/runs?incident={INCIDENT}")
    ended = resume_search(site.team["second geneticist"], job.run, progress=look)
    assert (offered, refused) == ([False, False], [409])
    assert ended.line.state == "finished"


def in_one_go(site: Site) -> int:
    return search(site.team["geneticist"], INCIDENT, seed=5, execution=Execution(block_families=1)).line.id


@pytest.mark.slow
def test_resume__after_the_worker_was_killed_gives_what_one_go_gives(site, tmp_path):
    job, browser = begun(site, tmp_path), site.browser("geneticist")
    assert job.run is not None
    kill(site, job)
    assert newest(site).state == "running", "nobody told the registry"
    for address in (f"/search?job={job.id}", f"/runs?incident={INCIDENT}"):
        page = browser.get(address).text
        assert f"Resume search {job.run}" in page
        assert "2 of its 4 parts are kept, sealed" in page
    ended = resume(site, browser, job.run)
    assert (ended.state, ended.run) == ("finished", job.run), ended.words
    assert ended.words == "Resumed from 2 of 4 parts, which were kept."
    assert ended.words in browser.get(f"/search?job={ended.id}").text
    assert full_candidates(site.team, job.run) == full_candidates(site.team, in_one_go(site))
    assert "Somebody went on with it since: it is finished." in browser.get(f"/search?job={job.id}").text


@pytest.mark.slow
def test_resume__after_a_cancel_by_another_geneticist(site, tmp_path):
    job, browser = begun(site, tmp_path, 3), site.browser("geneticist")
    assert job.run is not None
    answer = post(browser, "/search/cancel", {"job": job.id})
    page = browser.get(answer.headers["location"]).text
    assert f"Search {job.run} is cancelled." in page
    assert "3 of its 4 parts are kept, sealed: when it is resumed, it goes on from there." in page
    assert "stay for geneticist, who started it" in page
    ended = resume(site, site.browser("second geneticist"), job.run)
    assert (ended.user, ended.state, ended.run) == ("second geneticist", "finished", job.run), ended.words
    assert (newest(site).started_by, newest(site).resumable) == ("geneticist", False)
    assert full_candidates(site.team, job.run) == full_candidates(site.team, in_one_go(site))


@pytest.mark.slow
def test_resume__when_a_donor_left_meanwhile_says_that_it_begins_anew(site, tmp_path):
    job, browser = begun(site, tmp_path), site.browser("geneticist")
    post(browser, "/search/cancel", {"job": job.id})
    withdraw_donor(site.team["coordinator"], INCIDENT, "F1", "FA")
    assert kept_rows(site.team.registry) == (1, 0)
    assert "No finished part of it is kept" in browser.get(f"/search?job={job.id}").text
    ended = resume(site, browser, newest(site).id)
    assert ended.state == "finished", ended.words
    assert "Resumed from the beginning: no finished part was kept." in browser.get(f"/search?job={ended.id}").text


@pytest.mark.slow
def test_discard__erases_what_is_kept_and_offers_no_resumption(site, tmp_path):
    job, browser = begun(site, tmp_path), site.browser("geneticist")
    post(browser, "/search/cancel", {"job": job.id})
    answer = post(browser, "/run/discard", {"run": job.run})
    page = browser.get(answer.headers["location"]).text
    assert f"What was kept of search {job.run} is erased." in page
    assert "Resume" not in page
    assert "Nothing of it is kept." in browser.get(f"/search?job={job.id}").text
    assert kept_rows(site.team.registry) == (0, 0)
    refused = post(browser, "/run/resume", {"run": job.run})
    assert refused.status_code == 409
    assert "nothing is kept of it" in refused.text


@pytest.mark.slow
def test_resume__of_a_search_that_still_computes_is_refused(site, tmp_path):
    job, browser = begun(site, tmp_path), site.browser("geneticist")
    assert "Resume" not in browser.get(f"/runs?incident={INCIDENT}").text
    assert post(browser, "/run/resume", {"run": job.run}).status_code == 409
    assert newest(site).state == "running"
    post(browser, "/search/cancel", {"job": job.id})


@pytest.mark.slow
def test_pages__offer_resumption_to_geneticists_alone(site, tmp_path):
    job = begun(site, tmp_path)
    post(site.browser("geneticist"), "/search/cancel", {"job": job.id})
    page = site.browser("reviewer").get(f"/search?job={job.id}").text
    assert "2 of its 4 parts are kept" in page
    assert "<button" not in page.split("<main")[1]


@pytest.mark.slow
def test_calls__cancel_resume_watch_and_discard(site, tmp_path):
    job, token = begun(site, tmp_path), new_token(site, "geneticist")

    def ask(method: str, path: str):
        return call(site, token, method, path)

    cancelled = ask("POST", f"/runs/{job.run}/cancel").json()
    assert (cancelled["state"], cancelled["resumable"], cancelled["kept"]) == ("cancelled", True, 2)
    assert job_of(site, job.id).state == "cancelled", "its process is ended too"
    answer = ask("POST", f"/runs/{job.run}/resume")
    assert answer.status_code == 202, answer.text
    again = answer.json()
    assert (again["run"], again["incident"]) == (job.run, INCIDENT)
    until(lambda: ask("GET", f"/searches/{again['id']}").json()["state"] == "finished")
    assert ask("POST", f"/runs/{job.run}/resume").status_code == 409
    assert ask("POST", f"/runs/{job.run}/discard").status_code == 409
    other = begun(site, tmp_path)
    ask("POST", f"/runs/{other.run}/cancel")
    assert ask("POST", f"/runs/{other.run}/discard").json()["resumable"] is False
