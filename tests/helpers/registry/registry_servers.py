"""A PostgreSQL server of the tests' own: made in a temporary folder, gone when they end.

It is started as the user ``postgres`` when the tests run as root, listens on a Unix socket only, and is set up as
docs/privacy.md asks of a server: old WAL files are removed, not kept for reuse.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

SETTINGS = {
    "listen_addresses": "''",
    "wal_recycle": "off",
    "max_connections": "50",
    "max_wal_size": "256MB",
    "min_wal_size": "32MB",
    "autovacuum": "off",
    "fsync": "off",  # the tests end processes, never the machine
}


@dataclass(frozen=True)
class Server:
    """A running server: its URL up to the database, and its folder when it is ours."""

    url: str
    data: Path | None

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a new, empty database."""
        url = self.create()
        try:
            yield url
        finally:
            self.drop(url)

    def drop(self, url: str) -> None:
        self.run(f"DROP DATABASE {_name(url)} WITH (FORCE)")

    def create(self) -> str:
        """The URL of a new, empty database that lives as long as the server, or the caller drops it."""
        name = f"antigone_{uuid.uuid4().hex}"
        self.run(f"CREATE DATABASE {name}")
        base, _, query = self.url.partition("?")
        return f"{base.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")

    def copy(self, made: str, url: str) -> None:
        """Put a copy of one database, to which nobody is connected, in the place of another one."""
        self.drop(url)
        self.run(f"CREATE DATABASE {_name(url)} TEMPLATE {_name(made)}")

    def run(self, command: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(command)


def _name(url: str) -> str:
    return url.partition("?")[0].rsplit("/", 1)[1]


def binaries() -> Path | None:
    """The folder of the newest PostgreSQL of Debian's package."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@contextmanager
def private_server(settings: Mapping[str, str] = SETTINGS) -> Iterator[Server]:
    """A server in a temporary folder."""
    bin_folder = binaries()
    assert bin_folder is not None
    folder = Path(tempfile.mkdtemp(prefix="antigone-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    data, log = folder / "data", folder / "log"
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    _as_postgres([str(bin_folder / "initdb"), "-D", str(data), "-U", "antigone", "-A", "trust", "-N"])
    control = [str(bin_folder / "pg_ctl"), "-D", str(data), "-l", str(log), "-w"]
    try:
        _as_postgres([*control, "-o", f"-k {folder} {options}", "start"])
        yield Server(f"postgresql://antigone@/postgres?host={folder}", data)
    finally:
        _as_postgres([*control, "-m", "immediate", "stop"])
        shutil.rmtree(folder, ignore_errors=True)


def _as_postgres(command: list[str]) -> None:
    before = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*before, *command], check=True, stdout=subprocess.DEVNULL, cwd="/", timeout=60)
