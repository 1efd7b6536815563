"""Joint identification over the API: asked for, watched to its end, read, cancelled."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
from registry_team import INCIDENT, NOON
from web_calls import call as call
from web_calls import new_token as new_token
from web_site import Site, make_site

from antigone.registry.runs.joint_runs import start_joint
from antigone.registry.store.database import transaction
from antigone.report.pages.joint import joint_json
from antigone.team.incidents.consents import withdraw_donor
from antigone.team.runs.joint import read_joint

SECONDS_TO_WAIT = 60.0


@pytest.fixture
def site(tmp_path) -> Iterator[Site]:
    made = make_site(tmp_path)
    yield made
    for child in made.app.state.web.jobs._children.values():
        child.wait(SECONDS_TO_WAIT)


@pytest.mark.slow
def test_answer__is_that_of_joint_json(site):
    token = new_token(site, "reviewer")
    (line,) = call(site, token, "GET", "/joint-runs", params={"incident": INCIDENT}).json()
    assert (line["id"], line["state"], line["answered"]) == (1, "finished", True)
    shown = call(site, token, "GET", "/joint-runs/1").json()
    result = read_joint(site.team["reviewer"], 1).result
    assert result is not None
    assert shown["line"] == line
    assert shown["closed"] == ""
    of_file = json.loads(joint_json(result))
    del of_file["format"], of_file["format_version"]
    for told in (of_file, shown["result"]):
        del told["provenance"]["choices"]  # in the file each model says which it is; here the description does
    assert shown["result"] == of_file


@pytest.mark.slow
def test_answer__is_erased_when_a_donor_leaves(site):
    withdraw_donor(site.team["coordinator"], INCIDENT, "F2", "MO")
    shown = call(site, new_token(site, "reviewer"), "GET", "/joint-runs/1").json()
    assert shown["result"] is None
    assert shown["line"]["state"] == "to be computed again"


@pytest.mark.slow
def test_pair__is_told_or_null(site):
    token = new_token(site, "geneticist")
    asked = {"incident": INCIDENT, "unidentified": "PM1", "family": "F1", "missing": "MP"}
    told = call(site, token, "GET", "/joint-pair", params=asked).json()
    assert (told["run"], told["prior"]) == (
        1,
        call(site, token, "GET", "/joint-runs/1").json()["result"]["prior_sentence"],
    )
    assert told["posterior"] > 0.9
    assert call(site, token, "GET", "/joint-pair", params=asked | {"family": "none"}).json() is None


@pytest.mark.slow
def test_start__runs_in_a_process_of_its_own_to_its_end(site):
    token = new_token(site, "geneticist")
    answer = call(site, token, "POST", "/joint", json={"incident": INCIDENT, "prior": "open=3"})
    assert answer.status_code == 202, answer.text
    job, end = answer.json(), time.monotonic() + SECONDS_TO_WAIT
    assert call(site, token, "GET", f"/searches/{job['id']}").status_code == 404
    while job["state"] in ("waiting", "running"):
        assert time.monotonic() < end, job
        time.sleep(0.05)
        job = call(site, token, "GET", f"/joint/{job['id']}").json()
    assert (job["state"], job["run"]) == ("finished", 2), job
    shown = call(site, token, "GET", "/joint-runs/2").json()
    assert shown["result"]["prior"] == {"kind": "open", "value": 3.0}


@pytest.mark.slow
@pytest.mark.parametrize("prior", ["none", "open", "open=nan", "odds=inf", "fraction=2", "flat=1"])
def test_start__a_prior_that_is_none_is_refused_before_anything_starts(site, prior):
    answer = call(site, new_token(site, "geneticist"), "POST", "/joint", json={"incident": INCIDENT, "prior": prior})
    assert answer.status_code == 422, answer.text
    assert "prior" in answer.json()["detail"]
    assert list(site.app.state.web.jobs.all()) == []


@pytest.mark.slow
def test_start__of_an_unknown_incident_starts_nothing(site):
    answer = call(site, new_token(site, "geneticist"), "POST", "/joint", json={"incident": "none"})
    assert (answer.status_code, list(site.app.state.web.jobs.all())) == (404, [])


@pytest.mark.slow
def test_cancel__ends_one_whose_process_is_gone(site):
    with transaction(site.team.registry.engine) as connection:
        run = start_joint(connection, incident=INCIDENT, started_by=3, purpose="x", day=NOON.date(), at="", left_out={})
    token = new_token(site, "geneticist")
    assert call(site, token, "POST", f"/joint-runs/{run}/cancel").json()["state"] == "cancelled"
    assert call(site, token, "POST", f"/joint-runs/{run}/cancel").status_code == 409
