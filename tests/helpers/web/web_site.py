"""What the tests of the web application share: a team's registry, a search in it, and browsers of its users."""

from __future__ import annotations

import atexit
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from shutil import copyfile, rmtree
from tempfile import mkdtemp
from typing import Any

from fastapi import FastAPI
from httpx import Response
from registry_team import INCIDENT, PURPOSE, Clock, Team, password_of, team_at_work
from registry_vaults import SMALL

from antigone.registry.keys.keyfile import create_key_file
from antigone.registry.keys.vault import Vault
from antigone.team.access.opening import open_with, session_of
from antigone.team.access.roles import ROLES
from antigone.team.review.candidates import list_candidates
from antigone.team.runs.across import reassociate_across
from antigone.team.runs.joint import solve_jointly
from antigone.team.runs.searching import search
from antigone.web.app import create_app
from antigone.web.requests.settings import WebSettings

with warnings.catch_warnings():
    # Starlette asks for a newer httpx under another name, and works with the one that is pinned
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient as TestClient


@dataclass
class Time:
    """Seconds that go on when they are told to."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Site:
    """The application over a team's registry with one finished search and one joint solution."""

    team: Team
    app: FastAPI
    time: Time = field(repr=False)
    family: str
    missing: str
    unidentified: str
    candidate: int
    run: int

    def browser(self, user: str = "") -> TestClient:
        """A browser, with this user signed in when one is named."""
        client = TestClient(self.app, follow_redirects=False)
        if user:
            answer = sign_in(client, user)
            assert answer.status_code == 303, answer.text
        return client


@cache
def _made_once() -> tuple[Path, Vault]:
    """A registry with an incident, a search and a joint solution; copied for each test that changes it."""
    place = Path(mkdtemp(prefix="antigone-web-")) / "registry.db"
    atexit.register(rmtree, place.parent, ignore_errors=True)
    team = team_at_work(str(place))
    search(team["geneticist"], INCIDENT)
    solve_jointly(team["geneticist"], INCIDENT)
    reassociate_across(team["geneticist"], [INCIDENT])
    team.registry.close()
    return place, team.registry.vault


def make_site(folder: Path, *, passphrase: str = "", **settings: Any) -> Site:
    """A site of its own; with a ``passphrase`` its master key is in the key file ``registry.key``."""
    made, vault = _made_once()
    place = folder / "registry.db"
    copyfile(made, place)
    clock = Clock()
    registry = open_with(str(place), vault, clock=clock, cost=SMALL)
    if passphrase:
        registry = replace(registry, key_file=folder / "registry.key")
        create_key_file(folder / "registry.key", vault, passphrase=passphrase, cost=SMALL)
    codes = ("administrator", *ROLES[1:], "second geneticist", "second reviewer")
    team = Team(registry, clock, {code: session_of(registry, code, purpose=PURPOSE) for code in codes})
    found = list_candidates(team["geneticist"], INCIDENT).rows[0]
    time = Time()
    chosen = WebSettings(str(place), folder / "work", hosts=("testserver", "127.0.0.1"), **settings)
    app = create_app(team.registry, chosen, clock=time)
    return Site(team, app, time, found.family, found.missing, found.unidentified, found.id, found.run)


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return found[1]


def sign_in(client: TestClient, user: str, password: str = "", then: str = "/") -> Response:
    sealed = hidden(client.get("/sign-in").text, "sealed")
    who = {"user": user, "password": password or password_of(user), "purpose": PURPOSE}
    return client.post("/sign-in", data={**who, "sealed": sealed, "then": then})


def post(client: TestClient, address: str, data: Mapping[str, object] | None = None, **more: Any) -> Response:
    """Send a form with the token of this browser's session."""
    csrf = hidden(client.get("/account").text, "csrf")
    return client.post(address, data={"csrf": csrf, **(data or {})}, **more)
