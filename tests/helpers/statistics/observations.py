"""The slow, obvious oracle of what a sample shows: every fate of every copy, every drop-in, every error."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations, product

from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import ObservationRates


def frequencies(marker: Marker) -> list[float]:
    return [*marker.frequencies, *([marker.silent] if marker.silent else [])]


def every_set(marker: Marker) -> list[frozenset[str]]:
    """Every set of alleles that a replicate might show."""
    labels = marker.alleles
    return [frozenset(s) for size in range(len(labels) + 1) for s in combinations(labels, size)]


def probability(
    replicates: Sequence[Collection[str]], genotype: tuple[int, ...], marker: Marker, rates: ObservationRates
) -> float:
    """P(replicates | genotype), a genotype being the indices of one or two copies."""
    total = 1.0
    for seen in replicates:
        own = _shown(frozenset(seen), genotype, marker, rates)
        p = frequencies(marker)
        random = 0.0
        for other in product(range(len(p)), repeat=len(genotype)):
            chance = 1.0
            for allele in other:
                chance *= p[allele]
            random += chance * _shown(frozenset(seen), other, marker, rates)
        total *= (1 - rates.error) * own + rates.error * random
    return total


def _shown(seen: frozenset[str], genotype: tuple[int, ...], marker: Marker, rates: ObservationRates) -> float:
    return sum(chance for shown, chance in _outcomes(genotype, marker, rates) if shown == seen)


def _outcomes(
    genotype: tuple[int, ...], marker: Marker, rates: ObservationRates
) -> Iterator[tuple[frozenset[str], float]]:
    labels, visible = [*marker.alleles, None], sum(marker.frequencies)
    for kept in product((True, False), repeat=len(genotype)):
        chance = 1.0
        for copy_kept in kept:
            chance *= 1 - rates.dropout if copy_kept else rates.dropout
        shown = {labels[a] for a, copy_kept in zip(genotype, kept, strict=True) if copy_kept} - {None}
        left = frozenset(label for label in shown if label is not None)
        yield left, chance * (1 - rates.dropin)
        for allele, p in zip(marker.alleles, marker.frequencies, strict=True):
            yield left | {allele}, chance * rates.dropin * p / visible
