"""Users: a code, one role, a password as an Argon2id string, and tokens for programs.

What a role may do is decided in ``casework``; here stands only who somebody is. Passwords are checked at the same
cost whether the user exists or not, and every refusal reads the same.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from sqlalchemy import ColumnElement, Connection, and_, func, insert, select, update

from antigone.errors import Conflict, Forbidden
from antigone.registry.keys.passphrase import SALT_BYTES, STRONG, Cost, check_length, typed
from antigone.registry.store.schema import ROLES, tokens, users

TOKEN_PREFIX = "antigone_"  # noqa: S105 - lets a secret scanner see a token that was left in a file
LONGEST_CODE = 200
REFUSED = "the user is unknown or the password is wrong, or the one-time code; try again, or ask an administrator"
"""One message for every reason, so that nobody learns which of them was right."""


_COLUMNS = (users.c.id, users.c.code, users.c.role, users.c.active, users.c.must_change)


@dataclass(frozen=True)
class User:
    """Somebody who may use the registry. ``code`` stands in the audit: a function or initials, not a name.

    ``must_change``: the password was given by somebody else, and opens nothing but the form for another one.
    """

    id: int
    code: str
    role: str
    active: bool
    must_change: bool = False


def add_user(
    connection: Connection,
    *,
    code: str,
    role: str,
    password: str,
    at: str,
    cost: Cost = STRONG,
    given: bool = False,
    founder: bool = False,
) -> User:
    """Add a user, in the caller's transaction; ``given``: somebody else chose the password.

    Raises
    ------
    Conflict
        When the code is taken, or is no code; when the role is unknown.
    VaultError
        When the password has fewer than 12 characters.
    """
    _check_role(role)
    if not code.strip() or code != code.strip() or len(code) > LONGEST_CODE or not code.isprintable():
        raise Conflict(
            f"a user code of {len(code)} characters; expected 1 to {LONGEST_CODE} that can be printed, "
            "no space around it"
        )
    if _find(connection, users.c.code == code):
        raise Conflict(f"user '{code}' exists already; choose another code, users are never removed from the history")
    hashed = _hash(password, cost)
    row = {"code": code, "role": role, "password": hashed, "active": True, "created": at}
    row |= {"must_change": given, "founder": founder}
    number = connection.execute(insert(users).values(row).returning(users.c.id)).scalar_one()
    return User(number, code, role, True, given)


@dataclass(frozen=True)
class Claim:
    """Somebody who says to be a user: what is known of that user, whose password is checked outside a transaction."""

    user: User | None
    stored: str | None = field(repr=False)


def find_claim(connection: Connection, code: str) -> Claim:
    """What is known of the user with this code."""
    return Claim(_find(connection, users.c.code == code), _stored(connection, code))


def prove(claim: Claim, *, password: str, cost: Cost = STRONG) -> User:
    """The active user whose password this is.

    Parameters
    ----------
    claim, password
        Who it is said to be, and what was typed.
    cost
        What a guess at a user who does not exist costs; the cost that passwords are made with.

    Raises
    ------
    Forbidden
        When the user is unknown or left, or the password is wrong: one message for all three.
    """
    matches = _matches(password, claim.stored or _hash("nobody has this password", cost))
    if claim.user is None or not claim.user.active or claim.stored is None or not matches:
        raise Forbidden(REFUSED)
    return claim.user


def find_user(connection: Connection, code: str) -> User:
    """The active user with this code.

    Raises
    ------
    Forbidden
        When there is none.
    """
    user = _find(connection, users.c.code == code)
    if user is None or not user.active:
        raise Forbidden(f"there is no active user '{code}'; ask an administrator")
    return user


def all_users(connection: Connection) -> list[User]:
    """Everybody who ever was a user, by code."""
    return [User(*row) for row in connection.execute(select(*_COLUMNS).order_by(users.c.code))]


def password_mark(connection: Connection, code: str) -> str:
    """A text that is another one whenever this user's password was set, and tells nothing of it; empty for nobody."""
    stored = _stored(connection, code)
    return _digest(f"mark of {stored}") if stored else ""


def set_password(
    connection: Connection, user: User, *, password: str, cost: Cost = STRONG, given: bool = False
) -> None:
    """Give a user a new password; ``given``: somebody else chose it. See `add_user` for what is refused.

    Raises
    ------
    Conflict
        When the user has to choose another password than the one that was given, and chose the same.
    """
    if user.must_change and not given and _matches(password, _stored(connection, user.code) or ""):
        raise Conflict("this is the password that somebody else gave you, and knows; choose another one")
    hashed = _hash(password, cost)
    connection.execute(update(users).where(users.c.id == user.id).values(password=hashed, must_change=given))


def set_role(connection: Connection, user: User, *, role: str) -> User:
    """Give a user another role.

    Raises
    ------
    Conflict
        When the role is unknown, or no administrator would be left.
    """
    _check_role(role)
    if role != "administrator":
        _keep_an_administrator(connection, user)
    connection.execute(update(users).where(users.c.id == user.id).values(role=role))
    return User(user.id, user.code, role, user.active)


def deactivate(connection: Connection, user: User) -> None:
    """End a user's access, tokens included; the code stays, because the history names it.

    Raises
    ------
    Conflict
        When no administrator would be left.
    """
    _keep_an_administrator(connection, user)
    connection.execute(update(users).where(users.c.id == user.id).values(active=False))
    connection.execute(update(tokens).where(tokens.c.user == user.id).values(revoked=True))


def reactivate(connection: Connection, code: str, *, password: str, cost: Cost = STRONG) -> None:
    """Give somebody access again whose access was ended, with a password given to them; their tokens stay revoked.

    Raises
    ------
    Conflict
        When there is nobody of that code whose access was ended.
    VaultError
        When the password has fewer than 12 characters.
    """
    user = _find(connection, users.c.code == code)
    if user is None or user.active:
        raise Conflict(f"there is no user '{code}' whose access was ended; see the list of users")
    hashed = _hash(password, cost)
    values = {"active": True, "password": hashed, "must_change": True}
    connection.execute(update(users).where(users.c.id == user.id).values(**values))


def new_token(connection: Connection, user: User, *, name: str, expires: str, own: bool = False) -> str:
    """A token for a program that acts as ``user`` until ``expires`` (UTC, ISO 8601); ``own``: the user makes it.

    It is shown once; the registry keeps its SHA-256, which is enough because a token has 256 random bits.
    """
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    row = {"user": user.id, "digest": _digest(token), "name": name, "expires": expires, "revoked": False}
    row |= {"own": own}
    connection.execute(insert(tokens).values(row))
    return token


def user_of_token(connection: Connection, token: str, *, at: str) -> User:
    """The active user a token stands for.

    Raises
    ------
    Forbidden
        When the token is unknown, revoked or expired, or its user left: one message for all.
    """
    valid = and_(tokens.c.digest == _digest(token), tokens.c.revoked.is_(False), tokens.c.expires > at)
    number = connection.execute(select(tokens.c.user).where(valid)).scalar()
    user = None if number is None else _find(connection, users.c.id == number)
    if user is None or not user.active:
        raise Forbidden("the token is unknown, revoked or expired; ask for a new one")
    return user


def is_own_token(connection: Connection, token: str) -> bool:
    """Whether its user made a token, so that nobody else has seen it."""
    return bool(connection.execute(select(tokens.c.own).where(tokens.c.digest == _digest(token))).scalar())


def revoke_token(connection: Connection, user: User, *, name: str) -> int:
    """Revoke a user's tokens of this name, and say how many there were."""
    mine = and_(tokens.c.user == user.id, tokens.c.name == name, tokens.c.revoked.is_(False))
    return connection.execute(update(tokens).where(mine).values(revoked=True)).rowcount


def _find(connection: Connection, which: ColumnElement[bool]) -> User | None:
    row = connection.execute(select(*_COLUMNS).where(which)).first()
    return User(*row) if row else None


def _stored(connection: Connection, code: str) -> str | None:
    return connection.execute(select(users.c.password).where(users.c.code == code)).scalar()


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise Conflict(f"role '{role}'; expected one of {', '.join(ROLES)}; choose one of them")


def _keep_an_administrator(connection: Connection, user: User) -> None:
    others = and_(users.c.role == "administrator", users.c.active.is_(True), users.c.id != user.id)
    if not connection.execute(select(func.count()).where(others)).scalar():
        raise Conflict(f"'{user.code}' is the last administrator; give another user that role first")


def _hash(password: str, cost: Cost) -> str:
    check_length(password, "password")
    return cost.argon2id(secrets.token_bytes(SALT_BYTES)).derive_phc_encoded(typed(password))


def _matches(password: str, stored: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(typed(password), stored)
    except InvalidKey:
        return False
    return True


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
