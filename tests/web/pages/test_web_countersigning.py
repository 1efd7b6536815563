"""In the browser: a given password opens nothing but its form, and a changed access waits to be countersigned."""

from __future__ import annotations

import pytest
from registry_team import FIRST, own_password
from web_site import Site, hidden, make_site, post, sign_in

from antigone.team.access import users
from antigone.team.access.countersigning import list_changes

NEW = "one of my own, long"


@pytest.fixture
def site(tmp_path) -> Site:
    return make_site(tmp_path)


@pytest.mark.slow
def test_sign_in__with_a_given_password_leads_to_the_form_for_another_one(site):
    users.set_password(site.team["administrator"], "reviewer", password=FIRST)
    browser = site.browser()
    assert sign_in(browser, "reviewer", FIRST).status_code == 303
    for address in ("/", "/candidates?incident=ferry", f"/candidate?id={site.candidate}"):
        answer = browser.get(address)
        assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    part = browser.get("/", headers={"hx-request": "true"})
    assert (part.status_code, part.headers["hx-redirect"]) == (204, "/account")
    page = browser.get("/account").text
    assert "Your password was given to you by somebody else, who knows it" in page
    assert "One-time codes" not in page
    assert "Overview" not in page
    same = post(browser, "/account/password", {"old": FIRST, "new": FIRST, "again": FIRST})
    assert "This is the password that somebody else gave you" in same.text
    done = post(browser, "/account/password", {"old": FIRST, "new": NEW, "again": NEW})
    assert done.headers["location"] == "/sign-in?ended=password"
    assert sign_in(browser, "reviewer", NEW).status_code == 303
    assert browser.get("/").status_code == 200


@pytest.mark.slow
def test_form__of_somebody_with_a_given_password_does_nothing_else(site):
    users.set_password(site.team["administrator"], "registrar", password=FIRST)
    browser = site.browser()
    sign_in(browser, "registrar", FIRST)
    csrf = hidden(browser.get("/account").text, "csrf")
    answer = browser.post("/account/token", data={"csrf": csrf, "name": "mine", "days": "3"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")


@pytest.mark.slow
def test_countersign__in_the_browser_lets_the_user_decide_again(site):
    users.set_password(site.team["administrator"], "geneticist", password=FIRST)
    waits = site.browser("auditor").get("/countersign").text
    assert "has not chosen a password of their own yet" in waits
    own_password(site.team.registry, "geneticist")
    browser = site.browser("geneticist")
    shown = browser.get(f"/candidate?id={site.candidate}").text
    assert "You take part in no decision now:" in shown
    assert "&#39;administrator&#39; gave a password on 2026-11-23" in shown
    assert 'value="propose"' not in shown
    assert "You take part in no decision now:" in browser.get("/account").text
    assert "to be countersigned" in site.browser("administrator").get("/users").text
    own = site.browser("administrator").get("/countersign").text
    assert "you made this change yourself" in own
    (change,) = list_changes(site.team["auditor"])
    done = post(site.browser("auditor"), "/countersign", {"change": change.number})
    assert done.headers["location"] == "/countersign"
    assert "Nothing waits." in site.browser("auditor").get("/countersign").text
    assert 'value="propose"' in browser.get(f"/candidate?id={site.candidate}").text


@pytest.mark.slow
def test_own_token__is_shown_once_and_named_as_ones_own(site):
    browser = site.browser("geneticist")
    page = post(browser, "/account/token", {"name": "laboratory", "days": 3}).text
    assert "Your token. It is shown this once" in page
    assert "laboratory, made by you, until" in browser.get("/account").text
