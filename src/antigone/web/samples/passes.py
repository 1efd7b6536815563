"""The grid in which a profile is typed in, twice, and the list of what was typed in once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, JSONResponse, Response

from antigone.errors import InputError, Problem
from antigone.report.words.statements import say_all
from antigone.team.incidents.passes import check_cell, discard_passes, list_passes, read_entry, type_pass
from antigone.team.views import Entered
from antigone.web.pages.dashboard import title_of
from antigone.web.requests.rendering import link, plural
from antigone.web.requests.visits import Signed, Visit
from antigone.web.shared.fields import Named
from antigone.web.shared.standing import search_after_import

router = APIRouter()

PASSES = ("First pass", "Second pass", "Type again")
Code = Annotated[str, Form(max_length=200)]
Cells = Annotated[list[str], Form()]
Texts = Mapping[str, Sequence[str]]
"""What stands in the cells of each marker."""


@router.get("/sample/type")
def grid_page(visit: Signed, incident: str, sample: str, kit: str = "") -> HTMLResponse:
    """The markers that are to be typed now; before a first pass, the kits."""
    return _grid(visit, incident, sample, kit)


@router.post("/sample/type")
def type_in(
    visit: Signed,
    incident: Code,
    sample: Code,
    kit: Code,
    marker: Cells,
    first: Cells,
    second: Cells,
    apart: Annotated[bool, Form()] = False,
) -> Response:
    """Keep a pass, or show what cannot be read."""
    if not len(marker) == len(first) == len(second):
        raise InputError("the form came without some of its cells; go back, and type it again")
    cells = {name: cell for name, *cell in zip(marker, first, second, strict=True)}
    texts = {name: " ".join(cell) for name, cell in cells.items()}
    try:
        done = type_pass(visit.session, incident, sample, kit=kit, markers=texts, apart=apart)
    except InputError as error:
        if not error.problems:
            raise
        return _grid(visit, incident, sample, kit, cells=cells, problems=error.problems, apart=apart)
    if not done.is_typing:
        return visit.go(link("/sample/type", incident=incident, sample=sample), notice=_next_words(done))
    begun = ["A search of what is new has begun."] if search_after_import(visit.web, incident) else []
    words = "\n".join((_typing_words(done), *begun, *say_all(done.notices)))
    return visit.go(link("/sample", incident=incident, sample=sample), notice=words)


@router.post("/sample/type/check")
def check(visit: Signed, incident: Code, sample: Code, marker: Code, text: Code) -> JSONResponse:
    """How the cells of one marker are read, or what is wrong with them; nothing is kept."""
    try:
        return JSONResponse({"read": check_cell(visit.session, incident, sample, marker, text), "wrong": ""})
    except InputError as error:
        return JSONResponse({"read": "", "wrong": str(error)})


@router.post("/sample/type/discard")
def discard(visit: Signed, incident: Code, sample: Code) -> Response:
    """Discard what was typed of a sample so far."""
    number = discard_passes(visit.session, incident, sample)
    address = link("/sample", incident=incident, sample=sample)
    return visit.go(address, notice=f"{plural(number, 'pass', 'passes')} of {sample} discarded.")


@router.get("/passes")
def passes_page(visit: Signed, incident: Named) -> HTMLResponse:
    """The profiles of an incident that were typed in once."""
    found = list_passes(visit.session, incident)
    return visit.page("passes.html.j2", incident=incident, title=title_of(visit, incident), found=found)


def _grid(
    visit: Visit,
    incident: str,
    sample: str,
    kit: str,
    *,
    cells: Texts | None = None,
    problems: Sequence[Problem] = (),
    apart: bool = False,
) -> HTMLResponse:
    found = read_entry(visit.session, incident, sample, kit=kit)
    wrong = {problem.column: f"expected {problem.expected}; {problem.remedy}" for problem in problems}
    return visit.page(
        "type_in.html.j2",
        status=422 if problems else 200,
        incident=incident,
        title=title_of(visit, incident),
        found=found,
        heading=PASSES[min(len(found.passes), 2)],
        cells=cells or {},
        wrong=wrong,
        others=[problem for problem in problems if problem.column not in found.markers],
        apart=found.apart or apart,
    )


def _next_words(done: Entered) -> str:
    if not done.differing:
        return "The first pass is sealed. Type the profile again from the sheet, or let another person do it."
    differ = plural(len(done.differing), "marker differs", "markers differ")
    return f"{plural(done.agreed, 'marker agrees', 'markers agree')}, {differ}. Type what differs again from the sheet."


def _typing_words(done: Entered) -> str:
    if done.was_known:
        return f"Both passes agree, and {done.sample} had this typing already: nothing was added."
    return f"Both passes agree at {plural(done.agreed, 'marker')}: the profile is a typing of {done.sample} now."
