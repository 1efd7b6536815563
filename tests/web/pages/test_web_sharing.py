"""An incident for another institution: told before, downloaded, and imported elsewhere."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import pytest
from registry_team import INCIDENT, NOON, audit
from web_calls import call as call
from web_calls import new_token as new_token
from web_site import Site, make_site, post

from antigone.casework.incident.files import load_incident
from antigone.model.incident.consent import Consent
from antigone.model.incident.incident import Incident
from antigone.team.incidents.consents import record_consent, withdraw_donor


@pytest.fixture
def site(tmp_path) -> Site:
    return make_site(tmp_path)


def unpacked(content: bytes, folder: Path) -> Incident:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)
    return load_incident(folder / "incident", attested_by=None, today=NOON.date())


@pytest.mark.slow
def test_page__says_before_and_after_who_is_left_out(site, tmp_path):
    browser = site.browser("geneticist")
    assert "/incident/export?incident=ferry" in browser.get(f"/incident?incident={INCIDENT}").text
    before = browser.get(f"/incident/export?incident={INCIDENT}").text
    for reason, number in (("Donors whose consent does not cover sharing", 4), ("Living seekers", 1)):
        assert reason in before
        assert f'<td class="number">{number}</td>' in before
    answer = post(browser, "/incident/export", {"incident": INCIDENT})
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == 'attachment; filename="ferry-shared.zip"'
    assert answer.headers["cache-control"] == "no-store"
    read = unpacked(answer.content, tmp_path / "there")
    assert [family.code for family in read.families] == ["F3"]
    assert [person.code for person in read.unidentified] == ["PM1", "PM2", "PM3", "PM4", "PM5"]
    after = browser.get(f"/incident/export?incident={INCIDENT}").text
    assert "Exported: 5 unidentified persons, 3 donors of 1 family." in after
    assert "donors whose consent does not cover sharing: 4" in after
    assert ("geneticist", "export") in audit(site.team)


@pytest.mark.slow
def test_page__a_consent_to_share_lets_a_donor_in_and_leaving_takes_them_out(site, tmp_path):
    coordinator = site.team["coordinator"]
    agreed = Consent("C-9", dt.date(2026, 1, 5), ("identification", "sharing"))
    record_consent(coordinator, INCIDENT, "F1", "FA", consent=agreed)
    withdraw_donor(coordinator, INCIDENT, "F3", "MO")
    answer = post(site.browser("geneticist"), "/incident/export", {"incident": INCIDENT})
    read = unpacked(answer.content, tmp_path / "there")
    assert {family.code: [d.member for d in family.donors] for family in read.families} == {
        "F1": ["FA"],
        "F3": ["FA", "SI"],
    }
    assert b"F3-MO" not in b"".join(path.read_bytes() for path in (tmp_path / "there" / "incident").iterdir())


@pytest.mark.slow
def test_page__offers_no_file_when_nobody_agreed(site):
    for member in ("FA", "MO", "SI"):
        withdraw_donor(site.team["coordinator"], INCIDENT, "F3", member)
    browser = site.browser("geneticist")
    page = browser.get(f"/incident/export?incident={INCIDENT}").text
    assert "No donor of this incident agreed to share" in page
    assert '<button class="main-action"' not in page
    assert post(browser, "/incident/export", {"incident": INCIDENT}).status_code == 422


def test_page__is_offered_to_the_geneticist_alone(site):
    for role in ("reviewer", "coordinator", "auditor"):
        assert "/incident/export" not in site.browser(role).get(f"/incident?incident={INCIDENT}").text


@pytest.mark.slow
def test_api__tells_and_gives_the_same_file(site, tmp_path):
    token, asked = new_token(site, "geneticist"), {"incident": INCIDENT}
    told = call(site, token, "GET", "/incidents/shareable", params=asked).json()
    assert (told["unidentified"], told["families"], told["donors"]) == (5, 1, 3)
    assert told["left_out"]["donors whose consent has expired"] == 1
    answer = call(site, token, "GET", "/incidents/export", params=asked)
    assert answer.headers["content-type"] == "application/zip"
    assert answer.content == post(site.browser("geneticist"), "/incident/export", asked).content
    assert unpacked(answer.content, tmp_path / "there").title == "A ferry"


@pytest.mark.slow
def test_api__of_an_incident_that_is_not_there(site):
    token = new_token(site, "geneticist")
    for path in ("/incidents/shareable", "/incidents/export"):
        assert call(site, token, "GET", path, params={"incident": "none"}).status_code == 404
