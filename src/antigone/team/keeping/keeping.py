"""Keeping a registry for twenty years: backups, restoring, verifying, another master key, trustees."""

from __future__ import annotations

import hmac
import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row

from antigone.errors import AntigoneError, ChainBroken, NotWhole, VaultError
from antigone.registry.audit.chain import Head, append
from antigone.registry.audit.checkpoints import Checkpoint, read_checkpoint, verify_checkpoint, verify_history
from antigone.registry.audit.guards import check_guards
from antigone.registry.audit.proving import (
    Finding,
    Progress,
    ProofReader,
    check_registry,
    describe_lines,
    proven_since,
    quiet,
)
from antigone.registry.audit.seals import make_sealer
from antigone.registry.backup.archive import read_archive_header
from antigone.registry.backup.backup import backup
from antigone.registry.backup.restore import Loaded, Restored, users_of_archive
from antigone.registry.backup.restore import restore as restore_backup
from antigone.registry.keys import escrow, keyfile
from antigone.registry.keys.keyfile import create_key_file, master_key_text, parse_master_key, read_key_file
from antigone.registry.keys.passphrase import STRONG, Cost
from antigone.registry.keys.vault import Vault, check_vault
from antigone.registry.rings.ring import Unreached, outdated_rings, remove_ring_place, write_rings
from antigone.registry.rings.rotation import Rotation, next_generation, rotate, rotate_key_file
from antigone.registry.store.database import Place, check_integrity
from antigone.team.access.session import Clock, Session, Subject, action, stamp, utc_now
from antigone.team.keeping.replaying import Replay
from antigone.team.views import BackedUp, Rotated, Verified

VERIFIED_UP_TO = "whole up to line"
"""What the audit calls the end of a verification that found nothing wrong."""


@action("back up")
def back_up(session: Session, archive: Path, *, ring: Path) -> BackedUp:
    """Write all data but the keys into a new archive, and the keys into the ring; others may work meanwhile.

    Keep the two apart, and the ring where a withdrawal can write over it: an old archive with the current ring never
    opens who left.

    Raises
    ------
    StorageError
        When the archive exists, or cannot be written.
    BackupError
        When there is the ring of another registry at that place.
    """
    registry = session.registry
    with session.writing("back up", {"archive": archive.name, "ring": ring.name}):
        pass  # on record before the data leave the registry, so that the archive holds the line too
    made = backup(registry.engine, registry.vault, archive=archive, ring=ring, at=registry.now())
    rows = sum(made.rows.values())
    with session.writing("back up", {"archive": archive.name, "rows": rows, "rings unreached": len(made.unreached)}):
        pass  # that it came to its end: `read_safekeeping` tells the administrator
    return BackedUp(archive, ring, rows, describe(made.unreached), made.removed)


@action("back up")
def refresh_rings(session: Session) -> tuple[str, ...]:
    """Write the current ring over every known copy again, and say which could not be reached."""
    registry = session.registry
    with session.writing("back up", {"rings": "refreshed"}):
        pass
    return describe(write_rings(registry.engine, registry.vault, at=registry.now()))


@action("back up")
def forget_ring(session: Session, place: Path) -> None:
    """Forget a place of the ring whose medium was destroyed, so that nobody waits for it any more.

    Raises
    ------
    StorageError
        When it is not one of the places.
    """
    with session.writing("back up", {"ring forgotten": place.name}) as connection:
        remove_ring_place(connection, place)


@action("verify")
def verify(session: Session, *, checkpoints: Sequence[Path | Checkpoint] = (), progress: Progress = quiet) -> Verified:
    """Check the database, the keys, the whole audit, that every row is as the audit left it, and exported checkpoints.

    That it was found whole is a second line in the audit.

    Parameters
    ----------
    session
        Of an auditor or an administrator.
    checkpoints
        Exported ones, that must agree with the audit.
    progress
        Is told of each table while its rows are checked.

    Raises
    ------
    StorageError
        When the database is damaged, or the file of a checkpoint cannot be read.
    ChainBroken
        Naming the first line of the audit that is not what was written.
    NotWhole
        When anything else is not as the audit left it, with everything that was found.
    """
    subject: Subject = {"checkpoints": len(checkpoints)}
    with session.reading("verify", subject) as connection:
        check_integrity(connection)
        check_vault(connection, session.registry.vault)
        head, since = _check_whole(connection, session.registry.vault, progress)
        for one in checkpoints:
            verify_checkpoint(connection, one if isinstance(one, Checkpoint) else read_checkpoint(one))
        found = Verified(head.number, head.hash, len(checkpoints), describe(outdated_rings(connection)), since)
    with session.writing("verify", {**subject, VERIFIED_UP_TO: found.lines}):
        pass
    return found


def _check_whole(connection: Connection, vault: Vault, progress: Progress) -> tuple[Head, int]:
    """The end of the audit and the first line with a proof, when everything is as the audit left it."""
    sealer = make_sealer(connection, vault)
    lines, replay = ProofReader(sealer, proven_since(connection, sealer)), Replay()
    broken: ChainBroken | None = None

    def read(line: Row[Any]) -> None:
        lines(line)
        replay(line)

    try:
        head = verify_history(connection, also=read)
    except ChainBroken as error:
        broken = error
    findings = [*lines.findings()]
    if broken is None:  # otherwise the audit does not say how anything should stand
        findings += [*replay.findings(connection), *check_registry(connection, vault, lines, progress=progress)]
    else:
        findings += [Finding("database", words) for words in check_guards(connection)]
    if broken is not None and not findings:
        raise broken
    if findings:
        raise _not_whole(connection, broken, findings)
    return head, lines.since or 1


def _not_whole(connection: Connection, broken: ChainBroken | None, findings: Sequence[Finding]) -> NotWhole:
    wrote = describe_lines(connection, findings)
    said = [str(broken)] if broken else []
    said += [f"{one} ({wrote[one.line]})" if one.line in wrote else str(one) for one in findings]
    said.append("keep the database as it is, compare it with a backup, and tell who keeps your checkpoints")
    return NotWhole(broken.number if broken else min(one.line for one in findings), said)


def restore(
    place: Place,
    vault: Vault,
    *,
    archive: Path,
    ring: Path,
    today: Collection[str] | None = None,
    clock: Clock = utc_now,
) -> Restored:
    """Make a registry from an archive, the current ring and the master key, with a line about it in its audit.

    It needs no session, because there is nothing yet to sign in to. Every token is revoked, and nobody is signed in.

    Parameters
    ----------
    place, vault, archive, ring
        Where to, the master key, and the two files of the backup.
    today
        The codes of those who are users today; the access of all others ends (None: of nobody).
    clock
        What dates it.

    Returns
    -------
    What was restored, how many rows as erased because the ring has no key for them, and who has access.

    Raises
    ------
    InputError
        When ``today`` names somebody who is no user of the archive, or no administrator.
    BackupError, VaultError, StorageError
        When archive, ring or key are damaged or do not belong together, or there is something at ``place``.
    """
    at = stamp(clock())

    def note(connection: Connection, done: Loaded) -> None:
        access = {"users ended": list(done.access.ended), "tokens ended": done.access.tokens}
        told = {"archive": archive.name, "restored as erased": dict(done.erased), **access}
        about = json.dumps(told, ensure_ascii=False, sort_keys=True)
        append(connection, at=at, actor="restore", action="restore", purpose="to bring a backup back", subject=about)

    return restore_backup(place, vault, archive=archive, ring=ring, at=at, today=today, also=note)


def list_archived_users(archive: Path) -> tuple[tuple[str, str], ...]:
    """The code and the role of everybody who had access when a backup was made; the archive is not verified.

    Raises
    ------
    BackupError, StorageError
        When it cannot be read.
    """
    read_archive_header(archive)
    return users_of_archive(archive)


@action("rotate key")
def check_key_holder(session: Session, held: str) -> None:
    """Refuse who cannot show that they hold the key: what shows or changes a key is for its keeper alone.

    Parameters
    ----------
    session
        Of an administrator, who need not know the key to do the rest of their work.
    held
        The passphrase of the key file; on a server the master key itself, as its secret store has it.

    Raises
    ------
    VaultError
        When it is not the one; that stands in the audit.
    """
    registry = session.registry
    try:
        shown = (
            parse_master_key(held) if registry.key_file is None else read_key_file(registry.key_file, passphrase=held)
        )
        same = hmac.compare_digest(master_key_text(shown), master_key_text(registry.vault))
    except AntigoneError:
        with session.writing("rotate key", {"state": "refused: the key was not shown"}):
            pass
        raise
    if not same:
        with session.writing("rotate key", {"state": "refused: another key was shown"}):
            pass
        raise VaultError(
            "this is another key than the one that this program holds; give the key that opened the registry, or read "
            "the key file again when it was changed meanwhile"
        )


@action("rotate key")
def rotate_key(session: Session, *, passphrase: str) -> Rotated:
    """Give the registry a new master key in its key file, or go on with a rotation that was interrupted.

    This session and every other one that is open end with it: the key file has to be read again.

    Raises
    ------
    VaultError
        When there is no key file, it does not open, or it is not the registry's.
    StorageError
        When the key file or the database cannot be written; repeat the call.
    """
    registry = session.registry
    key_file = registry.key_file
    if key_file is None:
        raise VaultError("the environment gives the master key; expected a key file; rotate the key of the server")
    with session.writing("rotate key", {"state": "begun"}):
        pass
    at = registry.now()
    return _rotated(
        session, rotate_key_file(registry.engine, key_file, passphrase=passphrase, at=at, cost=registry.cost)
    )


@action("rotate key")
def rotate_server_key(session: Session) -> Rotated:
    """The same for a server whose environment gives the master key: with the text of `next_server_key` in it.

    Raises
    ------
    VaultError
        When the environment's key is of one generation only.
    """
    registry = session.registry
    if len(registry.vault.masters) == 1:
        raise VaultError(
            "the master key of the environment has one generation, expected the old and the new one; make the new one "
            "first ('antigone registry rotate-key --next'), put both into the secret store, and repeat"
        )
    with session.writing("rotate key", {"state": "begun"}):
        pass
    return _rotated(session, rotate(registry.engine, registry.vault, at=registry.now()))


@action("rotate key")
def next_server_key(session: Session) -> str:
    """The master key as text, with a new generation beside the old one; nothing is changed yet."""
    with session.writing("rotate key", {"state": "new key made"}):
        return master_key_text(next_generation(session.registry.vault))


@action("rotate key")
def split_key(session: Session, *, needed: int, trustees: int) -> tuple[str, ...]:
    """The master key in shares, one line for each trustee; any ``needed`` of them give it back.

    Raises
    ------
    VaultError
        Unless 2 <= needed <= trustees <= 16.
    """
    with session.writing("rotate key", {"shares": trustees, "needed": needed}):
        shares = escrow.split_key(session.registry.vault, needed=needed, trustees=trustees)
    return tuple(share.text for share in shares)


def join_key(shares: Sequence[str], *, key_file: Path, passphrase: str, cost: Cost = STRONG) -> None:
    """Make a new key file from enough shares. It needs no session: without the key nobody can sign in.

    Raises
    ------
    VaultError
        When a share is none or was misread, they are too few or do not belong together, or the key file exists.
    """
    vault = escrow.join_shares([escrow.parse_share(share) for share in shares])
    create_key_file(key_file, vault, passphrase=passphrase, cost=cost)


def change_passphrase(key_file: Path, *, old: str, new: str) -> None:
    """Seal a key file with another passphrase; the registry needs no change.

    Raises
    ------
    VaultError
        When the old passphrase is wrong, or the new one too short.
    """
    keyfile.change_passphrase(key_file, old=old, new=new)


@action("rotate key")
def change_key_passphrase(session: Session, *, old: str, new: str) -> None:
    """Seal the registry's key file with another passphrase; sessions go on.

    Raises
    ------
    VaultError
        When there is no key file, the old passphrase is wrong, or the new one too short.
    StorageError
        When the key file cannot be written.
    """
    registry = session.registry
    if registry.key_file is None:
        raise VaultError("the environment gives the master key, which has no passphrase; expected a key file")
    with session.writing("rotate key", {"passphrase": "to be changed"}):
        pass
    keyfile.change_passphrase(registry.key_file, old=old, new=new, cost=registry.cost)


def _rotated(session: Session, done: Rotation) -> Rotated:
    with session.writing("rotate key", {"generation": done.generation, "finished": done.finished}):
        return Rotated(done.generation, done.wrapped, describe(done.unreached))


def describe(unreached: Sequence[Unreached]) -> tuple[str, ...]:
    """Copies of the ring that may still hold keys of who left, each with the reason."""
    return tuple(f"{one.place}: {one.reason}" for one in unreached)
