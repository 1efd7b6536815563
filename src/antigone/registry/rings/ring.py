"""The ring: the wrapped data keys of everybody in the registry, in one file beside the backups.

A backup never holds keys. They go to the ring, of which each place (a folder, a disk) has one current copy, written
over at every backup and at every erasure. So a backup made before somebody left never opens that person's data again,
as soon as the rings known to the registry are written over. A ring is sealed under the master key. Its limit: a copy of
it that somebody made by hand opens old backups for whoever has the master key of its generation too; rotating the
master key, and destroying the old one, ends that.

A ring also carries the keyed digests of who left (`departures.py`), so that an archive from before knows them too.

Every ring carries a counter. An erasure raises the registry's counter in its own transaction, so a ring whose counter
is lower may hold a key that was erased; `outdated_rings` finds it even when the computer stopped in between.
"""

from __future__ import annotations

import json
import secrets
import struct
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Engine, select

from antigone.errors import BackupError, RegistryError, StorageError
from antigone.registry.keys.signing import PUBLIC
from antigone.registry.keys.vault import KEY_BYTES, NONCE_BYTES, TAG_BYTES, Vault
from antigone.registry.people.departures import Digested, all_departures
from antigone.registry.store.database import transaction
from antigone.registry.store.files import read_private, replacing
from antigone.registry.store.properties import IDENTITY, find_property, read_property, write_property
from antigone.registry.store.schema import keys

FORMAT = "antigone ring"
VERSION = 2
READABLE = (1, VERSION)
"""A ring of version 1 holds keys alone."""
LONGEST_HEADER = 4096
PLACES = "rings"
COUNTER = "ring_counter"
_RECORD = struct.Struct(f">qi{NONCE_BYTES + KEY_BYTES + TAG_BYTES}s")


@dataclass(frozen=True)
class RingHeader:
    """What a ring says of itself in clear; it is authenticated with the keys."""

    registry: str
    generation: int
    counter: int
    at: str
    count: int
    public_key: str


@dataclass(frozen=True)
class Ring:
    """A ring that was opened: number of the key -> its wrapped bytes and the generation that wrapped it; and who left,
    None in a ring that an older Antigone wrote."""

    header: RingHeader
    keys: Mapping[int, tuple[bytes, int]] = field(repr=False)
    departures: Sequence[Digested] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Copy:
    """A known place of the ring: when the ring there was written, and why it may hold too much (empty: it does not)."""

    place: Path
    at: str
    reason: str


@dataclass(frozen=True)
class Unreached:
    """A place whose ring could not be written over, and why: it may still hold keys that were erased."""

    place: Path
    reason: str


def ring_places(connection: Connection) -> list[Path]:
    """Where the registry keeps rings."""
    return [Path(place) for place in json.loads(find_property(connection, PLACES) or "[]")]


def add_ring_place(connection: Connection, place: Path) -> None:
    """Note a place, so that every later erasure writes over the ring there."""
    places = {*map(str, ring_places(connection)), str(place.resolve())}
    write_property(connection, PLACES, json.dumps(sorted(places)))


def remove_ring_place(connection: Connection, place: Path) -> None:
    """Forget a place, for good: its medium was destroyed.

    Raises
    ------
    StorageError
        When it is not one of the places.
    """
    places = [str(known) for known in ring_places(connection)]
    if str(place.resolve()) not in places:
        raise StorageError(f"{place} is no place of a ring; expected one of: {', '.join(places) or 'none'}")
    write_property(connection, PLACES, json.dumps([known for known in places if known != str(place.resolve())]))


def outdate_rings(connection: Connection) -> None:
    """Say that every ring written until now holds too much. An erasure calls it in its own transaction."""
    write_property(connection, COUNTER, str(_counter(connection) + 1))


def ring_copies(connection: Connection) -> list[Copy]:
    """Every known place, and how the ring there stands against the last erasure."""
    return [_copy(place, _counter(connection)) for place in ring_places(connection)]


def outdated_rings(connection: Connection) -> list[Unreached]:
    """The places whose ring is missing, is not readable, or was written before the last erasure."""
    return [Unreached(copy.place, copy.reason) for copy in ring_copies(connection) if copy.reason]


def _copy(place: Path, counter: int) -> Copy:
    try:
        header = read_ring_header(place)
    except RegistryError as error:
        return Copy(place, "", str(error))
    return Copy(place, header.at, "it was written before the last erasure" if header.counter < counter else "")


def write_rings(engine: Engine, vault: Vault, *, at: str) -> tuple[Unreached, ...]:
    """Write the current ring over the one at every known place.

    No other action writes meanwhile, so that an older state never replaces a newer one. Memory: 150 bytes for each key.

    Returns
    -------
    The places that could not be reached. Repeat when they can: until then, their ring may hold erased keys.
    """
    with transaction(engine) as connection:
        places = ring_places(connection)
        if not places:
            return ()
        content = _sealed_ring(connection, vault, at=at)
        return tuple(failed for place in places if (failed := _write_ring(connection, place, content)))


def read_ring_header(path: Path) -> RingHeader:
    """What a ring says of itself; nothing is verified. See `read_ring` for what is refused."""
    try:
        with path.open("rb") as file:
            return _header(path, file.readline(LONGEST_HEADER))
    except OSError as error:
        raise StorageError(f"{path.name} cannot be read: {error.strerror}; bring its medium back") from error


def read_ring(path: Path, vault: Vault) -> Ring:
    """Open a ring.

    Raises
    ------
    BackupError
        When it is damaged, or sealed under another master key.
    VaultError
        When others can read it, or the vault lacks its generation.
    StorageError
        When it is not there.
    """
    line, _, sealed = read_private(path).partition(b"\n")
    header = _header(path, line)
    try:
        cipher = AESGCM(vault.subkey("ring", header.generation))
        records = cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], line)
    except (InvalidTag, ValueError):
        raise BackupError(
            f"{path.name} does not open: it was changed or cut, or belongs to another master key; give the current "
            "ring and the key of the same registry"
        ) from None
    end = header.count * _RECORD.size
    held = {number: (wrapped, of) for number, of, wrapped in _RECORD.iter_unpack(records[:end])}
    return Ring(header, held, _read_departures(records[end:]))


def _sealed_ring(connection: Connection, vault: Vault, *, at: str) -> bytes:
    rows = connection.execute(select(keys.c.id, keys.c.generation, keys.c.wrapped).order_by(keys.c.id))
    records = b"".join(_RECORD.pack(*row) for row in rows)
    header = RingHeader(
        registry=read_property(connection, IDENTITY),
        generation=vault.generation,
        counter=_counter(connection),
        at=at,
        count=len(records) // _RECORD.size,
        public_key=find_property(connection, PUBLIC) or "",
    )
    line = json.dumps({"format": FORMAT, "version": VERSION, **asdict(header)}).encode()
    nonce = secrets.token_bytes(NONCE_BYTES)
    content = records + _write_departures(list(all_departures(connection)))
    return line + b"\n" + nonce + AESGCM(vault.subkey("ring")).encrypt(nonce, content, line)


def _write_departures(digested: Sequence[Digested]) -> bytes:
    return json.dumps([[one.who, one.kind, one.day.isoformat(), *one[3:]] for one in digested]).encode()


def _read_departures(content: bytes) -> Sequence[Digested] | None:
    if not content:
        return None
    return [Digested(who, kind, date.fromisoformat(day), *rest) for who, kind, day, *rest in json.loads(content)]


def _write_ring(connection: Connection, place: Path, content: bytes) -> Unreached | None:
    try:
        _check_successor(connection, place)
        with replacing(place) as file:
            file.write(content)
    except RegistryError as error:
        return Unreached(place, str(error))
    return None


def _check_successor(connection: Connection, place: Path) -> None:
    """Refuse to write over another file, the ring of another registry, or that of a later state: it would be lost."""
    if not place.exists():
        return
    header = read_ring_header(place)
    identity, counter = read_property(connection, IDENTITY), _counter(connection)
    if header.registry != identity or header.counter > counter:
        raise BackupError(
            f"{place.name} is the ring of registry {header.registry[:8]} at counter {header.counter}, this is "
            f"{identity[:8]} at {counter}; it is not written over; choose another place"
        )


def _counter(connection: Connection) -> int:
    return int(find_property(connection, COUNTER) or "0")


def _header(path: Path, line: bytes) -> RingHeader:
    try:
        fields = json.loads(line)
        if fields.pop("format") != FORMAT or fields.pop("version") not in READABLE:
            raise ValueError
        return RingHeader(**{**fields, "counter": int(fields["counter"]), "generation": int(fields["generation"])})
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BackupError(
            f"{path.name} is no ring of version 1 to {VERSION}; give the file that 'antigone registry backup' wrote"
        ) from None
