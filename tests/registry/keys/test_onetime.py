"""One-time codes: the vectors of the RFCs, and a sign-in that asks for them and takes none twice."""

from __future__ import annotations

import base64
import datetime as dt
import re
from contextlib import suppress

import pytest
from playwright.sync_api import expect
from registry_team import PURPOSE, Clock, Team, password_of
from web_browser import browser as browser
from web_browser import faults as faults
from web_browser import sign_in as enter_page
from web_browser import site as site_in_a_browser  # noqa: F401 - the fixture
from web_site import Site, TestClient, hidden, make_site, post

from antigone.errors import Conflict, Forbidden, InputError
from antigone.registry.users.one_time_codes import code_at, device_address, step_at
from antigone.team.access import one_time_codes as actions
from antigone.team.access.opening import MOST_FAILURES, asks_for_code, open_with, sign_in
from antigone.team.access.session import Session
from antigone.team.access.users import change_role, deactivate_user
from antigone.team.keeping.auditing import read_audit
from antigone.team.keeping.keeping import back_up, restore

RFC_SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes__are_those_of_rfc_6238_appendix_b(seconds, code):
    moment = dt.datetime.fromtimestamp(seconds, dt.UTC)
    assert code_at(RFC_SECRET, step_at(moment), digits=8) == code


def test_codes__are_those_of_rfc_4226_appendix_d():
    expected = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]
    assert [code_at(RFC_SECRET, step) for step in range(10)] == expected


def test_address__names_the_user_and_what_the_device_must_compute():
    address = device_address("Ana María/1", "ABC")
    assert address.startswith("otpauth://totp/Antigone:Ana%20Mar%C3%ADa%2F1?secret=ABC&issuer=Antigone")
    assert address.endswith("algorithm=SHA1&digits=6&period=30")


@pytest.fixture
def team(prepared_files, tmp_path) -> Team:
    made: Team = prepared_files.team("users", str(tmp_path / "registry.db"))
    return made


def device(secret: str, clock: Clock, *, ahead: int = 0) -> str:
    """What a device with this secret shows, whose clock is some steps ahead."""
    return code_at(base64.b32decode(secret), step_at(clock.now) + ahead)


def enrol(team: Team, user: str = "geneticist") -> str:
    secret = actions.begin_codes(team[user]).secret
    actions.confirm_codes(team[user], code=device(secret, team.clock))
    team.clock.later(minutes=2)
    return secret


def enter(team: Team, code: str, user: str = "geneticist", password: str = "") -> Session:
    typed = password or password_of(user)
    return sign_in(team.registry, user, password=typed, purpose=PURPOSE, one_time_code=code)


def refused(team: Team, code: str) -> bool:
    with suppress(Forbidden):
        enter(team, code)
        return False
    return True


@pytest.mark.slow
def test_sign_in__asks_for_no_code_before_a_device_was_confirmed(team):
    assert not asks_for_code(team.registry, "geneticist")
    actions.begin_codes(team["geneticist"])
    assert not refused(team, "")
    assert not asks_for_code(team.registry, "geneticist")
    assert not actions.uses_codes(team["geneticist"])


def test_sign_in__needs_the_code_of_the_device_afterwards(team):
    secret = enrol(team)
    assert actions.uses_codes(team["geneticist"])
    assert asks_for_code(team.registry, "geneticist")
    with pytest.raises(Forbidden, match="the password is wrong, or the one-time code"):
        enter(team, "")
    assert refused(team, "000000")
    assert enter(team, device(secret, team.clock)).code == "geneticist"
    assert not asks_for_code(team.registry, "reviewer")
    assert not asks_for_code(team.registry, "nobody")


def test_sign_in__with_a_right_code_and_a_wrong_password_is_refused_and_uses_nothing_up(team):
    secret = enrol(team)
    with pytest.raises(Forbidden):
        enter(team, device(secret, team.clock), password="a wrong password")
    assert not refused(team, device(secret, team.clock))


def test_codes__are_taken_once_and_none_before_the_last(team):
    secret = enrol(team)
    ahead = device(secret, team.clock, ahead=1)
    now = device(secret, team.clock)
    assert not refused(team, ahead)
    assert refused(team, ahead)
    assert refused(team, now)


def test_codes__that_confirmed_the_device_open_nothing(team):
    secret = actions.begin_codes(team["geneticist"]).secret
    shown = device(secret, team.clock)
    actions.confirm_codes(team["geneticist"], code=shown)
    assert refused(team, shown)


@pytest.mark.parametrize(("ahead", "opens"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_codes__of_a_clock_that_is_one_step_off_are_taken(ahead, opens, team):
    secret = enrol(team)
    assert refused(team, device(secret, team.clock, ahead=ahead)) is not opens


def test_codes__may_be_typed_in_groups(team):
    code = device(enrol(team), team.clock)
    assert not refused(team, f"{code[:3]} {code[3:]}")


@pytest.mark.parametrize("code", ["", "1", "12345", "1234567", "½½½½½½", "١٢٣٤٥٦", "a" * 1000])
def test_codes__that_are_none_are_refused(code, team):
    enrol(team)
    assert refused(team, code)


def test_guessing__ends_after_as_many_wrong_codes_as_passwords(team):
    secret = enrol(team)
    for _ in range(MOST_FAILURES):
        assert refused(team, "wrong")
    with pytest.raises(Forbidden, match="failed sign-ins of this user"):
        enter(team, device(secret, team.clock))


def test_enrolment__needs_a_right_code_and_happens_once(team):
    with pytest.raises(Conflict, match="no device to confirm"):
        actions.confirm_codes(team["geneticist"], code="123456")
    secret = actions.begin_codes(team["geneticist"]).secret
    with pytest.raises(InputError, match="not the one of this moment"):
        actions.confirm_codes(team["geneticist"], code=device(secret, team.clock, ahead=5))
    actions.confirm_codes(team["geneticist"], code=device(secret, team.clock))
    with pytest.raises(Conflict, match="in use already"):
        actions.begin_codes(team["geneticist"])


def test_enrolment__begun_anew_forgets_the_first_secret(team):
    first = actions.begin_codes(team["geneticist"]).secret
    second = actions.begin_codes(team["geneticist"]).secret
    assert first != second
    with pytest.raises(InputError):
        actions.confirm_codes(team["geneticist"], code=device(first, team.clock))


def test_enrolment__waits_until_somebody_else_could_reset_the_codes(team):
    administrator = team["administrator"]
    with pytest.raises(Conflict, match="add a second administrator first"):
        actions.begin_codes(administrator)
    change_role(administrator, "auditor", role="administrator")
    assert actions.begin_codes(administrator).secret
    deactivate_user(administrator, "auditor")
    with pytest.raises(Conflict, match="add a second administrator first"):
        actions.begin_codes(administrator)


def test_reset__by_an_administrator_lets_the_password_open_again(team):
    enrol(team)
    with pytest.raises(Forbidden, match="'manage users' is for the administrator"):
        actions.reset_codes(team["reviewer"], "geneticist")
    actions.reset_codes(team["administrator"], "geneticist")
    assert not refused(team, "")


def test_secret__stands_nowhere_in_the_clear(team, tmp_path):
    secret = enrol(team)
    raw = base64.b32decode(secret)
    team.registry.engine.dispose()
    for path in tmp_path.iterdir():
        content = path.read_bytes()
        assert not [one for one in (secret.encode(), raw, raw.hex().encode()) if one in content]
    told = "".join(line.subject for line in read_audit(team["auditor"]).rows)
    assert secret not in told
    assert "one-time codes" in told
    assert secret not in repr(actions.Enrolment(secret, "x"))


@pytest.mark.slow
def test_codes__are_asked_for_in_a_registry_that_was_restored(team, tmp_path):
    secret = enrol(team)
    back_up(team["administrator"], tmp_path / "a.archive", ring=tmp_path / "a.ring")
    restore(tmp_path / "b.db", team.registry.vault, archive=tmp_path / "a.archive", ring=tmp_path / "a.ring")
    again = open_with(str(tmp_path / "b.db"), team.registry.vault, clock=team.clock, cost=team.registry.cost)
    password = password_of("geneticist")
    with pytest.raises(Forbidden):
        sign_in(again, "geneticist", password=password, purpose=PURPOSE)
    code = device(secret, team.clock)
    assert sign_in(again, "geneticist", password=password, purpose=PURPOSE, one_time_code=code).role == "geneticist"


# the pages


@pytest.fixture
def site(tmp_path) -> Site:
    return make_site(tmp_path)


def submit(client: TestClient, code: str) -> int:
    sealed = hidden(client.get("/sign-in").text, "sealed")
    who = {"user": "reviewer", "password": password_of("reviewer"), "purpose": PURPOSE, "one_time_code": code}
    return client.post("/sign-in", data=who | {"sealed": sealed, "then": "/"}).status_code


@pytest.mark.slow
def test_pages__lead_from_the_secret_to_a_sign_in_with_a_code_and_to_its_reset(site):
    reviewer = site.browser("reviewer")
    shown = post(reviewer, "/account/codes").text
    secret = re.search(r"secret=([A-Z2-7]{32})&amp;", shown)
    assert secret
    clock = site.team.clock
    confirmed = post(reviewer, "/account/codes/confirm", {"one_time_code": device(secret[1], clock)})
    assert confirmed.status_code == 303
    assert "asks for a code of your device" in reviewer.get("/account").text
    assert secret[1] not in reviewer.get("/account").text
    clock.later(minutes=1)
    assert submit(site.browser(), "") == 403
    assert submit(site.browser(), device(secret[1], clock)) == 303
    assert post(reviewer, "/users/codes", {"code": "reviewer"}).status_code == 403
    administrator = site.browser("administrator")
    assert post(administrator, "/users/codes", {"code": "reviewer"}).status_code == 303
    assert submit(site.browser(), "") == 303


def test_pages__say_that_a_code_is_wrong_and_take_the_next_one(site):
    reviewer = site.browser("reviewer")
    secret = re.search(r"secret=([A-Z2-7]{32})&amp;", post(reviewer, "/account/codes").text)
    assert secret
    wrong = post(reviewer, "/account/codes/confirm", {"one_time_code": "wrong"})
    assert wrong.status_code == 422
    assert "check the clock of the device" in wrong.text
    assert secret[1] not in wrong.text
    right = {"one_time_code": device(secret[1], site.team.clock)}
    assert post(reviewer, "/account/codes/confirm", right).status_code == 303


@pytest.mark.browser
def test_browser__shows_the_secret_once_and_axe_finds_nothing_serious(browser, site_in_a_browser):  # noqa: F811
    address = site_in_a_browser.app.state.address
    context = browser.new_context(base_url=address, bypass_csp=True)
    page = enter_page(context, "coordinator")
    page.goto("/account")
    page.get_by_role("button", name="Set up one-time codes").press("Enter")
    expect(page.get_by_text("It is shown this once.")).to_be_visible()
    assert faults(page) == []
    secret = page.locator("dd.hash").first.inner_text().replace(" ", "")
    page.get_by_label("The code that the device shows now").fill(device(secret, site_in_a_browser.team.clock))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your sign-in asks for a one-time code from now on.")).to_be_visible()
    assert faults(page) == []
    context.close()
