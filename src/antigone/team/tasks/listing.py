"""What waits for families, for those who speak with them and act for them: the oldest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import Connection

from antigone.registry.store.lookups import find_incident
from antigone.registry.tasks.standing import Stand, stands_of
from antigone.registry.tasks.waiting import TASKS, Task, tasks_of
from antigone.team.access.counting import Counting
from antigone.team.access.session import Session, action
from antigone.team.views import Page, TaskCount


@action("see tasks")
def list_tasks(session: Session, incident: str = "", *, page: int = 1, size: int = 50) -> Page[Task]:
    """Some of what waits for families, the oldest first; of one incident when it is named.

    Raises
    ------
    RegistryError
        When there is no such incident.
    """
    kept, day = session.registry.kept, session.registry.today()
    with kept.looking(session.registry.engine, day) as counting:
        if incident:
            find_incident(counting.connection, incident)
        found = [one for one in all_tasks(counting, day) if incident in ("", one.incident)]
    return Page(tuple(found[(page - 1) * size : page * size]), len(found), page, size)


def all_stands(counting: Counting, day: dt.date) -> list[Stand]:
    """Where every missing person stands of whom anything is to be said."""

    def count(connection: Connection) -> list[Stand]:
        found = stands_of(connection, day=day)
        return [one for one in found if one.state != "not found" or one.wants]

    return counting.once("work", "stands", count)


def all_tasks(counting: Counting, day: dt.date) -> tuple[Task, ...]:
    """Everything that waits for families."""
    stands = all_stands(counting, day)
    return counting.once("work", "tasks", lambda connection: tasks_of(connection, stands, day=day))


def count_tasks(tasks: Iterable[Task], incident: str) -> tuple[TaskCount, ...]:
    """How many of each kind wait in an incident, and since when the oldest does."""
    here = [one for one in tasks if one.incident == incident]
    return tuple(
        TaskCount(what, len(those), those[0].since)
        for what in TASKS
        if (those := [one for one in here if one.what == what])
    )
