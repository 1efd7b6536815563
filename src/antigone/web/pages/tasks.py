"""What waits for families: to tell them, to ask them, to act for them; and what is recorded of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from antigone.errors import InputError
from antigone.team.tasks.alive import STEPS_OF, confirm_alive, report_alive
from antigone.team.tasks.asking import ask_for_samples, take_back_ask
from antigone.team.tasks.listing import list_tasks
from antigone.team.tasks.telling import ABOUTS, record_declined, record_told
from antigone.team.tasks.words import task_words
from antigone.web.pages.dashboard import title_of
from antigone.web.requests.rendering import link, plural
from antigone.web.requests.visits import Signed
from antigone.web.shared.fields import day_of

router = APIRouter()


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
