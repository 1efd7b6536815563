"""The main stories of a case without a mouse: Tab, Enter, the space bar, arrows and letters, and nothing else.

Each step looks whether the focus can be seen: it is drawn, and it stands inside the window.
"""

from __future__ import annotations

import io
import re
from base64 import b32decode
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader
from registry_team import INCIDENT, agree_on_model, password_of, small_incident
from web_browser import browser as browser
from web_browser import pytestmark as pytestmark
from web_browser import site as site
from web_hands import Hands
from web_hands import sit as sit
from web_paths import PAGES as PAGES

from antigone.formats.casefolder.writer import write_case_folder
from antigone.registry.users.one_time_codes import code_at, step_at
from antigone.team.access.roles import ALLOWED, ROLES
from antigone.team.overview.status import list_incidents

__all__ = ["pytestmark"]


def words_of(pdf: bytes) -> str:
    """The text of a PDF, without the white space in which it differs."""
    assert pdf.startswith(b"%PDF")
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


@pytest.fixture
def harbour(tmp_path) -> list[Path]:
    """The files of an incident that no registry knows yet: one family, and one unidentified person."""
    whole = small_incident()
    write_case_folder(
        replace(whole, unidentified=whole.unidentified[:1], families=whole.families[:1]), tmp_path / "case"
    )
    return sorted((tmp_path / "case").iterdir())


def test_story__from_the_files_to_the_confirmed_identification_its_report_and_the_letter(sit, site, harbour):
    hands = sit("/")
    _import(hands, harbour)
    agree_on_model(site.team, "harbour")
    _search_and_propose(hands)
    unidentified, missing, family = _confirm(hands)
    hands.skip("To the review").to("PDF")
    report = words_of(hands.saves())
    assert unidentified in report
    assert missing in report
    hands.sign_out().sign_in("coordinator")
    letter = _letter(hands, family, missing)
    assert f"Our reference: {family}" in letter
    assert "We found a probable identification, confirmed by two specialists." in letter
    assert unidentified not in letter
    assert hands.told == []
    counts = {line.code: line.pairings for line in list_incidents(site.team["auditor"])}
    assert counts["harbour"]["confirmed"] == 1


def _import(hands: Hands, files: list[Path]) -> None:
    hands.sign_in("registrar").to("Import").press("Enter").goes_to("**/import")
    hands.skip().to("Files…")
    _choose(hands, files[:1])
    hands.to("Show what it will do").press("Enter").is_told("Nothing was imported.")
    hands.told.clear()  # the browser notes that the form was refused
    hands.to("Files…")
    _choose(hands, files)
    hands.to("Code of the incident…").type("harbour").to("Show what it will do").press("Enter")
    hands.reads("Nothing is imported yet.").skip().to("Import exactly this").press("Enter")
    hands.is_told("Imported: 1 unidentified person").sign_out()


def _choose(hands: Hands, files: list[Path]) -> None:
    """The window of the computer in which files are chosen is opened by the keyboard too."""
    with hands.page.expect_file_chooser() as chooser:
        hands.press("Enter")
    chooser.value.set_files(files)


def _search_and_propose(hands: Hands) -> None:
    hands.sign_in("geneticist").skip().to("harbour").press("Enter").goes_to("**/incident?**")
    hands.skip().to("Search").press("Enter").goes_to("**/runs?**")
    hands.skip().to("Search now").press("Enter").reads("The search is finished.", seconds=150)
    hands.is_told("The search is finished.")
    hands.to("To the candidates").press("Enter").goes_to("**/candidates?**")
    hands.skip("To the first candidate").press("Tab", "Enter").goes_to("**/candidate?**")
    _tick(hands.skip("To the review"))
    hands.to("What you looked at, and why…").type("Every marker looked at.")
    hands.to("Propose this identification").press("Enter").is_told("It is proposed, and waits for another person.")
    hands.sign_out()


def _tick(hands: Hands) -> None:
    """Tick each warning before the decision, and say a word on it."""
    for _ in range(hands.page.locator(".warned .warn").count()):
        while hands.focus["tag"] != "INPUT" or not hands.page.locator("input[name=ticked]:focus").count():
            hands.press("Tab")
        hands.press("Space", "Tab").type("looked at")


def _confirm(hands: Hands) -> tuple[str, str, str]:
    """The unidentified person, the missing one and their family, as the reviewer reads them."""
    hands.sign_in("reviewer").skip().to("1 candidate proposed by somebody else, to confirm or reject Incident harbour")
    hands.press("Enter").goes_to("**/candidates?**").skip("To the first candidate").press("Tab", "Enter")
    hands.goes_to("**/candidate?**")
    heading = hands.page.locator("h1").inner_text()
    _tick(hands.skip("To the review"))
    hands.to("What you looked at, and why…").type("Looked at by itself; I agree.")
    hands.to("Confirm").press("Enter").is_told("It is confirmed.").reads("Two persons have looked at it and agree.")
    found = re.fullmatch(r"(\S+) as (\S+) of family (\S+)", heading)
    assert found
    return found[1], found[2], found[3]


def _letter(hands: Hands, family: str, missing: str) -> str:
    hands.skip().to("harbour").press("Enter").goes_to("**/incident?**")
    hands.to("Families").press("Enter").goes_to("**/families?**").skip().to(family).press("Enter")
    hands.goes_to("**/family?**").skip().to("Letter to the family").press("Enter")
    hands.to("About").type(missing).to("Institution that writes").type("Institute of the harbour")
    hands.press("Tab").type("Ana, telephone 1").press("Tab").type("Ana").to("Make the letter (PDF)")
    return words_of(hands.saves())


def test_candidates__are_filtered_and_sorted_and_the_focus_stays(sit):
    hands = sit(f"/candidates?incident={INCIDENT}").sign_in_here("geneticist")
    rows = hands.page.locator("#rows tr")
    everything = rows.count()
    hands.skip().to("State").type("conf").reads("No candidate fits.").is_on("State")
    hands.press("Home").reads(f"{everything} candidates of search 1")
    assert "state=&" in hands.page.url
    hands.to("log10 LR").press("Enter").goes_to("**order=log10_lr**down=True**")
    expect(hands.page.locator("th[aria-sort=descending]")).to_contain_text("log10 LR")
    hands.is_on("log10 LR ↓").press("Enter").goes_to("**order=log10_lr&size**")
    expect(hands.page.locator("th[aria-sort=ascending]")).to_contain_text("log10 LR")
    hands.to("Family", back=True, tag="INPUT").type("F2").press("Enter").reads("2 candidates of search 1")
    expect(hands.page.locator("th[aria-sort=ascending]")).to_contain_text("log10 LR")
    hands.press("Control+A", "Delete").to("Unidentified", back=True, tag="INPUT").type("PM1").press("Enter")
    hands.reads("1 candidate of search 1")
    hands.to("PM1 as MP of family F1").press("Enter").goes_to("**/candidate?**")
    assert hands.told == []


def test_joint__is_read_and_solved_again(sit):
    hands = sit(f"/joint?incident={INCIDENT}").sign_in_here("geneticist")
    hands.skip().to("Solve it again").press("Space").to("Before any DNA is looked at").type("odds").to("Number…")
    hands.type("0.01").to("Solve now").press("Enter").reads("Joint 2")
    hands.to("Read why").press("Enter")
    expect(hands.page.locator("td details[open]")).to_have_count(1)
    assert hands.told == []


def test_session__that_ended_is_explained_and_leads_back(sit, site):
    hands = sit(f"/candidates?incident={INCIDENT}").sign_in_here("geneticist")
    site.time.now += 31 * 60
    hands.skip("To the first candidate").press("Tab", "Enter").goes_to("**/sign-in?**")
    hands.reads("Your session ended: for 30 minutes nothing was clicked. Sign in, and you are back where you were.")
    hands.sign_in_here("geneticist").goes_to("**/candidate?id=**")
    site.time.now += 31 * 60
    hands.skip("To the review").to("What you looked at, and why…").type("Too late.").to("Comment only").press("Enter")
    hands.reads("What you sent last was not stored.").sign_in_here("geneticist").goes_to("**/candidate?id=**")
    assert hands.told == []


def test_one_time_codes__are_set_up_and_asked_for(sit, site):
    hands = sit("/account").sign_in_here("second reviewer")
    hands.skip().to("Set up one-time codes").press("Enter").reads("Point the camera")
    secret = parse_qs(urlsplit(hands.page.locator("dd", has_text="otpauth:").inner_text()).query)["secret"][0]
    expect(hands.page.get_by_role("img", name="QR code of the secret")).to_be_visible()
    expect(hands.page.get_by_label("The code that the device shows now")).to_be_focused()
    hands.type("wrong").press("Enter").reads("The code is not the one of this moment")
    expect(hands.page.get_by_label("The code that the device shows now")).to_be_focused()
    code = code_at(b32decode(secret), step_at(site.team.clock()))
    hands.type(code).press("Enter").is_told("Your sign-in asks for a one-time code from now on.").sign_out()
    hands.type("second reviewer").press("Tab").type(password_of("second reviewer")).press("Enter")
    hands.reads("unknown or the password is wrong")
    assert hands.focus["words"] == "Password"


def test_editor__the_focus_lands_on_what_is_said(sit):
    hands = sit(f"/family/edit?incident={INCIDENT}&family=F4").sign_in_here("registrar")
    hands.skip("To the member").to("Child").press("Enter").is_told("The sex of 'MP' is unknown")
    hands.to("Sibling").press("Enter").reads("Added: SI.").is_on("Sibling")
    hands.to("Undo", back=True).press("Enter").is_told("Removed: SI (child of FA and MO). Nothing to save.")


FIRST_OF = {path: next(role for role in ROLES if role in ALLOWED[action]) for path, (action, _) in PAGES.items()}
"""Each page is looked at once, by the first role that may see it."""


@pytest.mark.parametrize("role", sorted(set(FIRST_OF.values())))
def test_focus__is_seen_at_every_stop_of_every_page_and_a_skip_link_is_the_first(sit, site, role):
    hands = sit().sign_in(role)
    for path in [path for path, first in FIRST_OF.items() if first == role and not path.endswith((".pdf", "/export"))]:
        hands.page.goto(f"{path}?{PAGES[path][1].format(incident=INCIDENT, **vars(site))}")
        hands.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        hands.press("Tab").is_on("To the content")
        for _ in range(40):
            if hands.press("Tab").focus["tag"] == "BODY":
                break
