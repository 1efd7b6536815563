"""`antigone registry ...`: backups, keys, trustees and the audit. Imports wait."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from antigone.cli.team.signing import (
    KeyFile,
    ask_passphrase,
    key_file_of,
    require_registry,
    same_passphrase,
    secret,
    signed_in,
)
from antigone.errors import InputError

if TYPE_CHECKING:
    from antigone.team.access.session import Session

keeping_app = typer.Typer()
escrow_app = typer.Typer(help="Split the master key among trustees, and join it again.", no_args_is_help=True)

Ring = Annotated[Path, typer.Option(help="The place of the ring of keys: another medium than the archive's.")]


@keeping_app.command()
@signed_in
def backup(
    session: Session,
    archive: Annotated[Path, typer.Argument(help="A new file for the data.")],
    ring: Ring,
) -> None:
    """Write the data into an archive and the keys into the ring, while others work."""
    from antigone.cli.team import console as console_registry
    from antigone.team.keeping.keeping import back_up

    console_registry.print_backup(back_up(session, archive, ring=ring))


@keeping_app.command()
@signed_in
def rings(
    session: Session,
    forget: Annotated[
        Path | None, typer.Option(metavar="PLACE", help="First forget this copy: its medium was destroyed.")
    ] = None,
) -> None:
    """Write the current ring over every known copy again, such as one that was out of reach at a withdrawal."""
    from antigone.team.keeping.keeping import forget_ring, refresh_rings

    if forget is not None:
        forget_ring(session, forget)
        typer.echo(f"{forget} is forgotten.")
    unreached = refresh_rings(session)
    typer.echo("\n".join(f"Not written: {one}" for one in unreached) or "Every ring is current.")
    if unreached:
        raise typer.Exit(1)


@keeping_app.command()
def restore(
    archive: Annotated[Path, typer.Argument(help="An archive that 'backup' wrote.")],
    place: Annotated[str, typer.Argument(help="Where to: a new file, or postgresql://... of an empty database.")],
    ring: Ring,
    users: Annotated[
        str, typer.Option(help="The codes of today's users, with commas between them; 'all': nobody left since.")
    ] = "",
    key_file: KeyFile = None,
) -> None:
    """Bring a registry back from an archive, the current ring and the master key.

    The archive knows nothing of users and tokens that were ended after it was made: it asks who the users of today
    are, ends the access of everybody else, and revokes every token.
    """
    require_registry()
    from antigone.team.access.opening import open_vault
    from antigone.team.keeping import keeping

    vault = open_vault(os.environ, key_file=key_file_of(place, key_file), ask=ask_passphrase)
    today = _users_of_today(users, keeping.list_archived_users(archive))
    made = keeping.restore(place, vault, archive=archive, ring=ring, today=today)
    typer.echo(f"Restored; its audit has {made.head.number} lines.")
    typer.echo(f"With access, in the role and with the password of the backup: {', '.join(made.access.users)}.")
    if made.access.ended:
        typer.echo(f"Access ended: {', '.join(made.access.ended)}.")
    typer.echo(f"Nobody is signed in, and every token is revoked ({made.access.tokens}); make new ones.")
    for table, count in made.erased.items():
        typer.echo(f"Restored as erased, because the ring has no key for them: {count} of {table}.")


def _users_of_today(given: str, archived: Sequence[tuple[str, str]]) -> list[str] | None:
    """The users that a restore leaves their access; None for all of them."""
    if not given:
        typer.echo("Users with access when the backup was made:", err=True)
        typer.echo("\n".join(f"  {code} ({role})" for code, role in archived), err=True)
        if not sys.stdin.isatty():
            raise InputError(
                "who of them is a user today is not said; give --users with their codes, commas between them, or "
                "'all' when nobody left since"
            )
        given = typer.prompt("Who of them is a user today (codes with commas, or 'all')", err=True)
    return None if given.strip() == "all" else [code.strip() for code in given.split(",") if code.strip()]


@keeping_app.command()
def upgrade(
    place: Annotated[str, typer.Argument(help="A registry that an older Antigone wrote: a file, or postgresql://...")],
    key_file: KeyFile = None,
) -> None:
    """Bring a registry of an older Antigone to the schema of this one. Make a backup first, with the older one."""
    require_registry()
    from antigone.team.access.opening import open_vault, upgrade_registry

    vault = open_vault(os.environ, key_file=key_file_of(place, key_file), ask=ask_passphrase)
    before, now = upgrade_registry(place, vault)
    typer.echo(f"It has the schema {now} already." if before == now else f"Brought from schema {before} to {now}.")


@keeping_app.command()
@signed_in
def verify(
    session: Session,
    checkpoint: Annotated[list[Path] | None, typer.Option(help="An exported checkpoint; may be repeated.")] = None,
) -> None:
    """Check the database, the keys, every line of the audit, that every row is as it left it, and checkpoints."""
    from antigone.cli.team import console as console_registry
    from antigone.team.keeping.keeping import verify as verify_registry

    found = verify_registry(session, checkpoints=checkpoint or [], progress=console_registry.print_progress)
    console_registry.print_verified(found)


@keeping_app.command()
@signed_in
def checkpoint(session: Session, out: Annotated[Path, typer.Option(help="The file to write.")]) -> None:
    """Sign how far the audit has grown, for another institution to keep."""
    from antigone.team.keeping.auditing import export_checkpoint

    made = export_checkpoint(session, out)
    typer.echo(f"Audit line {made.number} is signed in {out}. Keep it out of reach of whoever keeps this registry.")


@keeping_app.command()
@signed_in
def audit(
    session: Session,
    actor: Annotated[str, typer.Option(help="Of one user only.")] = "",
    action: Annotated[str, typer.Option(help="Of one action only.")] = "",
    page: Annotated[int, typer.Option(min=1, help="Which page; the newest lines are on the first.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Write the whole audit into this file instead.")] = None,
) -> None:
    """Who did what, when and what for."""
    from antigone.cli.team import console as console_registry
    from antigone.team.keeping.auditing import export_audit, read_audit

    if out is not None:
        typer.echo(f"{export_audit(session, out)} lines are in {out}.")
    else:
        console_registry.print_audit(read_audit(session, page=page, actor=actor, action=action))


@keeping_app.command(name="rotate-key")
@signed_in
def rotate_key(
    session: Session,
    next_: Annotated[
        bool,
        typer.Option("--next", help="On a server: print the environment's key together with one of a new generation."),
    ] = False,
) -> None:
    """Give the registry a new master key. It may be interrupted; repeat it then."""
    from antigone.cli.team import console as console_registry
    from antigone.team.access.opening import has_master_key
    from antigone.team.keeping import keeping

    if next_:
        typer.echo(keeping.next_server_key(session))
        return
    if has_master_key(os.environ):
        done = keeping.rotate_server_key(session)
    else:
        done = keeping.rotate_key(session, passphrase=same_passphrase())
    console_registry.print_rotated(done)


@escrow_app.command()
@signed_in
def split(
    session: Session,
    trustees: Annotated[int, typer.Option(min=2, max=16, help="How many trustees there are.")],
    needed: Annotated[int, typer.Option(min=2, max=16, help="How many of them give the key back together.")],
) -> None:
    """Print the master key in shares, one line for each trustee. Rotate the key: split it again."""
    from antigone.team.keeping.keeping import split_key

    for share in split_key(session, needed=needed, trustees=trustees):
        typer.echo(share)


@escrow_app.command()
def join(
    shares: Annotated[Path, typer.Argument(help="A file with one share on each line, or - for the keyboard.")],
    key_file: Annotated[Path, typer.Option("--key-file", help="The key file to make.")],
) -> None:
    """Make a new key file from enough shares."""
    require_registry()
    from antigone.team.keeping.keeping import join_key

    try:
        given = sys.stdin.read() if str(shares) == "-" else shares.read_text("utf-8")
    except OSError as error:
        raise InputError(
            f"{shares} cannot be read ({error.strerror}); give a file with one share on each line"
        ) from None
    lines = [line for line in given.splitlines() if line.strip()]
    join_key(lines, key_file=key_file, passphrase=secret("ANTIGONE_PASSPHRASE", "New passphrase", confirm=True))
    typer.echo(f"The master key is in {key_file}.")


@keeping_app.command()
def passphrase(
    key_file: Annotated[Path, typer.Option("--key-file", envvar="ANTIGONE_KEY_FILE", help="The key file.")],
) -> None:
    """Change the passphrase of a key file; the new one from ANTIGONE_NEW_PASSPHRASE (or _FD), or the keyboard."""
    require_registry()
    from antigone.team.keeping.keeping import change_passphrase

    new = secret("ANTIGONE_NEW_PASSPHRASE", "New passphrase", confirm=True)
    change_passphrase(key_file, old=ask_passphrase(), new=new)
    typer.echo("The passphrase is changed. Copies of the key file made before still open with the old one.")
