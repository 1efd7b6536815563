"""Changes: what happened to an incident that could alter an answer, noted by the action that did it.

A change names the unidentified persons or the families that it touches; one that names nobody, such as another model,
touches all of them. A search reads an incident as it stands after some change, and is old for whatever changed later.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from sqlalchemy import Connection, func, insert, select

from antigone.registry.store.schema import changes

Kind = Literal[
    "person added",
    "typing added",
    "typing corrected",
    "typing retired",
    "conflict settled",
    "family added",
    "member added",
    "donor added",
    "pedigree changed",
    "consent given",
    "consent withdrawn",
    "person left",
    "description changed",
    "found alive",
    "found alive reopened",
    "model changed",
    "import undone",
]


def note_change(
    connection: Connection,
    incident: int,
    kind: Kind,
    *,
    at: str,
    unidentified: Iterable[int] = (),
    families: Iterable[int] = (),
) -> None:
    """Note a change that touches certain persons or families, in the transaction that makes it; none of them: nothing.

    Parameters
    ----------
    connection, incident
        The transaction, and the row of the incident.
    kind, at
        What happened, and the moment in UTC, ISO 8601.
    unidentified, families
        The rows of those it touches.
    """
    about = {"incident": incident, "at": at, "kind": kind, "unidentified": None, "family": None}
    rows = [about | {"unidentified": row} for row in unidentified] + [about | {"family": row} for row in families]
    if rows:
        connection.execute(insert(changes), rows)


def last_change(connection: Connection, incident: int) -> int:
    """The number of the newest change of an incident; 0 when there was none."""
    newest = select(func.max(changes.c.id)).where(changes.c.incident == incident)
    return connection.scalar(newest) or 0


def note_change_for_all(connection: Connection, incident: int, kind: Kind, *, at: str) -> None:
    """Note a change that touches everybody of an incident, such as another model."""
    connection.execute(insert(changes).values(incident=incident, kind=kind, at=at))
