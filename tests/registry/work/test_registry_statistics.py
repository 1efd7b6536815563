"""What the database knows of its tables: enough to be quick, and nothing that is sealed."""

from __future__ import annotations

import pytest
from registry_example import begin, of_everything, put, run_and_store
from sqlalchemy import LargeBinary, text

from antigone.registry.store.database import snapshot
from antigone.registry.store.schema import metadata
from antigone.registry.store.statistics import refresh_statistics

SEALED = {
    (table.name, column.name)
    for table in metadata.sorted_tables
    for column in table.columns
    if isinstance(column.type, LargeBinary)
}


@pytest.fixture
def engine(registry_url):
    engine, vault = begin(registry_url)
    put((engine, vault), of_everything())
    run_and_store((engine, vault))
    yield engine
    engine.dispose()


def known(engine, query: str) -> set[tuple[str, str]]:
    with snapshot(engine) as connection:
        return {(row[0], row[1]) for row in connection.execute(text(query))}


def test_refresh_statistics__counts_the_rows_of_lists(engine):
    refresh_statistics(engine)
    sqlite, postgres = "SELECT tbl, '' FROM sqlite_stat1", "SELECT tablename, '' FROM pg_stats"
    counted = {table for table, _ in known(engine, sqlite if engine.dialect.name == "sqlite" else postgres)}
    assert {"candidates", "pairings", "members"} <= counted


def test_refresh_statistics__samples_nothing_that_is_sealed(engine):
    assert ("keys", "wrapped") in SEALED
    refresh_statistics(engine)
    if engine.dialect.name == "sqlite":
        of_values = "SELECT name, '' FROM sqlite_master WHERE name IN ('sqlite_stat3', 'sqlite_stat4')"
        assert known(engine, of_values) == set()
        return
    sampled = known(engine, "SELECT tablename, attname FROM pg_stats WHERE schemaname = current_schema()")
    assert ("unidentified", "code") in sampled
    assert sampled & SEALED == set()


def test_migrations__nothing_sealed_and_no_line_of_an_answer_is_ever_sampled(engine):
    """Every column of bytes, also one that a later version adds: what is erased must not stay in the statistics."""
    if engine.dialect.name == "sqlite":
        return
    query = (
        "SELECT attrelid::regclass::text, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid "
        "WHERE attstattarget = 0 AND attnum > 0 AND relkind = 'r' AND relnamespace = current_schema()::regnamespace"
    )
    public = {("checkpoints", "signature")}
    assert (SEALED - public) | {("runs", "result"), ("summaries", "line")} <= known(engine, query)
