"""Reading files as bytes, as text and as a stream that is hashed on its way, with a plain message where that fails."""

from __future__ import annotations

import codecs
import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from antigone.errors import InputError, Problem
from antigone.formats.reading.limits import LARGEST_DOCUMENT, ShortLines
from antigone.model.incident.incident import SourceFile

_BYTE_ORDER_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
_SAVE_AGAIN = {
    ".csv": "save the table again as 'CSV UTF-8'",
    ".toml": "open the file in a text editor and save it with the encoding UTF-8",
}
"""What to do about a file in another encoding, by the ending of its name."""
_HEAD = 400
"""Bytes that are enough to tell UTF-16 from UTF-8."""
_CHUNK = 1 << 18


class HashedFile(io.RawIOBase):
    """A file that is read once, from its beginning on, and hashed as it is read."""

    def __init__(self, name: str, file: BinaryIO) -> None:
        super().__init__()
        self.name = name
        self._file = file
        self._digest = hashlib.sha256()
        self._at_end = False

    @classmethod
    def open(cls, path: Path) -> HashedFile:
        """Open a file for reading.

        Raises
        ------
        InputError
            When the file does not exist or cannot be read.
        """
        with read_errors(path.name):
            return cls(path.name, path.open("rb", buffering=0))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        count = self._file.readinto(buffer)  # type: ignore[attr-defined]
        self._digest.update(memoryview(buffer)[:count])
        self._at_end |= not count
        return int(count)

    def readall(self) -> bytes:
        content = bytearray()
        while chunk := self.read(_CHUNK):
            content += chunk
            if len(content) > LARGEST_DOCUMENT:
                found, remedy = f"a file of more than {LARGEST_DOCUMENT} bytes", "send a table as .csv, or divide it"
                raise InputError([Problem(self.name, 0, "", found, "a smaller one", remedy)])
        return bytes(content)

    def source_file(self) -> SourceFile:
        """Name and SHA-256 of the whole file, whatever part of it has been read by now."""
        while not self._at_end:
            self.read(_CHUNK)
        return SourceFile(self.name, self._digest.hexdigest())

    def rewound(self) -> BinaryIO:
        """The same open file at its beginning, hashed to its end; for formats that are not read in order."""
        self.source_file()
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        self._file.close()
        super().close()


@contextmanager
def read_errors(name: str) -> Iterator[None]:
    """Say in our words why a file cannot be read."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise _unreadable(name, error) from None


def _unreadable(name: str, error: OSError | ValueError) -> InputError:
    reason = getattr(error, "strerror", None) or "a path that cannot be opened"
    return InputError([Problem(name, 0, "", reason, "a file that can be read", "check the path and its permissions")])


def read_bytes(path: Path) -> bytes:
    """The bytes of a file.

    Raises
    ------
    InputError
        When the file does not exist or cannot be read.
    """
    with read_errors(path.name):
        size = path.stat().st_size
        if size <= LARGEST_DOCUMENT:
            return path.read_bytes()
    found, remedy = f"a file of {size} bytes", "divide it, or send a table, which is read row by row"
    raise InputError([Problem(path.name, 0, "", found, f"at most {LARGEST_DOCUMENT} bytes", remedy)])


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
    file = HashedFile(name, io.BytesIO(content))
    with text_errors(file):
        text = open_text(file)  # its name keeps it open for the message
        return text.read()


def open_text(file: HashedFile) -> io.TextIOWrapper:
    """A file as a stream of UTF-8 text, with or without a byte order mark, its line ends as they are.

    Raises
    ------
    InputError
        When the bytes are UTF-16; another encoding shows while the text is read, see ``text_errors``.
    """
    buffered = io.BufferedReader(ShortLines(file.name, file), _CHUNK)
    head = buffered.peek(_HEAD)[:_HEAD]
    encoding = _BYTE_ORDER_MARKS.get(head[:2])
    if encoding or head.count(0) > len(head) // 4:
        raise _not_utf8(file.name, 0, f"text in {encoding or 'UTF-16'}")
    return io.TextIOWrapper(buffered, encoding="utf-8-sig", newline="")


@contextmanager
def text_errors(file: HashedFile) -> Iterator[None]:
    """Say in our words, with the line, what went wrong while the text of a file was read."""
    try:
        yield
    except UnicodeDecodeError as error:
        if "utf-8" not in error.encoding.lower().replace("_", "-"):
            expected, remedy = "text in UTF-8, UTF-16 or Windows-1252", "save the table again as 'CSV UTF-8'"
            raise InputError([Problem(file.name, 0, "", "bytes that are no text", expected, remedy)]) from None
        found = "a character that is not UTF-8 (the file is probably in Latin-1 or Windows-1252)"
        raise _not_utf8(file.name, _first_undecodable_line(file.rewound()), found) from None
    except OSError as error:
        raise _unreadable(file.name, error) from None


def _not_utf8(name: str, line: int, found: str) -> InputError:
    remedy = _SAVE_AGAIN.get(Path(name).suffix.lower(), "save the file again as text with the encoding UTF-8")
    return InputError([Problem(name, line, "", found, "UTF-8 text", remedy)])


def _first_undecodable_line(file: BinaryIO) -> int:
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    line = 1
    while True:
        chunk = file.read(_CHUNK)
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            return line + error.object.count(b"\n", 0, error.start)
        if not chunk:
            return line
        line += chunk.count(b"\n")
