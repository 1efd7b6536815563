"""Which sibship line runs at which height, so that lines of different families do not run into each other."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

CLEAR = 6.0
MOST_PERMUTED = 5


@dataclass(frozen=True)
class Wire:
    """A line that comes down at ``start`` and goes on down at every one of ``ends``."""

    start: float
    ends: tuple[float, ...]

    @property
    def left(self) -> float:
        return min(self.start, *self.ends)

    @property
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
    return min((_stacked(wires, order) for order in _orders(wires, bent)), key=lambda tracks: _cost(wires, tracks))


def _orders(wires: Sequence[Wire], bent: list[int]) -> Iterator[tuple[int, ...]]:
    by_start = sorted(bent, key=lambda i: (wires[i].start, i))
    if len(bent) <= MOST_PERMUTED:
        yield from itertools.permutations(by_start)
        return
    by_width = sorted(bent, key=lambda i: (wires[i].right - wires[i].left, i))
    for order in (by_start, by_start[::-1], by_width, by_width[::-1]):
        yield from _improvements(wires, order)


def _improvements(wires: Sequence[Wire], order: list[int]) -> Iterator[tuple[int, ...]]:
    """The order, after exchanging neighbours as long as that helps."""
    cost = _cost(wires, _stacked(wires, tuple(order)))
    for _ in order:
        before = cost
        for i in range(len(order) - 1):
            trial = [*order[:i], order[i + 1], order[i], *order[i + 2 :]]
            trial_cost = _cost(wires, _stacked(wires, tuple(trial)))
            if trial_cost < cost:
                order, cost = trial, trial_cost
        if cost == before:
            break
    yield tuple(order)


def _stacked(wires: Sequence[Wire], order: tuple[int, ...]) -> list[int]:
    tracks = [0] * len(wires)
    for n, i in enumerate(order):
        under = [tracks[j] + 1 for j in order[:n] if _overlap(wires[i], wires[j])]
        tracks[i] = max(under, default=0)
    return tracks


def _overlap(one: Wire, other: Wire) -> bool:
    return one.left < other.right + 2 * CLEAR and other.left < one.right + 2 * CLEAR


def _cost(wires: Sequence[Wire], tracks: Sequence[int]) -> tuple[int, int, int]:
    run_together = crossings = 0
    for (one, high), (other, low) in itertools.permutations(zip(wires, tracks, strict=True), 2):
        if one.is_straight or other.is_straight or high >= low:
            continue
        run_together += sum(abs(end - other.start) < CLEAR for end in one.ends)
        crossings += one.left < other.start < one.right
        crossings += sum(other.left < end < other.right for end in one.ends)
    return run_together, crossings, max(tracks)
