"""Signed statements of how far an audit had grown, to be kept at another institution.

A checkpoint says: at this moment, line n of this registry's audit had this hash. It is signed with Ed25519 (RFC 8032).
Whoever later rewrites the history, or cuts its end off, cannot make it agree with a checkpoint that is out of reach.
The public half of the signing key stands in every checkpoint.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from antigone.errors import ChainBroken, InputError, StorageError
from antigone.registry.audit.chain import Head, first_hash, ignore_line, verify_audit
from antigone.registry.keys.signing import PUBLIC, signed_by, signing_key
from antigone.registry.keys.vault import Vault
from antigone.registry.store.files import replacing
from antigone.registry.store.properties import IDENTITY, find_property, read_property
from antigone.registry.store.schema import audit, checkpoints

FORMAT = "antigone checkpoint"
VERSION = 1
LARGEST = 2**63 - 1
"""The highest number that a line of the database can have."""
LONGEST = 200
"""Letters of a field: a signature has 128."""


@dataclass(frozen=True)
class Checkpoint:
    """Line ``number`` of the audit of ``registry`` had ``hash``; ``public_key`` and ``signature`` in hexadecimal."""

    registry: str
    number: int
    hash: str
    at: str
    public_key: str
    signature: str


def sign_checkpoint(connection: Connection, vault: Vault, *, at: str) -> Checkpoint:
    """Verify the audit, sign where it stands, and keep the checkpoint in the registry too.

    Raises
    ------
    ChainBroken
        When the history is not whole: nothing wrong is ever signed.
    VaultError
        When the signing key does not open.
    """
    head = verify_history(connection)
    private = signing_key(connection, vault)
    identity = read_property(connection, IDENTITY)
    signature = private.sign(_statement(identity, head.number, head.hash, at))
    connection.execute(insert(checkpoints).values(number=head.number, hash=head.hash, at=at, signature=signature))
    return Checkpoint(identity, head.number, head.hash, at, read_property(connection, PUBLIC), signature.hex())


def verify_history(connection: Connection, *, also: Callable[[Row[Any]], object] = ignore_line) -> Head:
    """Check every link of the audit, shown to ``also`` too, and every checkpoint that the registry keeps.

    Returns
    -------
    The verified head.

    Raises
    ------
    ChainBroken
        Naming the first line that differs from the chain, or from a checkpoint.
    """
    head = verify_audit(connection, also=also)
    for number, hashed, at, signature in connection.execute(
        select(checkpoints.c.number, checkpoints.c.hash, checkpoints.c.at, checkpoints.c.signature)
        .order_by(checkpoints.c.number)
    ):  # fmt: skip
        public = read_property(connection, PUBLIC)
        kept = Checkpoint(read_property(connection, IDENTITY), number, hashed, at, public, signature.hex())
        verify_checkpoint(connection, kept)
    return head


def verify_checkpoint(connection: Connection, checkpoint: Checkpoint) -> None:
    """Check a checkpoint, signature first, against the history as it stands now (whose links `verify_audit` checks).

    Raises
    ------
    ChainBroken
        When the signature is wrong, the registry or its signing key is another one, or the line is gone or changed.
    """
    number = checkpoint.number
    statement = _statement(checkpoint.registry, number, checkpoint.hash, checkpoint.at)
    if not signed_by(checkpoint.public_key, checkpoint.signature, statement):
        raise _broken(number, "has a signature that its key did not make")
    for name, stated, present in (
        ("registry", checkpoint.registry, read_property(connection, IDENTITY)),
        ("signing key", checkpoint.public_key, find_property(connection, PUBLIC)),
    ):
        if stated != present:
            raise _broken(number, f"names the {name} {stated}, this registry has {present}")
    line = _hash_of_line(connection, number)
    if line is None:
        raise _broken(number, f"says that the audit had {number} lines; line {number} is missing")
    if line != checkpoint.hash:
        raise _broken(number, f"says that line {number} had the hash {checkpoint.hash[:12]}..., it has {line[:12]}...")


def checkpoint_fields(checkpoint: Checkpoint) -> dict[str, str | int]:
    """A checkpoint as its file states it, and as `parse_checkpoint` reads it again."""
    return {"format": FORMAT, "version": VERSION, **asdict(checkpoint)}


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Export a checkpoint as a small JSON file, for another institution to keep.

    Raises
    ------
    StorageError
        When it cannot be written.
    """
    with replacing(path) as file:
        file.write(json.dumps(checkpoint_fields(checkpoint), indent=1).encode() + b"\n")


def read_checkpoint(path: Path) -> Checkpoint:
    """A checkpoint from its file; `verify_checkpoint` says what it is worth.

    Raises
    ------
    InputError
        When the file holds no checkpoint.
    StorageError
        When it cannot be read.
    """
    try:
        return parse_checkpoint(path.read_bytes(), name=path.name)
    except OSError as error:
        raise StorageError(f"{path.name} cannot be read: {error.strerror}; give the path of the file") from error


def parse_checkpoint(content: bytes | str, *, name: str) -> Checkpoint:
    """A checkpoint from the content of its file, which may come from anywhere; ``name`` is what refusals call it.

    Raises
    ------
    InputError
        When it is none.
    """
    try:
        fields = json.loads(content)
        if (fields.pop("format"), fields.pop("version")) != (FORMAT, VERSION):
            raise ValueError
        found = Checkpoint(**fields)
        texts = [value for field, value in asdict(found).items() if field != "number"]
        if not all(type(text) is str and text.isascii() and len(text) <= LONGEST for text in texts):
            raise ValueError
        if type(found.number) is not int or not 0 <= found.number <= LARGEST:
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InputError(
            f"{name} is not a checkpoint of version {VERSION}; give a file that 'antigone registry checkpoint', or the "
            "page of the audit, wrote"
        ) from None
    return found


def _hash_of_line(connection: Connection, number: int) -> str | None:
    if number == 0:
        return first_hash(read_property(connection, IDENTITY))
    return connection.execute(select(audit.c.hash).where(audit.c.number == number)).scalar()


def _statement(registry: str, number: int, hashed: str, at: str) -> bytes:
    return json.dumps([FORMAT, VERSION, registry, number, hashed, at], separators=(",", ":")).encode()


def _broken(number: int, what: str) -> ChainBroken:
    return ChainBroken(
        number,
        f"the checkpoint at audit line {number} {what}; either the checkpoint or the history was changed; keep the "
        "database as it is, and compare it with a backup and with other checkpoints",
    )
