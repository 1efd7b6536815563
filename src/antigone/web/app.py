"""The web application: a registry in, an ASGI application out. Pages are in `antigone.web.pages`, one file per area."""

from __future__ import annotations

from importlib.resources import files

from fastapi import Depends, FastAPI, Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from antigone import __version__
from antigone.team.access.session import Registry
from antigone.web.api import refusals as api_refusals
from antigone.web.api.access import is_valid
from antigone.web.api.application import API_PATH, IMPORT_PATHS, NO_TELEMETRY, create_api
from antigone.web.entry import families as entering_families
from antigone.web.entry import people as entering_people
from antigone.web.entry import sheets
from antigone.web.jobs.jobs import Jobs
from antigone.web.models import page as model_page
from antigone.web.pages import (
    account,
    across,
    administration,
    candidates,
    dashboard,
    families,
    importing,
    joint,
    keys,
    pedigree_editor,
    reports,
    runs,
    sharing,
    signing,
)
from antigone.web.requests import refusals
from antigone.web.requests.hosts import HostCheck
from antigone.web.requests.opened import Opened
from antigone.web.requests.refusals import add_refusals, refusal_page
from antigone.web.requests.security import FormSeal, Shield
from antigone.web.requests.sessions import Clock, Sessions, Throttle
from antigone.web.requests.settings import WebSettings
from antigone.web.requests.visits import Web, require_printable
from antigone.web.samples import columns, genotypes, passes, typings
from antigone.web.shared.uploads import remove_leftovers
from antigone.web.watching import health
from antigone.web.watching.metrics import Counting, Metrics

AREAS = (
    signing,
    dashboard,
    importing,
    columns,
    model_page,
    families,
    entering_families,
    entering_people,
    sheets,
    typings,
    passes,
    genotypes,
    pedigree_editor,
    candidates,
    runs,
    joint,
    across,
    reports,
    sharing,
    administration,
    keys,
    account,
)
TRIES, TRIES_SECONDS = 20, 300.0
"""Failed sign-ins from one address; the registry limits those of one user besides."""


def create_app(registry: Registry, settings: WebSettings, *, clock: Clock | None = None) -> FastAPI:
    """The application that serves one registry.

    Parameters
    ----------
    registry
        Opened, with its keys.
    settings
        How it is served.
    clock
        Seconds that only go forward, for tests; the machine's own when left out.
    """
    app = FastAPI(
        title="Antigone",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        telemetry=NO_TELEMETRY,
        dependencies=[Depends(require_printable)],
    )
    app.state.web = _shared(registry, settings, {} if clock is None else {"clock": clock})
    for area in AREAS:
        app.include_router(area.router)
    app.include_router(health.router)
    app.mount(API_PATH, create_api(app.state.web))
    app.mount("/static", StaticFiles(directory=str(files("antigone.web") / "static")), name="static")
    add_refusals(app)
    app.add_middleware(HostCheck, hosts=settings.hosts)
    app.add_middleware(
        Shield,
        secure=settings.secure,
        upload_paths=frozenset({importing.UPLOAD_PATH, columns.COLUMNS_PATH, model_page.FILES_PATH, *IMPORT_PATHS}),
        upload_bytes=settings.upload_bytes,
        too_large=_too_large,
        is_known=lambda request: _is_known(app.state.web, request),
    )
    app.state.metrics = Metrics()
    app.add_middleware(Counting, metrics=app.state.metrics)
    remove_leftovers(settings)
    return app


def _too_large(path: str, limit: int) -> Response:
    """A page for a browser, problem details for a program."""
    if path.startswith(f"{API_PATH}/"):
        return api_refusals.too_large(limit)
    return refusal_page(413, *refusals.too_large(limit))


def _is_known(web: Web, request: Request) -> bool:
    """Whether a request comes from an open session; under the API, with a valid token."""
    if request.url.path.startswith(f"{API_PATH}/"):
        return is_valid(web, request.headers.get("authorization", ""))
    return web.sessions.find(request.cookies.get(web.cookie), click=False) is not None


def _shared(registry: Registry, settings: WebSettings, clock: dict[str, Clock]) -> Web:
    idle, longest = settings.idle_minutes * 60, settings.longest_hours * 3600
    return Web(
        opened=Opened(registry),
        settings=settings,
        sessions=Sessions(idle=idle, longest=longest, **clock),
        sign_ins=Throttle(most=TRIES, seconds=TRIES_SECONDS, **clock),
        seal=FormSeal(),
        jobs=Jobs(settings.work, place=settings.place),
    )
