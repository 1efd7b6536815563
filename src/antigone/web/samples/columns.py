"""What the columns of a laboratory's table are taken for, changed into a layout file; and templates to fill in."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, UploadFile
from fastapi.responses import HTMLResponse, Response

from antigone.casework.incident.columns import MEANINGS, layout_of
from antigone.casework.incident.templates import template_incident, templates
from antigone.errors import InputError, Problem
from antigone.report.tables.workbook import workbook
from antigone.web.requests.visits import Signed, Visit
from antigone.web.shared.downloads import MediaType, attach
from antigone.web.shared.uploads import read_headings

router = APIRouter()

COLUMNS_PATH = "/import/columns"
WHOLE = "incident.xlsx"
WORKBOOK_TYPE: MediaType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Texts = Annotated[list[str], Form()]
Sheets = Sequence[tuple[str, Sequence[tuple[str, str]]]]


@router.get(COLUMNS_PATH)
def columns_page(visit: Signed) -> HTMLResponse:
    """Where a table is dropped of which somebody asks what it is taken for."""
    visit.session.require("import")
    return _page(visit)


@router.post(COLUMNS_PATH)
def show_columns(visit: Signed, files: list[UploadFile]) -> HTMLResponse:
    """What each column of a table is taken for."""
    visit.session.require("import")
    try:
        found = read_headings(files, settings=visit.web.settings, today=visit.session.registry.today())
    except InputError as error:
        return _page(visit, problems=error.problems, refusal="" if error.problems else str(error), status=422)
    return _page(visit, sheets=found)


@router.post("/import/columns/layout")
def save_layout(visit: Signed, heading: Texts, meaning: Texts) -> Response:
    """The layout file that says what was chosen."""
    visit.session.require("import")
    if len(heading) != len(meaning):
        raise InputError("the form came without some of its fields; go back, and choose again")
    pairs = [*zip(heading, meaning, strict=True)]
    try:
        text = layout_of(pairs)
    except InputError as error:
        return _page(visit, sheets=[("the columns", pairs)], problems=error.problems, status=422)
    return attach(text.encode(), name="layout.toml", media_type="application/toml")


@router.get("/import/templates/export")
def template(visit: Signed, name: str = WHOLE) -> Response:
    """A table to fill in, as text or as a workbook."""
    visit.session.require("import")
    if name == WHOLE:
        return attach(workbook(template_incident()), name=name, media_type=WORKBOOK_TYPE)
    table, _, ending = name.partition(".")
    if table not in templates() or ending not in ("csv", "xlsx"):
        raise InputError(f"no template of that name; expected {WHOLE}, or {', '.join(templates())} with .csv or .xlsx")
    if ending == "xlsx":
        return attach(workbook({table: templates()[table]}), name=name, media_type=WORKBOOK_TYPE)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(templates()[table])
    return attach(text.getvalue().encode(), name=name, media_type="text/csv")


def _page(
    visit: Visit,
    *,
    sheets: Sheets = (),
    problems: Sequence[Problem] = (),
    refusal: str = "",
    status: int = 200,
) -> HTMLResponse:
    return visit.page(
        "import_columns.html.j2",
        status=status,
        sheets=sheets,
        problems=problems,
        refusal=refusal,
        meanings=MEANINGS[:-1],
        tables=tuple(templates()),
        whole=WHOLE,
    )
