"""Reports as PDF: for those who sign, for the family, for the coordinator."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Literal, cast

from fastapi import APIRouter
from fastapi.responses import Response

from antigone.casework.registry.candidates import expert_material
from antigone.casework.registry.letters import letter_material
from antigone.casework.registry.views import CandidateView, IncidentStatus, Letter
from antigone.errors import InputError
from antigone.report import pdf_status
from antigone.report.language import read_language
from antigone.report.pdf_case import Action, ExpertCase, ReviewStep
from antigone.report.pdf_expert import expert_report
from antigone.report.pdf_letter import Sender, State, family_letter
from antigone.web.pages.dashboard import counts_of
from antigone.web.visits import Signed

router = APIRouter()

LETTERS: dict[tuple[str, str], State] = {
    ("confirmed", "remains"): "identified from remains",
    ("confirmed", "living"): "identified living",
    ("not found", ""): "still looking",
    ("sample needed", ""): "one more sample",
}
TASKS: dict[str, tuple[pdf_status.Role, pdf_status.Task]] = {
    "open": ("geneticist", "judge candidates"),
    "proposed": ("reviewer", "review proposals"),
    "reopening": ("reviewer", "decide on reopening"),
}


@router.get("/candidate/report.pdf")
def expert_pdf(visit: Signed, id: int, language: str = "en", court: bool = False) -> Response:
    """The expert report on one candidate."""
    tongue = read_language(language)
    material = expert_material(visit.session, id, court=court)
    view = material.view
    if view.candidate is None or view.run.result is None:
        raise InputError(f"candidate {id} has no result to report on; search again")
    result = replace(view.run.result, candidates=(view.candidate,))
    case = ExpertCase(view.candidate, result, material.family, material.person, _trail(view))
    content = expert_report(case, language=tongue, day=visit.session.registry.today())
    return _pdf(content, f"expert-report-{view.line.unidentified}-{view.line.missing}")


@router.get("/family/letter.pdf")
def letter_pdf(
    visit: Signed,
    incident: str,
    family: str,
    missing: str,
    institution: str,
    contact: str,
    signed_by: str,
    language: str = "en",
) -> Response:
    """The letter to a family; what it says follows from the state alone."""
    tongue = read_language(language)
    letter = letter_material(visit.session, incident, family, missing)
    sender = Sender(institution.strip(), contact.strip(), signed_by.strip())
    day = visit.session.registry.today()
    content = family_letter(_state(letter), letter.family, sender=sender, language=tongue, day=day)
    return _pdf(content, f"letter-{letter.family}")


@router.get("/incident/status.pdf")
def status_pdf(visit: Signed, incident: str, language: str = "en") -> Response:
    """The status of an incident: counts, and what waits for whom."""
    tongue, day = read_language(language), visit.session.registry.today()
    counts = counts_of(visit, incident)
    status = _status(counts)
    return _pdf(pdf_status.status_report(status, language=tongue, day=day), f"status-{incident}")


def _trail(view: CandidateView) -> tuple[ReviewStep, ...]:
    """Comments and decisions in the order of time."""
    said = [(r.at, r.user, "comment", r.text) for r in view.reviews]
    done = [(d.at, d.user, d.action, d.reason) for d in view.decisions]
    return tuple(
        ReviewStep(dt.datetime.fromisoformat(at).date(), user, cast(Action, action), words)
        for at, user, action, words in sorted(said + done)
    )


def _state(letter: Letter) -> State:
    return LETTERS[letter.state, letter.kind]


def _status(counts: IncidentStatus) -> pdf_status.IncidentStatus:
    waiting = [
        pdf_status.Waiting(*TASKS[state], counts.pairings[state]) for state in TASKS if counts.pairings.get(state)
    ]
    if counts.runs_to_repeat:
        waiting.append(pdf_status.Waiting("geneticist", "search again", counts.runs_to_repeat))
    if counts.donors_without_consent:
        waiting.append(pdf_status.Waiting("coordinator", "record consents", counts.donors_without_consent))
    states: dict[Literal["open", "proposed", "confirmed", "rejected", "reopening"], int] = {}
    states.update(counts.pairings)  # type: ignore[arg-type]
    return pdf_status.IncidentStatus(
        code=counts.code,
        title=counts.title,
        remains=counts.unidentified - counts.living,
        living=counts.living,
        families=counts.families,
        missing=counts.missing,
        identified=counts.identified,
        donors=counts.donors,
        donors_without_consent=counts.donors_without_consent,
        pairings=states,
        waiting=tuple(waiting),
    )


def _pdf(content: bytes, name: str) -> Response:
    """A PDF to keep. Its name holds codes, with anything unusual in them left out."""
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "_" for letter in name)
    return Response(
        content,
        media_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{plain}.pdf"'},
    )
