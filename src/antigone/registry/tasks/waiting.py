"""What waits for families: to tell them something, to ask them for something, to act for them; the oldest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from sqlalchemy import Connection, func, select, true

from antigone.registry.store.schema import alive, alive_steps, families, incidents, members
from antigone.registry.tasks.standing import About, Stand
from antigone.registry.tasks.wanting import What, lapses

TaskKind = Literal[
    "tell identified",
    "tell found alive",
    "tell checked again",
    "tell not upheld",
    "ask for a sample",
    "ask for consent",
    "confirm found alive",
    "decide on found alive",
    "erase who withdrew",
]
TASKS: tuple[TaskKind, ...] = get_args(TaskKind)
_TELL: Mapping[About, TaskKind] = {
    "identified": "tell identified",
    "found alive": "tell found alive",
    "checked again": "tell checked again",
    "not upheld": "tell not upheld",
}
_ASK: Mapping[What, TaskKind] = {"sample": "ask for a sample", "consent": "ask for consent"}
_STATES: Mapping[str, TaskKind] = {"proposed": "confirm found alive", "reopening": "decide on found alive"}


@dataclass(frozen=True)
class Task:
    """Something that waits for a family, since which day: about one missing person, or about the whole family
    (``missing`` is empty). ``who`` are the donors whom it is about, where it is about some."""

    incident: str
    family: str
    what: TaskKind
    since: dt.date
    missing: str = ""
    who: tuple[str, ...] = ()


def tasks_of(connection: Connection, stands: Sequence[Stand], *, day: dt.date) -> tuple[Task, ...]:
    """Everything that waits for families, the oldest first; ``stands`` of the whole registry."""
    open_ones = [*_from_stands(stands), *_of_alive(connection), *_to_erase(connection, day)]
    codes = _codes(connection, {row for row, _ in open_ones})
    found = [replace(task, incident=codes[row][0], family=codes[row][1]) for row, task in open_ones]
    return tuple(sorted(found, key=lambda t: (t.since, t.incident, t.family, TASKS.index(t.what), t.missing)))


Open = tuple[int, Task]
"""The row of a family, and what waits for it, without its codes."""


def _from_stands(stands: Iterable[Stand]) -> Iterator[Open]:
    """What to tell of each missing person, and once for each family what to ask for."""
    asked = set()
    for one in stands:
        if one.news == "to be told" and one.about and one.since:
            yield one.family, Task("", "", _TELL[one.about], one.since, one.code)
        if one.wants and one.family not in asked:
            asked.add(one.family)
            for want in one.wants:
                yield one.family, Task("", "", _ASK[want.what], want.since, who=want.who)


def _of_alive(connection: Connection) -> Iterator[Open]:
    """Persons reported found alive, whom another person confirms; and those of whom it is asked to look again."""
    last = select(func.max(alive_steps.c.at)).where(alive_steps.c.alive == alive.c.id)
    kin = alive.join(members, alive.c.member == members.c.id)
    columns = (members.c.family, members.c.code, alive.c.state, last.correlate(alive).scalar_subquery().label("at"))
    rows = connection.execute(select(*columns).select_from(kin).where(alive.c.state.in_(_STATES)))
    for row in rows:
        yield row.family, Task("", "", _STATES[row.state], dt.date.fromisoformat(row.at[:10]), row.code)


def _to_erase(connection: Connection, day: dt.date) -> Iterator[Open]:
    """Families with donors who withdrew and are not erased yet."""
    withdrew: dict[int, list[tuple[dt.date, str]]] = {}
    for one in lapses(connection, day=day, here=true()):
        if one.withdrew:
            withdrew.setdefault(one.family, []).append((one.since, one.member))
    for family, those in withdrew.items():
        who = tuple(member for _, member in those)
        yield family, Task("", "", "erase who withdrew", min(those)[0], who=who)


def _codes(connection: Connection, numbers: set[int]) -> dict[int, tuple[str, str]]:
    """The codes of the incident and of the family, by the row of the family."""
    query = select(families.c.id, incidents.c.code, families.c.code).select_from(families.join(incidents))
    return {number: (incident, family) for number, incident, family in connection.execute(query) if number in numbers}
