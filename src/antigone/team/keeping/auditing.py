"""The audit, for the auditor: read, exported, verified, and signed for another institution to keep."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from antigone.registry.audit.chain import audit_head
from antigone.registry.audit.checkpoints import (
    Checkpoint,
    checkpoint_fields,
    parse_checkpoint,
    sign_checkpoint,
    write_checkpoint,
)
from antigone.registry.audit.log import kinds_of_lines, page_of_audit, read_lines
from antigone.registry.store.files import replacing, require_new
from antigone.team.access.session import Session, action
from antigone.team.views import AuditLine, AuditPage, line_of

__all__ = [
    "Checkpoint",
    "checkpoint_fields",
    "export_audit",
    "export_checkpoint",
    "make_checkpoint",
    "parse_checkpoint",
    "read_audit",
    "stream_audit",
]


@action("read audit")
def read_audit(session: Session, *, page: int = 1, size: int = 100, actor: str = "", action: str = "") -> AuditPage:
    """Some lines of the audit, the newest first; of one user, or of one action, when they are named."""
    with session.reading("read audit", {"page": page}) as connection:
        rows, total = page_of_audit(connection, actor=actor, action=action, page=page, size=size)
        kinds = kinds_of_lines(connection)
    lines = [line_of(AuditLine, row) for row in rows]
    actors, actions = (tuple(sorted(set(names))) for names in zip(*kinds, strict=True))
    return AuditPage(tuple(lines), total, page, size, actors, actions)


@action("read audit")
def stream_audit(session: Session, *, name: str) -> Iterator[bytes]:
    """The whole audit as lines of JSON, block by block. Who has it can verify every hash.

    That somebody exports, under which ``name``, is written before anything is read, and is the last line of the
    export. Lines are never changed nor removed, so the blocks together are one state of the registry, although each is
    read by itself: who takes them slowly holds back neither a connection nor a writer. At most 1000 lines
    (`registry.auditlog.LINES_AT_ONCE`) are in memory at a time, however long the audit is.
    """
    with session.reading("read audit", {"export": name}) as connection:
        last = audit_head(connection).number
    return _blocks(session, last)


def _blocks(session: Session, last: int) -> Iterator[bytes]:
    after = 0
    while after < last:
        with session.looking() as connection:
            rows = read_lines(connection, after=after, last=last)
        yield b"".join(json.dumps(dict(row._mapping), ensure_ascii=False).encode() + b"\n" for row in rows)
        after = rows[-1].number


@action("read audit")
def export_audit(session: Session, path: Path) -> int:
    """Write the whole audit as lines of JSON, as `stream_audit` gives them, and say how many.

    Raises
    ------
    StorageError
        When the file cannot be written.
    """
    require_new(path)
    count = 0
    blocks = stream_audit(session, name=path.name)
    with replacing(path) as file:
        for block in blocks:
            file.write(block)
            count += block.count(b"\n")
    return count


@action("sign checkpoint")
def make_checkpoint(session: Session, *, file: str) -> Checkpoint:
    """Verify the history and sign how far it has grown; ``file`` is what the audit calls where it goes.

    Raises
    ------
    ChainBroken
        When the history is not whole; nothing is signed then.
    """
    registry = session.registry
    with session.writing("sign checkpoint", {"file": file}) as connection:
        return sign_checkpoint(connection, registry.vault, at=registry.now())


@action("sign checkpoint")
def export_checkpoint(session: Session, path: Path) -> Checkpoint:
    """Verify the history, sign how far it has grown, and write that as a small file for another institution.

    Raises
    ------
    ChainBroken
        When the history is not whole; nothing is signed then.
    StorageError
        When the file cannot be written; the checkpoint is then kept in the registry alone.
    """
    require_new(path)
    checkpoint = make_checkpoint(session, file=path.name)
    write_checkpoint(path, checkpoint)
    return checkpoint
