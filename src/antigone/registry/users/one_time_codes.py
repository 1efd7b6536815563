"""One-time codes of a second device: TOTP (RFC 6238 over HOTP, RFC 4226) with SHA-1, 6 digits and 30 seconds.

These are the values that every authenticator takes. The secret is sealed with the registry's own key; no code is
accepted twice.
"""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import json
import secrets
from dataclasses import asdict, dataclass, field, replace
from urllib.parse import quote

from sqlalchemy import Connection, select, update

from antigone.errors import Conflict, InputError
from antigone.registry.keys.vault import Vault, registry_key
from antigone.registry.store.schema import users

DIGITS = 6
SECONDS = 30
WINDOW = 1
"""Steps by which the clock of the device may be ahead or behind."""
SECRET_BYTES = 20
ISSUER = "Antigone"


@dataclass(frozen=True)
class OneTime:
    """The secret of a user's device (hexadecimal); whether a code of it was seen; the step of the last one used."""

    secret: str = field(repr=False)
    confirmed: bool = False
    last: int = -1


def code_at(secret: bytes, step: int, *, digits: int = DIGITS) -> str:
    """The code of a step (RFC 4226, section 5.3).

    Parameters
    ----------
    secret
        Shared with the device.
    step
        Which code: `step_at` of a moment.
    digits
        How many.

    Examples
    --------
    >>> code_at(b"12345678901234567890", 0)
    '755224'
    """
    mac = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    place = mac[-1] & 0x0F
    number = int.from_bytes(mac[place : place + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def step_at(moment: dt.datetime) -> int:
    """The number of whole steps of 30 seconds since 1970 (RFC 6238, section 4.2)."""
    return int(moment.timestamp()) // SECONDS


def begin_codes(connection: Connection, vault: Vault, user: int) -> str:
    """Draw a new secret for a user, as base 32 text for the device; codes are asked for when one was confirmed.

    Raises
    ------
    Conflict
        When codes are asked for already: a second device would end the first.
    """
    before = _read(connection, vault, user)
    if before is not None and before.confirmed:
        raise Conflict("one-time codes are in use already; ask an administrator to reset them first")
    secret = secrets.token_bytes(SECRET_BYTES)
    _write(connection, vault, user, OneTime(secret.hex()))
    return base64.b32encode(secret).decode()


def confirm_codes(connection: Connection, vault: Vault, user: int, *, code: str, moment: dt.datetime) -> None:
    """Ask for codes from now on, after the device has shown a right one.

    Raises
    ------
    Conflict
        When no secret was drawn, or codes are asked for already.
    InputError
        When the code is not right.
    """
    kept = _read(connection, vault, user)
    if kept is None or kept.confirmed:
        raise Conflict("there is no device to confirm; begin with a new secret")
    step = _step_of(kept, code, moment)
    if step is None:
        raise InputError("the code is not the one of this moment; check the clock of the device, type the next one")
    _write(connection, vault, user, replace(kept, confirmed=True, last=step))


def accept_code(connection: Connection, vault: Vault, user: int, *, code: str, moment: dt.datetime) -> bool:
    """Whether a user may sign in with this code, which then is used up; anything will do when no codes are in use."""
    kept = _read(connection, vault, user)
    if kept is None or not kept.confirmed:
        return True
    step = _step_of(kept, code, moment)
    if step is not None:
        _write(connection, vault, user, replace(kept, last=step))
    return step is not None


def has_codes(connection: Connection, vault: Vault, user: int) -> bool:
    """Whether codes are in use."""
    kept = _read(connection, vault, user)
    return kept is not None and kept.confirmed


def reset_codes(connection: Connection, user: int) -> None:
    """Forget a user's secret; a password is enough again."""
    connection.execute(update(users).where(users.c.id == user).values(one_time_secret=None))


def device_address(code: str, secret: str) -> str:
    """What a device reads to know the secret of a user (the ``otpauth`` format of authenticators).

    >>> device_address("cleo", "GEZDGNBV")
    'otpauth://totp/Antigone:cleo?secret=GEZDGNBV&issuer=Antigone&algorithm=SHA1&digits=6&period=30'
    """
    label = f"{ISSUER}:{quote(code, safe='')}"
    return f"otpauth://totp/{label}?secret={secret}&issuer={ISSUER}&algorithm=SHA1&digits={DIGITS}&period={SECONDS}"


def _step_of(kept: OneTime, code: str, moment: dt.datetime) -> int | None:
    """The step within the window, after the last one used, whose code this is; every one is compared in full."""
    typed, now = code.replace(" ", "").encode(), step_at(moment)
    secret = bytes.fromhex(kept.secret)
    steps = [step for step in range(now - WINDOW, now + WINDOW + 1) if step > kept.last]
    right = [step for step in steps if hmac.compare_digest(code_at(secret, step).encode(), typed)]
    return right[0] if right else None


def _read(connection: Connection, vault: Vault, user: int) -> OneTime | None:
    sealed = connection.scalar(select(users.c.one_time_secret).where(users.c.id == user))
    if sealed is None:
        return None
    opened = vault.unseal(registry_key(connection, vault), sealed, context=_context(user))
    return OneTime(**json.loads(opened))


def _write(connection: Connection, vault: Vault, user: int, kept: OneTime) -> None:
    content = json.dumps(asdict(kept)).encode()
    sealed = vault.seal(registry_key(connection, vault), content, context=_context(user))
    connection.execute(update(users).where(users.c.id == user).values(one_time_secret=sealed))


def _context(user: int) -> str:
    return f"users:{user}:one_time_secret"
