"""Signing in on the command line: the options of a registry and a user, and where secrets come from."""

from __future__ import annotations

import os
import sys
import typing
from collections.abc import Callable
from functools import cache, wraps
from importlib.util import find_spec
from inspect import Parameter, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from antigone.errors import InputError, NewPasswordNeeded, Unsupported

if TYPE_CHECKING:
    from antigone.team.access.session import Registry, Session

Place = Annotated[
    str, typer.Option("--registry", envvar="ANTIGONE_REGISTRY", help="The registry: a file, or postgresql://...")
]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file", envvar="ANTIGONE_KEY_FILE", help="Its key file. Default: REGISTRY.key; not used on a server."
    ),
]
User = Annotated[str, typer.Option("--user", envvar="ANTIGONE_USER", help="Your user code.")]
Purpose = Annotated[
    str, typer.Option("--purpose", envvar="ANTIGONE_PURPOSE", help="What for; written into the audit. No names.")
]
IncidentCode = Annotated[str, typer.Option("--incident", help="The incident's code.")]
Reason = Annotated[str, typer.Option(help="Why; kept with the decision. No names.")]
CandidateNumber = Annotated[int, typer.Argument(help="The number of the candidate, as 'candidates' lists it.")]
Page = Annotated[int, typer.Option(min=1, help="Which page.")]
"""The size of a page is fixed: a longer list is for the browser or the API."""


def signed_in(command: Callable[..., None]) -> Callable[..., None]:
    """A command that begins by signing in: its first parameter becomes the options of a registry and a user.

    Who was given their password by somebody else chooses another one before the command begins.
    """
    return _begins_by(lambda *who: choose_password(sign_in(*who)), command)


def signed_in_first(command: Callable[..., None]) -> Callable[..., None]:
    """The same for the command that changes the password itself."""
    return _begins_by(sign_in, command)


def _begins_by(begin: Callable[..., Session], command: Callable[..., None]) -> Callable[..., None]:
    @wraps(command)
    def run(*, registry: str, key_file: Path | None, user: str, purpose: str, **options: Any) -> None:
        opened = open_place(registry, key_file)
        try:
            command(begin(opened, user, purpose), **options)
        finally:
            opened.close()

    hints = typing.get_type_hints(command, localns={"Session": object}, include_extras=True)
    own = [p.replace(annotation=hints[name]) for name, p in signature(command).parameters.items()][1:]
    common = [
        Parameter("registry", Parameter.KEYWORD_ONLY, default="", annotation=Place),
        Parameter("key_file", Parameter.KEYWORD_ONLY, default=None, annotation=KeyFile),
        Parameter("user", Parameter.KEYWORD_ONLY, default="", annotation=User),
        Parameter("purpose", Parameter.KEYWORD_ONLY, default="", annotation=Purpose),
    ]
    run.__signature__ = signature(command).replace(  # type: ignore[attr-defined]
        parameters=[p.replace(kind=Parameter.KEYWORD_ONLY) for p in own] + common, return_annotation=None
    )
    run.__annotations__ = {p.name: p.annotation for p in (*own, *common)}
    del run.__wrapped__  # the options are those of the new signature
    return run


def open_place(place: str, key_file: Path | None) -> Registry:
    """The registry of ``--registry``, opened with its key file or the key of the environment."""
    require_registry()
    from antigone.team.access.opening import open_registry

    if not place:
        raise InputError("no registry is named; give --registry, or set ANTIGONE_REGISTRY")
    same_passphrase.cache_clear()
    environ = {name: value for name, value in os.environ.items() if name.startswith("ANTIGONE_MASTER_KEY")}
    return open_registry(place, key_file=key_file_of(place, key_file), environ=environ, ask=same_passphrase)


def sign_in(registry: Registry, user: str, purpose: str) -> Session:
    """A session of ``--user``, with a password from the environment, a file descriptor, or the keyboard."""
    from antigone.team.access import opening

    if not user:
        raise InputError("no user is named; give --user, or set ANTIGONE_USER")
    purpose = purpose or (typer.prompt("Purpose", err=True) if sys.stdin.isatty() else "")
    password = secret("ANTIGONE_PASSWORD", "Password")
    code = secret("ANTIGONE_ONE_TIME_CODE", "One-time code") if opening.asks_for_code(registry, user) else ""
    return opening.sign_in(registry, user, password=password, purpose=purpose, one_time_code=code)


def choose_password(session: Session) -> Session:
    """Tell who was given their password that somebody else knows it, and ask for another one."""
    from antigone.team.access.users import change_own_password

    if not session.must_change:
        return session
    if not sys.stdin.isatty():
        raise NewPasswordNeeded
    typer.echo("Your password was given to you by somebody else, who knows it. Choose one of your own.", err=True)
    old = secret("ANTIGONE_PASSWORD", "Password until now")
    change_own_password(
        session, old=old, new=str(typer.prompt("New password", hide_input=True, confirmation_prompt=True, err=True))
    )
    typer.echo("The password is changed.", err=True)
    return session


def key_file_of(place: str, key_file: Path | None) -> Path | None:
    """The key file that is named, or the one beside a registry that is a file."""
    return key_file or (None if "://" in place else Path(f"{place}.key"))


def secret(name: str, words: str, *, confirm: bool = False) -> str:
    """A secret from the environment variable ``name``, the file descriptor in ``name_FD``, or the keyboard."""
    from antigone.team.access.opening import secret_from

    given = secret_from(os.environ, name)
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise InputError(f"no {words.lower()} is given; set {name} or {name}_FD, or use a terminal")
    return str(typer.prompt(words, hide_input=True, confirmation_prompt=confirm, err=True))


def ask_passphrase() -> str:
    """The passphrase of a key file."""
    return secret("ANTIGONE_PASSPHRASE", "Passphrase of the key file")


@cache
def same_passphrase() -> str:
    """The passphrase that opened the registry: nobody types it twice, and a file descriptor is read once only."""
    return ask_passphrase()


def require_registry() -> None:
    """Say which extra is missing, rather than which module."""
    if not all(find_spec(name) for name in ("sqlalchemy", "alembic", "cryptography")):
        raise Unsupported("a registry needs the extra 'registry'; install it with: pip install 'antigone[registry]'")
