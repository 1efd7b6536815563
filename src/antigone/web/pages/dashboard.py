"""The first page: what is new, what waits for me, what is blocked, what is running."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from antigone.model.review import STATES
from antigone.team.access.roles import Role
from antigone.team.overview.status import TO_ERASE, read_incident, read_status
from antigone.team.views import Blocked, News, Waiting
from antigone.web.requests.rendering import link, may, plural
from antigone.web.requests.visits import Signed, Visit

router = APIRouter()

ORDER = STATES
TASKS = {
    "donor to be erased": ("donor", "donors", "who withdrew, still to be erased"),
    "open": ("candidate", "candidates", "to look at and decide whether to propose"),
    "proposed": ("candidate", "candidates", "proposed by somebody else, to confirm or reject"),
    "reopening": ("decision", "decisions", "that somebody else asks to open again"),
    "run to be computed again": ("search", "searches", "to be computed again: a donor left, or a pedigree was changed"),
}
"""What waits, once and several times, and what is to be done with it."""


WANTS = {
    "donors without consent": "#: no active consent, so their sample takes no part.",
    "no donor with consent": "No donor has an active consent, so nothing can be searched.",
    "who withdrew is to be erased": "#: withdrew, and still to be erased on the page of the family.",
    "too little power": "Not found yet. The relatives who gave a sample would show the right person in only % of 100 "
    "cases. Ask another relative, the closer the better.",
}
"""What a blocked family needs; ``#`` stands for how many donors, ``%`` for the count itself."""
MOST_SHOWN, MOST_LISTED = 12, 200
"""Blocked families that are shown at once, and with those that unfold; more are only counted."""


EVENT_WORDS = {
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
    tasks = [(waiting, *_asked(waiting), _where(waiting)) for waiting in status.waiting]
    news = [(item, *_told(item, visit.session.role)) for item in status.news]
    families = list(dict.fromkeys((one.incident, one.family) for one in status.blocked))
    needs = _needs(status.blocked, families[:MOST_LISTED])
    blocked = {"first": needs[:MOST_SHOWN], "others": needs[MOST_SHOWN:], "total": len(families)}
    return visit.page("dashboard.html.j2", state=status, tasks=tasks, news=news, order=ORDER, blocked=blocked)


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


def _asked(waiting: Waiting) -> tuple[str, str]:
    """What waits, and what is to be done with it."""
    once, often, words = TASKS[waiting.what]
    return once if waiting.count == 1 else often, words


def _needs(blocked: tuple[Blocked, ...], families: list[tuple[str, str]]) -> list[tuple[tuple[str, str], list[str]]]:
    """What each of these blocked families needs, by incident and family."""
    needs: dict[tuple[str, str], list[str]] = {family: [] for family in families}
    for one in blocked:
        if (one.incident, one.family) in needs:
            words = WANTS[one.reason].replace("#", plural(one.count, "donor")).replace("%", str(one.count))
            needs[one.incident, one.family].append(words)
    return list(needs.items())


def _where(waiting: Waiting) -> str:
    if waiting.what == TO_ERASE:
        return "/#blocked"  # a list of families, the first of which are these
    if waiting.what in ORDER:
        return link("/candidates", incident=waiting.incident, state=waiting.what)
    return link("/runs", incident=waiting.incident)


def _told(item: News, role: Role) -> tuple[str, str]:
    """What happened, in words, and the address of the page that shows it to this role."""
    once, often, page = EVENT_WORDS[item.what]
    words = once if item.count == 1 else often
    if item.what == "confirm" and may(role, "see families"):
        return words, link("/families", incident=item.incident, identified="yes")
    return words, link(page, incident=item.incident)
