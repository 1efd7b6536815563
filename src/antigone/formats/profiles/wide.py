"""Wide tables of genotypes: one sample a row, and one column, or one for each allele, a marker."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from antigone.formats.labels.alleles import Cell
from antigone.formats.labels.markers import is_known_marker, is_marker_name, normalise_marker
from antigone.formats.labels.typing_words import typing_column
from antigone.formats.labels.vocabulary import column_of, word_key
from antigone.formats.profiles.cells import GenotypeCells
from antigone.formats.profiles.filenames import SampleNames
from antigone.formats.profiles.marks import Marks
from antigone.formats.profiles.profiles import ProfileRows
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.refusals import REFUSED_CATEGORY, refused_column, refused_kind
from antigone.formats.reading.tables import Cells, Columns, Grid, Table, cell_text, to_table
from antigone.model.assumptions.reading import OneAllele
from antigone.model.statements import genotypes, readers

_NUMBER = re.compile(
    r"(?P<marker>.+?)(?:[\s_.#([/-]+(?:allele|alelo|allel|al|a))?[\s_.#([/-]*(?P<number>[1-8]|[ab])?[)\]]?",
    re.IGNORECASE,
)
_NUMBER_BEFORE = re.compile(r"(?:allele|alelo|allel|al|a)?[\s_.#-]*[1-8ab][\s_.-]+(?P<marker>\S.*)", re.IGNORECASE)
_ALLELE_WORD = re.compile(r"(allele|alelo|allel|al|a)?([1-8]|[ab])", re.IGNORECASE)
_FEW = 3
"""So many markers make a table wide whose column of samples has a heading of its own."""


@dataclass(frozen=True)
class _Layout:
    """Where the sample stands, and the columns of each marker as the file spells it."""

    sample: int
    markers: Mapping[str, tuple[int, ...]]


def is_wide(header: Sequence[Cell]) -> bool:
    """Whether the column names are a sample and markers, and no column holds the marker's name."""
    texts = [cell_text(cell) for cell in header]
    return _sample_place(texts) is not None


def _sample_place(texts: Sequence[str]) -> int | None:
    """The column of the samples: by its name, or else the first, where markers follow; nothing in another table."""
    meanings = [typing_column(text) for text in texts]
    markers = {normalise_marker(marker) for text in texts if (marker := marker_of(text))}
    if "marker" in meanings or not markers:
        return None
    for meaning in ("sample", "samplefile"):
        best = [place for place, one in enumerate(meanings) if one == meaning]
        if best:
            return next((place for place in best if column_of(texts[place]) == "sample"), best[0])
    first = texts[0]
    if len(markers) < _FEW or marker_of(first) or refused_column(first) or column_of(first) in ("allele", "population"):
        return None
    return 0


def marker_of(heading: str) -> str:
    """The marker that a column is about, as it is spelt; nothing for another column.

    >>> [marker_of(text) for text in ("TH01 1", "Penta_D.2", "FGA_2", "vWA Allele 1", "TPOX (b)", "Plate")]
    ['TH01', 'Penta_D', 'FGA', 'vWA', 'TPOX', '']
    >>> [marker_of(text) for text in ("D3S1358 A1", "D3S1358-2", "Allele 1 FGA", "D3S1358 Height 1")]
    ['D3S1358', 'D3S1358', 'FGA', '']
    """
    heading = heading.strip()
    match, before = _NUMBER.fullmatch(heading), _NUMBER_BEFORE.fullmatch(heading)
    stem = match["marker"] if match else heading
    if is_known_marker(heading):
        return heading
    if is_known_marker(stem):
        return stem.strip()
    if before and is_marker_name(before["marker"]):
        return before["marker"].strip()
    numbered = match is not None and bool(match["number"]) and not heading[len(stem)].isalnum()
    if is_marker_name(heading) and not (numbered and is_marker_name(stem)):
        return heading
    return stem.strip() if is_marker_name(stem) else ""


def wide_rows(grid: Grid, findings: Findings, one_allele: OneAllele, names: SampleNames) -> ProfileRows:
    """The rows of a wide table, one for each marker of each sample."""
    header = [cell_text(cell) for cell in grid.header[1]] if grid.header else []
    first = grid.first_row()
    below = _names_alleles(first)
    if below:
        next(grid.rows)
        header[0] = header[0] or cell_text(first[0])
    header += [""] * (len(first) - len(header))
    layout = _layout(header, merged=below or _are_pairs(header))
    _tell_columns(grid.name, header, layout, findings)
    columns = tuple(f"column {place}" for place in range(len(header)))
    plain = Grid(grid.name, grid.rows, (1, columns), grid.decimal_comma, notices=grid.notices, titles=grid.titles)
    table = to_table(plain, Columns(needed=columns, filled=(columns[layout.sample],), others_allowed=True), findings)
    table.headings = {column: text for column, text in zip(columns, header, strict=True) if text}
    rows = ProfileRows(table, (), one_allele=one_allele)
    of_files = typing_column(header[layout.sample]) == "samplefile"
    return replace(rows, rows=_typed_rows(table, layout, rows, names if of_files else None))


def _names_alleles(cells: Cells) -> bool:
    """Whether a second row of column names says "Allele 1", "Allele 2" below each marker, and perhaps "Sample"."""
    texts = [word_key(text) for cell in cells[1:] if (text := cell_text(cell))]
    first = cell_text(cells[0]) if cells else ""
    alone = not first or typing_column(first) == "sample"
    return bool(texts) and alone and all(_ALLELE_WORD.fullmatch(text) for text in texts)


def _are_pairs(header: Sequence[str]) -> bool:
    """Whether the markers' names are merged cells: behind most of them stands an empty heading."""
    markers = [place for place, text in enumerate(header) if marker_of(text)]
    followed = [place for place in markers if place + 1 < len(header) and not header[place + 1]]
    return len(followed) * 2 > len(markers)


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
    return _Layout(_sample_place(header) or 0, {marker: tuple(places) for marker, places in markers.items()})


def _tell_columns(name: str, header: Sequence[str], layout: _Layout, findings: Findings) -> None:
    taken = {layout.sample, *chain.from_iterable(layout.markers.values())}
    unread = tuple(text[:40] for place, text in enumerate(header) if text and place not in taken)
    findings.notice(readers.WIDE_TABLE(file=name, number=len(layout.markers)))
    if column_of(header[layout.sample]) != "sample":
        findings.notice(genotypes.SAMPLES_IN_COLUMN(file=name, name=header[layout.sample][:40]))
    if unread:
        findings.notice(readers.COLUMNS_NOT_READ(file=name, names=unread))


def _typed_rows(
    table: Table, layout: _Layout, rows: ProfileRows, names: SampleNames | None
) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    lines = [(line, list(cells)) for line, cells in table.rows(*table.columns)]
    single = [cells[p[0]] for _, cells in lines for p in layout.markers.values() if len(p) == 1]
    both, marks = GenotypeCells(table, single), Marks()
    categories = [column for column, text in table.headings.items() if typing_column(text) == "category"]
    of_category = [table.positions[column] for column in categories]
    for line, cells in lines:
        if any(refused_kind(cell_text(cells[place])) for place in of_category):
            table.problem(line, categories[0], *REFUSED_CATEGORY)
            continue
        sample = names.of_file(cell_text(cells[layout.sample])) if names else cells[layout.sample]
        for marker, places in layout.markers.items():
            found = [cells[place] for place in places]
            alleles = marks.alleles(both.alleles(line, marker, found[0]) if len(places) == 1 else found)
            if alleles:
                yield line, (sample, marker, *(alleles if len(alleles) > 1 else (*alleles, "")))
            else:
                rows.untyped[cell_text(sample)] = rows.untyped.get(cell_text(sample), 0) + 1
    untyped = sum(rows.untyped.values())
    if untyped:
        table.findings.notice(readers.EMPTY_GENOTYPES(number=untyped, file=table.name))
    marks.tell(table.name, table.findings)
    if names:
        names.tell(table.name, table.findings)
