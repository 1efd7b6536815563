"""Incidents, families, donors and samples by their codes; what waits for families, and what is recorded of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from antigone.casework.power.families import PowerChoices
from antigone.model.incident.consent import Consent
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.results.power import PowerAnswer, SamplingAnswer
from antigone.team import views
from antigone.team.documents.letters import letter_material
from antigone.team.incidents import consents, custody, exporting, families
from antigone.team.incidents.pedigrees import save_pedigree
from antigone.team.overview import status
from antigone.team.runs import pending, power
from antigone.team.tasks import alive, asking, listing, telling
from antigone.web.api.access import Called
from antigone.web.api.answers import FamilyShown, model_of, shown_family
from antigone.web.api.bodies import (
    Answer,
    AskedFamilies,
    AskTakenBack,
    FoundAlive,
    LeavingDonor,
    LeavingSeeker,
    NarrowedConsent,
    NewConsent,
    NewCustody,
    NewPedigree,
    NewTelling,
)
from antigone.web.shared.attachments import attach_packed
from antigone.web.shared.fields import Named, Page, PartOf, Size

router = APIRouter()
Threshold = Annotated[float, Query(gt=0, allow_inf_nan=False, description="The LR asked for")]
COMPARED = model_of(views.Compared) | None


class Zip(Response):
    """A zip file as the description names it."""

    media_type = "application/zip"


@router.get("/status", response_model=model_of(views.Status))
def read_status(call: Called) -> object:
    """What is there, what waits for the token's user, what is blocked, what is running."""
    return status.read_status(call.session)


@router.get("/incidents", response_model=list[model_of(views.IncidentStatus)])  # type: ignore[misc]
def list_incidents(call: Called) -> object:
    """Every incident in counts."""
    return status.list_incidents(call.session)


@router.get("/incidents/pending", response_model=model_of(views.PendingView))
def read_pending(call: Called, incident: Named) -> object:
    """Who is to be searched, and why: what was added or changed since the newest search."""
    return pending.read_pending(call.session, incident)


@router.get("/incidents/shareable", response_model=model_of(views.Shared))
def read_shareable(call: Called, incident: Named) -> object:
    """What an export would hold today, and who would be left out, in counts."""
    return exporting.read_shareable(call.session, incident)


@router.get("/incidents/export", response_class=Zip)
def export_incident(call: Called, incident: Named) -> Response:
    """An incident for another institution, as a packed case folder: remains, and the families and donors whose consent
    covers sharing. It holds genotypes."""
    return attach_packed(exporting.pack_incident(call.session, incident), incident)


@router.get("/families", response_model=model_of(views.Page[views.FamilyLine]))
def list_families(
    call: Called, incident: Named, search: PartOf = "", identified: bool = False, page: Page = 1, size: Size = 50
) -> object:
    """Some families of an incident; `search` is a part of the code, `identified` leaves those with a confirmed
    identification."""
    return families.list_families(call.session, incident, search=search, identified=identified, page=page, size=size)


@router.get("/family", response_model=model_of(FamilyShown))
def read_family(call: Called, incident: Named, family: Named) -> object:
    """A family's declared pedigree, its missing members, and its donors with their consents."""
    return shown_family(families.read_family(call.session, incident, family))


@router.get("/family/power", response_model=model_of(PowerAnswer))
def read_power(
    call: Called,
    incident: Named,
    family: Named,
    missing: PartOf = "",
    threshold: Threshold = 10_000.0,
    sets: Annotated[int, Query(ge=1, le=2)] = 1,
    given: bool = False,
) -> object:
    """How surely a family's missing can be found, and what each further relative would add. `given`: given what was
    found in the typed relatives, for the geneticist who ran the newest search. It is computed while you wait."""
    choices = PowerChoices(family, missing, sets=sets, threshold=threshold, basis="typed" if given else "declared")
    return power.read_power(call.session, incident, choices)


@router.get("/incidents/sampling", response_model=model_of(SamplingAnswer))
def list_sampling(call: Called, incident: Named, threshold: Threshold = 10_000.0) -> object:
    """Where the next ten samples help most, in words; of nobody's genotypes. It is computed while you wait."""
    return power.list_sampling(call.session, incident, threshold=threshold)


@router.put("/family/pedigree", response_model=model_of(FamilyShown))
def write_pedigree(call: Called, sent: NewPedigree) -> object:
    """Change a declared pedigree. No donor may vanish, and none be cut off from a missing person unless `severing` says
    that this is meant; runs that rested on it are to be computed again."""
    pedigree = Pedigree(tuple(Individual(**member.model_dump()) for member in sent.members))
    saved = save_pedigree(
        call.session,
        sent.incident,
        sent.family,
        pedigree=pedigree,
        missing=sent.missing,
        seen=sent.seen,
        severing=sent.severing,
    )
    return shown_family(saved)


@router.post("/family/consent", response_model=model_of(FamilyShown))
def record_consent(call: Called, sent: NewConsent) -> object:
    """Record an instrument by which a donor consents."""
    consent = Consent(sent.reference, sent.given, tuple(dict.fromkeys(sent.scope)), sent.expires)
    view = consents.record_consent(call.session, sent.incident, sent.family, sent.member, consent=consent)
    return shown_family(view)


@router.post("/family/withdraw", response_model=model_of(views.Left))
def withdraw_donor(call: Called, sent: LeavingDonor) -> object:
    """Erase a donor who leaves, for good, in every incident where the same donor surely stands; `left_standing` may be
    the same, and `still_to_do` is what somebody must do by hand."""
    return consents.withdraw_donor(call.session, sent.incident, sent.family, sent.member, also=sent.also)


@router.get("/family/elsewhere", response_model=list[model_of(views.Elsewhere)])  # type: ignore[misc]
def find_donor(call: Called, incident: Named, family: Named, member: Named) -> object:
    """Where else in the registry a donor who withdraws stands, or may stand, and what tells it."""
    return consents.find_donor(call.session, incident, family, member)


@router.post("/family/narrow", response_model=model_of(views.Narrowed))
def narrow_consent(call: Called, sent: NarrowedConsent) -> object:
    """Take one purpose back from a donor's consent, and keep the others."""
    return consents.narrow_consent(
        call.session, sent.incident, sent.family, sent.member, scope=sent.scope, also=sent.also
    )


@router.get("/family/letter", response_model=model_of(views.Letter))
def read_letter(call: Called, incident: Named, family: Named, missing: Named) -> object:
    """What a letter to a family may say of one missing person."""
    return letter_material(call.session, incident, family, missing)


@router.get("/unidentified", response_model=model_of(views.Page[views.UnidentifiedLine]))
def list_unidentified(call: Called, incident: Named, search: PartOf = "", page: Page = 1, size: Size = 50) -> object:
    """Some unidentified persons of an incident; `search` is a part of the code."""
    return families.list_unidentified(call.session, incident, search=search, page=page, size=size)


@router.post("/unidentified/withdraw", response_model=model_of(views.Left))
def withdraw_seeker(call: Called, sent: LeavingSeeker) -> object:
    """Erase a living person who asked and leaves, for good."""
    return consents.withdraw_seeker(call.session, sent.incident, sent.code, also=sent.also)


@router.get("/unidentified/elsewhere", response_model=list[model_of(views.Elsewhere)])  # type: ignore[misc]
def find_seeker(call: Called, incident: Named, code: Named) -> object:
    """Where else in the registry a living seeker who withdraws stands, or may stand."""
    return consents.find_seeker(call.session, incident, code)


@router.get("/custody", response_model=list[model_of(views.CustodyLine)])  # type: ignore[misc]
def list_custody(call: Called, incident: Named, sample: Named) -> object:
    """Who held a sample from when on."""
    return custody.list_custody(call.session, incident, sample)


@router.post("/custody", response_model=list[model_of(views.CustodyLine)])  # type: ignore[misc]
def record_custody(call: Called, sent: NewCustody) -> object:
    """Record that a sample changed hands."""
    return custody.record_custody(
        call.session, sent.incident, sent.sample, event=sent.event, holder=sent.holder, at=sent.at
    )


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
