"""Opening the database of a registry: an SQLite file, or a PostgreSQL server for teams.

Whoever writes holds the one lock of the registry from the beginning of the transaction: ``BEGIN IMMEDIATE`` on SQLite,
an advisory lock on PostgreSQL (in READ COMMITTED, so that each statement sees what was committed before the lock was
given). Two writers therefore never interleave, and a check made inside a transaction still holds when it ends. A reader
takes a snapshot and waits for nobody.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, Table, create_engine, event, func, inspect, select, text
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, TimeoutError
from sqlalchemy.pool import QueuePool

from antigone.errors import InputError, StorageError
from antigone.registry.store.migrations import LATEST, migrate

SECONDS_TO_WAIT = 30
"""How long a transaction waits for another one before it gives up."""
CONNECTIONS_KEPT, MOST_CONNECTIONS = 10, 40
"""As many as threads of the web application: who only reads must not wait for those who wait to write."""
_WRITERS = 0x616E7469676F6E65
"""The number of the advisory lock on PostgreSQL: "antigone" as bytes."""
_SNAPSHOT, _OUTSIDE = "antigone_snapshot", "antigone_outside"
_PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "secure_delete = ON",
    f"busy_timeout = {SECONDS_TO_WAIT * 1000}",
    "temp_store = MEMORY",  # what is sorted must not reach another file
)

Place = str | Path
"""A path of an SQLite file, or ``postgresql://user:password@host/database``."""


def ignore_connection(_connection: Connection) -> None:
    """The default: nothing else is done in the transaction."""


def create_registry(place: Place, *, revision: str = "head") -> Engine:
    """Make the tables of a new registry, all or none, and open it.

    ``revision`` is the version of the schema; another one than the newest is for restoring an older backup.

    Raises
    ------
    StorageError
        When there is something at that place already, or it cannot be written.
    """
    if not is_server(place):
        _new_file(Path(place))
    with _engine(place) as engine, transaction(engine) as connection:
        if inspect(connection).get_table_names():
            raise StorageError(f"{shown(place)} has tables already; name an empty database, nothing is overwritten")
        migrate(connection, revision)
    return engine


def open_registry(place: Place) -> Engine:
    """Open a registry, after a check that it is whole and of this version.

    Raises
    ------
    StorageError
        When it is not there, damaged, no registry, of another version of the schema, or the server does not answer.
    """
    with _present(place) as (engine, found):
        if found != LATEST:
            raise _of_another_version(place, found)
    return engine


def schema_of(place: Place) -> str:
    """The version of the schema of a registry, when this program can work with it or bring it up.

    Raises
    ------
    StorageError
        When it is not there, damaged, no registry, or a newer program wrote it.
    """
    with _present(place) as (engine, found):
        if not found or found > LATEST:
            raise _of_another_version(place, found)
    engine.dispose()
    return found


def upgrade(
    place: Place, *, revision: str = "head", also: Callable[[Connection], object] = ignore_connection
) -> Engine:
    """Bring an older registry to the newest schema (or to ``revision``), in one transaction, and open it.

    ``also`` is done in that transaction, after it; not when another program was first, and left nothing to bring up.
    """
    with _engine(place) as engine, transaction(engine) as connection:
        check_integrity(connection)
        _bring_to(connection, revision, also)
    return engine


def _bring_to(connection: Connection, wanted: str, also: Callable[[Connection], object]) -> None:
    before = revision(connection)
    migrate(connection, wanted)
    if revision(connection) != before:
        also(connection)


@contextmanager
def _present(place: Place) -> Iterator[tuple[Engine, str]]:
    """Something that is there and whole, with the version of its schema; empty when it is no registry."""
    if not is_server(place) and not Path(place).is_file():
        raise StorageError(f"{place} is not there; correct the path, or make it with 'antigone registry init'")
    with _engine(place) as engine, snapshot(engine) as connection:
        check_integrity(connection)
        yield engine, revision(connection)


def _of_another_version(place: Place, found: str) -> StorageError:
    remedy = "make a backup, and bring it up with 'antigone registry upgrade'"
    if not found:
        remedy = "it is no registry; correct the path"
    elif found > LATEST:
        remedy = "a newer Antigone wrote it; use that version, or a newer one"
    return StorageError(f"{shown(place)} has the schema '{found or 'none'}', expected '{LATEST}'; {remedy}")


def revision(connection: Connection) -> str:
    """The version of the schema; empty when there is none."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.scalar(text("SELECT version_num FROM alembic_version")) or ""


def is_readable(engine: Engine) -> bool:
    """Whether the database answers, and is of the version that this program reads."""
    try:
        with snapshot(engine) as connection:
            return revision(connection) == LATEST
    except (StorageError, DBAPIError):
        return False


def check_schema(connection: Connection) -> None:
    """Refuse to write when another program has changed the schema since this one opened the registry.

    What it does not know of it would not erase.

    Raises
    ------
    StorageError
        When the schema is not the one that this program works with.
    """
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if found != LATEST:
        raise StorageError(
            f"the registry has the schema '{found}' now, expected '{LATEST}': another program brought it to another "
            "version; end this one, and start the other; nothing was written"
        )


def check_integrity(connection: Connection) -> None:
    """Ask SQLite whether the file is whole; PostgreSQL checks its own pages.

    Raises
    ------
    StorageError
        When it is damaged.
    """
    if connection.dialect.name == "sqlite" and connection.scalar(text("PRAGMA quick_check(1)")) != "ok":
        raise StorageError("the database file is damaged; keep it as it is and restore the newest backup")


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """One action of a user: all of it is written, or nothing. Holds the lock of the writers.

    Raises
    ------
    StorageError
        When the disk is full, the connection is lost, or another writer does not end in time.
    """
    with _storage_errors(), engine.begin() as connection:
        yield connection


@contextmanager
def rehearsal(engine: Engine) -> Iterator[Connection]:
    """To find out what an action would do: a writing transaction of which nothing is kept, however the block ends.

    Raises
    ------
    StorageError
        As in `transaction`.
    """
    with _storage_errors(), engine.connect() as connection, connection.begin() as tried:
        try:
            yield connection
        finally:
            tried.rollback()


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """To read one state of the registry, whatever is written meanwhile.

    Raises
    ------
    StorageError
        When the database cannot be read.
    """
    options: dict[str, Any] = {_SNAPSHOT: True}
    if engine.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with _storage_errors(), engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextmanager
def outside_transaction(engine: Engine) -> Iterator[Connection]:
    """For the upkeep that a database does outside of any transaction."""
    options: dict[str, Any] = {_OUTSIDE: True}
    if engine.dialect.name == "postgresql":
        options |= {"isolation_level": "AUTOCOMMIT"}
    with _storage_errors(), engine.connect().execution_options(**options) as connection:
        yield connection


def reserve(connection: Connection, table: Table, count: int) -> list[int]:
    """Numbers for ``count`` new rows, so that what names its row can be sealed before it is written.

    None is ever given twice: not that of a row which an undone import took with it either.
    """
    if connection.dialect.name == "sqlite":
        noted = table.metadata.tables["import_rows"]
        undone = connection.scalar(select(func.max(noted.c.last)).where(noted.c.kind == table.name)) or 0
        first = 1 + max(undone, connection.scalar(select(func.max(table.c.id))) or 0)
        return list(range(first, first + count))
    numbers = func.generate_series(1, count).table_valued("number")
    sequence = func.pg_get_serial_sequence(table.name, "id")
    return list(connection.scalars(select(func.nextval(sequence)).select_from(numbers)))


def is_server(place: Place) -> bool:
    """Whether the place is a PostgreSQL database."""
    return bool(re.match(r"postgres(ql)?(\+psycopg)?://", str(place)))


def shown(place: Place) -> str:
    """The place as a message may show it: a server without the password.

    >>> shown("postgresql://ann:secret@host/missing")
    'postgresql://ann@host/missing'
    """
    return re.sub(r"(?<=://)([^/@:]*):.*@", r"\1@", str(place).split("?")[0])


@contextmanager
def _engine(place: Place) -> Iterator[Engine]:
    """An engine that outlives the block, unless something goes wrong in it."""
    engine = _new_engine(place)
    event.listen(engine, "connect", _connected)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _unholdable)
    try:
        yield engine
    except BaseException:
        engine.dispose()
        raise


def _new_engine(place: Place) -> Engine:
    url, options = f"sqlite:///{place}", dict[str, Any]()
    if is_server(place):
        url = re.sub(r"^postgres(ql)?(\+psycopg)?://", "postgresql+psycopg://", str(place))
        options = {"options": f"-c lock_timeout={SECONDS_TO_WAIT * 1000}"}
    try:
        # hide_parameters: a message of the database never shows what was to be written
        return create_engine(
            url,
            hide_parameters=True,
            poolclass=QueuePool,
            pool_size=CONNECTIONS_KEPT,
            max_overflow=MOST_CONNECTIONS - CONNECTIONS_KEPT,
            pool_pre_ping=True,
            connect_args=options,
        )
    except (ArgumentError, ImportError) as error:
        remedy = "give a path or postgresql://...; the latter needs: pip install 'antigone[postgres]'"
        raise StorageError(f"{shown(place)} cannot be used as a database; {remedy}") from error


def _connected(driver: Any, _record: Any) -> None:
    """SQLite: durable, with foreign keys, and what is deleted is overwritten; transactions begin where we say so."""
    if type(driver).__module__.startswith("sqlite3"):
        driver.isolation_level = None
        for pragma in _PRAGMAS:
            driver.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get(_OUTSIDE, False):
        return
    reads = options.get(_SNAPSHOT, False)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
    elif not reads:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS})")


def _unholdable(context: ExceptionContext) -> None:
    """What no row can hold, such as a number of 70 bits or half a character, is a wrong input, no mistake of ours."""
    original = context.original_exception
    if isinstance(original, OverflowError | UnicodeEncodeError) or isinstance(context.sqlalchemy_exception, DataError):
        raise InputError(
            "a text or number that the database cannot hold: too long, too large, or no characters; correct it"
        ) from original


def _new_file(path: Path) -> None:
    """An empty file that only its owner can read."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        raise StorageError(f"{path} exists; name another file, nothing is overwritten") from None
    except OSError as error:
        raise StorageError(f"{path} cannot be made ({error.strerror}); choose another folder") from error


_REASONS = (
    (r"disk is full|53100|No space left", "the disk is full; make room and repeat the action, nothing of it was kept"),
    (r"locked|lock timeout|55P03", "another action did not end within 30 seconds; repeat yours, nothing was written"),
    (r"readonly|read-only|25006", "the database cannot be written; check its file and folder permissions"),
    (r"malformed|not a database", "the database file is damaged or no database; restore the newest backup"),
    (r"unable to open", "the database file cannot be opened; check its path and permissions"),
    (r"connection|server closed|57P0", "the connection to the database was lost; repeat the action"),
)


@contextmanager
def _storage_errors() -> Iterator[None]:
    """What the database or the machine refuses, in words a user can act on."""
    try:
        yield
    except (DBAPIError, TimeoutError) as error:
        original = getattr(error, "orig", None) or error
        found = f"{getattr(original, 'sqlstate', '') or ''} {original}"
        lost = getattr(error, "connection_invalidated", False)
        known = [words for pattern, words in _REASONS if re.search(pattern, found)]
        if not known and not lost:
            raise
        raise StorageError(known[0] if known else _REASONS[-1][1]) from error
