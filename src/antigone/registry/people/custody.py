"""The chain of custody of a sample: who held it from when on, what happened to it, and who wrote that down."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from antigone.errors import RegistryError
from antigone.registry.store.lookups import AnyRow, find_incident
from antigone.registry.store.schema import custody, samples, users


def add_event(
    connection: Connection, *, incident: str, sample: str, at: str, event: str, holder: str, recorded_by: int
) -> None:
    """Add an event; none is ever changed or removed.

    Raises
    ------
    RegistryError
        When there is no such sample.
    """
    number = _sample(connection, incident, sample)
    row = {"sample": number, "at": at, "event": event, "holder": holder, "recorded_by": recorded_by}
    connection.execute(insert(custody).values(row))


def chain_of(connection: Connection, *, incident: str, sample: str) -> Sequence[AnyRow]:
    """The events of a sample in their order: at, event, holder, recorded_by (a code, None: at import).

    Raises
    ------
    RegistryError
        When there is no such sample.
    """
    number = _sample(connection, incident, sample)
    query = select(custody.c.at, custody.c.event, custody.c.holder, users.c.code.label("recorded_by"))
    found = query.select_from(custody.outerjoin(users)).where(custody.c.sample == number)
    return connection.execute(found.order_by(custody.c.at, custody.c.id)).all()


def _sample(connection: Connection, incident: str, sample: str) -> int:
    which = samples.c.incident == find_incident(connection, incident).id, samples.c.code == sample
    number = connection.scalar(select(samples.c.id).where(*which))
    if number is None:
        raise RegistryError(f"incident '{incident}' has no sample '{sample}'; correct the code")
    return number
