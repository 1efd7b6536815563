"""Which missing persons are identified, in states that a family may hear of: no number, and not as whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, func, select

from antigone.registry.store.schema import decisions, families, members, pairings, unidentified

Standing = Literal["confirmed", "under review again", "not found"]


class Sought(NamedTuple):
    """A missing member of a family (its number); ``kind``, remains or living, of who was confirmed as them."""

    family: int
    code: str
    state: Standing
    kind: str


def count_identified(connection: Connection) -> dict[int, int]:
    """How many missing persons of each incident have a confirmed pairing."""
    query = select(pairings.c.incident, func.count(pairings.c.member.distinct())).where(pairings.c.state == "confirmed")
    return {int(number): count for number, count in connection.execute(query.group_by(pairings.c.incident))}


def has_identified(incident: int) -> ColumnElement[bool]:
    """Whether a row of ``families`` has a missing person with a confirmed pairing."""
    confirmed = and_(pairings.c.incident == incident, pairings.c.state == "confirmed")
    return families.c.id.in_(select(members.c.family).join(pairings).where(confirmed))


def sought_of(connection: Connection, numbers: Sequence[int]) -> list[Sought]:
    """The missing members of some families in their order, and how the question of each stands.

    "under review again": an identification was confirmed, and is being reopened or was, and is not rejected. A proposal
    that nobody confirmed yet is nobody's news: "not found", like a rejected one.
    """
    missing = select(members).where(members.c.family.in_(numbers), members.c.missing).order_by(members.c.place)
    rows = connection.execute(missing).all()
    standing = {r.member: r for r in connection.execute(_standing([row.id for row in rows]))}
    return [
        Sought(row.family, row.code, found.state, found.kind if found.state == "confirmed" else "")
        if (found := standing.get(row.id))
        else Sought(row.family, row.code, "not found", "")
        for row in rows
    ]


def _standing(numbers: Sequence[int]) -> Select[tuple[int, Standing, str]]:
    """Confirmed pairings of some members, and those that were; a confirmed one comes last."""
    once = exists().where(decisions.c.pairing == pairings.c.id, decisions.c.after == "confirmed")
    again = and_(pairings.c.state.in_(("reopening", "open", "proposed")), once)
    is_confirmed = pairings.c.state == "confirmed"
    state = case((is_confirmed, "confirmed"), else_="under review again").label("state")
    query = select(pairings.c.member, state, unidentified.c.kind).select_from(pairings.join(unidentified))
    these = query.where(pairings.c.member.in_(numbers), is_confirmed | again)
    return these.order_by(is_confirmed, pairings.c.id.desc())
