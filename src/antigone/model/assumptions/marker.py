"""A marker: its ladder of alleles, their frequencies in one population, and how it mutates."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from antigone.errors import ModelError
from antigone.model.assumptions.mutation import MutationModel, NoMutation, checked_mutation
from antigone.model.checks import checked_choice, checked_code, checked_items, checked_number

Chromosome = Literal["autosomal", "X"]
CHROMOSOMES = ("autosomal", "X")
CHROMOSOMES_MEANT = {"a": "autosomal", "autosome": "autosomal", "chrx": "X"}
"""Other spellings, which are refused with the word to write."""


@dataclass(frozen=True)
class Marker:
    """One typed marker in one population.

    ``frequencies`` (of the visible ``alleles``) and ``silent`` sum to 1. ``female`` and ``male`` are
    the mutation models of mothers and of fathers.

    Raises
    ------
    ModelError
        When alleles repeat or are no texts, a frequency is negative or not finite, the sum is off by more than 1e-6,
        the chromosome is no such word, or a mutation model is none.
    """

    name: str
    alleles: tuple[str, ...]
    frequencies: tuple[float, ...]
    female: MutationModel = NoMutation()
    male: MutationModel = NoMutation()
    silent: float = 0.0
    chromosome: Chromosome = "autosomal"

    def __post_init__(self) -> None:
        what = f"marker {checked_code(self.name, 'the name of a marker')}"
        alleles = checked_items(self.alleles, f"{what}: alleles", "a list of labels such as ('12', '13')")
        frequencies = checked_items(self.frequencies, f"{what}: frequencies", "a list of numbers, one for each allele")
        if len(alleles) != len(frequencies) or not alleles:
            raise ModelError(f"{what}: {len(alleles)} alleles, {len(frequencies)} frequencies; give one each")
        alleles = tuple(checked_code(allele, f"{what}: an allele") for allele in alleles)
        if len(set(alleles)) != len(alleles):
            raise ModelError(f"{what}: an allele is listed twice")
        frequencies = tuple(_frequency(p, f"{what}: a frequency") for p in frequencies)
        silent = _frequency(self.silent, f"{what}: the frequency of silent alleles")
        total = math.fsum(frequencies) + silent
        if abs(total - 1) > 1e-6:
            raise ModelError(f"{what}: frequencies sum to {total:.8g}, expected 1")
        if not any(frequencies):
            raise ModelError(f"{what}: no allele that can be seen has a frequency above 0")
        checked_choice(self.chromosome, f"{what}: the chromosome", CHROMOSOMES, meant=CHROMOSOMES_MEANT)
        checked_mutation(self.female, f"{what}: the mutation model of mothers")
        checked_mutation(self.male, f"{what}: the mutation model of fathers")
        for name, value in (("alleles", alleles), ("frequencies", frequencies), ("silent", silent)):
            object.__setattr__(self, name, value)

    @cached_property
    def allele_index(self) -> dict[str, int]:
        """Position of each allele label in the ladder."""
        return {allele: i for i, allele in enumerate(self.alleles)}

    def without_mutation(self) -> Marker:
        return replace(self, female=NoMutation(), male=NoMutation())


def _frequency(value: Any, what: str) -> float:
    return checked_number(value, what, "0 or more, and 1 as the sum of all", holds=lambda p: 0 <= p <= 1 + 1e-6)
