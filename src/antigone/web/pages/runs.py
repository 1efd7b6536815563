"""Searches: asking for one, watching it, cancelling it, and what a finished one rests on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from antigone.casework.registry.opening import worker_key
from antigone.casework.registry.searching import cancel_search, findings, list_runs, read_run
from antigone.errors import InputError
from antigone.model.result import SearchResult
from antigone.web.jobs import Job, Jobs
from antigone.web.pages.dashboard import title_of
from antigone.web.rendering import link
from antigone.web.visits import Signed

router = APIRouter()

BETWEEN_LOOKS = 0.4
"""Seconds between two looks at how far a search is."""
MOST_OPEN = 200
"""Persons without a candidate that one page names; it says how many there are."""
LARGEST_SEED = 2**32 - 1


@router.get("/runs")
def run_list(visit: Signed, incident: str, page: int = 1) -> HTMLResponse:
    """The searches of an incident, and the form for a new one."""
    found = list_runs(visit.session, incident, page=max(page, 1))
    jobs = list(visit.web.jobs.of(incident, kind="search"))
    failed = jobs[0] if jobs else None
    return visit.page(
        "runs.html.j2",
        incident=incident,
        title=title_of(visit, incident),
        found=found,
        jobs=[job for job in jobs if not job.has_ended],
        failed=failed if failed and failed.state == "failed" else None,
    )


@router.post("/search")
def start_search(visit: Signed, incident: Annotated[str, Form()], seed: Annotated[int, Form()] = 1) -> Response:
    """Start a search in a process of its own."""
    visit.session.require("search")
    title_of(visit, incident)
    if not 0 <= seed <= LARGEST_SEED:
        raise InputError(f"seed {seed}, expected 0 to {LARGEST_SEED}; go back and choose another")
    job = visit.web.jobs.start(
        user=visit.session.code,
        purpose=visit.session.purpose,
        incident=incident,
        seed=seed,
        key=worker_key(visit.web.registry),
    )
    return visit.go(link("/search", job=job.id))


@router.get("/search")
def watch_search(visit: Signed, job: str) -> HTMLResponse:
    """How far a search is."""
    visit.session.require("see runs")
    found = _job(visit, job)
    return visit.page("search.html.j2", incident=found.incident, title=title_of(visit, found.incident), job=found)


@router.get("/search/events")
async def search_events(visit: Signed, request: Request, job: str) -> StreamingResponse:
    """How far a search is, as server-sent events until it ends."""
    await run_in_threadpool(visit.session.require, "see runs")
    await run_in_threadpool(_job, visit, job)
    return StreamingResponse(job_events(visit.web.jobs, job, request), media_type="text/event-stream")


@router.post("/search/cancel")
def cancel(visit: Signed, job: Annotated[str, Form()]) -> Response:
    """Cancel a search; what it would have found is not kept."""
    visit.session.require("search")
    found = _job(visit, job)
    if found.run is None:
        raise InputError("the search has not begun yet; wait a moment, and cancel it then")
    cancel_search(visit.session, found.run)
    visit.web.jobs.cancel(found)
    return visit.go(link("/runs", incident=found.incident), notice="The search is cancelled. Nothing of it is kept.")


@router.post("/run/cancel")
def cancel_run(visit: Signed, run: Annotated[int, Form()]) -> Response:
    """Cancel a run by its number, also one whose process is gone."""
    line = cancel_search(visit.session, run)
    return visit.go(link("/runs", incident=line.incident), notice="The search is cancelled. Nothing of it is kept.")


@router.get("/run")
def run_page(visit: Signed, run: int) -> HTMLResponse:
    """What one search compared, expects by chance, left out and rests on."""
    found = read_run(visit.session, run)
    persons, missing = _without_candidate(found.result) if found.result else ([], [])
    return visit.page(
        "run.html.j2",
        open_unidentified=persons[:MOST_OPEN],
        total_unidentified=len(persons),
        open_missing=missing[:MOST_OPEN],
        total_missing=len(missing),
        incident=found.line.incident,
        title=title_of(visit, found.line.incident),
        run=found.line,
        result=found.result,
        mine=found.line.started_by == visit.session.code,
    )


@router.get("/run/findings")
def findings_page(visit: Signed, run: int) -> HTMLResponse:
    """References that do not fit, for the one geneticist who ran the search (purpose, rule 6)."""
    found = findings(visit.session, run)
    line = read_run(visit.session, run).line
    return visit.page(
        "findings.html.j2", incident=line.incident, title=title_of(visit, line.incident), run=line, found=found
    )


def _without_candidate(result: SearchResult) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Unidentified and missing persons whom no pair names, each with why, as far as it is known."""
    persons = [(u.code, u.remark) for u in result.unidentified if not u.candidates]
    missing = [(f"{f.missing} of family {f.family}", f.remark) for f in result.families if not f.candidates]
    return persons, missing


def _job(visit: Signed, job: str) -> Job:
    found = visit.web.jobs.find(job)
    if found is None or found.kind != "search":
        raise InputError("this search is not known any more; look at the list of searches")
    return found


async def job_events(jobs: Jobs, job: str, request: Request) -> AsyncIterator[str]:
    """One event whenever something changed, and a last one at the end."""
    told = None
    while not await request.is_disconnected():
        found = await run_in_threadpool(jobs.find, job)
        if found is None:
            return
        if found != told:
            told = found
            content = {"state": found.state, "step": found.step, "done": found.done, "of": found.of}
            yield f"event: progress\ndata: {json.dumps(content)}\n\n"
        if found.has_ended:
            yield "event: ended\ndata: {}\n\n"
            return
        await asyncio.sleep(BETWEEN_LOOKS)
