"""Small batches of different markers as one: an exact sum costs as much for four families as for a hundred."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from antigone.engine.arrays import Array, Ints
from antigone.engine.sums.factors import Data
from antigone.engine.sums.ladder import stack_ladders
from antigone.engine.sums.likelihood import genotype_pairs
from antigone.engine.sums.theta import orders_of

MOST_JOINED = 12
"""Items of a batch up to which it is joined with others; the matrices of a larger one are shared by all its items."""
ENOUGH = 256
"""Items of joined batches from which on no further one is added."""

Part = tuple[int, Ints, Data]
"""A marker, the questions, and their data, as ``batches`` yields them."""


@dataclass(frozen=True)
class Joined:
    """Some batches and all their items as one, whose markers are padded to the longest ladder."""

    parts: tuple[Part, ...]
    whole: Data

    def split(self, logs: Array) -> list[Array]:
        """What was computed of the whole, for each part; genotypes of an open member without the padding."""
        ends = np.cumsum([len(rows) for _, rows, _ in self.parts])
        found = np.split(logs, ends[:-1])
        if not self.whole.open_members:
            return found
        return [one[:, self._own(data.ladder.size)] for one, (_, _, data) in zip(found, self.parts, strict=True)]

    def _own(self, n: int) -> Ints | slice:
        """The genotypes of the whole that hold the first ``n`` alleles alone."""
        if n == self.whole.ladder.size:
            return slice(None)
        hemizygous = len(self.whole.shape.slots[self.whole.open_members[0]]) == 1
        pairs = genotype_pairs(self.whole.ladder.size, hemizygous=hemizygous)
        return np.flatnonzero((pairs < n).all(axis=1))


def join_small(parts: Iterable[Part], theta: float) -> Iterator[Joined]:
    """Batches of the same shape and typing, and of ladders of about the same length, as one; large ones alone."""
    waiting: dict[tuple[object, ...], list[Part]] = {}
    for part in parts:
        _, rows, data = part
        if len(rows) > MOST_JOINED:
            yield Joined((part,), data)
            continue
        orders = orders_of(data) if theta > 0 else ()
        length = (data.ladder.size - 1).bit_length()
        key = data.shape, data.typing, data.open_members, data.ladder.on_x, data.ladder.has_silent, orders, length
        together = waiting.setdefault(key, [])
        together.append(part)
        if sum(len(rows) for _, rows, _ in together) >= ENOUGH:
            yield _joined(waiting.pop(key))
    yield from map(_joined, waiting.values())


def _joined(parts: Sequence[Part]) -> Joined:
    if len(parts) == 1:
        return Joined((parts[0],), parts[0][2])
    ladder = stack_ladders([data.ladder for _, _, data in parts], [len(rows) for _, rows, _ in parts])
    observed = np.concatenate([data.observed for _, _, data in parts])
    return Joined(tuple(parts), replace(parts[0][2], ladder=ladder, observed=observed))
