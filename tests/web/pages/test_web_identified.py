"""Who is identified, on the pages of those who speak with families: without a number, and not as whom."""

from __future__ import annotations

import re

import pytest
from identified import identify as identify
from letters import letter as letter
from registry_team import INCIDENT, candidate
from web_site import Site, make_site

from antigone.team.incidents.consents import withdraw_donor
from antigone.team.review.reviewing import ask_to_reopen

FAMILY = f"/family?incident={INCIDENT}&family="
TOLD = {
    "confirmed by two persons, and has died": "We believe that your relative has died",
    "confirmed by two persons, and is alive": "We believe that a living person",
    "the search goes on": "We are still looking",
    "the consent of a member": "We ask for your consent",
}
"""What the page says that a letter will say, and the words of that letter."""


@pytest.fixture
def site(tmp_path) -> Site:
    return make_site(tmp_path)


def told(page: str) -> str:
    """What the page says of the letter about MP."""
    found = re.search(r"About MP this letter will say</strong> ([^<]*)<", page)
    assert found
    return found[1]


def test_family__says_that_an_identification_is_confirmed_and_not_as_whom(site):
    browser = site.browser("coordinator")
    assert "not found yet" in browser.get(f"{FAMILY}F1").text
    identify(site.team)
    page = browser.get(f"{FAMILY}F1").text
    assert "confirmed by two persons" in page
    assert "PM1" not in page


@pytest.mark.slow
def test_letter__the_page_says_beforehand_what_it_will_say(site):
    browser, team = site.browser("coordinator"), site.team
    identify(team)
    withdraw_donor(team["coordinator"], INCIDENT, "F3", "SI")
    for family in ("F1", "F3", "F4"):
        words = told(browser.get(f"{FAMILY}{family}").text)
        (expected,) = [said for short, said in TOLD.items() if short in words]
        assert expected in letter(team, family)


def test_letter__the_page_asks_to_wait_while_an_identification_is_under_review(site):
    pairing = identify(site.team)
    ask_to_reopen(site.team["geneticist"], pairing, version=2, reason="another tooth")
    page = site.browser("coordinator").get(f"{FAMILY}F1").text
    assert "No letter about MP can be made now." in page
    assert "this letter will say" not in page


def test_families__the_filter_leaves_the_identified(site):
    identify(site.team)
    page = site.browser("registrar").get(f"/families?incident={INCIDENT}&identified=yes").text
    assert ">F1</a>" in page
    assert ">F2</a>" not in page
    assert 'name="identified" value="yes" checked' in page


@pytest.mark.parametrize(("role", "address"), [("coordinator", "/families"), ("auditor", "/incident")])
def test_news__of_an_identification_lead_where_the_role_may_go(role, address, site):
    site.browser(role)
    site.team.clock.later(minutes=1)
    identify(site.team)
    site.team.clock.later(minutes=1)
    page = site.browser(role).get("/").text
    found = re.search(r'<a href="([^"]*)">1 identification confirmed', page)
    assert found
    assert found[1].split("?")[0] == address
    assert ("identified=yes" in found[1]) == (role == "coordinator")
    assert candidate(site.team, "PM1", "F1").unidentified not in page
