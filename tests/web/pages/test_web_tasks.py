"""What waits for families, in the browser and for programs: asked, told, answered, found alive."""

from __future__ import annotations

import pytest
from identified import identify
from registry_team import INCIDENT, audit
from web_calls import call, new_token
from web_site import Site, make_site, post

from antigone.team.review.reviewing import ask_to_reopen
from antigone.team.tasks.asking import ask_for_samples

FAMILY = {"incident": INCIDENT, "family": "F3"}
TOLD = {**FAMILY, "family": "F1", "missing": "MP", "day": "2026-11-23", "form": "in person", "teller": "JL"}
ALIVE = {**FAMILY, "family": "F2", "missing": "MP", "reason": "told by the police"}


@pytest.fixture
def site(tmp_path) -> Site:
    return make_site(tmp_path)


def tasks(site: Site, user: str = "coordinator") -> str:
    return site.browser(user).get(f"/tasks?incident={INCIDENT}").text


def family(site: Site, code: str, user: str = "coordinator") -> str:
    return site.browser(user).get(f"/family?incident={INCIDENT}&family={code}").text


@pytest.mark.slow
def test_ask__from_the_page_of_the_family_and_from_that_of_the_search(site):
    geneticist = site.browser("geneticist")
    assert "2 of 3 donors with consent took part" in family(site, "F3", "geneticist")
    page = geneticist.get(f"/run/findings?run={site.run}").text
    assert 'name="family" value="F3"' in page
    post(geneticist, "/families/ask", {"incident": INCIDENT, "family": ["F3"], "others": "F1, F2"})
    for code in ("F1", "F2", "F3"):
        assert f"Ask family {code} for one more sample." in tasks(site)
        assert "the family is asked for one more sample, since 2026-11-23" in family(site, code)
    post(geneticist, "/families/ask", {"incident": INCIDENT, "back": "F1"})
    assert "Ask family F1 for one more sample." not in tasks(site)
    assert "is asked already" in post(geneticist, "/families/ask", {"incident": INCIDENT, "family": "F3"}).text


@pytest.mark.slow
def test_ask__the_reason_is_on_no_page_of_anybody_else(site):
    ask_for_samples(site.team["geneticist"], INCIDENT, ["F3"])
    for user in ("registrar", "reviewer", "coordinator", "second geneticist"):
        page = family(site, "F3", user)
        for words in ("For you alone", "took part", "fit", "of 100 cases"):
            assert words not in page, (user, words)
        assert ("one more sample, since" in page) == (user != "reviewer")
    assert "F3" not in site.browser("auditor").get("/audit?action=ask+for+a+sample").text.partition("<tbody>")[2]


@pytest.mark.slow
def test_declined__ends_the_task_without_a_reason(site):
    ask_for_samples(site.team["geneticist"], INCIDENT, ["F3"])
    browser = site.browser("coordinator")
    assert "The family gives no further sample" in family(site, "F3")
    assert post(browser, "/family/declined", FAMILY).status_code == 303
    assert "Ask family F3" not in tasks(site)


@pytest.mark.slow
def test_told__is_recorded_and_reopening_asks_to_tell_again(site):
    pairing = identify(site.team)
    assert "Tell family F1 that MP is probably identified." in tasks(site)
    browser = site.browser("coordinator")
    assert "choose again" in post(browser, "/family/told", {**TOLD, "about": "the weather"}).text
    post(browser, "/family/told", {**TOLD, "about": "identified"})
    assert "the family was told on 2026-11-23 by JL, in person" in family(site, "F1")
    assert "Tell family F1" not in tasks(site)
    ask_to_reopen(site.team["geneticist"], pairing, version=2, reason="another tooth")
    assert "Tell family F1 that what it was told of MP is being checked again." in tasks(site)
    assert "About MP this letter will say</strong> that what they were told is being checked again" in family(
        site, "F1"
    )


@pytest.mark.slow
def test_alive__is_reported_by_one_and_confirmed_by_another(site):
    registrar, coordinator = site.browser("registrar"), site.browser("coordinator")
    assert "Report that MP was found alive" in family(site, "F2", "registrar")
    post(registrar, "/family/alive", {**ALIVE, "step": "propose", "version": "0"})
    assert "Confirm, as another person, that MP of family F2 was found alive." in tasks(site)
    refused = post(coordinator, "/family/alive", {**ALIVE, "step": "confirm", "version": "0"})
    assert refused.status_code == 409
    assert "choose again" in post(coordinator, "/family/alive", {**ALIVE, "step": "bury", "version": "1"}).text
    post(coordinator, "/family/alive", {**ALIVE, "step": "confirm", "version": "1"})
    assert "found alive" in family(site, "F2", "reviewer")
    assert "1 found alive" in site.browser("auditor").get("/").text
    assert "1 found alive" in site.browser("auditor").get(f"/incident?incident={INCIDENT}").text
    assert "their relative was found alive, confirmed by two persons." in family(site, "F2")


@pytest.mark.slow
def test_api__asks_tells_and_records_as_the_pages_do(site):
    tokens = {user: new_token(site, user) for user in ("geneticist", "coordinator", "registrar")}

    def send(user: str, path: str, **body: object) -> dict[str, object]:
        answer = call(site, tokens[user], "POST", path, json={"incident": INCIDENT, **body})
        assert answer.status_code == 200, answer.text
        found: dict[str, object] = answer.json()
        return found

    compared = send("geneticist", "/families/ask", families=["F3"])
    assert [(one["family"], one["used"], one["asked"]) for one in compared["families"]] == [("F3", 2, "2026-11-23")]  # type: ignore[attr-defined]
    waiting = call(site, tokens["coordinator"], "GET", "/tasks", params={"incident": INCIDENT}).json()
    assert {"incident": INCIDENT, "family": "F3", "what": "ask for a sample", "since": "2026-11-23"} | {
        "missing": "",
        "who": [],
    } in waiting["rows"]
    assert call(site, tokens["coordinator"], "GET", "/compared", params={"incident": INCIDENT}).status_code == 403
    send("geneticist", "/family/ask/take-back", family="F3")
    send("geneticist", "/families/ask", families=["F3"])
    send("coordinator", "/family/declined", family="F3")
    identify(site.team)
    told = {"family": "F1", "missing": "MP", "about": "identified", "told_on": "2026-11-23", "form": "by telephone"}
    shown = send("coordinator", "/family/told", **told)
    assert shown["sought"][0]["told"]["teller"] == "coordinator"  # type: ignore[index]
    alive = {"family": "F2", "missing": "MP", "reason": "told by the police"}
    send("registrar", "/family/alive/report", **alive, step="propose", version=0)
    answered = send("geneticist", "/family/alive/decide", **alive, step="confirm", version=1)
    assert answered["alive"][0]["state"] == "confirmed"  # type: ignore[index]
    assert ("coordinator", "record telling") in audit(site.team)
