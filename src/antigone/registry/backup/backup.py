"""To keep a registry, and to bring it back.

A backup is a data archive without keys (``archive.py``) and the current ring (``ring.py``). To restore needs both, and
the master key. Persons whose key is not in the ring are restored as erased.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine

from antigone.errors import BackupError, StorageError
from antigone.registry.audit.chain import audit_head
from antigone.registry.backup.archive import ArchiveHeader, read_archive_header, write_archive
from antigone.registry.keys.signing import signing_key
from antigone.registry.keys.vault import Vault, check_vault
from antigone.registry.rings.ring import Unreached, add_ring_place, outdate_rings, write_rings
from antigone.registry.store.database import revision, snapshot, transaction
from antigone.registry.store.files import left_over, remove_left_over, replacing
from antigone.registry.store.properties import IDENTITY, read_property


@dataclass(frozen=True)
class Backup:
    """What was kept: rows of each table, size in bytes, and the places whose ring could not be written over.

    ``removed``: what backups that were interrupted had left in the folder.
    """

    rows: Mapping[str, int]
    size: int
    unreached: tuple[Unreached, ...]
    removed: tuple[str, ...] = ()


def backup(engine: Engine, vault: Vault, *, archive: Path, ring: Path, at: str) -> Backup:
    """Write a data archive of one moment, while others work, and bring every ring up to date.

    Parameters
    ----------
    engine
        The registry.
    vault
        Its master key.
    archive
        A new file for the data.
    ring
        The place of the ring that belongs to it; it is noted, so that later erasures write over it.
    at
        The moment in UTC, ISO 8601.

    Raises
    ------
    StorageError
        When the archive exists, or cannot be written; nothing is left of it then.
    BackupError
        When the ring cannot be written: the archive alone cannot be restored.
    VaultError
        When the vault is not the registry's.
    """
    if archive.exists():
        raise StorageError(f"{archive.name} exists; a backup is never written over; choose another name")
    removed = tuple(path.name for path in interrupted(archive.parent) if remove_left_over(path))
    with transaction(engine) as connection:
        check_vault(connection, vault)
        key = signing_key(connection, vault)
        add_ring_place(connection, ring)
        outdate_rings(connection)
    with snapshot(engine) as connection, replacing(archive) as file:
        rows = write_archive(file, connection, header=_header(connection, at), sign=key.sign)
    unreached = write_rings(engine, vault, at=at)
    failed = [place for place in unreached if place.place == ring.resolve()]
    if failed:
        raise BackupError(f"the backup was written, but not its ring: {failed[0].reason}; repeat with another place")
    return Backup(rows, archive.stat().st_size, unreached, removed)


def interrupted(folder: Path) -> tuple[Path, ...]:
    """What backups that were interrupted left in a folder: archives without their end, which nobody is writing."""
    return tuple(path for path in left_over(folder) if _is_begun(path))


def _is_begun(path: Path) -> bool:
    """Whether a file is the beginning of an archive; files of other programs may be called alike."""
    if path.stat().st_size == 0:
        return True
    try:
        return bool(read_archive_header(path).registry)
    except (BackupError, StorageError):
        return False


def _header(connection: Connection, at: str) -> ArchiveHeader:
    head = audit_head(connection)
    identity = read_property(connection, IDENTITY)
    return ArchiveHeader(identity, at, revision(connection), head.number, head.hash)
