"""Every page x every role, and the stories of a case told by forms alone, as a browser without scripts sends them."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from deciding import TICKED
from registry_team import INCIDENT, candidate, small_incident
from web_paths import PAGES as PAGES
from web_paths import case_folder as case_folder
from web_routes import routes as routes
from web_site import Site, TestClient, hidden, make_site, post

from antigone.errors import Forbidden, InputError
from antigone.model.incident.consent import Consent
from antigone.team.access.opening import session_of_token
from antigone.team.access.roles import ALLOWED, ROLES, Action
from antigone.team.access.users import add_token, list_tokens
from antigone.team.incidents.families import read_family
from antigone.team.incidents.importing import import_incident
from antigone.team.incidents.typings import list_typings
from antigone.team.overview.status import list_incidents, read_status
from antigone.team.review.candidates import list_candidates, read_candidate
from antigone.team.runs.across import search_across
from antigone.team.runs.searching import list_runs, search
from antigone.team.views import Task
from antigone.web.pages.importing import UPLOAD_PATH
from antigone.web.requests.held import Held, HeldImport

SENDER = {"institution": "Institute", "contact": "Ana, tel 1", "signed_by": "Ana"}
ELSEWHERE = {
    "/sign-in",
    "/search",
    "/search/events",
    "/candidate/events",
    "/joint/events",
    "/family/edit",
    "/health",
    "/metrics",
}
"""Tested by themselves."""
FORMS: dict[str, tuple[Action, dict[str, str]]] = {
    "/unidentified/new": ("import", {"incident": "{incident}", "code": ""}),
    "/family/new": (
        "import",
        {"incident": "{incident}"}
        | dict.fromkeys(
            ("person", "sex", "father", "mother", "is_missing", "sample", "consent", "day", "purposes"), "x"
        ),
    ),
    "/candidate/genotypes": ("show genotypes", {"id": "{candidate}"}),
    "/candidate/exception": ("agree to exception", {"id": "{candidate}", "reason": "seen"}),
    "/account/password": ("own account", {"old": "a" * 12, "new": "b" * 12, "again": "b" * 12}),
    "/account/codes": ("own account", {}),
    "/account/token/revoke": ("own account", {"name": "none"}),
    "/account/token": ("own account", {"name": "none", "days": "400"}),
    "/countersign": ("countersign", {"change": "99"}),
    "/account/codes/confirm": ("own account", {"one_time_code": "0"}),
    "/audit/checkpoint": ("sign checkpoint", {}),
    "/audit/verify": ("verify", {}),
    "/keys/back-up": ("back up", {}),
    "/keys/archive": ("rotate key", {"name": "none", "held": "none"}),
    "/keys/check": ("back up", {"name": "none"}),
    "/keys/rings": ("back up", {}),
    "/keys/rings/forget": ("back up", {"place": "/nowhere/x.ring"}),
    "/keys/verify": ("verify", {}),
    "/keys/rotate": ("rotate key", {"passphrase": "none"}),
    "/keys/read-again": ("rotate key", {"passphrase": "none"}),
    "/keys/passphrase": ("rotate key", {"passphrase": "none", "new": "n" * 12, "again": "n" * 12}),
    "/keys/split": ("rotate key", {"held": "none", "needed": "2", "trustees": "3"}),
    "/keys/next": ("rotate key", {"held": "none"}),
    "/keys/rotate-server": ("rotate key", {}),
    "/candidate/work-out": ("work out", {"id": "99"}),
    "/candidate/comment": ("comment", {"id": "{candidate}", "pairing": "999", "reason": "x"}),
    "/candidate/decide": (
        "confirm",
        {"id": "{candidate}", "pairing": "999", "version": "0", "decision": "confirm", "reason": "x"},
    ),
    "/candidate/parts": ("propose", {"id": "{candidate}", "incident": "x", "one": "x", "other": "y", "reason": "x"}),
    "/family/consent": (
        "record consent",
        {"incident": "x", "family": "x", "member": "x", "reference": "x", "given": "2026-01-01", "scope": "court"},
    ),
    "/family/withdraw": ("withdraw", {"incident": "x", "family": "x", "member": "x", "typed": "x"}),
    "/family/narrow": ("narrow consent", {"incident": "x", "family": "x", "member": "x", "scope": "sharing"}),
    "/family/letter.pdf": (
        "write family letter",
        {"incident": "{incident}", "family": "F1", "missing": "MP", **SENDER},
    ),
    "/unidentified/withdraw": ("withdraw", {"incident": "x", "code": "x", "typed": "x"}),
    "/sample/custody": ("record custody", {"incident": "x", "sample": "x", "event": "x", "holder": "x"}),
    "/families/ask": ("ask for a sample", {"incident": "x", "family": "x"}),
    "/family/told": (
        "record telling",
        {
            "incident": "x",
            "family": "x",
            "missing": "x",
            "about": "identified",
            "day": "2026-01-01",
            "form": "by letter",
        },
    ),
    "/family/declined": ("record answer", {"incident": "x", "family": "x"}),
    "/family/alive": (
        "report alive",
        {"incident": "x", "family": "x", "missing": "x", "version": "0", "step": "propose", "reason": "x"},
    ),
    "/import/columns/layout": ("import", {"heading": "Probe", "meaning": "sample"}),
    "/sample/type": (
        "type profile",
        {"incident": "x", "sample": "x", "kit": "x", "marker": "x", "first": "9", "second": "9"},
    ),
    "/sample/type/check": ("type profile", {"incident": "x", "sample": "x", "marker": "x", "text": "9 9"}),
    "/sample/type/discard": ("type profile", {"incident": "x", "sample": "x"}),
    "/sample/correct": (
        "change typings",
        {"incident": "x", "sample": "x", "typing": "9", "marker": "x", "alleles": "9/9", "reason": "x"},
    ),
    "/sample/retire": ("change typings", {"incident": "x", "sample": "x", "typing": "9", "reason": "x"}),
    "/conflict/settle": (
        "change typings",
        {"incident": "x", "sample": "x", "marker": "x", "keep": "9", "reason": "x"},
    ),
    "/model/step": (
        "propose model",
        {"incident": "{incident}", "version": "999", "step": "propose", "reason": "x"},
    ),
    "/across/start": ("search", {"kind": "search", "incidents": "x"}),
    "/across/cancel": ("search", {"run": "999"}),
    "/imports/undo": ("undo import", {"number": "999", "because": "x"}),
    "/search": ("search", {"incident": "x"}),
    "/run/cancel": ("search", {"run": "999"}),
    "/run/resume": ("search", {"run": "999"}),
    "/run/discard": ("search", {"run": "999"}),
    "/incident/export": ("export", {"incident": "x"}),
    "/joint": ("solve jointly", {"incident": "x"}),
    "/joint/cancel": ("solve jointly", {"run": "999"}),
    "/users/add": ("manage users", {"code": "x", "role": "none", "password": "p" * 12}),
    "/users/role": ("manage users", {"code": "x", "role": "none"}),
    "/users/leave": ("manage users", {"code": "x", "typed": "x"}),
    "/users/return": ("manage users", {"code": "x", "password": "p" * 12}),
    "/users/password": ("manage users", {"code": "x", "password": "p" * 12}),
    "/users/codes": ("manage users", {"code": "x"}),
    "/users/token": ("manage tokens", {"code": "x", "name": "x", "days": "1"}),
    "/users/token/revoke": ("manage tokens", {"code": "x", "name": "x"}),
}
"""Each form that changes something, the action it needs, and values that nobody can act on."""
FORMS_ELSEWHERE = {
    "/import/carry-out",
    "/import/columns",
    "/sign-in",
    "/sign-out",
    "/search/cancel",
    "/family/edit",
    "/model/files",
    UPLOAD_PATH,
}


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Site:
    return make_site(tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="module")
def browsers(site) -> dict[str, TestClient]:
    return {role: site.browser(role) for role in ROLES}


@pytest.fixture
def fresh(tmp_path) -> Site:
    """A site that a test may change."""
    return make_site(tmp_path)


def filled(site: Site, text: str) -> str:
    return text.format(incident=INCIDENT, **vars(site))


def test_matrix__holds_every_page_and_every_form(site):
    pages = {route.path for route in routes(site) if "GET" in (route.methods or ())}
    forms = {route.path for route in routes(site) if "POST" in (route.methods or ())}
    assert pages == PAGES.keys() | ELSEWHERE
    assert forms == FORMS.keys() | FORMS_ELSEWHERE


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("path", PAGES)
def test_pages__open_to_the_roles_of_the_table_alone(site, browsers, path, role):
    action, query = PAGES[path]
    answer = browsers[role].get(f"{path}?{filled(site, query)}")
    assert answer.status_code == (200 if role in ALLOWED[action] else 403), answer.text
    if answer.status_code == 403:
        assert "This is not open to you" in answer.text


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("path", FORMS)
def test_forms__are_taken_from_the_roles_of_the_table_alone(site, browsers, path, role):
    action, fields = FORMS[path]
    answer = post(browsers[role], path, {name: filled(site, value) for name, value in fields.items()})
    assert answer.status_code != 500
    refused = answer.status_code == 403 and "is for the" in answer.text
    assert refused == (role not in ALLOWED[action]), answer.text


@pytest.mark.parametrize("role", ROLES)
def test_navigation__offers_no_page_that_would_refuse(site, browsers, role):
    page = browsers[role].get(f"/incident?incident={INCIDENT}").text
    for path, (action, _) in PAGES.items():
        if f'href="{path}?' in page or f'href="{path}"' in page:
            assert role in ALLOWED[action], path


def test_candidate__shows_both_hypotheses_the_markers_and_what_could_be_instead(site, browsers):
    page = browsers["geneticist"].get(f"/candidate?id={site.candidate}").text
    assert page.count('<section class="hypothesis"') == 2
    assert 'class="chart"' in page
    assert f"{site.unidentified} is {site.missing}" in page
    for words in ("M00", "Together", "By chance alone", "Assumptions", "Propose this identification"):
        assert words in page


def test_candidate__says_how_many_more_could_be_instead(site, browsers, monkeypatch):
    number = candidate(site.team, "PM2", "F2").id
    assert "Also a candidate for MP:" in browsers["geneticist"].get(f"/candidate?id={number}").text

    def with_more(session, candidate):
        return replace(read_candidate(session, candidate), all_of_missing=73)

    monkeypatch.setattr("antigone.web.pages.candidates.read_candidate", with_more)
    page = browsers["geneticist"].get(f"/candidate?id={number}").text
    assert re.search(r', and <a href="/candidates\?[^"]*family=F2">72 more</a>', page)


def test_candidate__no_page_shows_an_allele(site, browsers):
    """A drawing, a table and a chart hold likelihood ratios; a genotype stands nowhere."""
    page = browsers["geneticist"].get(f"/candidate?id={site.candidate}").text
    assert "genotypes" in page
    assert "'10', '11'" not in page
    assert "10/11" not in page


def decide(browser: TestClient, site: Site, decision: str, *, version: int, reason: str = "looked at all") -> int:
    line = candidate(site.team, "PM1", "F1")
    given = {
        "id": line.id,
        "pairing": line.pairing,
        "version": version,
        "decision": decision,
        "reason": reason,
    } | TICKED
    return post(browser, "/candidate/decide", given).status_code


def state(site: Site) -> str:
    (counts,) = list_incidents(site.team["auditor"])
    return next((name for name, count in counts.pairings.items() if name != "open" and count), "open")


@pytest.mark.slow
def test_review__four_eyes_from_proposed_to_confirmed(fresh):
    geneticist, second = fresh.browser("geneticist"), fresh.browser("second geneticist")
    number = candidate(fresh.team, "PM1", "F1").id
    assert decide(geneticist, fresh, "comment", version=0) == 303
    assert decide(geneticist, fresh, "propose", version=0) == 303
    assert state(fresh) == "proposed"
    assert decide(geneticist, fresh, "confirm", version=1) == 403
    assert "You proposed this" in geneticist.get(f"/candidate?id={number}").text
    assert decide(second, fresh, "confirm", version=0) == 409
    assert decide(second, fresh, "confirm", version=1) == 303
    assert state(fresh) == "confirmed"
    page = second.get(f"/candidate?id={number}").text
    assert page.count("looked at all") == 3
    assert second.get(f"/candidate/report.pdf?id={number}").content.startswith(b"%PDF")


def test_review__needs_a_reason_and_a_known_step(fresh):
    browser = fresh.browser("geneticist")
    assert decide(browser, fresh, "propose", version=0, reason="  ") == 422
    assert decide(browser, fresh, "declare", version=0) == 422
    assert state(fresh) == "open"


@pytest.mark.slow
def test_candidate__rivals_are_declared_parts_of_one_person(fresh):
    """PM2 and PM3 are both candidates for the missing person of F2."""
    team, browser = fresh.team, fresh.browser("geneticist")
    first, second = candidate(team, "PM2", "F2"), candidate(team, "PM3", "F2")
    given = {"id": first.id, "incident": INCIDENT, "one": "PM2", "other": "PM3"}
    assert "Declare parts of one person" in browser.get(f"/candidate?id={first.id}").text
    assert "Declare parts of one person" not in fresh.browser("reviewer").get(f"/candidate?id={first.id}").text
    assert post(browser, "/candidate/parts", given | {"reason": " "}).status_code == 422
    assert post(browser, "/candidate/parts", given | {"reason": "found together"}).status_code == 303
    for line, other in ((first, "PM3"), (second, "PM2")):
        page = browser.get(f"/candidate?id={line.id}").text
        assert f"Declared parts of the same person: {other}." in page
        assert "Declare them parts" not in page


@pytest.mark.slow
def test_dashboard__says_what_waits_for_whom(fresh):
    assert "proposed by somebody else" not in fresh.browser("reviewer").get("/").text
    decide(fresh.browser("geneticist"), fresh, "propose", version=0)
    assert "proposed by somebody else" in fresh.browser("reviewer").get("/").text
    assert "proposed by somebody else" not in fresh.browser("geneticist").get("/").text


@pytest.mark.slow
def test_dashboard__who_withdrew_in_the_files_waits_for_those_who_erase(fresh):
    withdrawn = Consent("C", dt.date(2026, 1, 5), withdrawn=dt.date(2026, 11, 1))
    import_incident(fresh.team["registrar"], "other", small_incident(second=withdrawn, request="another"))
    family = "/family?incident=other&family=F2"
    for role, asked in (("coordinator", True), ("registrar", True), ("reviewer", False)):
        browser = fresh.browser(role)
        assert ("who withdrew, still to be erased" in browser.get("/").text) == asked
        assert ("Do it below" in browser.get(family).text) == asked
        assert "FA withdrew, and is still to be erased" in browser.get(family).text
    erased = {"incident": "other", "family": "F2", "member": "FA", "typed": "FA"}
    asked_first = post(fresh.browser("coordinator"), "/family/withdraw", erased)
    assert "surely the same person" in asked_first.text
    assert f"in incident {INCIDENT}" in asked_first.text
    assert "still to be erased" in fresh.browser("coordinator").get(family).text
    assert post(fresh.browser("coordinator"), "/family/withdraw", erased | {"seen": "yes"}).status_code == 303
    assert "still to be erased" not in fresh.browser("coordinator").get(family).text


class PasswordForms(HTMLParser):
    """The fields of every form of a page that has a password field, each as its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self._forms: list[list[dict[str, str | None]]] = []
        self.feed(page)
        self.found = [form for form in self._forms if any(field.get("type") == "password" for field in form)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "form":
            self._forms.append([])
        elif tag == "input" and self._forms:
            self._forms[-1].append(dict(attrs))


@pytest.mark.parametrize(
    ("page", "users", "secrets"),
    [
        ("/account", {"administrator"}, {"current-password", "new-password"}),
        ("/users", {*ROLES[1:], "second geneticist", "second reviewer", None}, {"new-password"}),
        ("/keys", {"master key"}, {"off"}),
    ],
)
def test_forms__with_a_password_say_whose_it_is(browsers, page, users, secrets):
    """A browser, and what helps people with passwords, needs a field with the user, also where nobody types it."""
    forms = PasswordForms(browsers["administrator"].get(page).text).found
    named = [[field for field in form if field.get("autocomplete") == "username"] for form in forms]
    assert [len(fields) for fields in named] == [1] * len(forms)
    assert {field.get("value") for (field,) in named} == users
    typed = [field.get("autocomplete") for form in forms for field in form if field.get("type") == "password"]
    assert set(typed) == secrets
    unseen = [field for (field,) in named if "value" in field]
    assert all(field["tabindex"] == "-1" and "readonly" in field and field["aria-label"] for field in unseen)


def test_candidates__of_a_state_that_does_not_exist_are_refused(browsers):
    answer = browsers["reviewer"].get(f"/candidates?incident={INCIDENT}&state=foo")
    assert answer.status_code == 422
    assert "open, proposed, confirmed, rejected, reopening" in answer.text


@pytest.mark.slow
def test_dashboard__counts_the_tasks_that_it_does_not_show(site, browsers, monkeypatch):
    since = dt.date(2026, 1, 5)
    lines = tuple(Task("ferry", f"F{n:03}", "ask for a sample", since) for n in range(450))
    status = read_status(site.team["coordinator"])
    monkeypatch.setattr("antigone.web.pages.dashboard.read_status", lambda _session: replace(status, tasks=lines))
    page = browsers["coordinator"].get("/").text
    assert "438 more" in page
    assert "The first 200 of 450 are shown." in page
    assert page.count("for one more sample.") == 200


def test_dashboard__says_what_a_family_is_asked_for_and_since_when(fresh):
    page = fresh.browser("coordinator").get("/").text
    assert page.count(f'family?incident={INCIDENT}&amp;family=F4"') == 1
    assert "Ask family F4 for the consent of FA and MO." in page
    assert "2026-06-01" in page, "when the first of the two consents ended"


def test_candidates__are_sorted_and_filtered_where_they_are_kept(site, browsers):
    def listed(query: str) -> str:
        return browsers["reviewer"].get(f"/candidates?incident={INCIDENT}&{query}").text

    assert site.unidentified in listed("")
    assert site.unidentified in listed(f"unidentified={site.unidentified}&order=log10_lr&down=true")
    assert "No candidate fits" in listed("state=confirmed")
    assert "No candidate fits" in listed("family=none")


def test_candidate__leads_to_its_neighbours_in_the_list_it_was_opened_from(site, browsers):
    browser = browsers["reviewer"]
    listed = browser.get(f"/candidates?incident={INCIDENT}&code=f2&order=unidentified&down=true").text
    first, second = re.findall(r'class="go" href="(/candidate\?[^"]*)"', listed)
    page = browser.get(unescape(first)).text
    assert f'<a href="{second}" rel="next">' in page
    assert 'rel="prev"' not in page
    page = browser.get(unescape(second)).text
    assert f'<a href="{first}" rel="prev">' in page
    assert 'rel="next"' not in page
    whole = browser.get(f"/candidates?incident={INCIDENT}&code=f2&whole=true").text
    assert "No candidate fits" in whole
    assert 'name="whole" value="true" checked' in whole


def test_consent__of_a_day_that_has_begun_somewhere_can_be_entered(browsers):
    """Noon of the 23rd in UTC: on the first islands it is the 24th."""
    page = browsers["registrar"].get(f"/family?incident={INCIDENT}&family=F4").text
    assert 'value="2026-11-23" max="2026-11-24"' in page


@pytest.mark.slow
def test_candidates__that_wait_name_the_search_of_each(fresh):
    """The overview counts pairings of every search, so its link leads to those of every search."""
    session, browser = fresh.team["geneticist"], fresh.browser("reviewer")
    search(session, INCIDENT)
    page = browser.get(f"/candidates?incident={INCIDENT}&state=open").text
    assert "each with its newest candidate; some may be of earlier searches than" in page
    newest = list_runs(session, INCIDENT).rows[0].id
    assert f'<td class="number">{newest}</td>' in page
    assert "of earlier searches" not in browser.get(f"/candidates?incident={INCIDENT}").text


def test_candidates__an_unknown_order_is_refused_in_words(browsers):
    answer = browsers["reviewer"].get(f"/candidates?incident={INCIDENT}&order=name")
    assert answer.status_code == 422


def test_findings__are_for_the_geneticist_who_searched_alone(site, browsers):
    mine = browsers["geneticist"].get(f"/run/findings?run={site.run}").text
    assert "For you alone" in mine
    assert ">SI<" in mine
    assert site.browser("second geneticist").get(f"/run/findings?run={site.run}").status_code == 403


@pytest.mark.slow
def test_findings__stand_on_no_other_page(site, browsers):
    """Families' secrets stay theirs (purpose, rule 6)."""
    geneticist = browsers["geneticist"]
    for path, (action, query) in PAGES.items():
        if "geneticist" in ALLOWED[action] and path != "/run/findings" and not path.endswith(".pdf"):
            page = geneticist.get(f"{path}?{filled(site, query)}").text
            assert "does not fit" not in page, path


@pytest.mark.slow
def test_consent__is_recorded_from_the_page(fresh):
    browser = fresh.browser("coordinator")
    given = {"incident": INCIDENT, "family": "F4", "member": "MO", "reference": "form 9", "given": "2026-05-03"}
    answer = post(browser, "/family/consent", {**given, "scope": ["identification", "court"]})
    assert answer.status_code == 303
    donors = read_family(fresh.team["registrar"], INCIDENT, "F4").donors
    assert next(d for d in donors if d.member == "MO").covered
    assert "The consent of MO is recorded." in browser.get(answer.headers["location"]).text


@pytest.mark.parametrize("wrong", [{"given": "3 May"}, {"given": "2026-05-03", "expires": "2026-01-01"}])
def test_consent__with_a_wrong_day_is_refused_in_words(fresh, wrong):
    given = {"incident": INCIDENT, "family": "F4", "member": "MO", "reference": "form 9", "scope": "court"}
    assert post(fresh.browser("coordinator"), "/family/consent", {**given, **wrong}).status_code == 422


def test_account__shows_the_tokens_in_ones_name_and_revokes_them(fresh):
    given = add_token(fresh.team["administrator"], "geneticist", name="robot", days=3)
    add_token(fresh.team["administrator"], "reviewer", name="another", days=3)
    browser = fresh.browser("geneticist")
    page = browser.get("/account").text
    assert "robot, made by an administrator, until" in page
    assert "another, made by" not in page
    assert given not in page
    assert post(browser, "/account/token/revoke", {"name": "robot"}).status_code == 303
    assert "robot" not in browser.get("/account").text
    with pytest.raises(Forbidden):
        session_of_token(fresh.team.registry, given, purpose="x")
    assert {t.name: t.revoked for t in list_tokens(fresh.team["administrator"])} == {"robot": True, "another": False}


@pytest.mark.slow
def test_withdrawal__erases_after_the_code_was_typed_again(fresh):
    browser = fresh.browser("coordinator")
    given = {"incident": INCIDENT, "family": fresh.family, "member": "FA"}
    assert post(browser, "/family/withdraw", {**given, "typed": "MO"}).status_code == 422
    answer = post(browser, "/family/withdraw", {**given, "typed": "FA"})
    assert answer.status_code == 303
    assert "is erased" in browser.get(answer.headers["location"]).text
    closed = fresh.browser("geneticist").get(f"/candidate?id={fresh.candidate}").text
    assert "This candidate stays closed" in closed
    assert 'class="chart"' not in closed
    assert "to be computed again" in fresh.browser("geneticist").get("/").text


@pytest.mark.slow
def test_withdrawal__of_a_living_seeker(fresh):
    browser = fresh.browser("coordinator")
    answer = post(browser, "/unidentified/withdraw", {"incident": INCIDENT, "code": "LS1", "typed": "LS1"})
    assert answer.status_code == 303
    assert "left, erased" in browser.get(f"/unidentified?incident={INCIDENT}").text


def test_custody__a_step_is_recorded(fresh):
    browser = fresh.browser("registrar")
    given = {"incident": INCIDENT, "sample": "PM1", "event": "received", "holder": "laboratory"}
    answer = post(browser, "/sample/custody", given)
    assert "laboratory" in browser.get(answer.headers["location"]).text


@pytest.mark.slow
def test_users__are_added_changed_and_end(fresh):
    browser = fresh.browser("administrator")
    assert post(browser, "/users/add", {"code": "new", "role": "auditor", "password": "p" * 12}).status_code == 303
    assert post(browser, "/users/add", {"code": "new", "role": "auditor", "password": "p" * 12}).status_code == 409
    assert post(browser, "/users/add", {"code": "newer", "role": "auditor", "password": "short"}).status_code == 422
    assert post(browser, "/users/role", {"code": "new", "role": "reviewer"}).status_code == 303
    assert post(browser, "/users/leave", {"code": "administrator", "typed": "administrator"}).status_code == 409
    assert "ended" not in browser.get("/users").text
    assert post(browser, "/users/leave", {"code": "new", "typed": "new"}).status_code == 303
    assert "ended" in browser.get("/users").text


@pytest.mark.slow
def test_tokens__are_shown_once(fresh):
    browser = fresh.browser("administrator")
    made = post(browser, "/users/token", {"code": "registrar", "name": "kit", "days": "30"})
    assert "antigone_" in made.text
    assert "antigone_" not in browser.get("/users").text
    assert post(browser, "/users/token/revoke", {"code": "registrar", "name": "kit"}).status_code == 303
    assert "revoked" in browser.get("/users").text


@pytest.mark.slow
def test_password__changes_and_ends_every_session(fresh):
    browser, other = fresh.browser("registrar"), fresh.browser("registrar")
    old = "the password of registrar"
    given = {"old": old, "new": "several new words", "again": "several new words"}
    assert post(browser, "/account/password", {**given, "again": "other words here"}).status_code == 422
    assert post(browser, "/account/password", {**given, "old": "wrong"}).status_code == 403
    assert post(browser, "/account/password", given).status_code == 303
    assert other.get("/").status_code == 303


def test_audit__is_exported_whole_and_checked(site, browsers):
    answer = browsers["auditor"].get("/audit/export")
    assert len(answer.text.splitlines()) > 10
    assert "content-length" not in answer.headers  # it is sent while it is read
    assert 'filename="audit.jsonl"' in answer.headers["content-disposition"]
    answer = post(browsers["auditor"], "/audit/verify")
    assert "The audit is whole" in browsers["auditor"].get(answer.headers["location"]).text


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "es"])
def test_reports__are_pdf_in_every_language(site, browsers, language):
    expert = browsers["reviewer"].get(f"/candidate/report.pdf?id={site.candidate}&language={language}")
    about = {"incident": INCIDENT, "family": "F1", "missing": "MP", "language": language}
    letter = post(browsers["coordinator"], "/family/letter.pdf", about | SENDER)
    status = browsers["auditor"].get(f"/incident/status.pdf?incident={INCIDENT}&language={language}")
    for answer in (expert, letter, status):
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")
    assert "filename=" in expert.headers["content-disposition"]


def test_letter__no_address_holds_who_signs_it_or_whom_the_family_can_ask(browsers):
    """An address stays in the history of the browser."""
    page = browsers["coordinator"].get(f"/family?incident={INCIDENT}&family=F1").text
    form = page.split('action="/family/letter.pdf"')
    assert len(form) == 2
    assert form[0].endswith('<form method="post" ')
    assert 'name="csrf"' in form[1].split("</form>")[0]
    about = {"incident": INCIDENT, "family": "F1", "missing": "MP", **SENDER}
    assert browsers["coordinator"].get("/family/letter.pdf", params=about).status_code == 405
    assert browsers["coordinator"].post("/family/letter.pdf", data=about).status_code == 403, "a form of another page"
    made = post(browsers["coordinator"], "/family/letter.pdf", about)
    assert made.headers["cache-control"] == "no-store"


@pytest.mark.slow
def test_letter__the_page_says_when_none_can_be_made_and_why(fresh):
    site, on_hold, page = fresh, "No letter about MP can be made now", f"/family?incident={INCIDENT}&family=F1"
    line = candidate(site.team, "PM1", "F1")
    for user, step, version in (
        ("geneticist", "propose", 0), ("reviewer", "confirm", 1), ("reviewer", "ask to reopen", 2)
    ):  # fmt: skip
        assert on_hold not in site.browser("coordinator").get(page).text
        given = {
            "id": line.id,
            "pairing": line.pairing,
            "version": version,
            "decision": step,
            "reason": "looked at all",
            **TICKED,
        }
        assert post(site.browser(user), "/candidate/decide", given).status_code == 303
    told = site.browser("coordinator").get(page).text
    assert on_hold in told
    assert "is being looked at again" in told
    assert "Make the letter (PDF)" not in told
    assert "PM1" not in told
    assert on_hold not in site.browser("registrar").get(page).text, "who writes no letters has nothing to wait for"
    about = {"incident": INCIDENT, "family": "F1", "missing": "MP", **SENDER}
    refused = post(site.browser("coordinator"), "/family/letter.pdf", about)
    assert refused.status_code == 409
    assert "is being looked at again" in refused.text
    assert "Make the letter (PDF)" in site.browser("coordinator").get(page.replace("F1", "F3")).text


def test_reports__for_a_court_need_consent_for_it(site, browsers):
    answer = browsers["geneticist"].get("/candidates?incident=ferry&family=F2").text
    (of_f2, *_) = [part.split('"')[0] for part in answer.split("/candidate?id=")[1:]]
    refused = browsers["geneticist"].get(f"/candidate/report.pdf?id={of_f2}&court=true")
    assert refused.status_code == 422
    assert browsers["geneticist"].get(f"/candidate/report.pdf?id={of_f2}").status_code == 200


def test_reports__in_a_language_without_a_catalogue_are_refused_in_words(site, browsers):
    answer = browsers["geneticist"].get(f"/candidate/report.pdf?id={site.candidate}&language=xx")
    assert answer.status_code == 422


@pytest.mark.parametrize("path", ["/incident?incident=no", "/families?incident=no", "/run?run=99", "/candidate?id=99"])
def test_pages__of_what_is_not_there_say_so(browsers, path):
    answer = browsers["geneticist"].get(path)
    assert answer.status_code in {404, 422}
    assert "Nothing was changed" in answer.text


@pytest.mark.parametrize("path", ["/candidate?id=x", "/candidates?incident=ferry&page=x", "/candidate", "/run?run="])
def test_pages__asked_for_with_nonsense_say_what_they_need(browsers, path):
    answer = browsers["geneticist"].get(path)
    assert answer.status_code == 422
    assert "Something is missing" in answer.text


HOSTILE = "<script>alert(1)</script>"


def test_pages__show_what_was_typed_as_text(browsers):
    for path in (f"/families?incident={INCIDENT}&search={HOSTILE}", f"/incident?incident={HOSTILE}"):
        assert "<script>alert" not in browsers["geneticist"].get(path).text


def upload(browser: TestClient, files: list[tuple[str, bytes]], **fields: str):
    return post(browser, UPLOAD_PATH, fields, files=[("files", file) for file in files])


def say_yes(browser: TestClient, answer):
    """Agree to what a preview shows."""
    assert answer.status_code == 200, answer.text
    return post(browser, "/import/carry-out", {"held": hidden(answer.text, "held")})


def zipped(paths: list[Path], inside: str = "case/") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in paths:
            archive.writestr(inside + path.name, path.read_bytes())
    return packed.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("packed", [False, True])
def test_import__of_a_case_folder_as_files_or_packed(fresh, tmp_path, packed):
    paths, browser = case_folder(tmp_path / "case"), fresh.browser("registrar")
    files = [("case.zip", zipped(paths))] if packed else [(p.name, p.read_bytes()) for p in paths]
    shown = upload(browser, files, code="second")
    assert "which is new. Nothing is imported yet." in " ".join(shown.text.split())
    assert [i.code for i in list_incidents(fresh.team["auditor"])] == [INCIDENT]
    answer = say_yes(browser, shown)
    assert answer.status_code == 303, answer.text
    assert "Imported: 4 unidentified persons, 3 families" in browser.get(answer.headers["location"]).text
    again = say_yes(browser, upload(browser, files, code="second"))
    assert "Nothing new" in browser.get(again.headers["location"]).text


@pytest.mark.slow
def test_import__names_the_kit_and_says_what_the_typings_are(fresh):
    """Both stand in the form again when the files are refused, and with the typings after."""
    browser = fresh.browser("registrar")
    told = {"code": INCIDENT, "kit": "Kit 2", "as_replicates": "true"}
    refused = upload(browser, [("profiles.csv", b"sample,marker,allele1,allele2\nPM1,M00,x/y,12\n")], **told)
    assert refused.status_code == 422
    assert 'name="kit" value="Kit 2"' in refused.text
    assert 'name="as_replicates" value="true" checked' in refused.text
    shown = upload(browser, [("profiles.csv", b"sample,marker,allele1,allele2\nPM1,M00,19,19\n")], **told)
    assert say_yes(browser, shown).status_code == 303
    newest = list_typings(fresh.team["registrar"], INCIDENT, "PM1").typings[-1]
    assert (newest.kit, newest.is_replicate) == ("Kit 2", True)


@pytest.mark.slow
def test_import__is_refused_when_the_registry_changed_after_the_preview(fresh, tmp_path):
    paths, browser = case_folder(tmp_path / "case"), fresh.browser("registrar")
    files = [(p.name, p.read_bytes()) for p in paths]
    shown = upload(browser, files, code="second")
    import_incident(fresh.team["registrar"], "second", small_incident(request="another letter"))
    answer = say_yes(browser, shown)
    assert answer.status_code in (409, 422)
    assert "Nothing was imported" in answer.text
    gone = say_yes(browser, shown)
    assert (gone.status_code, "send the files again" in gone.text) == (422, True)


@pytest.mark.slow
def test_imports__are_listed_and_undone(fresh):
    browser = fresh.browser("registrar")
    import_incident(fresh.team["registrar"], "second", small_incident(request="another letter"))
    page = browser.get("/imports?incident=second").text
    assert "Undo this import" in page
    number = hidden(page, "number")
    refused = post(browser, "/imports/undo", {"number": number, "because": ""})
    assert (refused.status_code, "without a reason" in refused.text) == (422, True)
    answer = post(browser, "/imports/undo", {"number": number, "because": "the wrong folder"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert f"Import {number} is undone" in browser.get("/").text
    assert [i.code for i in list_incidents(fresh.team["auditor"])] == [INCIDENT]


@pytest.mark.slow
def test_import__lists_every_problem_and_imports_nothing(fresh, tmp_path):
    paths, browser = case_folder(tmp_path / "case"), fresh.browser("registrar")
    files = [(p.name, p.read_bytes().replace(b",male,", b",mael,", 2)) for p in paths]
    answer = upload(browser, files, code="second")
    assert answer.status_code == 422
    assert "Nothing was imported" in answer.text
    assert answer.text.count("mael") >= 2
    assert "families.csv" in answer.text
    assert [i.code for i in list_incidents(fresh.team["auditor"])] == [INCIDENT]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([("a.zip", b"not a zip")], "cannot be unpacked"),
        ([("a.csv", b"x"), ("a.csv", b"y")], "Two files are called"),
        ([("x.csv", b"a,b\n")], "no settings"),
    ],
)
def test_import__of_what_is_no_incident_says_why(fresh, files, words):
    answer = upload(fresh.browser("registrar"), files)
    assert answer.status_code == 422
    assert words in answer.text


@pytest.mark.slow
def test_import__an_archive_cannot_write_outside_its_folder(fresh, tmp_path):
    answer = upload(fresh.browser("registrar"), [("a.zip", zipped(case_folder(tmp_path / "case"), inside="../../"))])
    assert answer.status_code == 422
    assert "outside itself" in answer.text


@pytest.mark.slow
def test_import__an_archive_that_grows_beyond_the_limit_is_refused(tmp_path):
    site = make_site(tmp_path, upload_bytes=1_000_000)
    large = io.BytesIO()
    with zipfile.ZipFile(large, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("profiles.csv", b"0" * 50_000_000)
    answer = upload(site.browser("registrar"), [("bomb.zip", large.getvalue())])
    assert answer.status_code == 422
    assert "more than 1000000 bytes" in answer.text


@pytest.mark.slow
def test_import__reading_ends_at_the_limit_of_memory(tmp_path):
    site = make_site(tmp_path, parse_memory=60_000_000)
    answer = upload(site.browser("registrar"), [("x.csv", b"a,b\n")])
    assert answer.status_code == 422
    assert "could not be read within" in answer.text


def test_run__counts_its_candidates_and_names_who_has_none(site, browsers):
    """The result is kept without its candidates, so their number comes from the registry."""
    page = browsers["reviewer"].get(f"/run?run={site.run}").text
    assert "<dd>4</dd>" in page or "<dd>5</dd>" in page
    assert "No pairs reach" not in page
    assert "Unidentified persons without a candidate" in page
    assert ">PM5<" in page


def column_sum(page: str) -> tuple[float, float]:
    """What the rows of the marker table add up to in its first population, and what it says they add up to."""
    table = page.split('<table class="dense">')[1].split("</table>")[0].replace("\u2212", "-")
    rows = re.findall(r'<th scope="row">([^<]+)</th><td class="number">([^<]+)</td>', table)
    *parts, total, _lr = [(name, value) for name, value in rows]
    return sum(float(value) for _, value in parts), float(total[1])


def test_candidate__the_rows_of_its_table_add_up_to_its_total(site, browsers, monkeypatch):
    """Markers, and what belongs to no marker: linkage and sex."""
    geneticist = browsers["geneticist"]
    added, total = column_sum(geneticist.get(f"/candidate?id={site.candidate}").text)
    assert added == pytest.approx(total, abs=0.005 * 20)

    def with_sex(session, candidate):
        view = read_candidate(session, candidate)
        c = view.candidate
        assert c is not None
        raised = {population: value + 0.5 for population, value in c.log10_lr.items()}
        beyond = {"sex": dict.fromkeys(raised, 0.25), "linkage": dict.fromkeys(raised, 0.25)}
        return replace(view, candidate=replace(c, log10_lr=raised, log10_lr_beyond=beyond))

    monkeypatch.setattr("antigone.web.pages.candidates.read_candidate", with_sex)
    more, raised = column_sum(geneticist.get(f"/candidate?id={site.candidate}").text)
    assert raised == pytest.approx(total + 0.5, abs=0.011)
    assert more == pytest.approx(added + 0.5, abs=0.011)


def test_candidates__name_the_families_that_the_search_set_aside(browsers, monkeypatch):
    def with_one_aside(*asked, **more):
        return replace(list_candidates(*asked, **more), set_aside=("F7",))

    monkeypatch.setattr("antigone.web.pages.candidates.list_candidates", with_one_aside)
    page = browsers["reviewer"].get(f"/candidates?incident={INCIDENT}").text
    assert "too large to be computed exactly: family F7." in page


@pytest.mark.slow
def test_across__is_started_from_its_page_and_shown(fresh, monkeypatch):
    started = []
    monkeypatch.setattr(fresh.app.state.web.jobs, "start", lambda **asked: started.append(asked))
    browser = fresh.browser("geneticist")
    import_incident(fresh.team["registrar"], "second", small_incident(request="another letter"))
    assert 'value="second"' in browser.get("/across").text
    sent = {"kind": "search", "incidents": [INCIDENT, "second"], "model_of": "second"}
    assert post(browser, "/across/start", sent).status_code == 303
    assert (started[0]["incidents"], started[0]["model_of"]) == ((INCIDENT, "second"), "second")
    one = post(browser, "/across/start", {"kind": "search", "incidents": [INCIDENT]})
    assert (one.status_code, "expected 2 or more" in one.text) == (422, True)
    view = search_across(fresh.team["geneticist"], [INCIDENT, "second"])
    page = fresh.browser("reviewer").get(f"/across/run?run={view.line.number}").text
    assert "second/PM1" in page
    assert f"{INCIDENT}/F1" in page
    assert "never compared with donors" not in fresh.browser("reviewer").get("/across").text, "a reviewer starts none"


def test_held_imports__go_after_half_an_hour_and_belong_to_their_user():
    now = [0.0]
    held = Held(lambda: now[0])
    first = held.keep(1, HeldImport("a", small_incident(), {}, ""))
    with pytest.raises(InputError, match="not kept any more"):
        held.take(2, first)
    second = held.keep(1, HeldImport("b", small_incident(), {}, ""))
    with pytest.raises(InputError, match="send the files again"):
        held.take(1, first)
    assert held.take(1, second).code == "b"
    third = held.keep(1, HeldImport("c", small_incident(), {}, ""))
    now[0] = 1801.0
    with pytest.raises(InputError, match="half an hour passed"):
        held.take(1, third)
    for user in range(2, 12):
        held.keep(user, HeldImport("d", small_incident(), {}, ""))
    assert len(held._held) == 8
