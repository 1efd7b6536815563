"""Lists of STRait Razor: ``D3S1358:14``, the bases, the sequence, and the reads of both strands; one sample a file.

The list holds every sequence that was read, with noise and stutter, so alleles are told by their reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain

from antigone.formats.labels.alleles import UNKNOWN, Cell
from antigone.formats.labels.markers import marker_kind
from antigone.formats.profiles.filenames import SampleNames
from antigone.formats.profiles.profiles import ProfileRows
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.tables import Columns, Grid, cell_text, to_table
from antigone.formats.sequencers.checks import SequenceCheck
from antigone.model.assumptions.reading import LEAST_READS, LEAST_SHARE, NOISE_SHARE, OneAllele
from antigone.model.statements import genotypes

_NAME = re.compile(r"(?P<marker>[^:\s][^:]*):(?P<allele>[0-9]{1,3}(\.[0-9])?|[ACGT])")
_BASES = re.compile(r"(?P<number>[0-9]{1,5}) bases")
_SEXES = {"0": "X", "1": "Y"}
"""Amelogenin by the length of its insertion, as the list writes it."""


@dataclass
class _Locus:
    """The reads of each length of one marker, and where it begins."""

    line: int
    reads: dict[str, float] = field(default_factory=dict)


def is_razor(grid: Grid) -> bool:
    """Whether a table without headings is such a list."""
    cells = [cell_text(cell) for cell in grid.header[1]] if grid.header else []
    return len(cells) >= 4 and bool(_NAME.fullmatch(cells[0])) and bool(_BASES.fullmatch(cells[1]))


def razor_rows(grid: Grid, findings: Findings, one_allele: OneAllele, names: SampleNames) -> ProfileRows:
    """The genotypes of one list; its sample is named by the file."""
    columns = ("sample", "marker", "allele1", "allele2")
    plain = Grid(grid.name, iter(()), (1, columns), notices=grid.notices)
    table = to_table(plain, Columns(needed=columns, others_allowed=True), findings)
    rows = ProfileRows(table, (), one_allele=one_allele)
    loci = _loci(grid, findings)
    sample = names.of_file(grid.name)
    names.tell(grid.name, findings)
    findings.notice(
        genotypes.RAZOR_LIST(file=grid.name, number=len(loci), reads=LEAST_READS, share=LEAST_SHARE, noise=NOISE_SHARE)
    )
    return replace(rows, rows=_typed_rows(sample, loci, rows))


def _loci(grid: Grid, findings: Findings) -> dict[str, _Locus]:
    found: dict[str, _Locus] = {}
    check = SequenceCheck(grid.name)
    for line, cells in chain([grid.header] if grid.header else [], grid.rows):
        name, bases, sequence, *reads = [*map(cell_text, cells), "", "", ""]
        match, stated = _NAME.fullmatch(name), _BASES.fullmatch(bases)
        number = sum(float(text) for text in reads if re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?", text))
        if match is None or not number:
            continue
        if stated:
            check.bases(line, match["marker"], int(stated["number"]), sequence)
        of_sex = marker_kind(match["marker"]) == "amelogenin"
        allele = _SEXES.get(match["allele"], match["allele"]) if of_sex else match["allele"]
        locus = found.setdefault(match["marker"], _Locus(line))
        locus.reads[allele] = locus.reads.get(allele, 0.0) + number
    check.tell(findings)
    return found


def _typed_rows(sample: str, loci: dict[str, _Locus], rows: ProfileRows) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    for marker, locus in loci.items():
        alleles = alleles_by_reads(locus.reads)
        if alleles:
            yield locus.line, (sample, marker, *(alleles if len(alleles) > 1 else (*alleles, "")))
        else:
            rows.untyped[sample] = rows.untyped.get(sample, 0) + 1


def alleles_by_reads(reads: dict[str, float]) -> list[str]:
    """The lengths that are alleles, in the order of reading; ``?`` where a second one may be an allele or noise.

    >>> alleles_by_reads({"13": 40, "14": 500, "17": 450}), alleles_by_reads({"14": 500, "17": 110})
    (['14', '17'], ['14', '?'])
    >>> alleles_by_reads({"14": 500, "13": 60}), alleles_by_reads({"14": 9})
    (['14'], [])
    """
    most = max(reads.values(), default=0.0)
    if most < LEAST_READS:
        return []
    alleles = [allele for allele, number in reads.items() if number >= LEAST_SHARE * most]
    doubtful = any(NOISE_SHARE * most <= number < LEAST_SHARE * most for number in reads.values())
    return [*alleles, UNKNOWN] if len(alleles) == 1 and doubtful else alleles
