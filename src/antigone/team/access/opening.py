"""Making a registry, opening it, and signing in. Nothing here needs a session; everything else does."""

from __future__ import annotations

import datetime as dt
import hmac
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import cast

from sqlalchemy import Connection

from antigone.errors import AntigoneError, Forbidden, InputError, VaultError
from antigone.registry.audit.chain import append
from antigone.registry.audit.log import count_failures
from antigone.registry.audit.proving import begin_proofs
from antigone.registry.audit.seals import make_sealer, protect
from antigone.registry.backup.renewal import renew_documents
from antigone.registry.keys.keyfile import (
    MASTER_KEY,
    create_key_file,
    master_key_text,
    open_vault,
    read_key_file,
    secret_from,
)
from antigone.registry.keys.passphrase import STRONG, Cost, check_length
from antigone.registry.keys.vault import Vault, check_vault, found_registry
from antigone.registry.store.database import (
    Place,
    create_registry,
    is_readable,
    is_server,
    schema_of,
    snapshot,
    transaction,
    upgrade,
)
from antigone.registry.store.database import open_registry as open_database
from antigone.registry.store.migrations import LATEST
from antigone.registry.users import accounts as users
from antigone.registry.users.accounts import User, add_user
from antigone.registry.users.one_time_codes import accept_code, has_codes
from antigone.team.access.leaving import finish_leaving, is_unfinished
from antigone.team.access.roles import Role
from antigone.team.access.session import Clock, Registry, Session, stamp, utc_now

__all__ = [
    "asks_for_code",
    "has_master_key",
    "init_registry",
    "open_registry",
    "open_vault",
    "open_with",
    "password_mark",
    "refuse_guessing",
    "secret_from",
    "session_of",
    "session_of_token",
    "sign_in",
    "upgrade_registry",
    "with_new_key",
    "worker_key",
]

MOST_FAILURES = 5
"""Failed sign-ins of one user in ``MINUTES_OF_FAILURES`` after which every further one is refused."""
MINUTES_OF_FAILURES = 15
SIGNED_IN, NOT_SIGNED_IN = "sign in", "refused: sign in"


def init_registry(
    place: Place,
    *,
    administrator: str,
    password: str,
    key_file: Path | None = None,
    passphrase: str = "",
    vault: Vault | None = None,
    cost: Cost = STRONG,
    clock: Clock = utc_now,
) -> Registry:
    """Make a registry with its first administrator, all of it or nothing.

    Parameters
    ----------
    place
        A new file, or an empty database of a PostgreSQL server.
    administrator, password
        The code and the password of the first user.
    key_file, passphrase
        Where the new master key goes, and what it is sealed with.
    vault
        The master key of a server, instead of a key file.
    cost, clock
        What one guess of a passphrase or password costs, and what dates the actions.

    Raises
    ------
    InputError
        When neither a key file nor a vault is given.
    StorageError, VaultError, Conflict
        When the place is taken, the key file exists, or a passphrase, password or code is none.
    """
    if vault is None and key_file is None:
        raise InputError("no key file and no master key are given; name a new key file, or set ANTIGONE_MASTER_KEY")
    check_length(password, "password")
    engine = create_registry(place)
    registry = Registry(engine, vault or Vault.new(), clock, cost, None if vault else key_file)
    made_key = False
    try:
        if vault is None and key_file is not None:
            create_key_file(key_file, registry.vault, passphrase=passphrase, cost=cost)
            made_key = True
        with transaction(engine) as connection:
            found_registry(connection, registry.vault)
            sealer = make_sealer(connection, registry.vault, new=True)
            protect(engine, sealer, also=connection)
            begin_proofs(connection, sealer)
            first = add_user(
                connection,
                code=administrator,
                role="administrator",
                password=password,
                at=registry.now(),
                cost=cost,
                founder=True,
            )
            _session(registry, first, "to begin the registry").note(connection, "begin", {"user": administrator})
    except BaseException:
        engine.dispose()
        _undo(place, key_file if made_key else None)
        raise
    return registry


def _undo(place: Place, key_file: Path | None) -> None:
    """Remove what an unfinished beginning made; the tables of a server stay, and are empty."""
    made = [] if is_server(place) else [Path(f"{place}{end}") for end in ("", "-wal", "-shm")]
    for path in [*made, *([key_file] if key_file else [])]:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def open_registry(
    place: Place,
    *,
    key_file: Path | None,
    environ: Mapping[str, str],
    ask: Callable[[], str],
    clock: Clock = utc_now,
) -> Registry:
    """Open a registry with the master key of the environment, or of a key file.

    Raises
    ------
    StorageError
        When it is not there, damaged, or of another version.
    VaultError
        When the key does not open, is readable by others, or belongs to another registry.
    """
    registry = open_with(place, open_vault(environ, key_file=key_file, ask=ask), clock=clock)
    return replace(registry, key_file=None if has_master_key(environ) else key_file)


def open_with(place: Place, vault: Vault, *, clock: Clock = utc_now, cost: Cost = STRONG) -> Registry:
    """Open a registry with a master key that is there already. See `open_registry`."""
    engine = open_database(place)
    try:
        with snapshot(engine) as connection:
            check_vault(connection, vault)
            protect(engine, make_sealer(connection, vault))
    except AntigoneError:
        engine.dispose()
        raise
    registry = Registry(engine, vault, clock, cost)
    if is_unfinished(registry):
        finish_leaving(registry)
    return registry


def upgrade_registry(place: Place, vault: Vault, *, clock: Clock = utc_now) -> tuple[str, str]:
    """Bring a registry that an older Antigone wrote to the schema of this one, all of it or nothing.

    It needs the master key and no session, because nobody can sign in before.

    Returns
    -------
    The schema before and now; when they are the same, nothing was done.

    Raises
    ------
    StorageError
        When it is not there, damaged, no registry, or a newer Antigone wrote it.
    VaultError
        When the master key is not the registry's.
    """
    before = schema_of(place)
    if before == LATEST:
        return before, before
    done = []

    def record(connection: Connection) -> None:
        check_vault(connection, vault)
        sealer = make_sealer(connection, vault, new=True)
        protect(connection.engine, sealer, also=connection)
        renewed = renew_documents(connection, vault)
        begin_proofs(connection, sealer, everything=True)
        subject = json.dumps({"from": before, "to": LATEST, "documents renewed": renewed})
        append(
            connection,
            at=stamp(clock()),
            actor="upgrade",
            action="upgrade",
            purpose="a newer Antigone",
            subject=subject,
        )
        done.append(before)

    upgrade(place, also=record).dispose()
    return (before, LATEST) if done else (LATEST, LATEST)


def with_new_key(registry: Registry, *, passphrase: str) -> Registry:
    """The same registry with the master key that its key file holds now, after a rotation.

    Raises
    ------
    VaultError
        When there is no key file, it does not open, or it is not the registry's.
    StorageError
        When the key file is not there.
    """
    if registry.key_file is None:
        raise VaultError("the environment gives the master key; expected a key file; start again with the new key")
    vault = read_key_file(registry.key_file, passphrase=passphrase)
    with snapshot(registry.engine) as connection:
        check_vault(connection, vault)
    return replace(registry, vault=vault)


def can_be_read(registry: Registry) -> bool:
    """Whether the database of a registry answers; nothing of what is in it."""
    return is_readable(registry.engine)


def has_master_key(environ: Mapping[str, str]) -> bool:
    """Whether the environment gives the master key, as on a server."""
    return MASTER_KEY in environ or f"{MASTER_KEY}_FD" in environ


def worker_key(registry: Registry) -> str:
    """The master key as text, to be given to a worker process through a pipe (``ANTIGONE_MASTER_KEY_FD``)."""
    return master_key_text(registry.vault)


def sign_in(registry: Registry, code: str, *, password: str, purpose: str, one_time_code: str = "") -> Session:
    """Begin a session. Each sign-in and each failed one stands in the audit.

    ``one_time_code`` is asked of users who confirmed a device; each code opens once.

    A failed one names the user only when there is one: what was typed in that field may be a password.

    Raises
    ------
    Forbidden
        When the user is unknown or left, or the password or the code is wrong: one message for all. And after 5
        failures within 15 minutes, whatever is typed; they are counted in the registry, for all its processes.
    InputError
        When no purpose is given.
    """
    _check_purpose(purpose)
    with snapshot(registry.engine) as connection:
        known = {user.code for user in users.all_users(connection)}
    actor = code if code in known else _pseudonym(registry, code)
    refusal: Forbidden | None = None
    user: User | None = None
    with snapshot(registry.engine) as connection:
        refuse_guessing(registry, connection, actor)
        claim = users.find_claim(connection, code)
    try:
        user = users.prove(claim, password=password, cost=registry.cost)
    except Forbidden as error:
        refusal = error
    with transaction(registry.engine) as connection:
        # counted again under the lock, so that guesses made at the same moment do not pass together
        refuse_guessing(registry, connection, actor)
        if user and users.find_claim(connection, code) != claim:
            user, refusal = None, Forbidden(users.REFUSED)
        if user and not accept_code(connection, registry.vault, user.id, code=one_time_code, moment=registry.clock()):
            user, refusal = None, Forbidden(users.REFUSED)
        nobody = User(0, actor, "", False)
        session = _session(registry, user or nobody, purpose)
        session.note(connection, SIGNED_IN if user else NOT_SIGNED_IN, {})
    if refusal is not None:
        raise refusal
    return session


def asks_for_code(registry: Registry, code: str) -> bool:
    """Whether the sign-in of a user asks for a one-time code; never of somebody unknown."""
    with snapshot(registry.engine) as connection:
        found = [user.id for user in users.all_users(connection) if user.code == code]
        return bool(found) and has_codes(connection, registry.vault, found[0])


def password_mark(registry: Registry, code: str) -> str:
    """A text that is another one whenever this user's password was set, to be read before a sign-in and kept with it.

    It tells nothing about the password, and is empty for nobody.
    """
    with snapshot(registry.engine) as connection:
        return users.password_mark(connection, code)


def session_of(registry: Registry, code: str, *, purpose: str, mark: str | None = None) -> Session:
    """A session of a user who signed in before, and whom the interface still knows (by a signed cookie, say).

    Parameters
    ----------
    registry, code, purpose
        As for `sign_in`.
    mark
        The user's `password_mark` at the sign-in: who got in with a password that was changed since stays out.

    Raises
    ------
    Forbidden
        When the user is unknown or left, or has another password by now.
    InputError
        When no purpose is given.
    """
    _check_purpose(purpose)
    with snapshot(registry.engine) as connection:
        user = users.find_user(connection, code)
        if mark is not None and mark != users.password_mark(connection, code):
            raise Forbidden(f"the password of '{code}' was changed since this session began; sign in with the new one")
        return _session(registry, user, purpose)


def session_of_token(registry: Registry, token: str, *, purpose: str) -> Session:
    """A session of a program, in the role of the user whose token it has.

    Raises
    ------
    Forbidden
        When the token is unknown, revoked or expired, or its user left.
    InputError
        When no purpose is given.
    """
    _check_purpose(purpose)
    with snapshot(registry.engine) as connection:
        user = users.user_of_token(connection, token, at=registry.now())
        return _session(registry, user, purpose, own=users.is_own_token(connection, token))


def _session(registry: Registry, user: User, purpose: str, *, own: bool = True) -> Session:
    return Session(registry, user.id, user.code, cast(Role, user.role), purpose, own, user.must_change)


def _check_purpose(purpose: str) -> None:
    if not purpose.strip():
        raise InputError("no purpose is given; say in a few words what the work is for, without names")


def _pseudonym(registry: Registry, code: str) -> str:
    """The same for the same code, and nobody can tell the code from it."""
    return "unknown " + hmac.digest(registry.vault.subkey("unknown users"), code.encode(), "sha256").hex()[:12]


def refuse_guessing(registry: Registry, connection: Connection, actor: str) -> None:
    """Refuse a user whose password was typed wrongly too often, here or at the sign-in.

    Raises
    ------
    Forbidden
        After ``MOST_FAILURES`` within ``MINUTES_OF_FAILURES``.
    """
    since = registry.clock() - dt.timedelta(minutes=MINUTES_OF_FAILURES)
    failures = count_failures(
        connection,
        actor=actor,
        failed=NOT_SIGNED_IN,
        succeeded=SIGNED_IN,
        since=stamp(since),
    )
    if failures >= MOST_FAILURES:
        raise Forbidden(
            f"{failures} failed sign-ins of this user within {MINUTES_OF_FAILURES} minutes; wait, then try again"
        )
