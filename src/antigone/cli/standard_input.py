"""A file given as ``-``: what stands on standard input, kept for the command alone."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from antigone.errors import InputError

DASH = Path("-")
ZIP = b"PK\x03\x04"


@contextmanager
def given_file(path: Path, **endings: str) -> Iterator[Path]:
    """One file; see `given_files`."""
    with given_files([path], **endings) as (found,):
        yield found


@contextmanager
def given_files(paths: Sequence[Path], *, text: str, json: str, packed: str = "") -> Iterator[list[Path]]:
    """The files of a command; of ``-`` a file in a private folder, which is gone afterwards.

    The ending that it gets says what it is: ``json`` when it begins as JSON does, ``packed`` when as a ZIP, else
    ``text``.

    Raises
    ------
    InputError
        When two of them are ``-``, or nothing stands on standard input.
    """
    if DASH not in paths:
        yield list(paths)
        return
    if list(paths).count(DASH) > 1:
        raise InputError("two files are '-', expected one: standard input can be read once")
    content = sys.stdin.buffer.read()
    if not content.strip():
        raise InputError("nothing stands on standard input; expected a file there, because '-' was given")
    ending = packed if packed and content.startswith(ZIP) else json if content.lstrip()[:1] in (b"{", b"[") else text
    with tempfile.TemporaryDirectory(prefix="antigone-") as folder:
        file = Path(folder) / f"standard-input{ending}"
        file.write_bytes(content)
        yield [file if path == DASH else path for path in paths]
