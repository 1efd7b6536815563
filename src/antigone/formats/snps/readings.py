"""What was read of SNPs: `snp_genotypes` as a table or Parquet, and VCF; each as P(data | copies of allele 1).

The floor of a reading is put on later (`engine.snp.readings`), with the frequencies of the population.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from antigone.formats.reading.findings import Findings
from antigone.formats.reading.sources import HashedFile
from antigone.formats.reading.tables import Columns, Table, to_table
from antigone.formats.snps.kept_out import KEPT_OUT
from antigone.formats.snps.panel import first_grid
from antigone.formats.snps.vcf import vcf_rows
from antigone.model.assumptions.snp_panel import SnpPanel
from antigone.model.statements import evidence as said

GENOTYPE_COLUMNS = Columns(
    needed=("sample", "marker"), optional=("allele1", "allele2", "reads1", "reads2"), filled=("sample", "marker")
)
_UNREAD = frozenset(("", "0", ".", "-", "N", "NN", "NA", "?"))
Given = NDArray[np.float64]
"""Shape ``(loci, 3)``: P(data | copies of allele 1), ones where nothing was read."""
Row = tuple[str, str, Given]
"""Sample, marker, and P(data | 0, 1, 2 copies of allele 1)."""


@dataclass
class SnpReadings:
    """By sample, what was read at each SNP of the panel."""

    panel: SnpPanel
    read_error: float
    samples: dict[str, Given] = field(default_factory=dict)
    outside: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._place = {snp.marker.lower(): number for number, snp in enumerate(self.panel.snps)}

    def typed(self, sample: str) -> int:
        """How many SNPs were read."""
        return int((self.samples[sample] != 1.0).any(axis=1).sum())

    def place(self, marker: str, file: str) -> int | None:
        """Where a marker stands on the panel; readings at others are counted, those kept out are not even that."""
        place = self._place.get(marker.lower())
        if place is None and marker.lower() not in KEPT_OUT:
            self.outside[file] = self.outside.get(file, 0) + 1
        return place

    def add(self, sample: str, place: int, given: Given) -> bool:
        """Whether it is new: two readings of one SNP multiply, for they are replicates of one genotype."""
        read = self.samples.setdefault(sample, np.ones((len(self.panel), 3)))
        new = bool((read[place] == 1.0).all())
        if new:
            read[place] = given
        return new


def read_snp_readings(
    paths: Sequence[Path], panel: SnpPanel, *, read_error: float, findings: Findings
) -> Mapping[str, Given]:
    """The readings of all files, by sample; what is wrong goes to the findings."""
    readings = SnpReadings(panel, read_error)
    for path in paths:
        rows = _vcf(path, readings, findings) if _is_vcf(path) else _table(path, readings, findings)
        for sample, place, given, line in rows:
            if not readings.add(sample, place, given):
                found = f"sample '{sample}': SNP {panel.snps[place].marker} a second time"
                findings.problem(
                    (path.name, line), "marker", found, "each SNP once in a sample", "keep one of the rows"
                )
    for file, number in readings.outside.items():
        findings.notice(said.SNP_NOT_ON_PANEL(number=number, file=file))
    return readings.samples


def _is_vcf(path: Path) -> bool:
    return path.name.lower().endswith((".vcf", ".vcf.gz"))


Placed = tuple[str, int, Given, int]


def _table(path: Path, readings: SnpReadings, findings: Findings) -> Iterator[Placed]:
    with HashedFile.open(path) as file:
        table = to_table(first_grid(path, file), GENOTYPE_COLUMNS, findings)
        counts = {"reads1", "reads2"} <= set(table.columns)
        if not counts and table.columns and not {"allele1", "allele2"} <= set(table.columns):
            expected = "columns allele1 and allele2, or reads1 and reads2"
            table.problem(1, "", "neither genotypes nor counts of reads", expected, "add the columns")
            return
        columns = ("reads1", "reads2") if counts else ("allele1", "allele2")
        for line, (sample, marker, first, second) in table.texts("sample", "marker", *columns):
            place = readings.place(marker, path.name)
            if place is None:
                continue
            made = (
                _counts(table, line, readings, first, second)
                if counts
                else _alleles(table, line, readings.panel.snps[place].alleles, first, second)
            )
            if made is not None:
                yield sample, place, made, line


def _alleles(table: Table, line: int, alleles: tuple[str, str], first: str, second: str) -> Given | None:
    shown = [text.upper() for text in (first, second)]
    if all(text in _UNREAD for text in shown):
        return None
    if not set(shown) <= set(alleles):
        expected, remedy = f"two of {' and '.join(alleles)}", "check the strand of the genotype, or correct the panel"
        table.problem(line, "allele1", "an allele that the panel does not have", expected, remedy)
        return None
    return np.eye(3)[shown.count(alleles[0])]


def _counts(table: Table, line: int, readings: SnpReadings, first: str, second: str) -> Given | None:
    if not (first.isdecimal() and second.isdecimal()):
        table.problem(line, "reads1", "no whole number of reads", "0 or more", "correct the counts")
        return None
    return from_counts(int(first), int(second), readings.read_error)


def from_counts(ones: int, others: int, read_error: float) -> Given | None:
    """P(counts | 0, 1, 2 copies of allele 1), scaled to a largest of 1; nothing without a read."""
    if ones + others == 0:
        return None
    shown = np.array([read_error, 0.5, 1 - read_error])
    logs = ones * np.log(shown) + others * np.log1p(-shown)
    scaled: Given = np.exp(logs - logs.max())
    return scaled


def _vcf(path: Path, readings: SnpReadings, findings: Findings) -> Iterator[Placed]:
    for row in vcf_rows(path, findings):
        place = readings.place(row.marker, path.name)
        if place is None:
            continue
        alleles = readings.panel.snps[place].alleles
        if set(row.alleles) != set(alleles):
            expected = f"{' and '.join(alleles)}, as on the panel"
            findings.problem(
                (path.name, row.line), "ALT", f"SNP {row.marker}: other alleles", expected, "check the panel's strand"
            )
            continue
        turned = row.alleles[0] == alleles[0]
        for sample, (kind, values) in row.samples.items():
            given = _of_vcf(kind, values, readings.read_error)
            if given is not None:
                yield sample, place, given[::-1] if turned else given, row.line


def _of_vcf(kind: str, values: tuple[int, ...], read_error: float) -> Given | None:
    """P(data | 0, 1, 2 copies of the alternative allele)."""
    if kind == "PL":
        phred = np.array(values, dtype=np.float64)
        return None if (phred == 0).all() else 10.0 ** (-(phred - phred.min()) / 10)
    if kind == "AD":
        return from_counts(values[1], values[0], read_error)
    return np.eye(3)[sum(values)]
