"""What waits for families, what is recorded of it, and what is for the responsible geneticist alone."""

from __future__ import annotations

from fastapi import APIRouter

from antigone.team import views
from antigone.team.tasks import alive, asking, listing, telling
from antigone.web.api.access import Called
from antigone.web.api.answers import FamilyShown, model_of, shown_family
from antigone.web.api.bodies import Answer, AskedFamilies, AskTakenBack, FoundAlive, NewTelling
from antigone.web.shared.fields import Named, Page, PartOf, Size

router = APIRouter()
COMPARED = model_of(views.Compared) | None


@router.get("/tasks", response_model=model_of(views.Page[views.Task]))
def list_tasks(call: Called, incident: PartOf = "", page: Page = 1, size: Size = 50) -> object:
    """What waits for families, the oldest first: to tell them, to ask them, to act for them."""
    return listing.list_tasks(call.session, incident, page=page, size=size)


@router.get("/compared", response_model=COMPARED)
def read_compared(call: Called, incident: Named, family: PartOf = "") -> object:
    """What the newest search truly compared, for the geneticist who ran it alone; null when nothing is kept."""
    return asking.read_compared(call.session, incident, family=family)


@router.post("/families/ask", response_model=COMPARED)
def ask_for_samples(call: Called, sent: AskedFamilies) -> object:
    """Ask families for one more sample. There is no place for a reason; the answer is that of `GET /compared`."""
    return asking.ask_for_samples(call.session, sent.incident, sent.families)


@router.post("/family/ask/take-back", response_model=COMPARED)
def take_back_ask(call: Called, sent: AskTakenBack) -> object:
    """Take back that a family is asked for one more sample; the answer is that of `GET /compared`."""
    return asking.take_back_ask(call.session, sent.incident, sent.family)


@router.post("/family/declined", response_model=model_of(FamilyShown))
def record_declined(call: Called, sent: Answer) -> object:
    """Record that a family said no to one more sample; or, with a donor, to another consent."""
    return shown_family(telling.record_declined(call.session, sent.incident, sent.family, donor=sent.donor))


@router.post("/family/told", response_model=model_of(FamilyShown))
def record_told(call: Called, sent: NewTelling) -> object:
    """Record that a family was told what it is to be told of a missing person: the day, by whom, in what form."""
    view = telling.record_told(
        call.session,
        sent.incident,
        sent.family,
        sent.missing,
        about=sent.about,
        told_on=sent.told_on,
        form=sent.form,
        teller=sent.teller,
    )
    return shown_family(view)


@router.post("/family/alive/report", response_model=model_of(FamilyShown))
def report_alive(call: Called, sent: FoundAlive) -> object:
    """Report that a missing person was found alive ("propose"), or ask to look at that again ("ask to reopen")."""
    view = alive.report_alive(
        call.session, sent.incident, sent.family, sent.missing, step=sent.step, version=sent.version, reason=sent.reason
    )
    return shown_family(view)


@router.post("/family/alive/decide", response_model=model_of(FamilyShown))
def confirm_alive(call: Called, sent: FoundAlive) -> object:
    """Confirm as another person that somebody was found alive; or return, reopen or keep that."""
    view = alive.confirm_alive(
        call.session, sent.incident, sent.family, sent.missing, step=sent.step, version=sent.version, reason=sent.reason
    )
    return shown_family(view)
