"""A panel of SNPs: where each lies on its chromosome, its two alleles and how frequent they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from antigone.errors import ModelError
from antigone.model.checks import (
    checked_choice,
    checked_code,
    checked_items,
    checked_kind,
    checked_mapping,
    checked_number,
    checked_theta,
)

SNP_CHROMOSOMES = (*(str(number) for number in range(1, 23)), "X")


@dataclass(frozen=True, slots=True)
class Snp:
    """One SNP: its name, chromosome, position in cM, and its two alleles in a fixed order.

    Raises
    ------
    ModelError
        For a chromosome that is not 1 to 22 or X, a position that is no number, or not two different alleles.
    """

    marker: str
    chromosome: str
    cm: float
    alleles: tuple[str, str]

    def __post_init__(self) -> None:
        what = f"SNP {checked_code(self.marker, 'the name of a SNP')}"
        if self.chromosome not in SNP_CHROMOSOMES:
            raise ModelError(f"{what}: chromosome '{self.chromosome}', expected 1 to 22 or X")
        checked_number(self.cm, f"{what}: the position", "a number of cM", holds=lambda _: True)
        alleles = checked_items(self.alleles, f"{what}: alleles", "two labels such as ('A', 'G')")
        if len(set(alleles)) != 2:
            raise ModelError(f"{what}: {len(set(alleles))} different alleles, expected 2")


@dataclass(frozen=True)
class SnpModel:
    """Under which assumptions SNPs are compared.

    Attributes
    ----------
    error, reference_error
        The probability that a reading is a random person's: of an unidentified person, of a relative.
    read_error
        The probability that one read shows the other allele.
    map
        From cM to recombination: Haldane or Kosambi.

    Raises
    ------
    ModelError
        For a value that is no probability, an error of 0, or another map function.
    """

    theta: float = 0.01
    error: float = 0.01
    reference_error: float = 0.002
    read_error: float = 0.01
    map: str = "Haldane"

    def __post_init__(self) -> None:
        checked_theta(self.theta)
        checked_choice(self.map, "the map function", ("Haldane", "Kosambi"))
        for what in ("error", "reference_error", "read_error"):
            expected = "above 0 and below 1: with 0 one wrong reading would exclude the right person"
            checked_number(getattr(self, what), f"the {what} of SNPs", expected, holds=lambda x: 0 < x < 1)


@dataclass(frozen=True)
class SnpPanel:
    """SNPs in map order, with the frequency of the first allele of each in every population.

    Raises
    ------
    ModelError
        With every fault: a name twice, a SNP out of map order, a frequency that is not between 0 and 1, a population
        without a frequency for each SNP.

    Examples
    --------
    >>> panel = SnpPanel((Snp("rs1", "1", 3.5, ("A", "G")),), {"world": (0.3,)}, "invented")
    >>> len(panel)
    1
    """

    snps: tuple[Snp, ...]
    frequencies: Mapping[str, tuple[float, ...]]
    source: str = ""

    def __post_init__(self) -> None:
        snps = checked_items(self.snps, "the SNPs of a panel", "a list of Snp(marker, chromosome, cm, alleles)")
        for snp in snps:
            checked_kind(snp, Snp, "a SNP of a panel", "Snp(marker, chromosome, cm, alleles)")
        checked_mapping(self.frequencies, "the frequencies of a panel", "by population one number for each SNP")
        faults = [*_faults_of_order(snps), *_faults_of_frequencies(snps, self.frequencies)]
        if faults:
            raise ModelError("; ".join(faults[:5]) + (f"; and {len(faults) - 5} more" if len(faults) > 5 else ""))

    def __len__(self) -> int:
        return len(self.snps)


def place(snp: Snp) -> tuple[int, float]:
    """By which SNPs are put in map order."""
    return SNP_CHROMOSOMES.index(snp.chromosome), snp.cm


def _faults_of_order(snps: tuple[Snp, ...]) -> list[str]:
    twice = {snp.marker for snp in snps} if len({snp.marker for snp in snps}) < len(snps) else set()
    counts = {name: sum(snp.marker == name for snp in snps) for name in sorted(twice)}
    faults = [f"SNP {name} is in the panel {count} times" for name, count in counts.items() if count > 1]
    return faults + [
        f"SNP {after.marker} stands behind {before.marker}, but lies before it on the map"
        for before, after in pairwise(snps)
        if place(after) < place(before)
    ]


def _faults_of_frequencies(snps: tuple[Snp, ...], frequencies: Mapping[str, Any]) -> list[str]:
    faults = [] if frequencies else ["no population has frequencies"]
    for population, values in frequencies.items():
        if len(values) != len(snps):
            faults.append(f"population {population}: {len(values)} frequencies for {len(snps)} SNPs")
        faults += [
            f"SNP {snp.marker}: a frequency in {population} is not above 0 and below 1"
            for snp, value in zip(snps, values, strict=False)
            if not 0 < value < 1
        ]
    return faults
