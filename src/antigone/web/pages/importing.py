"""Importing an incident: files are dropped, read apart from this process, and taken whole or not at all."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Annotated, Any

from fastapi import APIRouter, Form, UploadFile
from fastapi.responses import HTMLResponse, Response

from antigone.casework.registry.importing import Imported, import_incident, incident_code
from antigone.errors import InputError
from antigone.model.case import Incident
from antigone.web.reading import Limits, Stated, read_apart
from antigone.web.rendering import link, plural
from antigone.web.settings import WebSettings
from antigone.web.visits import Signed

router = APIRouter()

UPLOAD_PATH = "/import"
MOST_NOTICES = 5
"""What the reader did that is said after an import; all of it stands in every result."""
LEFTOVER = "import-"
"""How the name of a folder begins that holds what was sent, while it is read."""
LONGEST_NAME = 60
"""Letters of a file's name that are kept, its ending among them: no file system takes more than 255 bytes."""
ENTERED = ("code", "attested", "missing", "pedigree", "let_in", "because")
"""The fields of the form that are shown again when something is refused."""
NOT_IN_A_NAME = re.compile(r"[^\w.() -]")


@router.get(UPLOAD_PATH)
def import_page(visit: Signed) -> HTMLResponse:
    """Where files are dropped."""
    visit.session.require("import")
    empty: dict[str, Any] = dict.fromkeys(ENTERED, "")
    return visit.page("import.html.j2", problems=(), refusal="", **empty)


def reasons_of(let_in: str, because: str) -> dict[str, str]:
    """By sample, of codes separated by commas, why it is let in.

    >>> reasons_of("PM1, PM2", "twins")
    {'PM1': 'twins', 'PM2': 'twins'}
    """
    return {code: because.strip() for part in let_in.split(",") if (code := part.strip())}


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
        entered = dict(zip(ENTERED, values, strict=True))
        return visit.page("import.html.j2", status=422, problems=error.problems, refusal=refusal, **entered)
    return visit.go(link("/incident", incident=chosen), notice=_imported_words(imported, incident.notices))


def stated_of(attested: str, missing: str, pedigree: str) -> Stated:
    """What a form says of Familias files; several codes, and several pedigrees, stand on lines of their own."""
    codes, names = (tuple(filter(None, map(str.strip, text.splitlines()))) for text in (missing, pedigree))
    return Stated(attested.strip() or None, codes, names)


def read_files(
    files: Sequence[UploadFile], stated: Stated, *, settings: WebSettings, today: dt.date
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
        incident = read_apart(folder, stated=stated, today=today, limits=_limits(settings))
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


def _imported_words(found: Imported, notices: Sequence[str]) -> str:
    said = [f"{notice[0].upper()}{notice[1:]}." for notice in notices[:MOST_NOTICES]]
    said += [f"{len(notices) - MOST_NOTICES} more notes."] if len(notices) > MOST_NOTICES else []
    return " ".join((_counts_words(found), *said))


def _counts_words(found: Imported) -> str:
    if not any(vars(found).values()):
        return "Nothing new: the registry has all of this already."
    counts = [
        plural(found.unidentified, "unidentified person"),
        plural(found.families, "family", "families"),
        plural(found.donors, "donor"),
        plural(found.profiles, "profile"),
    ]
    return f"Imported: {', '.join(counts)}."
