"""Users and their access: for the administrator, who sees no genetic data."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection

from antigone.casework.registry.opening import NOT_SIGNED_IN, refuse_guessing
from antigone.casework.registry.session import Session, action, stamp
from antigone.casework.registry.views import TokenLine, UserLine
from antigone.errors import Conflict, Forbidden, InputError
from antigone.registry import users
from antigone.registry.overview import all_tokens, all_users, find_any_user

MOST_DAYS = 366
"""No token lives longer than a year."""


@action("manage users")
def list_users(session: Session) -> tuple[UserLine, ...]:
    """Everybody who is or was a user."""
    with session.looking() as connection:
        return tuple(UserLine(row.code, row.role, row.active, row.created) for row in all_users(connection))


@action("manage users")
def add_user(session: Session, code: str, *, role: str, password: str) -> UserLine:
    """Add a user: a code that says a function or initials, one role, and a first password.

    Raises
    ------
    Conflict
        When the code is taken or no code, or the role is none.
    VaultError
        When the password is too short.
    """
    at, cost = session.registry.now(), session.registry.cost
    with session.writing("manage users", {"add": code, "role": role}) as connection:
        users.add_user(connection, code=code, role=role, password=password, at=at, cost=cost)
        return _line(connection, code)


@action("manage users")
def change_role(session: Session, code: str, *, role: str) -> UserLine:
    """Give a user another role; their sessions end.

    Raises
    ------
    Forbidden
        When there is no active user of that code.
    Conflict
        When the role is none, or no administrator would be left.
    """
    with session.writing("manage users", {"user": code, "role": role}) as connection:
        users.set_role(connection, users.find_user(connection, code), role=role)
        return _line(connection, code)


@action("manage users")
def deactivate_user(session: Session, code: str) -> UserLine:
    """End a user's access, tokens included.

    Raises
    ------
    Forbidden
        When there is no active user of that code.
    Conflict
        When no administrator would be left.
    """
    with session.writing("manage users", {"deactivate": code}) as connection:
        users.deactivate(connection, users.find_user(connection, code))
        return _line(connection, code)


@action("manage users")
def reactivate_user(session: Session, code: str, *, password: str) -> UserLine:
    """Give access again, in the role that the user had, with a new first password.

    Raises
    ------
    Conflict
        When there is nobody of that code whose access was ended.
    VaultError
        When the password is too short.
    """
    with session.writing("manage users", {"reactivate": code}) as connection:
        users.reactivate(connection, code, password=password, cost=session.registry.cost)
        return _line(connection, code)


@action("manage users")
def set_password(session: Session, code: str, *, password: str) -> None:
    """Give a user a new password, when they forgot theirs.

    Raises
    ------
    Forbidden
        When there is no active user of that code.
    VaultError
        When the password is too short.
    """
    with session.writing("manage users", {"new password of": code}) as connection:
        user = users.find_user(connection, code)
        users.set_password(connection, user, password=password, cost=session.registry.cost)


@action("own account")
def change_own_password(session: Session, *, old: str, new: str) -> None:
    """Change one's own password.

    Raises
    ------
    Forbidden
        When the old one is wrong; a wrong one counts as a failed sign-in.
    VaultError
        When the new one is too short.
    """
    refusal: Forbidden | None = None
    cost = session.registry.cost
    with session.changing() as connection:
        refuse_guessing(session.registry, connection, session.code)
        try:
            user = users.sign_in(connection, code=session.code, password=old, cost=cost)
            users.set_password(connection, user, password=new, cost=cost)
            session.note(connection, "own account", {"new password of": session.code})
        except Forbidden:
            refusal = Forbidden("the password until now is wrong; type it again")
            session.note(connection, NOT_SIGNED_IN, {})
    if refusal is not None:  # only now, so that the line of the failure is kept
        raise refusal


@action("manage tokens")
def add_token(session: Session, code: str, *, name: str, days: int) -> str:
    """A token with which a program acts as a user for some days; it is shown once and not kept.

    Raises
    ------
    Forbidden
        When there is no active user of that code.
    InputError
        When ``days`` is not 1 to 366.
    Conflict
        When the user has a valid token of that name.
    """
    if not 1 <= days <= MOST_DAYS:
        raise InputError(f"a token for {days} days; expected 1 to {MOST_DAYS}; make a new one when it ends")
    ends = session.registry.clock() + dt.timedelta(days=days)
    with session.writing("manage tokens", {"add": name, "user": code, "days": days}) as connection:
        user = users.find_user(connection, code)
        if any(row.user == code and row.name == name and not row.revoked for row in all_tokens(connection)):
            raise Conflict(f"user '{code}' has a token '{name}' already; revoke it first, or choose another name")
        return users.new_token(connection, user, name=name, expires=stamp(ends))


@action("manage tokens")
def list_tokens(session: Session) -> tuple[TokenLine, ...]:
    """Every token that was given, the newest first; never the token itself."""
    with session.looking() as connection:
        rows = all_tokens(connection)
    return tuple(TokenLine(row.user, row.name, row.expires, row.revoked) for row in rows)


@action("manage tokens")
def revoke_token(session: Session, code: str, *, name: str) -> int:
    """Revoke a user's tokens of a name, and say how many there were.

    Raises
    ------
    Forbidden
        When there is no active user of that code.
    """
    with session.writing("manage tokens", {"revoke": name, "user": code}) as connection:
        return users.revoke_token(connection, users.find_user(connection, code), name=name)


@action("own account")
def list_own_tokens(session: Session) -> tuple[TokenLine, ...]:
    """The tokens with which programs act in one's own name, the newest first; those that ended are left out."""
    now = session.registry.now()
    with session.looking() as connection:
        mine = (row for row in all_tokens(connection) if row.user == session.code)
        return tuple(TokenLine(r.user, r.name, r.expires, r.revoked) for r in mine if not r.revoked and r.expires > now)


@action("own account")
def revoke_own_token(session: Session, *, name: str) -> int:
    """Revoke a token that acts in one's own name, whoever made it, and say how many there were."""
    with session.writing("own account", {"revoke": name, "user": session.code}) as connection:
        return users.revoke_token(connection, users.find_user(connection, session.code), name=name)


def _line(connection: Connection, code: str) -> UserLine:
    row = find_any_user(connection, code)
    return UserLine(row.code, row.role, row.active, row.created)
