"""What protects the registry from a browser, and a browser from others: sessions, forms, headers, limits."""

from __future__ import annotations

import re

import pytest
from httpx import Response
from web_routes import routes as routes
from web_routes import site as site
from web_site import Site, TestClient, hidden, make_site, post, sign_in

from antigone.errors import Forbidden, InputError
from antigone.team.access.users import list_users
from antigone.team.keeping.auditing import read_audit
from antigone.web.app import TRIES
from antigone.web.pages.signing import _own_page
from antigone.web.requests.security import FORM_BYTES, FormSeal
from antigone.web.requests.sessions import Sessions, Throttle
from antigone.web.requests.settings import WebSettings
from antigone.web.requests.visits import signed_in

OPEN_TO_ALL = {"/sign-in", "/health", "/metrics"}


def test_pages__every_one_but_sign_in_and_those_that_watch_needs_a_session(site):
    open_ones = {
        route.path for route in routes(site) if signed_in not in [d.call for d in route.dependant.dependencies]
    }
    assert len(routes(site)) > 30
    assert open_ones == OPEN_TO_ALL


@pytest.mark.slow
def test_pages__without_a_session_lead_to_the_sign_in_page_and_back(site):
    answer = site.browser().get("/candidates?incident=ferry")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?then=%2Fcandidates%3Fincident%3Dferry"
    browser = site.browser()
    assert sign_in(browser, "geneticist", then="/candidates?incident=ferry").headers["location"].startswith("/cand")


def test_parts_of_pages__without_a_session_send_the_whole_page_to_sign_in(site):
    answer = site.browser().get("/candidates?incident=ferry", headers={"hx-request": "true"})
    assert answer.status_code == 204
    assert answer.headers["hx-redirect"].startswith("/sign-in")


def said_at_sign_in(browser: TestClient, answer: Response) -> str:
    """What the sign-in page says to a browser that was sent there."""
    assert answer.status_code == 303
    page = browser.get(answer.headers["location"]).text
    found = re.search(r'<div class="calm" role="status"><p>([^<]+)</p>', page)
    return found[1] if found else ""


def test_sign_in__says_that_nobody_clicked_and_leads_back(site):
    browser = site.browser("geneticist")
    site.time.now += 31 * 60
    answer = browser.get("/candidates?incident=ferry")
    words = "Your session ended: for 30 minutes nothing was clicked. Sign in, and you are back where you were."
    assert said_at_sign_in(browser, answer) == words
    assert hidden(browser.get(answer.headers["location"]).text, "then") == "/candidates?incident=ferry"


@pytest.mark.slow
def test_sign_in__says_that_the_session_was_long(site):
    browser = site.browser("geneticist")
    for _ in range(26):
        site.time.now += 24 * 60
        answer = browser.get("/")
    assert said_at_sign_in(browser, answer) == "Your session ended: it lasted 10 hours, the longest it may."


def test_sign_in__says_that_the_application_was_started_again(site):
    browser = site.browser()
    browser.cookies.set("antigone", "of the process before")
    assert said_at_sign_in(browser, browser.get("/")) == "Your session ended: Antigone was started again."


def test_sign_in__says_nothing_to_somebody_new_or_of_a_word_it_does_not_know(site):
    browser = site.browser()
    assert said_at_sign_in(browser, browser.get("/families?incident=ferry")) == ""
    assert "<b>" not in browser.get("/sign-in?ended=%3Cb%3Ehello").text
    assert "hello" not in browser.get("/sign-in?ended=%3Cb%3Ehello").text


def test_sign_in__says_that_a_form_was_not_stored_and_leads_back_to_its_page(site):
    browser = site.browser("geneticist")
    site.time.now += 31 * 60
    here = f"http://testserver/candidate?id={site.candidate}"
    answer = browser.post("/candidate/decide", data={"decision": "propose"}, headers={"referer": here})
    assert "What you sent last was not stored." in said_at_sign_in(browser, answer)
    assert hidden(browser.get(answer.headers["location"]).text, "then") == f"/candidate?id={site.candidate}"


@pytest.mark.parametrize("referer", ["http://evil.example/candidate?id=1", "http://testserver//evil.example", "", "::"])
def test_sign_in__never_leads_to_another_site(site, referer):
    answer = site.browser().post("/candidate/decide", data={}, headers={"referer": referer})
    browser = site.browser()
    assert hidden(browser.get(answer.headers["location"]).text, "then") == "/"
    assert sign_in(browser, "geneticist", then="//evil.example").headers["location"] == "/"


@pytest.mark.slow
def test_sign_out__and_another_password_are_confirmed_on_the_sign_in_page(tmp_path):
    site = make_site(tmp_path)
    browser = site.browser("reviewer")
    assert said_at_sign_in(browser, post(browser, "/sign-out")) == "You are signed out."
    first, second = site.browser("reviewer"), site.browser("reviewer")
    new = {"old": "the password of reviewer", "new": "quite another one", "again": "quite another one"}
    assert said_at_sign_in(first, post(first, "/account/password", new)).startswith("Your password is changed.")
    assert "your access or your password was changed" in said_at_sign_in(second, second.get("/"))


def test_headers__are_on_every_answer(site):
    browser = site.browser("geneticist")
    for address in ("/", "/nowhere", "/static/antigone.css", "/candidates?incident=none", "/sign-in"):
        headers = browser.get(address).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == ("no-cache" if address.startswith("/static") else "no-store")


def test_pages__hold_no_inline_script_or_style_and_nothing_from_elsewhere(site):
    browser = site.browser("geneticist")
    for address in ("/", f"/candidate?id={site.candidate}", "/candidates?incident=ferry", "/runs?incident=ferry"):
        page = browser.get(address).text
        assert " style=" not in page
        assert "<style" not in page
        assert " onclick=" not in page
        assert "<script>" not in page
        assert "https://" not in page


def test_cookies__cannot_be_read_by_scripts_nor_sent_by_other_sites(site):
    browser = site.browser()
    kept = sign_in(browser, "geneticist").headers["set-cookie"].lower()
    assert "httponly" in kept
    assert "samesite=strict" in kept
    assert "secure" not in kept


def test_cookies__under_tls_belong_to_this_host_alone(tmp_path):
    site = make_site(tmp_path, secure=True)
    browser = TestClient(site.app, base_url="https://testserver", follow_redirects=False)
    answer = sign_in(browser, "geneticist")
    assert answer.headers["set-cookie"].startswith("__Host-antigone=")
    assert "secure" in answer.headers["set-cookie"].lower()
    assert answer.headers["strict-transport-security"]


def changing(site: Site) -> list[str]:
    return sorted({route.path for route in routes(site) if "POST" in (route.methods or ())} - OPEN_TO_ALL)


@pytest.mark.slow
def test_forms__without_the_token_of_the_session_change_nothing(site):
    browser = site.browser("administrator")
    assert len(changing(site)) > 10
    for address in changing(site):
        for data in ({}, {"csrf": "x" * 43}, {"csrf": ""}):
            assert browser.post(address, data=data).status_code in {403, 422}, address
    done = {line.action for line in read_audit(site.team["auditor"], actor="administrator", size=200).rows}
    assert done <= {"begin", "manage users", "sign in"}
    assert {line.active for line in list_users(site.team["administrator"])} == {True}
    assert browser.get("/").status_code == 200


def test_forms__with_the_token_of_another_session_are_refused(site):
    mine, other = site.browser("administrator"), site.browser("administrator")
    stolen = hidden(other.get("/account").text, "csrf")
    answer = mine.post("/users/add", data={"csrf": stolen, "code": "x", "role": "auditor", "password": "p" * 20})
    assert answer.status_code == 403
    assert "out of date" in answer.text


def test_forms__caused_by_another_site_are_refused(site):
    browser = site.browser("administrator")
    answer = post(browser, "/sign-out", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert browser.get("/").status_code == 200


def test_sign_in__needs_the_form_of_this_browser(site):
    browser = site.browser()
    browser.get("/sign-in")
    given = {"user": "geneticist", "password": "the password of geneticist", "purpose": "x", "sealed": "0" * 64}
    assert browser.post("/sign-in", data=given).status_code == 403


@pytest.mark.parametrize(("user", "password"), [("geneticist", "wrong password"), ("nobody", "wrong password")])
def test_sign_in__says_the_same_whoever_fails(site, user, password):
    answer = sign_in(site.browser(), user, password)
    assert answer.status_code == 403
    assert "unknown or the password is wrong" in answer.text


@pytest.mark.slow
def test_sign_in__is_limited_by_address(tmp_path):
    site = make_site(tmp_path)
    browser = site.browser()
    seen = [sign_in(browser, f"nobody {i}", "wrong password").status_code for i in range(TRIES + 1)]
    assert seen == [403] * TRIES + [429]
    assert sign_in(browser, "geneticist").status_code == 429
    site.time.now += 1000
    assert sign_in(browser, "geneticist").status_code == 303


@pytest.mark.slow
def test_sign_in__of_many_at_one_address_is_not_limited(site):
    assert {sign_in(site.browser(), "geneticist").status_code for _ in range(TRIES + 5)} == {303}


def test_session__ends_after_half_an_hour_without_a_click(site):
    browser = site.browser("geneticist")
    site.time.now += 29 * 60
    assert browser.get("/").status_code == 200
    site.time.now += 31 * 60
    assert browser.get("/").status_code == 303


@pytest.mark.slow
def test_session__ends_after_ten_hours_in_any_case(site):
    browser = site.browser("geneticist")
    for _ in range(25):
        site.time.now += 24 * 60
        answer = browser.get("/")
    assert answer.status_code == 200
    site.time.now += 24 * 60
    assert browser.get("/").status_code == 303


def test_session__ends_with_sign_out_at_once(site):
    browser = site.browser("geneticist")
    cookie = browser.cookies["antigone"]
    assert post(browser, "/sign-out").status_code == 303
    stolen = site.browser()
    stolen.cookies.set("antigone", cookie)
    assert stolen.get("/").status_code == 303


def test_session__of_a_user_who_left_opens_nothing(tmp_path):
    site = make_site(tmp_path)
    browser = site.browser("reviewer")
    left = {"code": "reviewer", "typed": "reviewer"}
    assert post(site.browser("administrator"), "/users/leave", left).status_code == 303
    assert browser.get("/").status_code == 303


def test_host__of_another_name_is_refused(site):
    assert site.browser().get("/sign-in", headers={"host": "evil.example"}).status_code == 400


def test_bodies__larger_than_a_form_are_refused_before_they_are_read(site):
    """A browser gets a page like any other refusal, of which it shows the main part; a program problem details."""
    large = {"reason": "x" * (FORM_BYTES + 1)}
    answer = site.browser("geneticist").post("/candidate/comment", data=large)
    assert answer.status_code == 413
    assert answer.headers["content-type"].startswith("text/html")
    assert '<main id="main"' in answer.text
    assert f"larger than {FORM_BYTES} bytes" in answer.text
    told = site.browser().post("/api/pairings/1/comment", data=large)
    assert (told.status_code, told.headers["content-type"]) == (413, "application/problem+json")
    assert f"larger than {FORM_BYTES} bytes" in told.json()["detail"]


def test_errors_of_ours__are_words_without_what_they_held(site, monkeypatch, caplog):
    def broken(_session):
        raise ValueError("secret of a family")

    monkeypatch.setattr("antigone.web.pages.dashboard.read_status", broken)
    answer = site.browser("geneticist").get("/")
    assert answer.status_code == 500
    assert "Antigone made a mistake" in answer.text
    assert "ValueError" in caplog.text
    assert "secret of a family" not in answer.text + caplog.text


@pytest.mark.parametrize("address", ["//evil.example", "/\\evil.example", "https://evil.example", "script:1", "/\n"])
def test_own_page__leads_nowhere_else(address):
    assert _own_page(address) == "/"


def test_own_page__keeps_a_page_of_ours():
    assert _own_page("/candidates?incident=a%2Fb") == "/candidates?incident=a%2Fb"


def test_throttle__allows_again_after_its_time():
    now = [0.0]
    throttle = Throttle(most=2, seconds=60, clock=lambda: now[0])
    for _ in range(2):
        assert throttle.allows("a")
        throttle.count_failure("a")
    assert not throttle.allows("a")
    assert throttle.allows("b")
    now[0] = 61
    assert throttle.allows("a")


def test_sessions__say_a_notice_once():
    sessions = Sessions(idle=60, longest=600, clock=lambda: 0.0)
    cookie = sessions.begin("u", purpose="p")
    sessions.say(cookie, "done")
    assert (sessions.take_notice(cookie), sessions.take_notice(cookie)) == ("done", "")


def test_sessions__a_page_that_refreshes_itself_keeps_nothing_alive():
    now = [0.0]
    sessions = Sessions(idle=60, longest=600, clock=lambda: now[0])
    cookie = sessions.begin("u", purpose="p")
    for now[0] in (30.0, 59.0):
        assert sessions.find(cookie, click=False)
    now[0] = 61.0
    assert sessions.find(cookie, click=False) is None


def test_form_seal__belongs_to_one_visit():
    seal = FormSeal()
    first, second = seal.new_visit(), seal.new_visit()
    seal.check(first, seal.seal(first))
    for visit, sent in ((second, seal.seal(first)), (None, ""), ("", seal.seal(""))):
        with pytest.raises(Forbidden):
            seal.check(visit, sent)


def test_settings__refuse_a_limit_of_nothing(tmp_path):
    with pytest.raises(InputError, match="idle_minutes is 0"):
        WebSettings("x", tmp_path, idle_minutes=0)
