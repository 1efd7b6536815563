"""Two persons in one reading: what it says of the genotype of one of them.

The alleles of both contributors are seen as one set. Every allele copy is lost with the drop-out rate of its owner,
independently of the others; an allele that both carry is seen when at least one copy survives. With the drop-in rate
one further allele appears, once for the reading, with its frequency; if it is there already nothing changes. There is
no model of peak heights. relMix (Hernandis, Dorum & Egeland 2019) lets every allele of the ladder drop in by itself
instead, so its numbers differ where drop-in is above 0.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from antigone.engine.arrays import Array, Ints
from antigone.engine.doors import checked_marker
from antigone.engine.sums.likelihood import genotype_pairs
from antigone.errors import ModelError
from antigone.model.assumptions.marker import Marker
from antigone.model.profile import Genotype

MOST_ALLELES = 4
"""So many alleles two persons can show."""


def contributor_probabilities(
    shown: Collection[str],
    marker: Marker,
    *,
    dropout: tuple[float, float] = (0.0, 0.0),
    dropin: float = 0.0,
    second: Genotype | None = None,
) -> Array:
    """P(shown | genotype of the first contributor), for every unordered genotype.

    ``V(g) = sum over h of P(h) P(shown | g, h)``, with ``h`` the second contributor, who is unknown and unrelated, or
    has the genotype ``second`` for certain. It is the weight of a reading, as ``observations`` of a likelihood take it.

    Parameters
    ----------
    shown
        The alleles seen in the one reading; none: it was amplified and showed nothing.
    marker
        Autosomal, without silent alleles.
    dropout
        The rate of each allele copy of the first, and of the second contributor.
    dropin
        The probability that one further allele appears.
    second
        The genotype of a second contributor who is known, such as a member of the team.

    Returns
    -------
    Shape ``(genotypes,)`` in the order of ``genotype_pairs``.

    Raises
    ------
    ModelError
        For more alleles than two persons and the drop-in can show, an allele outside the ladder, a rate outside 0 to 1,
        and a marker with silent alleles or on the X chromosome.

    Examples
    --------
    Two alleles shown, no loss: a homozygote needs the other allele in the second person.

    >>> marker = Marker("M", ("a", "b"), (0.25, 0.75))
    >>> [round(float(p), 6) for p in contributor_probabilities({"a", "b"}, marker)]
    [0.9375, 1.0, 0.4375]
    """
    seen = _checked(shown, marker, dropout, dropin)
    pairs = genotype_pairs(len(marker.alleles))
    frequencies = np.array(marker.frequencies)
    others, weights = _second(second, marker, pairs, frequencies)
    lost = [rate ** _copies(of, len(frequencies)) for rate, of in zip(dropout, (pairs, others), strict=True)]
    unseen = lost[0][:, None, :] * lost[1][None, :, :]
    chance = _exactly(seen, unseen) * ((1 - dropin) + dropin * frequencies[list(seen)].sum())
    for allele in seen:
        rest = tuple(one for one in seen if one != allele)
        chance = chance + dropin * frequencies[allele] * _exactly(rest, unseen)
    return np.asarray(chance @ weights)


def _second(second: Genotype | None, marker: Marker, pairs: Ints, frequencies: Array) -> tuple[Ints, Array]:
    """The genotypes that the second contributor may have, and their probabilities."""
    if second is None:
        same = pairs[:, 0] == pairs[:, 1]
        return pairs, frequencies[pairs].prod(axis=1) * np.where(same, 1.0, 2.0)
    known = [allele for allele in second if allele is not None]
    if len(known) != 2:
        raise ModelError(
            f"marker {marker.name}: the second contributor is not fully typed; state both alleles, or none"
        )
    return np.array([_indices(known, marker)]), np.ones(1)


def _copies(genotypes: Ints, alleles: int) -> Ints:
    """How many copies of each allele a genotype has, shape ``(genotypes, alleles)``."""
    return np.asarray((genotypes[:, :, None] == np.arange(alleles)).sum(axis=1))


def _exactly(seen: Sequence[int], unseen: Array) -> Array:
    """P(exactly these alleles survive), from the probability that each allele is not seen."""
    is_seen = np.isin(np.arange(unseen.shape[-1]), seen)
    return np.asarray(np.where(is_seen, 1 - unseen, unseen).prod(axis=-1))


def _checked(shown: Collection[str], marker: Marker, dropout: tuple[float, float], dropin: float) -> tuple[int, ...]:
    """The alleles that were shown, as indices, each once."""
    checked_marker(marker)
    if marker.silent > 0 or marker.chromosome == "X":
        raise ModelError(
            f"marker {marker.name}: two contributors have no model with silent alleles or on X; leave it out"
        )
    if len(dropout) != 2 or not all(0 <= rate < 1 for rate in (*dropout, dropin)):
        raise ModelError(f"marker {marker.name}: rates of drop-out and drop-in are 0 or more, and less than 1")
    seen = tuple(sorted(set(_indices(sorted(set(shown)), marker))))
    most = MOST_ALLELES + (dropin > 0)
    if len(seen) > most:
        raise ModelError(
            f"marker {marker.name}: {len(seen)} alleles are more than the {most} that two contributors can show under "
            "these rates; leave the marker out, or state more contributors in a program that has them"
        )
    return seen


def _indices(alleles: Collection[str], marker: Marker) -> list[int]:
    unknown = sum(allele not in marker.allele_index for allele in alleles)
    if unknown:
        raise ModelError(f"marker {marker.name}: {unknown} allele(s) outside the ladder; add them to the frequencies")
    return [marker.allele_index[allele] for allele in alleles]
