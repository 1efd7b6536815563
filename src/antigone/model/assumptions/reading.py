"""How tables of genotypes are read where laboratories differ: choices that a result states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

OneAllele = Literal["homozygote", "unknown"]

ONE_ALLELE_OF_EXPORTS: OneAllele = "homozygote"
"""What one allele alone means in another program's table, where nothing is stated: their way to write a homozygote."""

LEAST_READS = 10
"""Reads of the most frequent length from which a marker of a list of all sequences counts as typed."""

LEAST_SHARE, NOISE_SHARE = 0.3, 0.15
"""Reads beside those of the most frequent length from which another one is an allele, and below which it is noise."""

CONTROLS = (
    "ladder", "allelic ladder", "al", "positive control", "pos control", "pos ctrl", "positive", "pos", "pc", "k+",
    "control positivo", "controlo positivo", "temoin positif", "positivkontrolle", "negative control", "neg control",
    "neg ctrl", "negative", "neg", "nc", "ntc", "k-", "control negativo", "controlo negativo", "temoin negatif",
    "negativkontrolle", "blank", "reagent blank", "rb", "extraction blank", "extraction control", "extraction negative",
    "eb", "pcr blank", "pcr negative", "blanco", "branco", "blanc", "leerwert", "2800m", "9947a", "9948", "007", "k562",
    "control dna 9947a", "control dna 007", "2391", "hl60",
)  # fmt: skip
"""Samples of a run that belong to nobody and are no mistake: ladders, control DNA, blanks; a number may follow."""


@dataclass(frozen=True)
class ReadingRules:
    """What one allele alone means, which samples are controls, and which rare alleles are really so.

    ``columns`` are headings of a laboratory's own, by their key, with those in whose place they are read; ``layout``
    is the file that states them. ``one_allele`` is ``None`` where nothing is stated. ``accepted`` are, by marker,
    alleles far beyond every ladder that a person has confirmed.
    """

    one_allele: OneAllele | None = None
    controls: tuple[str, ...] = CONTROLS
    accepted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    layout: str = ""
