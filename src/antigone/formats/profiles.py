"""Rows of genotypes, one marker of one sample a row, gathered into profiles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from antigone.formats.alleles import UNKNOWN, AlleleFault, Cell, is_decimal_comma, read_allele
from antigone.formats.findings import Findings
from antigone.formats.markers import marker_kind, normalise_marker
from antigone.formats.tables import Columns, Table, cell_text
from antigone.model.pedigree import Sex
from antigone.model.profile import NOT_TYPED, Genotype, Genotypes, Kit, Profile

_EXTRA_ALLELES = tuple(f"allele{number}" for number in range(3, 9))
PROFILE_COLUMNS = Columns(
    needed=("sample", "marker", "allele1", "allele2"), optional=_EXTRA_ALLELES, filled=("sample", "marker")
)
_WRITE_TWICE = "write the allele twice for a homozygote, or '?' when the second allele is not known"


@dataclass(frozen=True)
class ProfileRows:
    """Rows of ``(line, (sample, marker, allele1, allele2, ...))``, and the table they come from."""

    table: Table
    rows: Iterable[tuple[int, tuple[Cell, ...]]]


@dataclass
class TypedSamples:
    """What was typed in each sample, where each sample begins, and the sex that Amelogenin shows."""

    file: str = ""
    genotypes: dict[str, Genotypes] = field(default_factory=dict)
    first_line: dict[str, int] = field(default_factory=dict)
    amelogenin: dict[str, Sex] = field(default_factory=dict)

    @property
    def markers(self) -> set[str]:
        """Every marker that was typed in some sample."""
        kits = {id(typed.kit): typed.kit for typed in self.genotypes.values()}
        return {marker for kit in kits.values() for marker in kit.markers}

    def profile(self, sample: str) -> Profile:
        """The profile of a sample, empty when nothing was typed."""
        return Profile(sample, self.genotypes.get(sample, NOT_TYPED))


class _Panel:
    """The markers of a sample so far, in order: one node of a tree, shared by all samples typed up to here alike.

    A marker that the sample has already leads nowhere, so a second row of it is seen at once.
    """

    __slots__ = ("after", "before", "held", "kit", "marker")

    def __init__(self, before: _Panel | None = None, marker: str = "", bit: int = 0) -> None:
        self.before, self.marker = before, marker
        self.held: int = before.held | bit if before is not None else 0
        self.after: dict[str, _Panel] = {}
        self.kit: Kit | None = None

    def with_marker(self, marker: str, bit: int) -> _Panel | None:
        """The panel that has one marker more; nothing when this one has it. Every marker has a bit of its own."""
        panel = self.after.get(marker)
        if panel is None and not self.held & bit:
            panel = self.after[marker] = _Panel(self, marker, bit)
        return panel

    def markers(self) -> list[str]:
        """From the first row on."""
        found, panel = [], self
        while panel.before is not None:
            found.append(panel.marker)
            panel = panel.before
        return found[::-1]

    def genotypes(self, pairs: list[Genotype]) -> Genotypes:
        if self.kit is None:
            self.kit = Kit(self.markers())
        return Genotypes(self.kit, pairs)


class _Sample:
    """One sample while its rows come in, in any order."""

    __slots__ = ("code", "line", "pairs", "panel")

    def __init__(self, code: str, line: int, panel: _Panel) -> None:
        self.code, self.line, self.panel = code, line, panel
        self.pairs: list[Genotype] = []


class _Column:
    """One marker as the file spells it, and the genotypes read so far by the cells they were read from."""

    __slots__ = ("genotypes", "kind", "ladder", "line", "marker", "number", "with_commas", "written")

    def __init__(self, written: str, line: int, ladders: Mapping[str, Container[str]] | None) -> None:
        self.written, self.line, self.number = written, line, 0
        self.marker = normalise_marker(written)
        self.kind = marker_kind(self.marker)
        self.ladder: Container[str] | None = () if ladders is None else ladders.get(self.marker)
        self.genotypes: dict[tuple[Cell, ...], Genotype] = {}
        self.with_commas: dict[tuple[Cell, ...], tuple[Genotype, int]] = {}


def profile_rows(table: Table) -> ProfileRows:
    """The rows of our own ``profiles`` table."""
    further = [name for name in _EXTRA_ALLELES if name in table.columns]
    rows = table.rows("sample", "marker", "allele1", "allele2", *further)
    return ProfileRows(table, _without_empty(rows) if further else rows)


def _without_empty(rows: Iterable[tuple[int, tuple[Cell, ...]]]) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    for line, cells in rows:
        yield line, (*cells[:4], *(cell for cell in cells[4:] if cell_text(cell)))


def gather_profiles(
    rows: ProfileRows, ladders: Mapping[str, Container[str]] | None, findings: Findings
) -> TypedSamples:
    """Gather rows, in any order, into the genotypes of each sample.

    ``ladders`` holds the allele labels of each marker that has frequencies; a marker outside it is a problem.
    Without ``ladders`` every autosomal marker is taken. Markers of the Y chromosome, and those of the X without
    frequencies, are left out with a notice, and Amelogenin is kept apart as the sex that it shows. Of a file that
    cannot be read to its end
    nothing is taken.
    """
    gathering = _Gathering(rows.table, ladders)
    gathering.read(rows.rows)
    if rows.table.broken:
        return TypedSamples()
    gathering.report(findings)
    return gathering.typed()


class _Gathering:
    """Samples and markers by their cells, while the rows come in.

    Equal genotypes are one object, found by the cells they were read from; so a row whose cells have been seen
    before costs four look-ups, and a genotype in memory costs a pointer.
    """

    def __init__(self, table: Table, ladders: Mapping[str, Container[str]] | None) -> None:
        self.table, self.ladders = table, ladders
        self.samples: dict[Cell, _Sample] = {}
        self.columns: dict[Cell, _Column] = {}
        self.amelogenin: dict[str, Sex] = {}
        self.pairs: dict[Genotype, Genotype] = {}
        self.numbers: dict[str, int] = {}
        self.decimal_commas = 0
        self.nothing_typed = _Panel()

    def read(self, rows: Iterable[tuple[int, tuple[Cell, ...]]]) -> None:
        samples, columns = self.samples, self.columns
        for line, cells in rows:
            try:
                sample, column = samples[cells[0]], columns[cells[1]]
                pair, panel = column.genotypes[cells[2:]], sample.panel.after[column.marker]
            except KeyError:  # something for the first time, or something that is no genotype
                self._read_closely(line, cells)
            else:
                column.number += 1
                sample.panel = panel
                sample.pairs.append(pair)

    def _read_closely(self, line: int, cells: tuple[Cell, ...]) -> None:
        sample, column = self._sample(cells[0], line), self._column(cells[1], line)
        column.number += 1
        if column.kind == "amelogenin":
            self._read_amelogenin(sample, cells[2:])
        if column.kind not in ("autosomal", "X") or column.ladder is None:
            return
        bit = 1 << self.numbers.setdefault(column.marker, len(self.numbers))
        panel = sample.panel.with_marker(column.marker, bit)
        if panel is None:
            found = f"marker '{column.marker}' of sample '{sample.code}' a second time"
            self.table.problem(line, "marker", found, "each marker once for a sample", "keep the row that is right")
            return
        pair = self._genotype(line, sample, column, cells[2:])
        if pair is not None:
            sample.panel = panel
            sample.pairs.append(pair)

    def _sample(self, cell: Cell, line: int) -> _Sample:
        code = cell_text(cell)
        return self.samples.get(code) or self.samples.setdefault(code, _Sample(code, line, self.nothing_typed))

    def _column(self, cell: Cell, line: int) -> _Column:
        written = cell_text(cell)
        return self.columns.get(written) or self.columns.setdefault(written, _Column(written, line, self.ladders))

    def _genotype(self, line: int, sample: _Sample, column: _Column, cells: tuple[Cell, ...]) -> Genotype | None:
        if cells in column.genotypes:
            return column.genotypes[cells]
        if cells in column.with_commas:
            pair, commas = column.with_commas[cells]
            self.decimal_commas += commas
            return pair
        if len(cells) > 2:
            found = f"{len(cells)} alleles of sample '{sample.code}' at marker '{column.marker}'"
            remedy = "check for a mixture; leave this marker of the sample out when the third allele is real"
            self.table.problem(line, "allele3", found, "two alleles", remedy)
            return None
        return self._new_genotype(line, column, cells)

    def _new_genotype(self, line: int, column: _Column, cells: tuple[Cell, ...]) -> Genotype | None:
        problems = self.table.findings.number_of_problems
        first, second = cells
        allele1, allele2 = self._allele(line, "allele1", first, column), None
        if not cell_text(second):
            self.table.problem(line, "allele2", "an empty cell", "an allele or '?'", _WRITE_TWICE)
        elif cell_text(second) != UNKNOWN:
            allele2 = self._allele(line, "allele2", second, column)
        commas = is_decimal_comma(first) + is_decimal_comma(second)
        pair: Genotype = (allele1, allele2)
        if self.table.findings.number_of_problems > problems:  # a second row of this marker is a problem all the same
            return pair if allele1 is not None and cell_text(second) else None
        pair = self.pairs.setdefault(pair, pair)
        if commas:
            column.with_commas[cells] = pair, commas
            self.decimal_commas += commas
        else:
            column.genotypes[cells] = pair
        return pair

    def _allele(self, line: int, name: str, cell: Cell, column: _Column) -> str | None:
        try:
            return read_allele(cell, decimal_comma=self.table.decimal_comma, known=column.ladder or ())
        except AlleleFault as fault:
            self.table.problem(line, name, fault.found, fault.expected, fault.remedy)
            return None

    def _read_amelogenin(self, sample: _Sample, cells: tuple[Cell, ...]) -> None:
        seen = {cell_text(cell).upper() for cell in cells} - {""}
        if "Y" in seen:
            self.amelogenin[sample.code] = "male"
        elif seen == {"X"}:
            self.amelogenin[sample.code] = "female"

    def typed(self) -> TypedSamples:
        """The samples as they are now; the rows' memory is given back on the way."""
        typed = TypedSamples(self.table.name, amelogenin=self.amelogenin)
        for cell in list(self.samples):
            sample = self.samples.pop(cell)
            typed.genotypes[sample.code] = sample.panel.genotypes(sample.pairs)
            typed.first_line[sample.code] = sample.line
        return typed

    def report(self, findings: Findings) -> None:
        """State what was done with the rows, marker by marker."""
        file = self.table.name
        left_out: Counter[str] = Counter()
        for column in self.columns.values():
            if column.marker != column.written:
                findings.notice(
                    f"marker '{column.written}' is read as '{column.marker}' in {column.number} rows of {file}"
                )
            if column.kind not in ("autosomal", "X") or (column.kind == "X" and column.ladder is None):
                left_out[column.marker] += column.number
            elif column.ladder is None:
                found = f"marker '{column.written}' in {column.number} rows, without frequencies"
                remedy = "add its frequencies, correct its name, or remove its rows"
                self.table.problem(column.line, "marker", found, "a marker of the frequency table", remedy)
        for marker, number in left_out.items():
            findings.notice(
                f"marker '{marker}' is no autosomal STR, nor one of the X with frequencies, and takes no part: "
                f"{number} rows of {file}"
            )
        if self.decimal_commas:
            findings.notice(f"a decimal comma is read as a point in {self.decimal_commas} alleles of {file}")
