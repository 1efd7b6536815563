"""A stored candidate worked out in full: as a search would have done it, under the consents of today, or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from registry_team import INCIDENT, Team, audit, small_incident, team_at_work
from web_site import Site, make_site, post

from antigone.casework.pairs import candidates as describing
from antigone.errors import Conflict, ConsentError, Forbidden
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.profile import Profile
from antigone.model.results.search import Candidate
from antigone.papers import write_expert_report
from antigone.team.incidents.consents import withdraw_donor
from antigone.team.incidents.importing import import_incident
from antigone.team.review.candidates import list_candidates, read_candidate
from antigone.team.review.working_out import work_out
from antigone.team.runs.searching import search
from antigone.web.jobs.jobs import Job, write_job


@pytest.fixture
def brief(monkeypatch, tmp_path) -> Team:
    """A team with a search that listed every candidate in brief."""
    monkeypatch.setattr(describing, "MOST_DETAILED", 1)
    monkeypatch.setattr(describing, "MOST_SENSITIVE", 0)
    team = team_at_work(str(tmp_path / "registry.db"))
    search(team["geneticist"], INCIDENT)
    monkeypatch.undo()
    return team


def stored(team: Team, number: int) -> Candidate:
    found = read_candidate(team["reviewer"], number).candidate
    assert found is not None
    return found


def last(team: Team) -> int:
    return list_candidates(team["geneticist"], INCIDENT).rows[-1].id


@pytest.mark.slow
def test_work_out__gives_what_the_search_gives_its_strongest(brief, tmp_path):
    number = last(brief)
    before = stored(brief, number)
    assert not before.detailed
    work_out(brief["geneticist"], number)
    (tmp_path / "full").mkdir()
    full = team_at_work(str(tmp_path / "full" / "registry.db"))
    search(full["geneticist"], INCIDENT)
    expected = stored(full, last(full))
    found = stored(brief, number)
    assert (found.rank, found.posterior) == (before.rank, before.posterior)
    assert found.log10_lr == pytest.approx(expected.log10_lr, rel=1e-12)
    assert found.log10_lr_by_marker == expected.log10_lr_by_marker
    assert found.evidence == expected.evidence
    assert found.worked_out
    assert found.sensitivity
    assert found.relatives


@pytest.mark.slow
def test_work_out__makes_an_expert_report_possible(brief):
    number = last(brief)
    work_out(brief["reviewer"], number)
    assert write_expert_report(brief["reviewer"], number).content.startswith(b"%PDF")


@pytest.mark.slow
def test_work_out__stores_nothing_when_the_lr_is_another_now(brief):
    """An allele that nobody had before gets the least frequency, and all others of the marker become rarer."""
    number, incident = last(brief), small_incident()
    before = stored(brief, number)
    marker = before.markers_compared[0]
    new = UnidentifiedPerson("PM99", Profile("PM99", {marker: ("99", "99")}))
    import_incident(brief["registrar"], INCIDENT, replace(incident, unidentified=(*incident.unidentified, new)))
    with pytest.raises(Conflict, match="search again"):
        work_out(brief["geneticist"], number)
    assert stored(brief, number) == before


@pytest.mark.slow
def test_work_out__a_closed_candidate_stays_closed(brief):
    number = last(brief)
    line = list_candidates(brief["geneticist"], INCIDENT).rows[-1]
    donor = read_candidate(brief["geneticist"], number).family.donors[0].member
    withdraw_donor(brief["registrar"], INCIDENT, line.family, donor)
    with pytest.raises(ConsentError, match="has left"):
        work_out(brief["geneticist"], number)


@pytest.mark.slow
def test_work_out__is_for_geneticists_and_reviewers_and_stands_in_the_audit(brief):
    number = last(brief)
    with pytest.raises(Forbidden):
        work_out(brief["coordinator"], number)
    work_out(brief["geneticist"], number)
    assert audit(brief).count(("geneticist", "work out")) == 2
    assert ("geneticist", "read profiles") in audit(brief)


@pytest.mark.slow
def test_work_out__is_sealed_under_the_key_of_the_candidate(brief, tmp_path):
    """What is kept goes with the key when somebody leaves: no marker of it stands in the clear."""
    work_out(brief["geneticist"], last(brief))
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("registry.db*"))
    assert b"chance" in kept
    assert b"log10_lr_by_marker" not in kept
    assert b"full sibling" not in kept


@pytest.mark.slow
def test_work_out__tells_how_far_it_is(brief):
    told: list[str] = []
    work_out(brief["geneticist"], last(brief), progress=lambda step, done, of: told.append(f"{step} {done}/{of}"))
    assert told == ["reading the profiles 0/1", "reading the profiles 1/1", "working out the pair 0/1",
                    "working out the pair 1/1"]  # fmt: skip


@pytest.fixture
def site(tmp_path) -> Site:
    return make_site(tmp_path)


@pytest.mark.slow
def test_page__works_a_candidate_out_in_a_process_and_shows_it(site, monkeypatch):
    monkeypatch.setattr(describing, "MOST_SENSITIVE", 0)
    search(site.team["geneticist"], INCIDENT)
    number = list_candidates(site.team["geneticist"], INCIDENT).rows[0].id
    browser = site.browser("reviewer")
    assert "Work it out in full" in browser.get(f"/candidate?id={number}").text
    there = post(browser, "/candidate/work-out", {"id": number}).headers["location"]
    job = there.partition("job=")[2].partition("#")[0]
    with browser.stream("GET", f"/candidate/events?job={job}") as answer:
        assert "".join(answer.iter_text()).endswith("event: ended\ndata: {}\n\n")
    page = browser.get(there).text
    assert "It is worked out in full." in page
    assert "When one assumption changes" in page
    assert "A close relative instead?" in page
    assert "Work it out in full</button>" not in page


@pytest.mark.slow
def test_page__says_why_it_could_not_be_worked_out(site):
    place = site.team.registry.engine.url.database
    jobs = site.app.state.web.jobs
    failed = Job("0" * 16, str(place), "geneticist", "x", INCIDENT, state="failed", kind="candidate",
                 candidate=site.candidate, words="the LR is not that of the search any more")  # fmt: skip
    write_job(jobs._path(failed.id), failed)
    page = site.browser("geneticist").get(f"/candidate?id={site.candidate}&job={failed.id}").text
    assert "The LR is not that of the search any more" in page
    other = site.browser("geneticist").get(f"/candidate?id={site.candidate + 1}&job={failed.id}").text
    assert "not that of the search" not in other


def test_jobs__one_candidate_is_not_worked_out_twice_at_once(site):
    jobs = site.app.state.web.jobs
    running = [
        Job(f"{n:016x}", "", "geneticist", "x", INCIDENT, state="running", kind="candidate", candidate=n, process=1)
        for n in range(1, 4)
    ]
    jobs._is_alive = lambda job: True
    write_job(jobs._path(running[0].id), running[0])
    with pytest.raises(Conflict, match="being worked out already"):
        jobs.start(user="geneticist", purpose="x", incident=INCIDENT, key="", kind="candidate", candidate=1)
    for job in running[1:]:
        write_job(jobs._path(job.id), job)
    with pytest.raises(Conflict, match="3 candidates"):
        jobs.start(user="geneticist", purpose="x", incident=INCIDENT, key="", kind="candidate", candidate=9)
