"""The audit: one chain of lines, each holding the hash of the one before.

A line that is changed, removed or put in between breaks the chain at that place, and `verify_audit` names it. Who can
write to the database can still rewrite the whole chain, or cut its end off: that is what the signed checkpoints of
``checkpoints.py``, kept at another institution, are for. Lines hold codes and counts: no names, no genotypes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, exists, insert, select

from antigone.errors import ChainBroken
from antigone.registry.audit.seals import sealer_of
from antigone.registry.store.properties import IDENTITY, read_property
from antigone.registry.store.schema import audit

BLOCK = 5000
"""Lines held in memory at a time while a chain is read."""


@dataclass(frozen=True)
class Head:
    """How far an audit has grown: the number of its last line (0: none yet) and that line's hash."""

    number: int
    hash: str


def first_hash(identity: str) -> str:
    """What the first line of a registry's audit holds as the hash before it, so that no chain passes for another's."""
    return hashlib.sha256(f"antigone audit {identity}".encode()).hexdigest()


def line_hash(
    number: int, at: str, actor: str, action: str, purpose: str, subject: str, previous: str, state: str = ""
) -> str:
    """SHA-256, in hexadecimal, of a line's fields as one JSON array in UTF-8 without spaces; ``state`` if any."""
    fields = [number, at, actor, action, purpose, subject, previous, *([state] if state else [])]
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def audit_head(connection: Connection) -> Head:
    """The last line, as it stands; nothing is verified."""
    last = connection.execute(select(audit.c.number, audit.c.hash).order_by(audit.c.number.desc()).limit(1)).first()
    return Head(*last) if last else Head(0, first_hash(read_property(connection, IDENTITY)))


def append(connection: Connection, *, at: str, actor: str, action: str, purpose: str, subject: str) -> Head:
    """Add a line, in the transaction of the action it tells of: both are kept, or neither.

    The rows that the action wrote are sealed by it (see ``seals``), as far as the engine is protected.

    Parameters
    ----------
    connection
        A writing transaction. Writers wait for each other, so the chain never forks.
    at
        The moment in UTC, ISO 8601.
    actor, action, purpose, subject
        Who (a user's code), did what, what for, to what (codes and counts only).

    Returns
    -------
    The line as the new head of the chain.
    """
    before = audit_head(connection)
    number = before.number + 1
    fields = {"at": at, "actor": actor, "action": action, "purpose": purpose, "subject": subject}
    sealer = sealer_of(connection)
    state = sealer.seal_changes(connection, line=number) if sealer else ""
    hashed = line_hash(number, **fields, previous=before.hash, state=state)
    row = {"number": number, "previous": before.hash, "hash": hashed, "state": state, **fields}
    connection.execute(insert(audit).values(**row, proof=sealer.proof(hashed) if sealer else ""))
    return Head(number, hashed)


def changes_since(connection: Connection, number: int, *, leave_alone: Iterable[str]) -> bool:
    """Whether a line after line ``number`` tells of an action that is none of ``leave_alone`` (patterns of LIKE)."""
    others = [audit.c.action.not_like(pattern) for pattern in leave_alone]
    return bool(connection.scalar(select(exists().where(audit.c.number > number, *others))))


def ignore_line(_line: Row[Any]) -> None:
    """Nobody else reads the lines."""


def verify_audit(connection: Connection, *, also: Callable[[Row[Any]], object] = ignore_line) -> Head:
    """Read the whole chain and check every link, in blocks of 5000 lines; ``also`` is shown each line that fits.

    Returns
    -------
    The verified head.

    Raises
    ------
    ChainBroken
        Naming the first line that is missing, moved or changed, and what differs.
    """
    head = Head(0, first_hash(read_property(connection, IDENTITY)))
    query = select(audit).order_by(audit.c.number).execution_options(yield_per=BLOCK)
    with connection.execute(query) as lines:
        for line in lines:
            head = _next_head(head, line)
            also(line)
    return head


def _next_head(head: Head, line: Row[Any]) -> Head:
    """The head after one more line, if the line is the one that was written."""
    number, previous = line.number, line.previous
    if number != head.number + 1:
        raise _broken(head.number + 1, f"it is missing; line {number} follows line {head.number}")
    if previous != head.hash:
        raise _broken(number, f"the hash before it is {previous[:12]}..., line {head.number} has {head.hash[:12]}...")
    expected = line_hash(number, line.at, line.actor, line.action, line.purpose, line.subject, previous, line.state)
    if line.hash != expected:
        raise _broken(number, f"its content gives the hash {expected[:12]}..., it holds {line.hash[:12]}...")
    return Head(number, expected)


def _broken(number: int, what: str) -> ChainBroken:
    return ChainBroken(
        number,
        f"audit line {number}: {what}; the history was changed from here on; keep the database as it is, compare it "
        "with a backup, and tell who keeps your checkpoints",
    )
