"""Rows of genotypes gathered, in any order, into the profile of each sample."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence

from antigone.formats.frequencies.nist import nist1036_alleles
from antigone.formats.labels.alleles import UNKNOWN, AlleleFault, Cell, is_decimal_comma, is_off_ladder, read_allele
from antigone.formats.labels.ladders import Ladder
from antigone.formats.labels.markers import is_known_marker, marker_kind, normalise_marker
from antigone.formats.labels.sequences import is_sequence, read_sequence
from antigone.formats.profiles.kits import FurtherReadings, Shown, combine_readings
from antigone.formats.profiles.profiles import NOTHING, Apart, ProfileRows, TypedSamples, one_genotype
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.tables import cell_text
from antigone.model.assumptions.observation import Replicate
from antigone.model.assumptions.reading import ReadingRules
from antigone.model.profile import Genotype, Genotypes, Kit
from antigone.model.statements import genotypes, readers

_WRITE_TWICE = (
    "write the allele twice for a homozygote, or '?' when the second allele is not known; or state for all of them "
    'one_allele = "homozygote" or "unknown" under [profiles] in incident.toml'
)


_MOST_MARKERS = 40
"""Markers without frequencies that are named one by one: a report of SNPs has thousands."""

Seen = tuple[int, Replicate, str]
"""One amplification that was read: its line, what it showed, and its file."""


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

    __slots__ = ("code", "further", "line", "pairs", "panel")

    def __init__(self, code: str, line: int, panel: _Panel) -> None:
        self.code, self.line, self.panel = code, line, panel
        self.pairs: list[Genotype] = []
        self.further = FurtherReadings()

    def readings(self, marker: str, file: str) -> list[Shown]:
        """What plain rows of one file show of a marker."""
        found = [shown for where, name, shown in self.further.again if (where, name) == (file, marker)]
        markers, starts = self.panel.markers(), self.further.starts
        if marker in markers:
            place = markers.index(marker)
            if file == next(name for name, start in reversed(starts) if start <= place):
                found.append((self.pairs[place],))
        return found


class _Column:
    """One marker as the file spells it, and the genotypes read so far by the cells they were read from.

    ``counted`` are those that a notice counts: with decimal commas, of one allele alone, or written as sequences.
    """

    __slots__ = ("counted", "file", "genotypes", "kind", "ladder", "line", "marker", "number", "range", "written")

    def __init__(self, written: str, file: str, line: int, ladders: Mapping[str, Container[str]] | None) -> None:
        self.file, self.written, self.line, self.number = file, written, line, 0
        self.marker = normalise_marker(written)
        self.kind = marker_kind(self.marker)
        self.ladder: Container[str] | None = () if ladders is None else ladders.get(self.marker)
        loaded = self.ladder if isinstance(self.ladder, frozenset) else frozenset()
        self.range = Ladder(loaded | nist1036_alleles().get(self.marker, frozenset()))
        self.genotypes: dict[tuple[Cell, ...], Genotype] = {}
        self.counted: dict[tuple[Cell, ...], tuple[Genotype, int, bool, int]] = {}

    @property
    def is_used(self) -> bool:
        """Whether the marker takes part: autosomal or of the X, with frequencies."""
        return self.kind in ("autosomal", "X") and self.ladder is not None


def amelogenin_shown(cells: Iterable[str]) -> Replicate | None:
    """X and Y as one amplification showed them; nothing for any other label.

    >>> amelogenin_shown(["X"]), amelogenin_shown(["nothing"]), amelogenin_shown(["X", "?"])
    (('X',), (), ('X', None))
    """
    words = {text.upper() for text in cells} - {""}
    seen = {label for word in words for label in (word if set(word) <= {"X", "Y"} else [word])}
    alleles = tuple(sorted(seen - {UNKNOWN, NOTHING.upper()}))
    if not seen or not set(alleles) <= {"X", "Y"} or (NOTHING.upper() in seen and len(seen) > 1):
        return None
    open_ended = UNKNOWN in seen and len(alleles) == 1
    return None if seen == {UNKNOWN} else (*alleles, None) if open_ended else alleles


def gather_profiles(
    parts: ProfileRows | Sequence[ProfileRows],
    ladders: Mapping[str, Container[str]] | None,
    findings: Findings,
    rules: ReadingRules | None = None,
) -> TypedSamples:
    """Gather rows, in any order, into the genotypes of each sample.

    ``ladders`` holds the allele labels of each marker that has frequencies; a marker outside it that is known is left
    out with a notice, any other is a problem. Without ``ladders`` every autosomal marker is taken. Markers of the Y
    chromosome, and those of the X without frequencies, are left out with a notice, and Amelogenin is kept apart: it
    tells of the sex. A table may come in several ``parts``; when one of them cannot be read to its end, nothing
    is taken.
    """
    parts = [parts] if isinstance(parts, ProfileRows) else parts
    gathering = _Gathering(parts, ladders, rules or ReadingRules())
    for rows in parts:
        gathering.begin(rows)
        gathering.read(rows.rows)
        gathering.read_apart(rows.apart)
    gathering.settle()
    if any(rows.table.broken for rows in parts):
        return TypedSamples()
    gathering.report(findings)
    return gathering.typed(parts)


class _Gathering:
    """Samples and markers by their cells, while the rows come in.

    Equal genotypes are one object, found by the cells they were read from; so a row whose cells have been seen
    before costs four look-ups, and a genotype in memory costs a pointer.
    """

    def __init__(
        self, parts: Sequence[ProfileRows], ladders: Mapping[str, Container[str]] | None, rules: ReadingRules
    ) -> None:
        self.ladders, self.rules = ladders, rules
        self.begin(parts[0])
        self.file = self.table.name
        self.samples: dict[Cell, _Sample] = {}
        self.everyone: dict[str, _Sample] = {}
        self.columns: dict[Cell, _Column] = {}
        self.pairs: dict[Genotype, Genotype] = {}
        self.numbers: dict[str, int] = {}
        self.decimal_commas: Counter[str] = Counter()
        self.sequences: Counter[str] = Counter()
        self.accepted: dict[str, None] = {}
        self.single: dict[str, int] = {}
        self.off_ladder: dict[str, list[str]] = {}
        self.repeats: dict[str, int] = {}
        self.files: dict[str, str] = {}
        self.nothing_typed = _Panel()
        self.apart: list[Apart] = []
        self.amplified: dict[tuple[str, str], dict[str, Seen]] = {}

    def begin(self, rows: ProfileRows) -> None:
        """Take the next part of the table; ``samples`` are those that were met in it."""
        self.part, self.table, self.samples = rows, rows.table, {}

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
        if self._is_off_ladder(sample, column, cells):
            return
        if len(cells) > 4 or cell_text(cells[2]).lower() == NOTHING:
            self.apart.append((line, "", cells))
            return
        bit = 1 << self.numbers.setdefault(column.marker, len(self.numbers))
        panel = sample.panel.with_marker(column.marker, bit)
        pair = self._genotype(line, sample, column, cells[2:])
        if pair is not None and panel is None:
            self._repeat(sample, column.marker, self.table.name, (pair,))
        elif pair is not None and panel is not None:
            sample.panel = panel
            sample.pairs.append(pair)

    def _repeat(self, sample: _Sample, marker: str, file: str, shown: Shown) -> None:
        """A marker typed again. In one file, alike, it counts once; otherwise it is another typing."""
        earlier = sample.readings(marker, file)
        if any(one_genotype([*one, *shown]) is not None for one in earlier):
            self.repeats[sample.code] = self.repeats.get(sample.code, 0) + len(shown)
        else:
            sample.further.again.append((file, marker, shown))

    def _is_off_ladder(self, sample: _Sample, column: _Column, cells: tuple[Cell, ...]) -> bool:
        """Whether a peak has no label; then the marker is left out of the sample, and this is noted."""
        if not any(is_off_ladder(cell) for cell in cells[2:]):
            return False
        self.off_ladder.setdefault(sample.code, []).append(column.marker)
        return True

    def _sample(self, cell: Cell, line: int) -> _Sample:
        code = cell_text(cell)
        if code in self.samples:
            return self.samples[code]
        known = self.everyone.get(code)
        if known is None:
            known = self.everyone[code] = _Sample(code, line, self.nothing_typed)
            if self.table.name != self.file:
                self.files[code] = self.table.name
        if not known.further.starts or known.further.starts[-1][0] != self.table.name:
            known.further.starts.append((self.table.name, len(known.pairs)))
        self.samples[code] = known
        return known

    def _column(self, cell: Cell, line: int) -> _Column:
        written = cell_text(cell)
        return self.columns.get(written) or self.columns.setdefault(
            written, _Column(written, self.table.name, line, self.ladders)
        )

    def _genotype(self, line: int, sample: _Sample, column: _Column, cells: tuple[Cell, ...]) -> Genotype | None:
        if cells in column.genotypes:
            return column.genotypes[cells]
        if cells not in column.counted:
            return self._new_genotype(line, sample, column, cells)
        pair, commas, single, sequences = column.counted[cells]
        self._count(sample, commas, single, sequences)
        return pair

    def _count(self, sample: _Sample, commas: int, single: bool, sequences: int) -> None:
        if commas:
            self.decimal_commas[self.table.name] += commas
        if sequences:
            self.sequences[self.table.name] += sequences
        if single:
            self.single[sample.code] = self.single.get(sample.code, 0) + 1

    def _new_genotype(self, line: int, sample: _Sample, column: _Column, cells: tuple[Cell, ...]) -> Genotype | None:
        problems = self.table.findings.number_of_problems
        first, second = cells
        single = not cell_text(second)
        allele1, allele2 = self._allele(line, "allele1", first, column), None
        if single:
            allele2 = self._alone(line, allele1)
        elif cell_text(second) != UNKNOWN:
            allele2 = self._allele(line, "allele2", second, column)
        commas = is_decimal_comma(first) + is_decimal_comma(second)
        sequences = sum(isinstance(cell, str) and is_sequence(cell) for cell in cells)
        pair: Genotype = (allele1, allele2)
        if self.table.findings.number_of_problems > problems:  # a second row of this marker is a problem all the same
            return pair if allele1 is not None and not single else None
        pair = self.pairs.setdefault(pair, pair)
        if commas or single or sequences:
            column.counted[cells] = pair, commas, single, sequences
            self._count(sample, commas, single, sequences)
        else:
            column.genotypes[cells] = pair
        return pair

    def _alone(self, line: int, allele: str | None) -> str | None:
        """The second allele where the table has none: as is stated, or a problem."""
        if self.part.one_allele is None:
            self.table.problem(line, "allele2", "an empty cell", "an allele or '?'", _WRITE_TWICE)
        return allele if self.part.one_allele == "homozygote" else None

    def _allele(self, line: int, name: str, cell: Cell, column: _Column) -> str | None:
        try:
            length = read_sequence(cell.strip(), column.marker) if isinstance(cell, str) and is_sequence(cell) else None
            allele = length or read_allele(cell, decimal_comma=self.table.decimal_comma, known=column.ladder or ())
        except AlleleFault as fault:
            self.table.problem(line, name, fault.found, fault.expected, fault.remedy)
            return None
        doubt = column.range.doubt(allele)
        if doubt and allele in self.rules.accepted.get(column.marker, ()):
            self.accepted[column.marker] = None
        elif doubt:
            remedy = (
                f'correct it, or accept it by name: [profiles.accepted] {column.marker} = ["{allele}"] in '
                "incident.toml, when it is really so"
            )
            found = f"'{cell_text(cell)}' at marker '{column.marker}', {doubt}"
            self.table.problem(line, name, found, "an allele within or near the ladder", remedy)
        return allele

    def read_apart(self, rows: Iterable[Apart]) -> None:
        """Rows that name a replicate, show nothing, or show three alleles, after all plain ones."""
        for line, label, cells in rows:
            sample, column = self._sample(cells[0], line), self._column(cells[1], line)
            column.number += 1
            if column.kind == "amelogenin":
                self._read_amelogenin(sample, cells[2:])
            if column.is_used and not self._is_off_ladder(sample, column, cells):
                self._read_replicate(line, label, sample, column, cells[2:])
        for line, label, cells in self.apart:
            self._read_replicate(line, label, self._sample(cells[0], line), self._column(cells[1], line), cells[2:])
        self.apart = []

    def settle(self) -> None:
        """After all parts: what is one genotype after all is one."""
        for (code, marker), seen in list(self.amplified.items()):
            self._settle(self.everyone[code], marker, seen)

    def _read_replicate(self, line: int, label: str, sample: _Sample, column: _Column, cells: tuple[Cell, ...]) -> None:
        shown = self._shown(line, sample, column, cells)
        seen = self.amplified.setdefault((sample.code, column.marker), {})
        if label not in seen:
            if shown is not None:
                seen[label] = (line, shown, self.table.name)
            return
        _, before, file = seen[label]
        if shown is not None and file == self.table.name and one_genotype([shown, before]):
            self.repeats[sample.code] = self.repeats.get(sample.code, 0) + 1
        elif shown is not None and (label == "" or file != self.table.name):
            sample.further.again.append((self.table.name, column.marker, (shown,)))
        elif shown is not None:
            found = f"marker '{column.marker}' of sample '{sample.code}' a second time in '{label[:20]}'"
            remedy = "keep the row that is right, or give each amplification a replicate of its own"
            self.table.problem(line, "marker", found, "each marker once for a sample and replicate", remedy)

    def _shown(self, line: int, sample: _Sample, column: _Column, cells: tuple[Cell, ...]) -> Replicate | None:
        """The alleles of one amplification; nothing where a cell is a problem."""
        if cell_text(cells[0]).lower() == NOTHING:
            if any(cell_text(cell).lower() not in ("", NOTHING) for cell in cells[1:]):
                remedy = f"write '{NOTHING}' alone, or the alleles"
                self.table.problem(line, "allele2", "an allele beside 'nothing'", "an empty cell", remedy)
            return ()
        if len(cells) == 2:
            return self._genotype(line, sample, column, cells)
        alleles = [self._allele(line, f"allele{number}", cell, column) for number, cell in enumerate(cells, start=1)]
        self.sequences[self.table.name] += sum(isinstance(cell, str) and is_sequence(cell) for cell in cells)
        return None if None in alleles else tuple(alleles)

    def _settle(self, sample: _Sample, marker: str, seen: dict[str, Seen]) -> None:
        """One amplification with a plain genotype is a genotype; a file with rows of both kinds is a problem."""
        bit = 1 << self.numbers.setdefault(marker, len(self.numbers))
        panel = sample.panel.with_marker(marker, bit)
        if panel is None:
            self._settle_beside_plain(sample, marker, seen)
        elif "" in seen and len(seen) > 1:
            self._settle_unnamed(sample, marker, seen)
        elif len(seen) == 1 and not sample.further.is_several:
            ((_, shown, _),) = seen.values()
            if len(shown) == 2:
                del self.amplified[sample.code, marker]
                sample.panel = panel
                sample.pairs.append((shown[0], shown[1]))

    def _settle_beside_plain(self, sample: _Sample, marker: str, seen: Mapping[str, Seen]) -> None:
        """Rows that name a replicate beside plain rows of the marker: of another file they are another typing."""
        for file in dict.fromkeys(file for _, _, file in seen.values()):
            line, shown = (
                next(line for line, _, where in seen.values() if where == file),
                tuple(one for _, one, where in seen.values() if where == file),
            )
            plain = sample.readings(marker, file)
            if plain and "" not in seen and not any(one_genotype([*one, *shown]) for one in plain):
                self._with_and_without(sample, marker, (file, line))
            else:
                self._repeat(sample, marker, file, shown)
        del self.amplified[sample.code, marker]

    def _settle_unnamed(self, sample: _Sample, marker: str, seen: dict[str, Seen]) -> None:
        """A row without a replicate beside rows that name theirs."""
        line, shown, file = seen.pop("")
        if any(where == file for _, _, where in seen.values()):
            self._with_and_without(sample, marker, (file, line))
            del self.amplified[sample.code, marker]
        else:
            sample.further.again.append((file, marker, (shown,)))

    def _with_and_without(self, sample: _Sample, marker: str, where: tuple[str, int]) -> None:
        found = f"marker '{marker}' of sample '{sample.code}' with and without a replicate"
        self.table.findings.problem(
            where, "marker", found, "a replicate in every row", "name the replicate in each row"
        )

    def _read_amelogenin(self, sample: _Sample, cells: tuple[Cell, ...]) -> None:
        shown = amelogenin_shown(map(cell_text, cells))
        if shown is not None:
            sample.further.amelogenin.append((self.table.name, shown))

    def typed(self, parts: Sequence[ProfileRows]) -> TypedSamples:
        """The samples as they are now; the rows' memory is given back on the way."""
        typed = TypedSamples(self.file, files=self.files, single=self.single)
        typed.off_ladder, typed.repeats = self.off_ladder, self.repeats
        amplified = self._amplified(typed)
        for rows in parts:
            self._take_beside(rows, typed)
        self.samples = {}
        for code in list(self.everyone):
            sample = self.everyone.pop(code)
            typed.first_line[code] = sample.line
            if sample.further.is_several:
                first = list(zip(sample.panel.markers(), sample.pairs, strict=True))
                combine_readings(typed, code, first, amplified.get(code, {}), sample.further)
            else:
                typed.genotypes[code] = sample.panel.genotypes(sample.pairs)
                if sample.further.amelogenin:
                    typed.amelogenin[code] = tuple(shown for _, shown in sample.further.amelogenin)
        return typed

    def _amplified(self, typed: TypedSamples) -> dict[str, dict[str, tuple[str, Shown]]]:
        """By sample and marker, what is more than one genotype, and the file where it begins."""
        found: dict[str, dict[str, tuple[str, Shown]]] = {}
        for (code, marker), seen in self.amplified.items():
            if seen:
                line, _, file = next(iter(seen.values()))
                typed.replicates.setdefault(code, {})[marker] = shown = tuple(one for _, one, _ in seen.values())
                typed.replicate_lines[code, marker] = line
                found.setdefault(code, {})[marker] = file, shown
        return found

    def _take_beside(self, rows: ProfileRows, typed: TypedSamples) -> None:
        """The peak heights and the untyped rows of one part."""
        for code, (total, copies) in rows.heights.items():
            if copies:
                typed.heights[code] = total / copies
                if code in self.everyone:
                    self.everyone[code].further.heights[rows.table.name] = total / copies
        for code, number in rows.untyped.items():
            typed.untyped[code] = typed.untyped.get(code, 0) + number

    def report(self, findings: Findings) -> None:
        """State what was done with the rows, marker by marker."""
        left_out: Counter[tuple[str, str]] = Counter()
        without: Counter[tuple[str, str]] = Counter()
        for column in self.columns.values():
            if column.marker != column.written:
                findings.notice(
                    readers.MARKER_READ_AS(
                        marker=column.written, known=column.marker, number=column.number, file=column.file
                    )
                )
            if column.kind not in ("autosomal", "X") or (column.kind == "X" and column.ladder is None):
                left_out[column.marker, column.file] += column.number
            elif column.ladder is None and is_known_marker(column.marker):
                without[column.marker, column.file] += column.number
            elif column.ladder is None:
                found = f"marker '{column.written}' in {column.number} rows, without frequencies"
                remedy = "add its frequencies, correct its name, or remove its rows"
                findings.problem((column.file, column.line), "marker", found, "a marker of the frequency table", remedy)
        for (marker, file), number in left_out.items():
            compared = marker_kind(marker) == "amelogenin"
            words = readers.AMELOGENIN_COMPARED if compared else readers.MARKER_TAKES_NO_PART
            findings.notice(words(marker=marker, number=number, file=file))
        for file in dict.fromkeys(file for _, file in without):
            rows = [(marker, number) for (marker, of), number in without.items() if of == file]
            listed, more = rows[:_MOST_MARKERS], rows[_MOST_MARKERS:]
            markers = tuple(readers.ROWS_OF_A_MARKER(marker=marker, number=number) for marker, number in listed)
            if more:
                rest = sum(number for _, number in more)
                markers += (genotypes.ROWS_OF_MORE_MARKERS(number=len(more), rows=rest),)
            findings.notice(readers.LEFT_OUT_OF(file=file, markers=markers))
        for file, number in self.decimal_commas.items():
            findings.notice(readers.DECIMAL_COMMA(number=number, file=file))
        for file, number in (+self.sequences).items():
            findings.notice(genotypes.SEQUENCES_AS_LENGTHS(number=number, file=file))
        for marker in self.accepted:
            findings.notice(readers.ALLELE_ACCEPTED(marker=marker))
