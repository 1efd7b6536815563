"""A case that is typed in the browser, without any file."""

from __future__ import annotations

import re

import pytest
from registry_team import INCIDENT
from web_site import Site, make_site, post

from antigone.team.incidents.families import read_family
from antigone.team.incidents.undoing import list_imports
from antigone.web.entry.rows import Row, next_code, read_rows
from antigone.web.requests.qr import qr_code

SIX = (
    ("GF", "male", "", "", "", "", "", "", "identification"),
    ("GM", "female", "", "", "", "", "", "", "identification"),
    ("FA", "male", "GF", "GM", "", "S-FA", "C-1", "2026-01-05", "identification, court"),
    ("MO", "female", "", "", "", "S-MO", "C-2", "2026-01-06", "identification"),
    ("CH1", "female", "FA", "MO", "missing", "", "", "", "identification"),
    ("CH2", "unknown", "FA", "MO", "", "", "", "", "identification"),
)
NAMES = ("person", "sex", "father", "mother", "is_missing", "sample", "consent", "day", "purposes")


@pytest.fixture
def site(tmp_path) -> Site:
    return make_site(tmp_path)


def form(incident: str, rows, *, family: str = "F77", do: str = "save") -> dict[str, object]:
    columns: dict[str, object] = dict(zip(NAMES, map(list, zip(*rows, strict=True)), strict=True))
    return {"incident": incident, "family": family, "do": do, **columns}


def test_family__of_six_with_two_donors_is_saved_as_an_import_is(site):
    browser, incident = site.browser("registrar"), INCIDENT
    answer = post(browser, "/family/new", form(incident, SIX))
    assert (answer.status_code, "family=F77" in answer.headers["location"]) == (303, True)
    session = site.team["registrar"]
    found = read_family(session, incident, "F77")
    assert [one.id for one in found.pedigree.individuals] == ["GF", "GM", "FA", "MO", "CH1", "CH2"]
    assert list(found.missing) == ["CH1"]
    assert [line.member for line in found.donors] == ["FA", "MO"]
    assert len(list_imports(session, incident)) == 2


def test_family__drawn_saves_nothing(site):
    page = post(site.browser("registrar"), "/family/new", form(INCIDENT, SIX, do="draw"))
    assert page.status_code == 200
    assert "<svg" in page.text.split("The family as typed")[1]
    assert len(list_imports(site.team["registrar"], INCIDENT)) == 1


def test_family__what_is_wrong_stands_beside_its_field_and_everything_typed_stays(site):
    wrong = [*SIX[:3], ("MO", "female", "", "", "", "S-MO", "", "6 January", "identification"), *SIX[4:]]
    wrong[5] = ("CH2", "unknown", "XX", "MO", "", "", "", "", "identification")
    page = post(site.browser("registrar"), "/family/new", form(INCIDENT, wrong))
    assert page.status_code == 422
    assert set(re.findall(r'id="fault-(\d+-\w+)"', page.text)) == {"3-consent", "3-day", "5-father"}
    assert all(f'value="{text}"' in page.text for row in wrong for text in row if text)
    assert len(list_imports(site.team["registrar"], INCIDENT)) == 1


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([Row("CH", is_missing="missing"), Row("CH")], (0, "person")),
        ([Row("", sex="male", is_missing="missing")], (0, "person")),
        ([Row("CH", sex="m", is_missing="missing")], (0, "sex")),
        ([Row("CH", is_missing="missing"), Row("MO", sample="S", consent="C", day="2026-02-30")], (1, "day")),
        ([Row("CH", is_missing="missing"), Row("MO", consent="C", day="2026-02-03")], (1, "sample")),
    ],
)  # fmt: skip
def test_rows__each_fault_is_of_one_field(rows, fault):
    read = read_rows("F1", rows)
    assert fault in read.faults
    assert read.family is None


def test_rows__what_the_pedigree_refuses_is_said_of_the_family():
    read = read_rows("F1", [Row("CH", father="MO", is_missing="missing"), Row("MO", "female")])
    assert "MO" in "".join(read.others)


def test_rows__somebody_is_missing():
    assert "nobody is marked as missing" in read_rows("F1", [Row("CH")]).others[0]


def test_next_code__keeps_the_zeros():
    assert next_code(["R001", "R030"], "R1") == "R031"


def test_person__remains_are_saved_and_a_known_code_is_refused(site):
    browser, sent = (
        site.browser("registrar"),
        {"incident": INCIDENT, "code": "R900", "kind": "remains", "sex": "female"},
    )
    assert "sample=R900" in post(browser, "/unidentified/new", sent).headers["location"]
    again = post(browser, "/unidentified/new", sent)
    assert (again.status_code, "R900&#39; is known already" in again.text) == (422, True)


def test_person__a_living_seeker_needs_a_request(site):
    browser, sent = site.browser("registrar"), {"incident": INCIDENT, "code": "L1", "kind": "living", "sex": "male"}
    refused = post(browser, "/unidentified/new", sent)
    assert (refused.status_code, 'id="asked-fault"' in refused.text) == (422, True)
    second = post(browser, "/unidentified/new", sent | {"asked": "letter 12"})
    assert (second.status_code, "expected one in an incident" in second.text) == (422, True)
    assert 'value="letter 12"' in second.text


def test_sheet__shows_the_code_of_the_sample_and_no_name(site):
    page = site.browser("registrar").get(f"/sample/sheet?incident={INCIDENT}&sample=PM1").text
    assert "<h1>Sample PM1</h1>" in page
    assert str(qr_code("PM1", title="The code of the sample, for a camera")) in page
    assert site.browser("registrar").get(f"/sample/sheet?incident={INCIDENT}&sample=nobody").status_code == 404
