"""Tables as laboratories send them: text in any of three separators, workbooks, and ``.parquet``.

Every table is read the same way: a row holds the column names, in any order, case and known language; every
later row keeps its line number, so that each problem can be found again in the file. Rows come one after
the other and are not kept, so that a table of any length needs no more memory than one of its rows.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from operator import itemgetter
from typing import TYPE_CHECKING

from antigone.errors import InputError, Problem
from antigone.formats.labels.alleles import Cell
from antigone.formats.labels.vocabulary import column_of, is_remark, is_translated, word_key
from antigone.formats.reading.characters import PRINTABLE, REMOVE, check_header, is_plain
from antigone.formats.reading.encodings import open_table_text
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.headings import HEAD, heading_row, separator_of, stated_separator
from antigone.formats.reading.refusals import refused_column
from antigone.formats.reading.sources import HashedFile, text_errors
from antigone.formats.reading.workbook import LARGEST_WORKBOOK, read_sheets
from antigone.model.statements import readers
from antigone.model.statements.statement import Statement
from antigone.model.text import unstorable_character

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

Cells = Sequence[Cell]
Rows = Iterator[tuple[int, Cells]]
"""Rows with their line numbers, to be read once; an InputError comes when the file turns out to be broken."""


@dataclass
class Grid:
    """One table before its columns are known: the row of its column names, and the rows that follow.

    ``decimal_comma`` is true when no comma separates columns, so that 9,3 in one cell can only mean 9.3.
    ``unreadable`` says that the file's own problem is stated already. ``titles`` are rows above the column names.
    ``notices`` are what was assumed about the file so far; more may come while its rows are read.
    """

    name: str
    rows: Rows
    header: tuple[int, Cells] | None = None
    decimal_comma: bool = False
    unreadable: bool = False
    notices: list[Statement] = field(default_factory=list)
    titles: list[tuple[int, Cells]] = field(default_factory=list)

    @classmethod
    def of(cls, name: str, rows: Rows, *, decimal_comma: bool = False, notices: list[Statement] | None = None) -> Grid:
        """Find the row of the column names; rows above it are titles."""
        grid = cls(name, rows, None, decimal_comma, notices=[] if notices is None else notices)
        head = [row for row in islice(rows, HEAD) if not _is_empty(row[1])]
        if not head:
            head = [row for row in rows if not _is_empty(row[1])][:1]
        place = heading_row([list(map(cell_text, cells)) for _, cells in head])
        grid.titles = head[:place]
        grid.header = head[place] if head else None
        grid.rows = chain(head[place + 1 :], rows)
        return grid

    def first_row(self) -> Cells:
        """The cells of the first row below the column names, which stays among the rows; none in an empty table."""
        row = next(self.rows, None)
        if row is None:
            return ()
        self.rows = chain([row], self.rows)
        return row[1]

    def tell(self, findings: Findings) -> None:
        """Pass on what was assumed about the file, whose titles nobody reads."""
        self.tell_notices(findings)
        if self.titles:
            findings.notice(readers.TITLES_LEFT_OUT(number=len(self.titles), file=self.name))

    def tell_notices(self, findings: Findings) -> None:
        """Pass on what was assumed about the file, to somebody who reads its titles."""
        for notice in self.notices:
            findings.notice(notice)


@dataclass(frozen=True)
class Columns:
    """The columns of a table: ``needed`` and ``optional`` ones, and those whose cells must be ``filled``.

    A cell that must be filled holds a code or a number, and so no line break.

    ``others_allowed`` is for other software's exports, whose further columns are passed over unread.
    """

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()
    others_allowed: bool = False


@dataclass
class Table:
    """A table whose columns are as expected; its rows are checked as they are read, once.

    ``columns`` are the expected columns that it has, in the order of the file; none when its header cannot be
    used. ``broken`` turns true when the file cannot be read to its end, which is a problem among the findings.
    ``remarks`` are columns of remarks with their places, whose cells are counted and not read; ``headings`` are
    the names that columns have in the file where they are others; ``comments`` counts rows that begin with ``#`` and
    are no row of the table.
    """

    grid: Grid
    expected: Columns
    findings: Findings
    positions: Mapping[str, int]
    width: int
    broken: bool = False
    remarks: Mapping[str, int] = field(default_factory=dict)
    headings: Mapping[str, str] = field(default_factory=dict)
    comments: int = 0

    @property
    def name(self) -> str:
        return self.grid.name

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.positions)

    @property
    def unread(self) -> bool:
        """Whether it is missing or could not be read, which its own problem says; known once its rows were read."""
        return self.broken or not self.positions

    @property
    def decimal_comma(self) -> bool:
        return self.grid.decimal_comma

    def rows(self, *columns: str) -> Iterator[tuple[int, tuple[Cell, ...]]]:
        """The line and the cells of these columns (two or more) of every row that is neither empty nor a problem.

        An optional column that the table has not has empty cells.
        """
        if not self.positions:
            return
        absent = any(column not in self.positions for column in columns)
        pick = itemgetter(*(self.positions.get(column, self.width) for column in columns))
        filled = [self.positions[column] for column in self.expected.filled]
        fill, strip = itemgetter(*filled, *filled), str.strip
        named, width, longest = len(self.positions) + len(self.remarks), self.width, self.width
        if self.expected.others_allowed:
            named, longest = width, sys.maxsize if self.decimal_comma else width
        try:
            for line, cells in self._counted():
                # The plain row of a good table is let through at once; any other is looked at closely.
                try:
                    plain = named == width <= len(cells) <= longest and all(map(strip, fill(cells)))
                except TypeError:  # a cell of a workbook that is no text
                    plain = False
                if plain or self._is_good(line, cells, filled):
                    cells = cells if len(cells) >= width else [*cells, *[""] * (width - len(cells))]
                    picked = pick((*cells[:width], "")) if absent else pick(cells)
                    if is_plain(picked) or self._holds_text(line, columns, picked):
                        yield line, picked
        except InputError as error:
            self.findings.add_problems(error.problems)
            self.broken = True
        self._tell()

    def _counted(self) -> Rows:
        """The rows, with the filled cells of remarks counted on the way."""
        if not self.remarks:
            yield from self.grid.rows
            return
        filled = dict.fromkeys(self.remarks, 0)
        for line, cells in self.grid.rows:
            for name, place in self.remarks.items():
                filled[name] += place < len(cells) and cell_text(cells[place]) != ""
            yield line, cells
        for name, number in filled.items():
            self.findings.notice(readers.REMARKS_NOT_READ(name=name[:40], file=self.name, number=number))

    def _tell(self) -> None:
        self.grid.tell(self.findings)
        if self.comments:
            self.findings.notice(readers.COMMENTS(number=self.comments, file=self.name))

    def texts(self, *columns: str) -> Iterator[tuple[int, list[str]]]:
        """As ``rows``, every cell as text."""
        for line, cells in self.rows(*columns):
            yield line, [cell.strip() if type(cell) is str else cell_text(cell) for cell in cells]

    def problem(self, line: int, column: str, found: str, expected: str, remedy: str) -> None:
        """Record a problem of a line of this table."""
        self.findings.problem((self.name, line), self.headings.get(column, column), found, expected, remedy)

    def _holds_text(self, line: int, columns: Sequence[str], cells: Sequence[Cell]) -> bool:
        """Whether every cell holds what a text may hold, on one line where a code must stand; if not, say so."""
        good = True
        for column, cell in zip(columns, cells, strict=True):
            if found := unstorable_character(cell_text(cell), breaks=column not in self.expected.filled):
                self.problem(line, column, found, PRINTABLE, REMOVE)
                good = False
        return good

    def _is_ragged(self, cells: Cells, filled: Sequence[int]) -> bool:
        """Whether a row has too few cells, or filled ones that no column names. In another program's table empty cells
        may lack at the end; of a comma there it is never known whether it is a decimal one."""
        if self.expected.others_allowed:
            beyond = not self.decimal_comma and any(map(cell_text, cells[self.width :]))
            return len(cells) <= max(filled, default=-1) or beyond
        named = {*self.positions.values(), *self.remarks.values()}
        stray = any(cell_text(cell) for position, cell in enumerate(cells) if position not in named)
        return len(cells) < self.width or stray

    def _is_good(self, line: int, cells: Cells, filled: Sequence[int]) -> bool:
        """Whether a row is there, of the right length and filled where it must be; if not, say so."""
        if _is_empty(cells):
            return False
        if cell_text(cells[0]).startswith("#") and sum(map(bool, map(cell_text, cells))) < len(self.positions):
            self.comments += 1
            return False
        if self._is_ragged(cells, filled):
            expected = f"{self.width} cells, one for each column name"
            remedy = "check the separators of this row; a decimal comma splits a cell in two"
            self.problem(line, "", f"{len(cells)} cells", expected, remedy)
            return False
        empty = [position for position in filled if not cell_text(cells[position])]
        for position in empty:
            column = next(name for name, place in self.positions.items() if place == position)
            self.problem(line, column, "an empty cell", "a value", "fill the cell or remove the row")
        return not empty


def no_table(name: str, findings: Findings) -> Table:
    """A table without rows, in place of one that is missing or cannot be used."""
    return Table(Grid(name, iter(())), Columns(()), findings, {}, 0)


def _is_empty(cells: Cells) -> bool:
    return not any(cell_text(cell) for cell in cells)


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
    """The key of the column that a heading names, in any known language; see ``vocabulary``."""
    return column_of(cell_text(name))


def read_csv(name: str, content: bytes | HashedFile) -> Grid:
    """The cells of a text table. Its separator (comma, semicolon or tab) is the one that shows its column names,
    or the one that a first line such as ``sep=;`` states; its encoding is UTF-8, UTF-16 or Windows-1252.

    Raises
    ------
    InputError
        When the file is no text, is empty, or has an unclosed quotation mark: at once when that shows in the
        first rows, or else when the rows are read so far.
    """
    file = content if isinstance(content, HashedFile) else HashedFile(name, io.BytesIO(content))
    notices: list[Statement] = []
    with text_errors(file):
        text = open_table_text(file, lambda taken: notices.append(readers.ENCODING(file=name, encoding=taken)))
        before = list(islice(iter(text.readline, ""), HEAD))
        while before and not any(line.strip() for line in before) and (line := text.readline()):
            before = [line] if line.strip() else before
    if not any(line.strip() for line in before):
        raise InputError([Problem(name, 1, "", "an empty file", "a line of column names", "add the table")])
    stated = stated_separator(before[0])
    separator = stated or separator_of(before)
    rows = _csv_rows(file, csv.reader(chain(before[bool(stated) :], text), delimiter=separator, strict=True))
    if stated:
        rows = ((line + 1, cells) for line, cells in rows)
    return Grid.of(name, rows, decimal_comma=separator != ",", notices=notices)


def _csv_rows(file: HashedFile, reader: CsvReader) -> Iterator[tuple[int, list[str]]]:
    line = 1
    with text_errors(file):
        try:
            for cells in reader:
                yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            found = "a quotation mark that is not closed, or a character that no table holds"
            remedy = "remove the quotation mark or the character"
            if "field limit" in str(error):
                found = f"a cell of more than {csv.field_size_limit()} letters"
                remedy = "look for a quotation mark that is not closed, or export the table again"
            raise InputError([Problem(file.name, line, "", found, "rows of a CSV file", remedy)]) from None


def read_workbook(name: str, content: bytes) -> dict[str, Grid]:
    """The sheets of a workbook of any kind by name, in lower case.

    Raises
    ------
    InputError
        When the file is no workbook, is damaged, is protected by a password, has no sheet, or asks for more memory
        than a table needs.
    """
    sheets = read_sheets(name, content, most_bytes=LARGEST_WORKBOOK)
    only = len(sheets) == 1
    return {
        sheet.strip().lower(): Grid.of(
            name if only else f"{name}, sheet {sheet}", enumerate(rows, start=1), decimal_comma=True
        )
        for sheet, rows in sheets.items()
    }


def to_table(grid: Grid, columns: Columns, findings: Findings) -> Table:
    """Match the header of a grid with the expected columns; its rows are checked against them when they are read.

    Problems (unknown, missing, doubled or refused columns, ragged rows, empty cells) go to ``findings``;
    a table whose header cannot be used comes back without rows.
    """
    grid.tell(findings)
    if grid.header is None:
        if not grid.unreadable:
            findings.problem((grid.name, 1), "", "an empty table", "a line of column names", "add the table")
        return no_table(grid.name, findings)
    check_header(grid.name, *grid.header, findings)
    names = _header(grid.name, *grid.header, columns, findings)
    if names is None:
        return no_table(grid.name, findings)
    positions = {column: position for position, column in enumerate(names) if column is not None}
    remarks = {} if columns.others_allowed else _remarks(grid.header[1], set(positions.values()))
    texts = {column: cell_text(grid.header[1][place]) for column, place in positions.items()}
    headings = {column: text for column, text in texts.items() if word_key(text) != word_key(column)}
    return Table(grid, columns, findings, positions, len(names), remarks=remarks, headings=headings)


def _remarks(header: Sequence[Cell], taken: set[int]) -> dict[str, int]:
    texts = list(map(cell_text, header))
    return {text: place for place, text in enumerate(texts) if place not in taken and is_remark(text)}


def _header(
    name: str, line: int, header: Sequence[Cell], columns: Columns, findings: Findings
) -> list[str | None] | None:
    """The expected name of each column, ``None`` for one that is not read; nothing when the header cannot be used."""
    expected = {word_key(column): column for column in (*columns.needed, *columns.optional)}
    names: list[str | None] = []
    before = findings.number_of_problems
    texts = list(map(cell_text, header))
    for text in texts:
        column = expected.get(word_key(text)) or expected.get(column_of(text))
        if column is None and text and not columns.others_allowed and not is_remark(text):
            _unknown_column(name, line, text, expected.values(), findings)
        elif column in names and column is not None:
            findings.problem((name, line), column, "this column twice", "each column once", "remove one of them")
        names.append(column)
    while names and not texts[len(names) - 1]:  # spreadsheets like to add empty columns on the right
        names.pop()
    for column in columns.needed:
        if column not in names:
            findings.problem((name, line), column, "no such column", f"a column '{column}'", "add the column")
    if findings.number_of_problems > before:
        return None
    _tell_columns(name, texts, names, findings)
    return names


def _tell_columns(name: str, texts: Sequence[str], names: Sequence[str | None], findings: Findings) -> None:
    """Say which columns were understood by another name, and which are not read."""
    pairs = list(zip(texts, names, strict=False))
    other = tuple(
        readers.COLUMN_AS(name=text[:40], column=column) for text, column in pairs if column and is_translated(text)
    )
    if other:
        findings.notice(readers.COLUMNS_BY_OTHER_NAMES(file=name, names=other))
    unread = tuple(text[:40] for text, column in pairs if text and not column and not is_remark(text))
    if unread:
        findings.notice(readers.COLUMNS_NOT_READ(file=name, names=unread))


def _unknown_column(name: str, line: int, text: str, expected: Iterable[str], findings: Findings) -> None:
    if refused_column(text):
        findings.problem(
            (name, line), text, "a column that is not kept", "codes and genotypes only", "remove this column"
        )
    else:
        wanted = "one of " + ", ".join(expected)
        findings.problem((name, line), text[:40], "an unknown column", wanted, "rename or remove this column")
