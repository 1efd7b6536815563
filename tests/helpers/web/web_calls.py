"""What several tests share: see ``test_web_api``, where it is used most."""

from __future__ import annotations

from typing import Any

import pytest
from httpx import Response
from registry_team import PURPOSE
from web_site import Site, TestClient, make_site

from antigone.team.access.users import add_own_token


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Site:
    return make_site(tmp_path_factory.mktemp("api"))


def new_token(site: Site, user: str, name: str = "robot", days: int = 30) -> str:
    return add_own_token(site.team[user], name=name, days=days)


def call(site: Site, token: str, method: str, path: str, **sent: Any) -> Response:
    headers = {"Authorization": f"Bearer {token}", "Antigone-Purpose": PURPOSE} | sent.pop("headers", {})
    return TestClient(site.app).request(method, f"/api{path}", headers=headers, **sent)
