"""The pass along the chromosomes, compiled, for machines with numba; `forward.log_sums_plain` is its plain twin.

Persons go through in lanes of eight, so that each step is the same arithmetic on eight neighbouring numbers.
"""

from __future__ import annotations

import numpy as np

from antigone.engine.arrays import Array, Ints
from antigone.engine.forest.kernels import compiled

LANES = 8
_SMALL = 1e-200
"""Below this the scale goes into the logarithm, long before it underflows."""


@compiled
def add_up(bits: int, founders: Ints, pattern_of: Ints, rho: Array, table: Array, seen: Array, out: Array) -> None:
    """Fill ``out``, shape ``(persons,)``, with the natural logarithms."""
    persons, loci = seen.shape[0], seen.shape[1]
    masks = np.empty(bits + len(founders), np.int64)
    for bit in range(bits):
        masks[bit] = 1 << bit
    masks[bits:] = founders
    held, said = np.empty((1 << bits, LANES)), np.empty((table.shape[1], LANES))
    shown, scale, logs = np.empty((3, LANES)), np.empty(LANES), np.empty(LANES)
    for first in range(0, persons, LANES):
        held[:] = 1.0 / (1 << bits)
        scale[:] = 1.0
        logs[:] = 0.0
        for locus in range(loci):
            for lane in range(LANES):
                person = min(first + lane, persons - 1)
                for g in range(3):
                    shown[g, lane] = seen[person, locus, g]
            _move(held, masks, rho[locus])
            _weigh(held, said, table[locus], shown, pattern_of, scale)
            for lane in range(LANES):
                if scale[lane] < _SMALL:
                    logs[lane] += np.log(scale[lane])
                    scale[lane] = 1.0
        for lane in range(min(LANES, persons - first)):
            out[first + lane] = logs[lane] + np.log(scale[lane])


@compiled
def _move(held: Array, masks: Ints, rho: float) -> None:
    """Each mask's states change places with probability ``rho``."""
    stay = 1.0 - rho
    for mask in masks:
        for state in range(len(held)):
            other = state ^ mask
            if state < other:
                for lane in range(LANES):
                    one, two = held[state, lane], held[other, lane]
                    held[state, lane] = stay * one + rho * two
                    held[other, lane] = stay * two + rho * one


@compiled
def _weigh(held: Array, said: Array, table: Array, shown: Array, pattern_of: Ints, scale: Array) -> None:
    """Multiply by the likelihood of the locus, and take the sum out into ``scale``."""
    for pattern in range(len(said)):
        for lane in range(LANES):
            said[pattern, lane] = (
                table[pattern, 0] * shown[0, lane]
                + table[pattern, 1] * shown[1, lane]
                + table[pattern, 2] * shown[2, lane]
            )
    total = np.zeros(LANES)
    for state in range(len(held)):
        pattern = pattern_of[state]
        for lane in range(LANES):
            held[state, lane] *= said[pattern, lane]
            total[lane] += held[state, lane]
    for lane in range(LANES):
        scale[lane] *= total[lane]
        total[lane] = 1.0 / total[lane] if total[lane] > 0.0 else 0.0
    for state in range(len(held)):
        for lane in range(LANES):
            held[state, lane] *= total[lane]
