"""One more unidentified person, typed: remains, or a living person who asked in writing who they are."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal, get_args

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from antigone.errors import Conflict, InputError
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.profile import NOT_TYPED, Profile
from antigone.team.overview.status import read_incident
from antigone.web.entry.keeping import keep, known_or_refused
from antigone.web.entry.rows import SEXES, next_code, sex_of
from antigone.web.requests.rendering import link
from antigone.web.requests.visits import Signed, Visit
from antigone.web.shared.fields import Named

router = APIRouter()
Kind = Literal["remains", "living"]


@router.get("/unidentified/new")
def new_person(visit: Signed, incident: Named) -> HTMLResponse:
    """An empty form, and the next free code."""
    known = known_or_refused(visit, incident)
    code = next_code((one.code for one in known.unidentified), "R1")
    return _page(visit, incident, {"code": code, "kind": "remains", "sex": "unknown", "asked": ""})


@router.post("/unidentified/new")
def enter_person(
    visit: Signed,
    incident: Annotated[str, Form()],
    code: Annotated[str, Form()] = "",
    kind: Annotated[str, Form()] = "remains",
    sex: Annotated[str, Form()] = "unknown",
    asked: Annotated[str, Form()] = "",
) -> Response:
    """Save the person, or show what is wrong beside each field."""
    known = known_or_refused(visit, incident)
    typed = {"code": code.strip(), "kind": kind, "sex": sex, "asked": asked.strip()}
    faults = _faults(typed, {one.code for one in known.unidentified})
    found_sex, found_kind = sex_of(sex), next((one for one in get_args(Kind) if one == kind), None)
    if faults or found_sex is None or found_kind is None:
        return _page(visit, incident, typed, faults=faults)
    person = UnidentifiedPerson(typed["code"], Profile(typed["code"], NOT_TYPED), found_sex, found_kind, typed["asked"])
    try:
        words = keep(visit, incident, replace(known, unidentified=(person,), families=()))
    except (InputError, Conflict) as error:
        return _page(visit, incident, typed, refusal=str(error))
    return visit.go(link("/sample", incident=incident, sample=person.code), notice=words)


def _faults(typed: dict[str, str], known: set[str]) -> dict[str, str]:
    """What is wrong, by field."""
    faults = {}
    if not typed["code"]:
        faults["code"] = "a code is needed, such as R031"
    if typed["code"] in known:
        faults["code"] = f"'{typed['code']}' is known already; choose another code"
    if typed["kind"] not in get_args(Kind):
        faults["kind"] = "expected remains or living"
    if sex_of(typed["sex"]) is None:
        faults["sex"] = f"expected one of {', '.join(SEXES)}"
    if typed["kind"] == "living" and not typed["asked"]:
        faults["asked"] = "a living person enters on their own written request; give its reference"
    if typed["kind"] == "remains" and typed["asked"]:
        faults["asked"] = "remains have no request; empty this field, or choose a living person"
    return faults


def _page(
    visit: Visit, incident: str, typed: dict[str, str], *, faults: dict[str, str] | None = None, refusal: str = ""
) -> HTMLResponse:
    return visit.page(
        "unidentified_new.html.j2",
        status=422 if faults or refusal else 200,
        incident=incident,
        counts=read_incident(visit.session, incident),
        typed=typed,
        faults=faults or {},
        refusal=refusal,
        sexes=SEXES,
    )
