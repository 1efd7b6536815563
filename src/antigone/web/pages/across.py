"""Searches, and remains against remains, over several incidents that a geneticist names."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from antigone.team.overview.status import list_incidents
from antigone.team.runs.across import list_across, read_across
from antigone.web.requests.visits import Signed
from antigone.web.shared.fields import RowNumber
from antigone.web.shared.several import KINDS, Kind, cancel_of, start_across

router = APIRouter()

MOST_SHOWN = 200
"""Candidates, and groups, that the page shows; the API has all."""


@router.get("/across")
def across_page(visit: Signed) -> HTMLResponse:
    """The runs over several incidents, and the form for a new one."""
    found = list_across(visit.session)
    jobs = [job for job in visit.web.jobs.all() if job.kind in KINDS.values()]
    failed = next((job for job in jobs[:1] if job.state == "failed"), None)
    return visit.page(
        "across.html.j2",
        found=found,
        failed=failed,
        jobs=[job for job in jobs if not job.has_ended],
        incidents=list_incidents(visit.session),
    )


@router.post("/across/start")
def start(
    visit: Signed,
    kind: Annotated[Kind, Form()],
    incidents: Annotated[list[str] | None, Form()] = None,
    model_of: Annotated[str, Form()] = "",
) -> Response:
    """Start one in a process of its own."""
    start_across(visit.web, visit.session, kind, incidents or [], model_of)
    return visit.go("/across", notice="It has begun. Look at this page again in a moment.")


@router.post("/across/cancel")
def cancel(visit: Signed, run: Annotated[RowNumber, Form()]) -> Response:
    """End one that is running, also one whose process has stopped."""
    line = cancel_of(visit.web, visit.session, run)
    return visit.go("/across", notice=f"Run {line.number} is cancelled.")


@router.get("/across/run")
def run_page(visit: Signed, run: RowNumber) -> HTMLResponse:
    """One with its answer."""
    view = read_across(visit.session, run)
    return visit.page("across_run.html.j2", view=view, line=view.line, most=MOST_SHOWN)
