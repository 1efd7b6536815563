"""What a registry says about itself: a few named texts, one row each."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from antigone.errors import StorageError
from antigone.registry.store.schema import properties

IDENTITY = "registry"
"""The name of the property that says which registry this is."""


def find_property(connection: Connection, name: str) -> str | None:
    """The text of a property, or None."""
    return connection.execute(select(properties.c.value).where(properties.c.name == name)).scalar()


def read_property(connection: Connection, name: str) -> str:
    """The text of a property.

    Raises
    ------
    StorageError
        When there is none of that name.
    """
    value = find_property(connection, name)
    if value is None:
        raise StorageError(
            f"the registry has no property '{name}'; a registry that was begun has one; "
            "begin it with 'antigone registry init', or restore a backup"
        )
    return value


def write_property(connection: Connection, name: str, value: str) -> None:
    """Set a property, in the caller's transaction."""
    changed = connection.execute(update(properties).where(properties.c.name == name).values(value=value)).rowcount
    if not changed:
        connection.execute(insert(properties).values(name=name, value=value))
