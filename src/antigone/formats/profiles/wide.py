"""Wide tables of genotypes: one sample a row, and one column, or one for each allele, a marker."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from antigone.formats.labels.alleles import Cell, is_untyped
from antigone.formats.labels.markers import is_known_marker, is_marker_name, marker_kind, normalise_marker
from antigone.formats.labels.vocabulary import column_of, word_key
from antigone.formats.profiles.profiles import ProfileRows
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.tables import Cells, Columns, Grid, Table, cell_text, to_table
from antigone.model.assumptions.reading import OneAllele
from antigone.model.statements import readers

_NUMBER = re.compile(
    r"(?P<marker>.+?)(?:[\s_.#(-]+(?:allele|alelo|allel|al|a))?[\s_.#(-]*(?P<number>[1-8]|[ab])?\)?", re.IGNORECASE
)
_ALLELE_WORD = re.compile(r"(allele|alelo|allel|al|a)?([1-8]|[ab])", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s/|;:-]+")
_COMMA = re.compile(r"\s*,\s*")
_MANY_DIGITS = re.compile(
    r"[0-9.]*,\s*[0-9]{2,}(\.[0-9])?|[0-9]+\.[0-9]\s*,.*|.*,\s*[0-9]+\.[0-9]|[XY]\s*,.*", re.IGNORECASE
)
_ONE_COMMA = re.compile(r"[0-9]{1,3},[0-9]")


@dataclass(frozen=True)
class _Layout:
    """Where the sample stands, and the columns of each marker as the file spells it."""

    sample: int
    markers: Mapping[str, tuple[int, ...]]


def is_wide(header: Sequence[Cell]) -> bool:
    """Whether the column names are a sample and markers, and no column holds the marker's name."""
    texts = [cell_text(cell) for cell in header]
    keys = {column_of(text) for text in texts}
    return "sample" in keys and "marker" not in keys and any(marker_of(text) for text in texts)


def marker_of(heading: str) -> str:
    """The marker that a column is about, as it is spelt; nothing for another column.

    >>> [marker_of(text) for text in ("TH01 1", "Penta_D.2", "FGA_2", "vWA Allele 1", "TPOX (b)", "Plate")]
    ['TH01', 'Penta_D', 'FGA', 'vWA', 'TPOX', '']
    """
    match = _NUMBER.fullmatch(heading.strip())
    stem = match["marker"] if match else heading
    for name, known in ((heading, is_known_marker), (stem, is_known_marker), (heading, is_marker_name)):
        if known(name):
            return name.strip()
    return stem.strip() if is_marker_name(stem) else ""


def wide_rows(grid: Grid, findings: Findings, one_allele: OneAllele) -> ProfileRows:
    """The rows of a wide table, one for each marker of each sample."""
    header = [cell_text(cell) for cell in grid.header[1]] if grid.header else []
    first = next(grid.rows, None)
    below = first is not None and _names_alleles(first[1])
    layout = _layout(header, merged=below)
    grid.rows = grid.rows if below or first is None else chain([first], grid.rows)
    _tell_unread(grid.name, header, layout, findings)
    names = tuple(f"column {place}" for place in range(len(header)))
    plain = Grid(grid.name, grid.rows, (1, names), grid.decimal_comma, notices=grid.notices)
    table = to_table(plain, Columns(needed=names, filled=(names[layout.sample],), others_allowed=True), findings)
    rows = ProfileRows(table, (), one_allele=one_allele)
    return ProfileRows(table, _typed_rows(table, layout, rows), untyped=rows.untyped, one_allele=one_allele)


def _names_alleles(cells: Cells) -> bool:
    """Whether a second row of column names says "Allele 1", "Allele 2" below each marker."""
    texts = [word_key(text) for cell in cells if (text := cell_text(cell))]
    return bool(texts) and all(_ALLELE_WORD.fullmatch(text) for text in texts) and not cell_text(cells[0])


def _layout(header: Sequence[str], *, merged: bool) -> _Layout:
    """An empty heading belongs to the marker before it where headings are merged cells."""
    markers: dict[str, list[int]] = {}
    spelt: dict[str, str] = {}
    before = ""
    for place, text in enumerate(header):
        marker = marker_of(text) if text else before if merged else ""
        if marker:
            markers.setdefault(spelt.setdefault(normalise_marker(marker), marker), []).append(place)
        before = marker
    sample = next(place for place, text in enumerate(header) if column_of(text) == "sample")
    return _Layout(sample, {marker: tuple(places) for marker, places in markers.items()})


def _tell_unread(name: str, header: Sequence[str], layout: _Layout, findings: Findings) -> None:
    taken = {layout.sample, *chain.from_iterable(layout.markers.values())}
    unread = tuple(text[:40] for place, text in enumerate(header) if text and place not in taken)
    findings.notice(readers.WIDE_TABLE(file=name, number=len(layout.markers)))
    if unread:
        findings.notice(readers.COLUMNS_NOT_READ(file=name, names=unread))


def _typed_rows(table: Table, layout: _Layout, rows: ProfileRows) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    lines = [(line, list(cells)) for line, cells in table.rows(*table.columns)]
    single = [cells[p[0]] for _, cells in lines for p in layout.markers.values() if len(p) == 1]
    commas = any(_MANY_DIGITS.fullmatch(cell_text(cell)) for cell in single)
    untyped = 0
    for line, cells in lines:
        sample = cells[layout.sample]
        for marker, places in layout.markers.items():
            found = [cells[place] for place in places]
            if len(places) == 1:
                found = _split(table, line, marker, found[0], commas=commas)
            alleles = [cell for cell in found if not is_untyped(cell)]
            if alleles:
                yield line, (sample, marker, *(alleles if len(alleles) > 1 else (*alleles, "")))
            else:
                untyped += 1
                rows.untyped[cell_text(sample)] = rows.untyped.get(cell_text(sample), 0) + 1
    if untyped:
        table.findings.notice(readers.EMPTY_GENOTYPES(number=untyped, file=table.name))


def _split(table: Table, line: int, marker: str, cell: Cell, *, commas: bool) -> list[Cell]:
    """The alleles of one cell, such as ``15,17`` or ``15-17``.

    A comma between two numbers is a question until some cell of the table shows that it separates alleles.
    """
    if not isinstance(cell, str):
        return [cell]
    text = cell.strip()
    if marker_kind(normalise_marker(marker)) == "amelogenin" and text.isalpha():
        return list(text)
    if _ONE_COMMA.fullmatch(text) and not commas and not table.decimal_comma:
        remedy = "write a point for a decimal comma, and '/' between two alleles"
        table.problem(line, marker, f"'{text}'", "two alleles or a decimal comma, which this cell does not say", remedy)
        return []
    parts = _BETWEEN.split(text)
    if not table.decimal_comma or commas:
        parts = [piece for part in parts for piece in _COMMA.split(part)]
    return [part for part in parts if part]
