"""Files that were sent to be imported: kept under harmless names, read apart from this process, and removed."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path, PurePath

from fastapi import UploadFile

from antigone.errors import InputError
from antigone.model.incident.incident import Incident
from antigone.team.incidents.importing import incident_code
from antigone.web.jobs.uploads import Limits, Stated, columns_apart, read_apart, title_apart
from antigone.web.requests.settings import WebSettings

UPLOAD_PREFIX = "import-"
"""How the name of a folder begins that holds what was sent, while it is read."""
LONGEST_NAME = 60
"""Letters of a file's name that are kept, its ending among them: no file system takes more than 255 bytes."""
NOT_IN_A_NAME = re.compile(r"[^\w.() -]")


def reasons_of(let_in: str, because: str) -> dict[str, str]:
    """By sample, of codes separated by commas, why it is let in.

    >>> reasons_of("PM1, PM2", "twins")
    {'PM1': 'twins', 'PM2': 'twins'}
    """
    return {code: because.strip() for part in let_in.split(",") if (code := part.strip())}


def stated_of(attested: str, missing: str, pedigree: str) -> Stated:
    """What a form says of Familias files; several codes, and several pedigrees, stand on lines of their own."""
    codes, names = (tuple(filter(None, map(str.strip, text.splitlines()))) for text in (missing, pedigree))
    return Stated(attested.strip() or None, codes, names)


def read_files(
    files: Sequence[UploadFile],
    stated: Stated,
    *,
    settings: WebSettings,
    today: dt.date,
    code: str,
    known: Callable[[str], Incident | None],
) -> tuple[Incident, str]:
    """The incident that was sent, and its code: the one that was given, or one from its title or its first file.

    ``known`` gives what is known of the incident of a code, to which the files may add.

    Raises
    ------
    InputError
        With every problem of the files.
    """
    work = Path(tempfile.mkdtemp(prefix=UPLOAD_PREFIX, dir=settings.work))
    try:
        folder = work / "files"
        folder.mkdir()
        names = [_keep(file, folder) for file in files if file.filename]
        if not names:
            raise InputError("no file was chosen; drop the files of a case folder, or choose them")
        limits = _limits(settings)
        title = "" if code.strip() else title_apart(folder, today=today, limits=limits)
        chosen = code.strip() or (incident_code(title) if title else "")
        before = known(chosen) if chosen else None
        incident = read_apart(folder, stated=stated, today=today, limits=limits, known=before)
        return incident, chosen or incident_code(incident.title or PurePath(names[0]).stem)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def read_headings(
    files: Sequence[UploadFile], *, settings: WebSettings, today: dt.date
) -> list[tuple[str, list[tuple[str, str]]]]:
    """What each column of the tables that were sent is taken for, sheet by sheet.

    Raises
    ------
    InputError
        When a table cannot be read at all, or no file was chosen.
    """
    work = Path(tempfile.mkdtemp(prefix=UPLOAD_PREFIX, dir=settings.work))
    try:
        folder = work / "files"
        folder.mkdir()
        if not [_keep(file, folder) for file in files if file.filename]:
            raise InputError("no file was chosen; choose the table of a laboratory")
        return columns_apart(folder, today=today, limits=_limits(settings))
    finally:
        shutil.rmtree(work, ignore_errors=True)


def remove_leftovers(settings: WebSettings) -> None:
    """Remove what was being imported when the application was killed: profiles in clear. Nobody imports yet."""
    for left in settings.work.glob(f"{UPLOAD_PREFIX}*"):
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
