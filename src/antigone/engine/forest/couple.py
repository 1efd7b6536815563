"""Many children of two founders whose genotypes are not certain: the sum over the couple's joint genotypes.

Traced one by one, k children of a couple have 8^k ways. Given the couple's genotypes they are independent. So the
couple is summed over as a table ``W = U(f, m) * product over children``, with ``U`` the urn's probability of both
genotypes. What the open member inherits, or a stranger draws from the urn afterwards, is linear in how often each
allele stands in ``f`` and in ``m``; the table's moments are enough: ``sum W``, ``sum W n_z``, ``sum W n_z n_w``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, reduce
from itertools import combinations

import numpy as np

from antigone.engine.arrays import Array, Ints
from antigone.engine.forest.batch import Batch
from antigone.engine.forest.plan import TRUNK, ForestPlan, make_forest_plan
from antigone.engine.forest.tracing import ABSENT, Descent
from antigone.engine.forest.twin import LOGARITHMS, NUMBERS, Arithmetic, WaySum, in_doubt
from antigone.errors import PlanTooLarge

FEWEST_CHILDREN = 2
"""Children with a reading and both of the couple as parents, from which the couple is worth a table."""
NOBODY = ABSENT


@dataclass(frozen=True)
class CouplePlan:
    """The two founders, and the ways of tracing everybody else once their genotypes are certain.

    ``own`` is the pedigree that is traced: in it the couple is known. ``opened`` says which of the two is asked about.
    """

    couple: tuple[int, int]
    own: ForestPlan
    slots: tuple[int, int]
    opened: int

    def is_of_couple(self, member: int) -> bool:
        """Whether a member has one of the two as a parent."""
        return bool(set(self.couple) & set(self.own.forest.descent.parents[member]))

    def genotypes(self, n: int) -> tuple[int, int]:
        one, other = (n if slots == 1 else n * (n + 1) // 2 for slots in self.slots)
        return one, other

    def cost(self, n: int) -> float:
        """Multiplications that one item takes with ``n`` alleles."""
        states = float(np.prod(self.genotypes(n)))
        orders = len([m for m, _, slot in self.own.forest.evidence if m in self.own.forest.apart and slot == 0])
        return states * (2 * orders + len(self.own.weights) * (4 + 2 * n)) + self.own.cost(n)

    def largest(self, n: int) -> int:
        return 4 * int(np.prod(self.genotypes(n))) + self.own.largest(n)


@lru_cache(maxsize=512)
def make_couple_plan(descent: Descent) -> CouplePlan:
    """The couple with the most children, if everybody else can be traced to it or to somebody known.

    Raises
    ------
    PlanTooLarge
        When there is no such couple.
    """
    for couple in sorted(_couples(descent), key=lambda pair: -_children(descent, pair)):
        opened = couple.index(descent.open) if descent.open in couple else NOBODY
        known = tuple(certain or m in couple for m, certain in enumerate(descent.known))
        orders = tuple(0 if m in couple else count for m, count in enumerate(descent.orders))
        rest = replace(descent, known=known, orders=orders, open=ABSENT if opened >= 0 else descent.open)
        own = make_forest_plan(rest)
        if not own.counts.any():
            one, other = (len(descent.parents[m]) for m in couple)
            return CouplePlan(couple, own, (one, other), opened)
    raise PlanTooLarge("no couple whose genotypes make all readings independent")


def _couples(descent: Descent) -> Iterator[tuple[int, int]]:
    open_ = [m for m, known in enumerate(descent.known) if not known and descent.is_founder(m)]
    return (pair for pair in combinations(open_, 2) if _children(descent, pair) >= FEWEST_CHILDREN)


def _children(descent: Descent, couple: tuple[int, int]) -> int:
    """The read children of a couple; on the X chromosome sons have the mother alone."""
    read = (parents for parents, orders in zip(descent.parents, descent.orders, strict=True) if orders > 0)
    return sum(bool(set(couple) & set(parents)) and set(parents) <= set(couple) for parents in read)


Readings = tuple[Array | None, Array | None]
"""P(reading | genotype) of the two, ``(items or 1, genotypes)``, where they were read."""


def couple_logs(plan: CouplePlan, batch: Batch, readings: Readings) -> Array:
    """Natural log of the sum over the couple's genotypes and all ways.

    Returns
    -------
    As ``sums.forest_logs``; where one of the two is asked about, ``(items, genotypes)`` over unordered genotypes.
    """
    logs = _CoupleSum(plan, batch, readings, NUMBERS).logs()
    doubtful = in_doubt(logs, plan.own, batch)
    if doubtful.any():
        first, second = (one if one is None or len(one) == 1 else one[doubtful] for one in readings)
        logs[doubtful] = _CoupleSum(plan, batch.take(doubtful), (first, second), LOGARITHMS).logs()
    return logs


class _CoupleSum(WaySum):
    """One batch, vectorised over its items. Axes of a table: items, genotypes of the one, genotypes of the other."""

    def __init__(self, plan: CouplePlan, batch: Batch, readings: Readings, arithmetic: Arithmetic) -> None:
        super().__init__(plan.own, batch, arithmetic)
        self.whole, self.theta, self.certain = plan, batch.theta, batch.certain
        n = batch.base.shape[1]
        self.counts = [_counts(slots, n) for slots in plan.slots]
        table = arithmetic.of(_urn(batch, self.counts))
        for side, chance in enumerate(readings):
            if chance is not None:
                table = arithmetic.times(table, self.spread(arithmetic.of(chance), side))
        children = (m for m in plan.own.forest.apart if plan.is_of_couple(m))
        self.table = reduce(arithmetic.times, map(self._child, children), table)

    def spread(self, values: Array, side: int) -> Array:
        return values[:, :, None] if side == 0 else values[:, None, :]

    def logs(self) -> Array:
        items, n = self.base.shape
        parts = [self._question_over_couple(q, table) for q, table in enumerate(self._tables())]
        total = self.a.back(self.a.add(parts))
        if self.whole.opened >= 0:
            return total
        return total.reshape([(items,), (items, n), (items, n, n)][self.plan.lines])

    def _passed(self, parent: int, vector: Array) -> Array:
        """P(a known member passes on what a vector asks), as a table: of the couple by genotype."""
        if parent not in self.whole.couple:
            return self.a.total(self.a.times(self.known[:, parent], vector))[:, None, None]
        side = self.whole.couple.index(parent)
        halves = self.a.of(self.counts[side].T / self.whole.slots[side])
        return self.spread(self.a.down(vector[:, None], halves[None])[:, 0], side)

    def _child(self, member: int) -> Array:
        """P(a child's reading | the couple's genotypes): the sum over its orders."""
        forest = self.plan.forest
        parents, matrices = forest.descent.parents[member], forest.descent.matrices[member]
        orders: dict[int, list[Array]] = {}
        for number, (m, order, slot) in enumerate(forest.evidence):
            if m == member:
                up = self.matrices[:, matrices[slot]].swapaxes(1, 2)
                vector = self.a.down(self.evidence[:, number, None], up)[:, 0]
                orders.setdefault(order, []).append(self._passed(parents[slot], vector))
        return self.a.add(reduce(self.a.times, factors) for factors in orders.values())

    def _tables(self) -> list[Array]:
        """By question: the table times what the couple and other known members passed on in its ways."""
        plan, items = self.plan, len(self.base)
        found: dict[int, Array] = {}
        for way, question in enumerate(plan.question_of.tolist()):
            dead = self.dead(way)
            share = np.where(dead, self.nothing, np.full(items, self.weights[way]))[:, None, None]
            for member, vector in plan.pairs[plan.ended[way][plan.ended[way] >= 0]].tolist():
                share = self.a.times(share, self._passed(member, self.asked[vector]))
            found[question] = self.a.plus(found[question], share) if question in found else share
        return [self.a.times(self.table, found[question]) for question in range(len(plan.counts))]

    def _question_over_couple(self, question: int, table: Array) -> Array:
        """The open member's alleles, or the genotypes of whom of the couple is asked about, summed over the table."""
        draws = sum(self.whole.slots) + int(self.plan.draws[question])
        denominators = [1 + (self.certain + j - 1) * self.theta for j in range(draws)]
        table = self.a.times(table, self.a.of(np.array(1 / np.prod(denominators))))
        if self.whole.opened >= 0:
            return self.a.total(table if self.whole.opened == 0 else table.swapaxes(1, 2))
        if self.plan.lines == 0:
            return self.a.total(self.a.total(table))[:, None, None]
        group = self.plan.group_of[question]
        ends = self.plan.ends[group]
        used = [TRUNK] if self.plan.joined[group] else list(range(self.plan.lines))
        tops = [self._top(int(ends[line])) for line in used]
        law = self._law(table, tops)
        for axis, side in enumerate(side for side in self.plan.sides[question] if side >= 0):
            place = [place for place, line in enumerate(used) if ends[line] < 0][axis]
            asked = self.asked[side]
            law = self.a.times(law, asked[:, :, None] if place == 0 and len(used) == 2 else asked[:, None, :])
        return self.descend(group, law)

    def _top(self, member: int) -> Top:
        """The law of the top of a line given the couple's counts: a constant, and a share of each of the two's."""
        if member in self.whole.couple:
            side = self.whole.couple.index(member)
            share = 1 / self.whole.slots[side]
            return Top(np.full_like(self.base, self.nothing), (share * (side == 0), share * (side == 1)), False)
        if member >= 0:
            return Top(self.known[:, member], (0.0, 0.0), False)
        return Top(self.base, (self.theta, self.theta), True)

    def _law(self, table: Array, tops: list[Top]) -> Array:
        """The law of one top, ``(items, 1, n)``, or of two, ``(items, n, n)``, summed over the couple's genotypes."""
        whole = self.a.total(self.a.total(table))[:, None]
        margins = [self.a.total(table), self.a.total(table.swapaxes(1, 2))]
        counts = [self.a.of(count) for count in self.counts]
        means = [self.a.down(margin[:, None], count[None])[:, 0] for margin, count in zip(margins, counts, strict=True)]
        single = [self._affine(top, self.a.times(whole, top.constant), means) for top in tops]
        if len(tops) == 1:
            return single[0][:, None]
        both = self.a.times(tops[0].constant[:, :, None], single[1][:, None, :])
        squares = self._second_moments(table, margins, counts)
        for x in (0, 1):
            rest = [self.a.times(means[x][:, :, None], tops[1].constant[:, None, :])]
            rest += [self.a.times(self.a.of(np.array(tops[1].shares[y])), squares[x][y]) for y in (0, 1)]
            both = self.a.plus(both, self.a.times(self.a.of(np.array(tops[0].shares[x])), self.a.add(rest)))
        if tops[0].drawn and tops[1].drawn:
            diagonal = np.arange(both.shape[1])
            again = self.a.times(self.a.of(np.array(self.theta)), single[0])
            both[:, diagonal, diagonal] = self.a.plus(both[:, diagonal, diagonal], again)
        return both

    def _affine(self, top: Top, constant: Array, means: list[Array]) -> Array:
        parts = (self.a.times(self.a.of(np.array(share)), mean) for share, mean in zip(top.shares, means, strict=True))
        return self.a.add([constant, *parts])

    def _second_moments(self, table: Array, margins: list[Array], counts: list[Array]) -> list[list[Array]]:
        """``sum W n_x(z) n_y(w)`` for x and y each of the two, shape ``(items, n, n)``."""
        own = [
            self.a.down(self.a.times(count.T[None], margin[:, None, :]), count[None])
            for margin, count in zip(margins, counts, strict=True)
        ]
        cross = self.a.down(self.a.down(table, counts[1][None]).swapaxes(1, 2), counts[0][None]).swapaxes(1, 2)
        return [[own[0], cross], [cross.swapaxes(1, 2), own[1]]]


@dataclass(frozen=True)
class Top:
    """The law of an allele given how often each allele stands in the couple's genotypes: ``constant + shares n``.

    ``drawn``: it comes from the urn, so that a second draw may be its copy.
    """

    constant: Array
    shares: tuple[float, float]
    drawn: bool


@lru_cache(maxsize=256)
def _genotypes(slots: int, n: int) -> Ints:
    """The alleles of every genotype, unordered, shape ``(genotypes, slots)``."""
    return np.arange(n)[:, None] if slots == 1 else np.stack(np.triu_indices(n), axis=1)


@lru_cache(maxsize=256)
def _counts(slots: int, n: int) -> Array:
    """How often each allele stands in every genotype, shape ``(genotypes, n)``."""
    return np.eye(n)[_genotypes(slots, n)].sum(axis=1)


def _urn(batch: Batch, counts: list[Array]) -> Array:
    """The urn's probability of both genotypes, without denominators, shape ``(items or 1, genotypes, genotypes)``."""
    base = batch.base[:1] if (batch.base == batch.base[0]).all() else batch.base
    n = base.shape[1]
    total = np.ones((1, 1, 1))
    drawn: Array = np.zeros((1, n))
    for side, count in enumerate(counts):
        genotypes = _genotypes(int(count[0].sum()), n)
        shape = (len(base), -1, 1) if side == 0 else (len(base), 1, -1)
        for k, allele in enumerate(genotypes.T):
            earlier = (genotypes[:, :k] == allele[:, None]).sum(axis=1)
            own = (base[:, allele] + batch.theta * earlier).reshape(shape)
            total = total * (own + batch.theta * drawn[:, allele][None]) if side else total * own
        total = total * np.where((genotypes != genotypes[:, :1]).any(axis=1), 2.0, 1.0).reshape(1, *shape[1:])
        drawn = count
    return total
