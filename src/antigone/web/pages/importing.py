"""Importing an incident: files are dropped, read apart from this process, and taken whole or not at all."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Annotated

from fastapi import APIRouter, Form, UploadFile
from fastapi.responses import HTMLResponse, Response

from antigone.casework.registry.importing import Imported, import_incident, incident_code
from antigone.errors import InputError
from antigone.model.case import Incident
from antigone.web.reading import Limits, read_apart
from antigone.web.rendering import link, plural
from antigone.web.settings import WebSettings
from antigone.web.visits import Signed

router = APIRouter()

UPLOAD_PATH = "/import"
LEFTOVER = "import-"
"""How the name of a folder begins that holds what was sent, while it is read."""
LONGEST_NAME = 60
"""Letters of a file's name that are kept, its ending among them: no file system takes more than 255 bytes."""
NOT_IN_A_NAME = re.compile(r"[^\w.() -]")


@router.get(UPLOAD_PATH)
def import_page(visit: Signed) -> HTMLResponse:
    """Where files are dropped."""
    visit.session.require("import")
    return visit.page("import.html.j2", problems=(), notices=(), refusal="", code="", attested="")


@router.post(UPLOAD_PATH)
def importing(
    visit: Signed,
    files: list[UploadFile],
    code: Annotated[str, Form()] = "",
    attested: Annotated[str, Form()] = "",
) -> Response:
    """Import an incident, or show every problem of its files; nothing is imported then."""
    visit.session.require("import")
    try:
        incident, name = read_files(
            files, attested.strip() or None, settings=visit.web.settings, today=visit.session.registry.today()
        )
        chosen = code.strip() or incident_code(incident.title or name)
        imported = import_incident(visit.session, chosen, incident)
    except InputError as error:
        refusal = "" if error.problems else str(error)
        return visit.page(
            "import.html.j2",
            status=422,
            problems=error.problems,
            notices=error.notices,
            refusal=refusal,
            code=code,
            attested=attested,
        )
    told = "\n".join((_imported_words(imported), *incident.notices))
    return visit.go(link("/incident", incident=chosen), notice=told)


def read_files(
    files: Sequence[UploadFile], attested_by: str | None, *, settings: WebSettings, today: dt.date
) -> tuple[Incident, str]:
    """The incident that was sent, and the name of its first file.

    Raises
    ------
    InputError
        With every problem of the files.
    """
    work = Path(tempfile.mkdtemp(prefix=LEFTOVER, dir=settings.work))
    try:
        folder = work / "files"
        folder.mkdir()
        names = [_keep(file, folder) for file in files if file.filename]
        if not names:
            raise InputError("no file was chosen; drop the files of a case folder, or choose them")
        incident = read_apart(folder, attested_by=attested_by, today=today, limits=_limits(settings))
        return incident, PurePath(names[0]).stem
    finally:
        shutil.rmtree(work, ignore_errors=True)


def remove_leftovers(settings: WebSettings) -> None:
    """Remove what was being imported when the application was killed: profiles in clear. Nobody imports yet."""
    for left in settings.work.glob(f"{LEFTOVER}*"):
        shutil.rmtree(left, ignore_errors=True)


def _limits(settings: WebSettings) -> Limits:
    return Limits(settings.parse_seconds, settings.parse_memory, settings.upload_bytes)


def _keep(file: UploadFile, folder: Path) -> str:
    """Write one file under its own last name, and return that."""
    last = PurePath((file.filename or "").replace("\\", "/")).name[-LONGEST_NAME:]
    name = NOT_IN_A_NAME.sub("_", last).lstrip(".") or "file"
    path = folder / name
    if path.exists():
        raise InputError(f"two files are called '{name}'; send one of them, or pack the folders as a zip file")
    with path.open("wb") as copy:
        shutil.copyfileobj(file.file, copy)
    return name


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
