"""Documents on paper from a registry, for pages, programs and the command line alike: the action, then the PDF.

Which words a document may hold is decided below: `antigone.team` gives out only what the role may see and
consent covers, and `antigone.report` sets it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from antigone.errors import InputError
from antigone.report.paper import status as pdf_status
from antigone.report.paper.case import Action, Alternative, Alternatives, ExpertCase, JointFinding, ReviewStep
from antigone.report.paper.expert import expert_report
from antigone.report.paper.letter import Sender, State, family_letter
from antigone.report.words.language import read_language
from antigone.team.access.session import Session
from antigone.team.documents.letters import letter_material
from antigone.team.overview.status import read_incident
from antigone.team.review.candidates import expert_material
from antigone.team.runs.joint import joint_of_pair
from antigone.team.views import CandidateView, IncidentStatus, Letter

ENGLISH = "en"
LETTERS: Mapping[tuple[str, str], State] = {
    ("confirmed", "remains"): "identified from remains",
    ("confirmed", "living"): "identified living",
    ("not found", ""): "still looking",
    ("sample needed", ""): "one more sample",
}
"""Which letter follows from the state of a missing person, and the kind of person who was found."""
TASKS: Mapping[str, tuple[pdf_status.Role, pdf_status.Task]] = {
    "open": ("geneticist", "judge candidates"),
    "proposed": ("reviewer", "review proposals"),
    "reopening": ("reviewer", "decide on reopening"),
}
"""What a pairing in a state waits for, and whom."""


@dataclass(frozen=True)
class Paper:
    """A PDF, and what it may be called: codes, which may hold letters that a file name cannot."""

    name: str
    content: bytes


def write_expert_report(session: Session, candidate: int, *, language: str = ENGLISH, court: bool = False) -> Paper:
    """The expert report on one candidate.

    Raises
    ------
    ConsentError
        When the candidate is closed, or ``court`` and a donor of the family did not consent to that.
    RegistryError
        When there is no such candidate.
    InputError
        When the candidate is listed in brief, or no catalogue knows the language.
    """
    tongue = read_language(language)
    material = expert_material(session, candidate, court=court)
    view = material.view
    if view.candidate is None or view.run.result is None:
        raise InputError(f"candidate {candidate} has no result to report on; search again")
    case = ExpertCase(
        view.candidate,
        replace(view.run.result, candidates=(view.candidate,)),
        material.family,
        material.person,
        _trail(view),
        joint=_joint(session, view),
        alternatives=_alternatives(view),
    )
    content = expert_report(case, language=tongue, day=session.registry.today())
    return Paper(f"expert-report-{view.line.unidentified}-{view.line.missing}.pdf", content)


def write_family_letter(
    session: Session, incident: str, *, family: str, missing: str, sender: Sender, language: str = ENGLISH
) -> Paper:
    """The letter to a family about one missing person; what it says follows from the state alone.

    Raises
    ------
    Conflict
        While somebody asks to reopen an identification of that missing person.
    RegistryError
        When the family has no such missing person.
    InputError
        When the sender names nobody whom the family can ask, or no catalogue knows the language.
    """
    tongue = read_language(language)
    letter = letter_material(session, incident, family, missing)
    content = family_letter(
        _state(letter),
        letter.family,
        confirmed_by=letter.confirmed_by,
        several_missing=letter.several_missing,
        sender=sender,
        language=tongue,
        day=session.registry.today(),
    )
    whom = f"{letter.family}-{letter.missing}" if letter.several_missing else letter.family
    return Paper(f"letter-{whom}.pdf", content)


def write_status(session: Session, incident: str, *, language: str = ENGLISH) -> Paper:
    """The status of an incident: counts, and what waits for whom.

    Raises
    ------
    RegistryError
        When there is no such incident.
    InputError
        When no catalogue knows the language.
    """
    tongue, day = read_language(language), session.registry.today()
    status = _status(read_incident(session, incident))
    return Paper(f"status-{incident}.pdf", pdf_status.status_report(status, language=tongue, day=day))


def sender_of(institution: str, *, contact: str, signed_by: str) -> Sender:
    """Who writes a letter, as it was typed."""
    return Sender(institution.strip(), contact.strip(), signed_by.strip())


def _joint(session: Session, view: CandidateView) -> JointFinding | None:
    """What the newest joint solution says of the pair, as the page of the candidate shows it."""
    line = view.line
    said = joint_of_pair(
        session, view.incident, unidentified=line.unidentified, family=line.family, missing=line.missing
    )
    if said is None:
        return None
    return JointFinding(said.run, said.day, said.prior, said.posterior, said.least, said.error_bound)


def _alternatives(view: CandidateView) -> Alternatives:
    """The candidates beside which the page shows this one, the strongest first."""
    lines = sorted((*view.of_unidentified, *view.of_missing), key=lambda line: line.rank)
    strongest = tuple(Alternative(one.rank, one.unidentified, one.family, one.missing, one.log10_lr) for one in lines)
    return Alternatives(strongest, view.all_of_unidentified + view.all_of_missing)


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
    if counts.donors_to_erase:
        waiting.append(pdf_status.Waiting("coordinator", "erase who withdrew", counts.donors_to_erase))
    if asked := counts.donors_without_consent - counts.donors_to_erase:
        waiting.append(pdf_status.Waiting("coordinator", "record consents", asked))
    return pdf_status.IncidentStatus(
        code=counts.code,
        title=counts.title,
        remains=counts.unidentified - counts.living,
        living=counts.living,
        families=counts.families,
        missing=counts.missing,
        identified=counts.identified,
        reopening=counts.reopening,
        donors=counts.donors,
        donors_without_consent=counts.donors_without_consent,
        pairings=counts.pairings,
        waiting=tuple(waiting),
        last_search=counts.last_search,
    )
