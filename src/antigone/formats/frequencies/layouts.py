"""The layouts of a frequency table, recognised by its column names: a list, a ladder, a transposed ladder, and
a list with a column for each population.

Lines before the column names are titles; what follows the last allele are remarks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from antigone.formats.frequencies.choices import Unit
from antigone.formats.frequencies.drafts import Entry, Listing, Place, Size, is_not_seen, read_value
from antigone.formats.frequencies.words import SIZES, Field, field_of, size_in_name, what_n_counts
from antigone.formats.labels.alleles import AlleleFault, Cell, read_allele
from antigone.formats.labels.markers import is_known_marker, normalise_marker
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.refusals import refused_column
from antigone.formats.reading.tables import Cells, Columns, Grid, cell_text, to_table
from antigone.model.statements import frequencies as said
from antigone.model.statements.statement import Form

LONG_COLUMNS = Columns(
    needed=("population", "marker", "allele", "frequency"),
    optional=("count", "alleles_sampled", "persons", "n"),
    filled=("population", "marker", "allele", "frequency"),
)
MOST_TITLE_LINES = 40
"""Lines before the column names that are looked through for them."""

_NUMBERS: dict[Field, Unit] = {"frequency": "frequencies", "percent": "percent", "count": "counts"}
_LINE = tuple[int, Cells]


def read_layout(grid: Grid, findings: Findings) -> Listing | None:
    """What a table lists; nothing where no line has the column names of a frequency table.

    Raises
    ------
    InputError
        When the file cannot be read to its end.
    """
    grid.tell_notices(findings)
    above = [*grid.titles, *([grid.header] if grid.header else [])]
    rows = [row for row in (*above, *grid.rows) if any(map(cell_text, row[1]))]
    for position, (line, cells) in enumerate(rows[:MOST_TITLE_LINES]):
        layout = _LAYOUTS.get(kind_of_header(cells))
        if layout is None:
            continue
        _say_lines([number for number, _ in rows[:position]], grid.name, _BEFORE, findings)
        below = _filled_down(cells, rows[position + 1 :], grid.name, findings)
        table = Grid(grid.name, iter(below), (line, cells), grid.decimal_comma, titles=rows[:position])
        listing = layout(table, findings)
        listing.sizes = listing.sizes or list(_sizes_in_titles(grid.name, rows[:position]))
        return _with_n_explained(listing, rows, findings)
    return None


def _filled_down(header: Cells, rows: Sequence[_LINE], name: str, findings: Findings) -> list[_LINE]:
    """Rows of a list in which a marker stands in its first row alone: it is that of the rows below as well."""
    fields = [field_of(cell) for cell in header]
    if not {"marker", "allele"} <= {*fields}:
        return [*rows]
    marker, allele = fields.index("marker"), fields.index("allele")
    found, before, filled = [], cell_text(""), 0
    for line, cells in rows:
        texts = [cell_text(cell) for cell in cells]
        if len(texts) > max(marker, allele) and not texts[marker] and texts[allele] and before:
            cells = [before if place == marker else cell for place, cell in enumerate(cells)]
            filled += 1
        elif len(texts) > marker:
            before = texts[marker]
        found.append((line, cells))
    if filled:
        findings.notice(said.MARKER_OF_ROW_ABOVE(file=name, number=filled))
    return found


def _sizes_in_titles(name: str, titles: Sequence[_LINE]) -> Iterator[Size]:
    """A title such as "Coast (N = 361)", where the table has no size of its own."""
    for line, cells in titles:
        for beside in filter(None, (size_in_name(cell_text(cell)) for cell in cells)):
            yield Size((name, line), "", "", beside[2], beside[1])


_BEFORE = said.REMARK_BEFORE, said.REMARKS_BEFORE, said.MANY_REMARKS_BEFORE
_AMONG = said.REMARK_AMONG, said.REMARKS_AMONG, said.MANY_REMARKS_AMONG
"""What is said of remarks that are not read, of one, several and many."""
_MOST_LINES = 10


def _say_lines(lines: Sequence[int], name: str, where: tuple[Form, Form, Form], findings: Findings) -> None:
    one, several, many = where
    if len(lines) == 1:
        findings.notice(one(lines=str(lines[0]), file=name))
    elif lines:
        words = many if len(lines) > _MOST_LINES else several
        findings.notice(words(lines=tuple(map(str, lines[:_MOST_LINES])), file=name))


def kind_of_header(cells: Cells) -> str:
    """Which layout a line of column names begins: "list", "populations", "ladder", "transposed", or none of them.

    Examples
    --------
    >>> [kind_of_header(cells) for cells in (["Locus", "Allele", "Freq"], ["Allele", "TH01"], ["Locus", "6", "9.3"])]
    ['list', 'ladder', 'transposed']
    >>> kind_of_header(["sample", "marker", "allele1", "allele2"])
    ''
    """
    texts = [cell_text(cell) for cell in cells] or [""]
    fields = [field_of(text) for text in texts]
    words = [text for text, field in zip(texts, fields, strict=True) if text and field is None]
    if "allele" in fields and "marker" in fields:
        if any(field in _NUMBERS for field in fields):
            return "list"
        return "populations" if len(words) > 1 and not any(map(refused_column, words)) else ""
    labels = [text for text in texts if text][1:]
    if words and not texts[0] and all(texts[1:]) and all(is_known_marker(_name(word)) for word in words):
        return "ladder"
    if (fields[:1] == ["marker"] or not texts[0]) and _are_alleles(words) and len(labels) > 1:
        return "transposed"
    plain = all(field is None or field in SIZES | {"allele", "population"} for field in fields)
    return "ladder" if "allele" in fields and plain and words and not _are_alleles(words) else ""


def _name(text: str) -> str:
    """A heading without the size of its sample."""
    beside = size_in_name(text)
    return beside[0] if beside is not None else text


def _are_alleles(texts: Sequence[str]) -> bool:
    return bool(texts) and all(text[0] in "<>≤≥" or _is_allele(text) for text in texts)


def _is_allele(text: str) -> bool:
    try:
        read_allele(text, decimal_comma=True)
    except AlleleFault:
        return text == "0"
    return True


def _with_n_explained(listing: Listing, rows: Sequence[_LINE], findings: Findings) -> Listing:
    """A remark such as "N = number of alleles typed", beside the table, says what its N counts."""
    told = {kind for _, cells in rows for cell in cells if (kind := what_n_counts(cell_text(cell)))}
    if len(told) == 1 and any(size.kind == "n" for size in listing.sizes):
        (kind,) = told
        listing.sizes = [replace(size, kind=kind) if size.kind == "n" else size for size in listing.sizes]
        words = said.N_PERSONS_BY_REMARK if kind == "persons" else said.N_ALLELES_BY_REMARK
        findings.notice(words(file=listing.name))
    return listing


def _list(grid: Grid, findings: Findings) -> Listing:
    """A row for each allele of a marker, with a column of frequencies, of percent or of counts."""
    line, header = grid.header or (0, ())
    fields = [field_of(cell) for cell in header]
    number: Field = next(field for field in ("frequency", "percent", "count") if field in fields)
    names = [field if field in (number, "count") else field if field not in _NUMBERS else None for field in fields]
    named: Cells = [name or cell for name, cell in zip(names, header, strict=True)]
    population = ("population",) if "population" in fields else ()
    needed = (*population, "marker", "allele", number)
    columns = Columns(needed, tuple({*LONG_COLUMNS.optional, "count"} - {number}), needed)
    table = to_table(Grid(grid.name, grid.rows, (line, named), grid.decimal_comma), columns, findings)
    listing = Listing(grid.name, unit="" if number == "frequency" else _NUMBERS[number])
    beside = "count" if number != "count" else "population"
    asked = ("population", "marker", "allele", number, beside, "alleles_sampled", "persons", "n")
    for row, cells in table.rows(*asked):
        where = (grid.name, row)
        of, marker, _, value, count, *sizes = (cell_text(cell) for cell in cells)
        count = count if beside == "count" else ""
        listing.entries.append(Entry(where, of, marker, cells[2], value, count))
        kinds: tuple[Field, ...] = ("alleles_sampled", "persons", "n")
        listing.sizes += [Size(where, of, marker, size, kind) for kind, size in zip(kinds, sizes, strict=True) if size]
    if table.broken or not table.columns:  # the half of a table that was read would sum to anything but 1
        listing.entries.clear()
    return listing


def _populations(grid: Grid, findings: Findings) -> Listing:
    """A row for each allele of a marker, with a column for each population."""
    line, header = grid.header or (0, ())
    fields = [field_of(cell) for cell in header]
    marker, allele = fields.index("marker"), fields.index("allele")
    columns = {i: _name(cell_text(cell)) for i, cell in enumerate(header) if fields[i] is None and cell_text(cell)}
    listing = Listing(grid.name)
    listing.sizes += [
        replace(size, population=size.marker, marker="") for size in _sizes_in_headings((grid.name, line), header)
    ]
    for where, cells in _full_rows(grid, len(header), findings):
        kind = field_of(cells[allele])
        for i, population in columns.items():
            text, written = cell_text(cells[i]), cell_text(cells[marker])
            if kind in SIZES and text:
                listing.sizes.append(Size(where, population, written, text, kind))
            elif kind is None and not is_not_seen(text):
                listing.entries.append(Entry(where, population, written, cells[allele], text))
    findings.notice(said.READ_AS_POPULATIONS(file=grid.name, names=tuple(columns.values())))
    return listing


def _ladder(grid: Grid, findings: Findings) -> Listing:
    """A row for each allele and a column for each marker, whose alleles stand in the nearest column to its left."""
    line, header = grid.header or (0, ())
    if blocks := _side_by_side(header):
        return _blocks(grid, blocks, findings)
    listing, columns = Listing(grid.name), _LadderColumns.of(header)
    if not columns.are_good(grid.name, line, header, findings):
        return listing
    listing.sizes += _sizes_in_headings((grid.name, line), header)
    unused: dict[str, int] = {}
    remarks = []
    for where, cells in _full_rows(grid, len(header), findings):
        kind, label = field_of(cells[columns.first]), cell_text(cells[columns.first])
        population = cell_text(cells[columns.population]) if columns.population is not None else ""
        filled = [(i, text) for i in columns.markers if (text := cell_text(cells[i]))]
        filled = [(i, text) for i, text in filled if not is_not_seen(text)]
        if kind == "allele":
            continue  # the column names once more
        if kind is None and not (filled and _is_row(cells[columns.allele[filled[0][0]]], filled)):
            told = size_in_name(label)
            listing.sizes += [Size(where, population, "", told[2], told[1])] if told and not told[0] else []
            remarks += [] if told or _are_alleles([label or "-"]) else [where[1]]
            continue
        if kind in SIZES:
            listing.sizes += [Size(where, population, columns.markers[i], text, kind) for i, text in filled]
        elif kind in ("minimum", "other"):
            unused[label] = unused.get(label, 0) + 1
        else:
            listing.entries += [
                Entry(where, population, columns.markers[i], cells[columns.allele[i]], text) for i, text in filled
            ]
            listing.sizes += _sizes_in_columns(where, population, columns, cells)
    _say_unused(grid.name, unused, findings)
    _say_lines(remarks, grid.name, _AMONG, findings)
    return listing


def _side_by_side(header: Cells) -> list[tuple[int, int]]:
    """Where the tables of several populations begin and end that stand side by side: each has every marker once."""
    starts = [place for place, cell in enumerate(header) if field_of(cell) == "allele"]
    names = [normalise_marker(_name(text)) for cell in header if (text := cell_text(cell)) and field_of(text) is None]
    if len(starts) < 2 or len(set(names)) == len(names):
        return []
    return list(zip(starts, (*starts[1:], len(header)), strict=True))


def _blocks(grid: Grid, blocks: Sequence[tuple[int, int]], findings: Findings) -> Listing:
    """Each table side by side, whose population stands in the title above it."""
    line, header = grid.header or (0, ())
    rows, listing = list(grid.rows), Listing(grid.name)
    for start, end in blocks:
        above = [text for _, cells in grid.titles for cell in cells[start:end] if (text := cell_text(cell))]
        if not above:
            found, remedy = (
                "a table beside another one without a title above it",
                "write the population above each table",
            )
            findings.problem((grid.name, line), "", found, "the name of its population", remedy)
            continue
        while end > start and not cell_text(header[end - 1]):
            end -= 1
        part = [(number, cells[start:end]) for number, cells in rows if any(map(cell_text, cells[start:end]))]
        one = _ladder(Grid(grid.name, iter(part), (line, header[start:end]), grid.decimal_comma), findings)
        told, population = size_in_name(above[-1]), _name(above[-1])
        one.sizes += [Size((grid.name, line), "", "", told[2], told[1])] if told and not one.sizes else []
        listing.entries += [replace(entry, population=population) for entry in one.entries]
        listing.sizes += [replace(size, population=population) for size in one.sizes]
    return listing


def _is_row(label: Cell, filled: Sequence[tuple[int, str]]) -> bool:
    """Whether a row has an allele or a number; without either it is a remark."""
    return _is_allele(cell_text(label)) or any(read_value(text.rstrip("% ")) is not None for _, text in filled)


def _sizes_in_headings(where: Place, header: Cells) -> Iterator[Size]:
    """Headings such as "TH01 (n=200)"."""
    for cell in header:
        beside = size_in_name(cell_text(cell))
        if beside is not None and beside[0]:
            yield Size(where, "", beside[0], beside[2], beside[1])


def _sizes_in_columns(where: Place, population: str, columns: _LadderColumns, cells: Cells) -> Iterator[Size]:
    for i, kind in columns.sizes.items():
        if cell_text(cells[i]):
            yield from (Size(where, population, name, cell_text(cells[i]), kind) for name in columns.markers.values())


def _say_unused(name: str, unused: Mapping[str, int], findings: Findings) -> None:
    if unused:
        findings.notice(said.NO_ALLELES(file=name, names=tuple(unused)))


@dataclass(frozen=True)
class _LadderColumns:
    """Where the columns of a ladder are: of each marker, of its alleles, of the population, of sizes."""

    markers: Mapping[int, str]
    allele: Mapping[int, int]
    population: int | None
    sizes: Mapping[int, Field]
    first: int

    @classmethod
    def of(cls, header: Cells) -> _LadderColumns:
        fields = [field_of(cell) for cell in header]
        markers = {i: _name(cell_text(cell)) for i, cell in enumerate(header) if fields[i] is None and cell_text(cell)}
        alleles = [i for i, field in enumerate(fields) if field == "allele"]
        alleles = alleles or [0]
        nearest = {i: max((a for a in alleles if a < i), default=alleles[0]) for i in markers}
        population = fields.index("population") if "population" in fields else None
        sizes: dict[int, Field] = {i: field for i, field in enumerate(fields) if field is not None and field in SIZES}
        return cls(markers, nearest, population, sizes, alleles[0])

    def are_good(self, name: str, line: int, header: Cells, findings: Findings) -> bool:
        names = [normalise_marker(marker) for marker in self.markers.values()]
        inner = range(1, max(self.markers, default=0))
        if len(set(names)) == len(names) and all(cell_text(header[i]) for i in inner):
            return True
        expected = "a different marker name in each column after the first"
        found = "an empty or doubled marker name"
        findings.problem((name, line), "", found, expected, "correct the column names")
        return False


def _full_rows(grid: Grid, width: int, findings: Findings) -> Iterator[tuple[Place, Cells]]:
    """The rows of a table, none of them longer than its column names; shorter ones end with empty cells."""
    for line, cells in grid.rows:
        texts = [cell_text(cell) for cell in cells]
        if any(texts[width:]) or (len(cells) < width and sum(map(bool, texts)) > 1):
            found, remedy = f"{len(cells)} cells", "check the separators"
            findings.problem((grid.name, line), "", found, f"{width} cells", remedy)
            continue
        blank: list[Cell] = [""] * (width - len(cells))
        yield (grid.name, line), [*cells[:width], *blank]


def _transposed(grid: Grid, findings: Findings) -> Listing:
    """A row for each marker and a column for each allele."""
    _, header = grid.header or (0, ())
    listing, unused = Listing(grid.name), dict[str, int]()
    kinds = {i: field_of(cell) for i, cell in enumerate(header) if i and cell_text(cell)}
    for where, cells in _full_rows(grid, len(header), findings):
        marker = cell_text(cells[0])
        if field_of(marker) is not None or not any(not is_not_seen(cell_text(cell)) for cell in cells[1:]):
            continue
        for i, kind in kinds.items():
            text = cell_text(cells[i])
            if kind in SIZES and text:
                listing.sizes.append(Size(where, "", marker, text, kind))
            elif kind is not None:
                unused[cell_text(header[i])] = 1
            elif not is_not_seen(text):
                listing.entries.append(Entry(where, "", marker, header[i], text))
    _say_unused(grid.name, unused, findings)
    return listing


_LAYOUTS = {"list": _list, "populations": _populations, "ladder": _ladder, "transposed": _transposed}
