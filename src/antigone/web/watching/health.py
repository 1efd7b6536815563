"""`/health` and `/metrics`: for programs that watch a server. Neither needs a sign-in, and neither tells of a case."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse

from antigone.errors import AntigoneError
from antigone.team.access.opening import can_be_read
from antigone.web.requests.visits import Web

router = APIRouter()
OWN = ("127.0.0.1", "::1", "testclient")
"""From where the counts may be asked for: from the computer itself, not through a proxy."""


@router.get("/health")
def answering(request: Request) -> JSONResponse:
    """Whether the server answers and its database can be read: 200, or 503."""
    web: Web = request.app.state.web
    try:
        well = can_be_read(web.opened.registry)
    except AntigoneError:
        well = False
    return JSONResponse({"status": "ok" if well else "the database cannot be read"}, 200 if well else 503)


@router.get("/metrics")
def metrics(request: Request) -> PlainTextResponse:
    """Counts and times, for this computer alone."""
    if request.client is None or request.client.host not in OWN or "x-forwarded-for" in request.headers:
        raise HTTPException(404)
    running = sum(not job.has_ended for job in request.app.state.web.jobs.all())
    return PlainTextResponse(request.app.state.metrics.text(running=running))
