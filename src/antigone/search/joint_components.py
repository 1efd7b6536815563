"""Who could be whom: families that share no possible person are solved apart.

With many families every person could be of every family, most of them with next to no weight. Rows of small weight
may then be left out, at a price that is proven and stated: ``CutBound``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

PRICE_ROUNDS = 60
MOST_SHARED = 60
"""Persons that may be shared at one time between families done and families to come."""
LARGEST_WORK = 1.5e9
"""Pairs (state, set of persons) that the sum over one component's families may visit."""


@dataclass(frozen=True)
class Weighted:
    """One family's rows with the prior in their weights. ``persons`` ``(rows, missing)``, -1 for nobody."""

    persons: NDArray[np.int32]
    log_weight: Array

    def take(self, rows: Bools | Ints) -> Weighted:
        return Weighted(self.persons[rows], self.log_weight[rows])

    @property
    def everybody(self) -> frozenset[int]:
        return frozenset(np.unique(self.persons[self.persons >= 0]).tolist())


def log_sum(logs: Array) -> float:
    """log of the sum of exponentials; ``-inf`` for none."""
    if not logs.size:
        return -np.inf
    peak = logs.max()
    return float(peak + np.log(np.exp(logs - peak).sum())) if np.isfinite(peak) else float(peak)


@dataclass(frozen=True)
class Component:
    """Families (by number) that share possible persons, in the order in which they are summed."""

    families: tuple[int, ...]
    shared: frozenset[int]
    work: float


def find_components(families: Sequence[Weighted], *, all_shared: bool = False) -> list[Component]:
    """Connected components of families and the persons in their rows, and what each will cost.

    ``all_shared`` keeps track of every person, not only of those who could be of two families (closed prior).
    """
    everybody = [family.everybody for family in families]
    group = list(range(len(families)))
    home: dict[int, int] = {}
    for number, people in enumerate(everybody):
        for person in people:
            other = home.setdefault(person, number)
            _unite(group, number, other)
    members: dict[int, list[int]] = {}
    for number in range(len(families)):
        members.setdefault(_root(group, number), []).append(number)
    return [_component(families, everybody, numbers, all_shared) for numbers in members.values()]


def _root(group: list[int], number: int) -> int:
    while group[number] != number:
        number = group[number]
    return number


def _unite(group: list[int], first: int, second: int) -> None:
    group[_root(group, first)] = _root(group, second)


def _component(
    families: Sequence[Weighted], everybody: Sequence[frozenset[int]], numbers: list[int], all_shared: bool
) -> Component:  # fmt: skip
    counts: dict[int, int] = {}
    for number in numbers:
        for person in everybody[number]:
            counts[person] = counts.get(person, 0) + 1
    shared = frozenset(person for person, count in counts.items() if count > 1 or all_shared)
    order = _order(numbers, [everybody[n] & shared for n in range(len(everybody))])
    return Component(tuple(order), shared, _work(families, order, [everybody[n] & shared for n in order]))


def _order(numbers: list[int], people: Sequence[frozenset[int]]) -> list[int]:
    """Greedy: next the family after which the fewest persons stay shared between done and to come."""
    left, done, order = set(numbers), set[int](), list[int]()
    while left:
        def open_after(number: int) -> tuple[int, int, int]:
            later = set().union(*(people[n] for n in left if n != number))
            return len((done | people[number]) & later), len(people[number]), number

        best = min(left, key=open_after)
        left.remove(best)
        done |= people[best]
        order.append(best)
    return order


def _work(families: Sequence[Weighted], order: Sequence[int], people: Sequence[frozenset[int]]) -> float:
    """An upper bound on the pairs (set of persons used so far, set used by the next family)."""
    total, states, most_used = 0.0, 1.0, 0
    for i, number in enumerate(order):
        missing = families[number].persons.shape[1]
        sets = min(float(len(families[number].log_weight)), _subsets(len(people[i]), missing))
        total += states * sets
        later = set[int]().union(*people[i + 1 :])
        frontier = set[int]().union(*people[: i + 1]) & later
        if len(frontier) > MOST_SHARED:
            return float("inf")
        most_used += missing
        states = min(states * sets, _subsets(len(frontier), most_used))
    return total


def _subsets(n: int, most: int) -> float:
    return float(sum(comb(n, k) for k in range(min(n, most) + 1)))


@dataclass(frozen=True)
class Prices:
    """A price for each person, which makes families that want the same person pay: any prices give a bound.

    Since a person is used at most once, ``Z <= exp(sum of prices) * prod over families of sum over rows of
    weight * exp(-prices of the row's persons)``. ``log_share[f]`` is each row's share of its family's sum.
    """

    log_bound: float
    log_share: tuple[Array, ...]


def fair_prices(families: Sequence[Weighted], persons: int) -> Prices:
    """Prices at which, families choosing independently, nobody is wanted more than about once."""
    price = np.zeros(persons + 1)
    for _ in range(PRICE_ROUNDS):
        shares = [_log_share(family, price)[0] for family in families]
        wanted = np.zeros(persons + 1)
        for family, share in zip(families, shares, strict=True):
            chance = np.exp(share)
            for column in family.persons.T:
                wanted += np.bincount(np.where(column < 0, persons, column), chance, persons + 1)
        with np.errstate(divide="ignore"):
            price = np.maximum(0.0, price + np.log(wanted))
        price[persons] = 0.0
    priced = [_log_share(family, price) for family in families]
    return Prices(float(price.sum() + sum(total for _, total in priced)), tuple(share for share, _ in priced))


def _log_share(family: Weighted, price: Array) -> tuple[Array, float]:
    priced = family.log_weight - price[family.persons].sum(axis=1)
    total = log_sum(priced)
    return priced - total, total


@dataclass(frozen=True)
class Cut:
    """The rows that are kept, by family, and ``log_left_out``: a bound on the log of the weight of all the rest."""

    kept: tuple[Weighted, ...]
    log_left_out: float
    rows_left_out: int


def cut_rows(families: Sequence[Weighted], prices: Prices, *, log_least: float) -> Cut:
    """Leave out rows whose share is below ``log_least`` (natural log); "nobody" always stays.

    The weight of all assignments that use a left-out row is at most ``exp(prices.log_bound)`` times the sum of
    those rows' shares: drop the condition that nobody is used twice, charge the prices, and use
    ``prod A - prod (A - L) <= prod A * sum (L / A)``. It is also at most Z times the sum of the left-out rows'
    weights relative to "nobody": take the row away and a valid assignment remains.
    """
    kept, lost, weights, count = [], [-np.inf], [-np.inf], 0
    for family, share in zip(families, prices.log_share, strict=True):
        stays = share >= log_least
        stays |= (family.persons < 0).all(axis=1)
        kept.append(family.take(stays))
        lost.append(log_sum(share[~stays]))
        weights.append(log_sum(family.log_weight[~stays]))
        count += int((~stays).sum())
    return Cut(tuple(kept), prices.log_bound + log_sum(np.array(lost)), count)
