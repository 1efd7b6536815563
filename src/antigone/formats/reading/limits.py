"""How much a file may ask for, whatever it holds: bytes of a document, bytes of a line."""

from __future__ import annotations

import io

from antigone.errors import InputError, Problem

LARGEST_DOCUMENT = 256_000_000
"""Bytes of a file that is read whole: a Familias file, JSON, a workbook; tables in text are read row by row."""
LONGEST_LINE = 4_000_000
"""Bytes of one line of a table; a table of a thousand populations has lines of a hundredth of it."""


class ShortLines(io.RawIOBase):
    """A file that ends with a problem where a line is too long for any table, before it fills the memory."""

    def __init__(self, name: str, file: io.RawIOBase) -> None:
        super().__init__()
        self._name, self._file = name, file
        self._line, self._length = 1, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int | None:  # type: ignore[override]
        count = self._file.readinto(buffer) or 0
        read = bytes(memoryview(buffer)[:count])
        last = max(read.rfind(b"\n"), read.rfind(b"\r"))
        if last < 0:
            self._length += count
        else:
            self._line += read.count(b"\n")
            self._length = count - last - 1
        if self._length > LONGEST_LINE:
            found, remedy = f"a line of more than {LONGEST_LINE} bytes", "export the table again; this is no table"
            raise InputError([Problem(self._name, self._line, "", found, "one row on each line", remedy)])
        return count
