"""Searches in processes of their own: watched, cancelled, and going on when the application stops."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from registry_team import INCIDENT
from waiting import SECONDS_TO_WAIT as SECONDS_TO_WAIT
from waiting import until as until
from web_site import Site, TestClient, make_site, post

from antigone.registry.runs.runs import start_run
from antigone.team.runs.searching import list_runs
from antigone.web.jobs.jobs import Job, Jobs, read_job, write_job
from antigone.web.shared.resuming import cancel_job

pytestmark = pytest.mark.slow

CODE = "0123456789abcdef"


@pytest.fixture
def site(tmp_path) -> Iterator[Site]:
    made = make_site(tmp_path)
    yield made
    for child in made.app.state.web.jobs._children.values():
        child.wait(SECONDS_TO_WAIT)


def start(browser: TestClient) -> str:
    answer = post(browser, "/search", {"incident": INCIDENT, "seed": "7"})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("job=")[2]


def job_of(site: Site, job: str) -> Job:
    found = site.app.state.web.jobs.find(job)
    assert found is not None
    return found


def test_search__runs_in_a_process_of_its_own_and_is_watched_to_its_end(site):
    browser = site.browser("geneticist")
    job = start(browser)
    with browser.stream("GET", f"/search/events?job={job}") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        events = "".join(answer.iter_text())
    assert "event: progress" in events
    assert events.endswith("event: ended\ndata: {}\n\n")
    assert job_of(site, job).state == "finished"
    page = browser.get(f"/search?job={job}").text
    assert "The search is finished" in page
    newest = list_runs(site.team["geneticist"], INCIDENT).rows[0]
    assert (newest.id, newest.state, newest.started_by) == (job_of(site, job).run, "finished", "geneticist")
    assert newest.purpose == site.team["geneticist"].purpose


def test_search__of_one_incident_is_not_started_twice(site):
    browser = site.browser("geneticist")
    job = start(browser)
    assert post(browser, "/search", {"incident": INCIDENT}).status_code == 409
    until(lambda: job_of(site, job).has_ended)
    assert post(browser, "/search", {"incident": INCIDENT}).status_code == 303


def test_search__goes_on_when_the_application_stops(site, tmp_path):
    """Another start of the application finds the search by its file alone."""
    job = start(site.browser("geneticist"))
    again = Jobs(tmp_path / "work", place=str(tmp_path / "registry.db"))
    until(lambda: (seen := read_job(tmp_path / "work" / f"{job}.json")) is not None and seen.state != "waiting")
    until(lambda: (found := again.find(job)) is not None and found.has_ended)
    assert job_of(site, job).state == "finished"


def test_search__an_unknown_incident_or_seed_is_refused(site):
    browser = site.browser("geneticist")
    assert post(browser, "/search", {"incident": "none"}).status_code == 404
    assert post(browser, "/search", {"incident": INCIDENT, "seed": "-1"}).status_code == 422
    assert list(site.app.state.web.jobs.all()) == []


def test_search__its_file_holds_no_key_and_is_closed_to_others(site, tmp_path):
    job = start(site.browser("geneticist"))
    until(lambda: job_of(site, job).has_ended)
    path = tmp_path / "work" / f"{job}.json"
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0
    assert set(json.loads(path.read_text("utf-8"))) == set(Job.__dataclass_fields__)


@pytest.mark.parametrize("job", ["none", "../registry", "", "a b", "a" * 300, CODE, CODE + "\n", "０" * 16])
def test_job__an_unknown_one_is_refused_in_words(site, job):
    browser = site.browser("geneticist")
    for path in ("/search", "/search/events", "/joint/events"):
        assert browser.get(path, params={"job": job}).status_code == 422
    for path in ("/search/cancel", "/joint/cancel"):
        assert post(browser, path, {"job": job}).status_code == 422


@pytest.mark.parametrize("role", ["registrar", "administrator", "auditor", "coordinator"])
def test_search__is_watched_by_those_who_see_runs_alone(site, role):
    job = start(site.browser("geneticist"))
    assert site.browser(role).get(f"/search?job={job}").status_code == 403
    assert site.browser(role).get(f"/search/events?job={job}").status_code == 403
    assert post(site.browser(role), "/search/cancel", {"job": job}).status_code == 403


def kept(folder: Path, **values: object) -> Jobs:
    jobs = Jobs(folder, place="registry.db")
    job = Job(CODE, "registry.db", "geneticist", "to test", INCIDENT)
    write_job(folder / f"{CODE}.json", replace(job, **values))  # type: ignore[arg-type]
    return jobs


def test_jobs__a_process_that_died_without_a_word_has_failed(tmp_path):
    jobs = kept(tmp_path, state="running", process=2**22 + 1)
    found = jobs.find(CODE)
    assert found is not None
    assert found.state == "failed"
    assert "without an error message" in found.words


def test_jobs__a_number_that_is_another_process_now_is_no_search(tmp_path):
    found = kept(tmp_path, state="running", process=os.getpid()).find(CODE)
    assert found is not None
    assert found.state == "failed"


def test_jobs__a_file_is_replaced_whole(tmp_path):
    jobs = kept(tmp_path, state="finished", run=3)
    found = jobs.find(CODE)
    assert found is not None
    assert found.run == 3
    assert [p.name for p in tmp_path.iterdir()] == [f"{CODE}.json"]


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"id": 1}', '{"id": "x", "place": "y"}'])
def test_jobs__a_file_that_holds_no_job_is_removed_and_stops_no_page(site, tmp_path, content):
    """As after a power cut; two others are whole, one of them by a version with a field that we do not know."""
    jobs = kept(tmp_path / "work", state="finished")
    whole, newer = tmp_path / "work" / f"{CODE}.json", tmp_path / "work" / f"{'1' * 16}.json"
    newer.write_text(json.dumps(json.loads(whole.read_text("utf-8")) | {"id": "1" * 16, "unknown": 1}), "utf-8")
    broken = tmp_path / "work" / f"{'2' * 16}.json"
    for address in ("/runs", "/joint"):
        broken.write_text(content, "utf-8")
        assert site.browser("geneticist").get(f"{address}?incident={INCIDENT}").status_code == 200
        assert not broken.exists()
    assert {job.id for job in jobs.all()} == {CODE, "1" * 16}


def test_jobs__a_file_removed_while_they_are_listed_is_passed_over(tmp_path, monkeypatch):
    jobs = kept(tmp_path, state="finished")
    gone = tmp_path / f"{'2' * 16}.json"
    found = list(tmp_path.glob("*.json"))
    monkeypatch.setattr("antigone.web.jobs.jobs.Path.glob", lambda *_: iter([gone, *found]))
    assert [job.id for job in jobs.all()] == [CODE]


def test_jobs__a_file_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    done: list[str] = []
    real_replace = Path.replace

    def replace_and_tell(path: Path, to: Path) -> Path:
        done.append("name")
        return real_replace(path, to)

    monkeypatch.setattr("antigone.web.jobs.jobs.os.fsync", lambda _file: done.append("sync"))
    monkeypatch.setattr("antigone.web.jobs.jobs.Path.replace", replace_and_tell)
    kept(tmp_path, state="finished")
    assert done == ["sync", "name"]


def slow_worker(monkeypatch, tmp_path, run: int) -> None:
    """In the place of a worker, a process that computes for an hour under the number of a run."""
    program = tmp_path / "python"
    edit = f's/"run": null/"run": {run}/; s/"state": "waiting"/"state": "running"/'
    sleep = f'exec {sys.executable} -c "import time; time.sleep(3600)" antigone.web.jobs.worker'
    program.write_text(f"#!/bin/sh\nsed -i '{edit}' \"$3\"\n{sleep}\n", "utf-8")
    program.chmod(0o700)
    monkeypatch.setattr("antigone.web.jobs.jobs.sys.executable", str(program))


def test_search__is_cancelled_at_once_wherever_it_computes(site, tmp_path, monkeypatch):
    session = site.team["geneticist"]
    with session.registry.engine.begin() as connection:
        run = start_run(
            connection, incident=INCIDENT, started_by=session.user, purpose="to test", day=session.registry.today(),
            at=session.registry.now(), left_out={},
        )  # fmt: skip
    browser = site.browser("geneticist")
    slow_worker(monkeypatch, tmp_path, run)
    job = start(browser)
    until(lambda: job_of(site, job).run == run)
    assert post(browser, "/search/cancel", {"job": job}).status_code == 303
    assert job_of(site, job).state == "cancelled"
    assert list_runs(session, INCIDENT).rows[0].state == "cancelled"
    (child,) = site.app.state.web.jobs._children.values()
    assert child.returncode is not None
    assert "was cancelled" in browser.get(f"/search?job={job}").text


def stalled_worker(monkeypatch, tmp_path) -> None:
    """In the place of a worker, a process that never begins."""
    program = tmp_path / "python"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -c "import time; time.sleep(3600)" "$@"\n', "utf-8")
    program.chmod(0o700)
    monkeypatch.setattr("antigone.web.jobs.jobs.sys.executable", str(program))


@pytest.mark.parametrize(("start_at", "end_at"), [("/search", "/search/cancel"), ("/joint", "/joint/cancel")])
def test_jobs__one_that_has_not_begun_can_be_cancelled(site, tmp_path, monkeypatch, start_at, end_at):
    browser = site.browser("geneticist")
    stalled_worker(monkeypatch, tmp_path)
    assert post(browser, start_at, {"incident": INCIDENT}).status_code == 303
    (job,) = site.app.state.web.jobs.all()
    assert (job.state, job.run) == ("waiting", None)
    assert post(site.browser("reviewer"), end_at, {"job": job.id}).status_code == 403
    assert post(browser, end_at, {"job": job.id}).status_code == 303
    assert job_of(site, job.id).state == "cancelled"
    (child,) = site.app.state.web.jobs._children.values()
    assert child.returncode is not None


def test_jobs__a_run_that_began_while_it_was_cancelled_is_ended_too(site, tmp_path):
    """The process may begin its run between the look at the job and its end."""
    session, web = site.team["geneticist"], site.app.state.web
    with session.registry.engine.begin() as connection:
        run = start_run(
            connection, incident=INCIDENT, started_by=session.user, purpose="to test", day=session.registry.today(),
            at=session.registry.now(), left_out={},
        )  # fmt: skip
    looked_at = Job(CODE, "registry.db", "geneticist", "to test", INCIDENT)
    write_job(tmp_path / "work" / f"{CODE}.json", replace(looked_at, state="running", run=run))
    line = cancel_job(web, session, looked_at)
    assert line is not None
    assert (line.id, line.state) == (run, "cancelled")
    assert job_of(site, CODE).state == "cancelled"
