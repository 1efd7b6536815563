"""Reading files as bytes and as text, with a plain message where that fails."""

from __future__ import annotations

import hashlib
from pathlib import Path

from antigone.errors import InputError, Problem
from antigone.model.case import SourceFile

_BYTE_ORDER_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def read_bytes(path: Path) -> bytes:
    """The bytes of a file.

    Raises
    ------
    InputError
        When the file does not exist or cannot be read.
    """
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "a path that cannot be opened"
        problem = Problem(path.name, 0, "", reason, "a file that can be read", "check the path and its permissions")
        raise InputError([problem]) from None


def source_file(path: Path, content: bytes) -> SourceFile:
    """Name and SHA-256 of a file that was read."""
    return SourceFile(path.name, hashlib.sha256(content).hexdigest())


def decode_text(name: str, content: bytes) -> str:
    """UTF-8 text, with or without a byte order mark.

    Raises
    ------
    InputError
        When the bytes are in another encoding; the message names it and the remedy.
    """
    encoding = _BYTE_ORDER_MARKS.get(content[:2])
    if encoding is None and content[:400].count(0) > len(content[:400]) // 4:
        encoding = "UTF-16"
    if encoding is None:
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            found = "a character that is not UTF-8 (the file is probably in Latin-1 or Windows-1252)"
    else:
        line, found = 0, f"text in {encoding}"
    remedy = "save the file again as 'CSV UTF-8', or as text with the encoding UTF-8"
    raise InputError([Problem(name, line, "", found, "UTF-8 text", remedy)])
