"""Which missing persons are identified, in states that a family may hear of: no number, and not as whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, func, select

from antigone.registry.store.schema import decisions, families, members, pairings, unidentified

Standing = Literal["confirmed", "under review again", "not found"]


@dataclass(frozen=True)
class MissingLine:
    """A missing person, and what may be known of them: ``state`` is "confirmed" (by two persons), "under review again"
    or "not found"; ``kind`` of who was confirmed as them, "remains" or "living". No number, and not as whom."""

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


def sought_of(connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[MissingLine, ...]]:
    """The missing members of some families, by family and in their order, and how the question of each stands.

    "under review again": an identification was confirmed, and is being reopened or was, and is not rejected. A proposal
    that nobody confirmed yet is nobody's news: "not found", like a rejected one.
    """
    missing = select(members).where(members.c.family.in_(numbers), members.c.missing).order_by(members.c.place)
    rows = connection.execute(missing).all()
    standing = {r.member: r for r in connection.execute(_standing([row.id for row in rows]))}
    sought: dict[int, tuple[MissingLine, ...]] = dict.fromkeys(numbers, ())
    for row in rows:
        found = standing.get(row.id)
        state: Standing = found.state if found else "not found"
        kind = found.kind if found and state == "confirmed" else ""
        sought[row.family] += (MissingLine(row.code, state, kind),)
    return sought


def _standing(numbers: Sequence[int]) -> Select[tuple[int, Standing, str]]:
    """Confirmed pairings of some members, and those that were; a confirmed one comes last."""
    once = exists().where(decisions.c.pairing == pairings.c.id, decisions.c.after == "confirmed")
    again = and_(pairings.c.state.in_(("reopening", "open", "proposed")), once)
    is_confirmed = pairings.c.state == "confirmed"
    state = case((is_confirmed, "confirmed"), else_="under review again").label("state")
    query = select(pairings.c.member, state, unidentified.c.kind).select_from(pairings.join(unidentified))
    these = query.where(pairings.c.member.in_(numbers), is_confirmed | again)
    return these.order_by(is_confirmed, pairings.c.id.desc())
