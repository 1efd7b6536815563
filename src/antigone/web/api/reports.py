"""Documents on paper: PDF, with codes and no genotype but the expert report's likelihood ratios."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from antigone.papers import ENGLISH, sender_of, write_expert_report, write_family_letter, write_status
from antigone.web.api.access import Called
from antigone.web.shared.attachments import answer_with
from antigone.web.shared.fields import DocumentLanguage, Named, Number, Typed

router = APIRouter()

Court = Annotated[bool, Query(description="For a court: every donor of the family must have consented to that")]


class Pdf(Response):
    """A PDF as the description names it."""

    media_type = "application/pdf"


@router.get("/candidates/{candidate}/report.pdf", response_class=Pdf)
def write_report(
    call: Called, candidate: Number, language: DocumentLanguage = ENGLISH, court: Court = False
) -> Response:
    """The expert report on one candidate."""
    return answer_with(write_expert_report(call.session, candidate, language=language, court=court))


@router.get("/family/letter.pdf", response_class=Pdf)
def write_letter(
    call: Called,
    incident: Named,
    family: Named,
    missing: Named,
    institution: Typed,
    contact: Typed,
    signed_by: Typed,
    language: DocumentLanguage = ENGLISH,
) -> Response:
    """The letter to a family about one missing person: who writes it, whom the family can ask and how, who signs."""
    sender = sender_of(institution, contact=contact, signed_by=signed_by)
    paper = write_family_letter(
        call.session, incident, family=family, missing=missing, sender=sender, language=language
    )
    return answer_with(paper)


@router.get("/incident/status.pdf", response_class=Pdf)
def write_incident_status(call: Called, incident: Named, language: DocumentLanguage = ENGLISH) -> Response:
    """The status of an incident: counts, and what waits for whom."""
    return answer_with(write_status(call.session, incident, language=language))
