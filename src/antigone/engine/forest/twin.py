"""The sum over all ways of tracing without a compiler: in numbers, or in logarithms, by one and the same text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
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
    plus: np.ufunc
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
AT_ONCE = 2**20
"""Elements of the largest array in which questions of the urn are answered together."""
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
    """One batch, vectorised over its items, and over what its ways ask of the urn. ``logs`` are the natural logs."""

    def __init__(self, plan: ForestPlan, batch: Batch, arithmetic: Arithmetic) -> None:
        self.plan, self.a = plan, arithmetic
        self.base, self.known, self.matrices = (arithmetic.of(x) for x in (batch.base, batch.known, batch.matrices))
        self.block = arithmetic.of(block_weights(batch.theta, plan.roots.shape[1] + 2))
        self.shares, self.weights = arithmetic.of(urn_shares(plan, batch)), arithmetic.of(plan.weights)
        self.nothing, self.one = arithmetic.of(np.zeros(())), arithmetic.of(np.ones(()))
        self.evidence = arithmetic.of(batch.evidence)
        self.alive = np.asarray((self.evidence > self.nothing).any(axis=2))
        self.asked = self._vectors()

    def _vectors(self) -> Array:
        """Shape ``(vectors, items, n)``, the vector of ones first."""
        asked = np.full((len(self.plan.vectors) + 1, *self.base.shape), self.one)
        for number, (kind, first, second) in enumerate(self.plan.vectors.tolist(), start=1):
            if kind == EVIDENCE:
                asked[number] = self.evidence[:, first]
            elif kind == PASSED:
                asked[number] = self.up(first, asked[second][:, None])[:, 0]
            else:
                asked[number] = self.a.times(asked[first], asked[second])
        return asked

    def up(self, matrix: int, vectors: Array) -> Array:
        """What vectors, ``(items, k, n)``, ask of the slot that a copy came from."""
        return self.a.down(vectors, self.matrices[:, matrix].swapaxes(1, 2))

    def logs(self) -> Array:
        """Shape ``(items,)``, ``(items, n)`` or ``(items, n, n)`` for 0, 1 or 2 open lines."""
        items, n = self.base.shape
        urn = np.full((len(self.plan.joined), items, n, n), self.nothing)
        shares = self._coefficients()
        for alike in self._alike():
            asked = self.a.times(shares[alike, :, None, None], self._asked_of_urn(alike))
            groups, starts = np.unique(self.plan.group_of[alike], return_index=True)
            part = urn[:, :, : asked.shape[2], : asked.shape[3]]
            part[groups] = self.a.plus(part[groups], self.a.plus.reduceat(asked, starts, axis=0))
        total = self.a.add(self._closed(group, held) for group, held in enumerate(urn))
        return self.a.back(total.reshape([(items,), (items, n), (items, n, n)][self.plan.lines]))

    def _alike(self) -> Iterator[Ints]:
        """Questions with as many roots and open roots, sorted by group, so many at once as ``AT_ONCE`` allows."""
        items, n = self.base.shape
        opened = (self.plan.sides >= 0).sum(axis=1)
        kinds = np.stack([self.plan.counts, opened], axis=1)
        for count, lines in np.unique(kinds, axis=0).tolist():
            some = np.flatnonzero((kinds == (count, lines)).all(axis=1))
            some = some[np.argsort(self.plan.group_of[some], kind="stable")]
            step = max(1, AT_ONCE // (items * n * max(n, 2**count)))
            yield from (some[start : start + step] for start in range(0, len(some), step))

    def _coefficients(self) -> Array:
        """By question: the weights of its ways, times what known members passed on in them, ``(questions, items)``."""
        plan, items = self.plan, len(self.base)
        found = np.full((len(plan.counts), items), self.nothing)
        passed = np.full((len(plan.pairs) + 1, items), self.one)
        for number, (member, vector) in enumerate(plan.pairs.tolist()):
            passed[number] = self.a.total(self.a.times(self.known[:, member], self.asked[vector]))
        ways = np.where(self.dead(), self.nothing, np.broadcast_to(self.weights[:, None], (len(plan.weights), items)))
        for pair in plan.ended.T:
            ways = self.a.times(ways, passed[pair])
        self.a.plus.at(found, plan.question_of, ways)
        return self.a.times(found, self.shares[:, None])

    def dead(self) -> Bools:
        """The items of which an order chosen in a way allows nothing, shape ``(ways, items)``."""
        alive = np.concatenate([self.alive.T, np.ones((1, len(self.base)), dtype=bool)])
        return np.asarray(~alive[self.plan.chosen].all(axis=1))

    def _asked_of_urn(self, alike: Ints) -> Array:
        """Questions of one kind: numbers, vectors over one open root, or matrices over two.

        Shape ``(questions, items, 1 or n, 1 or n)``.
        """
        roots = self.asked[self.plan.roots[alike]]
        held, left = self._subsets([roots[:, place] for place in range(self.plan.counts[alike[0]])])
        return self._question(self.plan.sides[alike], held, left)

    def _subsets(self, roots: list[Array]) -> tuple[list[Array], list[Array]]:
        """For every subset of the roots: base times the product of their vectors, and ``f``."""
        held = [self.base[None]]
        for subset in range(1, 1 << len(roots)):
            lowest = (subset & -subset).bit_length() - 1
            held.append(self.a.times(held[subset & (subset - 1)], roots[lowest]))
        left = [np.full((1, len(self.base)), self.one)]
        chance = [self.a.times(self.block[_size(s)], self.a.total(one)) for s, one in enumerate(held)]
        for subset in range(1, 1 << len(roots)):
            lowest = subset & -subset
            parts = (self.a.times(chance[lowest | some], left[subset ^ lowest ^ some]) for some in _of(subset ^ lowest))
            left.append(self.a.add(parts))
        return held, left

    def _question(self, sides: Ints, held: list[Array], left: list[Array]) -> Array:
        whole = len(held) - 1
        most, least = sides.max(axis=1), sides.min(axis=1)
        if most[0] < 0:
            return np.broadcast_to(left[whole], (len(sides), len(self.base)))[:, :, None, None]
        own = [self.a.times(self.block[_size(s) + 1], one) for s, one in enumerate(held)]
        if least[0] < 0:
            parts = (self.a.times(left[whole ^ s][..., None], one) for s, one in enumerate(own))
            return self.a.times(self.a.add(parts), self.asked[most])[:, :, None]
        first, second = self.asked[sides.T]
        return self.a.times(self._two_open(own, held, left), self.a.times(first[..., :, None], second[..., None, :]))

    def _two_open(self, own: list[Array], held: list[Array], left: list[Array]) -> Array:
        whole, n = len(held) - 1, self.base.shape[1]
        both, same = self.nothing, self.nothing
        for mine in range(whole + 1):
            rest = whole ^ mine
            yours = self.a.add(self.a.times(left[rest ^ some][..., None], own[some]) for some in _of(rest))
            both = self.a.plus(both, self.a.times(own[mine][..., :, None], yours[..., None, :]))
            weight = self.a.times(self.block[_size(mine) + 2], left[rest])
            same = self.a.plus(same, self.a.times(weight[..., None], held[mine]))
        diagonal = np.arange(n)
        both[..., diagonal, diagonal] = self.a.plus(both[..., diagonal, diagonal], same)
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
