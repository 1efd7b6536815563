"""Reading an import in a process of its own, with limits of time and memory: what a file may do ends there.

The process gets a folder and writes one file beside it: the incident, or every problem found. What it wrote is read
back with a reader that knows the data classes of `antigone.model` and nothing else.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import pickle
import resource
import subprocess
import sys
import zipfile
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from antigone.errors import AntigoneError, InputError, Problem
from antigone.model.file_kinds import FAMILIAS, WORKBOOK
from antigone.model.incident.incident import Incident

MOST_FILES = 500
SECONDS_OF_WAITING = 30
"""Seconds of waiting beyond those of the processor, on a machine that is busy."""
PLAIN = {
    ("builtins", "frozenset"),
    ("builtins", "set"),
    ("datetime", "date"),
    ("types", "MappingProxyType"),
    ("collections", "OrderedDict"),
}


@dataclass(frozen=True)
class Limits:
    """What reading may take: seconds, bytes of memory, bytes of all files when unpacked."""

    seconds: int
    memory: int
    unpacked: int


@dataclass(frozen=True)
class Stated:
    """What the sender states of Familias files: who attests consent, who is missing, which pedigrees count."""

    attested_by: str | None = None
    missing: tuple[str, ...] = ()
    pedigrees: tuple[str, ...] = ()


def read_apart(
    folder: Path, *, stated: Stated, today: dt.date, limits: Limits, known: Incident | None = None
) -> Incident:
    """Read the files of a folder in a process of its own.

    Parameters
    ----------
    folder
        Holds what was sent and nothing else: a packed folder, a workbook, a Familias file, or a case folder's files.
    stated
        Who attests consent and who is missing, for formats that have no place for it.
    today
        The day of the attestation.
    limits
        Beyond them reading ends.
    known
        The incident that the files add to, without what was typed.

    Raises
    ------
    InputError
        With every problem found; or when reading took too long, or too much memory.
    """
    if known is not None:
        _write(_known_beside(folder), known)
    found = _ask("incident", folder, stated=stated, today=today, limits=limits)
    if not isinstance(found, Incident):
        raise _too_much(limits)
    return found


def title_apart(folder: Path, *, today: dt.date, limits: Limits) -> str:
    """The title that the files of a folder state, read in a process of its own; empty when they state none.

    Raises
    ------
    InputError
        When an archive cannot be unpacked; or when reading took too long, or too much memory.
    """
    return str(_ask("title", folder, stated=Stated(), today=today, limits=limits))


def columns_apart(folder: Path, *, today: dt.date, limits: Limits) -> list[tuple[str, list[tuple[str, str]]]]:
    """What each column of the tables of a folder is taken for, sheet by sheet, read in a process of its own.

    Raises
    ------
    InputError
        When a table cannot be read at all; or when reading took too long, or too much memory.
    """
    found = _ask("columns", folder, stated=Stated(), today=today, limits=limits)
    if not isinstance(found, list):
        raise _too_much(limits)
    return found


def _known_beside(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.known")


def _write(path: Path, content: object) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        pickle.dump(content, file, protocol=5)


def _ask(what: str, folder: Path, *, stated: Stated, today: dt.date, limits: Limits) -> object:
    """What a process of its own reads from a folder."""
    answer = folder.with_name(f"{folder.name}.{what}")
    command = [
        sys.executable, "-m", "antigone.web.jobs.uploads", what, str(folder), str(answer), json.dumps(asdict(stated)),
        today.isoformat(), *map(str, (limits.seconds, limits.memory, limits.unpacked)),
    ]  # fmt: skip
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ANTIGONE_")}
    longest = limits.seconds + SECONDS_OF_WAITING
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command, env=environ, stdin=subprocess.DEVNULL, capture_output=True, timeout=longest, check=False
        )
    except subprocess.TimeoutExpired:
        raise _too_much(limits) from None
    if done.returncode != 0 or not answer.is_file():
        raise _too_much(limits)
    kind, content = _Reader(io.BytesIO(answer.read_bytes())).load()
    if kind == "problems":
        problems, notices = content
        raise InputError([Problem(*fields) for fields in problems], notices)
    if kind == "refused":
        raise InputError(str(content))
    return content


class _Reader(pickle.Unpickler):
    """Reads the data classes of the model; anything else is refused before it is made."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in PLAIN:
            return super().find_class(module, name)
        if module.startswith("antigone.model.") and "." not in name:  # a dot leads on to what a class holds
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module:
                return found
        raise pickle.UnpicklingError(f"{module}.{name} does not belong to an incident")


def _too_much(limits: Limits) -> InputError:
    return InputError(
        f"the files could not be read within {limits.seconds} seconds and {limits.memory // 2**20} MB; nothing was "
        "imported; send less at once, or use the command line"
    )


def main(arguments: list[str]) -> None:
    """The process that reads."""
    what, folder, answer, stated, today, *numbers = arguments
    limits = Limits(*map(int, numbers))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    told = _read(what, Path(folder), Stated(**json.loads(stated)), dt.date.fromisoformat(today), limits)
    _write(Path(answer), told)


def _read(what: str, folder: Path, stated: Stated, today: dt.date, limits: Limits) -> tuple[str, object]:
    from antigone.casework.incident.columns import columns_of
    from antigone.casework.incident.files import load_incident, read_title

    try:
        _unpack(folder, limits)
        if what == "columns":
            tables = sorted(path for path in folder.rglob("*") if path.is_file())
            return what, [sheet for path in tables for sheet in columns_of(path, any_table=True)]
        paths = _what_to_read(folder)
        if what == "title":
            return what, read_title(paths)
        beside = _known_beside(folder)
        known = _Reader(io.BytesIO(beside.read_bytes())).load() if beside.is_file() else None
        return what, load_incident(paths, today=today, known=known, **asdict(stated))
    except InputError as error:
        if not error.problems:
            return "refused", str(error)
        fields = [(p.file, p.line, p.column, p.found, p.expected, p.remedy) for p in error.problems]
        return "problems", (fields, error.notices)
    except AntigoneError as error:
        return "refused", str(error)
    except MemoryError:
        return "refused", str(_too_much(limits))


def _unpack(folder: Path, limits: Limits) -> None:
    """Unpack each archive beside itself, never out of the folder, and remove it."""
    for path in sorted(folder.glob("*.zip")):
        try:
            with zipfile.ZipFile(path) as archive:
                _unpack_files(archive, folder, limits)
        except (zipfile.BadZipFile, zlib.error, RuntimeError, ValueError, EOFError, OSError):
            found = "an archive that cannot be unpacked: it is damaged, cut short, or has a password"
            remedy = "send it again, or pack the folder again, without a password"
            raise InputError([Problem(path.name, 0, "", found, "a zip file", remedy)]) from None
        path.unlink()


def _unpack_files(archive: zipfile.ZipFile, folder: Path, limits: Limits) -> None:
    files = [item for item in archive.infolist() if not item.is_dir() and "__MACOSX" not in item.filename]
    if len(files) > MOST_FILES:
        raise InputError(f"the archive holds {len(files)} files, expected at most {MOST_FILES}; pack one incident only")
    left = limits.unpacked
    for item in files:
        parts = PurePosixPath(item.filename.replace("\\", "/")).parts
        if ".." in parts or parts[0] in ("/", "~") or ":" in parts[0]:
            raise InputError("the archive names a file outside itself; pack the folder again")
        target = folder.joinpath(*parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(item) as source, target.open("wb") as copy:
            while block := source.read(1 << 20):
                left -= len(block)
                if left < 0:
                    raise InputError(f"the archive holds more than {limits.unpacked} bytes; import a part of it")
                copy.write(block)


def _what_to_read(folder: Path) -> list[Path]:
    """A single workbook, Familias files, or the folder that holds the tables."""
    inside = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    if len(inside) == 1 and inside[0].is_dir():
        return _what_to_read(inside[0])
    if inside and all(FAMILIAS.has_ending(path) for path in inside):
        return inside
    return inside if len(inside) == 1 and WORKBOOK.has_ending(inside[0]) else [folder]


if __name__ == "__main__":
    main(sys.argv[1:])
