"""Reading a frequency file of any form into tables, one for each population."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from antigone.formats.frequencies.choices import FrequencyChoices
from antigone.formats.frequencies.drafts import Draft, Listing, drafts_of
from antigone.formats.frequencies.familias import familias_listing
from antigone.formats.frequencies.layouts import LONG_COLUMNS, MOST_TITLE_LINES, kind_of_header, read_layout
from antigone.formats.frequencies.pedsuite import is_pedsuite, pedsuite_listing
from antigone.formats.frequencies.r_text import is_merlin, is_r_list, merlin_listing, r_listing
from antigone.formats.frequencies.sizes import OpenSize, alleles_sampled, ask_sizes
from antigone.formats.frequencies.strider import strider_listing
from antigone.formats.frequencies.values import summing_to_one, to_frequencies
from antigone.formats.frequencies.words import field_of
from antigone.formats.labels.markers import marker_kind
from antigone.formats.reading.encodings import open_table_text
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.kinds import READERS
from antigone.formats.reading.refusals import refused_column
from antigone.formats.reading.sources import HashedFile, decode_text, read_bytes, text_errors
from antigone.formats.reading.tables import Grid, cell_text, read_csv, to_table
from antigone.model.assumptions.frequency import FrequencyRule, FrequencyTable
from antigone.model.file_kinds import FAMILIAS, LISTS, PEDSUITE, STRIDER, TEXT, FileKind, kind_of_table
from antigone.model.statements import frequencies as said
from antigone.model.statements import readers

_PLAIN_SHEETS = ("sheet", "tabelle", "hoja", "feuil", "planilha", "foglio", "frequencies")


@dataclass(frozen=True)
class FrequencyFile:
    """The tables of a file, and what they leave to ask."""

    tables: tuple[FrequencyTable, ...] = ()
    questions: tuple[OpenSize, ...] = ()


def read_frequencies(
    path: Path | str, *, population: str = "", choices: FrequencyChoices | None = None
) -> tuple[FrequencyTable, ...]:
    """Read a file of allele frequencies; its form is taken from its content, whatever its ending.

    A list, a ladder or a transposed ladder, as text or in a workbook with a sheet for each population; the list of
    the pedsuite and Familias; the XML of STRidER; the database of a ``.fam`` file; Parquet. A form without names of
    populations takes ``population``, or else the name of the sheet or the file.

    Raises
    ------
    InputError
        With every problem found in the file, and with every question: what N counts, when arithmetic does not show it.
    """
    findings = Findings()
    file = frequency_file(Path(path), read_bytes(Path(path)), findings, population=population, choices=choices)
    everything = {marker: ("",) for table in file.tables for marker in table.frequencies}  # an allele nobody has seen
    ask_sizes(file.questions, file.tables, everything, FrequencyRule(), findings)
    findings.stop_on_problems()
    return file.tables


def frequency_file(
    path: Path,
    content: bytes,
    findings: Findings,
    *,
    population: str = "",
    source: str = "",
    choices: FrequencyChoices | None = None,
) -> FrequencyFile:
    """The tables of a frequency file whose bytes are given; problems and notices go to ``findings``.

    Raises
    ------
    InputError
        When the file cannot be read at all.
    """
    name, population, source = path.name, population or path.stem, source or path.name
    choices = choices or FrequencyChoices()
    kind = kind_of_table(name, content[:4])
    content = _utf8(name, content, findings) if kind is TEXT and not FAMILIAS.has_ending(path) else content
    listing = _listing(path, content, findings) if kind is TEXT else None
    if listing is None:
        sheets = {"": _text_grid(name, content)} if kind is TEXT else READERS[kind](name, content)
        return frequency_grids(name, sheets, findings, population, source, choices)
    return _file(name, drafts_of(listing, population, findings), findings, source, choices)


def _listing(path: Path, content: bytes, findings: Findings) -> Listing | None:
    """A list, XML or ``.fam``, whatever its ending; nothing for a table."""
    by_content = (kind for kind, (shows, _) in _LISTS.items() if shows(content))
    kind = next((kind for kind in LISTS if kind.has_ending(path)), None) or next(by_content, None)
    return None if kind is None else _LISTS[kind][1](path.name, content, findings)


def _utf8(name: str, content: bytes, findings: Findings) -> bytes:
    """The bytes of a text as UTF-8; another encoding is said."""
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return content  # XML states its own encoding
    file = HashedFile(name, io.BytesIO(content))
    with text_errors(file):
        text = open_table_text(file, lambda taken: findings.notice(readers.ENCODING(file=name, encoding=taken)))
        return text.read().encode()


def _pedsuite(name: str, content: bytes, findings: Findings) -> Listing:
    text = decode_text(name, content)
    read = merlin_listing if is_merlin(text) else r_listing if is_r_list(text) else pedsuite_listing
    return read(name, text, findings)


def _is_list(content: bytes) -> bool:
    text = decode_text("", content)
    return is_pedsuite(text) or is_r_list(text) or is_merlin(text)


_LISTS: Mapping[FileKind, tuple[Callable[[bytes], bool], Callable[[str, bytes, Findings], Listing]]] = {
    FAMILIAS: (lambda content: b"Familias" in content[:200].partition(b"\n")[0], familias_listing),
    STRIDER: (lambda content: content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"), strider_listing),
    PEDSUITE: (_is_list, _pedsuite),
}
"""For each kind of list, whether bytes show it, and what reads it."""


def _text_grid(name: str, content: bytes) -> Grid:
    """A table as text. Its separator is that of its column names: the commas of a title say nothing of it."""
    lines = decode_text(name, content).splitlines(keepends=True)
    for number, line in enumerate(lines[:MOST_TITLE_LINES]):
        header = next((cells for mark in ",;\t" if kind_of_header(cells := _cells(line, mark))), None)
        if header is not None:
            grid = read_csv(name, "".join(["\n"] * number + lines[number:]).encode())
            titles = ((i, _title(title, len(header))) for i, title in enumerate(lines[:number], start=1))
            first = [grid.header] if grid.header else []
            return Grid.of(name, chain(titles, first, grid.rows), decimal_comma=grid.decimal_comma)
    return read_csv(name, _of_spaces(lines).encode() or content)


def _title(line: str, width: int) -> list[str]:
    """A title in one cell, but for one whose cells stand above the columns of the table."""
    cells = next((cells for mark in ",;\t" if len(cells := _cells(line.rstrip("\r\n"), mark)) == width), None)
    return cells if cells and width > 1 else [line.strip()]


def _of_spaces(lines: list[str]) -> str:
    """A table whose columns are separated by spaces, as R writes one, with tabs in their place; nothing for another.

    The names of rows have no heading there.
    """
    rows = [[a or b for a, b in re.findall(r'"([^"]*)"|(\S+)', line)] for line in lines if line.strip()]
    if len(rows) < 2 or any(mark in lines[0] for mark in ",;\t"):
        return ""
    if len(rows[1]) == len(rows[0]) + 1:
        rows[0] = ["", *rows[0]]
    if len({len(row) for row in rows}) > 1 or not kind_of_header(rows[0]):
        return ""
    return "\n".join("\t".join(row) for row in rows)


def _cells(line: str, separator: str) -> list[str]:
    """The cells of a line under one separator; none where it does not separate."""
    try:
        cells = next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []
    return cells if len(cells) > 1 else []


def frequency_grids(
    name: str,
    grids: Mapping[str, Grid],
    findings: Findings,
    population: str = "",
    source: str = "",
    choices: FrequencyChoices | None = None,
) -> FrequencyFile:
    """The tables of the sheets of one file, by the name of the sheet; a sheet is a population where it names none."""
    choices = choices or FrequencyChoices()
    grids = _wanted_sheets(name, grids, population, choices.populations, findings)
    drafts: dict[str, Draft] = {}
    unread = []
    for sheet, grid in grids.items():
        listing = read_layout(grid, findings)
        if listing is None:
            unread.append(grid)
            continue
        for of, draft in drafts_of(listing, _population(sheet, grid.name, population), findings).items():
            if drafts.setdefault(of, draft) is not draft:
                _twice(name, of, findings)
    if not drafts and not findings.number_of_problems and unread:
        _refuse_header(unread[0], findings)
    elif drafts:
        for grid in unread:
            findings.notice(said.NO_TABLE(file=grid.name))
    return _file(name, drafts, findings, source or name, choices)


def _wanted_sheets(
    name: str, grids: Mapping[str, Grid], file: str, wanted: tuple[str, ...], findings: Findings
) -> Mapping[str, Grid]:
    """The sheet ``frequencies``, or those that are called as the wanted populations, or all."""
    if "frequencies" in grids:
        return {"frequencies": grids["frequencies"]}
    chosen = {sheet: grid for sheet, grid in grids.items() if _population(sheet, grid.name, file) in wanted}
    if not wanted or len(chosen) < len(wanted):
        return grids
    if len(chosen) < len(grids):
        findings.notice(said.ONLY_CHOSEN_SHEETS(file=name))
    return chosen


def _refuse_header(grid: Grid, findings: Findings) -> None:
    """Say what is missing of a list, or that there are no column names of any layout."""
    line, header = grid.header or (1, ())
    if (
        grid.header is None
        or "marker" in map(field_of, header)
        or any(refused_column(cell_text(cell)) for cell in header)
    ):
        to_table(grid, LONG_COLUMNS, findings)
        return
    expected = "'Allele' and a column for each marker, or the columns 'marker', 'allele' and 'frequency'"
    remedy = "name the columns so; other layouts are in docs/formats.md"
    findings.problem((grid.name, line), "", "no column names of a frequency table", expected, remedy)


def _population(sheet: str, name: str, file: str) -> str:
    """The name of a sheet among several, or of a file; that of a single sheet where the file is called frequencies."""
    named = name.partition(", sheet ")[2].strip()
    own = named or (sheet if file in ("", "frequencies") else "")
    return own if own and not own.lower().startswith(_PLAIN_SHEETS) else file or "population"


def _twice(name: str, population: str, findings: Findings) -> None:
    found, remedy = f"population '{population}' a second time", "give each table a population of its own"
    findings.problem((name, 0), "", found, "each population once", remedy)


def _file(
    name: str, drafts: Mapping[str, Draft], findings: Findings, source: str, choices: FrequencyChoices
) -> FrequencyFile:
    if not any(draft.values for draft in drafts.values()) and not findings.number_of_problems:
        findings.problem((name, 0), "", "no frequencies", "a table of allele frequencies", "check the file's format")
    tables, questions = [], []
    for population, draft in drafts.items():
        if draft.values:
            table, question = _table(population, draft, choices, findings, source)
            tables.append(table)
            questions += [question] if question is not None else []
    return FrequencyFile(tuple(tables), tuple(questions))


def _table(
    population: str, printed: Draft, choices: FrequencyChoices, findings: Findings, source: str
) -> tuple[FrequencyTable, OpenSize | None]:
    draft = to_frequencies(population, printed, choices, findings)
    sampled, question = alleles_sampled(population, draft, choices, findings)
    _say_without_size(population, draft, sampled, findings)
    frequencies, silent = summing_to_one(population, draft, choices, findings)
    x_markers = frozenset(marker for marker in frequencies if marker_kind(marker) == "X")
    return FrequencyTable(population, frequencies, sampled, source, silent or None, x_markers), question


def _say_without_size(population: str, draft: Draft, sampled: Mapping[str, int], findings: Findings) -> None:
    without = [marker for marker in draft.values if marker not in sampled]
    if without and len(without) == len(draft.values):
        findings.notice(said.SIZE_NOT_STATED(population=population, file=draft.name))
    elif without:
        findings.notice(said.SIZES_NOT_STATED(markers=tuple(without), population=population, file=draft.name))


def one_of_each(tables: tuple[FrequencyTable, ...], place: tuple[str, int], findings: Findings) -> None:
    """Refuse a population that stands in two of several files."""
    for population, number in Counter(table.population for table in tables).items():
        if number > 1:
            _twice(place[0], population, findings)
