"""Files that a browser or a program keeps."""

from __future__ import annotations

import unicodedata
from typing import Literal
from urllib.parse import quote

from fastapi.responses import Response, StreamingResponse

MediaType = Literal[
    "application/json", "application/jsonl", "application/pdf", "application/zip", "application/toml", "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
]  # fmt: skip
FORBIDDEN = frozenset('<>:"/\\|?*')
"""What some file system cannot hold in a name."""
JOINERS = frozenset("\u200c\u200d")
"""Letters that nobody sees, without which some scripts cannot be written."""


class JsonLines(StreamingResponse):
    """Lines of JSON, sent while they are read."""

    media_type = "application/jsonl"


def attach(content: bytes, *, name: str, media_type: MediaType) -> Response:
    """A file to keep, under a name that holds codes."""
    return Response(content, media_type=media_type, headers={"Content-Disposition": disposition(name)})


def disposition(name: str) -> str:
    """The header that names a file to keep (RFC 6266): in plain letters, and in its own script where that differs.

    >>> print(disposition("letter-Ñ.pdf"))
    attachment; filename="letter-_.pdf"; filename*=UTF-8''letter-%C3%91.pdf
    """
    plain, own = plain_name(name), own_name(name)
    said = f'attachment; filename="{plain}"'
    return said if plain == own else f"{said}; filename*=UTF-8''{quote(own, safe='')}"


def plain_name(name: str) -> str:
    """A name that every file system and every header can hold.

    >>> plain_name('letter-F 1/"é".pdf')
    'letter-F_1____.pdf'
    """
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "_" for letter in name)


def own_name(name: str) -> str:
    """A name in its own script, without what a file system cannot hold and what would mislead a reader.

    >>> own_name('letter-F 1/"é".pdf')
    'letter-F 1__é_.pdf'
    """
    return "".join("_" if _is_unfit(letter) else letter for letter in name)


def _is_unfit(letter: str) -> bool:
    return letter in FORBIDDEN or (unicodedata.category(letter).startswith("C") and letter not in JOINERS)
