"""The first page: what is new, what waits for me and for families; and what is recorded of what families were told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from antigone.errors import InputError
from antigone.model.review import STATES
from antigone.team.access.roles import Role
from antigone.team.overview.status import TO_ERASE, TO_SETTLE, TO_SPEAK, read_incident, read_status
from antigone.team.tasks.alive import STEPS_OF, confirm_alive, report_alive
from antigone.team.tasks.asking import ask_for_samples, take_back_ask
from antigone.team.tasks.listing import list_tasks
from antigone.team.tasks.telling import ABOUTS, record_declined, record_told
from antigone.team.tasks.words import task_words
from antigone.team.views import News, Waiting
from antigone.web.requests.rendering import link, may, plural
from antigone.web.requests.visits import Signed, Visit
from antigone.web.shared.fields import day_of

router = APIRouter()

ORDER = STATES
TASKS = {
    "donor to be erased": ("donor", "donors", "who withdrew, still to be erased"),
    "family to speak with": ("task", "tasks", "with families: to tell them, or to ask them, the oldest first"),
    "sample with typings in conflict": ("sample", "samples", "with typings that show different genotypes, to settle"),
    "open": ("candidate", "candidates", "to look at and decide whether to propose"),
    "proposed": ("candidate", "candidates", "proposed by somebody else, to confirm or reject"),
    "reopening": ("decision", "decisions", "that somebody else asks to open again"),
    "person not searched yet": ("person", "persons", "not searched yet, or changed since"),
    "family to be searched again": (
        "family",
        "families",
        "new, or to be searched again: something was added or changed",
    ),
    "whole incident to be searched again": ("incident", "incidents", "to be searched again as a whole"),
    "run to be computed again": (
        "search",
        "searches",
        "to be computed again: a donor left, or a pedigree or a model changed",
    ),
}
"""What waits, once and several times, and what is to be done with it."""


WEAK = "The relatives who gave a sample would show the right person in only {} of 100 cases."
MOST_SHOWN, MOST_LISTED = 12, 200
"""Lines of one kind that are shown at once, and with those that unfold; more are only counted."""


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
    "report alive": ("report that somebody was found alive", "reports that somebody was found alive", "/tasks"),
    "confirm alive": ("decision on somebody found alive", "decisions on persons found alive", "/incident"),
    "withdraw": ("person withdrew and was erased", "persons withdrew and were erased", "/families"),
}
"""What others did, once and several times, and the page that shows it."""


@router.get("/")
def dashboard(visit: Signed) -> HTMLResponse:
    """What this user should look at first."""
    status = read_status(visit.session)
    tasks = [(waiting, *_asked(waiting), _where(waiting)) for waiting in status.waiting]
    news = [(item, *_told(item, visit.session.role)) for item in status.news]
    families = _shown([(one.incident, one.family, task_words(one), one.since) for one in status.tasks])
    weak = _shown([(one.incident, one.family, WEAK.format(one.percent), "") for one in status.weak])
    shown: dict[str, Any] = {"state": status, "tasks": tasks, "news": news, "order": ORDER}
    return visit.page("dashboard.html.j2", **shown, families=families, weak=weak)


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


def _shown(rows: Sequence[tuple[str, str, str, object]]) -> dict[str, object]:
    """What of a list is shown at once, what unfolds, and how long it is."""
    return {"first": rows[:MOST_SHOWN], "others": rows[MOST_SHOWN:MOST_LISTED], "total": len(rows)}


def _where(waiting: Waiting) -> str:
    if waiting.what == TO_ERASE:
        return link("/families", incident=waiting.incident)
    if waiting.what == TO_SPEAK:
        return link("/tasks", incident=waiting.incident)
    if waiting.what == TO_SETTLE:
        return link("/conflicts", incident=waiting.incident)
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


@router.get("/tasks")
def task_list(visit: Signed, incident: str, page: int = 1) -> HTMLResponse:
    """What waits for the families of an incident, the oldest first."""
    found = list_tasks(visit.session, incident, page=max(page, 1))
    rows = [(task, task_words(task)) for task in found.rows]
    return visit.page("tasks.html.j2", incident=incident, title=title_of(visit, incident), found=found, rows=rows)


@router.post("/families/ask")
def ask_families(
    visit: Signed,
    incident: Annotated[str, Form()],
    family: Annotated[list[str] | None, Form()] = None,
    others: Annotated[str, Form()] = "",
    back: Annotated[str, Form()] = "",
) -> Response:
    """Ask families for one more sample, or take back that one is asked; nobody is told why."""
    codes = [*(family or ()), *(code.strip() for code in others.replace("\n", ",").split(",") if code.strip())]
    address = (
        link("/family", incident=incident, family=codes[0]) if len(codes) == 1 else link("/tasks", incident=incident)
    )
    address = link("/tasks", incident=incident)
    if back:
        take_back_ask(visit.session, incident, back)
        return visit.go(address, notice=f"Family {back} is asked no more.")
    ask_for_samples(visit.session, incident, codes)
    count = len(set(codes))
    words = f"{plural(count, 'family is', 'families are')} asked for one more sample. Nobody is told why."
    return visit.go(address, notice=words)


@router.post("/family/told")
def told(
    visit: Signed,
    incident: Annotated[str, Form()],
    family: Annotated[str, Form()],
    missing: Annotated[str, Form()],
    about: Annotated[str, Form()],
    day: Annotated[str, Form()],
    form: Annotated[str, Form()],
    teller: Annotated[str, Form()] = "",
) -> Response:
    """Record that the family was told: the day, by whom, in what form."""
    if about not in ABOUTS:
        raise InputError("what the family was told is not known; go back to the page of the family, and choose again")
    told_on = day_of(day)
    record_told(
        visit.session, incident, family, missing, about=ABOUTS[about], told_on=told_on, form=form, teller=teller
    )
    return visit.go(
        link("/family", incident=incident, family=family), notice="It is recorded that the family was told."
    )


@router.post("/family/declined")
def declined(
    visit: Signed,
    incident: Annotated[str, Form()],
    family: Annotated[str, Form()],
    donor: Annotated[str, Form()] = "",
) -> Response:
    """Record that the family, or a donor, said no; nobody has to say why."""
    record_declined(visit.session, incident, family, donor=donor)
    notice = "It is recorded that the answer was no. Nobody asks again for that."
    return visit.go(link("/family", incident=incident, family=family), notice=notice)


@router.post("/family/alive")
def decide_alive(
    visit: Signed,
    incident: Annotated[str, Form()],
    family: Annotated[str, Form()],
    missing: Annotated[str, Form()],
    version: Annotated[int, Form()],
    step: Annotated[str, Form()],
    reason: Annotated[str, Form()],
) -> Response:
    """A step of the question whether a missing person was found alive."""
    if step not in STEPS_OF:
        raise InputError("this step is not known; go back to the page of the family, and choose again")
    known, role = STEPS_OF[step]
    act = report_alive if role == "report alive" else confirm_alive
    act(visit.session, incident, family, missing, step=known, version=version, reason=reason)
    return visit.go(link("/family", incident=incident, family=family), notice="The step is recorded.")
