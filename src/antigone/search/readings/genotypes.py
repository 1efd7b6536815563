"""Typed genotypes as small integer codes, so that a likelihood ratio is one look-up per marker."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from antigone.engine.arrays import Array, Ints
from antigone.engine.sums.likelihood import allele_indices, genotype_pairs
from antigone.errors import ModelError
from antigone.model.assumptions.marker import Marker
from antigone.model.incident.incident import UnidentifiedPerson

SAFE_FROM_UNDERFLOW = 1e-280
"""A sum of products as large as this has lost nothing to underflow that a float64 could show."""
_PAIRS = 4096
"""Sums by logarithms that are made at a time, to bound their memory."""


def code_count(alleles: int) -> int:
    """How many codes a marker with ``alleles`` visible alleles has: genotypes, one-allele readings, untyped."""
    return alleles * (alleles + 1) // 2 + alleles + 1


def encode_profiles(persons: Sequence[UnidentifiedPerson], markers: Sequence[Marker]) -> Ints:
    """The code of every unidentified person at every marker, shape ``(markers, persons)``.

    Codes run over the unordered genotypes (in the order of ``genotype_pairs``), then the partial readings
    ``a/?``, then "untyped". Only unidentified persons can be encoded: a donor is never a query.

    Raises
    ------
    ModelError
        For an allele outside the ladder, or replicates, which ``search.coding`` numbers.
    """
    codes = [[_or_untyped(standard_code(person, marker), marker) for person in persons] for marker in markers]
    return np.array(codes, dtype=np.int64).reshape(len(markers), len(persons))


def _or_untyped(code: int | None, marker: Marker) -> int:
    return code_count(len(marker.alleles)) - 1 if code is None else code


def standard_code(person: UnidentifiedPerson, marker: Marker) -> int | None:
    """The code of a genotype or of a partial reading, ``None`` where the person was not typed.

    A male's one allele on the X chromosome has the code of the homozygote; the X markers of a person of unknown sex
    say nothing, as if not typed.
    """
    n = len(marker.alleles)
    genotype = person.profile.genotypes.get(marker.name)
    if marker.name in person.replicates:
        raise ModelError(f"sample {person.code}, marker {marker.name}: replicates have no standard code")
    if genotype is None or (marker.chromosome == "X" and person.sex == "unknown"):
        return None
    first, second = allele_indices(marker, genotype, person.code)
    if marker.chromosome == "X" and person.sex == "male":
        return _hemizygous_code(person, marker, first, second)
    if second < 0:
        return n * (n + 1) // 2 + first
    return pair_code(first, second, n)


def _hemizygous_code(person: UnidentifiedPerson, marker: Marker, first: int, second: int) -> int:
    if second not in (-1, first):
        raise ModelError(
            f"sample {person.code}, marker {marker.name}: a male has two different alleles on the X chromosome; "
            "correct the sex or the genotype"
        )
    return pair_code(first, first, len(marker.alleles))


def pair_code(first: int, second: int, n: int) -> int:
    """The position of the unordered genotype ``(first <= second)`` among those over ``n`` alleles.

    Examples
    --------
    >>> [pair_code(a, b, 3) for a, b in ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))]
    [0, 1, 2, 3, 4, 5]
    """
    return first * n - first * (first - 1) // 2 + second - first


def fold_to_codes(logs: Array, visible: int) -> Array:
    """Log probabilities of genotypes to log probabilities of what can be read.

    ``logs`` has shape ``(items, genotypes)`` over the visible alleles and perhaps one silent allele (last).
    A read homozygote may carry the silent allele; a partial reading ``a/?`` is any genotype with ``a``;
    "untyped" has probability 1 relative to itself and is left at 0.
    """
    place, a, b = _places(logs.shape[1], visible)
    read = logs[:, place[a, b]]
    if len(place) > visible:
        read = np.where(a == b, np.logaddexp(read, logs[:, place[a, visible]]), read)
    partial = _log_sum(logs[:, place[:visible]])
    return np.concatenate([read, partial, np.zeros((len(logs), 1))], axis=1)


def fold_hemizygous(logs: Array, visible: int) -> Array:
    """The same for a male on the X chromosome: ``logs`` has shape ``(items, alleles)``; he shows one allele."""
    a, b = genotype_pairs(visible).T
    read = np.where(a == b, logs[:, a], -np.inf)
    return np.concatenate([read, logs[:, :visible], np.zeros((len(logs), 1))], axis=1)


def read_through(logs: Array, weights: Array) -> Array:
    """Log probabilities of genotypes to log probabilities of readings seen through an observation model.

    ``weights`` holds P(reading | genotype), shape ``(readings, genotypes)``; ``logs`` ``(items, genotypes)``. Where
    terms may have underflowed beside the item's most probable genotype, a reading is summed again by logarithms.
    """
    peak = logs.max(axis=1, keepdims=True)
    shifted = logs - np.where(np.isneginf(peak), 0.0, peak)
    read = np.asarray(np.exp(shifted) @ weights.T)
    doubtful = (
        (read < SAFE_FROM_UNDERFLOW) if _may_underflow(shifted, weights) else np.zeros(read.shape, dtype=np.bool_)
    )
    with np.errstate(divide="ignore"):
        np.log(read, out=read)
    read += np.where(np.isneginf(peak), 0.0, peak)
    items, readings = np.nonzero(doubtful)
    for part in range(0, len(items), _PAIRS):
        some = slice(part, part + _PAIRS)
        read[items[some], readings[some]] = log_sum_of_products(logs[items[some]], weights[readings[some]])
    return read


def _may_underflow(shifted: Array, weights: Array) -> bool:
    """Whether a term of a sum that is not 0 may be too small for a float64; else a sum of 0 is impossible indeed."""
    terms, chances = shifted[np.isfinite(shifted)], weights[weights > 0]
    if not terms.size or not chances.size:
        return False
    return bool(terms.min() + np.log(chances.min()) < np.log(SAFE_FROM_UNDERFLOW))


def log_sum_of_products(logs: Array, weights: Array) -> Array:
    """Log of the sum over the last axis of ``exp(logs) weights``, in which nothing underflows."""
    with np.errstate(divide="ignore"):
        return _log_sum(logs + np.log(weights))


def _log_sum(logs: Array) -> Array:
    """The logarithm of the sum of exponentials over the last axis."""
    peak = logs.max(axis=-1)
    shift = np.where(np.isneginf(peak), 0.0, peak)
    with np.errstate(divide="ignore"):
        return np.asarray(shift + np.log(np.exp(logs - shift[..., None]).sum(axis=-1)))


@lru_cache(maxsize=256)
def _places(genotypes: int, visible: int) -> tuple[Ints, Ints, Ints]:
    """Where each pair of alleles stands among the genotypes, and the pairs of visible alleles."""
    n = int((np.sqrt(8 * genotypes + 1) - 1) / 2)
    place = np.zeros((n, n), dtype=np.int64)
    first, second = genotype_pairs(n).T
    place[first, second] = place[second, first] = np.arange(genotypes)
    a, b = genotype_pairs(visible).T
    return place, a, b
