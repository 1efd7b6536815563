"""Ending a search and taking it up again, for pages and programs alike: the run in the registry, and its process."""

from __future__ import annotations

from antigone.errors import Conflict
from antigone.team.access.opening import worker_key
from antigone.team.access.session import Session
from antigone.team.review.candidates import incident_of
from antigone.team.runs.searching import cancel_search, read_run
from antigone.team.views import RunLine
from antigone.web.jobs.jobs import Job, Jobs
from antigone.web.requests.visits import Web


def cancel_run(web: Web, session: Session, run: int) -> RunLine:
    """Cancel a run by its number, and end its process where we know it; also a run whose process has stopped.

    Raises
    ------
    RegistryError
        When there is no such run.
    Conflict
        When it is not running.
    """
    line = cancel_search(session, run)
    for job in web.jobs.of(line.incident, kind="search", ended=False):
        if job.run == run:
            web.jobs.cancel(job)
    return line


def cancel_job(web: Web, session: Session, job: Job) -> RunLine | None:
    """Cancel a search that was asked for, also before it has begun; its run, if it has one.

    Raises
    ------
    Conflict
        When it has ended already.
    """
    session.require("search")
    if job.run is not None and job.state != "waiting":
        return cancel_run(web, session, job.run)
    run = web.jobs.cancel(job).run
    if run is None:
        return None
    line = read_run(session, run).line
    return cancel_run(web, session, run) if line.state == "running" else line


def resume_run(web: Web, session: Session, run: int) -> Job:
    """Resume a run in a process of its own. One whose process is known to be gone is ended first.

    Raises
    ------
    RegistryError
        When there is no such run.
    Conflict
        When it cannot be resumed, or the incident is being searched.
    """
    session.require("search")
    line = read_run(session, run).line
    if not can_be_resumed(web.jobs, line):
        found = "is running" if line.state == "running" else f"is {line.state}, and nothing is kept of it"
        raise Conflict(f"run {run} {found}; expected one that was ended and can be resumed; see the list of runs")
    if line.state == "running":
        cancel_search(session, run)
    return web.jobs.start(
        user=session.code,
        purpose=session.purpose,
        incident=line.incident,
        run=run,
        attempt=line.attempt + 1,
        key=worker_key(web.registry),
    )


def start_working_out(web: Web, session: Session, candidate: int) -> Job:
    """Work one candidate out in full, in a process of its own.

    Raises
    ------
    RegistryError
        When there is no such candidate.
    Conflict
        When it, or too many others, are being worked out.
    """
    return web.jobs.start(
        user=session.code,
        purpose=session.purpose,
        incident=incident_of(session, candidate),
        kind="candidate",
        candidate=candidate,
        key=worker_key(web.registry),
    )


def can_be_resumed(jobs: Jobs, line: RunLine) -> bool:
    """Whether a run has ended without an answer, or its process has stopped without an error message.

    A running one that somebody took up since, on the command line, is computed by a process that we do not know.
    """
    if not line.resumable or line.state != "running":
        return line.resumable
    mine = [job for job in jobs.of(line.incident, kind="search") if job.run == line.id]
    newest = max((job.attempt for job in mine), default=0)
    return newest >= line.attempt and all(job.has_ended for job in mine)
