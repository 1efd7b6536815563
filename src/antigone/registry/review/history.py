"""How a pairing fared through the searches, why its LR changed, and which confirmed ones have less for them now."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select

from antigone.model.assumptions.choices import SAME_LOG10_LR
from antigone.registry.changes.pending import BY_ITS_DATE, changes_of, covered_otherwise
from antigone.registry.store.lookups import AnyRow, Rows
from antigone.registry.store.schema import (
    candidates,
    decisions,
    families,
    incidents,
    members,
    pairings,
    runs,
    unidentified,
)


@dataclass(frozen=True)
class Past:
    """What one search said of a pairing. ``candidate`` is None where it was not listed; without ``log10_lr`` what it
    rested on has left. ``because``: the kinds of changes since the search before; None where these were not noted."""

    run: int
    day: dt.date
    candidate: int | None
    log10_lr: float | None
    because: tuple[str, ...] | None = ()


def history_of(connection: Connection, pairing: int) -> tuple[Past, ...]:
    """The searches that said something new of a pairing, from the first that listed it on."""
    asked = select(pairings, members.c.family).select_from(pairings.join(members)).where(pairings.c.id == pairing)
    row = connection.execute(asked).one()
    found = {one.run: one for one in connection.execute(select(candidates).where(candidates.c.pairing == pairing))}
    answered = (runs.c.incident == row.incident) & runs.c.result.is_not(None) & (runs.c.id >= min(found, default=0))
    every = connection.execute(select(runs.c.id, runs.c.day, runs.c.seen).where(answered).order_by(runs.c.id)).all()
    return tuple(_told(connection, row, every, found))


def _told(connection: Connection, pairing: AnyRow, every: Rows, found: dict[int, AnyRow]) -> Iterator[Past]:
    last: Past | None = None
    told: AnyRow | None = None
    for run in every:
        one = found.get(run.id)
        now = Past(run.id, run.day, None, None) if one is None else Past(run.id, run.day, one.id, one.log10_lr)
        if last is None or told is None:
            yield now
        elif not _same(last, now):
            yield Past(now.run, now.day, now.candidate, now.log10_lr, _because(connection, pairing, told, run))
        else:
            continue
        last, told = now, run


def _same(one: Past, other: Past) -> bool:
    if (one.candidate is None) != (other.candidate is None):
        return False
    return _equal(one.log10_lr, other.log10_lr)


def _equal(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=SAME_LOG10_LR, abs_tol=SAME_LOG10_LR)


def _because(connection: Connection, pairing: AnyRow, then: AnyRow, now: AnyRow) -> tuple[str, ...] | None:
    if then.seen is None or now.seen is None:
        return None
    kinds = changes_of(
        connection,
        pairing.incident,
        person=pairing.unidentified,
        family=pairing.family,
        after=then.seen,
        until=now.seen,
    )
    by_date = pairing.family in covered_otherwise(connection, pairing.incident, then.day, now.day)
    return (*kinds, BY_ITS_DATE) if by_date else kinds


@dataclass(frozen=True)
class Fallen:
    """A confirmed identification that the newest search finds weaker than what it was decided on, by codes.

    ``decided`` is the log10 LR of then, None where what it rested on has left; ``now`` that of ``run``, None where it
    is not listed there. ``candidate`` is the one to look at.
    """

    incident: str
    unidentified: str
    family: str
    missing: str
    candidate: int
    run: int
    decided: float | None
    now: float | None


def find_fallen(connection: Connection, user: int) -> tuple[Fallen, ...]:
    """Those that this user proposed or confirmed, unless somebody kept them after the newest search."""
    return tuple(_fallen(row) for row in connection.execute(_confirmed(user)) if _is_weaker(row))


def _is_weaker(row: AnyRow) -> bool:
    if row.kept is not None and row.finished is not None and row.kept >= row.finished:
        return False
    if row.decided is None:
        return True
    return row.run > row.decided_run and (
        row.now is None or (row.now < row.decided and not _equal(row.now, row.decided))
    )


def _fallen(row: AnyRow) -> Fallen:
    codes = (row.incident, row.person, row.family, row.missing)
    return Fallen(*codes, row.now_candidate or row.decided_candidate, row.run, row.decided, row.now)


def _last(action: str) -> Select[tuple[int]]:
    of_pairing = select(func.max(decisions.c.id)).where(decisions.c.action == action)
    return of_pairing.group_by(decisions.c.pairing)


def _confirmed(user: int) -> Select[Any]:
    """Every confirmed pairing of a user's decisions: then, and in the newest search with an answer."""
    proposed, confirmed = decisions.alias("proposed"), decisions.alias("confirmed")
    decided, now = candidates.alias("decided"), candidates.alias("now")
    answered = select(runs.c.incident, func.max(runs.c.id).label("run")).where(runs.c.result.is_not(None))
    newest = answered.group_by(runs.c.incident).subquery("newest")
    kept = select(func.max(decisions.c.at)).where(decisions.c.pairing == pairings.c.id, decisions.c.action == "keep")
    return (
        select(
            incidents.c.code.label("incident"),
            unidentified.c.code.label("person"),
            families.c.code.label("family"),
            members.c.code.label("missing"),
            decided.c.id.label("decided_candidate"),
            decided.c.run.label("decided_run"),
            decided.c.log10_lr.label("decided"),
            now.c.id.label("now_candidate"),
            now.c.log10_lr.label("now"),
            newest.c.run,
            runs.c.finished,
            kept.correlate(pairings).scalar_subquery().label("kept"),
        )
        .select_from(pairings)
        .join(confirmed, (confirmed.c.pairing == pairings.c.id) & confirmed.c.id.in_(_last("confirm")))
        .join(proposed, (proposed.c.pairing == pairings.c.id) & proposed.c.id.in_(_last("propose")))
        .join(decided, confirmed.c.candidate == decided.c.id)
        .join(newest, newest.c.incident == pairings.c.incident)
        .join(runs, runs.c.id == newest.c.run)
        .outerjoin(now, (now.c.run == newest.c.run) & (now.c.pairing == pairings.c.id))
        .join(unidentified, pairings.c.unidentified == unidentified.c.id)
        .join(members, pairings.c.member == members.c.id)
        .join(families, members.c.family == families.c.id)
        .join(incidents, pairings.c.incident == incidents.c.id)
        .where(pairings.c.state == "confirmed", (proposed.c.user == user) | (confirmed.c.user == user))
        .order_by(pairings.c.id)
    )
