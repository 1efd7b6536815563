"""Imports: what one would do, doing it, and undoing it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, UploadFile

from antigone.model.incident.incident import Incident
from antigone.team import views
from antigone.team.incidents import undoing
from antigone.team.incidents.importing import ImportAnswer, import_incident, incident_code, preview_import
from antigone.web.api.access import Call, Called
from antigone.web.api.answers import model_of
from antigone.web.api.bodies import Undoing
from antigone.web.shared.fields import NO_NUL, ONE_LINE, Named, Number
from antigone.web.shared.uploads import read_files, reasons_of, stated_of

router = APIRouter()

Attested = Annotated[str, Form(max_length=200, pattern=ONE_LINE)]
Choices = Annotated[str, Form(max_length=10_000, pattern=NO_NUL)]
Seen = Annotated[str, Form(pattern=r"^([0-9a-f]{64})?$")]


@router.post("/import", response_model=model_of(ImportAnswer))
def import_files(
    call: Called,
    files: list[UploadFile],
    code: Attested = "",
    attested: Attested = "",
    missing: Choices = "",
    pedigree: Choices = "",
    let_in: Choices = "",
    because: Attested = "",
    seen: Seen = "",
) -> object:
    """Import an incident from its files (a case folder, packed or not; a workbook; Familias files), all or nothing.
    Without a code the incident's title gives one. Of Familias files `missing` says who is missing and `pedigree` which
    pedigree counts, one a line. `let_in` has the codes of samples, with commas between, that were refused and are right
    all the same, and `because` says why. With the `seen` of a preview nothing is done when the files or the registry
    changed since. The answer counts what is new, and `notices` say what the readers of the files did."""
    incident, chosen = _read(call, files, code, (attested, missing, pedigree))
    imported = import_incident(call.session, chosen, incident, let_in=reasons_of(let_in, because), seen=seen)
    return ImportAnswer(**vars(imported), notices=incident.notices)


@router.post("/import/preview", response_model=model_of(views.Preview))
def preview_files(
    call: Called,
    files: list[UploadFile],
    code: Attested = "",
    attested: Attested = "",
    missing: Choices = "",
    pedigree: Choices = "",
    let_in: Choices = "",
    because: Attested = "",
) -> object:
    """What an import of the same files and fields would add, change, leave alone and ask about; nothing is imported.
    `seen`, sent with the import, lets exactly this happen and nothing else; it is empty when there are problems."""
    incident, chosen = _read(call, files, code, (attested, missing, pedigree))
    return preview_import(call.session, chosen, incident, let_in=reasons_of(let_in, because))


@router.get("/imports", response_model=list[model_of(views.ImportLine)])  # type: ignore[misc]
def list_imports(call: Called, incident: Named) -> object:
    """The imports of an incident, the newest first."""
    return undoing.list_imports(call.session, incident)


@router.get("/imports/{number}", response_model=model_of(views.ImportView))
def read_import(call: Called, number: Number) -> object:
    """An import, and everything that rests on it; with nothing there, it can be undone."""
    return undoing.read_import(call.session, number)


@router.post("/imports/{number}/undo", response_model=model_of(views.Undone))
def undo_import(call: Called, number: Number, sent: Undoing) -> object:
    """Undo an import: who came by it goes, and what it changed is as before. Refused with everything that rests on
    it."""
    return undoing.undo_import(call.session, number, because=sent.because)


def _read(call: Call, files: list[UploadFile], code: str, stated: tuple[str, str, str]) -> tuple[Incident, str]:
    """What was sent, and the code of its incident."""
    call.session.require("import")
    web = call.web
    incident, name = read_files(files, stated_of(*stated), settings=web.settings, today=web.registry.today())
    return incident, code.strip() or incident_code(incident.title or name)
