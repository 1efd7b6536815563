"""P(observed | true genotype): drop-out, drop-in, error and replicates of degraded samples.

Each replicate is the set of alleles seen. Every allele copy is lost with probability ``d``, independently; with
probability ``c`` one further allele ``x`` appears with its frequency among the visible alleles; with probability
``e`` the replicate shows what a random person's genotype would show. Replicates are independent given the true
genotype. See ``docs/model.md``, section 4, and Gill et al. (2012), doi:10.1016/j.fsigen.2012.06.002.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from antigone.engine.arrays import Array, Ints
from antigone.engine.doors import checked_marker
from antigone.errors import ModelError
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import ObservationRates
from antigone.model.checks import checked_items, checked_kind


def observation_probabilities(
    replicates: Sequence[Collection[str | None]], marker: Marker, *, rates: ObservationRates, hemizygous: bool = False
) -> Array:
    """P(what was seen | genotype) for every unordered genotype, a silent allele included.

    Parameters
    ----------
    replicates : the alleles seen in each amplification; an empty one was amplified and showed nothing. ``None``
        beside one allele: that allele was seen, and whether others were is not known.
    hemizygous : whether the person carries one copy (a male on the X chromosome).

    Returns
    -------
    Shape ``(genotypes,)`` in the order of ``genotype_pairs`` over the visible alleles and, where the marker has
    one, the silent allele as the last.

    Raises
    ------
    ModelError
        For an allele outside the marker's ladder, or ``None`` beside any other number of alleles than one.

    Examples
    --------
    Drop-out 0.1: a heterozygote shows one of its alleles with (1 - d) d, a homozygote with 1 - d^2.

    >>> marker = Marker("M", ("a", "b"), (0.25, 0.75))
    >>> [round(float(p), 6) for p in observation_probabilities([{"a"}], marker, rates=ObservationRates(dropout=0.1))]
    [0.99, 0.09, 0.0]
    """
    _check(marker, rates, hemizygous)
    shown = [_checked_replicate(replicate, marker) for replicate in checked_items(replicates, "replicates", _SETS)]
    genotypes = _genotypes(marker, hemizygous)
    total = np.ones(len(genotypes))
    for replicate in shown:
        known = [allele for allele in replicate if allele is not None]
        seen = _indices(known, marker)
        if len(known) < len(replicate):
            chance = _allele_seen(_one_allele(seen, marker), genotypes, marker, rates)
        else:
            chance = _set_seen(seen, genotypes, marker, rates)
        total = total * _with_error(chance, genotypes, marker, rates.error)
    return total


_SETS = "the alleles seen in each amplification, such as [{'12', '13'}, {'12'}]"


def _check(marker: Any, rates: Any, hemizygous: Any) -> None:
    checked_marker(marker)
    checked_kind(rates, ObservationRates, "the rates", "ObservationRates(dropout, dropin, error)")
    checked_kind(hemizygous, bool, "hemizygous", "True or False")


def _checked_replicate(replicate: Any, marker: Marker) -> tuple[str | None, ...]:
    """What one amplification showed; the message has no allele in it."""
    is_set = isinstance(replicate, Collection) and not isinstance(replicate, str | bytes | Mapping)
    if not is_set or not all(allele is None or isinstance(allele, str) for allele in replicate):
        raise ModelError(f"marker {marker.name}: a replicate is no set of labels in quotes; give {_SETS}")
    return tuple(replicate)


def allele_seen_probabilities(
    allele: str, marker: Marker, *, rates: ObservationRates, hemizygous: bool = False
) -> Array:
    """P(``allele`` is among those seen | genotype): a reading whose second allele is not stated.

    This is the sum of ``observation_probabilities`` over all sets that contain the allele. Shape and Raises as there.
    """
    _check(marker, rates, hemizygous)
    genotypes = _genotypes(marker, hemizygous)
    chance = _allele_seen(_one_allele(_indices([allele], marker), marker), genotypes, marker, rates)
    return _with_error(chance, genotypes, marker, rates.error)


def standard_probabilities(marker: Marker, *, rates: ObservationRates, hemizygous: bool = False) -> Array:
    """P(reading | genotype) of all common readings at once.

    Returns
    -------
    Shape ``(readings, genotypes)``: first every set ``{a, b}`` with ``a <= b`` in the order of ``genotype_pairs``
    (``{a}`` alone where they are equal), then every ``a`` seen beside whatever else. Each row is what
    ``observation_probabilities`` gives for its reading.
    """
    genotypes, n, c = _genotypes(marker, hemizygous), len(marker.alleles), rates.dropin
    first, second = _pairs(n, False).T
    p, same = _visible(marker)[:, None], (first == second)[:, None]
    copies, visible = _copies(n, marker.silent > 0, hemizygous)
    lost = rates.dropout ** np.arange(3.0)
    nothing, missed = lost[visible], lost[copies]
    single = lost[visible - copies] - nothing
    both = np.zeros((len(first), len(genotypes)))
    if not hemizygous:
        rows = np.flatnonzero((genotypes < n).all(axis=1))
        both[np.arange(len(first)), rows] = (1 - rates.dropout) ** 2
    alone = single * ((1 - c) + c * p) + c * p * nothing
    pair = both * ((1 - c) + c * (p[first] + p[second])) + c * (p[first] * single[second] + p[second] * single[first])
    chances = np.concatenate([np.where(same, alone[first], pair), 1 - missed * (1 - c * p)])
    return _with_error(chances, genotypes, marker, rates.error)


@lru_cache(maxsize=64)
def _copies(n: int, silent: bool, hemizygous: bool) -> tuple[Ints, Ints]:
    """How many copies of each visible allele a genotype has, shape ``(alleles, genotypes)``, and of all of them."""
    copies = (_pairs(n + silent, hemizygous) == np.arange(n)[:, None, None]).sum(axis=2)
    return copies, copies.sum(axis=0)


def _one_allele(seen: tuple[int, ...], marker: Marker) -> int:
    if len(seen) != 1:
        raise ModelError(
            f"marker {marker.name}: {len(seen)} alleles seen with one that is not known; state one allele or all"
        )
    return seen[0]


def _allele_seen(allele: int, genotypes: Ints, marker: Marker, rates: ObservationRates) -> Array:
    """P(this allele is among those seen | genotype) after drop-out and drop-in, without error."""
    missed = np.where(genotypes == allele, rates.dropout, 1.0).prod(axis=1)
    return np.asarray(1 - missed * (1 - rates.dropin * _visible(marker)[allele]))


def _genotypes(marker: Marker, hemizygous: bool) -> Ints:
    """Allele indices of every genotype, shape ``(genotypes, copies)``."""
    return _pairs(len(marker.alleles) + (marker.silent > 0), hemizygous)


@lru_cache(maxsize=64)
def _pairs(n: int, hemizygous: bool) -> Ints:
    return np.arange(n)[:, None] if hemizygous else np.stack(np.triu_indices(n), axis=-1)


def _indices(seen: Collection[str], marker: Marker) -> tuple[int, ...]:
    unknown = sum(allele not in marker.allele_index for allele in seen)
    if unknown:
        raise ModelError(
            f"marker {marker.name}: {unknown} allele(s) seen outside the ladder of {len(marker.alleles)} alleles; "
            "add them to the frequencies or apply a rule for unseen alleles"
        )
    return tuple(sorted({marker.allele_index[allele] for allele in seen}))


def _visible(marker: Marker) -> Array:
    """The frequencies of the visible alleles, rescaled to sum to 1."""
    p = np.array(marker.frequencies)
    return p / p.sum()


def _set_seen(seen: tuple[int, ...], genotypes: Ints, marker: Marker, rates: ObservationRates) -> Array:
    """P(exactly this set | genotype) after drop-out and drop-in, without error."""
    p, c = _visible(marker), rates.dropin
    silent = len(marker.alleles)
    total = _set_kept(seen, genotypes, silent, rates.dropout) * ((1 - c) + c * p[list(seen)].sum())
    for allele in seen if c else ():
        rest = tuple(other for other in seen if other != allele)
        total = total + c * p[allele] * _set_kept(rest, genotypes, silent, rates.dropout)
    return total


def _set_kept(kept: tuple[int, ...], genotypes: Ints, silent: int, dropout: float) -> Array:
    """P(exactly the visible alleles of this set survive drop-out | genotype)."""
    lost = np.where(genotypes == silent, 1.0, dropout)
    if len(kept) == 0:
        return lost.prod(axis=1)
    if len(kept) == 1:
        return np.where(genotypes == kept[0], 1.0, lost).prod(axis=1) - lost.prod(axis=1)
    if len(kept) == genotypes.shape[1] == 2:
        return (genotypes == kept).all(axis=1) * (1 - dropout) ** 2
    return np.zeros(len(genotypes))


def _with_error(chance: Array, genotypes: Ints, marker: Marker, error: float) -> Array:
    """Mix with what a random person's genotype would show; the genotypes stand on the last axis."""
    if not error:
        return chance
    p = np.array([*marker.frequencies, *([marker.silent] if marker.silent > 0 else [])])
    orders = 2.0 - (genotypes[:, 0] == genotypes[:, -1])
    random = p[genotypes].prod(axis=1) * orders
    return (1 - error) * chance + error * (chance @ random)[..., None]
