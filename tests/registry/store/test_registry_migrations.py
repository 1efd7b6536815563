"""The schema's versions: the way up makes the schema of the program, and data survive the way down and up again."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from registry_example import begin, get, of_everything, put, run_and_store
from sqlalchemy import create_engine, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateTable

from antigone.registry.backup.renewal import renew_documents
from antigone.registry.store.database import create_registry, open_registry, revision, snapshot, transaction, upgrade
from antigone.registry.store.migrations import LATEST, configuration
from antigone.registry.store.schema import incidents, marks, metadata, model_steps, model_versions, parts, typings

OF_ONE_STORE = ({"ix_candidates_run_posterior"}, {"ix_candidates_run_posterior_last"})
"""Indexes that SQLite alone has, and PostgreSQL alone."""


def scripts() -> ScriptDirectory:
    with create_engine("sqlite://").connect() as connection:
        return ScriptDirectory.from_config(configuration(connection))


def test_migrations__are_in_the_package_in_one_line_up_to_the_newest():
    assert scripts().get_heads() == [LATEST]
    names = {path.name for path in (files("antigone.registry.store.migrations") / "versions").iterdir()}
    assert {"v0001_first.py", "v0002_parts.py"} <= names


def is_of_another_store(difference: Any, dialect: str) -> bool:
    """Whether what is not there is an index that the other kind of store has in its place (which Alembic asks for)."""
    return difference[0] == "add_index" and difference[1].name in OF_ONE_STORE[not dialect.startswith("postgres")]


@pytest.mark.slow
def test_migrations__make_the_schema_of_the_program(registry_url):
    engine = create_registry(registry_url)
    with snapshot(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        differing = compare_metadata(context, metadata)
        assert [one for one in differing if not is_of_another_store(one, connection.dialect.name)] == []
    engine.dispose()


def test_migrations__every_check_and_constraint_is_that_of_the_program(tmp_path):
    """What Alembic does not compare: on SQLite the whole text of each table."""
    engine = create_registry(tmp_path / "r.db")
    with snapshot(engine) as connection:
        made: dict[str, str] = dict(
            connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all()
        )
    assert {table.name for table in metadata.sorted_tables} == set(made) - {"alembic_version"}
    for table in metadata.sorted_tables:
        wanted = str(CreateTable(table).compile(engine))
        assert parts_of(made[table.name]) == parts_of(wanted), table.name
    engine.dispose()


def parts_of(statement: str) -> set[str]:
    """The columns and constraints of a CREATE TABLE, in any order."""
    body = re.sub(r"\s+", " ", statement[statement.index("(") + 1 : statement.rindex(")")]).replace('"', "")
    return {part.strip() for part in re.split(r",(?![^(]*\))", body)}


YOUNGER = {"seen", "asked", "kept"}
"""Columns that a version before them does not have, and forgets."""


def contents(engine, tables) -> dict[str, list[tuple[object, ...]]]:
    with snapshot(engine) as connection:
        columns = {t.name: [column for column in t.c if column.name not in YOUNGER] for t in tables}
        return {name: sorted(map(tuple, connection.execute(select(*of))), key=repr) for name, of in columns.items()}


@pytest.mark.slow
def test_migrations__data_survive_the_way_down_and_up_again(registry_url):
    engine, vault = begin(registry_url)
    put((engine, vault), of_everything())
    run_and_store((engine, vault))
    otherwise = (parts, incidents, marks, typings, model_versions, model_steps)
    kept = [table for table in metadata.sorted_tables if table not in otherwise]
    before, incident = contents(engine, kept), get((engine, vault)).incident
    before = contents(engine, kept)
    engine.dispose()
    upgrade(registry_url, revision="0001").dispose()
    engine = upgrade(registry_url)
    with transaction(engine) as connection:
        renew_documents(connection, vault)
    assert contents(engine, kept) == before
    assert get((engine, vault)).incident.families == incident.families
    engine.dispose()


@pytest.mark.slow
def test_migrations__the_indexes_of_lists_come_and_go(registry_url):
    def indexes(engine):
        with snapshot(engine) as connection:
            here = inspect(connection)
            found = {index["name"] for table in ("candidates", "pairings") for index in here.get_indexes(table)}
        engine.dispose()
        return found & {*OF_ONE_STORE[0], *OF_ONE_STORE[1], "ix_pairings_incident_state"}

    assert len(indexes(create_registry(registry_url))) == 2
    assert indexes(upgrade(registry_url, revision="0003")) == set()
    assert len(indexes(upgrade(registry_url))) == 2


@pytest.mark.slow
def test_migrations__the_way_down_to_nothing_leaves_nothing(registry_url):
    engine, vault = begin(registry_url)
    put((engine, vault), of_everything())
    engine.dispose()
    engine = upgrade(registry_url, revision="base")
    with snapshot(engine) as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
        assert revision(connection) == ""
    engine.dispose()
    upgrade(registry_url).dispose()
    open_registry(registry_url).dispose()


@pytest.mark.slow
@pytest.mark.parametrize("change", ["UPDATE audit SET actor = 'X'", "DELETE FROM audit"])
def test_audit__the_database_itself_refuses_to_change_it(registry_url, change):
    engine, vault = begin(registry_url)
    put((engine, vault), of_everything())
    get((engine, vault))
    with pytest.raises(DBAPIError, match="append-only"):
        execute(engine, change)
    engine.dispose()


def execute(engine, change: str) -> None:
    with transaction(engine) as connection:
        connection.execute(text(change))


FORBIDDEN = re.compile(
    r"(^|_)(name_of|full_name|surname|given_name|address|street|phone|email|passport|identity|national|face|photo|"
    r"image|ethnic|race|religion|nationality|hukou|household)"
)


def test_schema__no_column_says_who_someone_is_in_a_states_eyes():
    columns = [f"{table.name}.{column.name}" for table in metadata.sorted_tables for column in table.columns]
    assert [name for name in columns if FORBIDDEN.search(name.split(".")[1])] == []
    assert FORBIDDEN.search("email")


def test_schema__what_names_a_person_is_in_the_clear_nowhere():
    """A ``name`` column belongs to a property, a source file, a token or a model; of people only ciphertext is kept."""
    named = {table.name for table in metadata.sorted_tables if "name" in table.c}
    assert named == {"properties", "sources", "tokens", "model_versions"}
