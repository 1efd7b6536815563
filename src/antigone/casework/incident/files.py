"""Reading and writing the files a user names."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from antigone.errors import InputError
from antigone.formats.casefolder.folder import SETTINGS_FILE, TABLES
from antigone.formats.casefolder.writer import write_case_folder
from antigone.formats.incident import read_incident, read_title
from antigone.model.incident.incident import Incident
from antigone.search.families.reference_fit import ReferenceFit
from antigone.simulation.incident import Truth

__all__ = [
    "GENETICIST_ONLY",
    "GENETICIST_PAIRS",
    "geneticist_csv",
    "load_incident",
    "new_file",
    "read_title",
    "remove_simulated",
    "save_incident",
    "truth_csv",
    "write_folder",
]

GENETICIST_ONLY = "geneticist-only.csv"
"""The file of incidental findings; readable by its owner alone."""
GENETICIST_PAIRS = "geneticist-pairs.csv"
"""Every pair of a small search; readable by its owner alone."""


def load_incident(
    paths: Path | Sequence[Path],
    *,
    attested_by: str | None,
    today: dt.date,
    missing: Sequence[str] = (),
    pedigrees: Sequence[str] = (),
    known: Incident | None = None,
) -> Incident:
    """Read a case folder, a workbook, or ``.fam`` files with a DVI section; what adds to a ``known`` incident may be
    a part of one. See ``formats.incident.read_incident``.

    Raises
    ------
    InputError, ConsentError
        With every problem found.
    """
    return read_incident(paths, attested_by, attested_on=today, missing=missing, pedigrees=pedigrees, known=known)


def save_incident(incident: Incident, truth: Truth, path: Path) -> Path:
    """Write a simulated incident as a case folder, and its truth beside it; return the truth's path."""
    beside = path.with_name(f"{path.name}-truth.csv")
    if os.path.lexists(beside):
        raise InputError(f"{beside} exists; choose another folder, nothing is ever overwritten")
    write_case_folder(incident, path)
    beside.write_text(truth_csv(truth), encoding="utf-8")
    return beside


def remove_simulated(folder: Path, title: str) -> None:
    """Remove an earlier simulated incident and its truth, so that the demonstration can be repeated.

    Raises
    ------
    InputError
        When the folder holds anything but a simulated incident of that title: nothing of a user's is removed.
    """
    truth = folder.with_name(f"{folder.name}-truth.csv")
    if not folder.exists() and not truth.exists():
        return
    settings = folder / SETTINGS_FILE
    simulated = settings.is_file() and f"title = {json.dumps(title)}" in settings.read_text("utf-8", "replace")
    ours = {SETTINGS_FILE, *(f"{table}.csv" for table in TABLES)}
    if not simulated or not truth.is_file() or any(one.name not in ours for one in folder.iterdir()):
        raise InputError(f"{folder} is not an earlier demonstration's; choose another folder, nothing is overwritten")
    shutil.rmtree(folder)
    truth.unlink()


def truth_csv(truth: Truth) -> str:
    """Who each simulated unidentified person is: code, family, missing, remark."""
    rows = [
        [code, *(identity or ("", "")), truth.remarks.get(code, "")]
        for code, identity in sorted(truth.identities.items())
    ]
    return _csv(["unidentified", "family", "missing", "remark"], rows)


def geneticist_csv(fits: Sequence[ReferenceFit]) -> str:
    """References that do not fit their declared pedigree, for the responsible geneticist alone."""
    rows = [[f.family, f.member, f.sample, f"{f.log10_fit:.2f}", "left out"] for f in fits if f.left_out]
    return _csv(["family", "member", "sample", "log10 P(declared) / P(unrelated)", "in the search"], rows)


def _csv(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def write_folder(
    folder: Path,
    files: Mapping[str, str | bytes],
    *,
    private: Sequence[str] = (),
    outdated: Sequence[str] = (),
) -> None:
    """Write files into a folder, all or none: into a hidden sibling first, then moved into place.

    Files named in ``private`` get mode 0600. A file of an earlier run with the same name is replaced; files named
    in ``outdated`` that this run does not write are removed, so that they cannot go stale.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            _write_all(draft, files, private)
            folder.mkdir(exist_ok=True)
            for name in files:
                (draft / name).replace(folder / name)
            for name in set(outdated) - files.keys():
                (folder / name).unlink(missing_ok=True)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise InputError(f"{folder} cannot be written ({error.strerror}); choose another folder") from error


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A new file that its owner alone can read; when the block fails, it is gone again.

    It is opened before the block begins, so that nothing is done for a file that cannot be written.

    Raises
    ------
    InputError
        When it exists, or cannot be written.
    """
    try:
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise InputError(f"{path} exists; choose another file, nothing is ever overwritten") from None
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror}); choose another file") from None
    try:
        with os.fdopen(opened, "wb") as file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _write_all(folder: Path, files: Mapping[str, str | bytes], private: Sequence[str]) -> None:
    for name, content in files.items():
        opened = os.open(folder / name, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(opened, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        (folder / name).chmod(0o600 if name in private else 0o644)
