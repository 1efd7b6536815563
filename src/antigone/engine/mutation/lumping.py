"""Alleles that nobody concerned carries, treated as one: only where that changes no likelihood."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache

import numpy as np

from antigone.engine.mutation.matrices import matrix_of
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.mutation import Custom, MutationModel, NoMutation
from antigone.model.profile import Profile

OTHER = "any other allele"
_ROUNDING = 1e-13
"""Largest relative difference of matrix elements that only rounding explains. ``mutation_properties`` allows
1.5e-8 absolute, which would be an approximation for small rates."""


@lru_cache(maxsize=8192)
def lump_marker(marker: Marker, seen: frozenset[str]) -> Marker:
    """The same marker with all alleles outside ``seen`` as one, where that is exact; else the marker itself.

    Exact means: for both sexes all rows of the unseen alleles agree in every column of a seen allele (Kemeny &
    Snell, Finite Markov Chains, 1976, theorem 6.3.2). Founder alleles, with or without theta, may always be
    lumped. A silent allele stays by itself.

    Examples
    --------
    >>> lump_marker(Marker("M", ("1", "2", "3"), (0.5, 0.3, 0.2)), frozenset({"1"})).frequencies
    (0.5, 0.5)
    """
    unseen = [i for i, allele in enumerate(marker.alleles) if allele not in seen]
    if len(unseen) < 2 or OTHER in seen:
        return marker
    kept = [i for i in range(len(marker.alleles)) if i not in unseen]
    models = [_lumped(marker, model, kept, unseen) for model in (marker.female, marker.male)]
    if None in models:
        return marker
    alleles = (*(marker.alleles[i] for i in kept), OTHER)
    p = marker.frequencies
    frequencies = (*(p[i] for i in kept), float(sum(p[i] for i in unseen)))
    female, male = (model for model in models if model is not None)
    return Marker(marker.name, alleles, frequencies, female, male, marker.silent, marker.chromosome)


def lump_unread(marker: Marker, profiles: Iterable[Profile]) -> Marker:
    """The same marker with all alleles that no profile shows as one, where that is exact (``lump_marker``)."""
    read = (profile.genotypes.get(marker.name, ()) for profile in profiles)
    return lump_marker(marker, frozenset(allele for genotype in read for allele in genotype if allele is not None))


def _lumped(marker: Marker, model: MutationModel, kept: list[int], unseen: Collection[int]) -> MutationModel | None:
    """The model over the lumped alleles, or ``None`` when lumping would not be exact."""
    if isinstance(model, NoMutation):
        return model
    matrix = matrix_of(model, marker.alleles, marker.frequencies, marker.silent)
    rows = matrix[np.ix_(list(unseen), kept)]
    if rows.size and (np.ptp(rows, axis=0) > _ROUNDING * rows.max(axis=0)).any():
        return None
    place = np.zeros((len(marker.alleles), len(kept) + 1))
    place[kept, range(len(kept))] = 1.0
    place[list(unseen), -1] = 1.0
    n = len(marker.alleles)
    first = [*kept, next(iter(unseen))]
    lumped = matrix[first, :n] @ place
    return Custom(tuple(tuple(float(x) for x in row / row.sum()) for row in lumped))
