"""Remains against remains: which two samples are probably of one person.

A first pass in 16-bit fixed point (``search.screen``) finds every pair that may reach the threshold in the first
population; what passes is scored in float64 against every alternative in every population. The first pass loses
nothing: its entries are rounded up, so its sum is never below the exact one, and a pair counts only when its smallest
LR over all populations reaches the threshold, the first population's among them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from antigone.engine.arrays import Array, Bools, Ints
from antigone.engine.relations import Relation
from antigone.search.remains.readings import ALTERNATIVES, Readings
from antigone.search.screening.screen import LANES, FixedPoint, screen, stack_queries, to_fixed_point

_QUERIES = 16_384
"""Samples screened at a time against one block of ``LANES`` samples. With 24 markers and 100 readings of each, a
block holds 2.5 MB of table, and 8 MB of pairs would pass if every second one did."""
_CELLS = 2**22
"""Entries of the largest array while pairs without a common marker are counted (32 MiB)."""


@dataclass(frozen=True)
class Scores:
    """Natural log LR of "one person" for pairs ``(first, second)`` of rows, shape ``(pairs, 2)``.

    ``by_population[alternative][population]`` has shape ``(pairs,)``.
    """

    pairs: Ints
    by_population: Mapping[Relation, Mapping[str, Array]]

    def smallest(self, alternative: Relation) -> Array:
        """The smallest over the populations, shape ``(pairs,)``."""
        return np.min(np.stack(list(self.by_population[alternative].values())), axis=0)

    @property
    def against_relatives(self) -> Array:
        """The smallest over full siblings, parent and child, and the populations."""
        return np.minimum(self.smallest("siblings"), self.smallest("parent"))

    def take(self, rows: Ints | Bools) -> Scores:
        chosen = {a: {name: logs[rows] for name, logs in of.items()} for a, of in self.by_population.items()}
        return Scores(self.pairs[rows], chosen)


@dataclass(frozen=True)
class PairCounts:
    """All pairs of remains: compared, of known different sexes, or without a marker typed in both."""

    compared: int
    excluded_by_sex: int
    without_data: int


def score_pairs(readings: Readings, pairs: Ints) -> Scores:
    """The exact log LR of given pairs of rows against every alternative, one look-up per marker, added.

    Against parent and child the value is the smaller of the two directions.
    """
    first, second = readings.codes[:, pairs[:, 0]], readings.codes[:, pairs[:, 1]]
    found: dict[Relation, dict[str, Array]] = {alternative: {} for alternative in ALTERNATIVES}
    for name, tables in readings.log_lr.items():
        for alternative in ALTERNATIVES:
            logs = _summed(tables[alternative], first, second)
            if alternative == "parent":
                logs = np.minimum(logs, _summed(tables[alternative], second, first))
            found[alternative][name] = logs
    return Scores(pairs, found)


def _summed(tables: tuple[Array, ...], first: Ints, second: Ints) -> Array:
    total = np.zeros(first.shape[1])
    for table, a, b in zip(tables, first, second, strict=True):
        total += table[a, b]
    return total


def probable_pairs(
    readings: Readings, *, log_threshold: float, any_sex: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> Iterator[Scores]:  # fmt: skip
    """Yield, block by block, all pairs whose smallest log LR against "unrelated" reaches the threshold.

    Pairs of known, different sexes pass only with ``any_sex``. Memory: the tables, 2 bytes for each reading and lane
    of one block, and the pairs of one block; what all blocks yield together is for the caller to bound.
    """
    count, signs = len(readings.samples), readings.sex_signs
    fixed, queries = _fixed_tables(readings, log_threshold)
    starts = range(0, count, LANES)
    for number, start in enumerate(starts):
        lanes = FixedPoint(_lanes(fixed, readings, start), fixed.threshold, fixed.scale)
        for first in range(0, min(start + LANES, count), _QUERIES):
            rows = queries[first : min(first + _QUERIES, start + LANES)]
            pairs = screen(lanes, rows) + np.array([first, start])
            later = pairs[:, 0] < pairs[:, 1]
            allowed = any_sex | (signs[pairs[:, 0]] * signs[pairs[:, 1]] >= 0)
            scores = score_pairs(readings, pairs[later & allowed])
            yield scores.take(scores.smallest("unrelated") >= log_threshold)
        progress(number + 1, len(starts))


def _fixed_tables(readings: Readings, log_threshold: float) -> tuple[FixedPoint, NDArray[np.int32]]:
    """The first population's tables against "unrelated" in 16 bits, a column for each reading, and the queries.

    Markers have different numbers of readings; columns beyond a marker's own repeat it and are never used.
    """
    tables = next(iter(readings.log_lr.values()))["unrelated"]
    queries = stack_queries(readings.codes)
    widest = max((len(table) for table in tables), default=1)
    padded = [np.ascontiguousarray(table[:, np.arange(widest) % len(table)].T) for table in tables]
    return to_fixed_point(padded, queries, log_threshold=log_threshold), queries.rows


def _lanes(fixed: FixedPoint, readings: Readings, start: int) -> NDArray[np.int16]:
    """The fixed-point rows of every reading for the samples of one block, contiguous along the samples."""
    block = readings.codes[:, start : start + LANES]
    rows, first = [np.zeros((1, block.shape[1]), dtype=np.int16)], 1
    for marker, table in enumerate(next(iter(readings.log_lr.values()))["unrelated"]):
        rows.append(fixed.rows[first : first + len(table)][:, block[marker]])
        first += len(table)
    return np.ascontiguousarray(np.concatenate(rows))


def count_pairs(readings: Readings) -> PairCounts:
    """How many pairs there are of each kind, without forming them: samples alike in sex and typing count as one."""
    kinds, sizes = _kinds(readings)
    typed, sign = kinds[:, 1:].astype(np.float32), kinds[:, 0].astype(np.int64)
    excluded = without = 0
    step = max(1, _CELLS // max(len(kinds), 1))
    for start in range(0, len(kinds), step):
        part = slice(start, start + step)
        pairs = sizes[part, None] * sizes[None, :]
        pairs[np.arange(len(pairs)), np.arange(start, start + len(pairs))] -= sizes[part]
        differ = sign[part, None] * sign[None, :] < 0
        excluded += int(pairs[differ].sum())
        without += int(pairs[~differ & (typed[part] @ typed.T == 0)].sum())
    count = len(readings.samples)
    return PairCounts((count * (count - 1) - excluded - without) // 2, excluded // 2, without // 2)


def _kinds(readings: Readings) -> tuple[NDArray[np.int8], Ints]:
    """Distinct (sex, typed markers) and how many samples have each."""
    rows = np.column_stack([readings.sex_signs, readings.typed.T.astype(np.int8)])
    kinds, sizes = np.unique(rows, axis=0, return_counts=True)
    return kinds, sizes.astype(np.int64)
