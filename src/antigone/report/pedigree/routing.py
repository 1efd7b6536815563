"""Which sibship line runs at which height, so that lines of different families do not run into each other."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

CLEAR = 6.0
MOST_PERMUTED = 5
MOST_STEPS = 30_000
"""How many pairs of wires are looked at to improve the orders of one gap; once they are spent, the orders stay."""


@dataclass(frozen=True)
class Wire:
    """A line that comes down at ``start`` and goes on down at every one of ``ends``."""

    start: float
    ends: tuple[float, ...]

    @cached_property
    def left(self) -> float:
        return min(self.start, *self.ends)

    @cached_property
    def right(self) -> float:
        return max(self.start, *self.ends)

    @property
    def is_straight(self) -> bool:
        return self.right - self.left < 1.0


def assign_tracks(wires: Sequence[Wire]) -> list[int]:
    """The track (0 is the highest) of every wire's horizontal part; 0 for straight wires, which have none.

    Wires whose horizontal parts overlap get different tracks, in the order in which the fewest
    vertical parts run into each other, then with the fewest crossings, then with the fewest tracks.
    """
    bent = [i for i, wire in enumerate(wires) if not wire.is_straight]
    if not bent:
        return [0] * len(wires)
    routing = _Routing(wires, bent)
    return min((routing.stacked(order) for order in routing.orders()), key=routing.cost)


class _Routing:
    """The bent wires of a gap: which overlap, and what it costs when one of two runs above the other.

    Of two wires that overlap, the first in an order runs above the second, so what they cost depends on which of them
    is first and on no other wire; two that do not overlap cost nothing.
    """

    def __init__(self, wires: Sequence[Wire], bent: Sequence[int]) -> None:
        self._wires, self._bent = wires, bent
        self._near: dict[int, set[int]] = {i: set() for i in bent}
        self._costs: dict[tuple[int, int], tuple[int, int]] = {}
        self._left = MOST_STEPS
        for one, other in _overlapping(wires, bent):
            self._near[one].add(other)
            self._near[other].add(one)
            self._costs[one, other] = _cost_of_two(wires[one], wires[other])
            self._costs[other, one] = _cost_of_two(wires[other], wires[one])

    def orders(self) -> Iterator[tuple[int, ...]]:
        """The orders, from above, that are tried."""
        wires = self._wires
        by_start = sorted(self._bent, key=lambda i: (wires[i].start, i))
        if len(by_start) <= MOST_PERMUTED:
            yield from itertools.permutations(by_start)
            return
        by_width = sorted(self._bent, key=lambda i: (wires[i].right - wires[i].left, i))
        for order in (by_start, by_start[::-1], by_width, by_width[::-1]):
            yield self._improved(order)

    def stacked(self, order: Sequence[int]) -> list[int]:
        """The track of every wire: below all those before it with which it overlaps."""
        tracks, placed = [0] * len(self._wires), set[int]()
        for i in order:
            tracks[i] = max((tracks[j] + 1 for j in self._near[i] & placed), default=0)
            placed.add(i)
        return tracks

    def cost(self, tracks: Sequence[int]) -> tuple[int, int, int]:
        """How often vertical parts run together, how often wires cross, and the lowest track."""
        paid = [cost for (high, low), cost in self._costs.items() if tracks[high] < tracks[low]]
        return sum(cost[0] for cost in paid), sum(cost[1] for cost in paid), max(tracks)

    def _improved(self, start: Sequence[int]) -> tuple[int, ...]:
        """An order, after exchanging neighbours as long as that helps."""
        order = list(start)
        for _ in start:
            before = list(order)
            for i in range(len(order) - 1):
                if self._left > 0 and self._helps(order, i):
                    order[i], order[i + 1] = order[i + 1], order[i]
            if order == before:
                break
        return tuple(order)

    def _helps(self, order: list[int], i: int) -> bool:
        """Whether to exchange two neighbours costs less or, where it costs the same, needs fewer tracks."""
        one, other = order[i], order[i + 1]
        self._left -= 1
        if other not in self._near[one]:
            return False
        now, then = self._costs[one, other], self._costs[other, one]
        if now != then:
            return then < now
        self._left -= len(self._costs)
        trial = [*order[:i], other, one, *order[i + 2 :]]
        return max(self.stacked(trial)) < max(self.stacked(order))


def _overlapping(wires: Sequence[Wire], bent: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Each two wires that come closer than two vertical parts may."""
    ordered = sorted(bent, key=lambda i: wires[i].left)
    for n, one in enumerate(ordered):
        for other in ordered[n + 1 :]:
            if wires[other].left >= wires[one].right + 2 * CLEAR:
                break
            yield one, other


def _cost_of_two(high: Wire, low: Wire) -> tuple[int, int]:
    """How often the vertical parts of two wires run together, and how often the wires cross."""
    together = sum(abs(end - low.start) < CLEAR for end in high.ends)
    crossings = (high.left < low.start < high.right) + sum(low.left < end < low.right for end in high.ends)
    return together, crossings
