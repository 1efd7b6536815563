"""`antigone registry users ...`: users, tokens, and who countersigns what was changed of them. Imports wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from antigone.cli.team.signing import (
    secret,
    signed_in,
    signed_in_first,
)

if TYPE_CHECKING:
    from antigone.team.access.session import Session

users_app = typer.Typer(help="Users, tokens, and who countersigns what was changed of them.", no_args_is_help=True)

Code = Annotated[str, typer.Argument(help="The user's code: a function or initials, not a name.")]
Role = Annotated[str, typer.Option(help="administrator, registrar, geneticist, reviewer, coordinator or auditor.")]


@users_app.command(name="list")
@signed_in
def list_(session: Session) -> None:
    """Everybody who is or was a user."""
    from antigone.cli.team import console as console_registry
    from antigone.team.access.users import list_users

    console_registry.print_users(list_users(session))


@users_app.command()
@signed_in
def add(session: Session, code: Code, role: Role) -> None:
    """Add a user. The first password comes from ANTIGONE_NEW_PASSWORD (or _FD), or the keyboard."""
    from antigone.team.access.users import add_user

    password = secret("ANTIGONE_NEW_PASSWORD", f"First password of '{code}'", confirm=True)
    made = add_user(session, code, role=role, password=password)
    typer.echo(f"'{made.code}' has the role {made.role}, and chooses another password at the first sign-in.")
    tell_waiting(session, code)


@users_app.command()
@signed_in
def role(session: Session, code: Code, role: Role) -> None:
    """Give a user another role. Their sessions end."""
    from antigone.team.access.users import change_role

    typer.echo(f"'{code}' has the role {change_role(session, code, role=role).role}.")
    tell_waiting(session, code)


@users_app.command()
@signed_in
def deactivate(session: Session, code: Code) -> None:
    """End a user's access, tokens included. The code stays in the history."""
    from antigone.team.access.users import deactivate_user

    deactivate_user(session, code)
    typer.echo(f"'{code}' has no access any more.")


@users_app.command()
@signed_in_first
def password(
    session: Session, code: Annotated[str, typer.Argument(help="Another user's code, for an administrator.")] = ""
) -> None:
    """Change your own password, or as an administrator another user's."""
    from antigone.team.access.users import change_own_password, set_password

    new = secret("ANTIGONE_NEW_PASSWORD", "New password", confirm=True)
    if code:
        set_password(session, code, password=new)
    else:
        change_own_password(session, old=secret("ANTIGONE_PASSWORD", "Old password"), new=new)
    typer.echo("The password is changed.")
    if code:
        tell_waiting(session, code)


@users_app.command()
@signed_in
def token(
    session: Session,
    name: Annotated[str, typer.Option(help="What the token is called.")],
    code: Annotated[str, typer.Argument(help="Another user's code, for an administrator. Default: yourself.")] = "",
    days: Annotated[int, typer.Option(min=1, help="How many days it is valid.")] = 90,
    revoke: Annotated[bool, typer.Option("--revoke", help="Revoke it instead.")] = False,
) -> None:
    """A token with which a program acts as you, or as another user; printed once. With --revoke, end it.

    Only a token that its user made takes part in decisions.
    """
    from antigone.team.access import users

    if revoke:
        ended = users.revoke_token(session, code, name=name) if code else users.revoke_own_token(session, name=name)
        typer.echo(f"{ended} tokens revoked.")
    elif code:
        typer.echo(users.add_token(session, code, name=name, days=days))
    else:
        typer.echo(users.add_own_token(session, name=name, days=days))


@users_app.command()
@signed_in
def changes(session: Session) -> None:
    """What administrators changed of somebody's access and nobody has countersigned; for administrator and auditor."""
    from antigone.cli.team import console as console_registry
    from antigone.team.access.countersigning import list_changes

    console_registry.print_changes(list_changes(session))


@users_app.command()
@signed_in
def countersign(
    session: Session, change: Annotated[int, typer.Argument(help="The number of the change, as 'changes' lists it.")]
) -> None:
    """Say that a change of somebody's access is right, after you asked that person yourself whether it is."""
    from antigone.team.access.countersigning import countersign as sign

    done = sign(session, change)
    typer.echo(f"Countersigned: {done.words}, of '{done.user}'.")


@users_app.command()
@signed_in
def tokens(session: Session) -> None:
    """Every token that was given, without the token."""
    from antigone.cli.team import console as console_registry
    from antigone.team.access.users import list_tokens

    console_registry.print_tokens(list_tokens(session))


@users_app.command(name="reset-codes")
@signed_in
def reset_codes(session: Session, code: Code) -> None:
    """Forget the device for one-time codes of a user who lost it; a password is enough until they set up another."""
    from antigone.team.access.one_time_codes import reset_codes as forget_device

    forget_device(session, code)
    typer.echo(f"'{code}' signs in with a password alone, until they set up a device again.")
    tell_waiting(session, code)


def tell_waiting(session: Session, code: str) -> None:
    """Say to who changed an access that another person has to countersign it."""
    from antigone.team.access.countersigning import list_changes

    if any(one.user == code for one in list_changes(session)):
        typer.echo(f"'{code}' takes part in no decision until another administrator or the auditor has countersigned")
        typer.echo("this (antigone registry users changes).")
