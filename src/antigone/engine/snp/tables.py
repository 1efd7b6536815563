"""What a family says at each SNP: the likelihood of its data with a further person's genotype, by sharing pattern.

At one locus the gene copies of founders come from an urn with theta (Balding & Nichols 1994). Persons who share copies
are summed together, the others apart, each sum kept by the number of copies that are allele 1:

    T[l, v, g] = sum over k  urn_l(k of K)  (product over groups of persons  S_group)[k]

with the product of two such sums a convolution over their numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from antigone.engine.arrays import Array
from antigone.engine.snp.sharing import Sharing

GENOTYPES = 3
"""None, one or two copies of allele 1; a person with one gene copy has none or one, and the last is never so."""
Carried = tuple[int, ...]
Members = tuple[tuple[int, Carried], ...]
"""Persons with the copies they carry."""


def family_table(sharing: Sharing, typed: Sequence[Array], frequency: Array, theta: float) -> Array:
    """The joint likelihood of all typed persons, with the genotype of the last person of the patterns left open.

    Parameters
    ----------
    sharing
        Of the typed persons, in their order, and of the person asked for, who is the last.
    typed
        For each typed person shape ``(loci, 3)``: P(data | copies of allele 1).
    frequency
        Of allele 1, shape ``(loci,)``.

    Returns
    -------
    Shape ``(loci, patterns, 3)``: P(data of the typed, genotype of the last | pattern).
    """
    known: dict[object, Array] = {}
    table = np.empty((len(frequency), len(sharing.patterns), GENOTYPES))
    for row, pattern in enumerate(sharing.patterns):
        table[:, row] = _of_pattern(pattern, typed, frequency, theta, known)
    return table


def urn(ones: int, copies: int, frequency: Array, theta: float) -> Array:
    """P(the first ``ones`` of ``copies`` draws are allele 1 and the others allele 2), at each locus.

    >>> urn(2, 2, np.array([0.2]), 0.03).round(6).tolist()  # 0.2 x (0.97 x 0.2 + 0.03)
    [0.0448]
    """
    chance = np.ones(len(frequency))
    for k in range(ones):
        chance = chance * ((1 - theta) * frequency + k * theta)
    for k in range(copies - ones):
        chance = chance * ((1 - theta) * (1 - frequency) + k * theta)
    return chance / np.prod([1 + (k - 1) * theta for k in range(copies)])


def _of_pattern(
    pattern: Sequence[Carried], typed: Sequence[Array], frequency: Array, theta: float, known: dict[object, Array]
) -> Array:
    """Shape ``(loci, 3)``; ``known`` holds the sums of groups and the urns that were met before."""
    total = np.ones((len(frequency), 1, 1))
    for group in _groups(pattern):
        members = _named(group, pattern)
        if members not in known:
            known[members] = _sum(members, typed)
        total = _convolved(total, known[members])
    copies = total.shape[2] - 1
    if copies not in known:
        known[copies] = np.stack([urn(k, copies, frequency, theta) for k in range(copies + 1)], axis=1)
    found: Array = np.einsum("lgk,lk->lg", total, known[copies])
    return found


def _groups(pattern: Sequence[Carried]) -> list[tuple[int, ...]]:
    """Persons who share copies with each other, directly or through others."""
    groups: list[set[int]] = []
    for person, copies in enumerate(pattern):
        shares = [group for group in groups if any(not set(copies).isdisjoint(pattern[other]) for other in group)]
        groups = [group for group in groups if group not in shares] + [{person}.union(*shares)]
    return [tuple(sorted(group)) for group in groups]


def _named(group: tuple[int, ...], pattern: Sequence[Carried]) -> Members:
    """The group's own sharing, whatever its copies are called in the pattern."""
    number: dict[int, int] = {}
    return tuple((p, tuple(number.setdefault(copy, len(number)) for copy in pattern[p])) for p in group)


def _sum(members: Members, typed: Sequence[Array]) -> Array:
    """Over the types of a group's copies, by how many are allele 1: shape ``(loci or 1, 3 or 1, copies + 1)``."""
    copies = 1 + max(copy for _, carried in members for copy in carried)
    asked = members[-1][0] == len(typed)
    out = np.zeros((len(typed[0]) if typed else 1, GENOTYPES if asked else 1, copies + 1))
    for types in product((0, 1), repeat=copies):
        weight: Array | float = 1.0
        shown = 0
        for person, carried in members:
            ones = sum(types[copy] for copy in carried)
            if person == len(typed):
                shown = ones
            else:
                weight = weight * typed[person][:, ones]
        out[:, shown if asked else 0, sum(types)] += weight
    return out


def _convolved(one: Array, other: Array) -> Array:
    """Both sums together: numbers of allele 1 add up; only one of them has the open genotype."""
    loci = max(len(one), len(other))
    genotypes, copies = max(one.shape[1], other.shape[1]), one.shape[2] + other.shape[2] - 1
    out = np.zeros((loci, genotypes, copies))
    for k in range(other.shape[2]):
        out[:, :, k : k + one.shape[2]] += one * other[:, :, k : k + 1]
    return out
