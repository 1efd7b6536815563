"""The audit, for the auditor: read, exported, verified, and signed for another institution to keep."""

from __future__ import annotations

import json
from pathlib import Path

from antigone.casework.registry.session import Session, action
from antigone.casework.registry.views import AuditLine, AuditPage
from antigone.registry.auditlog import kinds_of_lines, page_of_audit, read_lines
from antigone.registry.checkpoints import (
    Checkpoint,
    checkpoint_fields,
    parse_checkpoint,
    sign_checkpoint,
    write_checkpoint,
)
from antigone.registry.files import replacing

__all__ = [
    "Checkpoint",
    "checkpoint_fields",
    "export_audit",
    "export_checkpoint",
    "make_checkpoint",
    "parse_checkpoint",
    "read_audit",
]


@action("read audit")
def read_audit(session: Session, *, page: int = 1, size: int = 100, actor: str = "", action: str = "") -> AuditPage:
    """Some lines of the audit, the newest first; of one user, or of one action, when they are named."""
    with session.reading("read audit", {"page": page}) as connection:
        rows, total = page_of_audit(connection, actor=actor, action=action, page=page, size=size)
        kinds = kinds_of_lines(connection)
    lines = [AuditLine(r.number, r.at, r.actor, r.action, r.purpose, r.subject, r.hash) for r in rows]
    actors, actions = (tuple(sorted(set(names))) for names in zip(*kinds, strict=True))
    return AuditPage(tuple(lines), total, page, size, actors, actions)


@action("read audit")
def export_audit(session: Session, path: Path) -> int:
    """Write the whole audit as lines of JSON, and say how many. Who has it can verify every hash.

    Raises
    ------
    StorageError
        When the file cannot be written.
    """
    count = 0
    with session.reading("read audit", {"export": path.name}) as connection, replacing(path) as file:
        for row in read_lines(connection):
            file.write(json.dumps(dict(row._mapping), ensure_ascii=False).encode() + b"\n")
            count += 1
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
    checkpoint = make_checkpoint(session, file=path.name)
    write_checkpoint(path, checkpoint)
    return checkpoint
