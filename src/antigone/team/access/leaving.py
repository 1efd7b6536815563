"""What must follow an erasure: the database lets go of the old bytes, and every ring of keys is written over.

A mark, set in the transaction of the erasure and taken away here, says that this is still to be done. So it is done
when the registry is opened next, if the computer stopped in between.
"""

from __future__ import annotations

from sqlalchemy import Connection

from antigone.registry.leaving.erasure import scrub
from antigone.registry.rings.ring import write_rings
from antigone.registry.store.database import snapshot, transaction
from antigone.registry.store.properties import find_property, write_property
from antigone.team.access.session import Registry

_MARK = "erasure"
_TO_DO, _DONE = "to be scrubbed", "done"


def begin_leaving(connection: Connection) -> None:
    """Say, in the transaction of an erasure, that the bytes and the rings are to follow."""
    write_property(connection, _MARK, _TO_DO)


def finish_leaving(registry: Registry) -> tuple[str, ...]:
    """Scrub the database and write the rings over; what could not be done, in words for who must do it.

    The mark stays while another process keeps the log of an SQLite file in use, because the next opening can do better;
    what a server's administrator must do is not mended by repeating.
    """
    left = scrub(registry.engine)
    if not left or registry.engine.dialect.name != "sqlite":
        with transaction(registry.engine) as connection:
            write_property(connection, _MARK, _DONE)
    unreached = write_rings(registry.engine, registry.vault, at=registry.now())
    return (*left, *(f"the ring {one.place} still holds erased keys: {one.reason}" for one in unreached))


def is_unfinished(registry: Registry) -> bool:
    """Whether the computer stopped between an erasure and what must follow it."""
    with snapshot(registry.engine) as connection:
        return find_property(connection, _MARK) == _TO_DO
