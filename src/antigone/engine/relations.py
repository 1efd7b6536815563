"""Joint genotype probabilities of two people: one person twice, full siblings, parent and child, unrelated.

Founder alleles come from one urn (theta, ``docs/model.md`` section 3), and every transmission may mutate. Two
people need at most four founder alleles, so the urn is written out as one array.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from antigone.engine.arrays import Array
from antigone.engine.doors import checked_marker
from antigone.engine.sums.ladder import stack_markers
from antigone.errors import ModelError
from antigone.model.assumptions.marker import Marker
from antigone.model.checks import checked_choice, checked_theta

Relation = Literal["same", "siblings", "parent", "unrelated"]


def pair_probabilities(marker: Marker, relation: Relation, *, theta: float = 0.0) -> Array:
    """P(genotype of the first, genotype of the second) for an autosomal marker.

    ``same`` is one person twice. ``siblings`` share an untyped, unrelated father and mother. ``parent``: the first
    is a parent of the second, whose other parent is absent; the sex of the parent is not known, so its mutation
    matrix is the mean of both. ``unrelated`` is two draws of a person from one urn.

    Returns
    -------
    Shape ``(genotypes, genotypes)``, unordered genotypes in the order of ``genotype_pairs``, a silent allele
    included; the sum is 1.

    Raises
    ------
    ModelError
        For a marker on the X chromosome, another relation, or theta outside its range.

    Examples
    --------
    >>> marker = Marker("M", ("a", "b"), (0.5, 0.5))
    >>> pair_probabilities(marker, "siblings")[0].tolist()
    [0.140625, 0.09375, 0.015625]
    """
    checked_marker(marker)
    checked_choice(relation, "the relation", get_args(Relation))
    checked_theta(theta)
    if marker.chromosome != "autosomal":
        raise ModelError(f"marker {marker.name}: pairs of people are computed for autosomal markers only")
    ladder = stack_markers([marker])
    p, female, male = ladder.frequencies[0], ladder.female[0], ladder.male[0]
    if relation == "same":
        return np.diag(_fold(urn_probabilities(p, 2, theta=theta).reshape(1, len(p), len(p)))[0])
    if relation == "unrelated":
        return _fold_both(urn_probabilities(p, 4, theta=theta))
    if relation == "parent":
        return _fold_both(_parent(p, (female + male) / 2, theta))
    return _fold_both(_siblings(p, male, female, theta))


def urn_probabilities(p: Array, draws: int, *, theta: float = 0.0) -> Array:
    """P of every sequence of ``draws`` alleles from the urn, shape ``(n,) * draws`` (Balding & Nichols 1994).

    Examples
    --------
    A homozygous pair has probability theta p + (1 - theta) p^2:

    >>> urn_probabilities(np.array([0.5, 0.5]), 2, theta=0.5).tolist()
    [[0.375, 0.125], [0.125, 0.375]]
    """
    n, total = len(p), np.ones(())
    places = np.ogrid[tuple(slice(n) for _ in range(draws))] if draws > 1 else [np.arange(n)]
    for drawn in range(draws):
        alleles = places[drawn]
        copies = sum((alleles == places[earlier] for earlier in range(drawn)), np.zeros((), dtype=np.int64))
        total = total * ((1 - theta) * p[alleles] + theta * copies) / (1 + (drawn - 1) * theta)
    return total


def _parent(p: Array, passed: Array, theta: float) -> Array:
    """Ordered: the parent's two alleles, the child's allele from this parent, the child's other allele."""
    three = urn_probabilities(p, 3, theta=theta)
    either = (passed[:, None, :] + passed[None, :, :]) / 2
    return np.einsum("abd,abc->abcd", three, either)


def _siblings(p: Array, male: Array, female: Array, theta: float) -> Array:
    """Ordered: paternal and maternal allele of the first, then of the second.

    On either side both got a copy of one parental allele with probability 1/2, else copies of the two.
    """
    two, three, four = (urn_probabilities(p, draws, theta=theta) for draws in (2, 3, 4))
    father, mother = (matrix[:, :, None] * matrix[:, None, :] for matrix in (male, female))
    both = np.einsum("fm,fac,mbd->abcd", two, father, mother, optimize=True)
    paternal = np.einsum("fmn,fac,mb,nd->abcd", three, father, female, female, optimize=True)
    maternal = np.einsum("mfg,mbd,fa,gc->abcd", three, mother, male, male, optimize=True)
    neither = np.einsum("fgmn,fa,gc,mb,nd->abcd", four, male, male, female, female, optimize=True)
    return (both + paternal + maternal + neither) / 4


def _fold_both(ordered: Array) -> Array:
    """Shape ``(n, n, n, n)`` over ordered genotypes to ``(genotypes, genotypes)`` over unordered ones."""
    n = len(ordered)
    first = _fold(ordered.reshape(n, n, n * n).transpose(2, 0, 1))
    return _fold(first.T.reshape(-1, n, n))


def _fold(ordered: Array) -> Array:
    """Shape ``(rows, n, n)`` to ``(rows, genotypes)``: both orders of a heterozygote together."""
    first, second = np.triu_indices(ordered.shape[1])
    return ordered[:, first, second] + np.where(first == second, 0.0, ordered[:, second, first])
