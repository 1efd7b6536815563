"""Users and their access: for the administrator, who sees no genetic data."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

from sqlalchemy import Connection

from antigone.errors import Conflict, Forbidden, InputError
from antigone.registry.lists.overview import all_tokens, all_users, find_any_user
from antigone.registry.store.lookups import AnyRow
from antigone.registry.users import access
from antigone.registry.users import accounts as users
from antigone.team.access.opening import NOT_SIGNED_IN, refuse_guessing
from antigone.team.access.roles import ALLOWED
from antigone.team.access.session import Session, Subject, action, stamp
from antigone.team.views import TokenLine, UserLine, line_of

MOST_DAYS = 366
"""No token lives longer than a year."""


@action("manage users")
def list_users(session: Session) -> tuple[UserLine, ...]:
    """Everybody who is or was a user."""
    with session.looking() as connection:
        return tuple(line_of(UserLine, row) for row in all_users(connection))


@action("manage users")
def add_user(session: Session, code: str, *, role: str, password: str) -> UserLine:
    """Add a user: a code that says a function or initials, one role, and a first password, which they must change.

    Until another person has countersigned it, they take part in no decision. Only the first administrator or auditor
    that is added is not countersigned, because nobody is there yet who could.

    Raises
    ------
    Conflict
        When the code is taken or no code, or the role is none.
    VaultError
        When the password is too short.
    """
    at, cost = session.registry.now(), session.registry.cost
    subject: Subject = {"add": code, "role": role}
    with session.writing("manage users", subject) as connection:
        founder = role in ALLOWED["countersign"] and access.has_room_for_a_founder(connection)
        made = users.add_user(
            connection, code=code, role=role, password=password, at=at, cost=cost, given=True, founder=founder
        )
        if founder:
            subject["founder"] = True
        else:
            _changed(session, connection, made, "account")
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
        user = users.find_user(connection, code)
        users.set_role(connection, user, role=role)
        _changed(session, connection, user, "role")
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
        _changed(session, connection, users.find_user(connection, code), "account")
        return _line(connection, code)


@action("manage users")
def set_password(session: Session, code: str, *, password: str) -> None:
    """Give a user a new password, when they forgot theirs; they must change it at the next sign-in.

    Raises
    ------
    Forbidden
        When there is no active user of that code.
    Conflict
        When it is one's own.
    VaultError
        When the password is too short.
    """
    with session.writing("manage users", {"new password of": code}) as connection:
        user = users.find_user(connection, code)
        if user.code == session.code:
            raise Conflict("this is your own password; change it with the old one, under your account")
        users.set_password(connection, user, password=password, cost=session.registry.cost, given=True)
        _changed(session, connection, user, "password")


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
    user: users.User | None = None
    cost = session.registry.cost
    with session.looking() as connection:
        refuse_guessing(session.registry, connection, session.code)
        claim = users.find_claim(connection, session.code)
    with suppress(Forbidden):
        user = users.prove(claim, password=old, cost=cost)
    with session.changing() as connection:
        # counted again under the lock, so that guesses made at the same moment do not pass together
        refuse_guessing(session.registry, connection, session.code)
        if user is not None and users.find_claim(connection, session.code) == claim:
            users.set_password(connection, user, password=new, cost=cost)
            session.note(connection, "own account", {"new password of": session.code})
        else:
            refusal = Forbidden("the password until now is wrong; type it again")
            session.note(connection, NOT_SIGNED_IN, {})
    if refusal is not None:  # only now, so that the line of the failure is kept
        raise refusal


@action("manage tokens")
def add_token(session: Session, code: str, *, name: str, days: int) -> str:
    """A token with which a program acts as a user for some days; it is shown once and not kept.

    Who made it has seen it: a program with it takes part in no decision. See `add_own_token`.

    Raises
    ------
    Forbidden
        When there is no active user of that code.
    InputError
        When ``days`` is not 1 to 366.
    Conflict
        When the user has a valid token of that name.
    """
    with session.writing("manage tokens", {"add": name, "user": code, "days": days}) as connection:
        own = code == session.code and session.own
        token = _new_token(session, connection, code, name=name, days=days, own=own)
        if not own:
            _changed(session, connection, users.find_user(connection, code), "token")
        return token


@action("own account")
def add_own_token(session: Session, *, name: str, days: int) -> str:
    """A token with which a program acts in one's own name, in decisions too; it is shown once and not kept.

    Raises
    ------
    Forbidden
        When a program asks, with a token that somebody else made.
    InputError
        When ``days`` is not 1 to 366.
    Conflict
        When there is a valid token of that name, or a change of one's access waits to be countersigned.
    """
    if not session.own:
        raise Forbidden("a program with a token of somebody else makes no tokens; sign in with your password")
    with session.writing("own account", {"add": name, "user": session.code, "days": days}) as connection:
        access.check_no_change_waits(connection, session.user)
        return _new_token(session, connection, session.code, name=name, days=days, own=True)


@action("manage tokens")
def list_tokens(session: Session) -> tuple[TokenLine, ...]:
    """Every token that was given, the newest first; never the token itself."""
    with session.looking() as connection:
        rows = all_tokens(connection)
    return tuple(_token_line(row) for row in rows)


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
        return tuple(line_of(TokenLine, r) for r in mine if not r.revoked and r.expires > now)


@action("own account")
def revoke_own_token(session: Session, *, name: str) -> int:
    """Revoke a token that acts in one's own name, whoever made it, and say how many there were."""
    with session.writing("own account", {"revoke": name, "user": session.code}) as connection:
        return users.revoke_token(connection, users.find_user(connection, session.code), name=name)


def _new_token(session: Session, connection: Connection, code: str, *, name: str, days: int, own: bool) -> str:
    if not 1 <= days <= MOST_DAYS:
        raise InputError(f"a token for {days} days; expected 1 to {MOST_DAYS}; make a new one when it ends")
    ends = session.registry.clock() + dt.timedelta(days=days)
    user = users.find_user(connection, code)
    if any(row.user == code and row.name == name and not row.revoked for row in all_tokens(connection)):
        raise Conflict(f"user '{code}' has a token '{name}' already; revoke it first, or choose another name")
    return users.new_token(connection, user, name=name, expires=stamp(ends), own=own)


def _changed(session: Session, connection: Connection, user: users.User, kind: access.Kind) -> None:
    access.record_change(connection, user.id, made_by=session.user, kind=kind, at=session.registry.now())


def _token_line(row: AnyRow) -> TokenLine:
    return line_of(TokenLine, row)


def _line(connection: Connection, code: str) -> UserLine:
    row = find_any_user(connection, code)
    return line_of(UserLine, row)
