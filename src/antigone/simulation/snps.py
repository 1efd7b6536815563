"""Genes dropped along the chromosomes: haplotypes of SNPs in every member of a pedigree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from antigone.engine.arrays import Array, Ints
from antigone.engine.snp.family import recombination
from antigone.model.assumptions.linkage import MapFunction, haldane
from antigone.model.assumptions.snp_panel import Snp
from antigone.model.pedigree import Pedigree

Haplotypes = Mapping[str, Ints]
"""By member shape ``(2, loci)``, from the father and from the mother: 1 where the copy is allele 1."""


def drop_snps(
    pedigree: Pedigree, snps: Sequence[Snp], frequency: Array, rng: np.random.Generator, *,
    map_function: MapFunction = haldane,
) -> Haplotypes:  # fmt: skip
    """Founders' haplotypes in linkage equilibrium; children recombine by the map, without interference. Autosomes."""
    rho = recombination(snps, map_function)
    found: dict[str, Ints] = {}

    def haplotypes(person: str) -> Ints:
        if person not in found:
            member = pedigree[person]
            found[person] = np.stack([copy(parent) for parent in (member.father, member.mother)])
        return found[person]

    def copy(parent: str | None) -> Ints:
        if parent is None:
            return (rng.random(len(snps)) < frequency).astype(np.int64)
        side = np.cumsum(rng.random(len(snps)) < rho) % 2
        passed: Ints = haplotypes(parent)[side, np.arange(len(snps))]
        return passed

    for member in pedigree:
        haplotypes(member.id)
    return found


def genotypes_of(haplotypes: Haplotypes, person: str) -> Ints:
    """Copies of allele 1 at each SNP, shape ``(loci,)``."""
    both: Ints = haplotypes[person].sum(axis=0)
    return both
