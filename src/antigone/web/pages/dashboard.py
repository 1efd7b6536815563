"""The first page: what is new, what waits for me, what is blocked, what is running."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from antigone.casework.registry.status import list_incidents, read_status
from antigone.casework.registry.views import IncidentStatus, Waiting
from antigone.errors import InputError
from antigone.web.rendering import link
from antigone.web.visits import Signed, Visit

router = APIRouter()

ORDER = ("open", "proposed", "confirmed", "rejected", "reopening")
TASKS = {
    "open": "to look at and decide whether to propose them",
    "proposed": "proposed by somebody else, to confirm or reject",
    "reopening": "asked by somebody else to be opened again",
    "run to be computed again": "to be computed again, because a donor left",
}


WANTS = {
    "donors without consent": "#: no active consent",
    "no donor with consent": "no donor with an active consent: nothing can be searched",
    "who withdrew is to be erased": "#: withdrew, and still to be erased",
}
"""What a blocked family needs; ``#`` stands for how many donors."""


@router.get("/")
def dashboard(visit: Signed) -> HTMLResponse:
    """What this user should look at first."""
    status = read_status(visit.session)
    tasks = [(waiting, TASKS.get(waiting.what, waiting.what), _where(waiting)) for waiting in status.waiting]
    return visit.page("dashboard.html.j2", state=status, tasks=tasks, order=ORDER, wants=WANTS)


@router.get("/incident")
def incident_page(visit: Signed, incident: str) -> HTMLResponse:
    """One incident in counts, and the ways into it."""
    counts = counts_of(visit, incident)
    return visit.page("incident.html.j2", incident=incident, title=counts.title, counts=counts, order=ORDER)


def counts_of(visit: Visit, incident: str) -> IncidentStatus:
    """The counts of one incident.

    Raises
    ------
    InputError
        When there is no incident of that code.
    """
    for counts in list_incidents(visit.session):
        if counts.code == incident:
            return counts
    raise InputError(f"incident '{incident}' is not in this registry; choose one from the first page")


def title_of(visit: Visit, incident: str) -> str:
    """The title of an incident, which never changes, without counting its persons again for every page.

    Raises
    ------
    InputError
        When there is no incident of that code.
    """
    titles = visit.web.titles
    if incident not in titles:
        titles[incident] = counts_of(visit, incident).title
    return titles[incident]


def _where(waiting: Waiting) -> str:
    if waiting.what in ORDER:
        return link("/candidates", incident=waiting.incident, state=waiting.what)
    return link("/runs", incident=waiting.incident)
