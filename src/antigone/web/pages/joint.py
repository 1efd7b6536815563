"""The joint view of an incident: asking for it, watching it, and what it says of every family at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool

from antigone.errors import InputError, ModelError
from antigone.model.results.joint import (
    DEFAULT_PRIOR,
    PRIORS_WITHOUT_NUMBER,
    Conclusion,
    FamilyAnswer,
    JointPrior,
    JointResult,
)
from antigone.report.pages.joint import Matrix, alternatives_of, matrix_of, summarise_joint
from antigone.team.access.opening import worker_key
from antigone.team.runs.joint import cancel_joint, list_joint_runs, read_joint
from antigone.team.views import JointLine
from antigone.web.jobs.jobs import Job
from antigone.web.pages.dashboard import title_of
from antigone.web.pages.runs import job_events
from antigone.web.requests.rendering import link
from antigone.web.requests.visits import Signed, Visit
from antigone.web.shared.run_control import end_process

router = APIRouter()

FAMILIES_ON_A_PAGE = 20
MOST_ROWS = 30
"""Unidentified persons in the picture of one family: the most probable ones."""
MOST_CONCLUSIONS = 200
NUMBERS = {
    "open": "how many missing persons are expected among the unidentified: a number above 0, such as 12",
    "fraction": "which share of the unidentified are missing persons: a number between 0 and 1, such as 0.5",
    "odds": "the prior odds of each identification: a number above 0, such as 0.02",
}
"""What the number of a prior says, and which numbers there are."""
PRIORS = {
    "flat": "every assignment alike",
    "closed": "everybody unidentified is one of the missing",
    "open": "so many missing persons are expected among the unidentified",
    "fraction": "this share of the unidentified are missing persons",
    "odds": "each identification has these prior odds",
}
"""What a prior is called here; the last three need a number."""


@dataclass(frozen=True)
class Asked:
    """What the form for a joint solution said, and why it was refused."""

    prior: str = DEFAULT_PRIOR
    number: str = ""
    population: str = ""
    refusal: str = ""


NOTHING_ASKED = Asked()


@dataclass(frozen=True)
class FamilyMap:
    """A family as a picture, and the same numbers as a table; neither where nobody is proposed."""

    answer: FamilyAnswer
    picture: Markup
    matrix: Matrix
    conclusions: tuple[Conclusion, ...]


@dataclass(frozen=True)
class FamilyMaps:
    """Some families of all."""

    rows: tuple[FamilyMap, ...]
    total: int
    page: int
    size: int


@router.get("/joint")
def joint_page(visit: Signed, incident: str, run: int | None = None, page: int = 1) -> HTMLResponse:
    """The newest joint answer of an incident, or the one named, and the form for a new one."""
    return _page(visit, incident, run=run, page=page)


def _page(
    visit: Visit, incident: str, *, run: int | None = None, page: int = 1, asked: Asked = NOTHING_ASKED
) -> HTMLResponse:
    lines = list_joint_runs(visit.session, incident)
    shown = run if run is not None else _to_show(lines)
    view = None if shown is None else read_joint(visit.session, shown)
    if view is not None and view.line.incident != incident:
        raise InputError(f"joint run {shown} is not of incident '{incident}'; choose one of its list")
    jobs = list(visit.web.jobs.of(incident, kind="joint"))
    cancelled = {line.id for line in lines if line.state == "cancelled"}  # also after its process was gone
    values: dict[str, object] = {
        "incident": incident,
        "title": title_of(visit, incident),
        "lines": lines,
        "view": view,
        "job": next((job for job in jobs if not job.has_ended), None),
        "failed": next((job for job in jobs[:1] if job.state == "failed" and job.run not in cancelled), None),
        "asked": asked,
        "priors": PRIORS,
        "r": view.result if view else None,
    }
    if view and view.result:
        values |= _shown(view.result, max(page, 1))
    return visit.page("joint.html.j2", status=422 if asked.refusal else 200, **values)


@router.post("/joint")
def start_joint(
    visit: Signed,
    incident: Annotated[str, Form()],
    prior: Annotated[str, Form()] = DEFAULT_PRIOR,
    number: Annotated[str, Form()] = "",
    population: Annotated[str, Form()] = "",
) -> Response:
    """Start a joint solution in a process of its own."""
    visit.session.require("solve jointly")
    title_of(visit, incident)
    try:
        stated = _prior(prior, number.strip())
    except InputError as error:
        return _page(visit, incident, asked=Asked(prior, number, population, str(error)))
    visit.web.jobs.start(
        user=visit.session.code,
        purpose=visit.session.purpose,
        incident=incident,
        key=worker_key(visit.web.registry),
        kind="joint",
        prior=stated,
        population=population.strip(),
    )
    return visit.go(link("/joint", incident=incident))


@router.get("/joint/events")
async def joint_events(visit: Signed, request: Request, job: str) -> StreamingResponse:
    """How far a joint solution is, as server-sent events until it ends."""
    await run_in_threadpool(visit.session.require, "see joint")
    await run_in_threadpool(_job, visit, job)
    told = job_events(visit.web.jobs, job, request, goes_on=visit.goes_on)
    return StreamingResponse(told, media_type="text/event-stream")


@router.post("/joint/cancel")
def cancel(visit: Signed, run: Annotated[int | None, Form()] = None, job: Annotated[str, Form()] = "") -> Response:
    """Cancel a joint solution, by the number of its run or by its job; nothing of it is kept."""
    visit.session.require("solve jointly")
    incident = _cancel_job(visit, job) if run is None else _cancel_run(visit, run)
    return visit.go(link("/joint", incident=incident), notice="It is cancelled. Nothing of it is kept.")


def _cancel_run(visit: Visit, run: int) -> str:
    """End a run, also one whose process has stopped; its incident."""
    line = cancel_joint(visit.session, run)
    end_process(visit.web, line)
    return line.incident


def _cancel_job(visit: Visit, job: str) -> str:
    """End a joint solution that was asked for, also before it has begun its run; its incident."""
    found = _job(visit, job)
    if found.run is None:
        found = visit.web.jobs.cancel(found)
    return found.incident if found.run is None else _cancel_run(visit, found.run)


def _job(visit: Visit, job: str) -> Job:
    found = visit.web.jobs.find(job)
    if found is None or found.kind != "joint":
        raise InputError("this joint solution is not known any more; look at the joint page of the incident")
    return found


def _prior(kind: str, number: str) -> str:
    """What the form says as `JointPrior.parse` reads it.

    Raises
    ------
    InputError
        When it is no prior, or its number is missing or out of range.
    """
    if kind not in PRIORS:
        raise InputError(f"prior '{kind[:20]}', expected one of the list; choose one")
    text = kind if kind in PRIORS_WITHOUT_NUMBER else f"{kind}={number}"
    try:
        JointPrior.parse(text)
    except ModelError:
        found = f"found '{number[:20]}'" if number else "the field was empty"
        raise InputError(f"'{kind}' needs to know {NUMBERS[kind]}; {found}") from None
    return text


def _to_show(lines: Sequence[JointLine]) -> int | None:
    """The newest run with an answer, else the newest that lost it."""
    answered = next((line.id for line in lines if line.answered), None)
    return answered or next((line.id for line in lines if line.state == "to be computed again"), None)


def _shown(result: JointResult, page: int) -> dict[str, object]:
    """What the page says of an answer beyond its own fields."""
    nobody = [
        (answer.family, missing)
        for answer in result.families
        for missing in answer.missing
        if missing not in answer.proposed
    ]
    still_open = [c for c in result.conclusions if c.status == "open"]
    first = (page - 1) * FAMILIES_ON_A_PAGE
    families = result.families[first : first + FAMILIES_ON_A_PAGE]
    maps = tuple(_map(result, answer) for answer in families)
    return {
        "summary": summarise_joint(result),
        "maps": FamilyMaps(maps, len(result.families), page, FAMILIES_ON_A_PAGE),
        "open_persons": still_open,
        "bounded": [c for c in still_open if c.is_only_bounded],
        "undecided": [c for c in still_open if not c.is_only_bounded],
        "nobody_proposed": nobody,
        "conclusions": result.conclusions[:MOST_CONCLUSIONS],
        "settled": sum(c.status.startswith("supported") for c in result.conclusions),
        "alternatives": alternatives_of(result),
    }


def _map(result: JointResult, answer: FamilyAnswer) -> FamilyMap:
    matrix = matrix_of(result, answer, most=MOST_ROWS)
    return FamilyMap(
        answer,
        Markup(matrix.draw(answer.family)),  # noqa: S704 - our own SVG, escaped there
        matrix,
        tuple(c for c in result.conclusions if c.family == answer.family),
    )
