"""What every test shares: one Hypothesis profile without chance, the way to the shared corpus, and registries."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from registry_team import Team

SHARED = Path(os.environ.get("ANTIGONE_SHARED", Path(__file__).resolve().parents[2] / "shared"))
"""The validation corpus and real data: beside the repository, never inside it."""

_patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same-every-time", _patient, derandomize=True, max_examples=60)
settings.register_profile("search", _patient, max_examples=2000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same-every-time"))

POSTGRES_URL = "ANTIGONE_POSTGRES"
"""Where this is set, the registry's tests use that server instead of one of their own."""


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


@pytest.fixture
def team(registry_url: str) -> Iterator[Team]:
    """A registry with a user for each role, and nobody's data."""
    from registry_team import make_team

    made = make_team(registry_url)
    yield made
    made.registry.close()


@pytest.fixture
def team_at_work(registry_url: str) -> Iterator[Team]:
    """The same with a small incident imported."""
    from registry_team import team_at_work as at_work

    made = at_work(registry_url)
    yield made
    made.registry.close()


@pytest.fixture
def after_search(team_at_work: Team) -> Team:
    """The same after a search."""
    from registry_team import INCIDENT

    from antigone.casework.registry.searching import search

    search(team_at_work["geneticist"], INCIDENT)
    return team_at_work
