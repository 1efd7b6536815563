"""Four eyes: the table of steps, two persons where two are needed, and identifications that contradict each other."""

from __future__ import annotations

from typing import get_args

import pytest
from registry_example import AT, DAY, begin, get, put, run_and_store, simulated
from sqlalchemy import select

from antigone.errors import Conflict, Forbidden, InputError, RegistryError
from antigone.model.review import STATES, TRANSITIONS, Step
from antigone.registry.leaving.erasure import withdraw_donor
from antigone.registry.models.versions import confirm, propose
from antigone.registry.review.candidates import read_candidates
from antigone.registry.review.pairings import (
    add_review,
    decide,
    declare_parts,
    read_decisions,
    read_pairing,
    read_reviews,
)
from antigone.registry.store.database import snapshot, transaction
from antigone.registry.store.schema import incidents, parts

ANNA, BEN, CARO = 1, 2, 3


@pytest.fixture
def registry(registry_url):
    engine, vault = begin(registry_url)
    put((engine, vault), simulated())
    run_and_store((engine, vault), pairs=100)
    with transaction(engine) as connection:
        propose(connection, 1, 1, user=ANNA, reason="the plan of the incident", at=AT)
        confirm(connection, 1, 1, user=BEN, reason="compared with the plan", at=AT)
    yield engine, vault
    engine.dispose()


class Desk:
    """Takes steps for users, as often as asked."""

    def __init__(self, engine) -> None:
        self.engine = engine
        with snapshot(engine) as connection:
            self.lines = read_candidates(connection, 1, count=1000).lines

    def line(self, unidentified: int, member: int):
        """The candidate of the n-th unidentified person and the n-th missing member."""
        people = list(dict.fromkeys(line.unidentified for line in self.lines))
        missing = list(dict.fromkeys((line.family, line.missing) for line in self.lines))
        wanted = (people[unidentified], *missing[member])
        return next(line for line in self.lines if (line.unidentified, line.family, line.missing) == wanted)

    def do(self, line, action, user, *, reason="seen twice", version=None, candidate=None):
        with transaction(self.engine) as connection:
            now = read_pairing(connection, line.pairing).version if version is None else version
            named = line.id if candidate is None and action == "propose" else candidate
            return decide(
                *(connection, line.pairing),
                action=action,
                version=now,
                user=user,
                reason=reason,
                at=AT,
                candidate=named,
            )

    def confirm(self, line):
        self.do(line, "propose", ANNA)
        return self.do(line, "confirm", BEN)

    def bring_to(self, line, state):
        steps = {
            "open": (),
            "proposed": (("propose", ANNA),),
            "confirmed": (("propose", ANNA), ("confirm", BEN)),
            "rejected": (("reject", ANNA),),
            "reopening": (("propose", ANNA), ("confirm", BEN), ("ask to reopen", BEN)),
        }
        for action, user in steps[state]:
            self.do(line, action, user)


@pytest.fixture
def desk(registry):
    return Desk(registry[0])


ALLOWED = {
    ("open", "propose"): "proposed",
    ("open", "reject"): "rejected",
    ("proposed", "confirm"): "confirmed",
    ("proposed", "reject"): "rejected",
    ("proposed", "return"): "open",
    ("confirmed", "ask to reopen"): "reopening",
    ("rejected", "ask to reopen"): "reopening",
    ("reopening", "reopen"): "open",
    ("reopening", "keep"): "confirmed",
}


def test_transitions__are_these_and_no_others():
    table = {(step.before, step.action): step.after or "confirmed" for step in TRANSITIONS}
    assert table == ALLOWED
    assert {step.action for step in TRANSITIONS} == set(get_args(Step))
    assert {s for step in TRANSITIONS for s in (step.before, step.after)} - {""} == set(STATES)


@pytest.mark.slow
@pytest.mark.parametrize("state", STATES)
def test_decide__every_action_follows_the_table(desk, state):
    actions = get_args(Step)
    # distinct persons and missing members, so that no two confirmed ones contradict each other
    for number, action in enumerate(actions):
        line = desk.line(number, number)
        desk.bring_to(line, state)
        if (state, action) in ALLOWED:
            assert desk.do(line, action, CARO).state == ALLOWED[state, action]
        else:
            with pytest.raises(Conflict, match=f"is {state}, so '{action}' is not possible"):
                desk.do(line, action, CARO)


@pytest.mark.slow
def test_decide__a_proposal_is_confirmed_by_another_person(desk):
    line = desk.lines[0]
    desk.do(line, "propose", ANNA)
    with pytest.raises(Forbidden, match="another person"):
        desk.do(line, "confirm", ANNA)
    assert desk.do(line, "confirm", BEN).state == "confirmed"


def test_decide__reopening_needs_both(desk):
    line = desk.lines[0]
    desk.confirm(line)
    desk.do(line, "ask to reopen", BEN)
    with pytest.raises(Forbidden, match="another person"):
        desk.do(line, "reopen", BEN)
    assert desk.do(line, "reopen", ANNA).state == "open"


def test_decide__who_confirmed_earlier_may_not_confirm_their_own_new_proposal(desk):
    line = desk.lines[0]
    desk.confirm(line)
    desk.do(line, "ask to reopen", ANNA)
    desk.do(line, "reopen", BEN)
    desk.do(line, "propose", BEN)
    with pytest.raises(Forbidden):
        desk.do(line, "confirm", BEN)


@pytest.mark.slow
def test_decide__keeping_a_rejected_one_leaves_it_rejected(desk):
    line = desk.lines[0]
    desk.do(line, "reject", ANNA)
    desk.do(line, "ask to reopen", BEN)
    assert desk.do(line, "keep", ANNA).state == "rejected"


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_decide__needs_a_reason(desk, reason):
    with pytest.raises(InputError, match="without a reason"):
        desk.do(desk.lines[0], "propose", ANNA, reason=reason)


def test_decide__who_saw_an_older_state_is_told(desk):
    line = desk.lines[0]
    desk.do(line, "propose", ANNA)
    with pytest.raises(Conflict, match="decided upon meanwhile"):
        desk.do(line, "reject", BEN, version=0)


def test_decide__a_proposal_rests_on_a_candidate_of_that_pairing(desk):
    with pytest.raises(Conflict, match="one of its candidates"):
        desk.do(desk.lines[0], "propose", ANNA, candidate=desk.lines[1].id)


def test_decide__nothing_rests_on_somebody_who_left(registry, desk):
    family = get(registry).incident.families[0]
    line = next(line for line in desk.lines if line.family == family.code)
    desk.do(line, "propose", ANNA)
    with transaction(registry[0]) as connection:
        asked = {"incident": "I1", "family": family.code, "member": family.donors[0].member}
        withdraw_donor(connection, registry[1], **asked, day=DAY, at=AT, actor="U9", purpose="asked to leave")
    with pytest.raises(Conflict, match="somebody who has left"):
        desk.do(line, "confirm", BEN)


def test_confirm__one_person_is_not_two_missing_ones(desk):
    desk.confirm(desk.line(0, 0))
    desk.do(desk.line(0, 1), "propose", ANNA)
    with pytest.raises(Conflict, match="is confirmed as another missing person"):
        desk.do(desk.line(0, 1), "confirm", BEN)
    desk.do(desk.line(0, 0), "ask to reopen", ANNA)
    with pytest.raises(Conflict, match="is confirmed as another missing person"):
        desk.do(desk.line(0, 1), "confirm", BEN)
    desk.do(desk.line(0, 0), "reopen", BEN)
    assert desk.do(desk.line(0, 1), "confirm", BEN).state == "confirmed"


def test_confirm__one_missing_person_is_not_two_persons_unless_they_are_parts_of_one(registry, desk):
    first, second = desk.line(0, 0), desk.line(1, 0)
    desk.confirm(first)
    desk.do(second, "propose", ANNA)
    with pytest.raises(Conflict, match="declare the two remains parts of one person"):
        desk.do(second, "confirm", BEN)
    declare(registry[0], second.unidentified, first.unidentified)
    assert desk.do(second, "confirm", BEN).state == "confirmed"


def test_confirm__a_part_follows_its_whole(registry, desk):
    """PM1 and PM2 are one person, PM2 and PM3 too: what PM1 is, PM3 cannot be another."""
    lines = [desk.line(n, 0) for n in range(3)]
    for one, other in ((0, 1), (2, 1)):
        declare(registry[0], lines[one].unidentified, lines[other].unidentified)
    desk.confirm(lines[0])
    desk.do(desk.line(2, 1), "propose", ANNA)
    with pytest.raises(Conflict, match="or a part of the same person"):
        desk.do(desk.line(2, 1), "confirm", BEN)


def declare(engine, one: str, other: str, *, reason: str = "the two halves fit") -> None:
    with transaction(engine) as connection:
        incident = connection.scalar(select(incidents.c.id)) or 0
        declare_parts(connection, incident=incident, one=one, other=other, user=ANNA, reason=reason, at=AT)


def test_declare_parts__two_who_are_confirmed_as_others_are_not_one(registry, desk):
    desk.confirm(desk.line(0, 0))
    desk.confirm(desk.line(1, 1))
    with pytest.raises(Conflict, match="two different missing persons"):
        declare(registry[0], desk.line(0, 0).unidentified, desk.line(1, 1).unidentified)


def test_declare_parts__needs_two_remains_and_a_reason_and_is_kept_once(registry, desk):
    one, other = desk.line(0, 0).unidentified, desk.line(1, 0).unidentified
    for codes, reason in (((one, one), "x"), ((one, "nobody"), "x"), ((one, other), " ")):
        with pytest.raises(InputError, match="expected two remains"):
            declare(registry[0], *codes, reason=reason)
    declare(registry[0], one, other)
    declare(registry[0], other, one)
    with snapshot(registry[0]) as connection:
        assert len(connection.execute(select(parts)).all()) == 1


def test_read_decisions__tells_who_when_and_why(registry, desk):
    line = desk.lines[0]
    desk.do(line, "propose", ANNA, reason="24 markers agree")
    desk.do(line, "confirm", BEN, reason="so do the dental records ")
    with snapshot(registry[0]) as connection:
        first, second = read_decisions(connection, line.pairing)
    assert (first.user, first.action, first.before, first.after) == ("U1", "propose", "open", "proposed")
    assert (second.user, second.reason, second.candidate) == ("U2", "so do the dental records", line.id)


def test_add_review__is_kept_and_decides_nothing(registry, desk):
    line = desk.lines[0]
    with transaction(registry[0]) as connection:
        add_review(connection, line.pairing, user=BEN, text=" allele sizes checked ", at=AT)
        with pytest.raises(InputError, match="without text"):
            add_review(connection, line.pairing, user=BEN, text=" ", at=AT)
        assert [(r.user, r.text) for r in read_reviews(connection, line.pairing)] == [("U2", "allele sizes checked")]
        assert read_pairing(connection, line.pairing).state == "open"


def test_read_pairing__of_no_such_number_is_refused(registry):
    with snapshot(registry[0]) as connection, pytest.raises(RegistryError, match="no pairing 9999"):
        read_pairing(connection, 9999)
