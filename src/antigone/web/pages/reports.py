"""Reports as PDF: for those who sign, for the family, for the coordinator."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from antigone.papers import ENGLISH, sender_of, write_expert_report, write_family_letter, write_status
from antigone.web.requests.visits import Signed
from antigone.web.shared.attachments import answer_with

router = APIRouter()


@router.get("/candidate/report.pdf")
def expert_pdf(visit: Signed, id: int, language: str = ENGLISH, court: bool = False) -> Response:
    """The expert report on one candidate."""
    return answer_with(write_expert_report(visit.session, id, language=language, court=court))


@router.post("/family/letter.pdf")
def letter_pdf(
    visit: Signed,
    incident: Annotated[str, Form()],
    family: Annotated[str, Form()],
    missing: Annotated[str, Form()],
    institution: Annotated[str, Form()],
    contact: Annotated[str, Form()],
    signed_by: Annotated[str, Form()],
    language: Annotated[str, Form()] = ENGLISH,
) -> Response:
    """The letter to a family; what it says follows from the state alone.

    Names are sent as a form, because an address would stay in the history of the browser.
    """
    sender = sender_of(institution, contact=contact, signed_by=signed_by)
    paper = write_family_letter(
        visit.session, incident, family=family, missing=missing, sender=sender, language=language
    )
    return answer_with(paper)


@router.get("/incident/status.pdf")
def status_pdf(visit: Signed, incident: str, language: str = ENGLISH) -> Response:
    """The status of an incident: counts, and what waits for whom."""
    return answer_with(write_status(visit.session, incident, language=language))
