"""Long tables of other programs: one marker of one sample a row, or one allele a row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from antigone.formats.labels.alleles import Cell
from antigone.formats.labels.markers import marker_kind, normalise_marker
from antigone.formats.profiles.cells import GenotypeCells
from antigone.formats.profiles.choices import is_control
from antigone.formats.profiles.filenames import SampleNames, stated_sample
from antigone.formats.profiles.layout import Layout
from antigone.formats.profiles.marks import Marks
from antigone.formats.profiles.profiles import ProfileRows
from antigone.formats.reading.characters import check_header
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.refusals import REFUSED_CATEGORY, refused_kind
from antigone.formats.reading.tables import Columns, Grid, Table, cell_text, to_table
from antigone.model.assumptions.reading import OneAllele, ReadingRules
from antigone.model.statements import genotypes, readers
from antigone.model.statements.statement import Statement

Codes = Callable[[], Collection[str]]
"""The codes of the samples that an incident has; asked for only where a sample is named after its file."""
_NUMBERED = ("allele", "height")
_CALLED = frozenset({"", "yes", "y", "true", "1", "passed", "pass", "called", "si", "sim", "oui", "ja", "ok", "report"})
_CALLS = ("typed", "usercall", "filter")
_MOST_NAMED = 20


@dataclass
class _Export:
    """One table while its rows are read: where its samples' names come from, and what is counted."""

    table: Table
    rows: ProfileRows
    rules: ReadingRules
    names: SampleNames
    sample: str = ""
    marks: Marks = field(default_factory=Marks)
    types: dict[str, None] = field(default_factory=dict)
    categories: dict[str, bool] = field(default_factory=dict)
    uncalled: int = 0

    def name_of(self, sample: Cell, file: Cell) -> str:
        """The sample that a row is about."""
        return cell_text(sample) or self.names.of_file(cell_text(file)) or self.sample

    def is_left_out(self, line: int, sample: str, kind: Cell, category: Cell) -> bool:
        """Whether the row is of a control by its type; a category that is never compared is a problem."""
        text = cell_text(category)
        if text and self.categories.setdefault(text, refused_kind(text)):
            self.table.problem(line, "category", *REFUSED_CATEGORY)
            return True
        word = cell_text(kind)
        if word and _is_control_type(word, self.rules) and sample not in self.names.codes():
            self.types[sample] = None
            return True
        return False

    def tell(self) -> None:
        name, findings = self.table.name, self.table.findings
        self.names.tell(name, findings)
        self.marks.tell(name, findings)
        if self.types:
            shown = tuple(sample[:40] for sample in list(self.types)[:_MOST_NAMED])
            findings.notice(genotypes.TYPES_LEFT_OUT(file=name, number=len(self.types), names=shown))
        if self.uncalled:
            findings.notice(genotypes.NOT_CALLED(file=name, number=self.uncalled))
        untyped = sum(self.rows.untyped.values())
        if untyped:
            findings.notice(readers.ROWS_WITHOUT_ALLELE(number=untyped, file=name))


def _is_control_type(word: str, rules: ReadingRules) -> bool:
    return is_control(word, rules) or any(part in word.lower() for part in ("ladder", "control", "blank"))


def export_rows(
    grid: Grid, layout: Layout, findings: Findings, rules: ReadingRules, one_allele: OneAllele, codes: Codes
) -> ProfileRows:
    """The rows of a table, whose columns hold what ``layout`` says."""
    header = [cell_text(cell) for cell in grid.header[1]] if grid.header else []
    _tell_columns(grid.name, header, layout, findings)
    table = _table(grid, header, layout, findings)
    rows = ProfileRows(table, (), one_allele=one_allele)
    export = _Export(table, rows, rules, SampleNames(codes))
    if not layout.has("sample") and not layout.has("samplefile"):
        export.sample = stated_sample(grid) or export.names.of_file(grid.name)
    read = _rows_of_alleles if layout.form == "rows" else _rows_of_markers
    return replace(rows, rows=read(export))


def _table(grid: Grid, header: Sequence[str], layout: Layout, findings: Findings) -> Table:
    """The table under the names of its meanings; messages say the headings of the file."""
    if grid.header:
        check_header(grid.name, *grid.header, findings)
    needed = tuple(one for one in layout.meanings if one)
    plain = replace(grid, header=(grid.header[0] if grid.header else 1, layout.meanings))
    filled = tuple(one for one in ("sample", "marker") if one in needed) or needed[:1]
    table = to_table(plain, Columns(needed=needed, filled=filled, others_allowed=True), findings)
    table.headings = {meaning: text for meaning, text in zip(layout.meanings, header, strict=True) if meaning}
    return table


def _tell_columns(name: str, header: Sequence[str], layout: Layout, findings: Findings) -> None:
    pairs = [*zip(header, layout.meanings, strict=True)]
    groups: dict[str, list[tuple[str, str]]] = {}
    for text, meaning in pairs:
        if meaning and not meaning.startswith("size"):
            groups.setdefault(meaning.rstrip("0123456789"), []).append((text[:40], meaning))
    taken = tuple(_said_group(group) for group in groups.values())
    unread = tuple(text[:40] for text, one in pairs if text and (not one or one.startswith("size")))
    said = genotypes.ROWS_OF_ALLELES if layout.form == "rows" else genotypes.LONG_TABLE
    findings.notice(said(file=name, columns=taken))
    if unread:
        findings.notice(readers.COLUMNS_NOT_READ(file=name, names=unread))


def _said_group(group: Sequence[tuple[str, str]]) -> Statement:
    """Columns of one meaning: the only one, or the first and the last of those with a number."""
    ends = [group[0], group[-1]] if len(group) > 1 else group
    return readers.COLUMN_AS(name=" ... ".join(one for one, _ in ends), column=" ... ".join(one for _, one in ends))


_BESIDE = ("sample", "samplefile", "replicate", "sampletype", "category", "marker")


def _rows_of_markers(export: _Export) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    """Each sample file is a replicate of its sample. Heights at autosomal markers are added up for each sample: a
    marker with one peak stands for two copies of its allele."""
    table, rows = export.table, export.rows
    names = sorted((one for one in table.columns if one.startswith("allele")), key=lambda one: int(one[6:] or 0))
    peaks = [one for one in table.columns if one.startswith("height") and one != "height"]
    columns = (*_BESIDE, "genotype", *names, *peaks)
    labelled = "sample" in table.columns
    lines: Iterable[tuple[int, tuple[Cell, ...]]] = table.rows(*columns)
    if "genotype" in table.columns:
        lines = list(lines)
    split = GenotypeCells(table, (cells[6] for _, cells in lines) if isinstance(lines, list) else ())
    for line, (given, file, replicate, kind, category, marker, both, *cells) in lines:
        sample = export.name_of(given, file)
        if export.is_left_out(line, sample, kind, category):
            continue
        found = split.alleles(line, cell_text(marker), both) if cell_text(both) else cells[: len(names)]
        alleles = export.marks.alleles(found)
        if not alleles:
            rows.untyped[sample] = rows.untyped.get(sample, 0) + 1
            continue
        if peaks and marker_kind(normalise_marker(cell_text(marker))) == "autosomal":
            _add_heights(table, line, rows.heights, sample, cells[len(names) :])
        row = (sample, marker, *(alleles if len(alleles) > 1 else (*alleles, "")))
        label = cell_text(replicate) or cell_text(file)
        if label and (labelled or cell_text(replicate)):
            rows.apart.append((line, label, row))
        else:
            yield line, row
    export.tell()


def _rows_of_alleles(export: _Export) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    """The alleles of each marker of each sample, from rows in any order."""
    table = export.table
    found: dict[tuple[str, str, str], tuple[int, list[Cell]]] = {}
    columns = (*_BESIDE, "allele", "sequence", *_CALLS)
    for line, (given, file, replicate, kind, category, marker, allele, sequence, *calls) in table.rows(*columns):
        sample = export.name_of(given, file)
        if export.is_left_out(line, sample, kind, category):
            continue
        label = cell_text(replicate) or (cell_text(file) if cell_text(given) else "")
        cells = found.setdefault((sample, cell_text(marker), label), (line, []))[1]
        if _is_called(*map(cell_text, calls)):
            cells.append(allele if cell_text(allele) else sequence)
        else:
            export.uncalled += 1
    yield from _gathered(export, found)
    export.tell()


def _gathered(
    export: _Export, found: dict[tuple[str, str, str], tuple[int, list[Cell]]]
) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    rows = export.rows
    for (sample, marker, label), (line, cells) in found.items():
        alleles = export.marks.alleles(cells)
        if len(alleles) > 2:
            alleles = list(dict.fromkeys(alleles))
            alleles = alleles if len(alleles) > 1 else alleles * 2
        if not alleles:
            rows.untyped[sample] = rows.untyped.get(sample, 0) + 1
            continue
        row = (sample, marker, *(alleles if len(alleles) > 1 else (*alleles, "")))
        if label:
            rows.apart.append((line, label, row))
        else:
            yield line, row


def _is_called(program: str, person: str, passed: str) -> bool:
    """Whether a peak is an allele: a person's call stands above the program's."""
    return (person or program).lower() in _CALLED and passed.lower() in _CALLED


def _add_heights(
    table: Table, line: int, heights: dict[str, tuple[float, int]], sample: str, cells: Sequence[Cell]
) -> None:
    peaks = []
    for cell in cells:
        text = cell_text(cell).replace(",", ".")
        try:
            peaks += [float(text)] if text and text.upper() not in ("NA", "N/A", "-") else []
        except ValueError:
            found, remedy = f"'{text[:20]}'", "correct the height, or empty the cell"
            table.problem(line, "height1", found, "a peak height in RFU", remedy)
    peaks = [peak for peak in peaks if peak > 0]
    if peaks:
        total, copies = heights.get(sample, (0.0, 0))
        heights[sample] = total + sum(peaks), copies + max(len(peaks), 2)
