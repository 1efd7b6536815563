"""The slow, obvious oracle: sum over all ordered genotypes of all members. No cleverness on purpose."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import product

from antigone.engine.mutation.matrices import transition_matrix
from antigone.model.assumptions.marker import Marker
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.profile import Profile

Weights = Mapping[str, Callable[[tuple[int, ...]], float]]
"""P(what was seen | genotype) of members seen through an observation model; a genotype is a tuple of allele indices."""


def likelihood(
    pedigree: Pedigree,
    profiles: Mapping[str, Profile],
    marker: Marker,
    *,
    theta: float = 0.0,
    weights: Weights | None = None,
) -> float:
    """P(data) by direct summation, as the definitions of the validation corpus state it."""
    p = [*marker.frequencies, *([marker.silent] if marker.silent else [])]
    matrices = {
        "father": transition_matrix(marker.male, marker.alleles, marker.frequencies, marker.silent),
        "mother": transition_matrix(marker.female, marker.alleles, marker.frequencies, marker.silent),
    }
    members = pedigree.parents_first
    choices = [_genotypes(member, profiles, marker, len(p)) for member in members]
    total = 0.0
    for combination in product(*choices):
        genotype = {member.id: g for member, g in zip(members, combination, strict=True)}
        seen = math.prod(weight(genotype[member]) for member, weight in (weights or {}).items())
        total += seen * _term(members, genotype, p, matrices, theta)
    return total


def _genotypes(member: Individual, profiles: Mapping[str, Profile], marker: Marker, n: int) -> list[tuple[int, ...]]:
    """The ordered genotypes (paternal, maternal; a hemizygous male: maternal only) that agree with what was seen."""
    hemizygous = marker.chromosome == "X" and member.sex == "male"
    every: list[tuple[int, ...]] = list(product(range(n), repeat=1 if hemizygous else 2))
    profile = profiles.get(member.id)
    seen = profile.genotypes.get(marker.name) if profile else None
    if seen is None:
        return every
    labels = [*marker.alleles, "silent"]
    return [g for g in every if _agrees(sorted(labels[a] for a in g), seen)]


def _agrees(labels: list[str], seen: tuple[str | None, str | None]) -> bool:
    first, second = seen
    if len(labels) == 1:
        return labels[0] == first
    if second is None:
        return first in labels
    if first == second:
        return set(labels) in ({first}, {first, "silent"})
    return set(labels) == {first, second}


def _term(members, genotype, p, matrices, theta):
    value, urn = 1.0, list[int]()
    for member in members:
        own = genotype[member.id]
        parents = [member.mother] if len(own) == 1 else [member.father, member.mother]
        roles = ["mother"] if len(own) == 1 else ["father", "mother"]
        if member.is_founder and member.founder_inbreeding and len(own) == 2:
            f, (a, b) = member.founder_inbreeding, own
            value *= f * p[a] * (a == b) + (1 - f) * p[a] * p[b]
            continue
        for allele, parent, role in zip(own, parents, roles, strict=True):
            if parent is None:
                drawn = len(urn)
                value *= (urn.count(allele) * theta + (1 - theta) * p[allele]) / (1 + (drawn - 1) * theta)
                urn.append(allele)
            else:
                source = genotype[parent]
                value *= math.fsum(matrices[role][a][allele] for a in source) / len(source)
        if value == 0.0:
            return 0.0
    return value
