"""Rows of genotypes, one marker of one sample a row, gathered into profiles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from antigone.formats.alleles import UNKNOWN, AlleleFault, Cell, is_decimal_comma, read_allele
from antigone.formats.findings import Findings
from antigone.formats.markers import is_known_marker, marker_kind, normalise_marker
from antigone.formats.tables import Columns, Table, cell_text
from antigone.model.observation import Replicate
from antigone.model.profile import NOT_TYPED, Genotype, Genotypes, Kit, Profile

_EXTRA_ALLELES = tuple(f"allele{number}" for number in range(3, 9))
PROFILE_COLUMNS = Columns(
    needed=("sample", "marker", "allele1", "allele2"),
    optional=(*_EXTRA_ALLELES, "replicate"),
    filled=("sample", "marker"),
)
NOTHING = "nothing"
"""How a row says that a marker was amplified and no allele was seen."""
_WRITE_TWICE = "write the allele twice for a homozygote, or '?' when the second allele is not known"


Apart = tuple[int, str, tuple[Cell, ...]]
"""A row that is no plain genotype: its line, the replicate it names (or none), and its cells."""


@dataclass(frozen=True)
class ProfileRows:
    """Rows of ``(line, (sample, marker, allele1, allele2, ...))``, and the table they come from.

    ``apart`` gathers, while ``rows`` are read, those that name their replicate: ``(line, replicate, cells)``.
    ``heights`` are, by sample, the peak heights met on the way and the allele copies they stand for.
    """

    table: Table
    rows: Iterable[tuple[int, tuple[Cell, ...]]]
    apart: list[Apart] = field(default_factory=list)
    heights: dict[str, tuple[float, int]] = field(default_factory=dict)


@dataclass
class TypedSamples:
    """What was typed in each sample, where each sample begins, and what each amplification of Amelogenin showed.

    ``replicates`` holds, by sample, the markers whose typing is more than one genotype, ``replicate_lines`` the first
    line of each; ``heights`` the mean peak height of one allele copy, where heights were read.
    """

    file: str = ""
    genotypes: dict[str, Genotypes] = field(default_factory=dict)
    replicates: dict[str, dict[str, tuple[Replicate, ...]]] = field(default_factory=dict)
    replicate_lines: dict[tuple[str, str], int] = field(default_factory=dict)
    heights: dict[str, float] = field(default_factory=dict)
    first_line: dict[str, int] = field(default_factory=dict)
    amelogenin: dict[str, tuple[Replicate, ...]] = field(default_factory=dict)

    @property
    def markers(self) -> set[str]:
        """Every marker that was typed in some sample."""
        kits = {id(typed.kit): typed.kit for typed in self.genotypes.values()}
        again = {marker for markers in self.replicates.values() for marker in markers}
        return again | {marker for kit in kits.values() for marker in kit.markers}

    def seen(self) -> dict[str, set[str]]:
        """Every allele that was read, by marker, in any sample and amplification."""
        found: dict[str, set[str]] = {}
        for genotypes in self.genotypes.values():
            for marker, pair in genotypes.items():
                found.setdefault(marker, set()).update(allele for allele in pair if allele is not None)
        for markers in self.replicates.values():
            for marker, amplifications in markers.items():
                alleles = (allele for replicate in amplifications for allele in replicate)
                found.setdefault(marker, set()).update(allele for allele in alleles if allele is not None)
        return found

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

    @property
    def is_used(self) -> bool:
        """Whether the marker takes part: autosomal or of the X, with frequencies."""
        return self.kind in ("autosomal", "X") and self.ladder is not None


def profile_rows(table: Table) -> ProfileRows:
    """The rows of our own ``profiles`` table."""
    further = [name for name in _EXTRA_ALLELES if name in table.columns]
    alleles = ("sample", "marker", "allele1", "allele2", *further)
    if "replicate" in table.columns:
        apart: list[Apart] = []
        return ProfileRows(table, _single(table.rows(*alleles, "replicate"), apart), apart)
    rows = table.rows(*alleles)
    return ProfileRows(table, ((line, _without_empty(cells)) for line, cells in rows) if further else rows)


def _without_empty(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    return (*cells[:4], *(cell for cell in cells[4:] if cell_text(cell)))


def _single(rows: Iterable[tuple[int, tuple[Cell, ...]]], apart: list[Apart]) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    """The rows that name no replicate; the others go into ``apart``."""
    for line, (*cells, replicate) in rows:
        if cell_text(replicate):
            apart.append((line, cell_text(replicate), _without_empty(tuple(cells))))
        else:
            yield line, _without_empty(tuple(cells))


def _amelogenin(seen: set[str]) -> Replicate | None:
    """X and Y as one amplification showed them; nothing for any other label.

    >>> _amelogenin({"X"}), _amelogenin({"Y", "X"}), _amelogenin({"NOTHING"}), _amelogenin({"X", "?"})
    (('X',), ('X', 'Y'), (), ('X', None))
    """
    alleles = tuple(sorted(seen - {UNKNOWN, NOTHING.upper()}))
    if not set(alleles) <= {"X", "Y"} or (NOTHING.upper() in seen and len(seen) > 1):
        return None
    open_ended = UNKNOWN in seen and len(alleles) == 1
    return None if seen == {UNKNOWN} else (*alleles, None) if open_ended else alleles


def gather_profiles(
    rows: ProfileRows, ladders: Mapping[str, Container[str]] | None, findings: Findings
) -> TypedSamples:
    """Gather rows, in any order, into the genotypes of each sample.

    ``ladders`` holds the allele labels of each marker that has frequencies. A known marker outside it is left out with
    a notice; a marker whose name is not known either may be misspelt, and is a problem. Without ``ladders`` every
    autosomal marker is taken. Markers of the Y chromosome, and those of the X without frequencies, are left out with a
    notice, and Amelogenin is kept apart: it tells of the sex. Of a file that cannot be read to its end nothing is
    taken.
    """
    gathering = _Gathering(rows.table, ladders)
    gathering.read(rows.rows)
    gathering.read_apart(rows.apart)
    if rows.table.broken:
        return TypedSamples()
    gathering.report(findings)
    typed = gathering.typed()
    typed.heights = {sample: total / copies for sample, (total, copies) in rows.heights.items() if copies}
    return typed


class _Gathering:
    """Samples and markers by their cells, while the rows come in.

    Equal genotypes are one object, found by the cells they were read from; so a row whose cells have been seen
    before costs four look-ups, and a genotype in memory costs a pointer.
    """

    def __init__(self, table: Table, ladders: Mapping[str, Container[str]] | None) -> None:
        self.table, self.ladders = table, ladders
        self.samples: dict[Cell, _Sample] = {}
        self.columns: dict[Cell, _Column] = {}
        self.amelogenin: dict[str, tuple[Replicate, ...]] = {}
        self.pairs: dict[Genotype, Genotype] = {}
        self.numbers: dict[str, int] = {}
        self.decimal_commas = 0
        self.nothing_typed = _Panel()
        self.apart: list[Apart] = []
        self.amplified: dict[tuple[str, str], dict[str, tuple[int, Replicate]]] = {}

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
        if not column.is_used:
            return
        if len(cells) > 4 or cell_text(cells[2]).lower() == NOTHING:
            self.apart.append((line, "", cells))
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

    def read_apart(self, rows: Iterable[Apart]) -> None:
        """Rows that name a replicate, show nothing, or show three alleles, after all plain ones."""
        for line, label, cells in rows:
            sample, column = self._sample(cells[0], line), self._column(cells[1], line)
            column.number += 1
            if column.kind == "amelogenin":
                self._read_amelogenin(sample, cells[2:])
            if column.is_used:
                self._read_replicate(line, label, sample, column, cells[2:])
        for line, label, cells in self.apart:
            self._read_replicate(line, label, self._sample(cells[0], line), self._column(cells[1], line), cells[2:])
        for (code, marker), seen in list(self.amplified.items()):
            self._settle(self.samples[code], marker, seen)

    def _read_replicate(self, line: int, label: str, sample: _Sample, column: _Column, cells: tuple[Cell, ...]) -> None:
        shown = self._shown(line, column, cells)
        seen = self.amplified.setdefault((sample.code, column.marker), {})
        if label in seen:
            found = f"marker '{column.marker}' of sample '{sample.code}' a second time" + f" in '{label[:20]}'" * (
                label != ""
            )
            remedy = "keep the row that is right, or give each amplification a replicate of its own"
            self.table.problem(line, "marker", found, "each marker once for a sample and replicate", remedy)
        elif shown is not None:
            seen[label] = (line, shown)

    def _shown(self, line: int, column: _Column, cells: tuple[Cell, ...]) -> Replicate | None:
        """The alleles of one amplification; nothing where a cell is a problem."""
        if cell_text(cells[0]).lower() == NOTHING:
            if any(cell_text(cell).lower() not in ("", NOTHING) for cell in cells[1:]):
                remedy = f"write '{NOTHING}' alone, or the alleles"
                self.table.problem(line, "allele2", "an allele beside 'nothing'", "an empty cell", remedy)
            return ()
        if len(cells) == 2:
            return self._new_genotype(line, column, cells)
        alleles = [self._allele(line, f"allele{number}", cell, column) for number, cell in enumerate(cells, start=1)]
        return None if None in alleles else tuple(alleles)

    def _settle(self, sample: _Sample, marker: str, seen: Mapping[str, tuple[int, Replicate]]) -> None:
        """One amplification with a plain genotype is a genotype; a marker with rows of both kinds is a problem."""
        if not seen:
            return
        line, shown = next(iter(seen.values()))
        panel = sample.panel.with_marker(marker, 1 << self.numbers.setdefault(marker, len(self.numbers)))
        if panel is None or ("" in seen and len(seen) > 1):
            found = f"marker '{marker}' of sample '{sample.code}' with and without a replicate"
            self.table.problem(line, "marker", found, "a replicate in every row", "name the replicate in each row")
            del self.amplified[sample.code, marker]
        elif len(seen) == 1 and len(shown) == 2:
            del self.amplified[sample.code, marker]
            sample.panel = panel
            sample.pairs.append((shown[0], shown[1]))

    def _read_amelogenin(self, sample: _Sample, cells: tuple[Cell, ...]) -> None:
        shown = _amelogenin({cell_text(cell).upper() for cell in cells} - {""})
        if shown is not None:
            self.amelogenin[sample.code] = (*self.amelogenin.get(sample.code, ()), shown)

    def typed(self) -> TypedSamples:
        """The samples as they are now; the rows' memory is given back on the way."""
        typed = TypedSamples(self.table.name, amelogenin=self.amelogenin)
        for (code, marker), seen in self.amplified.items():
            if seen:
                typed.replicates.setdefault(code, {})[marker] = tuple(shown for _, shown in seen.values())
                typed.replicate_lines[code, marker] = next(iter(seen.values()))[0]
        for cell in list(self.samples):
            sample = self.samples.pop(cell)
            typed.genotypes[sample.code] = sample.panel.genotypes(sample.pairs)
            typed.first_line[sample.code] = sample.line
        return typed

    def report(self, findings: Findings) -> None:
        """State what was done with the rows, marker by marker."""
        file = self.table.name
        left_out: Counter[str] = Counter()
        without: Counter[str] = Counter()
        for column in self.columns.values():
            if column.marker != column.written:
                findings.notice(
                    f"marker '{column.written}' is read as '{column.marker}' in {column.number} rows of {file}"
                )
            if column.kind not in ("autosomal", "X") or (column.kind == "X" and column.ladder is None):
                left_out[column.marker] += column.number
            elif column.ladder is None and is_known_marker(column.marker):
                without[column.marker] += column.number
            elif column.ladder is None:
                found = f"marker '{column.written}' in {column.number} rows, without frequencies"
                remedy = "add its frequencies, correct its name, or remove its rows"
                self.table.problem(column.line, "marker", found, "a marker of the frequency table", remedy)
        for marker, number in left_out.items():
            why = "is no autosomal STR, nor one of the X with frequencies, and takes no part"
            if marker_kind(marker) == "amelogenin":
                why = "takes no part in a likelihood ratio; what it shows is compared with the recorded sex"
            findings.notice(f"marker '{marker}' {why}: {number} rows of {file}")
        if without:
            markers = ", ".join(f"{marker} ({number} rows)" for marker, number in without.items())
            findings.notice(f"left out of {file}, because not every population has their frequencies: {markers}")
        if self.decimal_commas:
            findings.notice(f"a decimal comma is read as a point in {self.decimal_commas} alleles of {file}")
