"""The sum over all ways of tracing without a compiler: in numbers, or in logarithms, by one and the same text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce

import numpy as np

from antigone.engine.arrays import Array, Bools, Ints
from antigone.engine.forest.batch import Batch, block_weights, urn_shares
from antigone.engine.forest.plan import TRUNK, ForestPlan
from antigone.engine.forest.tracing import EVIDENCE, PASSED


@dataclass(frozen=True)
class Arithmetic:
    """How a sum of products is written: in numbers, or in their logarithms. ``total`` is over the last axis."""

    of: Callable[[Array], Array]
    back: Callable[[Array], Array]
    """The natural logarithm of a result."""
    times: Callable[[Array, Array], Array]
    plus: Callable[[Array, Array], Array]
    total: Callable[[Array], Array]
    down: Callable[[Array, Array], Array]
    """``rows`` of shape ``(items, k, n)`` times a matrix of shape ``(items or 1, n, n)``."""
    mix: Callable[[Array, Array], Array]
    """Over terms, the sum of products of arrays ``(items, terms, n)`` and ``(items, terms, n)`` or ``(.., n, n)``."""

    def add(self, parts: Iterable[Array]) -> Array:
        return reduce(self.plus, parts)


def _log(values: Array) -> Array:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(values))


def _log_sum(values: Array) -> Array:
    return np.asarray(np.logaddexp.reduce(values, axis=-1))


def _log_down(rows: Array, matrix: Array) -> Array:
    """One state after another: all terms at once would be a far larger array."""
    return reduce(np.logaddexp, (rows[:, :, z, None] + matrix[:, None, z, :] for z in range(rows.shape[2])))


def _mix(first: Array, second: Array) -> Array:
    return np.asarray(np.einsum("itx...,itx...->ix...", first, second))


def _log_mix(first: Array, second: Array) -> Array:
    aligned = first.reshape(*first.shape, *[1] * (second.ndim - first.ndim))
    return np.asarray(np.logaddexp.reduce(aligned + second, axis=1))


NUMBERS = Arithmetic(np.asarray, _log, np.multiply, np.add, lambda values: values.sum(axis=-1), np.matmul, _mix)
LOGARITHMS = Arithmetic(_log, np.asarray, np.add, np.logaddexp, _log_sum, _log_down, _log_mix)


_LOG_TINY = -600.0
"""About ln 1e-260: a sum of at most 1e12 products above it has lost less than 1e-12 of itself to underflow."""
_REPRESENTABLE = -690.0
"""About ln 1e-300: if no product is smaller, none underflows."""


def in_doubt(logs: Array, plan: ForestPlan, batch: Batch) -> Bools:
    """The items of which something may have lost digits to underflow."""
    small = (logs < _LOG_TINY).reshape(len(logs), -1).any(axis=1)
    return small & (_log_smallest(plan, batch) < _REPRESENTABLE)


def _log_smallest(plan: ForestPlan, batch: Batch) -> Array:
    """A lower bound, for each item, of the log of any product of the sum that is above 0."""
    descent = plan.forest.descent
    passed = sum(parent >= 0 for parents in descent.parents for parent in parents)
    drawn = sum(parent < 0 for parents in descent.parents for parent in parents)
    return (
        passed * (_least(batch.matrices.reshape(len(batch.matrices), -1)) + 2 * np.log(0.5))
        + drawn * (_least(batch.base) + np.log(batch.theta) - np.log1p(2 * drawn * batch.theta))
        + _least(batch.evidence).sum(axis=1)
    )


def _least(values: Array) -> Array:
    """The log of the smallest value above 0 over the last axis, at most 0."""
    return np.log(np.where(values > 0, values, 1.0)).min(axis=-1, initial=0.0)


class WaySum:
    """One batch, vectorised over its items. ``logs`` are the natural logs of the sums."""

    def __init__(self, plan: ForestPlan, batch: Batch, arithmetic: Arithmetic) -> None:
        self.plan, self.a = plan, arithmetic
        self.base, self.known, self.matrices = (arithmetic.of(x) for x in (batch.base, batch.known, batch.matrices))
        self.block = arithmetic.of(block_weights(batch.theta, plan.roots.shape[1] + 2))
        self.shares, self.weights = arithmetic.of(urn_shares(plan, batch)), arithmetic.of(plan.weights)
        self.nothing, self.one = arithmetic.of(np.zeros(())), arithmetic.of(np.ones(()))
        self.evidence = arithmetic.of(batch.evidence)
        self.asked = self._vectors(self.evidence)

    def _vectors(self, evidence: Array) -> list[Array]:
        asked = [np.full_like(self.base, self.one)]
        for kind, first, second in self.plan.vectors.tolist():
            if kind == EVIDENCE:
                asked.append(evidence[:, first])
            elif kind == PASSED:
                asked.append(self.up(first, asked[second][:, None])[:, 0])
            else:
                asked.append(self.a.times(asked[first], asked[second]))
        self.alive = np.asarray((evidence > self.nothing).any(axis=2))
        return asked

    def up(self, matrix: int, vectors: Array) -> Array:
        """What vectors, ``(items, k, n)``, ask of the slot that a copy came from."""
        return self.a.down(vectors, self.matrices[:, matrix].swapaxes(1, 2))

    def logs(self) -> Array:
        """Shape ``(items,)``, ``(items, n)`` or ``(items, n, n)`` for 0, 1 or 2 open lines."""
        items, n = self.base.shape
        urn = [np.full((items, n, n), self.nothing) for _ in self.plan.joined]
        last, subsets = -1, None
        for q, share in enumerate(self._coefficients()):
            if subsets is None or (self.plan.roots[q] != self.plan.roots[last]).any():
                subsets = self._subsets([self.asked[r] for r in self.plan.roots[q] if r >= 0])
                last = q
            asked = self._question(self.plan.sides[q], *subsets)
            rows, columns = asked.shape[1:]
            part = urn[self.plan.group_of[q]][:, :rows, :columns]
            part[:] = self.a.plus(part, self.a.times(share[:, None, None], asked))
        total = self.a.add(self._closed(group, held) for group, held in enumerate(urn))
        return self.a.back(total.reshape([(items,), (items, n), (items, n, n)][self.plan.lines]))

    def _coefficients(self) -> list[Array]:
        """By question: the weights of its ways, times what known members passed on in them."""
        plan, items = self.plan, len(self.base)
        passed = [self.a.total(self.a.times(self.known[:, m], self.asked[v])) for m, v in plan.pairs.tolist()]
        found = [np.full(items, self.nothing) for _ in plan.counts]
        for way, question in enumerate(plan.question_of):
            share = np.full(items, self.weights[way])
            for pair in plan.ended[way][plan.ended[way] >= 0]:
                share = self.a.times(share, passed[pair])
            found[question] = self.a.plus(found[question], np.where(self.dead(way), self.nothing, share))
        return [self.a.times(share, self.shares[question]) for question, share in enumerate(found)]

    def dead(self, way: int) -> Bools:
        """The items of which an order chosen in a way allows nothing."""
        chosen = self.plan.chosen[way][self.plan.chosen[way] >= 0]
        return np.asarray(~self.alive[:, chosen].all(axis=1))

    def _subsets(self, roots: list[Array]) -> tuple[list[Array], list[Array]]:
        """For every subset of the roots: base times the product of their vectors, and ``f``."""
        held = [self.base]
        for subset in range(1, 1 << len(roots)):
            lowest = (subset & -subset).bit_length() - 1
            held.append(self.a.times(held[subset & (subset - 1)], roots[lowest]))
        left = [np.full(len(self.base), self.one)]
        chance = [self.a.times(self.block[_size(s)], self.a.total(one)) for s, one in enumerate(held)]
        for subset in range(1, 1 << len(roots)):
            lowest = subset & -subset
            parts = (self.a.times(chance[lowest | some], left[subset ^ lowest ^ some]) for some in _of(subset ^ lowest))
            left.append(self.a.add(parts))
        return held, left

    def _question(self, sides: Ints, held: list[Array], left: list[Array]) -> Array:
        """A number, a vector over one open root, or a matrix over two, shape ``(items, 1 or n, 1 or n)``."""
        whole = len(held) - 1
        opened = [self.asked[side] for side in sides if side >= 0]
        if not opened:
            return left[whole][:, None, None]
        own = [self.a.times(self.block[_size(s) + 1], one) for s, one in enumerate(held)]
        if len(opened) == 1:
            parts = (self.a.times(left[whole ^ s][:, None], one) for s, one in enumerate(own))
            return self.a.times(self.a.add(parts), opened[0])[:, None]
        both = self._two_open(own, held, left)
        return self.a.times(both, self.a.times(opened[0][:, :, None], opened[1][:, None, :]))

    def _two_open(self, own: list[Array], held: list[Array], left: list[Array]) -> Array:
        whole, n = len(held) - 1, self.base.shape[1]
        both, same = np.full((len(self.base), n, n), self.nothing), np.full_like(self.base, self.nothing)
        for mine in range(whole + 1):
            rest = whole ^ mine
            yours = self.a.add(self.a.times(left[rest ^ some][:, None], own[some]) for some in _of(rest))
            both = self.a.plus(both, self.a.times(own[mine][:, :, None], yours[:, None, :]))
            weight = self.a.times(self.block[_size(mine) + 2], left[rest])
            same = self.a.plus(same, self.a.times(weight[:, None], held[mine]))
        diagonal = np.arange(n)
        both[:, diagonal, diagonal] = self.a.plus(both[:, diagonal, diagonal], same)
        return both

    def _closed(self, group: int, urn: Array) -> Array:
        """From the tops of the open lines down to the open member: its alleles' joint probability."""
        plan, ends = self.plan, self.plan.ends[group]
        if plan.lines == 0:
            return urn[:, :1, :1]
        if plan.lines == 1 or plan.joined[group]:
            end = ends[TRUNK if plan.joined[group] else 0]
            top = urn[:, :1] if end < 0 else self.a.times(urn[:, :1, :1], self.known[:, None, end])
            return self.descend(group, top)
        return self.descend(group, self._tops(urn, ends))

    def descend(self, group: int, top: Array) -> Array:
        """Pass the law of the tops of the open lines, or of their common top, down to the open member."""
        plan = self.plan
        if plan.joined[group]:
            trunk = self._down(top, plan.links[group, TRUNK])
            diagonal = np.arange(trunk.shape[2])
            top = np.full((len(trunk), len(diagonal), len(diagonal)), self.nothing)
            top[:, diagonal, diagonal] = trunk[:, 0]
        elif plan.lines < 2:
            return self._down(top, plan.links[group, 0])
        both = self._down(top.swapaxes(1, 2), plan.links[group, 0])
        return self._down(both.swapaxes(1, 2), plan.links[group, 1])

    def _tops(self, urn: Array, ends: Ints) -> Array:
        """The joint law of the tops of two lines: two roots, a root and a known member, or two known members."""
        one, other = (self.known[:, end] if end >= 0 else None for end in ends[:2])
        if one is None and other is None:
            return urn
        scale = urn[:, :1, :1] if one is not None and other is not None else np.full((1, 1, 1), self.one)
        one, other = (urn[:, 0] if top is None else top for top in (one, other))
        return self.a.times(scale, self.a.times(one[:, :, None], other[:, None, :]))

    def _down(self, rows: Array, links: Ints) -> Array:
        for matrix, side in links[links[:, 0] >= 0].tolist():
            rows = self.a.times(self.a.down(rows, self.matrices[:, matrix]), self.asked[side][:, None])
        return rows


def _size(subset: int) -> int:
    return subset.bit_count()


def _of(whole: int) -> list[int]:
    """All subsets of a set of bits."""
    found, some = [whole], whole
    while some:
        some = (some - 1) & whole
        found.append(some)
    return found
