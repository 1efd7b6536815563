"""What an administrator changed of somebody's access, and who has countersigned it.

Whoever gives a password, a role or a token to another person could act as that person, and be two. So whoever's access
was changed takes part in no decision until another person, whose own access nobody doubts, has said that it is right.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, func, insert, select, update

from antigone.errors import Conflict, Forbidden, RegistryError
from antigone.registry.store.schema import access_changes, users

Kind = Literal["account", "role", "password", "token", "second factor"]
FOUNDERS = 2
"""Who is there before anybody can countersign: the first administrator, and one more administrator or an auditor."""
WORDS: dict[str, str] = {
    "account": "made the account",
    "role": "gave another role",
    "password": "gave a password",
    "token": "made a token",
    "second factor": "reset the one-time codes",
}
"""What each kind of change is called after the name of who made it."""


@dataclass(frozen=True)
class AccessChange:
    """One change of somebody's access that waits to be countersigned.

    ``password_given``: the user has not chosen their own password since, so whoever gave it still knows it.
    """

    number: int
    user: str
    role: str
    made_by: str
    at: str
    kind: str
    password_given: bool

    @property
    def words(self) -> str:
        """What was done, by whom, on which day."""
        return f"'{self.made_by}' {WORDS[self.kind]} on {self.at[:10]}"


def record_change(connection: Connection, user: int, *, made_by: int, kind: Kind, at: str) -> None:
    """Note, in the transaction of the change itself, that it waits to be countersigned."""
    connection.execute(insert(access_changes).values(user=user, made_by=made_by, kind=kind, at=at))


def has_room_for_a_founder(connection: Connection) -> bool:
    """Whether nobody was there yet who could countersign what the first administrator does."""
    founders = select(func.count()).select_from(users).where(users.c.founder.is_(True))
    return (connection.scalar(founders) or 0) < FOUNDERS


def open_changes(connection: Connection, *, of: int | None = None) -> tuple[AccessChange, ...]:
    """The changes that wait, the oldest first: of active users, or of one user."""
    made_by = users.alias("made_by_user")
    query = (
        select(access_changes, users.c.code, users.c.role, users.c.must_change, made_by.c.code.label("by"))
        .join(users, access_changes.c.user == users.c.id)
        .join(made_by, access_changes.c.made_by == made_by.c.id)
        .where(access_changes.c.countersigned.is_(None), users.c.active.is_(True))
        .order_by(access_changes.c.id)
    )
    rows = connection.execute(query if of is None else query.where(access_changes.c.user == of))
    return tuple(AccessChange(r.id, r.code, r.role, r.by, r.at, r.kind, r.must_change) for r in rows)


def why_not_countersigned(change: AccessChange, *, by: str, doubted: bool) -> str:
    """Why this person cannot countersign this change now, and what to do; empty when they can."""
    if change.made_by == by:
        return "you made this change yourself; ask another administrator, or the auditor"
    if change.user == by:
        return "it is your own access; ask another administrator, or the auditor"
    if doubted:
        return "your own access was changed, and nobody has countersigned that yet; ask for it first"
    if change.password_given:
        return f"'{change.user}' has not chosen a password of their own yet; ask them to sign in, then come back"
    return ""


def countersign(connection: Connection, number: int, *, user: int, code: str, at: str) -> AccessChange:
    """Say that a change of somebody's access is right, in the caller's transaction.

    Raises
    ------
    RegistryError
        When no change of that number waits.
    Forbidden
        When it needs another person, or the user has yet to choose a password.
    """
    waiting = {change.number: change for change in open_changes(connection)}
    if number not in waiting:
        raise RegistryError(f"no change of access {number} waits to be countersigned; look at the list again")
    doubted = bool(open_changes(connection, of=user))
    if reason := why_not_countersigned(waiting[number], by=code, doubted=doubted):
        raise Forbidden(f"change {number} of the access of '{waiting[number].user}' is not countersigned: {reason}")
    these = access_changes.c.id == number
    connection.execute(update(access_changes).where(these).values(countersigned_by=user, countersigned=at))
    return waiting[number]


def why_no_decision(changes: Collection[AccessChange], *, own_session: bool) -> str:
    """Why somebody with these changes of access takes part in no decision, and what to do; empty when they do."""
    if not own_session:
        return (
            "this program works with a token that an administrator made, and so could the administrator; decide in a "
            "browser or on the command line, or make a token of your own under your account"
        )
    if not changes:
        return ""
    done = "; ".join(change.words for change in changes)
    return (
        f"your access was changed by somebody else ({done}), who could have decided in your name; ask another "
        "administrator or the auditor to countersign it, then decide"
    )


def check_may_decide(connection: Connection, user: int, *, own_session: bool) -> None:
    """Refuse a decision of somebody whose access was changed and not countersigned.

    Raises
    ------
    Forbidden
        Saying who changed what, and what to do.
    """
    if reason := why_no_decision(open_changes(connection, of=user), own_session=own_session):
        raise Forbidden(reason)


def check_no_change_waits(connection: Connection, user: int) -> None:
    """Refuse a new way into an account that somebody else could be using.

    Raises
    ------
    Conflict
        When a change of the user's access waits.
    """
    if changes := open_changes(connection, of=user):
        done = "; ".join(change.words for change in changes)
        raise Conflict(f"your access was changed ({done}), and nobody has countersigned it; ask for that first")
