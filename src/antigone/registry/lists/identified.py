"""Which families have a missing person who is identified; where each one stands is in `registry.tasks`."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, select

from antigone.registry.store.schema import families, members, pairings


def has_identified(incident: int) -> ColumnElement[bool]:
    """Whether a row of ``families`` has a missing person with a confirmed pairing."""
    confirmed = and_(pairings.c.incident == incident, pairings.c.state == "confirmed")
    return families.c.id.in_(select(members.c.family).join(pairings).where(confirmed))
