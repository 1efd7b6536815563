"""Runs as lines of a list."""

from __future__ import annotations

import json

from sqlalchemy import Connection

from antigone.casework.registry.views import RunLine
from antigone.registry.overview import AnyRow, page_of_runs

MOST_RUNNING = 20


def run_line(row: AnyRow) -> RunLine:
    """One row of `page_of_runs` or `find_run`."""
    return RunLine(
        row.id,
        row.incident,
        row.starter,
        row.purpose,
        row.day,
        row.started,
        row.finished,
        row.state,
        row.candidates,
        json.loads(row.left_out or "{}"),
    )


def running(connection: Connection) -> tuple[RunLine, ...]:
    """The searches that run now, or whose process ended without a word."""
    rows, _ = page_of_runs(connection, state="running", size=MOST_RUNNING)
    return tuple(map(run_line, rows))
