"""To bring a registry back from a data archive, the current ring and the master key.

Who is not in the ring any more left since the backup was made, and leaves again here, by the same action as before:
without key, without ciphertext, and with everything that rested on them to be computed again.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alembic.util import CommandError
from sqlalchemy import Connection, Engine, MetaData, Table, func, insert, select

from antigone.errors import BackupError
from antigone.registry.archive import Block, read_archive_header, read_blocks, verify_archive
from antigone.registry.audit import Head, verify_audit
from antigone.registry.database import Place, create_registry, is_server, open_registry, transaction
from antigone.registry.departures import keep_departures
from antigone.registry.erasure import scrub, withdraw_donor, withdraw_seeker
from antigone.registry.migrations import migrate
from antigone.registry.properties import IDENTITY, read_property, write_property
from antigone.registry.ring import COUNTER, PLACES, Ring, read_ring
from antigone.registry.schema import donors, families, incidents, keys, members, unidentified
from antigone.registry.vault import BLOCK, Vault

KEPT_EMPTY = ("donors", "unidentified", "members", "candidates")
"""Whose row is restored without what was sealed, when its key is gone; of another table (findings) the row goes too."""


@dataclass(frozen=True)
class Restored:
    """A restored registry: rows without key by table, where its audit stands, and what ``scrub`` left to do."""

    engine: Engine = field(repr=False)
    erased: Mapping[str, int]
    head: Head
    left: tuple[str, ...]


def restore(place: Place, vault: Vault, *, archive: Path, ring: Path, at: str) -> Restored:
    """Make a new registry at ``place`` from a backup. Everything is verified before anything is written.

    The restored registry knows no place of a ring: its first backup names one. So a restore that was made as an
    exercise never writes over the ring of the registry in use.

    Raises
    ------
    BackupError
        When archive or ring are damaged, or are not of the same registry.
    VaultError
        When the vault does not open the ring.
    StorageError
        When there is something at ``place`` already, or it cannot be written.
    """
    opened = read_ring(ring, vault)
    _check_same_registry(archive, ring, opened)
    header = verify_archive(archive, public_key=opened.header.public_key)
    with _nothing_half(place):
        engine = _empty_registry(place, archive, header.schema)
        with transaction(engine) as connection:
            lost = _load(connection, archive, opened)
            _take_over(connection, vault, opened)
            migrate(connection)
            head = verify_audit(connection)
            keep_departures(connection, opened.departures or ())
            _erase_who_left(connection, None if opened.departures is not None else vault, at=at)
        left = scrub(engine) if lost else ()
        engine.dispose()
        return Restored(open_registry(place), dict(lost), head, left)


def _empty_registry(place: Place, archive: Path, schema: str) -> Engine:
    try:
        return create_registry(place, revision=schema)
    except CommandError:
        raise BackupError(
            f"{archive.name} was made with the schema '{schema}', which this program does not know; use a newer program"
        ) from None


def _check_same_registry(archive: Path, ring: Path, opened: Ring) -> None:
    found = read_archive_header(archive).registry
    if found != opened.header.registry:
        raise BackupError(
            f"{archive.name} is of registry {found[:8]}, {ring.name} of {opened.header.registry[:8]}; give the ring "
            "that was written with the backup"
        )


def _load(connection: Connection, archive: Path, ring: Ring) -> Counter[str]:
    """Insert every row; the tables are those of the backup's version, whatever the newest are."""
    tables = MetaData()
    tables.reflect(connection)
    _load_keys(connection, ring)
    lost: Counter[str] = Counter()
    for block in read_blocks(archive):
        table = tables.tables[block.table]
        rows = [row for found in _rows(block) if (row := _without_lost_key(table, found, ring, lost)) is not None]
        if rows:
            connection.execute(insert(table), rows)
    _count_on(connection, tables)
    return lost


def _load_keys(connection: Connection, ring: Ring) -> None:
    rows = [{"id": id_, "wrapped": wrapped, "generation": of} for id_, (wrapped, of) in ring.keys.items()]
    for start in range(0, len(rows), BLOCK):
        connection.execute(insert(keys), rows[start : start + BLOCK])


def _rows(block: Block) -> Iterator[dict[str, Any]]:
    return (dict(zip(block.columns, row, strict=True)) for row in block.rows)


def _without_lost_key(table: Table, row: dict[str, Any], ring: Ring, lost: Counter[str]) -> dict[str, Any] | None:
    """The row as it is restored: as it was, or emptied, or not at all."""
    if row.get("key") is None or row["key"] in ring.keys:
        return row
    lost[table.name] += 1
    return {**row, "key": None, "sealed": None} if table.name in KEPT_EMPTY else None


def _erase_who_left(connection: Connection, vault: Vault | None, *, at: str) -> None:
    """Who has no key any more leaves here too, by the same action as before, with a line in the audit. The ring has
    their digests, with the day on which they left; one of an older Antigone has none, so the vault is given."""
    same = {"at": at, "actor": "restore", "purpose": "left after the backup was made"}
    day = dt.date.fromisoformat(at[:10])
    giving = (
        select(incidents.c.code, families.c.code, members.c.code)
        .select_from(donors.join(members).join(families).join(incidents))
        .where(donors.c.key.is_(None), donors.c.erased.is_(None))
        .distinct()  # a member once, however many rows they have as a donor
    )
    for incident, family, member in connection.execute(giving).all():
        withdraw_donor(connection, vault, incident=incident, family=family, member=member, day=day, **same)
    seeking = (
        select(incidents.c.code, unidentified.c.code)
        .select_from(unidentified.join(incidents))
        .where(unidentified.c.key.is_(None), unidentified.c.erased.is_(None), unidentified.c.kind == "living")
    )
    for incident, code in connection.execute(seeking).all():
        withdraw_seeker(connection, vault, incident=incident, code=code, **same)


def _count_on(connection: Connection, tables: MetaData) -> None:
    """PostgreSQL gives numbers out by itself: let it go on after the last one."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables.sorted_tables:
        sequence = "id" in table.c and connection.scalar(select(func.pg_get_serial_sequence(table.name, "id")))
        if sequence and table.name != keys.name:
            highest = select(func.max(table.c.id)).scalar_subquery()
            connection.execute(select(func.setval(sequence, func.coalesce(highest, 1), highest.is_not(None))))


def _take_over(connection: Connection, vault: Vault, ring: Ring) -> None:
    """The registry goes on where the ring stands, not where the archive stood."""
    if read_property(connection, IDENTITY) != ring.header.registry:
        raise BackupError("the archive names two registries; it was put together by hand; take another backup")
    write_property(connection, "generation", str(vault.generation))
    write_property(connection, "fingerprint", vault.fingerprint())
    write_property(connection, COUNTER, str(ring.header.counter))
    write_property(connection, PLACES, "[]")


@contextmanager
def _nothing_half(place: Place) -> Iterator[None]:
    """Remove the file of a restore that failed. (On a server, its database has tables and no identity: drop it.)"""
    ours = not is_server(place) and not Path(place).exists()
    try:
        yield
    except BaseException:
        if ours:
            for ending in ("", "-wal", "-shm"):
                with suppress(OSError):
                    Path(f"{place}{ending}").unlink(missing_ok=True)
        raise
