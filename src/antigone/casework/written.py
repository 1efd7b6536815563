"""What a command may replace: the files that an earlier run of Antigone wrote there, and nothing else."""

from __future__ import annotations

import mmap
import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path

from antigone.casework.pairs.checkpoint import FOLDER as UNFINISHED
from antigone.errors import InputError

_PAGE = rb'<p class="kicker">Antigone \xc2\xb7 '
_DOCUMENT = rb'"command": "antigone[ "]'
_MARKS = {
    "report.html": _PAGE,
    "joint.html": _PAGE,
    "groups.html": _PAGE,
    "snps.html": _PAGE,
    "results.json": _DOCUMENT,
    "joint.json": _DOCUMENT,
    "groups.json": _DOCUMENT,
    "fragments.json": _DOCUMENT,
    "candidates.csv": rb"\Arank,unidentified,family,missing,",
    "snp_candidates.csv": rb"\Arank,unidentified,family,missing,",
    "joint.csv": rb"\Aunidentified,family,missing,posterior,",
    "fragments.csv": rb"\\Asample,family,missing,posterior,",
    "groups.csv": rb"\Agroup,status,sample,part,",
    "candidates.parquet": rb"\APAR1.*log10_lr_smallest",
    "geneticist-only.csv": rb"\Afamily,member,sample,log10 P\(declared\)",
    "geneticist-pairs.csv": rb"\Aunidentified,family,missing,status",
}
"""By name, what stands in every file of that name which Antigone writes."""
_KEPT = re.compile(r"manifest\.json|block-[0-9]+\.(?:npz|draft)|.*\.draft")


def require_ours(folder: Path, names: Iterable[str]) -> None:
    """Refuse a folder that cannot be written, or in which a file to be written is there that is not Antigone's own.

    It is asked before anything is computed, so that nobody waits for an answer that cannot be written.

    Raises
    ------
    InputError
        Naming each such file. Nothing was changed.
    """
    _require_place(folder)
    strangers = [name for name in sorted(names) if not _is_ours(folder / name)]
    strangers += [UNFINISHED] * (not _is_unfinished_search(folder / UNFINISHED))
    if strangers:
        raise InputError(
            f"{folder} holds {', '.join(strangers)}, which Antigone did not write, or which was changed since; nothing "
            "was computed and nothing is replaced: choose another folder, or move what is there"
        )


def _require_place(folder: Path) -> None:
    """The folder, or the nearest one above it that is there, can be written into."""
    place = next(path for path in (folder, *folder.absolute().parents) if os.path.lexists(path))
    if not (place.is_dir() and os.access(place, os.W_OK | os.X_OK)):
        why = "permission denied" if place.is_dir() else "not a folder"
        raise InputError(f"{folder} cannot be written ({place}: {why}); nothing was computed: choose another folder")


def _is_ours(path: Path) -> bool:
    """Whether nothing is there, or a file that holds what ours holds."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return False
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return re.search(_MARKS[path.name], content, re.DOTALL) is not None
    except FileNotFoundError:
        return True
    except (OSError, ValueError):  # it cannot be read, or is empty
        return False


def _is_unfinished_search(folder: Path) -> bool:
    if not os.path.lexists(folder):
        return True
    return folder.is_dir() and not folder.is_symlink() and all(_KEPT.fullmatch(one.name) for one in folder.iterdir())
