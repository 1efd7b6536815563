"""Tables as laboratories send them: ``.csv`` in any of three separators, and ``.xlsx``.

Every table is read the same way: the first row holds the column names, in any order and case; every
later row keeps its line number, so that each problem can be found again in the file.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from python_calamine import load_workbook

from antigone.errors import InputError, Problem
from antigone.formats.alleles import Cell
from antigone.formats.findings import Findings
from antigone.formats.refusals import refused_column
from antigone.formats.sources import decode_text

LARGEST_WORKBOOK = 1_000_000_000
"""Bytes an .xlsx file may unpack to."""

MOST_CELLS = 20_000_000
"""Cells of a sheet, counted to its last row and column; a value in the last row of a sheet is a slip of the hand."""

_CELL_REFERENCE = re.compile(rb"""\br=["']([A-Z]{0,3})([0-9]{1,9})["']""")


@dataclass(frozen=True)
class Grid:
    """The cells of one table before its columns are known, with the line number of each row.

    ``decimal_comma`` is true when columns are separated by semicolons, so that 9,3 can only mean 9.3.
    """

    name: str
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]
    decimal_comma: bool = False


@dataclass(frozen=True)
class Columns:
    """The columns of a table: ``needed`` and ``optional`` ones, and those whose cells must be ``filled``.

    ``others_allowed`` is for other software's exports, whose further columns are passed over unread.
    """

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()
    others_allowed: bool = False


@dataclass(frozen=True)
class Row:
    """One row: where it stands, and its cells by column name; an optional column that is absent has empty cells."""

    file: str
    line: int
    cells: Mapping[str, Cell]

    @property
    def where(self) -> tuple[str, int]:
        return self.file, self.line

    def text(self, column: str) -> str:
        """The cell as text; whole numbers and dates as a person would write them."""
        return cell_text(self.cells.get(column, ""))


@dataclass(frozen=True)
class Table:
    """The rows of a table whose columns are as expected."""

    name: str
    rows: tuple[Row, ...]
    decimal_comma: bool = False


def cell_text(cell: Cell) -> str:
    """A cell as text.

    Examples
    --------
    >>> cell_text(12.0), cell_text(0.25), cell_text(dt.datetime(2024, 5, 1)), cell_text("  A1 ")
    ('12', '0.25', '2024-05-01', 'A1')
    """
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float | int):
        return str(int(cell)) if float(cell).is_integer() and abs(cell) < 1e15 else repr(cell)
    return str(cell)


def column_key(name: Cell) -> str:
    """A column name without case, spaces, hyphens and underscores."""
    return re.sub(r"[\s_\-]+", "", cell_text(name)).lower()


def read_csv(name: str, content: bytes) -> Grid:
    """The cells of a CSV file; the separator (comma, semicolon or tab) is taken from its first line.

    Raises
    ------
    InputError
        When the file is not UTF-8, is empty, or has an unclosed quotation mark.
    """
    text = decode_text(name, content)
    lines = text.splitlines()
    first = next((line for line in lines if line.strip()), "")
    if not first:
        raise InputError([Problem(name, 1, "", "an empty file", "a line of column names", "add the table")])
    separator = _separator(first)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows = []
    line = 1
    try:
        for cells in reader:
            rows.append((line, tuple(cells)))
            line = reader.line_num + 1
    except csv.Error:
        found = "a quotation mark that is not closed, or a character that no table holds"
        problem = Problem(name, line, "", found, "rows of a CSV file", "remove the quotation mark or the character")
        raise InputError([problem]) from None
    return Grid(name, tuple(rows), decimal_comma=separator == ";")


def read_workbook(name: str, content: bytes) -> dict[str, Grid]:
    """The sheets of an ``.xlsx`` file by name, in lower case.

    Raises
    ------
    InputError
        When the file is no workbook, is protected by a password, or unpacks to more than a gigabyte.
    """
    broken = Problem(name, 0, "", "a file that is no readable workbook", "an .xlsx file", "save it as .xlsx or .csv")
    try:
        _check_size(name, content)
        with load_workbook(io.BytesIO(content)) as workbook:
            names = list(workbook.sheet_names)
            sheets = {sheet: workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False) for sheet in names}
    except InputError:
        raise
    except Exception:  # the library and zipfile raise many kinds for a broken file; all mean the same here
        raise InputError([broken]) from None
    only = len(sheets) == 1
    return {
        sheet.strip().lower(): Grid(
            name if only else f"{name}, sheet {sheet}",
            tuple((line, tuple(row)) for line, row in enumerate(rows, start=1)),
        )
        for sheet, rows in sheets.items()
    }


def to_table(grid: Grid, columns: Columns, findings: Findings) -> Table:
    """Match the header of a grid with the expected columns, and check every row against them.

    Problems (unknown, missing, doubled or refused columns, ragged rows, empty cells) go to ``findings``;
    a table whose header cannot be used comes back without rows.
    """
    rows = [(line, cells) for line, cells in grid.rows if any(cell_text(cell) for cell in cells)]
    if not rows:
        findings.problem((grid.name, 1), "", "an empty table", "a line of column names", "add the table")
        return Table(grid.name, ())
    (line, header), *body = rows
    names = _header(grid.name, line, header, columns, findings)
    if names is None:
        return Table(grid.name, ())
    found = [_row(grid.name, line, cells, names, columns, findings) for line, cells in body]
    return Table(grid.name, tuple(row for row in found if row is not None), grid.decimal_comma)


def _check_size(name: str, content: bytes) -> None:
    """Refuse a workbook that would fill the memory, before the library unpacks it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > LARGEST_WORKBOOK:
            problem = Problem(name, 0, "", "a workbook of more than a gigabyte", "a smaller one", "save it as .csv")
            raise InputError([problem])
        for entry in archive.namelist():
            if "worksheets/" in entry and _cells(archive.read(entry)) > MOST_CELLS:
                found, remedy = "a value far outside the table", "delete the empty rows and columns around the table"
                raise InputError([Problem(name, 0, "", found, "a table that begins in cell A1", remedy)])


def _cells(sheet: bytes) -> int:
    """The last row times the last column that a sheet's XML names."""
    rows = columns = 1
    for match in _CELL_REFERENCE.finditer(sheet):
        rows = max(rows, int(match[2]))
        columns = max(columns, sum((letter - 64) * 26**i for i, letter in enumerate(reversed(match[1]))))
    return rows * columns


def _separator(header: str) -> str:
    unquoted = re.sub(r'"[^"]*"', "", header)
    return max(",;\t", key=unquoted.count)


def _header(
    name: str, line: int, header: Sequence[Cell], columns: Columns, findings: Findings
) -> list[str | None] | None:
    """The expected name of each column, ``None`` for an empty one; nothing when the header cannot be used."""
    expected = {column_key(column): column for column in (*columns.needed, *columns.optional)}
    names: list[str | None] = []
    before = len(findings.problems)
    for cell in header:
        text = cell_text(cell)
        column = expected.get(column_key(cell))
        if column is None and text and not columns.others_allowed:
            _unknown_column(name, line, text, expected.values(), findings)
        elif column in names and column is not None:
            findings.problem((name, line), column, "this column twice", "each column once", "remove one of them")
        names.append(column)
    while names and names[-1] is None:  # spreadsheets like to add empty columns on the right
        names.pop()
    for column in columns.needed:
        if column not in names:
            findings.problem((name, line), column, "no such column", f"a column '{column}'", "add the column")
    return names if len(findings.problems) == before else None


def _unknown_column(name: str, line: int, text: str, expected: Iterable[str], findings: Findings) -> None:
    if refused_column(text):
        findings.problem(
            (name, line), text, "a column that is not kept", "codes and genotypes only", "remove this column"
        )
    else:
        wanted = "one of " + ", ".join(expected)
        findings.problem((name, line), text[:40], "an unknown column", wanted, "rename or remove this column")


def _row(
    name: str, line: int, cells: Sequence[Cell], names: list[str | None], columns: Columns, findings: Findings
) -> Row | None:
    extra = [cell for cell in cells[len(names) :] if cell_text(cell)]
    stray = [cell for cell, column in zip(cells, names, strict=False) if column is None and cell_text(cell)]
    if len(cells) < len(names) or ((extra or stray) and not columns.others_allowed):
        expected = f"{len(names)} cells, one for each column name"
        remedy = "check the separators of this row; a decimal comma splits a cell in two"
        findings.problem((name, line), "", f"{len(cells)} cells", expected, remedy)
        return None
    row = Row(name, line, {column: cell for cell, column in zip(cells, names, strict=False) if column is not None})
    empty = [column for column in columns.filled if not row.text(column)]
    for column in empty:
        findings.problem((name, line), column, "an empty cell", "a value", "fill the cell or remove the row")
    return None if empty else row
