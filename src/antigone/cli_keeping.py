"""`antigone registry ...`, second half: custody, sharing, users, backups, keys and the audit. Imports wait."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from antigone.cli_registry import (
    IncidentCode,
    KeyFile,
    Reason,
    ask_passphrase,
    escrow_app,
    key_file_of,
    registry_app,
    require_registry,
    same_passphrase,
    secret,
    signed_in,
    users_app,
)
from antigone.errors import InputError

if TYPE_CHECKING:
    from antigone.casework.registry.session import Session

__all__ = ["registry_app"]

Code = Annotated[str, typer.Argument(help="The user's code: a function or initials, not a name.")]
Role = Annotated[str, typer.Option(help="administrator, registrar, geneticist, reviewer, coordinator or auditor.")]
Ring = Annotated[Path, typer.Option(help="The place of the ring of keys: another medium than the archive's.")]


@registry_app.command()
@signed_in
def custody(
    session: Session,
    sample: Annotated[str, typer.Argument(help="The sample's code.")],
    incident: IncidentCode,
    event: Annotated[str, typer.Option(help="What happened, to add it to the chain.")] = "",
    holder: Annotated[str, typer.Option(help="Who holds the sample now.")] = "",
) -> None:
    """The chain of custody of a sample; with --event and --holder, a new link of it."""
    from antigone import console_registry
    from antigone.casework.registry.custody import list_custody, record_custody

    adds = bool(event or holder)
    chain = (
        record_custody(session, incident, sample, event=event, holder=holder)
        if adds
        else list_custody(session, incident, sample)
    )
    console_registry.print_custody(chain)


@registry_app.command()
@signed_in
def parts(
    session: Session,
    one: Annotated[str, typer.Argument(help="The code of remains.")],
    other: Annotated[str, typer.Argument(help="The code of other remains.")],
    incident: IncidentCode,
    reason: Reason,
) -> None:
    """Declare two remains parts of one person; both may then be confirmed as one missing person."""
    from antigone.casework.registry.reviewing import declare_parts

    declare_parts(session, incident, one, other, reason=reason)
    typer.echo(f"{one} and {other} are declared parts of one person.")


@registry_app.command()
@signed_in
def export(
    session: Session,
    incident: IncidentCode,
    out: Annotated[Path, typer.Option(help="The case folder to write.")],
) -> None:
    """Write an incident for another institution: only donors whose consent covers sharing."""
    from antigone import console_registry
    from antigone.casework.registry.exporting import export_incident

    console_registry.print_exported(export_incident(session, incident, out))


@users_app.command(name="list")
@signed_in
def list_(session: Session) -> None:
    """Everybody who is or was a user."""
    from antigone import console_registry
    from antigone.casework.registry.users import list_users

    console_registry.print_users(list_users(session))


@users_app.command()
@signed_in
def add(session: Session, code: Code, role: Role) -> None:
    """Add a user. The first password comes from ANTIGONE_NEW_PASSWORD (or _FD), or the keyboard."""
    from antigone.casework.registry.users import add_user

    password = secret("ANTIGONE_NEW_PASSWORD", f"First password of '{code}'", confirm=True)
    made = add_user(session, code, role=role, password=password)
    typer.echo(f"'{made.code}' has the role {made.role}.")


@users_app.command()
@signed_in
def role(session: Session, code: Code, role: Role) -> None:
    """Give a user another role. Their sessions end."""
    from antigone.casework.registry.users import change_role

    typer.echo(f"'{code}' has the role {change_role(session, code, role=role).role}.")


@users_app.command()
@signed_in
def deactivate(session: Session, code: Code) -> None:
    """End a user's access, tokens included. The code stays in the history."""
    from antigone.casework.registry.users import deactivate_user

    deactivate_user(session, code)
    typer.echo(f"'{code}' has no access any more.")


@users_app.command()
@signed_in
def password(
    session: Session, code: Annotated[str, typer.Argument(help="Another user's code, for an administrator.")] = ""
) -> None:
    """Change your own password, or as an administrator another user's."""
    from antigone.casework.registry.users import change_own_password, set_password

    new = secret("ANTIGONE_NEW_PASSWORD", "New password", confirm=True)
    if code:
        set_password(session, code, password=new)
    else:
        change_own_password(session, old=secret("ANTIGONE_PASSWORD", "Old password"), new=new)
    typer.echo("The password is changed.")


@users_app.command()
@signed_in
def token(
    session: Session,
    code: Code,
    name: Annotated[str, typer.Option(help="What the token is called.")],
    days: Annotated[int, typer.Option(min=1, help="How many days it is valid.")] = 90,
    revoke: Annotated[bool, typer.Option("--revoke", help="Revoke it instead.")] = False,
) -> None:
    """A token with which a program acts as a user; printed once. With --revoke, end it."""
    from antigone.casework.registry.users import add_token, revoke_token

    if revoke:
        typer.echo(f"{revoke_token(session, code, name=name)} tokens revoked.")
    else:
        typer.echo(add_token(session, code, name=name, days=days))


@users_app.command()
@signed_in
def tokens(session: Session) -> None:
    """Every token that was given, without the token."""
    from antigone import console_registry
    from antigone.casework.registry.users import list_tokens

    console_registry.print_tokens(list_tokens(session))


@registry_app.command()
@signed_in
def backup(
    session: Session,
    archive: Annotated[Path, typer.Argument(help="A new file for the data.")],
    ring: Ring,
) -> None:
    """Write the data into an archive and the keys into the ring, while others work."""
    from antigone import console_registry
    from antigone.casework.registry.keeping import back_up

    console_registry.print_backup(back_up(session, archive, ring=ring))


@registry_app.command()
@signed_in
def rings(session: Session) -> None:
    """Write the current ring over every known copy again, such as one that was out of reach at a withdrawal."""
    from antigone.casework.registry.keeping import refresh_rings

    unreached = refresh_rings(session)
    typer.echo("\n".join(f"Not written: {one}" for one in unreached) or "Every ring is current.")
    if unreached:
        raise typer.Exit(1)


@registry_app.command()
def restore(
    archive: Annotated[Path, typer.Argument(help="An archive that 'backup' wrote.")],
    place: Annotated[str, typer.Argument(help="Where to: a new file, or postgresql://... of an empty database.")],
    ring: Ring,
    key_file: KeyFile = None,
) -> None:
    """Bring a registry back from an archive, the current ring and the master key."""
    require_registry()
    from antigone.casework.registry import keeping
    from antigone.casework.registry.opening import open_vault

    vault = open_vault(os.environ, key_file=key_file_of(place, key_file), ask=ask_passphrase)
    made = keeping.restore(place, vault, archive=archive, ring=ring)
    typer.echo(f"Restored; its audit has {made.head.number} lines.")
    for table, count in made.erased.items():
        typer.echo(f"Restored as erased, because the ring has no key for them: {count} of {table}.")


@registry_app.command()
@signed_in
def verify(
    session: Session,
    checkpoint: Annotated[list[Path] | None, typer.Option(help="An exported checkpoint; may be repeated.")] = None,
) -> None:
    """Check the database, the key, every line of the audit, and that it agrees with exported checkpoints."""
    from antigone import console_registry
    from antigone.casework.registry.keeping import verify as verify_registry

    console_registry.print_verified(verify_registry(session, checkpoints=checkpoint or []))


@registry_app.command()
@signed_in
def checkpoint(session: Session, out: Annotated[Path, typer.Option(help="The file to write.")]) -> None:
    """Sign how far the audit has grown, for another institution to keep."""
    from antigone.casework.registry.auditing import export_checkpoint

    made = export_checkpoint(session, out)
    typer.echo(f"Audit line {made.number} is signed in {out}. Keep it out of reach of whoever keeps this registry.")


@registry_app.command()
@signed_in
def audit(
    session: Session,
    actor: Annotated[str, typer.Option(help="Of one user only.")] = "",
    action: Annotated[str, typer.Option(help="Of one action only.")] = "",
    page: Annotated[int, typer.Option(min=1, help="Which page; the newest lines are on the first.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Write the whole audit into this file instead.")] = None,
) -> None:
    """Who did what, when and what for."""
    from antigone import console_registry
    from antigone.casework.registry.auditing import export_audit, read_audit

    if out is not None:
        typer.echo(f"{export_audit(session, out)} lines are in {out}.")
    else:
        console_registry.print_audit(read_audit(session, page=page, actor=actor, action=action))


@registry_app.command(name="rotate-key")
@signed_in
def rotate_key(
    session: Session,
    next_: Annotated[
        bool, typer.Option("--next", help="On a server: print the environment's key with a new generation beside it.")
    ] = False,
) -> None:
    """Give the registry a new master key. It may be interrupted; repeat it then."""
    from antigone import console_registry
    from antigone.casework.registry import keeping
    from antigone.casework.registry.opening import has_master_key

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
    from antigone.casework.registry.keeping import split_key

    for share in split_key(session, needed=needed, trustees=trustees):
        typer.echo(share)


@escrow_app.command()
def join(
    shares: Annotated[Path, typer.Argument(help="A file with one share on each line, or - for the keyboard.")],
    key_file: Annotated[Path, typer.Option("--key-file", help="The key file to make.")],
) -> None:
    """Make a new key file from enough shares."""
    require_registry()
    from antigone.casework.registry.keeping import join_key

    try:
        given = sys.stdin.read() if str(shares) == "-" else shares.read_text("utf-8")
    except OSError as error:
        raise InputError(
            f"{shares} cannot be read ({error.strerror}); give a file with one share on each line"
        ) from None
    lines = [line for line in given.splitlines() if line.strip()]
    join_key(lines, key_file=key_file, passphrase=secret("ANTIGONE_PASSPHRASE", "New passphrase", confirm=True))
    typer.echo(f"The master key is in {key_file}.")


@registry_app.command()
def passphrase(
    key_file: Annotated[Path, typer.Option("--key-file", envvar="ANTIGONE_KEY_FILE", help="The key file.")],
) -> None:
    """Change the passphrase of a key file; the new one from ANTIGONE_NEW_PASSPHRASE (or _FD), or the keyboard."""
    require_registry()
    from antigone.casework.registry.keeping import change_passphrase

    new = secret("ANTIGONE_NEW_PASSPHRASE", "New passphrase", confirm=True)
    change_passphrase(key_file, old=ask_passphrase(), new=new)
    typer.echo("The passphrase is changed. Copies of the key file made before still open with the old one.")
