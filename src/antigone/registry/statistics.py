"""What the database knows of its own tables, by which it chooses how to look something up."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import Engine, text

from antigone.errors import StorageError
from antigone.registry.database import outside_transaction


def refresh_statistics(engine: Engine) -> None:
    """Let SQLite count its rows again, after many were added: a list of 100,000 candidates is then ten times as fast.

    It is no part of any action: when the database is busy, it is left for the next time. SQLite samples indexes alone,
    which hold codes and numbers. PostgreSQL does this by itself (autovacuum).
    """
    if engine.dialect.name != "sqlite":
        return
    with suppress(StorageError), outside_transaction(engine) as connection:
        connection.execute(text("ANALYZE"))
