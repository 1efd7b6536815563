"""Imports that were looked at and wait for somebody's yes: in memory alone, each for its user, for half an hour."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from antigone.errors import InputError
from antigone.model.incident.incident import Incident

SECONDS_HELD = 1800
MOST_HELD = 8
"""Imports in memory at once; the oldest goes when there are more."""


@dataclass(frozen=True)
class HeldImport:
    """What `import_incident` is called with when the user says yes."""

    code: str
    incident: Incident = field(repr=False)
    reasons: Mapping[str, str]
    seen: str


class Held:
    """The imports that wait; one for each user, the newest."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.Lock()
        self._held: dict[int, tuple[str, float, HeldImport]] = {}
        self._clock = clock

    def keep(self, user: int, one: HeldImport) -> str:
        """Keep an import in place of the user's earlier one; the word that takes it."""
        word = secrets.token_urlsafe(16)
        with self._lock:
            self._held.pop(user, None)
            self._forget_old()
            while len(self._held) >= MOST_HELD:
                self._held.pop(next(iter(self._held)))
            self._held[user] = word, self._clock(), one
        return word

    def take(self, user: int, word: str) -> HeldImport:
        """The import that waits for this user, which is held no longer.

        Raises
        ------
        InputError
            When it is not there any more.
        """
        with self._lock:
            self._forget_old()
            found = self._held.get(user)
            if found is None or not secrets.compare_digest(found[0].encode(), word.encode()):
                raise InputError(
                    "what was previewed is not kept any more: half an hour passed, it was imported, or other files "
                    "were looked at since; nothing was imported; send the files again"
                )
            return self._held.pop(user)[2]

    def _forget_old(self) -> None:
        now = self._clock()
        for user in [user for user, (_, since, _) in self._held.items() if now - since > SECONDS_HELD]:
            del self._held[user]
