"""A new family, typed on one page: its persons, who is missing, who gives a sample under which consent."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from antigone.errors import Conflict, InputError, Problem
from antigone.model.incident.incident import Family, Incident
from antigone.report.pedigree.svg import Mark
from antigone.team.overview.status import read_incident
from antigone.web.entry.keeping import keep, known_or_refused
from antigone.web.entry.rows import (
    FIELDS,
    FIRST_ROWS,
    FURTHER_ROWS,
    MOST_ROWS,
    PURPOSES,
    SEXES,
    Read,
    Row,
    next_code,
    read_rows,
    rows_of,
)
from antigone.web.pedigrees.drawings import drawing, drawing_keys
from antigone.web.requests.rendering import link
from antigone.web.requests.visits import Signed, Visit
from antigone.web.shared.fields import Named

router = APIRouter()
Column = Annotated[list[str], Form()]


@router.get("/family/new")
def new_family(visit: Signed, incident: Named) -> HTMLResponse:
    """Empty rows, and the next free code."""
    known = known_or_refused(visit, incident)
    code = next_code((family.code for family in known.families), "F1")
    return _page(visit, incident, code, [Row()] * FIRST_ROWS, Read())


@router.post("/family/new")
def enter_family(
    visit: Signed,
    incident: Annotated[str, Form()],
    person: Column,
    sex: Column,
    father: Column,
    mother: Column,
    is_missing: Column,
    sample: Column,
    consent: Column,
    day: Column,
    purposes: Column,
    family: Annotated[str, Form()] = "",
    do: Annotated[str, Form()] = "draw",
) -> Response:
    """Draw what was typed, add rows, or save all of it or nothing."""
    known, code = known_or_refused(visit, incident), family.strip()
    rows = rows_of((person, sex, father, mother, is_missing, sample, consent, day, purposes))
    if do == "rows":
        more = [Row()] * min(FURTHER_ROWS, MOST_ROWS - len(rows))
        return _page(visit, incident, code, [*rows, *more], Read())
    read, code_fault = read_rows(code, rows), _code_fault(code, known)
    if do == "draw" or read.family is None or code_fault:
        return _page(visit, incident, code, rows, read, code_fault=code_fault)
    try:
        words = keep(visit, incident, replace(known, unidentified=(), families=(read.family,)))
    except (InputError, Conflict) as error:
        problems: tuple[Problem, ...] = getattr(error, "problems", ())
        refused = Read(read.family, {}, tuple(map(str, problems)) or (str(error),))
        return _page(visit, incident, code, rows, refused)
    return visit.go(link("/family", incident=incident, family=code), notice=words)


def _code_fault(code: str, known: Incident) -> str:
    if not code:
        return "the family needs a code, such as F12"
    if any(family.code == code for family in known.families):
        return f"family '{code}' is known already; choose another code, or change its pedigree on its page"
    return ""


def _page(visit: Visit, incident: str, code: str, rows: list[Row], read: Read, *, code_fault: str = "") -> HTMLResponse:
    return visit.page(
        "family_new.html.j2",
        status=422 if read.is_faulty or code_fault else 200,
        incident=incident,
        counts=read_incident(visit.session, incident),
        family=code,
        code_fault=code_fault,
        rows=rows,
        faults=read.faults,
        others=read.others,
        drawing=_drawing(read.family) if read.family else None,
        keys=drawing_keys(),
        fields=FIELDS,
        sexes=SEXES,
        purposes=PURPOSES,
        full=len(rows) >= MOST_ROWS,
    )


def _drawing(family: Family) -> Markup:
    giving = {donor.member for donor in family.donors}
    marks = {
        one.id: Mark(gave_sample=one.id in giving, missing=one.id in family.missing)
        for one in family.pedigree.individuals
    }
    return drawing(family.pedigree, marks, title="The family as typed")
