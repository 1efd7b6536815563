"""A first pass in 16-bit fixed point that cannot lose a pair at or above the threshold.

Every table entry is rounded *up* to a multiple of 1/scale, and raised to a floor, so the fixed-point sum of a pair is
never below scale x log LR. A pair whose sum stays below the rounded-down threshold is therefore surely below the
threshold; every other pair is scored again in float64. The scale is chosen so that no sum can leave 16 bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from antigone.engine.arrays import Array, Ints
from antigone.search.screening._kernels import UNROLLED, kernels

Words = NDArray[np.int16]
Rows = NDArray[np.int32]

LANES = 256
"""Families side by side: one row of the table is 512 bytes, a table of 24 markers some 2 MB (a level-2 cache)."""
_HIGHEST, _LOWEST = 32_767, -32_768
_FINEST = 400.0
"""No scale needs to be finer than this many steps per unit of natural log LR."""


@dataclass(frozen=True)
class Queries:
    """The unidentified persons as rows of a stacked table.

    ``codes`` (markers, persons) holds codes; ``used[marker]`` the codes that occur; ``rows`` (persons, padded
    markers) the row of each person's code when the used codes of all markers are stacked below a row of zeros.
    """

    codes: Ints
    used: tuple[Ints, ...]
    rows: Rows


def stack_queries(codes: Ints) -> Queries:
    """Number the codes in use, so that a block's table holds no row that nobody needs."""
    used, columns, first = [], [], 1
    for marker in codes:
        values, place = np.unique(marker, return_inverse=True)
        used.append(values)
        columns.append(first + place.ravel())
        first += len(values)
    padding = -len(codes) % UNROLLED
    columns += [np.zeros(codes.shape[1], dtype=np.int64)] * padding
    stacked = np.stack(columns, axis=1) if columns else np.zeros((codes.shape[1], UNROLLED))
    return Queries(codes, tuple(used), np.ascontiguousarray(stacked, dtype=np.int32))


@dataclass(frozen=True)
class FixedPoint:
    """A block's tables in 16 bits: ``rows`` (stacked codes, lanes), and the threshold in the same unit."""

    rows: Words
    threshold: int
    scale: float

    def at(self, log_threshold: float) -> FixedPoint:
        """The same rows for another threshold (natural logarithm).

        Rounded down, and one unit less: the entries times the scale were rounded in float64 before they were rounded
        up, which takes away less than 1e-9 of a unit from a sum.
        """
        return replace(self, threshold=int(np.floor(log_threshold * self.scale)) - 1)


class Entries(Protocol):
    """The log LRs of one marker in a group of lanes, as much of them as the first pass needs."""

    def __len__(self) -> int:
        """The number of lanes."""
        ...

    def highest(self, used: Ints) -> float:
        """At least the largest entry of the used codes, and 0."""
        ...

    def round_up(self, used: Ints, scale: float, floor: float, rows: Words) -> None:
        """``rows[k, lane] = max(ceil(entry of used[k] in the lane x scale), floor)``; ``rows`` hold zeros."""
        ...


@dataclass(frozen=True)
class Tabulated:
    """``Entries`` that are a float64 table of shape ``(lanes, codes)``."""

    table: Array

    def __len__(self) -> int:
        return len(self.table)

    def highest(self, used: Ints) -> float:
        return kernels().highest_entry(self.table, used)

    def round_up(self, used: Ints, scale: float, floor: float, rows: Words) -> None:
        kernels().round_up(self.table, used, scale, floor, rows)


@dataclass(frozen=True)
class Silent:
    """``Entries`` of a marker that takes no part."""

    lanes: int

    def __len__(self) -> int:
        return self.lanes

    def highest(self, used: Ints) -> float:
        return 0.0

    def round_up(self, used: Ints, scale: float, floor: float, rows: Words) -> None:
        """Zeros stay."""


def to_fixed_point(tables: Sequence[Array], queries: Queries, *, log_threshold: float) -> FixedPoint:
    """Round a block of float64 tables up to 16 bits.

    Parameters
    ----------
    tables
        Natural log LRs, one table of shape ``(lanes, codes)`` for each marker.
    queries
        The codes in use.
    log_threshold
        Natural logarithm of the threshold of a candidate.

    A lane with undefined entries (``nan``) can never reach the threshold: its references are impossible.
    """
    return round_lanes([Tabulated(table) for table in tables], queries, log_threshold=log_threshold)


def round_lanes(entries: Sequence[Entries], queries: Queries, *, log_threshold: float) -> FixedPoint:
    """Round all entries of the used codes up to 16 bits, to a scale at which no sum can leave them.

    Parameters
    ----------
    entries
        Natural log LRs of each marker, for the same lanes.
    queries
        The codes in use.
    log_threshold
        Natural logarithm of the threshold of a candidate.

    Notes
    -----
    With ``n`` markers of largest entries ``h_m`` (at least 0), an entry is at most ``h_m * scale + 1``, so every sum,
    and every part of one, is at most ``scale * sum(h_m) + n``, which the scale holds below 32,767. Every entry is at
    least the floor, and ``n`` floors are above -32,768. An entry below the floor is raised to it: this makes a sum
    larger, so it can let a pair through to the exact computation, and never lose one.
    """
    count = max(len(entries), 1)
    highest = sum(marker.highest(used) for marker, used in zip(entries, queries.used, strict=True))
    scale = min(_FINEST, (_HIGHEST - count - 1) / max(highest, abs(log_threshold), 1e-9))
    floor = _LOWEST // count + 1  # // rounds down, so n times this is above the lowest number
    rows = np.zeros((1 + sum(map(len, queries.used)), len(entries[0])), dtype=np.int16)
    first = 1
    for marker, used in zip(entries, queries.used, strict=True):
        marker.round_up(used, scale, float(floor), rows[first : first + len(used)])
        first += len(used)
    return FixedPoint(rows, 0, scale).at(log_threshold)


def screen(fixed: FixedPoint, rows: Rows) -> Ints:
    """Pairs (person, lane) that may reach the threshold, shape ``(pairs, 2)``, in order of persons."""
    kernel = kernels().screen_persons
    total = np.zeros(fixed.rows.shape[1], dtype=np.int16)
    room = 4096  # when it is too small, the kernel has counted what is needed: the second time is the last
    while True:
        hits = np.empty((room, 2), dtype=np.int32)
        found = kernel(fixed.rows, rows, fixed.threshold, total, hits)
        if found <= room:
            return hits[:found].astype(np.int64)
        room = found
