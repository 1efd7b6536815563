"""What several tests share: see ``test_web_security``, where it is used most."""

from __future__ import annotations

import pytest
from fastapi.routing import APIRoute
from web_site import Site, make_site


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Site:
    return make_site(tmp_path_factory.mktemp("security"), idle_minutes=30, longest_hours=10)


def routes(site: Site) -> list[APIRoute]:
    """Every route of every page, however the framework nests them."""
    found: list[APIRoute] = []
    waiting: list[object] = list(site.app.routes)
    while waiting:
        route = waiting.pop()
        if isinstance(route, APIRoute):
            found.append(route)
        inner = getattr(route, "original_router", None) or getattr(route, "router", None)
        waiting.extend(getattr(inner, "routes", ()))
    return found
