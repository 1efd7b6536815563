"""Who holds a sample: recorded by the registrar, read by those who work with it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection

from antigone.errors import InputError
from antigone.registry.people.custody import add_event, chain_of
from antigone.team.access.session import Session, action, stamp
from antigone.team.views import CustodyLine, line_of


@action("record custody")
def record_custody(
    session: Session, incident: str, sample: str, *, event: str, holder: str, at: dt.datetime | None = None
) -> tuple[CustodyLine, ...]:
    """Add an event to a sample's chain of custody: what happened, and who holds it now (a place or a function).

    ``at`` is when it happened, with its time zone; now when it is not given.

    Raises
    ------
    InputError
        When event or holder are empty, or ``at`` has no time zone or lies in the future.
    RegistryError
        When there is no such sample.
    """
    if not event.strip() or not holder.strip():
        raise InputError("an event of custody without event or holder; say what happened and who holds the sample")
    now = session.registry.clock()
    if at is not None and (at.tzinfo is None or at > now):
        raise InputError("an event of custody in the future or without time zone; give the moment it happened")
    moment = stamp(at or now)
    with session.writing("record custody", {"incident": incident, "sample": sample}) as connection:
        add_event(
            connection,
            incident=incident,
            sample=sample,
            at=moment,
            event=event,
            holder=holder,
            recorded_by=session.user,
        )
        return _chain(connection, incident, sample)


@action("see families")
def list_custody(session: Session, incident: str, sample: str) -> tuple[CustodyLine, ...]:
    """A sample's chain of custody.

    Raises
    ------
    RegistryError
        When there is no such sample.
    """
    with session.reading("see families", {"incident": incident, "custody of": sample}) as connection:
        return _chain(connection, incident, sample)


def _chain(connection: Connection, incident: str, sample: str) -> tuple[CustodyLine, ...]:
    rows = chain_of(connection, incident=incident, sample=sample)
    return tuple(line_of(CustodyLine, row, recorded_by=row.recorded_by or "") for row in rows)
