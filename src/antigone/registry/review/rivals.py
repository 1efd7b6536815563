"""Candidates of one run that cannot all be true: of the same unidentified person, or for the same missing one."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Column, Connection, func, select

from antigone.registry.store.schema import candidates, pairings


def count_rivals(connection: Connection, run: int, numbers: Collection[int]) -> dict[int, int]:
    """How many rivals each of these candidates of a run has in that run; every one reached its threshold.

    Each person of these candidates is counted once, so the work is bounded by the candidates of these persons.
    """
    query = select(candidates.c.id, pairings.c.unidentified, pairings.c.member).select_from(candidates.join(pairings))
    rows = connection.execute(query.where(candidates.c.id.in_(numbers))).all()
    of_person = _counted(connection, run, pairings.c.unidentified, {row.unidentified for row in rows})
    of_missing = _counted(connection, run, pairings.c.member, {row.member for row in rows})
    return {row.id: of_person[row.unidentified] + of_missing[row.member] - 2 for row in rows}


def _counted(connection: Connection, run: int, who: Column[int], numbers: Collection[int]) -> dict[int, int]:
    """How many candidates of a run each of these persons has.

    "+ 0" keeps the database from reading the whole run by its index, where few pairings are asked for.
    """
    in_run = candidates.c.run + 0 == run
    query = select(who, func.count()).select_from(candidates.join(pairings)).where(who.in_(numbers))
    return {int(number): count for number, count in connection.execute(query.where(in_run).group_by(who))}
