"""What was read of a member as a sum of products: one factor for each of the two alleles.

    P(reading | x, y) = sum over orders of  first[order, x] * second[order, y]

Each pair of alleles is in one order at most, so nothing cancels. A genotype read in full has its two orders; a
homozygote where there is a silent allele, and a partial reading, have two as well; a reading through an observation
model has one for each class of alleles that it does not tell apart.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from antigone.engine.arrays import Array
from antigone.engine.sums.factors import Data, Typing
from antigone.engine.sums.population import is_certain


def count_orders(data: Data, member: int) -> int:
    """How many products a member's reading is a sum of: 0 for one not read, and for a founder known for certain."""
    typing, slots = data.typing[member], len(data.shape.slots[member])
    certain = is_certain(data.shape, member, typing, has_silent=data.ladder.has_silent)
    if typing is Typing.UNTYPED or (certain and data.shape.is_founder(member)):
        return 0
    if slots == 1:
        return 1
    return max(map(len, _all_classes(dict(data.soft)[member]))) if typing is Typing.SOFT else 2


def reading_orders(data: Data, member: int) -> Array:
    """The factors of a member's reading, shape ``(items or 1, orders, slots, n)``; padding allows nothing."""
    if data.typing[member] is Typing.SOFT:
        return _through(dict(data.soft)[member], len(data.shape.slots[member]))
    every, one = np.ones(data.ladder.size), np.eye(data.ladder.size)
    a = one[data.observed[:, member, 0]]
    if len(data.shape.slots[member]) == 1:
        return a[:, None, None]
    if data.typing[member] is Typing.PARTIAL:
        return _two_orders(a, np.broadcast_to(every, a.shape), every - a, a)
    b = one[data.observed[:, member, 1]]
    homozygous = (data.observed[:, member, 0] == data.observed[:, member, 1])[:, None]
    hidden = homozygous * one[data.ladder.silent] if data.ladder.has_silent else np.zeros_like(a)
    second = np.where(homozygous, hidden, b)
    return _two_orders(a, b + hidden, second, a * second.any(axis=1, keepdims=True))


def _two_orders(*factors: Array) -> Array:
    return np.stack(factors, axis=1).reshape(len(factors[0]), 2, 2, -1)


def _through(weights: Array, slots: int) -> Array:
    """Factors of readings through an observation model: each class of alleles with the same row is one order."""
    if slots == 1:
        return weights.diagonal(axis1=1, axis2=2)[:, None, None]
    orders = _all_classes(weights)
    most = max(map(len, orders))
    return np.stack([np.pad(own, ((0, most - len(own)), (0, 0), (0, 0))) for own in orders])


def _all_classes(weights: Array) -> list[Array]:
    return [_classes(matrix.tobytes(), len(matrix)) for matrix in weights]


@lru_cache(maxsize=4096)
def _classes(matrix: bytes, n: int) -> Array:
    weights = np.frombuffer(matrix).reshape(n, n)
    rows, own = np.unique(weights, axis=0, return_inverse=True)
    some = np.flatnonzero(rows.any(axis=1))
    if not len(some):
        return np.zeros((1, 2, n))
    first = (own.ravel()[None, :] == some[:, None]).astype(np.float64)
    return np.stack([first, rows[some]], axis=1)
