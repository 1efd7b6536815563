"""How safely a registry is kept: its key, the copies of its ring, the last backup and the last verification.

An administrator may not read the audit. These few facts of it are about the administrator's own work, nobody else's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection

from antigone.registry.audit.log import newest_lines
from antigone.registry.rings.ring import ring_copies
from antigone.registry.store.properties import read_property
from antigone.team.access.roles import Action
from antigone.team.access.session import Session, action
from antigone.team.keeping.keeping import VERIFIED_UP_TO


@dataclass(frozen=True)
class RingCopy:
    """A place of the ring: when the ring there was written; ``reason`` says why it may hold too much, or is empty."""

    place: str
    at: str
    reason: str


@dataclass(frozen=True)
class LastDone:
    """When something was done last, by whom, in which line of the audit; ``subject`` says what, in codes and counts."""

    line: int
    at: str
    by: str
    subject: dict[str, Any]


@dataclass(frozen=True)
class Safekeeping:
    """How a registry is kept.

    ``generation`` is that of the master key in use, ``held`` are those that this program has. ``verified`` is the last
    time the registry was found whole, ``doubted`` a later verification that did not come to that end.
    """

    key: Literal["key file", "environment"]
    generation: int
    held: tuple[int, ...]
    rings: tuple[RingCopy, ...]
    backed_up: LastDone | None
    verified: LastDone | None
    doubted: LastDone | None
    rotated: LastDone | None
    split: LastDone | None

    @property
    def shares_outdated(self) -> bool:
        """Whether the key was changed after it was split."""
        return self.split is not None and self.rotated is not None and self.rotated.line > self.split.line

    @property
    def key_outdated(self) -> bool:
        """Whether the master key was changed by another program since this one read it."""
        return self.generation not in self.held

    @property
    def unfinished(self) -> bool:
        """Whether a rotation still keeps an older generation."""
        return len(self.held) > 1 and max(self.held) == self.generation


@action("see safekeeping")
def read_safekeeping(session: Session) -> Safekeeping:
    """The state of the key, the rings, and what was last done to keep the registry safe."""
    registry = session.registry
    with session.looking() as connection:
        last = _last_done(connection)
        begun, verified = last.get("verification begun"), last.get("verified")
        return Safekeeping(
            key="key file" if registry.key_file else "environment",
            generation=int(read_property(connection, "generation")),
            held=tuple(sorted(registry.vault.masters)),
            rings=tuple(RingCopy(str(copy.place), copy.at, copy.reason) for copy in ring_copies(connection)),
            backed_up=last.get("backed up"),
            verified=verified,
            doubted=None if begun == verified else begun,
            rotated=last.get("rotated"),
            split=last.get("split"),
        )


_RECORDED_BY: Mapping[str, tuple[Action, str]] = {
    "backed up": ("back up", "rows"),
    "verification begun": ("verify", "checkpoints"),
    "verified": ("verify", VERIFIED_UP_TO),
    "rotated": ("rotate key", "finished"),
    "split": ("rotate key", "shares"),
}
"""What was done -> the action of its line in the audit, and what the subject of such a line names."""


def _last_done(connection: Connection) -> dict[str, LastDone]:
    """The newest line of each kind, as far as there is one."""
    found: dict[str, LastDone] = {}
    for line in newest_lines(connection, sorted({told_by for told_by, _ in _RECORDED_BY.values()})):
        subject = json.loads(line.subject)
        for what, (told_by, names) in _RECORDED_BY.items():
            if what not in found and line.action == told_by and names in subject:
                found[what] = LastDone(line.number, line.at, line.actor, subject)
        if len(found) == len(_RECORDED_BY):
            break
    return found
