"""A missing person who was found alive: one person reports it, another confirms it, as with an identification.

From then on the missing person takes part in no search, and what found them as somebody stays closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import Connection, insert, select, update

from antigone.errors import Conflict, Forbidden, InputError
from antigone.model.review import TO_COMPUTE_AGAIN
from antigone.registry.changes.changes import note_change
from antigone.registry.review.pairings import stands_for
from antigone.registry.runs.blocks import erase_blocks
from antigone.registry.runs.joint_runs import erase_joint
from antigone.registry.store.lookups import AnyRow
from antigone.registry.store.schema import alive, alive_steps, families, members, runs, users

Step = Literal["propose", "confirm", "return", "ask to reopen", "reopen", "keep"]
STEPS: tuple[Step, ...] = get_args(Step)


@dataclass(frozen=True)
class Transition:
    """One step: from which state to which, and by somebody else than who took the step ``not_by``."""

    action: Step
    before: str
    after: str
    not_by: Step | None = None


TRANSITIONS = (
    Transition("propose", "open", "proposed"),
    Transition("confirm", "proposed", "confirmed", not_by="propose"),
    Transition("return", "proposed", "open"),
    Transition("ask to reopen", "confirmed", "reopening"),
    Transition("reopen", "reopening", "open", not_by="ask to reopen"),
    Transition("keep", "reopening", "confirmed"),
)
"""Every step there is."""


@dataclass(frozen=True)
class AliveStep:
    """A step that was taken, by whom (a code), when and why."""

    user: str
    at: str
    action: str
    before: str
    after: str
    reason: str


@dataclass(frozen=True)
class Alive:
    """Where the question stands whether a missing person was found alive; ``version`` counts its steps."""

    state: str
    version: int
    steps: tuple[AliveStep, ...] = ()


def read_alive(connection: Connection, member: int) -> Alive:
    """Where the question stands; "open" when nobody ever asked it."""
    row = _row(connection, member)
    if row is None:
        return Alive("open", 0)
    query = select(alive_steps, users.c.code.label("by")).select_from(alive_steps.join(users))
    taken = connection.execute(query.where(alive_steps.c.alive == row.id).order_by(alive_steps.c.id))
    steps = tuple(AliveStep(s.by, s.at, s.action, s.before, s.after, s.reason) for s in taken)
    return Alive(row.state, row.version, steps)


def decide_alive(
    connection: Connection, member: int, *, action: Step, version: int, user: int, reason: str, at: str
) -> Alive:
    """Take one step, in the caller's transaction.

    When a person becomes found alive, or is no longer, searches of the incident are marked to be computed again, and
    its joint answers and unfinished blocks are erased: the number of the missing is part of every prior.

    Parameters
    ----------
    connection, member
        The transaction, and the row of the missing person.
    action, version
        One of ``TRANSITIONS``, and the version that the user saw.
    user, reason, at
        The row of the user, why, and when.

    Raises
    ------
    InputError
        When the reason is empty.
    Conflict
        When somebody decided meanwhile, the state does not allow the step, or an identification of this person stands.
    Forbidden
        When the step needs another person.
    """
    before = read_alive(connection, member)
    if not reason.strip():
        raise InputError("a decision without a reason; write why, the next person needs it")
    if before.version != version:
        raise Conflict(f"somebody decided meanwhile (now {before.state}); read it again, then decide")
    step = _step(before, action)
    _check_person(connection, step, before, user)
    if action in ("propose", "confirm") and (number := stands_for(connection, member)):
        raise Conflict(f"this person is confirmed as somebody else (pairing {number}); reopen that first")
    _write(connection, member, step, before, user=user, reason=reason.strip(), at=at)
    if action in ("confirm", "reopen"):
        _rests_on_it(connection, member, found=action == "confirm", at=at)
    return read_alive(connection, member)


def _row(connection: Connection, member: int) -> AnyRow | None:
    return connection.execute(select(alive).where(alive.c.member == member)).one_or_none()


def _step(before: Alive, action: Step) -> Transition:
    for step in TRANSITIONS:
        if (step.action, step.before) == (action, before.state):
            return step
    possible = ", ".join(step.action for step in TRANSITIONS if step.before == before.state)
    raise Conflict(f"'found alive' is {before.state} here, so '{action}' is not possible; possible: {possible}")


def _check_person(connection: Connection, step: Transition, before: Alive, user: int) -> None:
    last = next((one.user for one in reversed(before.steps) if one.action == step.not_by), None)
    if last is not None and last == connection.scalar(select(users.c.code).where(users.c.id == user)):
        raise Forbidden(
            f"'{step.action}' needs another person than the one who took the step '{step.not_by}'; ask a colleague"
        )


def _write(
    connection: Connection, member: int, step: Transition, before: Alive, *, user: int, reason: str, at: str
) -> None:
    row = _row(connection, member)
    if row is None:
        incident = select(families.c.incident).select_from(members.join(families)).where(members.c.id == member)
        new = {"incident": connection.execute(incident).scalar_one(), "member": member, "state": "open", "version": 0}
        connection.execute(insert(alive).values(**new))
        row = connection.execute(select(alive).where(alive.c.member == member)).one()
    connection.execute(update(alive).where(alive.c.id == row.id).values(state=step.after, version=before.version + 1))
    taken = {"alive": row.id, "user": user, "at": at, "action": step.action}
    connection.execute(insert(alive_steps).values(**taken, before=step.before, after=step.after, reason=reason))


def _rests_on_it(connection: Connection, member: int, *, found: bool, at: str) -> None:
    """Mark what rested on this person being missing, or on their not being so."""
    kin = members.join(families)
    row = connection.execute(select(families).select_from(kin).where(members.c.id == member)).one()
    note_change(connection, row.incident, "found alive" if found else "found alive reopened", at=at, families=[row.id])
    erase_joint(connection, row.incident)
    erase_blocks(connection, row.incident)
    answered = (runs.c.incident == row.incident, runs.c.result.is_not(None))
    connection.execute(update(runs).where(*answered).values(state=TO_COMPUTE_AGAIN))
