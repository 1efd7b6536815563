"""Searches: asking for one, watching it, cancelling it, and what a finished one rests on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from antigone.errors import InputError
from antigone.team.access.opening import worker_key
from antigone.team.runs.lines import asked_words, kept_words
from antigone.team.runs.pending import read_pending
from antigone.team.runs.searching import discard_search, findings, list_runs, read_run
from antigone.team.tasks.asking import read_compared
from antigone.web.jobs.jobs import Job, Jobs
from antigone.web.pages.dashboard import title_of
from antigone.web.requests.rendering import link
from antigone.web.requests.visits import Signed
from antigone.web.shared.resuming import can_be_resumed, cancel_job, cancel_run, resume_run

router = APIRouter()

SECONDS_BETWEEN_CHECKS = 0.4
"""Seconds between two looks at how far a search is."""
LARGEST_SEED = 2**32 - 1
MOST_PENDING = 100
"""Persons, and families, to be searched that a page names; of more it says how many."""


@router.get("/runs")
def run_list(visit: Signed, incident: str, page: int = 1) -> HTMLResponse:
    """The searches of an incident, and the form for a new one."""
    found = list_runs(visit.session, incident, page=max(page, 1))
    jobs = list(visit.web.jobs.of(incident, kind="search"))
    cancelled = {line.id for line in found.rows if line.state == "cancelled"}
    failed = next((job for job in jobs[:1] if job.state == "failed" and job.run not in cancelled), None)
    resumed = next((line for line in found.rows if can_be_resumed(visit.web.jobs, line)), None)
    return visit.page(
        "runs.html.j2",
        incident=incident,
        title=title_of(visit, incident),
        found=found,
        jobs=[job for job in jobs if not job.has_ended],
        failed=failed,
        resumable=resumed,
        kept=kept_words(resumed) if resumed else "",
        pending=read_pending(visit.session, incident),
        most=MOST_PENDING,
    )


@router.post("/search")
def start_search(
    visit: Signed,
    incident: Annotated[str, Form()],
    seed: Annotated[int, Form()] = 1,
    new: Annotated[bool, Form()] = False,
) -> Response:
    """Start a search in a process of its own, of everything or of what is ``new``."""
    visit.session.require("search")
    title_of(visit, incident)
    if not 0 <= seed <= LARGEST_SEED:
        raise InputError(f"seed {seed}, expected 0 to {LARGEST_SEED}; go back and choose another")
    job = visit.web.jobs.start(
        user=visit.session.code,
        purpose=visit.session.purpose,
        incident=incident,
        seed=seed,
        only_new=new,
        key=worker_key(visit.web.registry),
    )
    return visit.go(link("/search", job=job.id))


@router.get("/search")
def watch_search(visit: Signed, job: str) -> HTMLResponse:
    """How far a search is."""
    visit.session.require("see runs")
    found = _job(visit, job)
    ended = found.has_ended and found.state != "finished" and found.run is not None
    line = read_run(visit.session, found.run).line if ended and found.run is not None else None
    return visit.page(
        "search.html.j2",
        incident=found.incident,
        title=title_of(visit, found.incident),
        job=found,
        run=line,
        kept=kept_words(line) if line and can_be_resumed(visit.web.jobs, line) else "",
    )


@router.get("/search/events")
async def search_events(visit: Signed, request: Request, job: str) -> StreamingResponse:
    """How far a search is, as server-sent events until it ends."""
    await run_in_threadpool(visit.session.require, "see runs")
    await run_in_threadpool(_job, visit, job)
    told = job_events(visit.web.jobs, job, request, goes_on=visit.goes_on)
    return StreamingResponse(told, media_type="text/event-stream")


@router.post("/search/cancel")
def cancel(visit: Signed, job: Annotated[str, Form()]) -> Response:
    """Cancel a search, also before it has begun; its finished parts are kept, sealed, so that it can be resumed."""
    visit.session.require("search")
    found = _job(visit, job)
    line = cancel_job(visit.web, visit.session, found)
    told = f"Search {line.id} is cancelled." if line else "The search is cancelled. It had not begun."
    return visit.go(link("/runs", incident=found.incident), notice=told)


@router.post("/run/cancel")
def cancel_by_number(visit: Signed, run: Annotated[int, Form()]) -> Response:
    """Cancel a run by its number, also one whose process has stopped."""
    line = cancel_run(visit.web, visit.session, run)
    return visit.go(link("/runs", incident=line.incident), notice=f"Search {line.id} is cancelled.")


@router.post("/run/resume")
def resume(visit: Signed, run: Annotated[int, Form()]) -> Response:
    """Resume a run that has no answer, in a process of its own."""
    return visit.go(link("/search", job=resume_run(visit.web, visit.session, run).id))


@router.post("/run/discard")
def discard(visit: Signed, run: Annotated[int, Form()]) -> Response:
    """Erase what is kept of a run that has no answer."""
    line = discard_search(visit.session, run)
    return visit.go(link("/runs", incident=line.incident), notice=f"What was kept of search {line.id} is erased.")


@router.get("/run")
def run_page(visit: Signed, run: int) -> HTMLResponse:
    """What one search compared, expects by chance, left out and rests on."""
    found = read_run(visit.session, run)
    persons, missing = found.unidentified, found.missing
    return visit.page(
        "run.html.j2",
        open_unidentified=[(line.code, line.remark) for line in persons[0]],
        total_unidentified=persons[1],
        open_missing=[(f"{line.missing} of family {line.family}", line.remark) for line in missing[0]],
        total_missing=missing[1],
        incident=found.line.incident,
        title=title_of(visit, found.line.incident),
        run=found.line,
        asked=asked_words(found.line),
        result=found.result,
        mine=found.line.started_by == visit.session.code,
    )


@router.get("/run/findings")
def findings_page(visit: Signed, run: int) -> HTMLResponse:
    """References that do not fit, for the one geneticist who ran the search (purpose, rule 6)."""
    found = findings(visit.session, run)
    line = read_run(visit.session, run).line
    return visit.page(
        "findings.html.j2",
        incident=line.incident,
        title=title_of(visit, line.incident),
        run=line,
        found=found,
        compared=read_compared(visit.session, line.incident, run=run),
    )


def _job(visit: Signed, job: str) -> Job:
    found = visit.web.jobs.find(job)
    if found is None or found.kind != "search":
        raise InputError("this search is not known any more; look at the list of searches")
    return found


async def job_events(jobs: Jobs, job: str, request: Request, *, goes_on: Callable[[], bool]) -> AsyncIterator[str]:
    """One event whenever something changed, and a last one at the end; nothing more once the visit does not go on."""
    told = None
    while goes_on() and not await request.is_disconnected():
        found = await run_in_threadpool(jobs.find, job)
        if found is None:
            return
        if found != told:
            told = found
            shown = ("state", "step", "done", "of", "words")
            content = {name: getattr(found, name) for name in shown}
            yield f"event: progress\ndata: {json.dumps(content)}\n\n"
        if found.has_ended:
            yield "event: ended\ndata: {}\n\n"
            return
        await asyncio.sleep(SECONDS_BETWEEN_CHECKS)
