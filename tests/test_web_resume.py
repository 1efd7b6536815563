"""A search that was ended is resumed from the browser and by programs: its process, its pages, its calls."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from registry_team import INCIDENT, PURPOSE
from test_registry_resume import full_candidates, kept_rows
from test_web_api import call, new_token
from test_web_jobs import until
from web_site import Site, TestClient, make_site, post

from antigone.casework.pairs.pairs import Execution
from antigone.team.access.opening import worker_key
from antigone.team.incidents.consents import withdraw_donor
from antigone.team.runs.searching import cancel_search, list_runs, resume_search, search
from antigone.team.views import RunLine
from antigone.web.jobs.jobs import Job

WORKER = """
import sys, time
from pathlib import Path
from antigone.search.pairs import distributed
from antigone.web.jobs import worker
score, done = distributed.score_block, []
def slow(families, of):
    if len(done) == {blocks}:
        time.sleep(180)
    done.append(None)
    return score(families, of)
distributed.score_block = slow
worker.run_job(Path(sys.argv[2]))
"""
"""A worker that computes so many blocks, and then one for three minutes."""


@pytest.fixture
def site(tmp_path) -> Iterator[Site]:
    made = make_site(tmp_path)
    yield made
    for child in made.app.state.web.jobs._children.values():
        child.wait(60)


@contextmanager
def slow_after(blocks: int, folder: Path) -> Iterator[None]:
    """Workers that begin here stop at a block."""
    code, program = folder / "worker.py", folder / "python"
    code.write_text(WORKER.format(blocks=blocks), "utf-8")
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {code} antigone.web.jobs.worker "$3"\n', "utf-8")
    program.chmod(0o700)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("antigone.web.jobs.jobs.sys.executable", str(program))
        yield


def newest(site: Site) -> RunLine:
    return list_runs(site.team["geneticist"], INCIDENT).rows[0]


def job_of(site: Site, job: str) -> Job:
    found = site.app.state.web.jobs.find(job)
    assert found is not None
    return found


def begun(site: Site, tmp_path: Path, blocks: int = 2) -> Job:
    """A search in a process of its own that has kept some of its four blocks, and computes on."""
    with slow_after(blocks, tmp_path):
        started = site.app.state.web.jobs.start(
            user="geneticist", purpose=PURPOSE, incident=INCIDENT, seed=5, block_families=1,
            key=worker_key(site.team.registry),
        )  # fmt: skip
    until(lambda: newest(site).id == job_of(site, started.id).run)
    until(lambda: newest(site).kept == blocks)
    return job_of(site, started.id)


def kill(site: Site, job: Job) -> None:
    """End its process without a word."""
    assert job.process is not None
    os.kill(job.process, signal.SIGKILL)
    until(lambda: job_of(site, job.id).has_ended)


def resume(site: Site, browser: TestClient, run: int) -> Job:
    answer = post(browser, "/run/resume", {"run": run})
    assert answer.status_code == 303, answer.text
    job = answer.headers["location"].partition("job=")[2]
    until(lambda: job_of(site, job).has_ended)
    return job_of(site, job)


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


def test_resume__when_a_donor_left_meanwhile_says_that_it_begins_anew(site, tmp_path):
    job, browser = begun(site, tmp_path), site.browser("geneticist")
    post(browser, "/search/cancel", {"job": job.id})
    withdraw_donor(site.team["coordinator"], INCIDENT, "F1", "FA")
    assert kept_rows(site.team.registry) == (1, 0)
    assert "No finished part of it is kept" in browser.get(f"/search?job={job.id}").text
    ended = resume(site, browser, newest(site).id)
    assert ended.state == "finished", ended.words
    assert "Resumed from the beginning: no finished part was kept." in browser.get(f"/search?job={ended.id}").text


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


def test_resume__of_a_search_that_still_computes_is_refused(site, tmp_path):
    job, browser = begun(site, tmp_path), site.browser("geneticist")
    assert "Resume" not in browser.get(f"/runs?incident={INCIDENT}").text
    assert post(browser, "/run/resume", {"run": job.run}).status_code == 409
    assert newest(site).state == "running"
    post(browser, "/search/cancel", {"job": job.id})


def test_pages__offer_resumption_to_geneticists_alone(site, tmp_path):
    job = begun(site, tmp_path)
    post(site.browser("geneticist"), "/search/cancel", {"job": job.id})
    page = site.browser("reviewer").get(f"/search?job={job.id}").text
    assert "2 of its 4 parts are kept" in page
    assert "<button" not in page.split("<main")[1]


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
