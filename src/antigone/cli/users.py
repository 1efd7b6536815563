"""`antigone registry users ...`: users and tokens, for the administrator. Imports wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from antigone.cli.signing import (
    secret,
    signed_in,
)

if TYPE_CHECKING:
    from antigone.casework.registry.session import Session

users_app = typer.Typer(help="Users and tokens, for the administrator.", no_args_is_help=True)

Code = Annotated[str, typer.Argument(help="The user's code: a function or initials, not a name.")]
Role = Annotated[str, typer.Option(help="administrator, registrar, geneticist, reviewer, coordinator or auditor.")]


@users_app.command(name="list")
@signed_in
def list_(session: Session) -> None:
    """Everybody who is or was a user."""
    from antigone.casework.registry.users import list_users
    from antigone.cli import console_registry

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
    from antigone.casework.registry.users import list_tokens
    from antigone.cli import console_registry

    console_registry.print_tokens(list_tokens(session))


@users_app.command(name="reset-codes")
@signed_in
def reset_codes(session: Session, code: Code) -> None:
    """Forget the device for one-time codes of a user who lost it; a password is enough until they set up another."""
    from antigone.casework.registry.onetime import reset_codes as forget_device

    forget_device(session, code)
    typer.echo(f"'{code}' signs in with a password alone, until they set up a device again.")
