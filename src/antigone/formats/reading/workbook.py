"""A workbook before and while the native reader opens it: checked as a zip archive, then read in a process of its own.

A workbook is made by others, and a few bytes in it can ask for gigabytes. Its parts are unpacked here once, piece by
piece, and every cell's place is looked at. What remains happens in a process with limits, which may die alone.
"""

from __future__ import annotations

import io
import os
import pickle
import re
import subprocess
import sys
import zipfile
import zlib
from typing import Any

from antigone.errors import InputError, Problem
from antigone.formats.labels.alleles import Cell

LARGEST_WORKBOOK = 1_000_000_000
"""Bytes that the parts of an .xlsx file may unpack to."""
MOST_CELLS = 20_000_000
"""Cells of a sheet, counted to its last row and column; a value in the last row of a sheet is a slip of the hand."""
MOST_PARTS = 10_000
MOST_EMPTY = 50
"""Places to the last row and column for each cell that is there, in a sheet of ``LARGE_SHEET`` places and more."""
LARGE_SHEET = 1_000_000
MOST_SQUEEZED, LARGE_PART = 400, 20_000_000
"""How often smaller a part may be packed, from so many bytes on: tables reach a tenth of it."""
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
SECONDS, MEMORY = 300, 4096 << 20
"""What the process that reads may take; the limits of the browser's reader."""

_CHUNK, _OVERLAP = 1 << 20, 400
_SHEET = re.compile(rb"<(?:\w+:)?worksheet[\s>]")
_PLACE = re.compile(rb"""\sr\s*=\s*["']([^"']*)["']""")
_DIMENSION = re.compile(rb"""<(?:\w+:)?dimension\s[^>]*?ref\s*=\s*["']([^"']*)["']""")
_REFERENCE = re.compile(rb"\$?([A-Za-z]{0,3})\$?([0-9]{1,7})")
_OLE = b"\xd0\xcf\x11\xe0"
_MAIN_PARTS = ("xl/workbook.xml", "xl/workbook.bin", "content.xml")
"""What holds the list of sheets in an .xlsx or .xlsm, an .xlsb, and an .ods file."""
_SAVE = "open it in a spreadsheet program and save it as .xlsx or .csv"


def read_sheets(name: str, content: bytes, *, most_bytes: int = LARGEST_WORKBOOK) -> dict[str, list[list[Cell]]]:
    """The rows of every sheet of a workbook, from its first row and column on.

    It may be of the kind ``.xlsx``, ``.xlsm``, ``.xlsb``, ``.xls`` or ``.ods``, whatever its name says.

    Raises
    ------
    InputError
        When the file is no workbook, is damaged, protected by a password, or asks for more than a table needs.
    """
    check_workbook(name, content, most_bytes=most_bytes)
    sheets = _read_apart(name, content)
    if not sheets:
        raise _problem(name, "a workbook without a sheet", "a workbook with a table", "add the table, or save it again")
    return sheets


def check_workbook(name: str, content: bytes, *, most_bytes: int = LARGEST_WORKBOOK) -> None:
    """Refuse what is no sound workbook, or would fill the memory, before a native library sees it."""
    if content.startswith(_OLE):
        _check_ole(name, content)
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            _check_parts(name, parts, most_bytes)
            left = most_bytes
            for part in parts:
                left -= _check_part(name, archive, part, left)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError):
        raise _broken(name, content) from None


def _check_parts(name: str, parts: list[zipfile.ZipInfo], most_bytes: int) -> None:
    if any(part.flag_bits & 1 for part in parts):
        raise _locked(name)
    if len(parts) > MOST_PARTS:
        raise _problem(name, f"a workbook of {len(parts)} parts", f"at most {MOST_PARTS}", _SAVE)
    if sum(part.file_size for part in parts) > most_bytes:
        raise _too_large(name, most_bytes)
    if not any(part.filename.lower().lstrip("/") in _MAIN_PARTS for part in parts):
        found = "a file that is no readable workbook: a zip archive without 'xl/workbook.xml' or 'content.xml'"
        raise _problem(name, found, "an .xlsx, .xlsm, .xlsb or .ods file", _SAVE)
    squeezed = (part.file_size / max(part.compress_size, 1) for part in parts if part.file_size > LARGE_PART)
    if max(squeezed, default=0) > MOST_SQUEEZED:
        raise _problem(name, "a workbook that unpacks to hundreds of times its size", "a table", _SAVE)


def _check_part(name: str, archive: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> int:
    """Unpack one part to its end, which also checks its sum, and look at the places of its cells; its size."""
    size, before, extent = 0, b"", _Extent(name, part.filename.rpartition("/")[2][:40])
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > left:
                raise _too_large(name, left)
            if not before and chunk[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<"):
                raise _problem(name, "a part of the workbook in UTF-16", "UTF-8, as spreadsheets write", _SAVE)
            extent.see(before + chunk)
            before = chunk[-_OVERLAP:]
    extent.check()
    return size


class _Extent:
    """How far the cells of a sheet reach, and how many there are."""

    def __init__(self, name: str, part: str) -> None:
        self.name, self.part = name, part
        self.is_sheet, self.rows, self.columns, self.cells = False, 1, 1, 0

    def see(self, text: bytes) -> None:
        self.is_sheet = self.is_sheet or bool(_SHEET.search(text))
        if not self.is_sheet:
            return
        for match in _DIMENSION.finditer(text):
            for corner in match[1].split(b":"):
                self._place(corner)
        for match in _PLACE.finditer(text):
            row, column = self._place(match[1])
            self.rows, self.columns = max(self.rows, row), max(self.columns, column)
            self.cells += 1

    def _place(self, reference: bytes) -> tuple[int, int]:
        match = _REFERENCE.fullmatch(reference)
        row, column = (int(match[2]), _column(match[1].upper())) if match else (0, 0)
        if match is None or not 1 <= row <= LAST_ROW or column > LAST_COLUMN:
            found = f"a cell at '{reference[:12].decode('ascii', 'replace')}' in its part '{self.part}'"
            raise _problem(self.name, found, "cells from A1 to XFD1048576", "it is damaged: " + _SAVE)
        return row, column

    def check(self) -> None:
        places = self.rows * self.columns
        if places > MOST_CELLS or (places > LARGE_SHEET and places > MOST_EMPTY * self.cells):
            remedy = "delete the empty rows and columns around the table"
            raise _problem(self.name, "a value far outside the table", "a table that begins in cell A1", remedy)


def _column(letters: bytes) -> int:
    return sum((letter - 64) * 26**i for i, letter in enumerate(reversed(letters)))


class _Rows(pickle.Unpickler):
    """Reads lists of texts, numbers and days; anything else is refused before it is made."""

    def find_class(self, module: str, name: str) -> Any:
        if module == "datetime" and name in {"date", "datetime", "time", "timedelta"}:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is no cell")


def _read_apart(name: str, content: bytes) -> dict[str, list[list[Cell]]]:
    """What the native reader finds, in a process of its own."""
    command = [sys.executable, "-P", "-m", "antigone.formats.reading.workbook_process", str(SECONDS), str(MEMORY)]
    environ = {key: value for key, value in os.environ.items() if not key.startswith("ANTIGONE_")}
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command, env=environ, input=content, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise _too_much(name) from None
    if done.returncode != 0:
        raise _too_much(name)
    try:
        kind, found = _Rows(io.BytesIO(done.stdout)).load()
    except (EOFError, pickle.UnpicklingError):
        raise _too_much(name) from None
    if kind == "sheets":
        sheets: dict[str, list[list[Cell]]] = found
        return sheets
    raise _locked(name) if kind == "PasswordError" else _broken(name, content)


def _problem(name: str, found: str, expected: str, remedy: str) -> InputError:
    return InputError([Problem(name, 0, "", found, expected, remedy)])


def _broken(name: str, content: bytes) -> InputError:
    """A damaged archive is told from a file of another kind."""
    why = "its zip archive is damaged or cut short" if content.startswith(b"PK") else "it is no zip archive"
    remedy = "copy it again from where it came from, or save it as .xlsx or .csv"
    return _problem(name, f"a file that is no readable workbook: {why}", "an .xlsx file", remedy)


def _locked(name: str) -> InputError:
    found = "a file that is no readable workbook: it is protected by a password"
    return _problem(name, found, "an .xlsx file without a password", "remove the password and save it again")


def _check_ole(name: str, content: bytes) -> None:
    """The old kind .xls is read as it is, within the limits of the process that reads; a locked .xlsx is not."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise _locked(name)


def _too_large(name: str, most: int) -> InputError:
    size = "a gigabyte" if most >= LARGEST_WORKBOOK // 2 else f"{most} bytes"
    return _problem(name, f"a workbook of more than {size}", "a smaller one", "save it as .csv")


def _too_much(name: str) -> InputError:
    found = f"a workbook that could not be read within {SECONDS} seconds and {MEMORY >> 20} MB"
    return _problem(name, found, "a table", "it is damaged or too large: " + _SAVE)
