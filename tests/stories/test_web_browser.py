"""The web application in a real browser: whole stories, and what axe finds on every page. The keyboard has a file."""

from __future__ import annotations

import io
import re
from importlib.resources import files

import pytest
from pypdf import PdfReader
from registry_team import INCIDENT
from web_browser import PICTURE as PICTURE
from web_browser import browser as browser
from web_browser import complaints as complaints
from web_browser import context as context
from web_browser import faults as faults
from web_browser import follow
from web_browser import pytestmark as pytestmark
from web_browser import sign_in as sign_in
from web_browser import site as site
from web_paths import PAGES as PAGES
from web_paths import case_folder as case_folder
from web_site import Site

from antigone.team.access.roles import ALLOWED, ROLES
from antigone.team.overview.status import list_incidents

TABLET = {"width": 768, "height": 1024}


def pages_of(role: str, site: Site) -> list[str]:
    known = {"incident": INCIDENT, **vars(site)}
    asked = {path: query.format(**known) for path, (action, query) in PAGES.items() if role in ALLOWED[action]}
    return [f"{path}?{query}" for path, query in asked.items() if not path.endswith((".pdf", "/export"))]


@pytest.mark.parametrize("role", ROLES)
def test_axe__finds_nothing_serious_on_any_page(browser, site, role):
    context = browser.new_context(viewport=PICTURE, base_url=site.app.state.address, bypass_csp=True)
    page = sign_in(context, role)
    found = {}
    for address in pages_of(role, site):
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        found[address] = faults(page)
    page.goto("/nowhere")
    found["/nowhere"] = faults(page)
    context.close()
    assert {address: told for address, told in found.items() if told} == {}


def test_axe__finds_nothing_serious_on_the_sign_in_page(browser, site):
    context = browser.new_context(base_url=site.app.state.address, bypass_csp=True)
    page = context.new_page()
    page.goto("/sign-in")
    assert faults(page) == []
    page.set_content("<html lang='en'><title>t</title><img src='data:,'></html>")
    assert faults(page), "axe sees a picture without words"
    context.close()


@pytest.mark.parametrize(
    ("size", "direction"),
    [(PICTURE, "ltr"), (TABLET, "ltr"), (TABLET, "rtl")],
    ids=["1280 px", "tablet", "tablet, from right to left"],
)
def test_pages__fit_without_scrolling_sideways_and_without_complaints(browser, site, size, direction):
    context = browser.new_context(viewport=size, base_url=site.app.state.address)
    page = sign_in(context, "geneticist")
    told = complaints(page)
    for address in pages_of("geneticist", site):
        page.goto(address)
        page.evaluate(f"document.documentElement.dir = '{direction}'")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
    context.close()
    assert told == []


def test_numbers__are_read_from_left_to_right_in_every_language(context, site):
    page = sign_in(context, "geneticist")
    page.goto(f"/candidate?id={site.candidate}")
    page.evaluate("document.documentElement.dir = 'rtl'")
    numbers = page.locator(".figures dd, td.number, svg")
    assert set(numbers.evaluate_all("all => all.map((one) => getComputedStyle(one).direction)")) == {"ltr"}
    assert page.locator("p.lead").evaluate("one => getComputedStyle(one).direction") == "rtl"


def test_style__names_no_side_of_the_window_but_for_numbers():
    """Words from right to left need nothing else: each rule says start and end, never left and right."""
    style = (files("antigone.web") / "static" / "antigone.css").read_text("utf-8")
    style = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    rules = [rule for rule in re.findall(r"([^{}]+)\{([^{}]*)\}", style) if "[dir=rtl]" not in rule[0]]
    sided = re.compile(r"(^|[;\s-])(left|right)[\w-]*\s*:|text-align:\s*(left|right)|float:")
    assert len(rules) > 100
    assert [names.strip() for names, body in rules if sided.search(body)] == []


def test_print__shows_the_case_without_its_forms_and_inside_the_paper(context, site):
    page = sign_in(context, "geneticist")
    page.goto(f"/candidate?id={site.candidate}")
    page.set_viewport_size({"width": 680, "height": 960})
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator("h1").is_visible()
    assert page.locator("button:visible, .bar:visible, .skip:visible").count() == 0
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_print__of_a_family_is_one_sheet_and_totals_stand_once(context, site):
    page = sign_in(context, "registrar")
    page.goto(f"/family?incident={INCIDENT}&family={site.family}")
    page.emulate_media(media="print")
    assert page.locator("button:visible, .button:visible, summary:visible").count() == 0
    assert len(PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages) == 1
    page.goto(f"/family/edit?incident={INCIDENT}&family={site.family}")
    assert page.locator("button:visible, .button:visible, input:visible, select:visible").count() == 0
    assert page.locator(".drawing svg").is_visible()
    page = sign_in(context, "geneticist")
    page.goto(f"/candidate?id={site.candidate}")
    page.emulate_media(media="print")
    assert page.locator("tfoot").evaluate("one => getComputedStyle(one).display") == "table-row-group"


def tick_all(page) -> None:
    """Tick every warning before the decision, and say a word on each."""
    for warned in page.locator(".warned .warn").all():
        warned.get_by_role("checkbox").check()
        warned.get_by_role("textbox").fill("no such relative is missing")


def test_story__from_search_to_confirmed_and_its_pdf(context, site, browser):
    page = sign_in(context, "geneticist")
    told = complaints(page)
    page.goto(f"/runs?incident={INCIDENT}")
    page.get_by_role("button", name="Search now").click()
    follow(page, "To the candidates", "**/candidates?**", seconds=60)
    page.get_by_label("State").select_option("open")
    page.wait_for_url("**state=open**")
    follow(page, "log10 LR", "**order=log10_lr**")
    follow(page, "PM1 as MP of family F1", "**/candidate?**")
    page.get_by_label("What you looked at").fill("Every marker looked at; no close relative is missing.")
    tick_all(page)
    page.get_by_role("button", name="Propose this identification").click()
    page.get_by_text("It is proposed, and waits for another person.").wait_for()
    second = sign_in(browser.new_context(base_url=site.app.state.address), "reviewer")
    follow(second, "proposed by somebody else", "**/candidates?**")
    follow(second, "PM1 as MP of family F1", "**/candidate?**")
    second.get_by_label("What you looked at").fill("Looked at by itself; I agree.")
    tick_all(second)
    second.get_by_role("button", name="Confirm").click()
    second.get_by_text("Two persons have looked at it and agree.").wait_for()
    with second.expect_download() as download:
        second.get_by_role("button", name="PDF").click()
    assert download.value.path().read_bytes().startswith(b"%PDF")
    second.context.close()
    assert told == []
    (counts,) = list_incidents(site.team["auditor"])
    assert counts.pairings["confirmed"] == 1


def test_story__files_are_dropped_and_imported(context, site, tmp_path):
    page = sign_in(context, "registrar")
    paths = case_folder(tmp_path / "case")
    page.get_by_role("link", name="Import", exact=True).click()
    page.wait_for_url("**/import")
    page.locator("#files").set_input_files(paths[:1])
    page.get_by_role("button", name="Show what it will do").click()
    page.get_by_text("Nothing was imported.").wait_for()
    page.locator("#files").set_input_files(paths)
    page.get_by_label("Code of the incident").fill("dropped")
    page.get_by_role("button", name="Show what it will do").click()
    page.get_by_role("button", name="Import exactly this").click()
    page.get_by_text("Imported: 4 unidentified persons").wait_for(timeout=60_000)


def test_pages__work_without_scripts(browser, site):
    context = browser.new_context(base_url=site.app.state.address, java_script_enabled=False)
    page = sign_in(context, "reviewer")
    page.goto(f"/candidates?incident={INCIDENT}")
    page.get_by_label("State").select_option("confirmed")
    page.get_by_role("button", name="Show").click()
    assert "state=confirmed" in page.url
    page.goto(f"/candidates?incident={INCIDENT}")
    page.get_by_role("link", name="Posterior").click()
    assert "order=posterior" in page.url
    context.close()


def test_progress__says_when_no_more_news_come(context):
    page = sign_in(context, "geneticist")
    live = "<div id=live data-live=/nowhere><progress></progress><p data-step>waiting</p></div>"
    page.evaluate(
        "live => { document.querySelector('main').innerHTML = live; watch(document.querySelector('#live')); }", live
    )
    page.get_by_text("This page gets no more news.").wait_for()
    assert not page.locator("progress").is_visible()


def test_policy__the_browser_runs_no_script_of_a_page(context):
    """The policy that is sent is one that the browser keeps."""
    page = sign_in(context, "geneticist")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.broken = 1\">')")
    page.wait_for_timeout(300)
    assert page.evaluate("window.broken") is None
