"""Who is signed in: kept in the memory of this process, so that signing out ends a session at once.

A cookie holds 256 random bits and nothing else; a restart of the application signs everybody out. That is meant: the
passphrase of the registry is given again at a start, so nobody stays inside without it. Why a session ended is kept as
one word beside the digest of its cookie, to say it kindly at the next sign-in.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

Clock = Callable[[], float]
Ending = Literal["away", "long", "closed", "key", "restart"]
"""Why a session ended: nobody clicked, it was long, the access or password was changed, the master key was, or the
application started again."""
MOST_SESSIONS = 10_000


@dataclass(frozen=True)
class SignedIn:
    """One user at one browser. ``since`` and ``seen`` are seconds of a clock that only goes forward.

    ``csrf`` stands in every form of this session. ``notice`` is said once, on the next page. ``mark`` is that of the
    password with which the session began.
    """

    user: str
    purpose: str
    csrf: str
    since: float
    seen: float
    notice: str = ""
    mark: str = ""


class Sessions:
    """All sessions, by the SHA-256 of their cookie.

    Parameters
    ----------
    idle, longest
        Seconds after which a session ends: without a click, and in any case.
    clock
        Seconds that only go forward.
    """

    def __init__(self, *, idle: float, longest: float, clock: Clock = time.monotonic) -> None:
        self._idle, self._longest, self._clock = idle, longest, clock
        self._lock = threading.Lock()
        self._found: dict[str, SignedIn] = {}
        self._ended: dict[str, Ending] = {}

    def begin(self, user: str, *, purpose: str, mark: str = "") -> str:
        """Begin a session and return its cookie."""
        cookie, now = secrets.token_urlsafe(32), self._clock()
        with self._lock:
            self._forget_ended(now)
            self._found[_digest(cookie)] = SignedIn(user, purpose, secrets.token_urlsafe(32), now, now, mark=mark)
        return cookie

    def find(self, cookie: str | None, *, click: bool = True) -> SignedIn | None:
        """The session of a cookie, or nothing when it ended. A ``click`` keeps it alive, a page by itself does not."""
        if not cookie:
            return None
        key, now = _digest(cookie), self._clock()
        with self._lock:
            session = self._found.get(key)
            if session is None:
                return None
            ending = self._ending(session, now)
            if ending is not None:
                self._forget(key, ending)
                return None
            if click:
                session = self._found[key] = replace(session, seen=now)
            return session

    def why_ended(self, cookie: str | None) -> Ending | None:
        """Why this browser is not signed in any more; nothing when it never was, or signed out itself.

        A cookie that this process has never seen was given before the application was started again.
        """
        if not cookie:
            return None
        with self._lock:
            return self._ended.get(_digest(cookie), "restart")

    def say(self, cookie: str | None, notice: str) -> None:
        """Leave a sentence for the next page of this session."""
        self._change(cookie, notice)

    def take_notice(self, cookie: str | None) -> str:
        """The sentence left for this page, once."""
        return self._change(cookie, "")

    def end(self, cookie: str | None) -> None:
        """End a session, if it has not ended."""
        with self._lock:
            self._found.pop(_digest(cookie or ""), None)

    def close(self, cookie: str) -> None:
        """End a session, because the user's access or password was changed by another program."""
        with self._lock:
            if (key := _digest(cookie)) in self._found:
                self._forget(key, "closed")

    def end_all_of(self, user: str) -> None:
        """End every session of a user, because their access or their password was changed."""
        with self._lock:
            for key in [key for key, session in self._found.items() if session.user == user]:
                self._forget(key, "closed")

    def end_all(self) -> None:
        """End every session of everybody, because the master key was changed."""
        with self._lock:
            for key in list(self._found):
                self._forget(key, "key")

    def _change(self, cookie: str | None, notice: str) -> str:
        key = _digest(cookie or "")
        with self._lock:
            session = self._found.get(key)
            if session is None:
                return ""
            self._found[key] = replace(session, notice=notice)
            return session.notice

    def _ending(self, session: SignedIn, now: float) -> Ending | None:
        if now - session.since > self._longest:
            return "long"
        return "away" if now - session.seen > self._idle else None

    def _forget(self, key: str, ending: Ending) -> None:
        del self._found[key]
        self._ended[key] = ending
        while len(self._ended) > MOST_SESSIONS:
            del self._ended[next(iter(self._ended))]

    def _forget_ended(self, now: float) -> None:
        for key, session in list(self._found.items()):
            ending = self._ending(session, now)
            if ending is not None:
                self._forget(key, ending)
        while len(self._found) >= MOST_SESSIONS:
            self._forget(min(self._found, key=lambda key: self._found[key].seen), "away")


class Throttle:
    """At most ``most`` failures in ``seconds`` for one key, such as the address of a browser.

    Only failures count: the people of an institute may share one address and sign in at the same hour.
    """

    def __init__(self, *, most: int, seconds: float, clock: Clock = time.monotonic) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._lock = threading.Lock()
        self._failures: dict[str, deque[float]] = {}

    def allows(self, key: str) -> bool:
        """Whether another try may be made."""
        with self._lock:
            self._forget(self._clock())
            return len(self._failures.get(key, ())) < self._most

    def takes(self, key: str) -> bool:
        """Whether another try may be made, which counts as failed until it is forgiven: many at once do not pass."""
        with self._lock:
            self._forget(self._clock())
            tries = self._failures.setdefault(key, deque())
            if len(tries) >= self._most:
                return False
            tries.append(self._clock())
            return True

    def take_back(self, key: str) -> None:
        """Take the newest try of a key back, because it did not fail."""
        with self._lock:
            if self._failures.get(key):
                self._failures[key].pop()

    def count_failure(self, key: str) -> None:
        """Keep in mind that a try failed."""
        with self._lock:
            self._failures.setdefault(key, deque()).append(self._clock())

    def _forget(self, now: float) -> None:
        for failures in self._failures.values():
            while failures and now - failures[0] > self._seconds:
                failures.popleft()
        self._failures = {key: failures for key, failures in self._failures.items() if failures}


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
