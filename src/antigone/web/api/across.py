"""Searches, and remains against remains, over several incidents: asking for one, watching it, its answer."""

from __future__ import annotations

from fastapi import APIRouter

from antigone.errors import RegistryError
from antigone.team import views
from antigone.team.runs import across
from antigone.web.api.access import Called
from antigone.web.api.answers import JobShown, model_of, shown_job
from antigone.web.api.bodies import NewAcross
from antigone.web.shared.fields import JobCode, Number
from antigone.web.shared.several import KINDS, cancel_of, start_across

router = APIRouter()


@router.post("/across", status_code=202, response_model=model_of(JobShown))
def begin_across(call: Called, sent: NewAcross) -> object:
    """Search several incidents together, or compare their remains, in a process of its own; `GET /across/jobs/{job}`
    says how far it is. Without `model_of` their models must be equal."""
    return shown_job(start_across(call.web, call.session, sent.kind, sent.incidents, sent.model_of))


@router.get("/across/jobs/{job}", response_model=model_of(JobShown))
def watch_across(call: Called, job: JobCode) -> object:
    """How far it is, and the number of its run once it began."""
    call.session.require("see runs")
    found = call.web.jobs.find(job)
    if found is None or found.kind not in KINDS.values():
        raise RegistryError(f"'{job}' is not known any more; see the list of runs over several incidents")
    return shown_job(found)


@router.get("/across", response_model=list[model_of(views.SetLine)])  # type: ignore[misc]
def list_across(call: Called) -> object:
    """The newest runs over several incidents, the newest first, without their answers."""
    return across.list_across(call.session)


@router.get("/across/{run}", response_model=model_of(views.SetView))
def read_across(call: Called, run: Number) -> object:
    """A run over several incidents with its answer: `search`, as in results.json, or `remains`, as in groups.json;
    `closed` says why there is none. Every code begins with its incident and a slash."""
    return across.read_across(call.session, run)


@router.post("/across/{run}/cancel", response_model=model_of(views.SetLine))
def cancel_across(call: Called, run: Number) -> object:
    """End one that is running, also one whose process has stopped; nothing of it is kept."""
    return cancel_of(call.web, call.session, run)
