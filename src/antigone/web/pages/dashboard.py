"""The first page: what is new, what waits for me, what is blocked, what is running."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from antigone.casework.registry.status import read_incident, read_status
from antigone.casework.registry.views import News, Waiting
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
    "no donor with consent": "No donor with an active consent: nothing can be searched",
    "who withdrew is to be erased": "#: withdrew, and still to be erased",
    "too little power": "Not found yet, and the relatives who gave a sample would find the right person in % of 100 "
    "cases: ask for a closer or a further relative",
}
"""What a blocked family needs; ``#`` stands for how many donors, ``%`` for the count itself."""


HAPPENED = {
    "search": ("search finished", "searches finished", "/runs"),
    "solve jointly": ("joint solution finished", "joint solutions finished", "/joint"),
    "propose": ("identification proposed", "identifications proposed", "/candidates"),
    "confirm": ("identification confirmed", "identifications confirmed", "/incident"),
    "reject": ("candidate rejected", "candidates rejected", "/candidates"),
    "return": ("proposal sent back", "proposals sent back", "/candidates"),
    "ask to reopen": ("decision asked to be reopened", "decisions asked to be reopened", "/candidates"),
    "reopen": ("decision reopened", "decisions reopened", "/candidates"),
    "keep": ("decision kept", "decisions kept", "/candidates"),
    "import": ("import, or changed pedigree", "imports, or changed pedigrees", "/families"),
    "record consent": ("consent recorded", "consents recorded", "/families"),
    "withdraw": ("person withdrew and was erased", "persons withdrew and were erased", "/families"),
}
"""What others did, once and several times, and the page that shows it."""


@router.get("/")
def dashboard(visit: Signed) -> HTMLResponse:
    """What this user should look at first."""
    status = read_status(visit.session)
    tasks = [(waiting, TASKS.get(waiting.what, waiting.what), _where(waiting)) for waiting in status.waiting]
    news = [(item, *_told(item)) for item in status.news]
    return visit.page("dashboard.html.j2", state=status, tasks=tasks, news=news, order=ORDER, wants=WANTS)


@router.get("/incident")
def incident_page(visit: Signed, incident: str) -> HTMLResponse:
    """One incident in counts, and the ways into it."""
    counts = read_incident(visit.session, incident)
    return visit.page("incident.html.j2", incident=incident, title=counts.title, counts=counts, order=ORDER)


def title_of(visit: Visit, incident: str) -> str:
    """The title of an incident, which never changes, without counting its persons again for every page.

    Raises
    ------
    RegistryError
        When there is no incident of that code.
    """
    titles = visit.web.titles
    if incident not in titles:
        titles[incident] = read_incident(visit.session, incident).title
    return titles[incident]


def _where(waiting: Waiting) -> str:
    if waiting.what in ORDER:
        return link("/candidates", incident=waiting.incident, state=waiting.what)
    return link("/runs", incident=waiting.incident)


def _told(item: News) -> tuple[str, str]:
    """What happened, in words, and the address of the page that shows it."""
    once, often, page = HAPPENED[item.what]
    return once if item.count == 1 else often, link(page, incident=item.incident)
