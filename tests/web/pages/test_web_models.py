"""The page of the model of an incident, and the same by the API: what is said, and the two persons who agree."""

from __future__ import annotations

import pytest
from registry_team import INCIDENT
from web_calls import call as call
from web_calls import new_token as new_token
from web_site import Site, make_site, post

from antigone.team.access import users
from antigone.team.models.versions import read_model
from antigone.team.runs.searching import list_runs

PAGE = f"/model?incident={INCIDENT}"
THETA = ("incident.toml", b"[model]\ntheta = 0.03\n")


@pytest.fixture
def site(tmp_path) -> Site:
    return make_site(tmp_path)


def propose(site: Site) -> None:
    sent = {"incident": INCIDENT, "name": "theta 0.03", "reason": "the plan"}
    answer = post(site.browser("geneticist"), "/model/files", sent, files=[("files", THETA)])
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == f"{PAGE}&version=2"


def test_page__says_the_model_in_words_with_sources_hashes_and_who_agreed(site):
    page = site.browser("reviewer").get(PAGE).text
    for words in (
        "Model of the incident, version 1",
        "confirmed by two persons",
        "15 markers; invented;",
        '<span class="hash">SHA-256 ',
        "Mutation, mothers",
        "stepwise (rate 0.0005, rate2 1e-06, range 0.1)",
        "Brought by an import by registrar",
        "Confirmed by second geneticist",
    ):
        assert words in page, words


@pytest.mark.slow
def test_page__proposes_compares_and_confirms_another_model(site):
    propose(site)
    own = site.browser("geneticist").get(f"{PAGE}&version=2").text
    assert "Theta: 0.03 instead of 0" in own
    assert 'value="confirm"' not in own  # who proposed it cannot confirm it
    shown = site.browser("geneticist").get(f"/model/comparison?incident={INCIDENT}&version=2").text
    assert "log10 LR, version 1" in shown
    assert "PM1 as MP of F1" in shown
    other = site.browser("second geneticist")
    assert 'value="confirm"' in other.get(f"{PAGE}&version=2").text
    sent = {"incident": INCIDENT, "version": 2, "step": "confirm", "reason": "compared"}
    assert post(other, "/model/step", sent).status_code == 303
    assert read_model(site.team["geneticist"], INCIDENT).line.number == 2
    assert "to be computed again" in {line.state for line in list_runs(site.team["geneticist"], INCIDENT).rows}
    assert "This answer is old" in other.get(f"/joint?incident={INCIDENT}").text


@pytest.mark.slow
def test_page__refuses_who_proposed_it_and_a_step_without_a_reason(site):
    propose(site)
    sent = {"incident": INCIDENT, "version": 2, "step": "confirm", "reason": "me again"}
    answer = post(site.browser("geneticist"), "/model/step", sent)
    assert (answer.status_code, "another person has to confirm it" in answer.text) == (403, True)
    bare = post(site.browser("second geneticist"), "/model/step", sent | {"reason": " "})
    assert (bare.status_code, "without a reason" in bare.text) == (422, True)
    wrong = post(site.browser("second geneticist"), "/model/step", sent | {"step": "erase"})
    assert wrong.status_code == 422


@pytest.mark.slow
def test_run_page__names_the_version(site):
    page = site.browser("reviewer").get(f"/run?run={site.run}").text
    assert f'<a href="/model?incident={INCIDENT}&amp;version=1">version 1</a>' in page
    assert "version 1 (as first imported), confirmed" in page


@pytest.mark.slow
def test_import_page__takes_an_addition_and_says_what_is_otherwise(site):
    registrar = site.browser("registrar")
    files = [
        ("files", ("incident.toml", b"[model]\ntheta = 0.03\n")),
        ("files", ("week5.csv", b"sample,marker,allele1,allele2\nPM1,M00,10,11\n")),
    ]
    shown = post(registrar, "/import", {"code": INCIDENT}, files=files)
    assert "The files state another model than version 1, which stays in force" in shown.text
    assert "theta: 0.03 instead of 0" in shown.text
    refused = post(registrar, "/import", {"code": "new"}, files=files[1:])
    assert (refused.status_code, "no settings" in refused.text) == (422, True)


@pytest.mark.slow
def test_api__shows_proposes_compares_and_confirms(site):
    tokens = {}
    for code in ("geneticist", "second geneticist", "registrar"):
        tokens[code] = users.add_own_token(site.team[code], name="program", days=1)
    shown = call(site, tokens["registrar"], "GET", "/model", params={"incident": INCIDENT}).json()
    theta = next(one for one in shown["words"] if one["choice"]["text"] == "theta")
    assert (shown["line"]["number"], shown["line"]["state"], theta["value"]["text"]) == (1, "confirmed", "0")
    sent = {"incident": INCIDENT, "name": "theta 0.03", "reason": "the plan"}
    made = call(site, tokens["geneticist"], "POST", "/model/files", data=sent, files=[("files", THETA)])
    assert made.status_code == 200, made.text
    assert [one["text"] for one in made.json()["differences"]] == ["theta: 0.03 instead of 0"]
    asked = {"incident": INCIDENT, "version": 2}
    compared = call(site, tokens["geneticist"], "GET", "/model/comparison", params=asked).json()
    assert {pair["unidentified"] for pair in compared["pairs"]} >= {"PM1", "PM2"}
    step = asked | {"reason": "compared"}
    assert call(site, tokens["geneticist"], "POST", "/model/confirm", json=step).status_code == 403
    done = call(site, tokens["second geneticist"], "POST", "/model/confirm", json=step).json()
    assert (done["line"]["state"], done["line"]["in_force"]) == ("confirmed", True)


@pytest.mark.slow
def test_api__imports_an_addition_and_says_what_came_of_the_model(site):
    token = new_token(site, "registrar")
    files = [
        ("files", ("incident.toml", b"[model]\ntheta = 0.03\n")),
        ("files", ("bodies.csv", b"sample,sex\nPM9,male\n")),
        ("files", ("kit.csv", b"sample,marker,allele1,allele2\nPM9,M00,10,11\n")),
    ]
    answer = call(site, token, "POST", "/import", files=files, data={"code": INCIDENT})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["unidentified"], told["profiles"], told["models"]) == (1, 1, 1)
    assert told["model"][1]["text"] == "theta: 0.03 instead of 0"


@pytest.mark.slow
def test_api__refuses_a_version_and_says_so(site):
    token = users.add_own_token(site.team["geneticist"], name="program", days=1)
    sent = {"incident": INCIDENT, "version": 1, "reason": "no"}
    answer = call(site, token, "POST", "/model/refuse", json=sent)
    assert (answer.status_code, "is confirmed, so 'refuse' is not possible" in answer.json()["detail"]) == (409, True)
    assert call(site, token, "POST", "/model/propose", json=sent | {"version": 7}).status_code == 404
