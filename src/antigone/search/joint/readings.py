"""What unidentified persons show at a marker, as sums of products: one factor for each of the two alleles.

Whatever a person shows, its probability given the two alleles is written as

    P(reading | a, b) = sum over orders of  first[order, a] * second[order, b]

A genotype taken as read has two orders ("10 from the father and 11 from the mother", and the other way round). A
reading through an observation model has one order for each class of alleles that it does not tell apart. In both,
each pair of alleles is in one order at most, so nothing cancels and no digit is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from antigone.engine.arrays import Array, Bools, Ints
from antigone.engine.sums.factors import MATERNAL, unordered_pairs
from antigone.errors import ModelError
from antigone.model.assumptions.marker import Marker
from antigone.search.readings.together import Shown


@dataclass(frozen=True)
class MarkerReadings:
    """The distinct readings of one marker; number 0 shows nothing.

    ``of_person`` has shape ``(persons,)``. ``terms`` has shape ``(readings, orders, 2, alleles)``, a silent allele
    last. ``distinguished`` says which visible alleles a reading tells from the others, ``(readings, visible)``;
    ``hemizygous`` which are of one copy: then only the maternal side of the one order counts.
    """

    marker: Marker
    of_person: Ints
    terms: Array
    distinguished: Bools
    hemizygous: Bools

    @cached_property
    def alone(self) -> Array:
        """P(reading) in the population, theta 0, shape ``(readings,)``; nothing shown is certain."""
        p = np.array([*self.marker.frequencies, *([self.marker.silent] if self.marker.silent > 0 else [])])
        sides = self.terms @ p
        chance = np.where(self.hemizygous, sides[:, 0, MATERNAL], sides.prod(axis=2).sum(axis=1))
        return np.append(1.0, chance[1:])

    @property
    def largest(self) -> Array:
        """The largest P(reading | genotype), shape ``(readings,)``: at most 1."""
        return np.asarray(self.terms.max(axis=3).prod(axis=2).max(axis=1))

    @cached_property
    def shown(self) -> Shown:
        """``terms``, with what follows from them, for all families whose ladder is the whole one."""
        return Shown(self.terms)

    def lumped(self, own: Marker) -> Array:
        """``terms`` over the ladder of the same marker with alleles lumped that no reading concerned tells apart."""
        return self.terms[..., representatives(self.marker, own)]


def representatives(whole: Marker, own: Marker) -> Ints:
    """For each allele of ``own`` (a silent one last) an allele of ``whole`` that it stands for."""
    lumped = [i for i, allele in enumerate(whole.alleles) if allele not in own.allele_index]
    places = [whole.allele_index.get(allele, lumped[0] if lumped else -1) for allele in own.alleles]
    return np.array([*places, *([len(whole.alleles)] if whole.silent > 0 else [])], dtype=np.int64)


def marker_readings(
    marker: Marker, read: Sequence[tuple[int, int]], seen: Sequence[Array | None], males: Sequence[bool]
) -> MarkerReadings:
    """Number the distinct readings of a marker.

    Parameters
    ----------
    read : each person's allele indices, -1 for what was not read.
    seen : P(what was seen | genotype) of persons seen through an observation model, in place of ``read``.
    males : which persons carry one copy (on the X chromosome).
    """
    of_read: dict[tuple[int, int, bool], int] = {(-1, -1, False): 0}
    of_seen: dict[tuple[bytes, bool], int] = {}
    arrays = list[tuple[Array, bool]]()
    place = np.zeros(len(read), dtype=np.int64)
    for person, ((a, b), chances, single) in enumerate(zip(read, seen, males, strict=True)):
        if chances is not None:
            place[person] = -1 - of_seen.setdefault((chances.tobytes(), single), len(of_seen))
            arrays += [(chances, single)] * (len(of_seen) > len(arrays))
        elif a >= 0:
            place[person] = of_read.setdefault((a, b, single), len(of_read))
    place = np.where(place < 0, len(of_read) - 1 - place, place)
    hard, named = _as_read(marker, np.array(list(of_read), dtype=np.int64))
    soft = [_through(marker, chances, hemizygous=single) for chances, single in arrays]
    terms = _padded([hard, *(parts[None] for parts, _ in soft)])
    distinguished = np.concatenate([named, *(told[None] for _, told in soft)])
    one_copy = np.array([*(single for *_, single in of_read), *(single for _, single in arrays)], dtype=np.bool_)
    return MarkerReadings(marker, place, terms, distinguished, one_copy)


def _padded(parts: Sequence[Array]) -> Array:
    """Readings with the same number of orders; an order that does not apply allows nothing."""
    most = max(part.shape[1] for part in parts)
    return np.concatenate([np.pad(part, ((0, 0), (0, most - part.shape[1]), (0, 0), (0, 0))) for part in parts])


def _as_read(marker: Marker, read: Ints) -> tuple[Array, Bools]:
    """Terms ``(readings, 2, 2, alleles)`` of genotypes taken as read, and the alleles they name.

    ``read`` holds two allele indices (-1: not read) and whether there is one copy only. Two disjoint orders each: for
    a homozygote the second one holds a silent allele; for a partial reading the first one has the allele first.
    """
    silent = marker.silent > 0
    n = len(marker.alleles) + silent
    one = np.vstack([np.eye(n), np.zeros(n)])
    a, b = one[read[:, 0]], one[read[:, 1]]
    every, nothing = np.ones_like(a), np.zeros_like(a)
    unread, partial = (read[:, 0] < 0)[:, None], ((read[:, 0] >= 0) & (read[:, 1] < 0))[:, None]
    homozygous = (read[:, 0] == read[:, 1])[:, None] & ~unread
    hidden = homozygous * one[n - 1] if silent else nothing
    orders = [a, b + hidden, np.where(homozygous, hidden, b), a]
    for kind, chosen in (
        (partial, [a, every, every - a, a]),
        (unread, [every, every, nothing, nothing]),
        (read[:, 2:] == 1, [every, a, nothing, nothing]),
    ):
        orders = [np.where(kind, new, old) for new, old in zip(chosen, orders, strict=True)]
    visible = len(marker.alleles)
    return np.stack(orders, axis=1).reshape(len(read), 2, 2, n), ((a + b) > 0)[:, :visible]


def _through(marker: Marker, chances: Array, *, hemizygous: bool) -> tuple[Array, Bools]:
    """Terms ``(orders, 2, alleles)`` of one reading through an observation model, and the alleles it tells apart.

    ``chances`` is P(seen | genotype). Alleles with the same row of the symmetric matrix P(seen | a, b) are one class;
    each class is one order: the class first, its row second.
    """
    n = len(marker.alleles) + (marker.silent > 0)
    matrix = _matrix(chances, n, hemizygous=hemizygous)
    if hemizygous:
        matrix = matrix.diagonal()[:, None]
    rows, own, counts = np.unique(matrix, axis=0, return_inverse=True, return_counts=True)
    distinguished = (own.ravel() != np.argmax(counts))[: len(marker.alleles)]
    if hemizygous:
        return np.stack([np.ones(n), matrix[:, 0]])[None], distinguished
    some = np.flatnonzero(rows.any(axis=1))
    first = (own.ravel()[None, :] == some[:, None]).astype(np.float64)
    return np.stack([first, rows[some]], axis=1), distinguished


def _matrix(chances: Array, n: int, *, hemizygous: bool) -> Array:
    """P(seen | a, b), symmetric; a hemizygous person's one allele stands on the diagonal."""
    matrix = np.zeros((n, n))
    first, second = (np.arange(n), np.arange(n)) if hemizygous else unordered_pairs(n).T
    if len(first) != len(chances):
        raise ModelError(f"an observation has {len(chances)} genotypes, which do not belong to {n} alleles")
    matrix[first, second] = matrix[second, first] = chances
    return matrix


def lumped_observation(chances: Array, whole: Marker, own: Marker, *, hemizygous: bool) -> Array:
    """The same observation over a ladder with alleles lumped that it does not tell apart."""
    n = len(whole.alleles) + (whole.silent > 0)
    place = representatives(whole, own)
    matrix = _matrix(chances, n, hemizygous=hemizygous)[np.ix_(place, place)]
    if hemizygous:
        return matrix.diagonal()
    first, second = unordered_pairs(len(place)).T
    return matrix[first, second]
