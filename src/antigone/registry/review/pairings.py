"""Where the question stands whether an unidentified person is a missing one, and who may move it on.

The software proposes nothing: a person does, and another person confirms. Which role may take which step is checked
above; that two different persons take the two steps is enforced here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, or_, select, update

from antigone.errors import Conflict, Forbidden, InputError, RegistryError
from antigone.model.review import TRANSITIONS, Step, Transition
from antigone.registry.models.versions import not_agreed
from antigone.registry.store.lookups import found_alive
from antigone.registry.store.schema import (
    alive,
    candidates,
    decisions,
    families,
    members,
    pairings,
    parts,
    reviews,
    runs,
    unidentified,
    users,
)

FOUND_ALIVE = "the missing person was found alive"
"""Why a candidate stays closed, and why a pairing goes no further."""


@dataclass(frozen=True)
class Pairing:
    """An unidentified person and a missing one by their codes; ``version`` counts the decisions."""

    id: int
    unidentified: str
    family: str
    missing: str
    state: str
    version: int


@dataclass(frozen=True)
class Decision:
    """One step that was taken: by which user, when, why, and on which candidate."""

    user: str
    at: str
    action: str
    before: str
    after: str
    reason: str
    candidate: int | None


@dataclass(frozen=True)
class Review:
    """What somebody wrote about a pairing without deciding."""

    user: str
    at: str
    text: str


def decide(
    connection: Connection,
    pairing: int,
    *,
    action: Step,
    version: int,
    user: int,
    reason: str,
    at: str,
    candidate: int | None = None,
) -> Pairing:
    """Take one step, in the caller's transaction.

    Parameters
    ----------
    connection, pairing
        The transaction, and the row of the pairing.
    action
        One of ``TRANSITIONS``.
    version
        The version the user saw; another one means that somebody decided meanwhile.
    user, reason, at
        The row of the user, why, and when.
    candidate
        The row of the candidate that a proposal rests on.

    Raises
    ------
    InputError
        When the reason is empty.
    Conflict
        When somebody decided meanwhile, the state does not allow the step, the candidate is stale, two persons have not
        agreed on the model it was computed under, or another confirmed identification stands against it.
    Forbidden
        When the step needs another person.
    """
    row = _pairing(connection, pairing)
    if not reason.strip():
        raise InputError("a decision without a reason; write why, the next person needs it")
    if row.version != version:
        raise Conflict(f"pairing {pairing} was decided upon meanwhile (now {row.state}); read it again, then decide")
    step = _step(row, action)
    after = step.after or _last(connection, pairing, "ask to reopen").before
    _check_person(connection, step, pairing, user)
    if action == "propose":
        if found := _found_alive(connection, row.member):
            raise Conflict(found)
        _check_candidate(connection, pairing, candidate)
    if action == "confirm":
        candidate = _last(connection, pairing, "propose").candidate
        _check_candidate(connection, pairing, candidate)
        if against := stands_against(connection, pairing) or not_agreed_on(connection, candidate):
            raise Conflict(against)
    connection.execute(update(pairings).where(pairings.c.id == pairing).values(state=after, version=version + 1))
    taken = {"pairing": pairing, "candidate": candidate, "user": user, "at": at, "action": action}
    connection.execute(insert(decisions).values(before=row.state, after=after, reason=reason.strip(), **taken))
    return read_pairing(connection, pairing)


def read_pairing(connection: Connection, pairing: int) -> Pairing:
    """A pairing as it stands.

    Raises
    ------
    RegistryError
        When there is none of that number.
    """
    row = _pairing(connection, pairing)
    return Pairing(row.id, row.person, row.family, row.missing, row.state, row.version)


def read_decisions(connection: Connection, pairing: int) -> tuple[Decision, ...]:
    """Every step that was taken, the first one first."""
    query = select(decisions, users.c.code.label("by")).select_from(decisions.join(users))
    rows = connection.execute(query.where(decisions.c.pairing == pairing).order_by(decisions.c.id))
    return tuple(Decision(r.by, r.at, r.action, r.before, r.after, r.reason, r.candidate) for r in rows)


def candidate_decided_on(connection: Connection, pairing: int, action: Step, candidate: int | None) -> int | None:
    """The candidate on which a proposal or a confirmation of a pairing rests; None of another step, and where there is
    none that could be decided on, which `decide` refuses."""
    if action == "confirm":
        proposed = [one.candidate for one in read_decisions(connection, pairing) if one.action == "propose"]
        candidate = proposed[-1] if proposed else None
    if action not in ("propose", "confirm") or candidate is None:
        return None
    own = (candidates.c.id == candidate, candidates.c.pairing == pairing, candidates.c.stale.is_(False))
    living = select(candidates.c.id).join(pairings).where(*own, pairings.c.member.not_in(found_alive()))
    return connection.scalar(living)


def add_review(connection: Connection, pairing: int, *, user: int, text: str, at: str) -> None:
    """Write about a pairing without deciding.

    Raises
    ------
    InputError
        When the text is empty.
    """
    _pairing(connection, pairing)
    if not text.strip():
        raise InputError("a review without text; write what you saw")
    connection.execute(insert(reviews).values(pairing=pairing, user=user, text=text.strip(), at=at))


def read_reviews(connection: Connection, pairing: int) -> tuple[Review, ...]:
    """Everything that was written about a pairing, the first one first."""
    query = select(reviews, users.c.code.label("by")).select_from(reviews.join(users))
    rows = connection.execute(query.where(reviews.c.pairing == pairing).order_by(reviews.c.id))
    return tuple(Review(row.by, row.at, row.text) for row in rows)


def declare_parts(
    connection: Connection, *, incident: int, one: str, other: str, user: int, reason: str, at: str
) -> None:
    """Declare two remains parts of one person; both may then be confirmed as one missing person.

    Raises
    ------
    InputError
        When the reason is empty, or the two are not two remains of the incident.
    Conflict
        When they are confirmed as two different missing persons.
    """
    query = select(unidentified.c.id).where(
        unidentified.c.incident == incident, unidentified.c.kind == "remains", unidentified.c.code.in_([one, other])
    )
    found = sorted(connection.scalars(query))
    if len(found) != 2 or not reason.strip():
        raise InputError(f"'{one}' and '{other}' with a reason '{reason}'; expected two remains and why they are one")
    confirmed = _standing(connection, pairings.c.unidentified.in_(_same_person(connection, found)))
    if len({row.member for row in confirmed}) > 1:
        raise Conflict(f"'{one}' and '{other}' are confirmed as two different missing persons; reopen one of them")
    pair = (parts.c.one == found[0]) & (parts.c.other == found[1])
    if connection.execute(select(parts.c.id).where(pair)).first() is None:
        row = {"one": found[0], "other": found[1], "declared_by": user, "reason": reason.strip(), "at": at}
        connection.execute(insert(parts).values(**row))


def declared_parts(connection: Connection, incident: int) -> tuple[frozenset[str], ...]:
    """The codes of the remains that were declared parts of one person, each person's together."""
    one, other = unidentified.alias("one_of_two"), unidentified.alias("other_of_two")
    both = parts.join(one, parts.c.one == one.c.id).join(other, parts.c.other == other.c.id)
    query = select(one.c.code, other.c.code).select_from(both).where(one.c.incident == incident)
    persons: list[frozenset[str]] = []
    for pair in connection.execute(query.order_by(parts.c.id)):
        same = [person for person in persons if person & {*pair}]
        persons = [person for person in persons if person not in same] + [frozenset(pair).union(*same)]
    return tuple(persons)


def _confirmed_and_asked() -> ColumnElement[bool]:
    """Whether a row of ``pairings`` was confirmed, and somebody asks to reopen it."""
    newest = select(func.max(decisions.c.id)).where(decisions.c.action == "ask to reopen").group_by(decisions.c.pairing)
    was_confirmed = select(decisions.c.pairing).where(decisions.c.id.in_(newest), decisions.c.before == "confirmed")
    return (pairings.c.state == "reopening") & pairings.c.id.in_(was_confirmed)


def _pairing(connection: Connection, pairing: int) -> Row[Any]:
    query = (
        select(
            pairings,
            unidentified.c.code.label("person"),
            families.c.code.label("family"),
            members.c.code.label("missing"),
        )
        .select_from(pairings)
        .join(unidentified, pairings.c.unidentified == unidentified.c.id)
        .join(members, pairings.c.member == members.c.id)
        .join(families, members.c.family == families.c.id)
    )
    row = connection.execute(query.where(pairings.c.id == pairing)).one_or_none()
    if row is None:
        raise RegistryError(f"the registry has no pairing {pairing}; list the candidates and correct the number")
    return row


def _step(row: Row[Any], action: Step) -> Transition:
    for step in TRANSITIONS:
        if (step.action, step.before) == (action, row.state):
            return step
    possible = [step.action for step in TRANSITIONS if step.before == row.state]
    raise Conflict(f"pairing {row.id} is {row.state}, so '{action}' is not possible; possible: {', '.join(possible)}")


def _last(connection: Connection, pairing: int, action: Step) -> Row[Any]:
    query = select(decisions).where(decisions.c.pairing == pairing, decisions.c.action == action)
    return connection.execute(query.order_by(decisions.c.id.desc()).limit(1)).one()


def _check_person(connection: Connection, step: Transition, pairing: int, user: int) -> None:
    if step.not_by is not None and _last(connection, pairing, step.not_by).user == user:
        raise Forbidden(
            f"'{step.action}' needs another person than the one who took the step '{step.not_by}'; ask a colleague"
        )


def _check_candidate(connection: Connection, pairing: int, candidate: int | None) -> None:
    row = connection.execute(select(candidates).where(candidates.c.id == candidate)).one_or_none()
    if row is None or row.pairing != pairing:
        raise Conflict(
            f"pairing {pairing}: a proposal rests on a candidate of that pairing; name one of its candidates"
        )
    if row.stale:
        raise Conflict(
            f"candidate {candidate} rested on somebody who has left, or on a pedigree that was changed since; search "
            "again, then decide"
        )


def not_agreed_on(connection: Connection, candidate: int | None) -> str:
    """Why nothing can be confirmed on the ground of a candidate, when two persons have not agreed on the model that it
    was computed under; else empty."""
    query = select(runs.c.incident, runs.c.model).join(candidates, candidates.c.run == runs.c.id)
    row = connection.execute(query.where(candidates.c.id == candidate)).one()
    return not_agreed(connection, row.incident, row.model)


def _standing(connection: Connection, these: Any) -> list[Row[Any]]:
    """Confirmed identifications, also those that somebody asks to reopen."""
    stands = or_(pairings.c.state == "confirmed", _confirmed_and_asked())
    return list(connection.execute(select(pairings).where(these, stands)))


def stands_for(connection: Connection, member: int) -> int | None:
    """A pairing by which a missing person is identified, confirmed or asked to be reopened; None when there is none."""
    found = _standing(connection, pairings.c.member == member)
    return found[0].id if found else None


def stands_against(connection: Connection, pairing: int) -> str:
    """Which confirmed identification keeps a pairing from being confirmed, and what to do; empty when none does.

    One person is one missing person, and one missing person is one person.
    """
    row = _pairing(connection, pairing)
    if found := _found_alive(connection, row.member):
        return found
    same = _same_person(connection, [row.unidentified])
    elsewhere = _standing(connection, pairings.c.unidentified.in_(same) & (pairings.c.member != row.member))
    if elsewhere:
        return (
            f"'{row.person}', or a part of the same person, is confirmed as another missing person (pairing "
            f"{elsewhere[0].id}); reopen that one first"
        )
    others = _standing(connection, (pairings.c.member == row.member) & pairings.c.unidentified.not_in(same))
    if others:
        return (
            f"missing '{row.missing}' of family '{row.family}' is confirmed as another unidentified person (pairing "
            f"{others[0].id}); reopen that one, or declare the two remains parts of one person"
        )
    return ""


def _found_alive(connection: Connection, member: int) -> str:
    """That a missing person was found alive, and what to do; empty when not."""
    found = connection.scalar(found_alive().where(alive.c.member == member)) is not None
    return f"{FOUND_ALIVE}; reopen that first if it is not so" if found else ""


def _same_person(connection: Connection, people: Collection[int]) -> list[int]:
    """These persons and every part declared to be of the same ones."""
    found, waiting = set(people), set(people)
    while waiting:
        query = select(parts.c.one, parts.c.other).where(or_(parts.c.one.in_(waiting), parts.c.other.in_(waiting)))
        waiting = {number for pair in connection.execute(query) for number in pair} - found
        found |= waiting
    return sorted(found)
