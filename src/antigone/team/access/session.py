"""A person at work in the registry: who, in which role, for which purpose. Every action goes through here."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine

from antigone.errors import Forbidden, NewPasswordNeeded, NotForRole
from antigone.registry.audit.chain import append, audit_head, changes_since
from antigone.registry.keys.passphrase import STRONG, Cost
from antigone.registry.keys.vault import Vault
from antigone.registry.store.database import check_schema, rehearsal, snapshot, transaction
from antigone.registry.users.accounts import User, find_user
from antigone.team.access.counting import ACTIONS_KEEPING_PEOPLE, Kept
from antigone.team.access.roles import ALLOWED, Action, Role

P = ParamSpec("P")
R = TypeVar("R")

Clock = Callable[[], dt.datetime]
FIRST_ZONE = dt.timezone(dt.timedelta(hours=14))
"""Where a day begins first."""
Refused = Literal["refused: import"]
"""What the audit calls an action that was refused for what it brought."""
READ_ATTEMPTS = 3
"""How often something is read beside the writers, before it is read while they wait."""
Subject = dict[str, Any]
"""What an action is about, for the audit: codes, row numbers, counts and states. Never a name or a genotype."""


def utc_now() -> dt.datetime:
    """The clock of a registry at work."""
    return dt.datetime.now(dt.UTC)


def stamp(moment: dt.datetime) -> str:
    """A moment as the registry stores it: in UTC, to the microsecond."""
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")


@dataclass(frozen=True)
class Registry:
    """An opened registry: its database, its vault, the clock that dates what is done in it, what one guess of a
    password costs, the key file (None on a server, whose environment gives the key), what was counted in it, and the
    time zone whose days are meant (None: that of this machine). Moments are stored in UTC, whatever the zone."""

    engine: Engine
    vault: Vault = field(repr=False)
    clock: Clock = field(default=utc_now, repr=False)
    cost: Cost = STRONG
    key_file: Path | None = None
    kept: Kept = field(default_factory=Kept, repr=False, compare=False)
    zone: dt.tzinfo | None = None

    def now(self) -> str:
        """The moment in UTC, as it is stored."""
        return stamp(self.clock())

    def today(self) -> dt.date:
        """The day on which consents must be active, as it is called where the registry is kept."""
        return self.clock().astimezone(self.zone).date()

    def latest_day(self) -> dt.date:
        """The latest day that has begun somewhere on Earth: somebody may have signed on it."""
        return self.clock().astimezone(FIRST_ZONE).date()

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


@dataclass(frozen=True)
class Session:
    """One user in one role. ``purpose`` is written beside each of their actions in the audit.

    ``own`` is false for a program with a token that somebody else made, who could be using it too; ``must_change``
    when somebody else gave the user their password, so that nothing is open to them until they change it.
    """

    registry: Registry
    user: int
    code: str
    role: Role
    purpose: str
    own: bool = True
    must_change: bool = False

    @contextmanager
    def writing(self, action: Action | Refused, subject: Subject) -> Iterator[Connection]:
        """One action: what it changes and its line in the audit, both or neither.

        ``subject`` may be completed in the block.

        Raises
        ------
        Forbidden
            When the user left, or got another role, since the session began.
        """
        with self.changing() as connection:
            yield connection
            self.note(connection, action, subject)

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """One action that writes its line into the audit itself.

        Raises
        ------
        StorageError
            When a newer program has changed the schema since this one opened the registry.
        """
        with transaction(self.registry.engine) as connection:
            check_schema(connection)
            self._current_user(connection)
            yield connection

    @contextmanager
    def rehearsing(self) -> Iterator[Connection]:
        """To find out what an action would do: what it writes is not kept, and nothing of it stands in the audit."""
        with rehearsal(self.registry.engine) as connection:
            check_schema(connection)
            self._current_user(connection)
            yield connection

    @contextmanager
    def reading(self, action: Action, subject: Subject) -> Iterator[Connection]:
        """One look at personal data: first the line in the audit, then one state of the registry."""
        with transaction(self.registry.engine) as connection:
            self._current_user(connection)
            self.note(connection, action, subject)
        with snapshot(self.registry.engine) as connection:
            yield connection

    def show(self, action: Action, subject: Subject, read: Callable[[Connection, Subject], R]) -> R:
        """One look at personal data whose line in the audit says what was found; ``read`` may complete the subject.

        One state of the registry is read without the lock of the writers. Then the line is written, and only when that
        is done, and nobody left or changed anything about people meanwhile, is what was read handed out; else it is
        read again.

        Raises
        ------
        Forbidden
            When the user left, or got another role, since the session began.
        """
        for _ in range(READ_ATTEMPTS):
            told = dict(subject)
            with snapshot(self.registry.engine) as connection:
                seen, found = audit_head(connection).number, read(connection, told)
            with transaction(self.registry.engine) as connection:
                self._current_user(connection)
                if not changes_since(connection, seen, leave_alone=ACTIONS_KEEPING_PEOPLE):
                    self.note(connection, action, told)
                    return found
        with transaction(self.registry.engine) as connection:
            self._current_user(connection)
            found = read(connection, subject)
            self.note(connection, action, subject)
        return found

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """One look at counts and states, which are nobody's: no line in the audit."""
        with snapshot(self.registry.engine) as connection:
            yield connection

    def note(self, connection: Connection, action: str, subject: Subject) -> None:
        """A line in the audit, in the caller's transaction. ``subject`` holds codes and counts only."""
        about = json.dumps(subject, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        at = self.registry.now()
        append(connection, at=at, actor=self.code, action=action, purpose=self.purpose, subject=about)

    def require(self, action: Action) -> None:
        """Refuse, and put on record, what this user may not do.

        Raises
        ------
        Forbidden
            When the role of the user does not allow the action, or is no longer theirs; or somebody else gave them
            their password, and they have not changed it.
        """
        try:
            with snapshot(self.registry.engine) as connection:
                user = self._current_user(connection)
            if user.must_change and action != "own account":
                raise NewPasswordNeeded
            if self.role not in ALLOWED[action]:
                raise NotForRole(action, self.role, ALLOWED[action])
        except Forbidden:
            with transaction(self.registry.engine) as connection:
                self.note(connection, f"refused: {action}", {"role": self.role})
            raise

    def _current_user(self, connection: Connection) -> User:
        """An administrator may have changed the role, or ended the access, since the user signed in."""
        user = find_user(connection, self.code)
        if user.role != self.role:
            raise Forbidden(f"user '{self.code}' is now {user.role}, this session began as {self.role}; sign in again")
        return user


ACTIONS: dict[str, tuple[Action, Callable[..., object]]] = {}
"""Every function that an interface may call, by its name, with the action that a role must allow."""


def action(name: Action) -> Callable[[Callable[Concatenate[Session, P], R]], Callable[Concatenate[Session, P], R]]:
    """Mark a function as an action of users: its role is checked before anything else happens."""

    def mark(function: Callable[Concatenate[Session, P], R]) -> Callable[Concatenate[Session, P], R]:
        @wraps(function)
        def checked(session: Session, /, *arguments: P.args, **named: P.kwargs) -> R:
            session.require(name)
            return function(session, *arguments, **named)

        ACTIONS[f"{function.__module__.rpartition('.')[2]}.{function.__name__}"] = (name, checked)
        return checked

    return mark
