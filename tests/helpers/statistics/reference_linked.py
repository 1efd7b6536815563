"""The slow, obvious oracle for linked markers: a sum over the haplotype pairs of all members. No cleverness.

A member's state is one ordered genotype at each locus, so phase is part of it. A parent passes a haplotype on along
one of the 2^L paths through its two haplotypes, each interval between neighbours switching with its own rho.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, product

import reference

from antigone.engine.mutation.matrices import transition_matrix
from antigone.model.assumptions.linkage import LinkageGroup
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile

Haplotype = tuple[int, ...]


def states(pedigree: Pedigree, profiles: Mapping[str, Profile], group: LinkageGroup) -> list[list[tuple]]:
    """For each member, parents first: every combination of ordered genotypes that agrees with what was seen."""
    return [
        list(product(*(reference._genotypes(m, profiles, k, len(k.alleles) + bool(k.silent)) for k in group.markers)))
        for m in pedigree.parents_first
    ]


def likelihood(pedigree: Pedigree, profiles: Mapping[str, Profile], group: LinkageGroup) -> float:
    """P(data) by direct summation, as the definitions of the validation corpus state it."""
    members = pedigree.parents_first
    p = [[*k.frequencies, *([k.silent] if k.silent else [])] for k in group.markers]
    matrices = {
        sex: [transition_matrix(getattr(k, sex), k.alleles, k.frequencies, k.silent).tolist() for k in group.markers]
        for sex in ("male", "female")
    }
    known: dict[tuple, float] = {}

    def passed_on(parent: tuple, child: Haplotype, sex: str) -> float:
        key = (parent, child, sex)
        if key not in known:
            known[key] = math.fsum(_paths(parent, child, matrices[sex], group.rho))
        return known[key]

    total = 0.0
    for combination in product(*states(pedigree, profiles, group)):
        genotype = {member.id: g for member, g in zip(members, combination, strict=True)}
        value = 1.0
        for member in members:
            haplotypes = list(zip(*genotype[member.id], strict=True))
            sides = [("female", member.mother)]
            if len(haplotypes) == 2:
                sides = [("male", member.father), *sides]
            for haplotype, (sex, parent) in zip(haplotypes, sides, strict=True):
                if parent is None:
                    value *= math.prod(p[locus][allele] for locus, allele in enumerate(haplotype))
                else:
                    value *= passed_on(genotype[parent], haplotype, sex)
            if value == 0.0:
                break
        total += value
    return total


def _paths(parent: tuple, child: Haplotype, matrices: Sequence, rho: Sequence[float]) -> Iterator[float]:
    slots = range(len(parent[0]))
    for path in product(slots, repeat=len(parent)):
        chance = 1 / len(slots)
        if len(slots) == 2:
            for (before, after), r in zip(pairwise(path), rho, strict=True):
                chance *= r if before != after else 1 - r
        for locus, way in enumerate(path):
            chance *= matrices[locus][parent[locus][way]][child[locus]]
        yield chance
