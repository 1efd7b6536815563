"""Many children of two founders whose genotypes are not certain: the sum over the couple's joint genotypes.

Traced one by one, k children of a couple have 8^k ways. Given the couple's genotypes they are independent: what they
ask is a sum of 2^k terms, each a factor of the one's genotype times a factor of the other's. Of many children it is a
sum over the genotypes of one parent instead, taken in turn. What the open member inherits, or a stranger draws from the
urn afterwards, is linear in how often each allele stands in either genotype, so its moments are enough (``moments``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations
from math import prod

import numpy as np

from antigone.engine.arrays import Array, Bools, Ints
from antigone.engine.forest.batch import Batch
from antigone.engine.forest.moments import Moments, moments
from antigone.engine.forest.plan import TRUNK, ForestPlan, make_forest_plan
from antigone.engine.forest.tracing import ABSENT, Descent
from antigone.engine.forest.twin import LOGARITHMS, NUMBERS, Arithmetic, WaySum, in_doubt
from antigone.errors import PlanTooLarge

FEWEST_CHILDREN = 2
"""Children with a reading and both of the couple as parents, from which the couple is worth a sum of its own."""
NOBODY = ABSENT
AT_ONCE = 65_536
"""Elements of a factor that are computed together: more would not stay in the processor's cache."""
WORK_OF_AN_ELEMENT = 160
"""What an element of a term costs in multiplications of a compiled sum: NumPy goes through it again and again."""
Pairs = tuple[tuple[int, int], ...]
"""Members and vectors: what each is asked to have passed on."""


@dataclass(frozen=True)
class CouplePlan:
    """The two founders, and the ways of tracing everybody else once their genotypes are certain.

    ``own`` is the pedigree that is traced: in it the couple is known. ``opened`` says which of the two is asked about.
    """

    couple: tuple[int, int]
    own: ForestPlan
    slots: tuple[int, int]
    opened: int

    @property
    def children(self) -> tuple[int, ...]:
        """The read members who have one of the two as a parent, and otherwise certain ones."""
        parents = self.own.forest.descent.parents
        return tuple(m for m in self.own.forest.apart if set(self.couple) & set(parents[m]))

    @property
    def orders(self) -> int:
        """How many terms there are when each child of both has its orders one by one."""
        descent = self.own.forest.descent
        return prod(descent.orders[m] for m in self.children if set(self.couple) <= set(descent.parents[m]))

    def in_turn(self, n: int) -> bool:
        """Whether the genotypes of the first of the two are the terms, because the children's orders are more."""
        return self.orders > len(_genotypes(self.slots[0], n))

    def terms(self, n: int) -> int:
        return min(self.orders, len(_genotypes(self.slots[0], n)))

    def cost(self, n: int) -> float:
        """Multiplications that one item takes with ``n`` alleles."""
        asked = len({tuple(pair for pair in ended if pair >= 0) for ended in self.own.ended.tolist()})
        return asked * self.terms(n) * (n**3 + WORK_OF_AN_ELEMENT * n**2) + self.own.cost(n) + 8.0 * n**3

    def largest(self, n: int) -> int:
        return 8 * self.terms(n) * n**2 + self.own.largest(n)


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
    open_.sort(key=lambda m: len(descent.parents[m]))
    return (pair for pair in combinations(open_, 2) if _children(descent, pair) >= FEWEST_CHILDREN)


def _children(descent: Descent, couple: tuple[int, int]) -> int:
    """The read children of a couple; on the X chromosome sons have the mother alone."""
    read = (parents for parents, orders in zip(descent.parents, descent.orders, strict=True) if orders > 0)
    return sum(bool(set(couple) & set(parents)) and set(parents) <= set(couple) for parents in read)


Readings = tuple[Array | None, Array | None]
"""P(reading | alleles) of the two, ``(items or 1, n)`` for one slot and ``(items or 1, n, n)`` for two, where read."""


def couple_logs(plan: CouplePlan, batch: Batch, readings: Readings) -> Array:
    """Natural log of the sum over the couple's genotypes and all ways.

    Returns
    -------
    As ``sums.forest_logs``; where one of the two is asked about, ``(items, n)`` or ``(items, n, n)`` by its alleles.
    """
    n = batch.base.shape[1]
    at_once = max(1, AT_ONCE // (plan.terms(n) * n**2))
    parts = (slice(start, start + at_once) for start in range(0, len(batch.base), at_once))
    logs = np.concatenate(
        [_CoupleSum(plan, batch.take(some), _taken(readings, some), NUMBERS).logs() for some in parts]
    )
    doubtful = in_doubt(logs, plan.own, batch)
    if doubtful.any():
        logs[doubtful] = _CoupleSum(plan, batch.take(doubtful), _taken(readings, doubtful), LOGARITHMS).logs()
    return logs


def _taken(readings: Readings, some: Bools | slice) -> Readings:
    first, second = (one if one is None or len(one) == 1 else one[some] for one in readings)
    return first, second


Asked = dict[int, Array]
"""By side of the couple, what is asked of its alleles: shape ``(items, orders, n)`` or ``(items, orders, n, n)``."""


class _CoupleSum(WaySum):
    """One batch, vectorised over its items."""

    def __init__(self, plan: CouplePlan, batch: Batch, readings: Readings, arithmetic: Arithmetic) -> None:
        super().__init__(plan.own, batch, arithmetic)
        self.whole, self.theta, self.certain = plan, batch.theta, batch.certain
        self.in_turn = plan.in_turn(batch.base.shape[1])
        self.terms = [self._unasked(side, chance) for side, chance in enumerate(readings)]
        for member in plan.children:
            self._ask(self._asked_by(member))

    def logs(self) -> Array:
        """As ``couple_logs``."""
        items, n = self.base.shape
        shares, found = self._shares(), dict[Pairs, Moments]()
        for _, asked in shares:
            found.setdefault(asked, self._moments(asked))
        parts = (
            self.a.times(share[:, None, None], self._law_of(question, found[asked]))
            for (question, asked), share in shares.items()
        )
        total = self.a.back(self.a.add(parts))
        if self.whole.opened >= 0:
            return total[:, 0] if self.whole.slots[self.whole.opened] == 1 else total
        return total.reshape([(items,), (items, n), (items, n, n)][self.plan.lines])

    def _unasked(self, side: int, chance: Array | None) -> Array:
        """The factor of one of the two before any child has asked: one term, or one for each genotype."""
        (items, n), slots = self.base.shape, self.whole.slots[side]
        asked = np.full((items, 1, *[n] * slots), self.one)
        if side == 0 and self.in_turn:
            asked = self.a.times(asked, self.a.of(_single_genotypes(slots, n))[None])
        return asked if chance is None else self.a.times(asked, self.a.of(chance)[:, None])

    def _asked_by(self, member: int) -> Asked:
        """What the orders of a child's reading ask of the two; the share of a known parent goes with either."""
        forest = self.plan.forest
        asked, shares = Asked(), list[Array]()
        for slot, parent in enumerate(forest.descent.parents[member]):
            numbers = [number for number, (m, _, own) in enumerate(forest.evidence) if (m, own) == (member, slot)]
            vectors = self.up(forest.descent.matrices[member][slot], self.evidence[:, numbers])
            if parent in self.whole.couple:
                asked[self.whole.couple.index(parent)] = self._passed(parent, vectors)
            else:
                shares.append(self.a.total(self.a.times(self.known[:, parent, None], vectors)))
        for side, share in zip(asked, shares, strict=False):
            asked[side] = self.a.times(asked[side], share.reshape(*share.shape, *[1] * self.whole.slots[side]))
        return asked

    def _passed(self, member: int, vectors: Array) -> Array:
        """P(one of the couple passes on what vectors ask), by its alleles, as so many terms."""
        if self.whole.slots[self.whole.couple.index(member)] == 1:
            return vectors
        half = self.a.times(self.a.of(np.array(0.5)), vectors)
        return self.a.plus(half[..., :, None], half[..., None, :])

    def _ask(self, asked: Asked) -> None:
        """What one more child asks: each term once for each order, or a sum where one of the two bears all orders."""
        if len(asked) == 1:
            [(side, factor)] = asked.items()
            self.terms[side] = self.a.times(self.terms[side], self._over_orders(factor)[:, None])
        elif self.in_turn:
            alleles = _genotypes(self.whole.slots[0], asked[0].shape[-1])
            at_genotypes = asked[0][(slice(None), slice(None), *alleles.T)][..., None, None]
            both = self._over_orders(self.a.times(at_genotypes, asked[1][:, :, None]))
            self.terms[1] = self.a.times(self.terms[1], both)
        else:
            for side, terms in enumerate(self.terms):
                many = self.a.times(terms[:, :, None], asked[side][:, None])
                self.terms[side] = many.reshape(len(many), -1, *many.shape[3:])

    def _over_orders(self, factor: Array) -> Array:
        return self.a.total(np.moveaxis(factor, 1, -1))

    def _shares(self) -> dict[tuple[int, Pairs], Array]:
        """By question and what its ways ask of the couple besides: their weights, over the urn's denominators."""
        plan, found, dead = self.plan, dict[tuple[int, Pairs], Array](), self.dead()
        for way, question in enumerate(plan.question_of.tolist()):
            draws = sum(self.whole.slots) + int(plan.draws[question])
            weight = plan.weights[way] / np.prod([1 + (self.certain + j - 1) * self.theta for j in range(draws)])
            share = np.where(dead[way], self.nothing, self.a.of(np.array(weight)))
            asked = []
            for member, vector in plan.pairs[plan.ended[way][plan.ended[way] >= 0]].tolist():
                if member in self.whole.couple:
                    asked.append((member, vector))
                else:
                    share = self.a.times(share, self.a.total(self.a.times(self.known[:, member], self.asked[vector])))
            key = question, tuple(asked)
            found[key] = self.a.plus(found[key], share) if key in found else share
        return found

    def _moments(self, pairs: Pairs) -> Moments:
        """The moments of all that is asked of the couple, with what these pairs ask besides."""
        terms = list(self.terms)
        for member, vector in pairs:
            side = self.whole.couple.index(member)
            terms[side] = self.a.times(terms[side], self._passed(member, self.asked[vector][:, None]))
        return moments(self.a, self.base, self.theta, (terms[0], terms[1]))

    def _law_of(self, question: int, found: Moments) -> Array:
        """The alleles of the open member, or of whom of the couple is asked about, summed over the couple's genotypes.

        Shape ``(items, 1 or n, 1 or n)``.
        """
        if self.whole.opened >= 0:
            law = found.laws[self.whole.opened]
            return law if law.ndim == 3 else law[:, None]
        if self.plan.lines == 0:
            return found.whole[:, None, None]
        group = self.plan.group_of[question]
        ends = self.plan.ends[group]
        used = [TRUNK] if self.plan.joined[group] else list(range(self.plan.lines))
        law = self._law(found, [self._top(int(ends[line])) for line in used])
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

    def _law(self, found: Moments, tops: list[Top]) -> Array:
        """The law of one top, ``(items, 1, n)``, or of two, ``(items, n, n)``, summed over the couple's genotypes."""
        single = [self._affine(top, self.a.times(found.whole[:, None], top.constant), found.means) for top in tops]
        if len(tops) == 1:
            return single[0][:, None]
        both = self.a.times(tops[0].constant[:, :, None], single[1][:, None, :])
        for x in (0, 1):
            rest = [self.a.times(found.means[x][:, :, None], tops[1].constant[:, None, :])]
            rest += [self.a.times(self.a.of(np.array(tops[1].shares[y])), found.squares[x][y]) for y in (0, 1)]
            both = self.a.plus(both, self.a.times(self.a.of(np.array(tops[0].shares[x])), self.a.add(rest)))
        if tops[0].drawn and tops[1].drawn:
            diagonal = np.arange(both.shape[1])
            again = self.a.times(self.a.of(np.array(self.theta)), single[0])
            both[:, diagonal, diagonal] = self.a.plus(both[:, diagonal, diagonal], again)
        return both

    def _affine(self, top: Top, constant: Array, means: list[Array]) -> Array:
        parts = (self.a.times(self.a.of(np.array(share)), mean) for share, mean in zip(top.shares, means, strict=True))
        return self.a.add([constant, *parts])


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
def _single_genotypes(slots: int, n: int) -> Array:
    """For each genotype 1 at its alleles in either order, shape ``(genotypes, n)`` or ``(genotypes, n, n)``."""
    alleles = _genotypes(slots, n)
    single = np.zeros((len(alleles), *[n] * slots))
    for order in (alleles, alleles[:, ::-1]):
        single[(np.arange(len(alleles)), *order.T)] = 1.0
    return single
