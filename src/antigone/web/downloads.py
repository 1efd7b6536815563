"""Files that a browser or a program keeps."""

from __future__ import annotations

from typing import Literal

from fastapi.responses import Response, StreamingResponse

MediaType = Literal["application/pdf", "application/zip"]


class JsonLines(StreamingResponse):
    """Lines of JSON, sent while they are read."""

    media_type = "application/jsonl"


def attach(content: bytes, *, name: str, media_type: MediaType) -> Response:
    """A file to keep. Its name holds codes, with anything unusual in them replaced."""
    return Response(
        content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{plain_name(name)}"'}
    )


def plain_name(name: str) -> str:
    """A name that every file system and every header can hold.

    >>> plain_name('letter-F 1/"é".pdf')
    'letter-F_1____.pdf'
    """
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "_" for letter in name)
