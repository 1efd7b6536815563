"""What is refused: said in plain words, in the frame of the page, with the way back to where the form was."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from registry_team import INCIDENT, password_of
from web_site import Site, make_site, post, sign_in

from antigone.team.access.roles import Action
from antigone.team.keeping.auditing import read_audit
from antigone.web.requests.actions import IN_WORDS


@pytest.fixture
def site(tmp_path) -> Site:
    return make_site(tmp_path)


def test_words__there_are_some_for_every_action():
    assert set(IN_WORDS) == set(get_args(Action))


def test_refusal__of_a_page_says_in_plain_words_what_was_asked_for(site):
    page = site.browser("coordinator").get(f"/candidates?incident={INCIDENT}").text
    words = "Looking at the list of candidates is for the geneticist or reviewer; you are signed in as coordinator"
    assert words in page
    assert "see candidates" not in page


@pytest.mark.slow
@pytest.mark.parametrize("address", [f"/candidates?incident={INCIDENT}", "/no-such-page", "/candidate?id=x"])
def test_refusal__keeps_the_frame_for_somebody_who_is_signed_in(address, site):
    page = site.browser("coordinator").get(address).text
    assert 'action="/sign-out"' in page
    assert "coordinator" in page
    assert page.count('id="main"') == 1
    assert 'action="/sign-out"' not in site.browser().get("/no-such-page").text


def test_refusal__of_a_form_leads_back_to_where_it_stood(site):
    browser = site.browser("geneticist")
    stood = f"http://testserver/candidate?id={site.candidate}"
    given = {"id": site.candidate, "pairing": 1, "version": 7, "decision": "propose", "reason": "looked at all"}
    answer = post(browser, "/candidate/decide", given, headers={"referer": stood})
    assert answer.status_code == 409
    assert f'href="/candidate?id={site.candidate}">Back to the page before' in answer.text
    elsewhere = post(browser, "/candidate/decide", given, headers={"referer": "https://elsewhere.example/x"})
    assert "Back to the page before" not in elsewhere.text
    assert "elsewhere" not in elsewhere.text


def test_account__a_wrong_password_until_now_is_said_beside_its_form(site):
    browser = site.browser("reviewer")
    sent = {"old": "a wrong password", "new": "another long one", "again": "another long one"}
    answer = post(browser, "/account/password", sent)
    assert answer.status_code == 403
    assert "The password until now is wrong; type it again." in answer.text
    assert 'name="old"' in answer.text
    assert "This is not open to you" not in answer.text


@pytest.mark.slow
def test_users__an_access_ends_when_the_code_is_typed_again_and_can_be_given_again(site):
    administrator, reviewer = site.browser("administrator"), site.browser("reviewer")
    refused = post(administrator, "/users/leave", {"code": "reviewer", "typed": "review"})
    assert refused.status_code == 422
    assert reviewer.get("/").status_code == 200
    assert post(administrator, "/users/leave", {"code": "reviewer", "typed": "reviewer"}).status_code == 303
    assert reviewer.get("/").status_code == 303
    again = post(administrator, "/users/return", {"code": "reviewer", "password": "a first password"})
    assert again.status_code == 303
    assert "has access again as reviewer" in administrator.get("/users").text
    assert sign_in(site.browser(), "reviewer", "a first password").status_code == 303
    assert sign_in(site.browser(), "reviewer", password_of("reviewer")).status_code != 303
    assert '{"reactivate":"reviewer"}' in [line.subject for line in read_audit(site.team["auditor"]).rows]


@pytest.mark.parametrize("code", ["reviewer", "nobody"])
def test_users__access_is_given_again_only_where_it_was_ended(code, site):
    answer = post(site.browser("administrator"), "/users/return", {"code": code, "password": "a first password"})
    assert answer.status_code == 409
    assert sign_in(site.browser(), "reviewer").status_code == 303


@pytest.mark.slow
def test_withdrawal__of_one_candidate_is_told_in_the_singular(site):
    browser = site.browser("coordinator")
    sent = {"incident": INCIDENT, "family": "F1", "member": "FA", "typed": "FA"}
    assert post(browser, "/family/withdraw", sent).status_code == 303
    assert re.search(r"1 candidate lost its numbers; 1 search must", browser.get("/account").text)
