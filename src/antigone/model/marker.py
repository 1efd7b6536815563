"""A marker: its ladder of alleles, their frequencies in one population, and how it mutates."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from antigone.errors import ModelError
from antigone.model.mutation import MutationModel, NoMutation

Chromosome = Literal["autosomal", "X"]


@dataclass(frozen=True)
class Marker:
    """One typed marker in one population.

    ``frequencies`` (of the visible ``alleles``) and ``silent`` sum to 1. ``female`` and ``male`` are
    the mutation models of mothers and of fathers.

    Raises
    ------
    ModelError
        When alleles repeat, a frequency is negative or not finite, or the sum is off by more than 1e-6.
    """

    name: str
    alleles: tuple[str, ...]
    frequencies: tuple[float, ...]
    female: MutationModel = NoMutation()
    male: MutationModel = NoMutation()
    silent: float = 0.0
    chromosome: Chromosome = "autosomal"

    def __post_init__(self) -> None:
        if len(self.alleles) != len(self.frequencies) or not self.alleles:
            raise ModelError(f"marker {self.name}: {len(self.alleles)} alleles, {len(self.frequencies)} frequencies")
        if len(set(self.alleles)) != len(self.alleles):
            raise ModelError(f"marker {self.name}: an allele is listed twice")
        if not all(math.isfinite(p) and p >= 0 for p in (*self.frequencies, self.silent)):
            raise ModelError(f"marker {self.name}: a frequency is negative or not a number")
        total = math.fsum(self.frequencies) + self.silent
        if abs(total - 1) > 1e-6:
            raise ModelError(f"marker {self.name}: frequencies sum to {total:.8g}, expected 1")

    @cached_property
    def allele_index(self) -> dict[str, int]:
        """Position of each allele label in the ladder."""
        return {allele: i for i, allele in enumerate(self.alleles)}

    def without_mutation(self) -> Marker:
        return replace(self, female=NoMutation(), male=NoMutation())
