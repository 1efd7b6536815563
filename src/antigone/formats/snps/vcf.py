"""VCF as text, plain or gzipped: the genotypes, counts of reads or likelihoods of SNPs by their identifier.

Only what a panel needs is read (VCF 4.1 to 4.4, section 1.6): biallelic sites of one base, and of each sample PL, else
AD, else GT. Phase and everything else is passed over, and nothing of the file is kept.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from antigone.formats.reading.findings import Findings
from antigone.formats.reading.sources import read_errors

MOST_LETTERS = 50_000_000
"""Of one line: some 100,000 samples."""
_FIXED = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT")
_BASES = frozenset("ACGT")
Shown = tuple[str, tuple[int, ...]]
"""``PL`` with three numbers, ``AD`` with two, or ``GT`` with two; the alternative allele is counted."""


@dataclass(frozen=True)
class VcfRow:
    """One SNP: its identifier, reference and alternative allele, and what each sample shows."""

    line: int
    marker: str
    alleles: tuple[str, str]
    samples: Mapping[str, Shown]


def vcf_rows(path: Path, findings: Findings) -> Iterator[VcfRow]:
    """The SNPs of a VCF file; what is wrong goes to the findings, and the rest is read."""
    with read_errors(path.name), _opened(path) as file:
        try:
            yield from _rows(path.name, file, findings)
        except (EOFError, zlib.error, UnicodeDecodeError, gzip.BadGzipFile):
            remedy = "make the file again, and copy it whole"
            findings.problem((path.name, 0), "", "a damaged file", "VCF as text, plain or gzipped", remedy)


def _opened(path: Path) -> IO[str]:
    if path.name.lower().endswith(".gz"):
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open("r", encoding="utf-8")


def _rows(name: str, file: IO[str], findings: Findings) -> Iterator[VcfRow]:
    samples: list[str] = []
    number = 0
    while text := file.readline(MOST_LETTERS):
        number += 1
        cells = text.rstrip("\r\n").split("\t")
        if text.startswith("##"):
            continue
        if text.startswith("#"):
            samples = cells[len(_FIXED) :] if tuple(cells[: len(_FIXED)]) == _FIXED else []
        elif not samples or len(cells) != len(_FIXED) + len(samples):
            expected = "a heading #CHROM ... FORMAT with samples, and as many cells in every row"
            findings.problem((name, number), "", f"{len(cells)} cells", expected, "export the file again")
            return
        elif (row := _row(number, cells, samples)) is not None:
            yield row


def _row(line: int, cells: list[str], samples: list[str]) -> VcfRow | None:
    marker, reference, alternative = cells[2], cells[3].upper(), cells[4].upper()
    if marker == "." or not {reference, alternative} <= _BASES:
        return None
    keys = cells[8].split(":")
    shown = {
        sample: one
        for sample, cell in zip(samples, cells[len(_FIXED) :], strict=True)
        if (one := _shown(dict(zip(keys, cell.split(":"), strict=False)))) is not None
    }
    return VcfRow(line, marker, (reference, alternative), shown)


def _shown(values: Mapping[str, str]) -> Shown | None:
    for key, numbers in (("PL", 3), ("AD", 2)):
        parts = values.get(key, "").split(",")
        if len(parts) == numbers and all(part.isdecimal() for part in parts):
            return key, tuple(map(int, parts))
    called = values.get("GT", "").replace("|", "/").split("/")
    return ("GT", (int(called[0]), int(called[1]))) if len(called) == 2 and set(called) <= {"0", "1"} else None
