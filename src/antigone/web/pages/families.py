"""Families and unidentified persons: pedigrees as declared, consent, custody, and leaving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from antigone.errors import InputError, RegistryError
from antigone.model.incident.consent import Consent
from antigone.papers import LETTERS
from antigone.report.paper.letter import State
from antigone.report.pedigree.svg import Mark
from antigone.team.access.roles import Action
from antigone.team.documents.letters import letter_state
from antigone.team.incidents import consents, custody
from antigone.team.incidents.families import list_families, list_unidentified, read_family
from antigone.team.incidents.typings import list_typings
from antigone.team.tasks.asking import read_compared
from antigone.team.tasks.telling import FORMS
from antigone.team.tasks.words import ABOUT_WORDS
from antigone.team.views import Elsewhere, FamilyView, Left, MissingLine, TypingsView, Want
from antigone.web.pages.dashboard import title_of
from antigone.web.pedigrees.drawings import drawing, drawing_keys
from antigone.web.requests.rendering import link, may, plural
from antigone.web.requests.visits import Signed
from antigone.web.shared.fields import day_of

router = APIRouter()
LETTER: Action = "write family letter"

SCOPES = {
    "identification": "to identify the missing relative",
    "court": "to be used in court",
    "sharing": "to be shared with another institution",
}

STEP_WORDS: Mapping[str, str] = {
    "propose": "reported that they were found alive",
    "confirm": "confirmed it",
    "return": "returned it",
    "ask to reopen": "asked to look at it again",
    "reopen": "reopened it: they are looked for again",
    "keep": "kept it",
}
STEP_BUTTONS: Mapping[str, str] = {
    "propose": "Report as found alive",
    "confirm": "Confirm",
    "return": "Return, not confirmed",
    "ask to reopen": "Ask to look at it again",
    "reopen": "Reopen: look for them again",
    "keep": "Keep: found alive",
}
"""What a step was, and what the button for it says."""

LETTER_SAYS: Mapping[State, str] = {
    "identified from remains": "that their relative is probably identified, confirmed by two persons, and has died.",
    "identified living": "that their relative is probably identified, confirmed by two persons, and is alive.",
    "found alive": "that their relative was found alive, confirmed by two persons.",
    "checked again": "that what they were told is being checked again.",
    "not upheld": "that what they were told does not stand, and the search goes on.",
    "still looking": "that the search goes on. It tells of no identification.",
    "one more sample": "that a relative is asked for one more sample. It tells of no identification.",
    "consent": "that the consent of a member who gave a sample is asked for. It tells of no identification.",
    "one more sample and consent": "that a relative is asked for one more sample, and a member who gave one for the "
    "consent. It tells of no identification.",
}
"""What each letter tells, for whoever makes it."""


@router.get("/families")
def family_list(
    visit: Signed, incident: str, search: str = "", identified: bool = False, page: int = 1
) -> HTMLResponse:
    """The families of an incident, or those with an identified member alone."""
    found = list_families(visit.session, incident, search=search.strip(), identified=identified, page=max(page, 1))
    chosen = {"search": search, "identified": "yes" if identified else ""}
    return visit.page(
        "families.html.j2", incident=incident, title=title_of(visit, incident), found=found, chosen=chosen
    )


@router.get("/family")
def family_page(visit: Signed, incident: str, family: str) -> HTMLResponse:
    """One family: the pedigree as declared, its donors and their consent."""
    found = read_family(visit.session, incident, family)
    session = visit.session
    return visit.page(
        "family.html.j2",
        incident=incident,
        title=title_of(visit, incident),
        family=found,
        drawing=_drawing(found),
        keys=drawing_keys(),
        scopes=SCOPES,
        today=visit.session.registry.today(),
        latest=visit.session.registry.latest_day(),
        leaving=[donor.member for donor in found.donors if donor.withdrew],
        on_hold=[one.code for one in found.sought if one.news == "on hold"],
        letters=[(one, LETTER_SAYS[_letter_state(one)]) for one in found.sought] if may(session.role, LETTER) else [],
        wants=_wants(found),
        compared=read_compared(session, incident, family=family) if found.responsible else None,
        forms=FORMS,
        about_words=ABOUT_WORDS,
        words_of_step=STEP_WORDS,
        alive_buttons=STEP_BUTTONS,
    )


def _letter_state(one: MissingLine) -> State:
    """What a letter about a missing person follows from, as `antigone.papers` decides it when the letter is made."""
    kind = one.kind if one.state == "confirmed" else ""
    return LETTERS[letter_state(one.state, [want.what for want in one.wants]), kind]


def _wants(family: FamilyView) -> tuple[Want, ...]:
    """What the family is asked for, once for all its missing members."""
    return next((one.wants for one in family.sought if one.wants), ())


@router.post("/family/consent")
def record_consent(
    visit: Signed,
    incident: Annotated[str, Form()],
    family: Annotated[str, Form()],
    member: Annotated[str, Form()],
    reference: Annotated[str, Form()],
    given: Annotated[str, Form()],
    scope: Annotated[list[str], Form()],
    expires: Annotated[str, Form()] = "",
) -> Response:
    """Record what a donor signed."""
    consent = Consent(reference.strip(), day_of(given), tuple(scope), day_of(expires) if expires else None)
    consents.record_consent(visit.session, incident, family, member, consent=consent)
    address = link("/family", incident=incident, family=family)
    return visit.go(address, notice=f"The consent of {member} is recorded.")


@router.post("/family/withdraw")
def withdraw_donor(
    visit: Signed,
    incident: Annotated[str, Form()],
    family: Annotated[str, Form()],
    member: Annotated[str, Form()],
    typed: Annotated[str, Form()],
    seen: Annotated[str, Form()] = "",
    also: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Erase a donor who leaves, after their code was typed again, and after who asks saw where else they stand."""
    _check_typed(typed, member)
    found = () if seen else consents.find_donor(visit.session, incident, family, member)
    if found:
        kept = {"incident": incident, "family": family, "member": member, "typed": typed, "seen": "yes"}
        return _ask_about(visit, incident, member, found, kept, "/family/withdraw")
    left = consents.withdraw_donor(visit.session, incident, family, member, also=also or ())
    return visit.go(link("/family", incident=incident, family=family), notice=_left_words(left))


def _ask_about(
    visit: Signed, incident: str, who: str, found: Sequence[Elsewhere], kept: Mapping[str, str], action: str
) -> HTMLResponse:
    return visit.page(
        "leaving.html.j2",
        incident=incident,
        title=title_of(visit, incident),
        who=who,
        found=found,
        kept=kept,
        action=action,
    )


@router.post("/family/narrow")
def narrow_consent(
    visit: Signed,
    incident: Annotated[str, Form()],
    family: Annotated[str, Form()],
    member: Annotated[str, Form()],
    scope: Annotated[str, Form()],
) -> Response:
    """Take one purpose back from a donor's consent, in every incident, and keep the others."""
    done = consents.narrow_consent(visit.session, incident, family, member, scope=scope)
    words = f"{done.who} took back the consent {SCOPES.get(scope, scope)}. "
    words += (
        f"{plural(done.candidates, 'candidate')} lost their numbers; {plural(done.runs, 'search', 'searches')} must "
    )
    words += "be computed again."
    words += "".join(f" Taken back in {one.incident} too." for one in done.narrowed_elsewhere)
    words += "".join(f" Perhaps the same person stands in {one.incident}; look there." for one in done.left_standing)
    if done.exports:
        words += f" Exports made before: {done.exports}; ask their recipients to delete this donor."
    words += "".join(f" Still to do by hand: {task}." for task in done.still_to_do)
    return visit.go(link("/family", incident=incident, family=family), notice=words)


@router.get("/unidentified")
def unidentified_list(visit: Signed, incident: str, search: str = "", page: int = 1) -> HTMLResponse:
    """The unidentified persons of an incident."""
    found = list_unidentified(visit.session, incident, search=search.strip(), page=max(page, 1))
    return visit.page(
        "unidentified.html.j2", incident=incident, title=title_of(visit, incident), found=found, search=search
    )


@router.post("/unidentified/withdraw")
def withdraw_seeker(
    visit: Signed,
    incident: Annotated[str, Form()],
    code: Annotated[str, Form()],
    typed: Annotated[str, Form()],
    seen: Annotated[str, Form()] = "",
    also: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Erase a living person who asked and leaves, after their code was typed again. See `withdraw_donor`."""
    _check_typed(typed, code)
    found = () if seen else consents.find_seeker(visit.session, incident, code)
    if found:
        kept = {"incident": incident, "code": code, "typed": typed, "seen": "yes"}
        return _ask_about(visit, incident, code, found, kept, "/unidentified/withdraw")
    left = consents.withdraw_seeker(visit.session, incident, code, also=also or ())
    return visit.go(link("/unidentified", incident=incident), notice=_left_words(left))


@router.get("/sample")
def sample_page(visit: Signed, incident: str, sample: str) -> HTMLResponse:
    """Who held a sample from when on, and how often it was typed."""
    held = custody.list_custody(visit.session, incident, sample)
    return visit.page(
        "sample.html.j2",
        incident=incident,
        title=title_of(visit, incident),
        sample=sample,
        held=held,
        typed=_typings(visit, incident, sample),
    )


def _typings(visit: Signed, incident: str, sample: str) -> TypingsView | None:
    """The typings of a sample, to who may see them, unless its person has left."""
    if not may(visit.session.role, "see typings"):
        return None
    try:
        return list_typings(visit.session, incident, sample)
    except RegistryError:
        return None


@router.post("/sample/custody")
def record_custody(
    visit: Signed,
    incident: Annotated[str, Form()],
    sample: Annotated[str, Form()],
    event: Annotated[str, Form()],
    holder: Annotated[str, Form()],
) -> Response:
    """Record that a sample changed hands."""
    custody.record_custody(visit.session, incident, sample, event=event.strip(), holder=holder.strip())
    return visit.go(link("/sample", incident=incident, sample=sample), notice="The step is recorded.")


def _drawing(family: FamilyView) -> Markup:
    donors = {line.member for line in family.donors if not line.erased}
    marks = {m.id: Mark(gave_sample=m.id in donors, missing=m.id in family.missing) for m in family.pedigree}
    return drawing(family.pedigree, marks, title=f"Declared pedigree of family {family.code}")


def _check_typed(typed: str, code: str) -> None:
    if typed.strip() != code:
        raise InputError(
            f"to erase somebody, their code is typed again; expected '{code}', found something else; go back, and "
            "type it if you mean it"
        )


def _left_words(left: Left) -> str:
    numbers = "its numbers" if left.candidates == 1 else "their numbers"
    words = (
        f"{left.who} is erased. {plural(left.candidates, 'candidate')} lost {numbers}; "
        f"{plural(left.runs, 'search', 'searches')} must be computed again."
    )
    more = [f"Erased in {one.incident} too." for one in left.erased_elsewhere]
    more += [f"{one.code} in {one.incident} still stands." for one in left.left_standing]
    return " ".join((words, *more, *(f"Still to do by hand: {task}." for task in left.still_to_do)))
