"""Counts of the whole registry, kept for as long as the audit shows that they still hold.

Whoever changes something writes a line into the audit in the same transaction. So counts hold until a line is added
that is more than a look, and every reader learns that from the same state of the registry that it reads from: what is
shown is never older than what counting again would show. Another process leaves its lines in the same audit. What may
be computed for whom is decided elsewhere and never from here.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from sqlalchemy import Connection, Engine

from antigone.registry.audit.chain import audit_head, changes_since
from antigone.registry.store.database import snapshot

T = TypeVar("T")
Part = Literal["people", "work"]

_READING_ACTIONS = ("see %", "refused: %", "sign in", "read profiles", "read audit", "sign checkpoint", "verify")
_TASKS = ("ask for a sample", "record answer", "record telling", "report alive")
_REPORTS = ("export", "write expert report", "write family letter", "work out")
_WORK = ("search", "solve jointly", "comment", "propose", "confirm", "reject", "ask to reopen", "reopen")
_ACTIONS_KEEPING: dict[Part, tuple[str, ...]] = {
    "people": (*_READING_ACTIONS, *_REPORTS, *_WORK, *_TASKS),
    "work": (*_READING_ACTIONS, *_REPORTS, "comment"),
}
"""Actions (patterns of LIKE) after which the counts of a part are what they were; any other one ends them."""
ACTIONS_KEEPING_PEOPLE = _ACTIONS_KEEPING["people"]
"""Actions after which people, their samples, consents and pedigrees are what they were."""


@dataclass
class _Held:
    """What was counted on a day, and the audit line up to which it is known to hold."""

    day: dt.date
    until: int
    values: dict[object, Any] = field(default_factory=dict)


class Kept:
    """The counts of one open registry. Its users share them, one at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[Part, _Held] = {}

    @contextmanager
    def looking(self, engine: Engine, day: dt.date) -> Iterator[Counting]:
        """One state of the registry, not older than that of the reader before; two never count the same at once."""
        with self._lock, snapshot(engine) as connection:
            head = audit_head(connection).number
            for part, leave_alone in _ACTIONS_KEEPING.items():
                held = self._held.get(part)
                if held and held.day == day and held.until <= head:
                    changed = changes_since(connection, held.until, leave_alone=leave_alone)
                    if not changed:
                        held.until = head
                        continue
                self._held[part] = _Held(day, head)
            yield Counting(connection, {part: held.values for part, held in self._held.items()})


@dataclass(frozen=True)
class Counting:
    """A reader: its connection, and what is known of each part."""

    connection: Connection
    _known: dict[Part, dict[object, Any]]

    def once(self, part: Part, name: object, count: Callable[[Connection], T]) -> T:
        """What ``count`` gives, counted when it is not known; ``name`` says which count, and of whom."""
        known = self._known[part]
        if name not in known:
            known[name] = count(self.connection)
        found: T = known[name]
        return found
