"""Four eyes against the administrator: a given password opens nothing, and a changed access decides nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from deciding import propose
from registry_team import (
    FIRST,
    INCIDENT,
    PURPOSE,
    Clock,
    Team,
    audit,
    candidate,
    countersign_all,
    own_password,
    password_of,
)
from registry_vaults import SMALL

from antigone.errors import Conflict, Forbidden, NewPasswordNeeded, RegistryError
from antigone.registry.keys.vault import Vault
from antigone.team.access import one_time_codes as onetime
from antigone.team.access import opening, users
from antigone.team.access.countersigning import countersign, list_changes, why_no_decision
from antigone.team.access.session import Registry, Session
from antigone.team.keeping.keeping import verify
from antigone.team.overview.status import read_status
from antigone.team.review.candidates import read_candidate
from antigone.team.review.reviewing import STEPS, comment, declare_parts

BARRED = "your access was changed by somebody else"


def session(team: Team, code: str) -> Session:
    return opening.session_of(team.registry, code, purpose=PURPOSE)


def try_to_propose(team: Team, by: Session) -> None:
    line = candidate(team, "PM1", "F1")
    propose(by, line.pairing, version=0, reason="all agree", candidate=line.id)


def new_password(team: Team, code: str) -> None:
    users.set_password(team["administrator"], code, password=FIRST)
    own_password(team.registry, code)


def new_role(team: Team, code: str) -> None:
    for role in ("reviewer", "geneticist"):
        users.change_role(team["administrator"], code, role=role)


def left_and_returned(team: Team, code: str) -> None:
    users.deactivate_user(team["administrator"], code)
    users.reactivate_user(team["administrator"], code, password=FIRST)
    own_password(team.registry, code)


def new_token(team: Team, code: str) -> None:
    users.add_token(team["administrator"], code, name="lims", days=3)


def new_device(team: Team, code: str) -> None:
    onetime.reset_codes(team["administrator"], code)


CHANGES: dict[str, Callable[[Team, str], None]] = {
    "gave a password": new_password,
    "gave another role": new_role,
    "made the account": left_and_returned,
    "made a token": new_token,
    "reset the one-time codes": new_device,
}


@pytest.mark.parametrize("words", CHANGES)
def test_change__of_somebodys_access_bars_them_until_another_person_has_countersigned(after_search, words):
    team = after_search
    CHANGES[words](team, "geneticist")
    mine = session(team, "geneticist")
    for attempt in (
        lambda: try_to_propose(team, mine),
        lambda: declare_parts(mine, INCIDENT, "PM1", "PM2", reason="same grave"),
    ):
        with pytest.raises(Forbidden, match=BARRED) as refusal:
            attempt()
        assert f"'administrator' {words} on 2026-11-23" in str(refusal.value)
        assert "ask another administrator or the auditor to countersign it" in str(refusal.value)
    assert words in why_no_decision(mine)
    shown = read_candidate(mine, candidate(team, "PM1", "F1").id)
    assert (shown.may, words in shown.barred) == (("comment",), True)
    comment(mine, candidate(team, "PM1", "F1").pairing, text="looked at")
    countersign_all(team.registry)
    assert why_no_decision(mine) == ""
    try_to_propose(team, mine)
    assert verify(team["auditor"]).lines


def test_change__bars_every_step_of_a_pairing(after_search):
    new_role(after_search, "second geneticist")
    for step in STEPS.values():
        with pytest.raises(Forbidden, match=BARRED):
            step(session(after_search, "second geneticist"), 1, version=0, reason="so")


def test_password__that_somebody_gave_opens_nothing_until_it_is_changed(team):
    users.set_password(team["administrator"], "registrar", password=FIRST)
    given = opening.sign_in(team.registry, "registrar", password=FIRST, purpose=PURPOSE)
    assert given.must_change
    with pytest.raises(NewPasswordNeeded, match="given to you by somebody else, who knows it"):
        read_status(given)
    with pytest.raises(Conflict, match="the password that somebody else gave you"):
        users.change_own_password(given, old=FIRST, new=FIRST)
    users.change_own_password(given, old=FIRST, new="one of my own, long")
    own = opening.sign_in(team.registry, "registrar", password="one of my own, long", purpose=PURPOSE)
    assert not own.must_change
    assert read_status(own)


def test_set_password__is_not_for_ones_own(team):
    with pytest.raises(Conflict, match="your own password"):
        users.set_password(team["administrator"], "administrator", password=FIRST)


def test_countersign__is_not_for_who_made_the_change_nor_for_whom_it_concerns(team):
    users.add_user(team["administrator"], "second administrator", role="administrator", password=FIRST)
    own_password(team.registry, "second administrator")
    (made,) = list_changes(team["administrator"])
    assert "you made this change yourself" in made.why_not
    with pytest.raises(Forbidden, match="you made this change yourself"):
        countersign(team["administrator"], made.number)
    (own,) = list_changes(session(team, "second administrator"))
    assert "it is your own access" in own.why_not
    with pytest.raises(Forbidden, match="it is your own access"):
        countersign(session(team, "second administrator"), made.number)
    (other,) = list_changes(team["auditor"])
    assert (other.why_not, other.words) == ("", "'administrator' made the account on 2026-11-23")
    countersign(team["auditor"], made.number)
    assert list_changes(team["auditor"]) == ()
    assert ("auditor", "countersign") in audit(team)


def test_countersign__a_puppet_of_the_administrator_countersigns_nothing(team):
    """Who makes a second administrator, or takes over the auditor, is still one person."""
    administrator = team["administrator"]
    users.add_user(administrator, "puppet", role="auditor", password=FIRST)
    own_password(team.registry, "puppet")
    users.set_password(administrator, "auditor", password=FIRST)
    own_password(team.registry, "auditor")
    users.change_role(administrator, "reviewer", role="geneticist")
    waiting = {change.user: change.number for change in list_changes(administrator)}
    for puppet in ("puppet", "auditor"):
        with pytest.raises(Forbidden, match=r"your own access was changed|it is your own access"):
            countersign(session(team, puppet), waiting["reviewer"])
    assert len(list_changes(administrator)) == 3


def test_countersign__waits_until_the_user_has_a_password_of_their_own(team):
    users.set_password(team["administrator"], "reviewer", password=FIRST)
    (waits,) = list_changes(team["auditor"])
    with pytest.raises(Forbidden, match="'reviewer' has not chosen a password of their own yet"):
        countersign(team["auditor"], waits.number)
    own_password(team.registry, "reviewer")
    assert countersign(team["auditor"], waits.number).user == "reviewer"
    with pytest.raises(RegistryError, match="no change of access"):
        countersign(team["auditor"], waits.number)


def test_countersign__is_not_for_a_program_that_an_administrator_made_the_token_of(team):
    given = users.add_token(team["administrator"], "auditor", name="robot", days=3)
    robot = opening.session_of_token(team.registry, given, purpose=PURPOSE)
    with pytest.raises(Forbidden, match="a token that somebody else made"):
        countersign(robot, 1)


def test_token__that_an_administrator_made_never_decides_and_makes_no_other(after_search):
    given = users.add_token(after_search["administrator"], "geneticist", name="lims", days=3)
    countersign_all(after_search.registry)
    robot = opening.session_of_token(after_search.registry, given, purpose=PURPOSE)
    with pytest.raises(Forbidden, match="a token that an administrator made, and so could the administrator"):
        try_to_propose(after_search, robot)
    with pytest.raises(Forbidden, match="makes no tokens"):
        users.add_own_token(robot, name="another", days=3)
    own = users.add_own_token(after_search["geneticist"], name="mine", days=3)
    try_to_propose(after_search, opening.session_of_token(after_search.registry, own, purpose=PURPOSE))


def test_own_token__is_not_made_while_a_change_waits(team):
    new_password(team, "reviewer")
    with pytest.raises(Conflict, match="nobody has countersigned it"):
        users.add_own_token(session(team, "reviewer"), name="mine", days=3)


@pytest.fixture
def begun(tmp_path) -> Registry:
    return opening.init_registry(
        tmp_path / "new.db", administrator="ann", password=password_of("ann"), vault=Vault.new(), cost=SMALL,
        clock=Clock(),
    )  # fmt: skip


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_founders__are_the_first_administrator_and_the_first_who_can_countersign(begun, role):
    ann = opening.session_of(begun, "ann", purpose=PURPOSE)
    users.add_user(ann, "ben", role="registrar", password=FIRST)
    users.add_user(ann, "eva", role=role, password=FIRST)
    users.add_user(ann, "fay", role="auditor", password=FIRST)
    assert {change.user for change in list_changes(ann)} == {"ben", "fay"}
    own_password(begun, "ben")
    own_password(begun, "eva")
    countersign(opening.session_of(begun, "eva", purpose=PURPOSE), list_changes(ann)[0].number)
    assert {change.user for change in list_changes(ann)} == {"fay"}


def test_founders__do_not_grow_again_when_one_leaves(begun):
    ann = opening.session_of(begun, "ann", purpose=PURPOSE)
    users.add_user(ann, "eva", role="auditor", password=FIRST)
    users.deactivate_user(ann, "eva")
    users.add_user(ann, "puppet", role="auditor", password=FIRST)
    assert [change.user for change in list_changes(ann)] == ["puppet"]
