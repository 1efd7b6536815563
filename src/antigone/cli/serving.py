"""``antigone serve``: the web application of one registry. Imports wait until it is started."""

from __future__ import annotations

import os
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from antigone.cli.team.signing import KeyFile, Place, open_place
from antigone.errors import InputError, Unsupported

if TYPE_CHECKING:
    from fastapi import FastAPI

    from antigone.team.access.session import Registry
    from antigone.team.keeping.backups import BackupPlaces
    from antigone.web.requests.settings import WebSettings


class LogLevel(StrEnum):
    """How much a server tells."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    DEBUG = "debug"


LOOPBACK = "127.0.0.1"
THIS_COMPUTER = ("127.0.0.1", "localhost", "::1")
EVERY_ADDRESS = frozenset({"0.0.0.0", "::"})  # noqa: S104 - nobody can ask for one of them: they need a name
DEMO_FOLDER = Path("demo/registry")
DEMO_BACKUPS, DEMO_RING = DEMO_FOLDER / "backups", DEMO_FOLDER / "ring" / "registry.ring"
KEEP_ALIVE = 75
"""Seconds a browser may think before its next click must connect, and shake hands under TLS, anew."""
NEEDED = ("fastapi", "uvicorn", "multipart", "jinja2", "typst", "sqlalchemy", "cryptography")


def serve(
    registry: Place = "",
    key_file: KeyFile = None,
    demo: Annotated[bool, typer.Option("--demo", help="A registry of simulated persons, with users to try.")] = False,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = LOOPBACK,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8417,
    certificate: Annotated[Path | None, typer.Option(help="The TLS certificate (PEM).")] = None,
    private_key: Annotated[Path | None, typer.Option(help="Its private key (PEM).")] = None,
    behind_proxy: Annotated[
        str, typer.Option(metavar="NAME", help="A reverse proxy of this public name ends TLS in front of us.")
    ] = "",
    name: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A public name or address; may be repeated. Those of the certificate count."),
    ] = None,
    prepare: Annotated[
        bool, typer.Option("--prepare", help="With --demo: make the registry, and stop before serving it.")
    ] = False,
    work: Annotated[Path | None, typer.Option(help="Folder for the progress of searches.")] = None,
    backups: Annotated[Path | None, typer.Option(help="Folder for the archives of backups; with --ring.")] = None,
    ring: Annotated[
        Path | None, typer.Option(help="The place of the ring of keys: another medium than --backups.")
    ] = None,
    search_new_as: Annotated[
        str, typer.Option(metavar="USER", help="After each import, search what is new in the name of this geneticist.")
    ] = "",
    log_level: Annotated[LogLevel, typer.Option(help="What is written to the error stream.")] = LogLevel.WARNING,
    log_json: Annotated[bool, typer.Option("--log-json", help="Each line of it as a JSON object.")] = False,
) -> None:
    """Serve a registry to browsers: by default to this computer alone."""
    _require_web()
    from antigone.web.app import create_app
    from antigone.web.watching.logs import start_logging

    start_logging(log_level.value, as_json=log_json)

    _check_address(host, certificate, private_key, behind_proxy, demo)
    names = _public_names(host, [*(name or ()), *([behind_proxy] if behind_proxy else ())], certificate)
    places = _backup_places(backups, ring, demo=demo)
    opened, place = _open_demo() if demo else (open_place(registry, key_file), registry)
    if prepare:
        opened.close()
        return
    _check_geneticist(opened, search_new_as)
    secure = bool(certificate or behind_proxy)
    settings = _settings(place, names, work, secure=secure, demo=demo, backups=places, search_new_as=search_new_as)
    shown = next(one for one in (*names, host) if "*" not in one)
    typer.echo(f"Antigone listens on {_address(shown, port, tls=bool(certificate))} (Ctrl-C ends it)")
    if demo:
        typer.echo(f"Demonstration: every user has the password {settings.demo[0].password}")
    _run(create_app(opened, settings), host, port, certificate, private_key, behind_proxy)


def _require_web() -> None:
    """Say which extras are missing, rather than which module."""
    if not all(find_spec(name) for name in NEEDED):
        raise Unsupported(
            "serve needs the extras 'web', 'registry' and 'report'; install them with: "
            "pip install 'antigone[web,registry,report]'"
        )


def _check_address(
    host: str, certificate: Path | None, private_key: Path | None, behind_proxy: str, demo: bool
) -> None:
    """Nothing leaves this computer without TLS, ours or that of a proxy that somebody names."""
    if (certificate is None) != (private_key is None):
        raise InputError("one of --certificate and --private-key is given, expected both or none; give both")
    if host in THIS_COMPUTER:
        return
    if demo:
        raise InputError(f"--demo with --host {host}: its password is public; leave --host out")
    if certificate is None and not behind_proxy:
        raise InputError(
            f"--host {host} without TLS, expected a certificate; give --certificate and --private-key, or name the "
            "reverse proxy that ends TLS with --behind-proxy"
        )


def _public_names(host: str, given: list[str], certificate: Path | None) -> tuple[str, ...]:
    """The names and addresses under which a browser may ask, the one to open first.

    Raises
    ------
    InputError
        When one is no name, when the certificate cannot be read, or when nobody names a server of every address.
    """
    from antigone.web.requests.hosts import canonical, certificate_names

    stated = certificate_names(certificate) if certificate else ()
    names = (*([] if host in EVERY_ADDRESS else [host]), *given, *stated)
    if not names:
        raise InputError(
            f"--host {host} listens on every address, and its certificate names none (subjectAltName); expected the "
            "name that browsers ask for; give it with --name"
        )
    return tuple(dict.fromkeys(map(canonical, names)))


def _address(name: str, port: int, *, tls: bool) -> str:
    shown = f"[{name}]" if ":" in name else name
    return f"{'https' if tls else 'http'}://{shown}:{port}/"


def _open_demo() -> tuple[Registry, str]:
    from antigone.web.demo import DATABASE, open_demo

    if not DEMO_FOLDER.exists():
        typer.echo(f"Making the demonstration registry in {DEMO_FOLDER}, which takes half a minute ...")
    opened = open_demo(DEMO_FOLDER)
    for folder in (DEMO_BACKUPS, DEMO_RING.parent):
        folder.mkdir(mode=0o700, exist_ok=True)
    return opened, str((DEMO_FOLDER / DATABASE).resolve())


def _check_geneticist(registry: Registry, code: str) -> None:
    """Refuse, before anything is served, somebody who may not search."""
    from antigone.team.access.opening import session_of
    from antigone.team.access.roles import ALLOWED

    if code and (role := session_of(registry, code, purpose="to serve").role) not in ALLOWED["search"]:
        raise InputError(f"--search-new-as {code}, who is {role}; expected a geneticist: name one")


def _backup_places(folder: Path | None, ring: Path | None, *, demo: bool) -> BackupPlaces | None:
    """Where backups go: named by whoever starts the application, never by a browser. Of the demonstration beside it."""
    from antigone.team.keeping.backups import BackupPlaces

    if (folder is None) != (ring is None):
        raise InputError("one of --backups and --ring is given, expected both or none; give both, on different media")
    if folder is not None and ring is not None:
        return BackupPlaces(folder.resolve(), ring.resolve())
    return BackupPlaces(DEMO_BACKUPS.resolve(), DEMO_RING.resolve()) if demo else None


def _settings(
    place: str,
    names: tuple[str, ...],
    work: Path | None,
    *,
    secure: bool,
    demo: bool,
    backups: BackupPlaces | None,
    search_new_as: str,
) -> WebSettings:
    from antigone.web.demo import DEMO_USERS
    from antigone.web.requests.settings import WebSettings

    return WebSettings(
        place,
        work or _work_folder(place),
        hosts=(*THIS_COMPUTER, *names),
        secure=secure,
        backups=backups,
        search_new_as=search_new_as,
        demo=DEMO_USERS if demo else (),
    )


def _work_folder(place: str) -> Path:
    """Beside a file; for a server in the user's own folder of states."""
    if "://" not in place:
        return Path(f"{place}.work")
    return Path(os.environ.get("XDG_STATE_HOME", Path.home() / ".local" / "state")) / "antigone" / "work"


def _run(app: FastAPI, host: str, port: int, certificate: Path | None, key: Path | None, proxy: str) -> None:
    from antigone.web.server import run_server

    run_server(
        app,
        host=host,
        port=port,
        ssl_certfile=certificate,
        ssl_keyfile=key,
        proxy_headers=bool(proxy),
        forwarded_allow_ips=LOOPBACK,
        timeout_keep_alive=KEEP_ALIVE,
    )
