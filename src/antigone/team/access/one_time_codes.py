"""One-time codes: a user begins and confirms them for themselves, an administrator resets them."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection

from antigone.errors import Conflict
from antigone.registry.users import access
from antigone.registry.users import accounts as users
from antigone.registry.users import one_time_codes as onetime
from antigone.team.access.roles import ALLOWED
from antigone.team.access.session import Session, action


@dataclass(frozen=True)
class Enrolment:
    """The secret for a device, as base 32 text, and the address that a device reads; shown once."""

    secret: str = field(repr=False)
    address: str = field(repr=False)


@action("own account")
def begin_codes(session: Session) -> Enrolment:
    """Draw a secret for one's own device. Codes are asked for when one of them was confirmed.

    Raises
    ------
    Conflict
        When codes are in use already, or nobody else could reset them.
    """
    registry = session.registry
    with session.writing("own account", {"one-time codes": "begun"}) as connection:
        if not _others_who_reset(session, connection):
            raise Conflict(
                "there is no other administrator, so nobody could reset your codes if the device is lost; add a second "
                "administrator first"
            )
        secret = onetime.begin_codes(connection, registry.vault, session.user)
    return Enrolment(secret, onetime.device_address(session.code, secret))


@action("own account")
def confirm_codes(session: Session, *, code: str) -> None:
    """Ask for a code at every sign-in from now on, after the device has shown a right one.

    Raises
    ------
    InputError
        When the code is not right.
    Conflict
        When no device waits for it.
    """
    registry = session.registry
    with session.writing("own account", {"one-time codes": "confirmed"}) as connection:
        onetime.confirm_codes(connection, registry.vault, session.user, code=code, moment=registry.clock())


@action("own account")
def uses_codes(session: Session) -> bool:
    """Whether one's own sign-in asks for codes."""
    with session.looking() as connection:
        return onetime.has_codes(connection, session.registry.vault, session.user)


@action("manage users")
def reset_codes(session: Session, code: str) -> None:
    """Forget the device of a user who lost it; a password is enough until they begin anew.

    Raises
    ------
    Forbidden
        When there is no active user of that code.
    """
    with session.writing("manage users", {"one-time codes reset of": code}) as connection:
        user, at = users.find_user(connection, code), session.registry.now()
        onetime.reset_codes(connection, user.id)
        access.record_change(connection, user.id, made_by=session.user, kind="second factor", at=at)


def _others_who_reset(session: Session, connection: Connection) -> list[str]:
    return [
        one.code
        for one in users.all_users(connection)
        if one.active and one.code != session.code and one.role in ALLOWED["manage users"]
    ]
