"""Runs as lines of a list."""

from __future__ import annotations

import json

from sqlalchemy import Connection

from antigone.registry.lists.overview import newest_own, page_of_runs
from antigone.registry.runs.blocks import Unfinished
from antigone.registry.runs.joint_runs import running_joint
from antigone.registry.store.lookups import AnyRow
from antigone.team.views import JointLine, RunLine, line_of

MOST_RUNNING = 20


def run_line(row: AnyRow) -> RunLine:
    """One row of `page_of_runs` or `find_run`."""
    return line_of(RunLine, row, started_by=row.starter, left_out=json.loads(row.left_out or "{}"))


def joint_line(row: AnyRow) -> JointLine:
    """One row of `list_joint` or `find_joint`."""
    return line_of(JointLine, row, started_by=row.starter, left_out=json.loads(row.left_out or "{}"))


def kept_words(line: RunLine) -> str:
    """What is kept of a run without an answer, and what resuming it would do."""
    if not line.resumable:
        return "Nothing of it is kept."
    if not line.kept:
        return "No finished part of it is kept: when it is resumed, it is computed from the beginning."
    return f"{line.kept} of its {line.kept_of} parts are kept, sealed: when it is resumed, it goes on from there."


def from_where(work: Unfinished, *, changed: bool) -> str:
    """From where a run goes on that was resumed; ``changed``: the parts of before rested on something else."""
    if changed:
        return "Resumed from the beginning: something that the search rests on has changed."
    if not work.kept:
        return "Resumed from the beginning: no finished part was kept."
    return f"Resumed from {work.kept} of {work.blocks} parts, which were kept."


def running(connection: Connection) -> tuple[RunLine, ...]:
    """The searches that run now, or whose process stopped without an error message."""
    rows, _ = page_of_runs(connection, state="running", size=MOST_RUNNING)
    return tuple(map(run_line, rows))


def running_jointly(connection: Connection) -> tuple[JointLine, ...]:
    """The joint solutions that run now, or whose process stopped without an error message."""
    return tuple(map(joint_line, running_joint(connection, limit=MOST_RUNNING)))


def own_runs(connection: Connection, user: int) -> tuple[RunLine, ...]:
    """The newest search of each incident, where it was this user's and nothing of it is to be computed again."""
    return tuple(map(run_line, newest_own(connection, user, limit=MOST_RUNNING)))
