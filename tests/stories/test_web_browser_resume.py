"""A search is cancelled and resumed in a real browser, and one whose process died; no page of it has a fault."""

from __future__ import annotations

from playwright.sync_api import Page
from registry_team import INCIDENT
from web_browser import browser as browser
from web_browser import complaints as complaints
from web_browser import faults as faults
from web_browser import pytestmark as pytestmark
from web_browser import sign_in as sign_in
from web_browser import site as site
from web_unfinished import begun as begun
from web_unfinished import kill as kill

__all__ = ["browser", "pytestmark", "site"]


def press(page: Page, name: str) -> None:
    """Press a button as the keyboard does."""
    page.get_by_role("button", name=name).focus()
    page.keyboard.press("Enter")


def test_story__a_search_is_cancelled_then_dies_and_is_resumed(browser, site, tmp_path):
    job = begun(site, tmp_path)
    context = browser.new_context(base_url=site.app.state.address, bypass_csp=True)
    page = sign_in(context, "second geneticist")
    told = complaints(page)
    page.goto(f"/search?job={job.id}")
    page.get_by_text("comparing blocks").wait_for()
    assert faults(page) == []
    press(page, "Cancel the search")
    page.get_by_text("2 of its 4 parts are kept, sealed").wait_for()
    assert faults(page) == []
    press(page, "Discard it")
    page.get_by_text(f"What was kept of search {job.run} is erased.").wait_for()
    assert page.get_by_role("button", name="Resume").count() == 0

    job = begun(site, tmp_path, 3)
    page.goto(f"/search?job={job.id}")
    kill(site, job)
    page.get_by_text("The search failed.").wait_for()  # the page learns it by itself
    assert faults(page) == []
    page.goto(f"/runs?incident={INCIDENT}")
    page.get_by_role("heading", name=f"Search {job.run} has stopped").wait_for()
    assert faults(page) == []
    press(page, f"Resume search {job.run}")
    page.get_by_text("The search is finished. Resumed from 3 of 4 parts, which were kept.").wait_for(timeout=60_000)
    assert faults(page) == []
    context.close()
    assert told == []
