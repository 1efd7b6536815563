"""Allele frequency tables, and the named rule for rare and unseen alleles.

A population is a property of a frequency table, never of a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from antigone.model.checks import checked_kind, checked_number
from antigone.model.statements import settings as said
from antigone.model.statements.statement import Statement


@dataclass(frozen=True)
class FrequencyTable:
    """Allele frequencies of one population.

    ``frequencies[marker][allele]`` sums to 1 over a marker's alleles (to ``1 - silent`` where a silent
    allele is given). ``alleles_sampled[marker]`` is 2N, the number of alleles counted; 0 when unknown.
    ``x_markers`` names the X-chromosomal ones among the markers.
    """

    population: str
    frequencies: Mapping[str, Mapping[str, float]]
    alleles_sampled: Mapping[str, int]
    source: str = ""
    silent: Mapping[str, float] | None = None
    x_markers: frozenset[str] = frozenset()


@dataclass(frozen=True)
class FrequencyRule:
    """How rare and unseen alleles are treated: the same rule everywhere, written in every result.

    Every allele of the ladder gets at least ``minimum_count / 2N`` (the ladder is the table's alleles and
    every allele seen in the incident), or ``minimum`` where the table does not state 2N. Then the marker
    is rescaled to sum to 1 when ``rescale`` is true. ``minimum_count = 5`` is the usual forensic floor
    (NRC II 1996, doi:10.17226/5141); ``minimum_count = 0`` with ``minimum = 0`` takes the table as it
    stands and refuses an unseen allele.
    """

    minimum_count: float = 5.0
    minimum: float = 0.001
    rescale: bool = True

    def __post_init__(self) -> None:
        what = "frequency rule: the minimum"
        checked_number(self.minimum_count, f"{what} count", "0 or more", holds=lambda count: count >= 0)
        checked_number(self.minimum, what, "0 or more and less than 1", holds=lambda p: 0 <= p < 1)
        checked_kind(self.rescale, bool, "frequency rule: rescale", "True or False")

    def floor(self, alleles_sampled: int) -> float:
        """The smallest frequency an allele may have, given 2N of its marker."""
        return self.minimum_count / alleles_sampled if alleles_sampled else self.minimum

    def describe(self) -> Statement:
        if not self.minimum_count and not self.minimum:
            return said.FREQUENCIES_AS_IN_TABLE()
        way = said.RARE_RESCALED if self.rescale else said.RARE_NOT_RESCALED
        return way(least=self.minimum_count, given=self.minimum_count, otherwise=self.minimum)
