"""What every test shares: one Hypothesis profile without chance, the way to the shared corpus, and registries."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from registry_prepared import Prepared
    from registry_servers import Server
    from registry_team import Team

SHARED = Path(os.environ.get("ANTIGONE_SHARED", Path(__file__).resolve().parents[2] / "shared"))
"""The validation corpus and real data: beside the repository, never inside it."""

_patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same-every-time", _patient, derandomize=True, max_examples=60)
settings.register_profile("search", _patient, max_examples=2000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same-every-time"))

POSTGRES_URL = "ANTIGONE_POSTGRES"
"""Where this is set, the registry's tests use that server instead of one of their own."""


IN_MEMORY, ROOM = Path("/dev/shm"), 4 * 2**30  # noqa: S108 - each test has a folder of its own there
"""Where temporary files of tests are held in memory, and the free bytes for which that is done."""


def pytest_configure() -> None:
    """Days are those of UTC. Databases wait for no disk; a TMPDIR that somebody chose is left as it is."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    if "TMPDIR" in os.environ or not IN_MEMORY.is_dir():
        return
    there = os.statvfs(IN_MEMORY)
    if there.f_bavail * there.f_frsize >= ROOM and not there.f_flag & os.ST_NOEXEC:
        os.environ["TMPDIR"] = str(IN_MEMORY)
        tempfile.tempdir = None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a server of PostgreSQL; skip what needs a browser where there is none; slow files go first."""
    no_browser = pytest.mark.skipif(
        shutil.which("chromium") is None, reason="NOT TESTED IN A BROWSER: no chromium on this machine"
    )
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(no_browser)
        if isinstance(item, pytest.Function) and _needs_a_server(item):
            item.add_marker("server")
    slow = Counter(item.path for item in items if item.get_closest_marker("slow") or item.get_closest_marker("browser"))
    items.sort(key=lambda item: -slow[item.path])  # or the last one would keep one processor, and the others none


def _needs_a_server(item: pytest.Function) -> bool:
    given = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return "postgres" in given or "postgres" in item.fixturenames


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--postgres", action="store_true", help="run the registry's tests on PostgreSQL too")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of the shared corpus; without it a test that needs it is skipped, and says so."""
    if not SHARED.is_dir():
        pytest.skip(f"NOT VALIDATED: the shared corpus is not at {SHARED}; set ANTIGONE_SHARED to its folder")
    return SHARED


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[object]:
    """A running PostgreSQL server (``registry_servers.Server``)."""
    url = os.environ.get(POSTGRES_URL)
    if not url and not request.config.getoption("--postgres"):
        pytest.skip("NOT TESTED ON POSTGRESQL: give --postgres, or the URL of a server in ANTIGONE_POSTGRES")
    from registry_servers import Server, binaries, private_server

    if url:
        yield Server(url, None)
        return
    if binaries() is None:
        pytest.fail("--postgres was given, but no PostgreSQL is in /usr/lib/postgresql; apt install postgresql")
    with private_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def registry_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a new registry may be made: a path that is free, then an empty database of a server."""
    if request.param == "sqlite":
        yield str(tmp_path / "registry.db")
        return
    with request.getfixturevalue("postgres").database() as url:
        yield url


@pytest.fixture(scope="session")
def prepared_files(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """Registries in files, to be copied."""
    from registry_prepared import Prepared

    return Prepared(tmp_path_factory.mktemp("prepared"), None)


@pytest.fixture(scope="session")
def prepared_databases(tmp_path_factory: pytest.TempPathFactory, postgres: Server) -> Iterator[Prepared]:
    """Registries of a server, to be copied."""
    from registry_prepared import Prepared

    prepared = Prepared(tmp_path_factory.mktemp("prepared"), postgres)
    yield prepared
    for url in prepared.places:
        postgres.drop(url)


@pytest.fixture
def team_of(request: pytest.FixtureRequest, registry_url: str) -> Iterator[Callable[..., Team]]:
    """The team of a registry of a stage at ``registry_url``."""
    kind = "prepared_databases" if "://" in registry_url else "prepared_files"
    prepared, opened = request.getfixturevalue(kind), []

    def team(stage: str, make: Callable[[str], Team] | None = None) -> Team:
        opened.append(prepared.team(stage, registry_url, make))
        return opened[-1]

    yield team
    for one in opened:
        one.registry.close()


@pytest.fixture
def team(team_of: Callable[..., Team]) -> Team:
    """A registry with a user for each role, and nobody's data."""
    return team_of("users")


@pytest.fixture
def team_at_work(team_of: Callable[..., Team]) -> Team:
    """The same with a small incident imported."""
    return team_of("incident")


@pytest.fixture
def after_search(team_of: Callable[..., Team]) -> Team:
    """The same after a search."""
    return team_of("search")
