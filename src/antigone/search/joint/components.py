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

from antigone.engine.arrays import Array, Bools, Ints

PRICE_ROUNDS = 60
MOST_SHARED = 60
"""Persons that may be shared at one time between families done and families to come."""
LARGEST_WORK = 6e8
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
    """Log of the sum of exponentials; ``-inf`` for none."""
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
    left, done, order = set(numbers), frozenset[int](), list[int]()
    while left:
        best = min(left, key=lambda n: _open_after(n, done, left, people))
        left.remove(best)
        done |= people[best]
        order.append(best)
    return order


def _open_after(
    number: int, done: frozenset[int], left: set[int], people: Sequence[frozenset[int]]
) -> tuple[int, int, int]:
    later = frozenset[int]().union(*(people[n] for n in left if n != number))
    return len((done | people[number]) & later), len(people[number]), number


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

    Since a person is used at most once, ``Z <= exp(sum of prices) * prod over families of A``, where ``A`` is the sum
    over a family's rows of weight * exp(-prices of the row's persons). ``log_paid[f]`` holds the log of each row's
    term of that sum.
    """

    log_price: Array
    log_paid: tuple[Array, ...]


def fair_prices(families: Sequence[Weighted], floor: Array) -> Prices:
    """Prices, none below ``floor``, at which nobody is wanted more than about once by families choosing freely."""
    price = np.append(floor, 0.0)
    persons = len(floor)
    for _ in range(PRICE_ROUNDS):
        wanted = np.zeros(persons + 1)
        for family, paid in zip(families, _paid(families, price), strict=True):
            chance = np.exp(paid - log_sum(paid))
            for column in family.persons.T:
                wanted += np.bincount(np.where(column < 0, persons, column), chance, persons + 1)
        with np.errstate(divide="ignore"):
            price[:persons] = np.maximum(floor, (price + np.log(wanted))[:persons])
    return Prices(price[:persons], tuple(_paid(families, price)))


def _paid(families: Sequence[Weighted], price: Array) -> list[Array]:
    return [family.log_weight - price[family.persons].sum(axis=1) for family in families]


@dataclass(frozen=True)
class Cut:
    """The rows that are kept, by family, and ``log_left_out``: a bound on the log of the weight of all the rest.

    ``stays`` says of each family's rows which are kept. ``log_largest`` bounds any single assignment left out.
    """

    kept: tuple[Weighted, ...]
    stays: tuple[Bools, ...]
    log_left_out: float
    rows_left_out: int
    log_largest: float = np.inf


def cut_rows(
    families: Sequence[Weighted], prices: Prices, *, log_least: float, unlisted: Sequence[float]
) -> Cut:  # fmt: skip
    """Leave out rows whose share of their family's sum is below ``log_least`` (natural log); "nobody" always stays.

    ``unlisted[f]`` bounds the log of the sum, prices paid, of rows that family ``f`` does not list.

    The weight of all assignments that use a row left out, of sum ``L`` in a family whose kept rows sum to ``A``, is at
    most ``exp(sum of prices) * (prod (A + L) - prod A)``: drop the condition that nobody is used twice, and charge the
    prices instead.
    """
    kept, shares, stay, count, total = [], [], [], 0, float(prices.log_price.sum())
    for family, paid, further in zip(families, prices.log_paid, unlisted, strict=True):
        stays = (paid >= log_sum(paid) + log_least) | (family.persons < 0).all(axis=1)
        kept.append(family.take(stays))
        log_kept = log_sum(paid[stays])
        shares.append(np.logaddexp(log_sum(paid[~stays]), further) - log_kept)
        count += int((~stays).sum())
        total += log_kept
        stay.append(stays)
    log_left_out = total + _log_expm1(log_sum(np.array(shares)))
    return Cut(tuple(kept), tuple(stay), log_left_out, count)


def largest_left_out(cut: Cut, prices: Prices, *, unlisted: Sequence[float]) -> float:
    """A bound on the log weight of any single assignment that uses a row left out.

    It weighs at most ``exp(sum of prices)`` times the largest row, prices paid, of every family, in one of them the
    largest of those left out.
    """
    total, lost = float(prices.log_price.sum()), -np.inf
    for stays, paid, further in zip(cut.stays, prices.log_paid, unlisted, strict=True):
        most = max(float(paid.max()), further)
        lost = max(lost, max(float(paid[~stays].max(initial=-np.inf)), further) - most)
        total += most
    return total + lost


def _log_expm1(log: float) -> float:
    """log(exp(x) - 1) from log x; an upper bound of log(prod (1 + x_f) - 1) when x is the sum of the x_f."""
    return float("inf") if log > 6.0 else float(np.log(np.expm1(np.exp(log)))) if log > -700.0 else log
