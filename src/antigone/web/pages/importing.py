"""Importing an incident: files are dropped and read apart from this process, shown as what they will do, and taken
whole or not at all. The imports of an incident, and undoing one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Form, UploadFile
from fastapi.responses import HTMLResponse, Response

from antigone.errors import Conflict, InputError
from antigone.report.words.statements import say_all
from antigone.team.incidents.importing import Imported, import_incident, known_incident, preview_import
from antigone.team.incidents.undoing import IN_WORDS, list_imports, read_import, undo_import
from antigone.web.pages.dashboard import title_of
from antigone.web.requests.held import HeldImport
from antigone.web.requests.rendering import link, plural
from antigone.web.requests.visits import Signed, Visit
from antigone.web.shared.fields import Named, RowNumber
from antigone.web.shared.standing import search_after_import
from antigone.web.shared.uploads import read_files, reasons_of, stated_of

router = APIRouter()

UPLOAD_PATH = "/import"
ENTERED = ("code", "attested", "missing", "pedigree", "let_in", "because", "kit", "as_replicates")
"""The fields of the form that are shown again when something is refused."""
SECTIONS = (("Will be added", "added"), ("Will change", "changed"), ("Known already, left alone", "known"))


@router.get(UPLOAD_PATH)
def import_page(visit: Signed) -> HTMLResponse:
    """Where files are dropped."""
    visit.session.require("import")
    empty: dict[str, Any] = dict.fromkeys(ENTERED, "")
    return visit.page("import.html.j2", problems=(), notices=(), asked=(), refusal="", **empty)


@router.post(UPLOAD_PATH)
def previewing(
    visit: Signed,
    files: list[UploadFile],
    code: Annotated[str, Form()] = "",
    attested: Annotated[str, Form()] = "",
    missing: Annotated[str, Form()] = "",
    pedigree: Annotated[str, Form()] = "",
    let_in: Annotated[str, Form()] = "",
    because: Annotated[str, Form()] = "",
    kit: Annotated[str, Form()] = "",
    as_replicates: Annotated[bool, Form()] = False,
) -> Response:
    """Show what an import will do, or every problem of its files; nothing is imported yet."""
    visit.session.require("import")
    given = (code, attested, missing, pedigree, let_in, because, kit, as_replicates)
    entered: dict[str, Any] = dict(zip(ENTERED, given, strict=True))
    try:
        stated = stated_of(attested, missing, pedigree)
        incident, chosen = read_files(
            files, stated, settings=visit.web.settings, today=visit.session.registry.today(), code=code,
            known=partial(known_incident, visit.session),
        )  # fmt: skip
        incident = replace(incident, kit=kit.strip(), as_replicates=as_replicates)
        reasons = reasons_of(let_in, because)
        shown = preview_import(visit.session, chosen, incident, let_in=reasons)
    except InputError as error:
        refusal = "" if error.problems else str(error)
        told = {"problems": error.problems, "notices": error.notices, "asked": (), "refusal": refusal}
        return visit.page("import.html.j2", status=422, **told, **entered)
    if shown.problems:
        told = {"problems": shown.problems, "notices": shown.notices, "asked": shown.asked, "refusal": ""}
        return visit.page("import.html.j2", status=422, **told, **entered)
    held = visit.web.held.keep(visit.session.user, HeldImport(chosen, incident, reasons, shown.seen))
    return visit.page("import_preview.html.j2", shown=shown, sections=SECTIONS, held=held)


@router.post("/import/carry-out")
def importing(visit: Signed, held: Annotated[str, Form(max_length=100)]) -> Response:
    """Import exactly what was previewed."""
    visit.session.require("import")
    try:
        one = visit.web.held.take(visit.session.user, held)
        imported = import_incident(visit.session, one.code, one.incident, let_in=one.reasons, seen=one.seen)
    except (Conflict, InputError) as error:
        return _refused(visit, error)
    begun = ["A search of what is new has begun."] if search_after_import(visit.web, one.code) else []
    said = (*say_all(imported.model), *say_all(one.incident.notices))
    notice = "\n".join((_imported_words(imported), *begun, *said))
    return visit.go(link("/incident", incident=one.code), notice=notice)


@router.get("/imports")
def imports_page(visit: Signed, incident: Named) -> HTMLResponse:
    """The imports of an incident, and what stands against undoing each."""
    found = [read_import(visit.session, line.number) for line in list_imports(visit.session, incident)]
    return visit.page(
        "imports.html.j2", incident=incident, title=title_of(visit, incident), found=found, words=IN_WORDS
    )


@router.post("/imports/undo")
def undoing(visit: Signed, number: Annotated[RowNumber, Form()], because: Annotated[str, Form()] = "") -> Response:
    """Undo an import."""
    undone = undo_import(visit.session, number, because=because)
    visit.web.titles.pop(undone.incident, None)
    words = (
        f"Import {undone.number} is undone: {plural(undone.candidates, 'candidate')} erased, "
        f"{plural(undone.runs, 'search', 'searches')} to be computed again."
    )
    address = link("/imports", incident=undone.incident) if undone.incident_stays else "/"
    return visit.go(address, notice=" ".join((words, *(f"Still to do: {one}." for one in undone.still_to_do))))


def _refused(visit: Visit, error: Conflict | InputError) -> HTMLResponse:
    problems = error.problems if isinstance(error, InputError) else ()
    empty: dict[str, Any] = dict.fromkeys(ENTERED, "")
    told: dict[str, Any] = {"problems": problems, "notices": (), "asked": (), "refusal": "" if problems else str(error)}
    return visit.page("import.html.j2", status=409 if isinstance(error, Conflict) else 422, **told, **empty)


def _imported_words(found: Imported) -> str:
    if not any(found.counts.values()):
        return "Nothing new: the registry has all of this already."
    counts = [
        plural(found.unidentified, "unidentified person"),
        plural(found.families, "family", "families"),
        plural(found.donors, "donor"),
        plural(found.profiles, "profile"),
    ]
    return f"Imported: {', '.join(counts)}."
