"""Text tables in the encodings that laboratories send: UTF-8, UTF-16, and Windows-1252 with Latin-1 inside it."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable

from antigone.formats.reading.limits import ShortLines
from antigone.formats.reading.sources import HashedFile

_CHUNK = 1 << 18
_HEAD = 400
"""Bytes that are enough to tell UTF-16 from the others."""
_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_NAMES = {"utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "cp1252": "Windows-1252 (Latin-1)"}


class _Utf8Stream(io.RawIOBase):
    """The bytes of a text file as UTF-8, whatever its encoding; ``tell`` hears once what was taken.

    What is not UTF-8 is taken as Windows-1252 from its first such byte on; what is neither raises.
    """

    def __init__(self, file: io.BufferedReader, told: Callable[[str], None]) -> None:
        super().__init__()
        self._file, self._told = file, told
        self._left = b""
        self._at_end = False
        self._take(_encoding_of(file.peek(_HEAD)[:_HEAD]))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._left and not self._at_end:
            chunk = self._file.read1(_CHUNK)
            self._at_end = not chunk
            self._left = self._decoded(chunk).encode("utf-8", "surrogatepass")
        count = min(len(buffer), len(self._left))
        buffer[:count], self._left = self._left[:count], self._left[count:]
        return count

    def close(self) -> None:
        self._file.close()
        super().close()

    def _decoded(self, chunk: bytes) -> str:
        before = self._decoder.getstate()[0]
        try:
            return self._decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError:
            if self._encoding != "utf-8-sig":
                raise
            self._take("cp1252")
            return self._decoder.decode(before + chunk, final=not chunk)

    def _take(self, encoding: str) -> None:
        self._encoding, self._decoder = encoding, codecs.getincrementaldecoder(encoding)()
        if encoding in _NAMES:
            self._told(_NAMES[encoding])


def open_table_text(file: HashedFile, told: Callable[[str], None]) -> io.TextIOWrapper:
    """A table's file as a stream of text, its line ends as they are; ``told`` hears of an encoding but UTF-8."""
    stream = _Utf8Stream(io.BufferedReader(ShortLines(file.name, file), _CHUNK), told)
    return io.TextIOWrapper(io.BufferedReader(stream, _CHUNK), encoding="utf-8-sig", newline="")


def _encoding_of(head: bytes) -> str:
    """UTF-16 by its mark, or by every second byte being 0."""
    if head[:2] in _MARKS:
        return _MARKS[head[:2]]
    if head.count(0) > len(head) // 4:
        return "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"
    return "utf-8-sig"
