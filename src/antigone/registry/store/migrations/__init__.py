"""The versions of the schema, each with the way up and the way down (Alembic, which is loaded only to migrate)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

if TYPE_CHECKING:
    from alembic.config import Config

LATEST = "0018"
"""The newest version; the one this program works with."""


def migrate(connection: Connection, revision: str = "head") -> None:
    """Bring the schema up, or down, to a version, inside the transaction of ``connection``."""
    from alembic import command

    config = configuration(connection)
    if _lies_below(connection, revision):
        command.downgrade(config, revision)
    else:
        command.upgrade(config, revision)


def configuration(connection: Connection) -> Config:
    """What Alembic needs to know; there is no alembic.ini."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _lies_below(connection: Connection, revision: str) -> bool:
    """Whether a version lies below the one that is there."""
    from alembic.migration import MigrationContext

    present = MigrationContext.configure(connection).get_current_revision()
    return present is not None and revision != "head" and (revision == "base" or revision < present)
