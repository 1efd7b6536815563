"""What is chosen when the web application starts; nothing here changes a statistical answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from antigone.errors import InputError
from antigone.team.keeping.backups import BackupPlaces

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class DemoUser:
    """Somebody who may try the demonstration, with the password that its sign-in page shows."""

    code: str
    role: str
    password: str


@dataclass(frozen=True)
class WebSettings:
    """How the application serves one registry.

    Parameters
    ----------
    place
        Where the registry is, as `antigone.team.access.opening.open_registry` takes it.
    work
        A folder of this application alone: the progress of searches. It holds codes and counts, no genotype.
    hosts
        The names and addresses under which a browser may ask. A page of another name that points here is refused.
    secure
        Whether browsers reach the application under TLS: then cookies never travel without it.
    idle_minutes, longest_hours
        After how long without a click, and in any case, a user signs in again.
    upload_bytes
        The largest import in bytes, packed or not.
    parse_seconds, parse_memory
        What reading an import may take: seconds of processor time, bytes of memory.
    backups
        Where backups are written; without it nobody makes one from a browser, which names no path of this computer.
    search_new_as
        The geneticist in whose name what is new is searched after each import, who alone sees the findings of that
        search; empty: nothing is searched by itself.
    demo
        The users of a demonstration; empty for real work.

    Raises
    ------
    InputError
        When a limit is not positive.
    """

    place: str
    work: Path
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    secure: bool = False
    idle_minutes: float = 30.0
    longest_hours: float = 10.0
    upload_bytes: int = 256 * MEGABYTE
    parse_seconds: int = 300
    parse_memory: int = 4096 * MEGABYTE
    backups: BackupPlaces | None = None
    search_new_as: str = ""
    demo: tuple[DemoUser, ...] = ()

    def __post_init__(self) -> None:
        limits = ("idle_minutes", "longest_hours", "upload_bytes", "parse_seconds", "parse_memory")
        for name in limits:
            if getattr(self, name) <= 0:
                raise InputError(f"web setting {name} is {getattr(self, name)}, expected more than 0; give a limit")
