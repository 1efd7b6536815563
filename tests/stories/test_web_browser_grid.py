"""A profile of 21 markers typed in twice with the keyboard alone, one difference found and mended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from playwright.sync_api import expect
from web_browser import browser as browser
from web_browser import pytestmark as pytestmark
from web_browser import site as site
from web_hands import Hands
from web_hands import sit as sit

from antigone.formats.frequencies.nist import nist1036
from antigone.formats.passes.kits import kits
from antigone.model.incident.incident import Incident, UnidentifiedPerson
from antigone.model.profile import Profile
from antigone.registry.consent.one_pair import read_person
from antigone.registry.store.database import snapshot
from antigone.registry.typings.samples import find_sample
from antigone.team.incidents.importing import import_incident
from antigone.team.incidents.typings import list_typings

__all__ = ["pytestmark"]

KIT = "PowerPlex 21"
MIDDLE = {
    marker: tuple(sorted(alleles, key=float)[len(alleles) // 2 :][:2])
    for marker, alleles in nist1036()[-1].frequencies.items()
}
SHEET = {marker: MIDDLE.get(marker, ("X", "Y")) for marker in kits()[KIT]} | {"TH01": ("6", "9.3")}
"""What the sheet of the laboratory says."""
SAMPLE_PAGE = "/sample?incident=bones&sample=B1"


def type_all(hands: Hands, sheet: Mapping[str, Sequence[str]]) -> None:
    """Every cell and Enter; the last Enter goes to the button."""
    for first, second in sheet.values():
        hands.type(first).press("Enter").type(second).press("Enter")


@pytest.fixture
def bone(site):
    whole = Incident("Bones", (UnidentifiedPerson("B1", Profile("B1", {})),), (), nist1036()[-1:])
    import_incident(site.team["registrar"], "bones", whole)


def test_story__two_passes_of_21_markers_by_keyboard_and_one_difference_mended(sit, site, bone):
    hands = sit(SAMPLE_PAGE)
    hands.sign_in_here("registrar").skip().to("Type in a profile").press("Enter").goes_to("**/sample/type**")
    hands.skip().to("Kit…").type(KIT).press("Tab").is_on("Show the grid").press("Enter").reads(f"First pass: {KIT}")
    type_all(hands, SHEET | {"D18S51": ("14", "15.2")})
    hands.is_on("Seal the first pass").press("Enter").is_told("The first pass is sealed.")

    other = sit("/sample/type?incident=bones&sample=B1").sign_in_here("geneticist")
    other.reads("Second pass")
    assert "15.2" not in other.page.content()
    type_all(other, SHEET | {"TH01": ("93", "6")})
    expect(other.page.locator("[data-marker=TH01] [data-read]")).to_contain_text("within or near the ladder")
    other.is_on("Compare").press("Enter").is_told("Nothing was kept.")
    other.press("Tab")
    while "TH01" not in (other.page.evaluate("document.activeElement.ariaLabel") or ""):
        other.press("ArrowDown")
    other.type("9.3")
    while other.focus["words"] != "Compare":
        other.press("ArrowDown")
    other.press("Enter").is_told("20 markers agree, 1 marker differs.")
    assert other.page.locator("[data-marker]").count() == 1
    other.press("Tab").type(SHEET["D18S51"][0]).press("Enter").type(SHEET["D18S51"][1]).press("Enter", "Enter")
    other.is_told("Both passes agree at 21 markers: the profile is a typing of B1 now.")
    other.reads("typed in by registrar, then geneticist")

    (typing,) = list_typings(site.team["geneticist"], "bones", "B1").typings
    assert typing.kit == KIT
    with snapshot(site.team.registry.engine) as connection:
        row = find_sample(connection, "bones", "B1").person
        person = read_person(connection, site.team.registry.vault, row)
    assert dict(person.profile.genotypes) == {m: pair for m, pair in SHEET.items() if m != "Amelogenin"}
    assert person.amelogenin == (("X", "Y"),)
