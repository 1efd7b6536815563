"""Sheets of ForenSeq UAS reports, of all versions: the genotypes, and the typed alleles with reads and sequences.

A sheet names its sample above, and holds blocks that begin with a cell "Locus": below each other, beside each other, or
one alone with genotypes and alleles.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from antigone.formats.labels.alleles import Cell
from antigone.formats.labels.markers import normalise_marker
from antigone.formats.labels.typing_words import typing_column
from antigone.formats.profiles.cells import GenotypeCells
from antigone.formats.profiles.filenames import stated_sample
from antigone.formats.profiles.marks import Marks
from antigone.formats.profiles.profiles import ProfileRows
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.tables import Columns, Grid, cell_text, to_table
from antigone.formats.sequencers.checks import SequenceCheck
from antigone.model.assumptions.reading import OneAllele
from antigone.model.statements import genotypes, readers

_NEVER_READ = ("ancestry", "phenotype", "biogeographic", "hair", "eye")
"""What a sheet's title says of markers from which nothing is ever inferred here."""


@dataclass
class _Locus:
    """One marker of a sheet: its genotype as written, and the names of the alleles called."""

    line: int
    written: str
    genotype: str = ""
    called: list[str] = field(default_factory=list)


def is_uas(grid: Grid) -> bool:
    """Whether a sheet is one of such a report."""
    texts = [cell_text(cell) for cell in grid.header[1]] if grid.header else []
    has = set(map(typing_column, texts))
    return "Locus" in texts and bool(has & {"genotype", "typed"}) and "sample" not in has and bool(stated_sample(grid))


def is_never_read(grid: Grid) -> bool:
    """Whether a sheet holds SNPs of ancestry or appearance."""
    titles = " ".join(cell_text(cells[0]) for _, cells in grid.titles if cells) + grid.name
    return any(word in titles.lower() for word in _NEVER_READ)


def uas_rows(grid: Grid, findings: Findings, one_allele: OneAllele) -> ProfileRows:
    """The genotypes of one sheet; the sheets of one report are one typing of its sample."""
    names = ("sample", "marker", "allele1", "allele2")
    plain = Grid(grid.name.partition(", sheet ")[0], iter(()), (1, names), notices=grid.notices)
    table = to_table(plain, Columns(needed=names, others_allowed=True), findings)
    rows = ProfileRows(table, (), one_allele=one_allele)
    if is_never_read(grid):
        findings.notice(genotypes.NEVER_READ(file=grid.name))
        return rows
    loci = _loci(grid, findings)
    return replace(rows, rows=_typed_rows(grid.name, stated_sample(grid), loci, rows, findings))


def _typed_rows(
    name: str, sample: str, loci: Mapping[str, _Locus], rows: ProfileRows, findings: Findings
) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    marks, cells = Marks(), GenotypeCells(rows.table, ["15,17"])
    for marker, locus in loci.items():
        found = cells.alleles(locus.line, marker, locus.genotype) if locus.genotype else list(locus.called)
        alleles = marks.alleles(found)
        if locus.called and alleles and set(locus.called) != set(map(cell_text, alleles)):
            expected, remedy = "the alleles of its genotype", "export the report again, or correct it"
            what = f"called alleles of sample '{sample}' at marker '{marker}' that are not its genotype"
            findings.problem((name, locus.line), "Allele Name", what, expected, remedy)
        if alleles:
            yield locus.line, (sample, locus.written, *(alleles if len(alleles) > 1 else (*alleles, "")))
        else:
            rows.untyped[sample] = rows.untyped.get(sample, 0) + 1
    marks.tell(name, findings)
    findings.notice(genotypes.UAS_REPORT(file=name, number=len(loci)))
    untyped = rows.untyped.get(sample, 0)
    if untyped:
        findings.notice(readers.EMPTY_GENOTYPES(number=untyped, file=name))


def _loci(grid: Grid, findings: Findings) -> dict[str, _Locus]:
    """What all blocks say of each marker; the sequences of called alleles are checked on the way."""
    found: dict[str, _Locus] = {}
    check = SequenceCheck(grid.name)
    for line, cells in _block_rows(grid):
        written = cells.get("marker", "")
        locus = found.setdefault(normalise_marker(written), _Locus(line, written))
        locus.genotype = locus.genotype or cells.get("genotype", "")
        allele = cells.get("allele", "")
        if allele and cells.get("typed", "").lower() == "yes":
            locus.called.append(allele)
            if cells.get("sequence"):
                check.length(line, normalise_marker(written), allele, cells["sequence"])
    check.tell(findings)
    return found


def _block_rows(grid: Grid) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of every block, by the meaning of their columns."""
    header = [grid.header] if grid.header else []
    open_blocks: dict[int, dict[str, int]] = {}
    for line, cells in chain(header, grid.rows):
        texts = [cell_text(cell) for cell in cells]
        headings = {place for place, text in enumerate(texts) if text == "Locus"}
        for place in headings:
            open_blocks[place] = _columns(texts, place)
        for place, columns in open_blocks.items():
            row = {meaning: texts[at] for meaning, at in columns.items() if at < len(texts)}
            if place not in headings and row.get("marker") and len([text for text in row.values() if text]) > 1:
                yield line, row


def _columns(texts: Sequence[str], start: int) -> dict[str, int]:
    """The columns of a block that begins here, up to the first empty heading."""
    found: dict[str, int] = {}
    for place in range(start, len(texts)):
        if not texts[place]:
            break
        found.setdefault(typing_column(texts[place]), place)
    return {meaning: place for meaning, place in found.items() if meaning}
