"""To bring a registry back from a data archive, the current ring and the master key.

Who is not in the ring any more left since the backup was made, and leaves again here, by the same action as before:
without key, without ciphertext, and with everything that rested on them to be computed again.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alembic.util import CommandError
from sqlalchemy import Connection, Engine, MetaData, Table, func, insert, inspect, select, update

from antigone.errors import BackupError, InputError
from antigone.registry.audit.chain import Head, verify_audit
from antigone.registry.audit.proving import begin_proofs
from antigone.registry.audit.seals import SEALED, make_sealer, mark_for_sealing, protect
from antigone.registry.backup.archive import Block, read_archive_header, read_blocks, verify_archive
from antigone.registry.backup.renewal import renew_documents
from antigone.registry.keys.vault import BLOCK, Vault
from antigone.registry.leaving.erasure import scrub, withdraw_donor, withdraw_seeker
from antigone.registry.people.departures import keep_departures
from antigone.registry.rings.ring import COUNTER, PLACES, Ring, read_ring
from antigone.registry.store.database import Place, create_registry, is_server, open_registry, snapshot, transaction
from antigone.registry.store.migrations import migrate
from antigone.registry.store.properties import IDENTITY, read_property, write_property
from antigone.registry.store.schema import (
    donors,
    families,
    incidents,
    keys,
    members,
    seals,
    tokens,
    unidentified,
    users,
)

KEPT_EMPTY = ("donors", "unidentified", "members", "candidates")
"""Whose row is restored without what was sealed, when its key is gone; of another table (findings) the row goes too."""


@dataclass(frozen=True)
class Restored:
    """A restored registry: rows without key by table, where its audit stands, and what ``scrub`` left to do.

    ``access`` says who may sign in to it, and what was ended.
    """

    engine: Engine = field(repr=False)
    erased: Mapping[str, int]
    head: Head
    left: tuple[str, ...]
    access: Access


@dataclass(frozen=True)
class Access:
    """Who may sign in after a restore, whose access was ended by it, and how many tokens were."""

    users: tuple[str, ...]
    ended: tuple[str, ...]
    tokens: int


@dataclass(frozen=True)
class Loaded:
    """What was done in the transaction of a restore: rows without key by table, and the access that was ended."""

    erased: Mapping[str, int]
    access: Access


def nothing(_connection: Connection, _loaded: Loaded) -> None:
    """Nothing else belongs to it."""


def restore(
    place: Place,
    vault: Vault,
    *,
    archive: Path,
    ring: Path,
    at: str,
    today: Collection[str] | None = None,
    also: Callable[[Connection, Loaded], object] = nothing,
) -> Restored:
    """Make a new registry at ``place`` from a backup. Everything is verified before anything is written.

    A backup knows nothing of what was ended since: so every token is revoked, and of the users only those of ``today``
    keep their access (None: all of that day). ``also`` is done last, in the same transaction.

    The restored registry knows no place of a ring: its first backup names one. So a restore that was made as an
    exercise never writes over the ring of the registry in use.

    Raises
    ------
    InputError
        When ``today`` names somebody who is no user of the archive, or no administrator.
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
    _check_today(archive, today)
    with _remove_if_failed(place):
        engine = _empty_registry(place, archive, header.schema)
        with transaction(engine) as connection:
            lost = _load(connection, archive, opened)
            _take_over(connection, vault, opened)
            head = _bring_up(connection, vault, lost)
            access = _end_access(connection, today)
            keep_departures(connection, opened.departures or ())
            _erase_who_left(connection, None if opened.departures is not None else vault, at=at)
            loaded = Loaded({name: len(numbers) for name, numbers in lost.items()}, access)
            also(connection, loaded)
        left = scrub(engine) if lost else ()
        engine.dispose()
        return Restored(_protected(place, vault), loaded.erased, head, left, access)


def _protected(place: Place, vault: Vault) -> Engine:
    engine = open_registry(place)
    with snapshot(engine) as connection:
        protect(engine, make_sealer(connection, vault))
    return engine


def users_of_archive(archive: Path) -> tuple[tuple[str, str], ...]:
    """The code and the role of everybody who had access on the day of a backup, by code."""
    found: list[tuple[str, str]] = []
    for block in read_blocks(archive):
        if block.table == users.name:
            rows = (dict(zip(block.columns, row, strict=True)) for row in block.rows)
            found += [(row["code"], row["role"]) for row in rows if row["active"]]
    return tuple(sorted(found))


def _check_today(archive: Path, today: Collection[str] | None) -> None:
    if today is None:
        return
    roles = dict(users_of_archive(archive))
    unknown = sorted(set(today) - roles.keys())
    if unknown or "administrator" not in {roles.get(code) for code in today}:
        found = f"no users with access: {', '.join(unknown)}" if unknown else "no administrator"
        raise InputError(
            f"the list of today's users has {found}; expected some of {', '.join(roles)}, and an administrator among "
            "them; correct the list"
        )


def _bring_up(connection: Connection, vault: Vault, lost: Mapping[str, set[int]]) -> Head:
    """The archive's tables at the newest schema, with rows that were emptied to be sealed by the next line."""
    sealed = inspect(connection).has_table(seals.name)
    migrate(connection)
    head = verify_audit(connection)
    sealer = make_sealer(connection, vault, new=not sealed)
    protect(connection.engine, sealer, also=connection)
    renew_documents(connection, vault)
    if not sealed:
        begin_proofs(connection, sealer, everything=True)
    for name in lost.keys() & SEALED.keys():
        mark_for_sealing(connection, SEALED[name], lost[name])
    return head


def _end_access(connection: Connection, today: Collection[str] | None) -> Access:
    """Revoke every token, and end the access of who is no user any more."""
    revoked = connection.execute(update(tokens).where(tokens.c.revoked.is_(False)).values(revoked=True)).rowcount
    active = connection.scalars(select(users.c.code).where(users.c.active.is_(True)).order_by(users.c.code)).all()
    ended = tuple(code for code in active if today is not None and code not in today)
    connection.execute(update(users).where(users.c.code.in_(ended)).values(active=False))
    return Access(tuple(code for code in active if code not in ended), ended, revoked)


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


def _load(connection: Connection, archive: Path, ring: Ring) -> Mapping[str, set[int]]:
    """Insert every row; the tables are those of the backup's version, whatever the newest are. Rows without key."""
    tables = MetaData()
    tables.reflect(connection)
    _load_keys(connection, ring)
    lost: dict[str, set[int]] = defaultdict(set)
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


def _without_lost_key(
    table: Table, row: dict[str, Any], ring: Ring, lost: dict[str, set[int]]
) -> dict[str, Any] | None:
    """The row as it is restored: as it was, or emptied, or not at all."""
    if row.get("key") is None or row["key"] in ring.keys:
        return row
    lost[table.name].add(row["id"])
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
def _remove_if_failed(place: Place) -> Iterator[None]:
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
