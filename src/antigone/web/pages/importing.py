"""Importing an incident: files are dropped, read apart from this process, and taken whole or not at all."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, UploadFile
from fastapi.responses import HTMLResponse, Response

from antigone.errors import InputError
from antigone.team.incidents.importing import Imported, import_incident, incident_code
from antigone.web.requests.rendering import link, plural
from antigone.web.requests.visits import Signed
from antigone.web.shared.standing import search_after_import
from antigone.web.shared.uploads import read_files, reasons_of, stated_of

router = APIRouter()

UPLOAD_PATH = "/import"
ENTERED = ("code", "attested", "missing", "pedigree", "let_in", "because")
"""The fields of the form that are shown again when something is refused."""


@router.get(UPLOAD_PATH)
def import_page(visit: Signed) -> HTMLResponse:
    """Where files are dropped."""
    visit.session.require("import")
    empty: dict[str, Any] = dict.fromkeys(ENTERED, "")
    return visit.page("import.html.j2", problems=(), notices=(), refusal="", **empty)


@router.post(UPLOAD_PATH)
def importing(
    visit: Signed,
    files: list[UploadFile],
    code: Annotated[str, Form()] = "",
    attested: Annotated[str, Form()] = "",
    missing: Annotated[str, Form()] = "",
    pedigree: Annotated[str, Form()] = "",
    let_in: Annotated[str, Form()] = "",
    because: Annotated[str, Form()] = "",
) -> Response:
    """Import an incident, or show every problem of its files; nothing is imported then."""
    visit.session.require("import")
    try:
        stated = stated_of(attested, missing, pedigree)
        incident, name = read_files(files, stated, settings=visit.web.settings, today=visit.session.registry.today())
        chosen = code.strip() or incident_code(incident.title or name)
        imported = import_incident(visit.session, chosen, incident, let_in=reasons_of(let_in, because))
    except InputError as error:
        refusal = "" if error.problems else str(error)
        values = (code, attested, missing, pedigree, let_in, because)
        told: dict[str, Any] = {"problems": error.problems, "notices": error.notices, "refusal": refusal}
        return visit.page("import.html.j2", status=422, **told, **dict(zip(ENTERED, values, strict=True)))
    begun = ["A search of what is new has begun."] if search_after_import(visit.web, chosen) else []
    notice = "\n".join((_imported_words(imported), *begun, *incident.notices))
    return visit.go(link("/incident", incident=chosen), notice=notice)


def _imported_words(found: Imported) -> str:
    if not any(vars(found).values()):
        return "Nothing new: the registry has all of this already."
    counts = [
        plural(found.unidentified, "unidentified person"),
        plural(found.families, "family", "families"),
        plural(found.donors, "donor"),
        plural(found.profiles, "profile"),
    ]
    return f"Imported: {', '.join(counts)}."
