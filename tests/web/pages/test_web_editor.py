"""The page on which a declared pedigree is changed: by forms alone, by keyboard, by a click, and for every role."""

from __future__ import annotations

import html
import re
from functools import partial

import pytest
from deciding import propose
from playwright.sync_api import BrowserContext, Dialog, Page, expect
from registry_team import INCIDENT, candidate
from web_browser import browser as browser
from web_browser import complaints as complaints
from web_browser import context as context
from web_browser import faults as faults
from web_browser import sign_in as sign_in
from web_browser import site as site
from web_site import Site, TestClient, hidden, make_site, post

from antigone.model.pedigree import Individual, Pedigree
from antigone.report.pedigree.svg import Mark
from antigone.team.access.roles import ALLOWED, ROLES
from antigone.web.pedigrees.draft import Declared, Draft, turn_missing
from antigone.web.pedigrees.drawings import drawing


@pytest.fixture(scope="module")
def quiet(tmp_path_factory) -> Site:
    """A site without a browser, whose registry these tests may change."""
    return make_site(tmp_path_factory.mktemp("editor"))


ADDRESS = f"/family/edit?incident={INCIDENT}&family=F3"


def form_of(page: str) -> dict[str, object]:
    names = ("incident", "family", "seen", "draft")
    return {name: html.unescape(hidden(page, name)) for name in names} | {"member": "FA", "donors": ["FA", "MO", "SI"]}


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_page__is_for_those_who_import(role, quiet):
    client = quiet.browser(role)
    page = client.get(ADDRESS)
    assert page.status_code == (200 if role in ALLOWED["import"] else 403)
    if role in ALLOWED["see families"]:
        family = client.get(f"/family?incident={INCIDENT}&family=F3").text
        assert ("/family/edit" in family) == (role in ALLOWED["import"])
    form = form_of(quiet.browser("registrar").get(ADDRESS).text)
    assert post(client, "/family/edit", form | {"do": "save"}).status_code != 500


@pytest.mark.slow
def test_page__needs_the_token_of_its_own_form(quiet):
    client = quiet.browser("registrar")
    form = form_of(client.get(ADDRESS).text)
    assert client.post("/family/edit", data=form | {"do": "mother"}).status_code == 403


def step(client: TestClient, page: str, do: str, **more: object) -> str:
    answer = post(client, "/family/edit", form_of(page) | {"do": do} | more)
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.slow
def test_page__stores_nothing_until_it_is_saved(quiet):
    client = quiet.browser("registrar")
    page = step(client, client.get(ADDRESS).text, "mother", code="GM")
    assert 'data-member="GM"' in page
    assert re.search(r"not saved yet</span> Added: GM\.", page)
    assert "GM" not in client.get(f"/family?incident={INCIDENT}&family=F3").text
    back = step(client, page, "undo")
    assert 'data-member="GM"' not in back
    saved = post(client, "/family/edit", form_of(step(client, back, "redo")) | {"do": "save"})
    assert saved.status_code == 303
    family = client.get(saved.headers["location"]).text
    assert ">GM<" in family
    assert "must be computed again" in family


def test_page__keeps_the_draft_when_a_step_or_saving_is_refused(quiet):
    client = quiet.browser("registrar")
    page = step(client, client.get(ADDRESS.replace("F3", "F1")).text, "child", code="KI", other="MO", new_sex="male")
    refused = post(client, "/family/edit", form_of(page) | {"do": "child", "code": "KI"})
    assert refused.status_code == 422
    assert "&#39;KI&#39; is a member already" in refused.text
    assert form_of(refused.text)["draft"] == form_of(page)["draft"]
    without = step(client, step(client, page, "remove", member="MO"), "choose")
    vanishing = post(client, "/family/edit", form_of(without) | {"do": "save"})
    assert vanishing.status_code == 422
    assert "MO gave a sample and would vanish" in vanishing.text


def test_page__warns_of_donors_who_are_cut_off_and_asks_before_it_saves_that(quiet):
    client = quiet.browser("registrar")
    page = client.get(ADDRESS.replace("F3", "F4")).text
    assert "severing" not in page
    page = step(client, page, "parents", member="MP", father="FA", mother="")
    assert "MO is no longer related to MP.</strong>" in page
    refused = post(client, "/family/edit", form_of(page) | {"do": "save"})
    assert refused.status_code == 422
    assert "confirm that this is meant" in refused.text
    assert 'name="severing"' in refused.text
    assert "severing" not in step(client, page, "undo")
    assert post(client, "/family/edit", form_of(page) | {"do": "save", "severing": "yes"}).status_code == 303


def test_page__names_the_bonds_of_who_is_removed(quiet):
    client = quiet.browser("registrar")
    page = step(client, client.get(ADDRESS.replace("F3", "F2")).text, "mother", code="GM")
    assert "Removed: GM (mother of FA)." in step(client, page, "remove", member="GM")


def test_page__says_on_opening_that_a_decision_holds_the_pedigree(quiet):
    client, team = quiet.browser("registrar"), quiet.team
    assert "It rests on the pedigree as it is" not in client.get(ADDRESS.replace("F3", "F2")).text
    line = candidate(team, "PM2", "F2")
    propose(team["geneticist"], line.pairing, version=0, reason="all agree", candidate=line.id)
    assert "An identification in this family is proposed." in client.get(ADDRESS.replace("F3", "F2")).text


@pytest.mark.parametrize("wrong", [{"do": "drop tables"}, {"draft": "{}"}, {"new_sex": "both"}, {"member": "nobody"}])
def test_page__refuses_what_none_of_its_buttons_send(wrong, quiet):
    client = quiet.browser("registrar")
    form = form_of(client.get(ADDRESS).text) | {"do": "missing"} | wrong
    assert post(client, "/family/edit", form).status_code == 422


# the browser


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return sign_in(context, "registrar")


def press_until(page: Page, ident: str) -> None:
    """Press Tab until an element has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == ident:
            return
    pytest.fail(f"the keyboard does not reach {ident}")


@pytest.mark.browser
def test_browser__the_keyboard_suffices_from_a_mother_to_the_saved_pedigree(page):
    told = complaints(page)
    page.goto(f"/family/edit?incident={INCIDENT}&family=F2")
    press_until(page, "member")
    page.keyboard.press("Home")
    expect(page.get_by_role("heading", name="Member FA")).to_be_visible()
    assert page.evaluate("document.activeElement.id") == "member"
    press_until(page, "do-mother")
    page.keyboard.press("Enter")
    expect(page.locator("[data-member=MO2]")).to_be_visible()
    press_until(page, "code")
    page.keyboard.type("AUNT")
    press_until(page, "new-sex")
    page.keyboard.type("f")
    press_until(page, "do-half-by-mother")
    page.keyboard.press("Enter")
    expect(page.locator("[data-member=AUNT] circle")).to_be_visible()
    press_until(page, "do-undo")
    page.keyboard.press("Enter")
    expect(page.locator("[data-member=AUNT]")).to_have_count(0)
    press_until(page, "do-redo")
    page.keyboard.press("Enter")
    expect(page.locator("[data-member=AUNT]")).to_be_visible()
    press_until(page, "do-save")
    page.keyboard.press("Enter")
    page.wait_for_url("**/family?**")
    expect(page.get_by_text("The pedigree is saved.")).to_be_visible()
    assert told == []


@pytest.mark.browser
def test_browser__enter_in_the_field_of_the_code_does_nothing_that_was_not_asked(page):
    page.goto(f"/family/edit?incident={INCIDENT}&family=F1")
    page.get_by_label("Code of the new member").fill("X")
    page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")
    expect(page.locator("[data-member]")).to_have_count(3)


@pytest.mark.browser
def test_browser__a_click_on_a_symbol_chooses_its_member(page):
    page.goto(f"/family/edit?incident={INCIDENT}&family=F1")
    page.locator("[data-member=MO]").click()
    expect(page.get_by_role("heading", name="Member MO")).to_be_visible()


@pytest.mark.browser
def test_browser__leaving_with_a_draft_that_is_not_saved_asks_first(page):
    asked: list[str] = []
    leave = False

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        (dialog.accept if leave else dialog.dismiss)()

    page.on("dialog", answer)
    page.goto(f"/family/edit?incident={INCIDENT}&family=F1")
    expect(page.locator("#done")).to_have_text("Nothing to save.")
    page.locator("#do-sibling").click()
    expect(page.locator("#done")).to_contain_text("not saved yet")
    expect(page).to_have_title(re.compile("^Not saved: "))
    page.get_by_role("link", name="Overview").click()
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    expect(page.locator("[data-member=SI]")).to_be_visible()
    leave = True
    page.get_by_role("link", name="Overview").click()
    page.wait_for_url("**/")
    assert asked == ["beforeunload"] * 2


@pytest.mark.browser
def test_browser__a_draft_that_is_saved_undone_or_left_on_purpose_is_left_without_a_question(page):
    asked: list[str] = []
    page.on("dialog", lambda dialog: asked.append(dialog.type))  # and it stays open, so the page stays where it is
    address = f"/family/edit?incident={INCIDENT}&family=F4"
    page.goto(address)
    page.get_by_role("link", name="Back to the family").click()
    page.wait_for_url("**/family?**")
    page.goto(address)
    page.locator("#do-sibling").click()
    page.locator("#do-undo:enabled").click()
    expect(page.locator("#done")).to_contain_text("Nothing to save.")
    page.goto(address)
    page.locator("#do-sibling").click()
    page.get_by_role("link", name="Leave without saving").click()
    page.wait_for_url("**/family?**")
    page.goto(address)
    page.locator("#do-sibling").click()
    page.locator("#do-save:enabled").click()
    page.wait_for_url("**/family?**")
    assert asked == []


@pytest.mark.browser
def test_browser__a_wide_pedigree_shows_the_chosen_member(page):
    page.set_viewport_size({"width": 360, "height": 2400})
    page.goto(f"/family/edit?incident={INCIDENT}&family=F1")
    for code in ("SIBLING-1", "SIBLING-2", "SIBLING-3", "SIBLING-4", "SIBLING-5"):
        page.locator("#code").fill(code)
        page.locator("#do-sibling").click()
        expect(page.locator(f"[data-member={code}]")).to_have_count(1)
    frame = page.locator(".drawing")
    assert frame.evaluate("one => one.scrollWidth > 1.3 * one.clientWidth")
    places = set()
    for code in ("SIBLING-1", "SIBLING-5", "MP"):
        page.select_option("#member", code)
        expect(page.get_by_role("heading", name=f"Member {code}")).to_be_visible()
        expect(page.locator(f"[data-member={code}]")).to_be_in_viewport(ratio=1)
        places.add(frame.evaluate("one => one.scrollLeft"))
    assert len(places) > 1


@pytest.mark.browser
def test_browser__a_refusal_is_said_and_the_draft_is_kept(page):
    failed: list[str] = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.goto(f"/family/edit?incident={INCIDENT}&family=F1")
    expect(page.get_by_role("heading", name="Member MP")).to_be_visible()
    page.locator("#do-child").click()
    expect(page.get_by_role("alert")).to_contain_text("The sex of 'MP' is unknown")
    page.select_option("#sex", "female")
    page.locator("#do-sex").click()
    expect(page.get_by_role("status")).to_contain_text("Changed: MP.")
    page.locator("#do-child").click()
    expect(page.locator("[data-member=CH]")).to_be_visible()
    assert failed == []


@pytest.mark.browser
def test_axe__finds_nothing_serious_in_the_editor(browser, site):
    made = browser.new_context(base_url=site.app.state.address, bypass_csp=True)
    page = sign_in(made, "registrar")
    page.goto(f"/family/edit?incident={INCIDENT}&family=F1")
    assert faults(page) == []
    page.locator("#do-missing").click()
    expect(page.locator("#do-undo")).to_be_enabled()
    assert faults(page) == []
    made.close()


@pytest.mark.slow
def test_page__carries_a_long_draft_of_long_codes_through_its_form(quiet):
    """More steps than a form had room for, when a Greek letter took six bytes of it and all were remembered."""
    client = quiet.browser("registrar")
    page = client.get(ADDRESS).text
    assert 'hx-encoding="multipart/form-data"' in page
    asked = form_of(page) | {"csrf": hidden(page, "csrf"), "member": "FA"}
    people = Declared(tuple(Individual(f"{'Ω' * 20}{n}") for n in range(30)))
    draft = Draft.begin(people)
    for n in range(120):
        draft = draft.step(partial(turn_missing, member=people.codes[n % 30]))
    sent = asked | {"draft": draft.model_dump_json(), "member": people.codes[0], "do": "missing"}
    fields = [(name, (None, str(value))) for name, value in sent.items() if name != "donors"]
    answer = client.post("/family/edit", files=fields)
    assert answer.status_code == 200, answer.text
    assert len(Draft.read(html.unescape(hidden(answer.text, "draft"))).past) > 100


def test_drawing__of_the_same_pedigree_and_marks_is_made_once(monkeypatch):
    made: list[str] = []

    def draw(*_pedigree: object, title: str, **_more: object) -> str:
        made.append(title)
        return "<svg/>"

    monkeypatch.setattr("antigone.web.pedigrees.drawings.draw_pedigree", draw)
    pedigree = Pedigree.of(("kept once", "male"))
    for marks in ({}, {}, {"kept once": Mark(missing=True)}, {"kept once": Mark(missing=True)}):
        drawing(pedigree, marks, title=f"{len(marks)} marks")
    assert made == ["0 marks", "1 marks"]
