"""Where a missing person stands: the one place that says it, for the overview, family page, status and letter.

What stands here is what a family may hear: no number, not as whom somebody was identified, and never why a sample is
asked for (PURPOSE.md, rule 6).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, Subquery, Table, func, select, true

from antigone.registry.store.lookups import AnyRow
from antigone.registry.store.schema import (
    alive,
    alive_steps,
    decisions,
    families,
    members,
    pairings,
    tellings,
    unidentified,
)
from antigone.registry.tasks.wanting import Want, wants_of

State = Literal["confirmed", "found alive", "under review again", "not upheld", "not found"]
News = Literal["to be told", "told", "on hold", ""]
About = Literal["identified", "found alive", "checked again", "not upheld"]

ABOUT: Mapping[State, About] = {
    "confirmed": "identified",
    "found alive": "found alive",
    "under review again": "checked again",
    "not upheld": "not upheld",
}
"""What a family is told of a missing person in each state; of the last one nothing."""


@dataclass(frozen=True)
class Told:
    """That a family was told something: what about, on which day, by whom and how; ``at`` is when that was recorded."""

    about: About
    day: dt.date
    teller: str
    form: str
    at: str


@dataclass(frozen=True)
class Stand:
    """Where a missing person (the rows of ``incident``, ``family`` and ``member``) stands.

    ``kind``, remains or living, of who was confirmed as them. ``news`` says whether the family knows: "to be told" or
    "told"; "on hold" while an identification is looked at again of which nobody recorded that the family was told.
    ``since`` is when it came to stand so, as a day; None where nothing ever happened. ``told`` is what the family was
    told last. ``wants`` is what the family is asked for; only while nobody is found.
    """

    incident: int
    family: int
    member: int
    code: str
    state: State
    kind: str = ""
    news: News = ""
    since: dt.date | None = None
    told: Told | None = None
    wants: tuple[Want, ...] = ()

    @property
    def is_found(self) -> bool:
        """Whether nobody looks for this person any more."""
        return self.state in ("confirmed", "found alive")

    @property
    def about(self) -> About | None:
        """What the family is to be told, or was told, of this state."""
        return ABOUT.get(self.state)


@dataclass(frozen=True)
class _Found:
    """What is decided of a missing person, since which moment, and the kind of who was confirmed as them."""

    state: State
    since: str
    kind: str = ""


def stands_of(
    connection: Connection, *, day: dt.date, incident: int | None = None, numbers: Sequence[int] | None = None
) -> list[Stand]:
    """Where every missing person stands: of the whole registry, of an incident, or of some families; in their order.

    "under review again": an identification was confirmed and is being reopened, or was reopened and is not decided
    anew; or it is asked to reopen that somebody was found alive. "not upheld": a family was told what does not stand
    any more, and does not know that yet. A proposal that nobody confirmed is nobody's news: "not found".
    """
    here = _within(incident, numbers)
    rows = connection.execute(_missing(here)).all()
    found = {**_reviewed(connection, here), **_alive(connection, here), **_identified(connection, here)}
    told = _told(connection, here)
    wants = wants_of(connection, day=day, here=here)
    return [_stand(row, found.get(row.id), told.get(row.id), wants.get(row.family, ())) for row in rows]


def stand_of(connection: Connection, member: int, *, day: dt.date) -> Stand:
    """Where one missing person stands, by the row of the member."""
    family = connection.execute(select(members.c.family).where(members.c.id == member)).scalar_one()
    return next(one for one in stands_of(connection, day=day, numbers=[family]) if one.member == member)


def _stand(row: AnyRow, found: _Found | None, told: Told | None, wants: tuple[Want, ...]) -> Stand:
    who = {"incident": row.incident, "family": row.family, "member": row.id, "code": row.code, "told": told}
    if found is None and told is not None and told.about != "not upheld":
        return Stand(**who, state="not upheld", news="to be told", since=_day(told.at))
    if found is None:
        return Stand(**who, state="not found", wants=wants)
    since = _day(found.since) if found.since else None
    return Stand(**who, state=found.state, kind=found.kind, news=_news(found, told), since=since)


def _news(found: _Found, told: Told | None) -> News:
    """Whether a family knows what is decided: what it was told last, and whether that was after it was decided."""
    if found.state == "under review again" and (told is None or told.about == "not upheld"):
        return "on hold"
    knows = told is not None and told.about == ABOUT[found.state]
    if knows and told is not None and found.state != "under review again":
        knows = told.at >= found.since
    return "told" if knows else "to be told"


def _day(moment: str) -> dt.date:
    return dt.date.fromisoformat(moment[:10])


def _within(incident: int | None, numbers: Sequence[int] | None) -> ColumnElement[bool]:
    """Which rows of ``families`` are meant."""
    if numbers is not None:
        return families.c.id.in_(numbers)
    return true() if incident is None else families.c.incident == incident


def _missing(here: ColumnElement[bool]) -> Select[Any]:
    kin = select(families.c.incident, members.c.id, members.c.family, members.c.code).select_from(
        members.join(families)
    )
    return kin.where(here, members.c.missing).order_by(members.c.family, members.c.place)


def _last(table: Table, owner: str, *which: ColumnElement[bool]) -> Subquery:
    """The newest row of each owner in a table of steps, by its number."""
    newest = select(func.max(table.c.id)).where(*which).group_by(table.c[owner])
    return select(table).where(table.c.id.in_(newest)).subquery()


def _identified(connection: Connection, here: ColumnElement[bool]) -> dict[int, _Found]:
    """Members with a confirmed pairing; where several parts are, the one that was confirmed last counts."""
    step = _last(decisions, "pairing", decisions.c.action == "confirm")
    at = func.coalesce(step.c.at, "").label("at")
    kin = pairings.join(unidentified).outerjoin(step, step.c.pairing == pairings.c.id)
    query = select(pairings.c.member, unidentified.c.kind, at).select_from(kin.join(members).join(families))
    rows = connection.execute(query.where(here, pairings.c.state == "confirmed").order_by(at, pairings.c.id))
    return {row.member: _Found("confirmed", row.at, row.kind) for row in rows}


def _reviewed(connection: Connection, here: ColumnElement[bool]) -> dict[int, _Found]:
    """Members with a pairing that was confirmed, was asked to be reopened, and is not decided anew."""
    step = _last(decisions, "pairing", decisions.c.action == "ask to reopen")
    kin = pairings.join(step, step.c.pairing == pairings.c.id).join(members).join(families)
    open_again = (step.c.before == "confirmed", pairings.c.state.in_(("reopening", "open", "proposed")))
    rows = connection.execute(select(pairings.c.member, step.c.at).select_from(kin).where(here, *open_again))
    return {row.member: _Found("under review again", row.at) for row in rows}


def _alive(connection: Connection, here: ColumnElement[bool]) -> dict[int, _Found]:
    """Members who were found alive, and of whom somebody asks to look at that again."""
    found: dict[int, _Found] = {}
    states: tuple[tuple[str, str, State], ...] = (
        ("confirmed", "confirm", "found alive"),
        ("reopening", "ask to reopen", "under review again"),
    )
    for state, action, stands in states:
        step = _last(alive_steps, "alive", alive_steps.c.action == action)
        kin = alive.join(step, step.c.alive == alive.c.id).join(members, alive.c.member == members.c.id).join(families)
        query = select(alive.c.member, step.c.at).select_from(kin).where(here, alive.c.state == state)
        found |= {row.member: _Found(stands, row.at) for row in connection.execute(query)}
    return found


def _told(connection: Connection, here: ColumnElement[bool]) -> dict[int, Told]:
    """What each family was told last of each missing person."""
    step = _last(tellings, "member")
    kin = step.join(members, step.c.member == members.c.id).join(families)
    rows = connection.execute(select(step).select_from(kin).where(here))
    return {row.member: Told(row.about, row.day, row.teller, row.form, row.at) for row in rows}
