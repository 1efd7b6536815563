"""The sum over all ways of tracing, compiled: the inner loops of ``sums``, for machines with numba.

The functions also run uncompiled (``NUMBA_DISABLE_JIT=1``); ``sums.NumberSum`` is their plain twin.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numpy as np
from numba import njit

from antigone.engine.arrays import Array, Ints

_F = TypeVar("_F", bound=Callable[..., object])
compiled = cast("Callable[[_F], _F]", njit(nogil=True, cache=True))


@compiled
def add_up(
    vectors: Ints, pairs: Ints, weights: Array, question_of: Ints, ended: Ints, chosen: Ints, roots: Ints, counts: Ints,
    sides: Ints, group_of: Ints, joined: Ints, ends: Ints, links: Ints, shares: Array, block: Array, base: Array,
    evidence: Array, known: Array, matrices: Array, lines: int, out: Array,
) -> None:  # fmt: skip
    """Fill ``out``, shape ``(items, 1, 1)``, ``(items, 1, n)`` or ``(items, n, n)`` for 0, 1 or 2 open lines."""
    n, questions = base.shape[1], len(counts)
    most = 1 << max(1, roots.shape[1])
    asked, passed, coefficient = np.ones((len(vectors) + 1, n)), np.empty(len(pairs)), np.empty(questions)
    product, held, left = np.empty((most, n)), np.empty((most, n)), np.empty(most)
    size, row, urn = np.zeros(most, np.int64), np.empty(n), np.empty((len(joined), n, n))
    for subset in range(1, most):
        size[subset] = size[subset >> 1] + (subset & 1)
    for item in range(base.shape[0]):
        own = matrices[item if len(matrices) > 1 else 0]
        _vectors(vectors, evidence[item], own, asked)
        for pair in range(len(pairs)):
            total = 0.0
            for x in range(n):
                total += known[item, pairs[pair, 0], x] * asked[pairs[pair, 1], x]
            passed[pair] = total
        _coefficients(weights, question_of, ended, chosen, passed, evidence[item], coefficient)
        urn[:] = 0.0
        last = -1
        for q in range(questions):
            share = coefficient[q] * shares[q]
            if share == 0.0:
                continue
            if last < 0 or (roots[q] != roots[last]).any():
                _subsets(asked, roots[q], counts[q], base[item], block, size, product, held, left)
                last = q
            _question(
                asked, counts[q], sides[q], share, base[item], block, size, product, held, left, row, urn[group_of[q]]
            )
        for group in range(len(joined)):
            out[item] += _closed(urn[group], joined[group], ends[group], links[group], known[item], own, asked, lines)


@compiled
def _vectors(vectors: Ints, evidence: Array, matrices: Array, asked: Array) -> None:
    """What is asked of slots: row 0 of ``asked`` is all ones, the others as ``tracing.Vectors`` says."""
    for v in range(len(vectors)):
        kind, first, second = vectors[v]
        if kind == 0:
            asked[v + 1] = evidence[first]
        elif kind == 1:
            for x in range(asked.shape[1]):
                total = 0.0
                for y in range(asked.shape[1]):
                    total += matrices[first, x, y] * asked[second, y]
                asked[v + 1, x] = total
        else:
            asked[v + 1] = asked[first] * asked[second]


@compiled
def _coefficients(
    weights: Array, question_of: Ints, ended: Ints, chosen: Ints, passed: Array, evidence: Array, coefficient: Array
) -> None:
    """The weights of all ways that ask the same, times what known members passed on in them."""
    coefficient[:] = 0.0
    for way in range(len(weights)):
        share = weights[way]
        for e in chosen[way]:
            if e >= 0 and evidence[e].max() == 0.0:
                share = 0.0
        for pair in ended[way]:
            if pair >= 0:
                share *= passed[pair]
        coefficient[question_of[way]] += share


@compiled
def _subsets(
    asked: Array, roots: Ints, count: int, base: Array, block: Array, size: Ints, product: Array, held: Array,
    left: Array,
) -> None:  # fmt: skip
    """For every subset of the roots: the product of their vectors, ``h`` of it, and ``f``, the urn's expectation."""
    n = len(base)
    product[0] = 1.0
    left[0] = 1.0
    chance = np.empty(1 << count)
    for subset in range(1 << count):
        if subset:
            lowest = 0
            while not (subset >> lowest) & 1:
                lowest += 1
            for x in range(n):
                product[subset, x] = product[subset & (subset - 1), x] * asked[roots[lowest], x]
        total, weight = 0.0, block[size[subset] + 1]
        for x in range(n):
            held[subset, x] = base[x] * product[subset, x]
            total += held[subset, x]
            held[subset, x] *= weight
        chance[subset] = block[size[subset]] * total
    for subset in range(1, 1 << count):
        lowest = subset & -subset
        rest = subset ^ lowest
        total, some = 0.0, rest
        while True:
            total += chance[some | lowest] * left[rest ^ some]
            if some == 0:
                break
            some = (some - 1) & rest
        left[subset] = total


@compiled
def _question(
    asked: Array, count: int, sides: Ints, share: float, base: Array, block: Array, size: Ints, product: Array,
    held: Array, left: Array, row: Array, urn: Array,
) -> None:  # fmt: skip
    """Add one question of the urn: a number, a vector over one open root, or a matrix over two, to ``urn``."""
    whole, n = (1 << count) - 1, len(base)
    if sides[0] >= 0 and sides[1] >= 0:
        _two_open(asked[sides[0]], asked[sides[1]], whole, share, base, block, size, product, held, left, row, urn)
    elif sides[0] >= 0 or sides[1] >= 0:
        side = asked[max(sides[0], sides[1])]
        for subset in range(whole + 1):
            for x in range(n):
                urn[0, x] += share * left[whole ^ subset] * held[subset, x] * side[x]
    else:
        urn[0, 0] += share * left[whole]


@compiled
def _two_open(
    first: Array, second: Array, whole: int, share: float, base: Array, block: Array, size: Ints, product: Array,
    held: Array, left: Array, row: Array, urn: Array,
) -> None:  # fmt: skip
    n = len(base)
    for mine in range(whole + 1):
        rest = whole ^ mine
        row[:] = 0.0
        yours = rest
        while True:
            for y in range(n):
                row[y] += left[rest ^ yours] * held[yours, y]
            if yours == 0:
                break
            yours = (yours - 1) & rest
        for y in range(n):
            row[y] *= second[y]
        same = share * block[size[mine] + 2] * left[rest]
        for x in range(n):
            some = share * held[mine, x] * first[x]
            if some != 0.0:
                for y in range(n):
                    urn[x, y] += some * row[y]
            urn[x, x] += same * base[x] * product[mine, x] * first[x] * second[x]


@compiled
def _closed(
    urn: Array, joined: int, ends: Ints, links: Ints, known: Array, matrices: Array, asked: Array, lines: int
) -> Array:
    """From the tops of the open lines down to the open member: its alleles' joint probability."""
    n = len(urn)
    if lines == 0:
        return urn[:1, :1]
    if lines == 1 or joined:
        top = 2 if joined else 0
        trunk = urn[:1] * 1.0 if ends[top] < 0 else urn[0, 0] * known[ends[top]].reshape(1, n)
        trunk = _down(trunk, links[top], matrices, asked)
        if lines == 1:
            return trunk
        both = np.diag(trunk[0])
    elif ends[0] < 0 and ends[1] < 0:
        both = urn * 1.0
    else:
        one = urn[0] if ends[0] < 0 else known[ends[0]]
        other = urn[0] if ends[1] < 0 else known[ends[1]]
        both = one.reshape(n, 1) * other.reshape(1, n)
        if ends[0] >= 0 and ends[1] >= 0:
            both = both * urn[0, 0]
    both = _down(np.ascontiguousarray(both.T), links[0], matrices, asked)
    return _down(np.ascontiguousarray(both.T), links[1], matrices, asked)


@compiled
def _down(rows: Array, links: Ints, matrices: Array, asked: Array) -> Array:
    """Pass the last axis of ``rows`` down a line."""
    n = rows.shape[1]
    for link in range(len(links)):
        matrix, side = links[link]
        if matrix >= 0:
            below = np.zeros(rows.shape)
            for row in range(rows.shape[0]):
                for z in range(n):
                    some = rows[row, z]
                    if some != 0.0:
                        for x in range(n):
                            below[row, x] += some * matrices[matrix, z, x]
                for x in range(n):
                    below[row, x] *= asked[side, x]
            rows = below
    return rows
