"""Which families one more sample would help, as far as a search tells; for its responsible geneticist."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, func, or_, select

from antigone.registry.runs.runs import read_result
from antigone.registry.store.schema import asks, families, runs, summaries
from antigone.registry.store.stored import MISSING_LINE


class Helped(NamedTuple):
    """A family, how many of its donors a consent covered, its smallest power where that is too low, and since when it
    is asked for a sample."""

    family: str
    donors: int
    power: float | None
    asked: dt.date | None


def families_to_help(
    connection: Connection, run: int, *, also: Collection[str], only: bool
) -> tuple[list[Helped], int]:
    """The families of a run with too little power and nobody found, and ``also`` these (``only``: them alone), by code;
    and how many pairs the run says it compared."""
    s = summaries.c
    weak = (s.power.is_not(None)) & (s.candidates == 0)
    wanted = s.code.in_(also) if only else or_(weak, s.code.in_(also))
    lines = connection.scalars(select(s.line).where(s.run == run, s.kind == "missing", wanted).order_by(s.code))
    asked, found = _asked(connection, run), dict[str, Helped]()
    for line in map(MISSING_LINE.read, lines):
        before = found.get(line.family)
        powers = [power for power in (line.power, before and before.power) if power is not None]
        found[line.family] = Helped(line.family, line.donors, min(powers, default=None), asked.get(line.family))
    return list(found.values()), read_result(connection, run).pairs_compared


def _asked(connection: Connection, run: int) -> dict[str, dt.date]:
    """Since when each family of a run's incident is asked for a sample."""
    query = select(families.c.code, func.min(asks.c.asked).label("asked")).select_from(asks.join(families))
    here = families.c.incident == select(runs.c.incident).where(runs.c.id == run).scalar_subquery()
    waiting = (asks.c.kind == "sample", asks.c.ended.is_(None))
    rows = connection.execute(query.where(here, *waiting).group_by(families.c.code))
    return {row.code: row.asked for row in rows}
