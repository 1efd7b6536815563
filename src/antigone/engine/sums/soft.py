"""Members seen through an observation model: P(what was seen | genotype) in the place of a genotype."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from antigone.engine.arrays import Array
from antigone.engine.sums.factors import Shape, Typing, unordered_pairs
from antigone.errors import ModelError
from antigone.model.assumptions.marker import Marker

Observations = Mapping[str, Mapping[str, Array]]
"""By member, then by marker: P(what was seen | genotype) for every unordered genotype in the order of
``genotype_pairs``, as ``engine.observation`` gives it. Such a member has no genotype at that marker."""


def with_observations(
    typing: tuple[Typing, ...], ids: Sequence[str], marker: Marker, observations: Observations
) -> tuple[Typing, ...]:
    """How each member is typed at a marker, those with an observation as ``SOFT``.

    Raises
    ------
    ModelError
        When a member has both a genotype and an observation at the marker.
    """
    if not observations:
        return typing
    seen = [marker.name in observations.get(member, ()) for member in ids]
    twice = [m for m, soft, kind in zip(ids, seen, typing, strict=True) if soft and kind is not Typing.UNTYPED]
    if twice:
        raise ModelError(f"marker {marker.name}: {', '.join(twice)} has a genotype and an observation; give one")
    return tuple(Typing.SOFT if soft else kind for soft, kind in zip(seen, typing, strict=True))


def soft_weights(chances: Sequence[Array], shape: Shape, row: int, n: int) -> Array:
    """One member's observations at the markers of a batch as symmetric matrices, shape ``(markers, n, n)``.

    Raises
    ------
    ModelError
        When an observation has more or fewer genotypes than its marker.
    """
    hemizygous = len(shape.slots[row]) == 1
    weights = np.zeros((len(chances), n, n))
    for matrix, chance in zip(weights, chances, strict=True):
        own = len(chance) if hemizygous else int((np.sqrt(8 * len(chance) + 1) - 1) / 2)
        first, second = (np.arange(own), np.arange(own)) if hemizygous else unordered_pairs(own).T
        if len(first) != len(chance) or own > n:
            raise ModelError(f"an observation has {len(chance)} genotypes, which do not belong to {n} alleles")
        matrix[first, second] = matrix[second, first] = chance
    return weights
