"""The inner loops of the first pass, written so that they also run uncompiled, each beside a NumPy twin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from antigone.engine.arrays import Array, Ints

Words = NDArray[np.int16]
Rows = NDArray[np.int32]

UNROLLED = 8
"""Markers added in one sweep over the lanes; codes are padded to a multiple of it. The loop is as fast as the memory,
and with eight rows in one sweep ``total`` is read and written once for eight additions."""


def screen_persons(rows: Words, codes: Rows, threshold: int, total: Words, hits: Rows) -> int:
    """Add each person's table rows lane by lane and record the lanes at or above the threshold.

    Parameters
    ----------
    rows
        Log LRs in fixed point, shape ``(rows, lanes)``.
    codes
        The row of each marker of each person, shape ``(persons, markers)``; markers are a multiple of ``UNROLLED``,
        and row 0, of zeros, fills up.
    threshold
        In the unit of ``rows``.
    total
        Scratch, shape ``(lanes,)``.
    hits
        Filled with pairs (person, lane) as long as there is room, shape ``(room, 2)``.

    Returns
    -------
    The number of all pairs, also of those for which there was no room.

    Notes
    -----
    Nothing here checks for overflow: ``round_lanes`` chose scale and floor so that no sum, and no part of one, can
    leave 16 bits.
    """
    found = 0
    lanes = rows.shape[1]
    for person in range(codes.shape[0]):
        total[:] = 0
        for m in range(0, codes.shape[1], UNROLLED):
            a, b = rows[codes[person, m]], rows[codes[person, m + 1]]
            c, d = rows[codes[person, m + 2]], rows[codes[person, m + 3]]
            e, f = rows[codes[person, m + 4]], rows[codes[person, m + 5]]
            g, h = rows[codes[person, m + 6]], rows[codes[person, m + 7]]
            for lane in range(lanes):
                total[lane] = np.int16(
                    total[lane] + a[lane] + b[lane] + c[lane] + d[lane] + e[lane] + f[lane] + g[lane] + h[lane]
                )
        # Most persons reach the threshold nowhere: a maximum without branches runs in vector instructions, and the
        # loop that tests lane by lane runs for few of them.
        best = np.int16(-32768)
        for lane in range(lanes):
            best = max(best, total[lane])
        if best >= threshold:
            for lane in range(lanes):
                if total[lane] >= threshold:
                    if found < hits.shape[0]:
                        hits[found, 0] = person
                        hits[found, 1] = lane
                    found += 1
    return found


def screen_persons_numpy(rows: Words, codes: Rows, threshold: int, total: Words, hits: Rows) -> int:
    """The same with NumPy alone, a block of persons at a time: slower, for machines without numba."""
    found = 0
    step = max(1, 2**20 // rows.shape[1])  # sums of 2 MB at a time, which stay in the cache
    for start in range(0, len(codes), step):
        part = codes[start : start + step]
        sums = rows[part[:, 0]]
        for m in range(1, part.shape[1]):
            sums += rows[part[:, m]]
        persons, lanes = np.nonzero(sums >= threshold)
        room = hits[found : found + len(persons)]
        room[:, 0] = persons[: len(room)] + start
        room[:, 1] = lanes[: len(room)]
        found += len(persons)
    return found


def highest_entry(table: Array, used: Ints) -> float:
    """The largest entry of the used columns; ``nan`` and negative entries count as 0."""
    best = 0.0
    for lane in range(table.shape[0]):
        for code in used:
            best = max(best, table[lane, code])  # in this order: a comparison with nan is false, and best stays
    return best


def highest_entry_numpy(table: Array, used: Ints) -> float:
    """``highest_entry`` with NumPy alone."""
    return max(float(np.nan_to_num(table[:, used], nan=-np.inf).max(initial=0.0)), 0.0)


def round_up(table: Array, used: Ints, scale: float, floor: float, rows: Words) -> None:
    """``rows[k, lane] = max(ceil(table[lane, used[k]] * scale), floor)``; ``nan`` becomes the floor."""
    for lane in range(table.shape[0]):
        for k in range(used.shape[0]):
            value = np.ceil(table[lane, used[k]] * scale)
            rows[k, lane] = np.int16(value if value > floor else floor)  # nan is not above the floor


def round_up_numpy(table: Array, used: Ints, scale: float, floor: float, rows: Words) -> None:
    """``round_up`` with NumPy alone."""
    rows[:] = np.maximum(np.nan_to_num(np.ceil(table[:, used] * scale), nan=floor, neginf=floor), floor).T


def stream_rows(rows: Words, repeats: int, total: Words) -> int:
    """Read all rows one after another, ``repeats`` times: what the machine gives to a plain sequential read."""
    lanes = rows.shape[1]
    for _ in range(repeats):
        for row in range(0, rows.shape[0] - UNROLLED + 1, UNROLLED):
            a, b, c, d = rows[row], rows[row + 1], rows[row + 2], rows[row + 3]
            e, f, g, h = rows[row + 4], rows[row + 5], rows[row + 6], rows[row + 7]
            for lane in range(lanes):
                total[lane] = np.int16(
                    total[lane] + a[lane] + b[lane] + c[lane] + d[lane] + e[lane] + f[lane] + g[lane] + h[lane]
                )
    return int(total[0])


@dataclass(frozen=True)
class Kernels:
    """The inner loops in use: compiled where numba is installed (the extra ``scale``), else their NumPy twins."""

    compiled: bool
    screen_persons: Callable[[Words, Rows, int, Words, Rows], int]
    highest_entry: Callable[[Array, Ints], float]
    round_up: Callable[[Array, Ints, float, float, Words], None]
    stream_rows: Callable[[Words, int, Words], int]


@lru_cache(maxsize=1)
def kernels() -> Kernels:
    """The fastest kernels this machine has."""
    try:
        import numba
    except ImportError:
        return Kernels(False, screen_persons_numpy, highest_entry_numpy, round_up_numpy, stream_rows)
    fast = numba.njit(nogil=True, cache=True)
    return Kernels(True, fast(screen_persons), fast(highest_entry), fast(round_up), fast(stream_rows))
