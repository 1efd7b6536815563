"""What the database knows of its own tables, by which it chooses how to look something up."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import Engine, text

from antigone.errors import StorageError
from antigone.registry.store.database import outside_transaction
from antigone.registry.store.schema import metadata

SAMPLED = 1000
"""Rows of each index of SQLite from which its statistics are estimated, as its manual recommends."""


def refresh_statistics(engine: Engine) -> None:
    """Let the database count its rows again, after many were added: without it, a list of 50 of 50,000 persons takes
    seconds on PostgreSQL, which would count by itself a minute later (autovacuum), and ten times as long on SQLite.

    It is no part of any action: when the database is busy, it is left for the next time. What is sampled are codes,
    numbers and dates: SQLite looks at indexes alone, and PostgreSQL is told to leave every sealed column out. There it
    is a VACUUM too, after which rows are counted by their index.
    """
    tables = ", ".join(table.name for table in metadata.sorted_tables)
    sampled = f"PRAGMA analysis_limit = {SAMPLED}", "ANALYZE"
    commands = sampled if engine.dialect.name == "sqlite" else (f"VACUUM (ANALYZE) {tables}",)
    with suppress(StorageError), outside_transaction(engine) as connection:
        for command in commands:
            connection.execute(text(command))
