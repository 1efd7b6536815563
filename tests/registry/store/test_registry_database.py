"""The database of a registry: what opens, what is refused, and what a lost disk or connection leaves behind."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, insert, select, text

from antigone.errors import InputError, StorageError
from antigone.registry.store import database
from antigone.registry.store.database import (
    create_registry,
    is_server,
    open_registry,
    reserve,
    revision,
    shown,
    snapshot,
    transaction,
    upgrade,
)
from antigone.registry.store.schema import incidents, metadata

INCIDENT = {"code": "I1", "title": "Ferry", "created": "2025-03-14T00:00:00Z"}


def count(connection) -> int:
    return connection.scalar(select(func.count()).select_from(incidents))


def test_create_registry__opens_again_with_every_table(registry_url):
    create_registry(registry_url).dispose()
    engine = open_registry(registry_url)
    with snapshot(engine) as connection:
        assert all(connection.execute(select(table)).first() is None for table in metadata.sorted_tables)
    engine.dispose()


def test_create_registry__a_file_is_for_its_owner_alone(tmp_path):
    create_registry(tmp_path / "r.db")
    assert stat.S_IMODE((tmp_path / "r.db").stat().st_mode) == 0o600


def test_create_registry__never_overwrites(registry_url):
    create_registry(registry_url).dispose()
    with pytest.raises(StorageError, match="nothing is overwritten"):
        create_registry(registry_url)


def test_open_registry__a_missing_file_is_not_made(tmp_path):
    with pytest.raises(StorageError, match="is not there"):
        open_registry(tmp_path / "r.db")
    assert not (tmp_path / "r.db").exists()


def test_open_registry__refuses_another_version(registry_url):
    create_registry(registry_url, revision="0001").dispose()
    with pytest.raises(StorageError, match="schema '0001', expected"):
        open_registry(registry_url)
    upgrade(registry_url).dispose()
    open_registry(registry_url).dispose()


@pytest.mark.slow
def test_open_registry__refuses_a_version_of_the_future(registry_url):
    engine = create_registry(registry_url)
    with transaction(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match="schema '9999'"):
        open_registry(registry_url)
    engine.dispose()


def test_open_registry__refuses_what_is_no_registry(tmp_path):
    (tmp_path / "letter.txt").write_text("Dear sister, " * 1000)
    with pytest.raises(StorageError, match="no database"):
        open_registry(tmp_path / "letter.txt")
    create_engine(f"sqlite:///{tmp_path}/other.db").connect().close()
    (tmp_path / "other.db").touch()
    with pytest.raises(StorageError, match="it is no registry"):
        open_registry(tmp_path / "other.db")


def test_open_registry__refuses_a_damaged_file(tmp_path):
    engine = create_registry(tmp_path / "r.db")
    with transaction(engine) as connection:
        rows = [INCIDENT | {"code": f"I{number}"} for number in range(2000)]
        connection.execute(insert(incidents), rows)
    engine.dispose()
    whole = bytearray((tmp_path / "r.db").read_bytes())
    whole[len(whole) // 2 :] = bytes(b ^ 0xFF for b in whole[len(whole) // 2 :])
    (tmp_path / "r.db").write_bytes(whole)
    with pytest.raises(StorageError, match="damaged"):
        open_registry(tmp_path / "r.db")


def test_open_registry__every_connection_is_durable_and_overwrites_what_is_deleted(tmp_path):
    engine = create_registry(tmp_path / "r.db")
    with snapshot(engine) as first, snapshot(engine) as second:
        for connection in (first, second):
            asked = ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
            assert [connection.scalar(text(f"PRAGMA {name}")) for name in asked] == ["wal", 2, 1, 1]


def _write_and_break(engine) -> None:
    with transaction(engine) as connection:
        connection.execute(insert(incidents), INCIDENT)
        raise KeyboardInterrupt


def _write_and_lose(engine, server) -> None:
    with transaction(engine) as connection:
        connection.execute(insert(incidents), INCIDENT)
        server.run(f"SELECT pg_terminate_backend({connection.scalar(text('SELECT pg_backend_pid()'))})")
        connection.execute(insert(incidents), INCIDENT | {"code": "I2"})


def test_transaction__an_error_leaves_nothing(registry_url):
    engine = create_registry(registry_url)
    with pytest.raises(KeyboardInterrupt):
        _write_and_break(engine)
    with snapshot(engine) as connection:
        assert count(connection) == 0
    engine.dispose()


@pytest.mark.slow
def test_transaction__a_second_writer_waits_and_sees_what_the_first_wrote(registry_url):
    engine = create_registry(registry_url)
    seen = []

    def second() -> None:
        with transaction(engine) as connection:
            seen.append(count(connection))

    with transaction(engine) as connection:
        writer = threading.Thread(target=second)
        writer.start()
        connection.execute(insert(incidents), INCIDENT)
        writer.join(0.2)
        assert writer.is_alive()
    writer.join()
    assert seen == [1]
    engine.dispose()


def test_transaction__a_writer_that_waits_too_long_gives_up(registry_url, monkeypatch):
    monkeypatch.setattr(database, "SECONDS_TO_WAIT", 1)
    monkeypatch.setattr(database, "_PRAGMAS", ("busy_timeout = 100",))
    create_registry(registry_url).dispose()
    engine = open_registry(registry_url)
    with transaction(engine), pytest.raises(StorageError, match="another action did not end"), transaction(engine):
        pytest.fail("both hold the lock")
    engine.dispose()


def test_snapshot__sees_one_state_while_others_write(registry_url):
    engine = create_registry(registry_url)
    with snapshot(engine) as reader:
        assert count(reader) == 0
        with transaction(engine) as writer:
            writer.execute(insert(incidents), INCIDENT)
        assert count(reader) == 0
    with snapshot(engine) as reader:
        assert count(reader) == 1
    engine.dispose()


def test_transaction__a_full_disk_is_said_and_does_no_damage(tmp_path):
    engine = create_registry(tmp_path / "r.db")
    with transaction(engine) as connection:
        connection.execute(insert(incidents), INCIDENT)
    with engine.connect() as connection:
        pages = connection.scalar(text("PRAGMA page_count"))
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(StorageError, match="disk is full"), transaction(engine) as connection:
        connection.execute(insert(incidents), [INCIDENT | {"code": f"J{n}", "title": "x" * 500} for n in range(1000)])
    engine.dispose()
    with snapshot(open_registry(tmp_path / "r.db")) as connection:
        assert connection.scalars(select(incidents.c.code)).all() == ["I1"]


def test_transaction__a_lost_connection_is_said_and_the_next_one_works(postgres):
    with postgres.database() as url:
        engine = create_registry(url)
        with pytest.raises(StorageError, match="connection to the database was lost"):
            _write_and_lose(engine, postgres)
        with transaction(engine) as connection:
            assert count(connection) == 0
        engine.dispose()


def test_open_registry__a_server_that_does_not_answer_is_said_without_the_password():
    with pytest.raises(StorageError) as refused:
        open_registry("postgresql://ann:secret@127.0.0.1:1/missing")
    assert "secret" not in str(refused.value)


@pytest.mark.slow
def test_reserve__numbers_are_free_and_each_given_once(registry_url):
    engine = create_registry(registry_url)
    with transaction(engine) as connection:
        first = reserve(connection, incidents, 3)
        connection.execute(insert(incidents), [INCIDENT | {"id": n, "code": f"I{n}"} for n in first])
        assert len({*first, *reserve(connection, incidents, 3)}) == 6
        connection.execute(insert(incidents), INCIDENT | {"code": "I0"})
        assert count(connection) == 4
    engine.dispose()


@pytest.mark.parametrize("row", [{"id": 2**70}, {"title": "half a character \ud800"}])
def test_transaction__what_no_row_can_hold_is_a_wrong_input_and_is_not_said_again(row, registry_url):
    engine = create_registry(registry_url)
    with pytest.raises(InputError, match="that the database cannot hold") as refused, transaction(engine) as connection:
        connection.execute(insert(incidents), INCIDENT | row)
    assert "half" not in str(refused.value)
    with snapshot(engine) as connection:
        assert count(connection) == 0
    engine.dispose()


@pytest.mark.parametrize("place", ["postgresql://h/d", "postgres://h/d", "postgresql+psycopg://h/d"])
def test_is_server__knows_an_address(place):
    assert is_server(place)
    assert not is_server(Path("postgresql.db"))


def test_shown__has_no_password():
    assert shown("postgresql://ann:a@b/c@host/db?password=x") == "postgresql://ann@host/db"


def test_revision__of_an_empty_database_is_none(tmp_path):
    with create_engine(f"sqlite:///{tmp_path}/e.db").connect() as connection:
        assert revision(connection) == ""
