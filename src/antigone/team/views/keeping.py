"""Users, tokens, the audit, keys and backups."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from antigone.team.views.lists import Page


@dataclass(frozen=True)
class UserLine:
    """A user; the code stays in the history after they left."""

    code: str
    role: str
    active: bool
    created: str


@dataclass(frozen=True)
class TokenLine:
    """Access of a program, which acts as a user; ``own``: the user made it, and nobody else has seen it."""

    user: str
    name: str
    expires: str
    revoked: bool
    own: bool = False


@dataclass(frozen=True)
class AccessLine:
    """A change of somebody's access that waits to be countersigned; ``why_not`` says why not by you, or is empty."""

    number: int
    user: str
    role: str
    kind: str
    made_by: str
    at: str
    words: str
    why_not: str


@dataclass(frozen=True)
class AuditLine:
    """One line of the audit."""

    number: int
    at: str
    actor: str
    action: str
    purpose: str
    subject: str
    hash: str


@dataclass(frozen=True)
class AuditPage(Page[AuditLine]):
    """Some lines of the audit, the newest first; ``actors`` and ``actions`` are all that the audit names."""

    rows: tuple[AuditLine, ...]
    actors: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verified:
    """A registry found whole: its audit up to ``lines``, the checkpoints given, and the database.

    ``since`` is the first line of the audit with a proof. What was done to rows before it cannot be found out: only
    decisions and users are compared with the audit from its beginning.
    """

    lines: int
    hash: str
    checkpoints: int
    rings_outdated: tuple[str, ...]
    since: int = 1


@dataclass(frozen=True)
class Rotated:
    """The generation of the master key now in use, data keys wrapped again, and rings that keep the old one needed."""

    generation: int
    wrapped: int
    rings_unreached: tuple[str, ...]


@dataclass(frozen=True)
class BackedUp:
    """A backup that was written, the rings that could not be, and what was removed of backups that were interrupted."""

    archive: Path
    ring: Path
    rows: int
    rings_unreached: tuple[str, ...]
    removed: tuple[str, ...] = ()
