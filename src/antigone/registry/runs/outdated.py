"""Answers of a whole incident that are old, because it is judged under another model now."""

from __future__ import annotations

from sqlalchemy import Connection, update

from antigone.model.review import TO_COMPUTE_AGAIN
from antigone.registry.changes.changes import note_change_for_all
from antigone.registry.runs.blocks import erase_blocks
from antigone.registry.store.schema import joint_runs, runs


def note_other_model(connection: Connection, incident: int, *, at: str) -> int:
    """Note that another model is in force, and mark every finished answer to be computed again; how many there were.

    A run that still computes keeps no block, and learns it when it ends. Candidates and joint answers keep what they
    say, and under which version.
    """
    note_change_for_all(connection, incident, "model changed", at=at)
    erase_blocks(connection, incident)
    marked = 0
    for table in (runs, joint_runs):
        finished = update(table).where(table.c.incident == incident, table.c.state == "finished")
        marked += connection.execute(finished.values(state=TO_COMPUTE_AGAIN)).rowcount
    return marked
