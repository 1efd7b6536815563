"""A family asked once by a panel of linked SNPs; then the LR of any number of persons.

    L = sum over v_1 .. v_m   P(v_1) prod P(v_(l+1) | v_l) prod E_l(v_l)

as for linked markers with theta (`engine.linkage.theta`), for thousands of loci with two alleles (Lander & Green 1987,
doi:10.1073/pnas.84.8.2363). Under H2 the person is one more founder, who draws from the same urns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from antigone.engine.arrays import Array
from antigone.engine.snp.forward import log_sums
from antigone.engine.snp.sharing import Sharing, copies_of, sharing_of
from antigone.engine.snp.tables import family_table
from antigone.errors import ModelError
from antigone.model.assumptions.linkage import MapFunction, haldane
from antigone.model.assumptions.snp_panel import Snp
from antigone.model.checks import checked_theta
from antigone.model.pedigree import Pedigree

X = "X"


@dataclass(frozen=True)
class _Hypothesis:
    sharing: Sharing
    table: Array


@dataclass(frozen=True)
class _Part:
    """A chromosome: its loci, and what the family says there under H1 and H2."""

    chromosome: str
    loci: slice
    rho: Array
    hypotheses: tuple[_Hypothesis, _Hypothesis]


@dataclass(frozen=True)
class SnpFamily:
    """What a family says of its missing person at every SNP; made by `ask_family`."""

    parts: tuple[_Part, ...]

    def log_likelihoods(self, seen: Array) -> Array:
        """Natural log P(family and person), under H1 and H2.

        Parameters
        ----------
        seen
            Shape ``(persons, loci, 3)``: P(data | copies of allele 1) of each person.

        Returns
        -------
        Shape ``(2, persons)``.
        """
        logs: Array = self._of_chromosomes(seen).sum(axis=0)
        return logs

    def log_ratios(self, seen: Array) -> Array:
        """Natural log LR of each person, shape ``(persons,)``."""
        h1, h2 = self.log_likelihoods(seen)
        ratios: Array = h1 - h2
        return ratios

    def log_ratios_by_chromosome(self, seen: Array) -> dict[str, Array]:
        """Natural log LR of each person on each chromosome; they add up to `log_ratios`."""
        logs = self._of_chromosomes(seen)
        return {part.chromosome: h1 - h2 for part, (h1, h2) in zip(self.parts, logs, strict=True)}

    def _of_chromosomes(self, seen: Array) -> Array:
        """Shape ``(chromosomes, 2, persons)``."""
        return np.array(
            [
                [log_sums(asked.sharing, part.rho, asked.table, seen[:, part.loci]) for asked in part.hypotheses]
                for part in self.parts
            ]
        )


def ask_family(
    pedigree: Pedigree, missing: str, typed: Mapping[str, Array], snps: Sequence[Snp], frequency: Array, *,
    theta: float = 0.0, map_function: MapFunction = haldane, unlinked: bool = False,
) -> SnpFamily:  # fmt: skip
    """The family's tables under H1 and H2.

    Parameters
    ----------
    typed
        By typed relative, shape ``(loci, 3)``: P(data | copies of allele 1).
    snps
        In map order.
    frequency
        Of allele 1 in the population, shape ``(loci,)``.
    unlinked
        Take every SNP as unlinked with every other.

    Raises
    ------
    ModelError
        When the missing person is typed, somebody is not in the pedigree, or a founder is inbred.
    PlanTooLarge
        When too many meioses lie between the missing person and the typed.
    """
    checked_theta(theta)
    pedigree.require(missing, *typed)
    _require_askable(pedigree, missing, typed)
    rho = recombination(snps, map_function, unlinked=unlinked)
    shared = {x: _sharings(pedigree, missing, list(typed), x=x) for x in {snp.chromosome == X for snp in snps}}
    parts = []
    for chromosome, loci in _chromosomes(snps):
        seen = [weights[loci] for weights in typed.values()]
        h1, h2 = (
            _Hypothesis(sharing, family_table(sharing, seen, frequency[loci], theta))
            for sharing in shared[chromosome == X]
        )
        parts.append(_Part(chromosome, loci, rho[loci], (h1, h2)))
    return SnpFamily(tuple(parts))


def _sharings(pedigree: Pedigree, missing: str, typed: list[str], *, x: bool) -> tuple[Sharing, Sharing]:
    """Under H1, and under H2, where the person shares nothing with the family."""
    stranger = copies_of(pedigree, missing, x=x)
    return sharing_of(pedigree, [*typed, missing], x=x), sharing_of(pedigree, typed, x=x).with_stranger(stranger)


def _chromosomes(snps: Sequence[Snp]) -> list[tuple[str, slice]]:
    """Each chromosome with its loci, in map order."""
    first: dict[str, int] = {}
    for place, snp in enumerate(snps):
        first.setdefault(snp.chromosome, place)
    ends = [*list(first.values())[1:], len(snps)]
    return [(name, slice(start, end)) for (name, start), end in zip(first.items(), ends, strict=True)]


def recombination(snps: Sequence[Snp], map_function: MapFunction, *, unlinked: bool = False) -> Array:
    """With the SNP before, shape ``(loci,)``; 1/2 at the first SNP of a chromosome.

    >>> pair = [Snp("rs1", "1", 0.0, ("A", "G")), Snp("rs2", "1", 10.0, ("C", "T"))]
    >>> recombination(pair, haldane).round(6).tolist()
    [0.5, 0.090635]
    """
    rho = np.full(len(snps), 0.5)
    for place in range(1, 0 if unlinked else len(snps)):
        before, here = snps[place - 1 : place + 1]
        if before.chromosome == here.chromosome:
            rho[place] = map_function(here.cm - before.cm)
    return rho


def _require_askable(pedigree: Pedigree, missing: str, typed: Mapping[str, Array]) -> None:
    if missing in typed:
        raise ModelError(f"'{missing}' is typed; the LR is that of a person being the missing member")
    inbred = [member.id for member in pedigree if member.founder_inbreeding]
    if inbred:
        raise ModelError(
            f"founder inbreeding ({', '.join(inbred)}) has no definition for linked SNPs; declare the founder's parents"
        )
