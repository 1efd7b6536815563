"""What a block of families says of every reading, without a table of every reading.

A genotype taken as read is looked up. Readings through an observation model may be many thousands at a marker, as many
as there are samples with rates or replicates of their own. Each is a sum over genotypes,

    LR(reading) = sum over g of P(g | references) P(reading | g)  /  sum over g of P(g) P(reading | g),

which the first pass needs only in 16 bits: it is made for one group of lanes and one marker at a time, by a matrix
product, rounded up, and let go. Pairs that pass are summed one by one, in float64 and in an order of their own, so that
an LR does not depend on who else is in the block.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from antigone.engine.arrays import Array, Bools, Ints
from antigone.model.assumptions.marker import Marker
from antigone.search.families.family_table import Asked, Target, ask_families, log_ratio
from antigone.search.readings.codes import Reader
from antigone.search.readings.genotypes import SAFE_FROM_UNDERFLOW, log_sum_of_products
from antigone.search.screening._kernels import kernels

Words = NDArray[np.int16]

_READINGS = 1024
"""Readings of one matrix product: with 256 lanes their sums are 2 MB, which stay near the processor."""
_PAIRS = 8192
"""Pairs summed at a time: with 231 genotypes (20 alleles and a silent one) 15 MB for each of the two factors."""


@dataclass(frozen=True)
class Distributions:
    """Log P(genotype) at one marker of the missing persons with the same number of copies.

    ``row`` has shape ``(targets,)``, -1 where the marker says nothing or the copies are others. ``related`` has shape
    ``(rows, genotypes)``; ``unrelated`` the same, or one row for all.
    """

    row: Ints
    related: Array
    unrelated: Array


@dataclass(frozen=True)
class MarkerTable:
    """One marker and all targets of a block.

    ``looked_up`` is the log LR of the codes before ``reader.looked_up``, shape ``(targets, codes)``; ``weighed`` gives
    the others, by whether the missing person has one copy (a male on the X chromosome).
    """

    reader: Reader
    looked_up: Array
    weighed: Mapping[bool, Distributions]

    def log_lr(self, target: Ints, code: Ints) -> Array:
        """The natural log LR of pairs of a target and a code, 0 where the marker says nothing."""
        total, first = np.zeros(len(target)), self.reader.looked_up
        plain = np.flatnonzero(code < first)
        total[plain] = self.looked_up[target[plain], code[plain]]
        for hemizygous, of in self.weighed.items():
            chosen = np.flatnonzero((code >= first) & (code < self.reader.untyped) & (of.row[target] >= 0))
            weights = self.reader.weights(hemizygous=hemizygous)
            # Equal questions are answered once: with a low threshold nearly all pairs of a block may pass.
            asked, place = np.unique(of.row[target[chosen]] * len(weights) + code[chosen] - first, return_inverse=True)
            total[chosen] = _log_lr_one_by_one(of, weights, *np.divmod(asked, len(weights)))[place]
        return total

    def lanes(self, lanes: Ints, *, hemizygous: bool) -> Lanes:
        """The targets ``lanes`` side by side, all of one sex, for the first pass."""
        first, of = self.reader.looked_up, self.weighed.get(hemizygous)
        if of is None:
            return Lanes(self.looked_up[lanes], first, self.reader.untyped, None)
        row = of.row[lanes]
        related = of.related[np.maximum(row, 0)]
        unrelated = of.unrelated if len(of.unrelated) == 1 else of.unrelated[np.maximum(row, 0)]
        sums = Sums(self.reader.weights(hemizygous=hemizygous), related, unrelated, row >= 0)
        return Lanes(self.looked_up[lanes], first, self.reader.untyped, sums)


def _log_lr_one_by_one(of: Distributions, weights: Array, row: Ints, reading: Ints) -> Array:
    found = np.empty(len(row))
    for start in range(0, len(row), _PAIRS):
        some = slice(start, start + _PAIRS)
        chances = weights[reading[some]]
        of_unrelated = np.broadcast_to(of.unrelated, of.related.shape)
        h1, h2 = (_log_sums(logs[row[some]], chances) for logs in (of.related, of_unrelated))
        found[some] = log_ratio(h1, h2)
    return found


def _log_sums(logs: Array, chances: Array) -> Array:
    """Log of the sum over genotypes, pair by pair; by logarithms where terms may have been lost."""
    sums = np.einsum("pg,pg->p", np.exp(logs), chances)
    doubtful = np.flatnonzero(sums < SAFE_FROM_UNDERFLOW)
    with np.errstate(divide="ignore"):
        found = np.log(sums)
    found[doubtful] = log_sum_of_products(logs[doubtful], chances[doubtful])
    return np.asarray(found)


@dataclass(frozen=True)
class Sums:
    """The weighed readings of one marker in a group of lanes. ``told``: the lanes where the marker says something."""

    weights: Array
    related: Array
    unrelated: Array
    told: Bools

    @cached_property
    def highest(self) -> float:
        """At least the largest log LR, and 0: no reading says more than the genotype that says most."""
        ratio = log_ratio(self.related, self.unrelated)[self.told]
        return float(np.nan_to_num(ratio, nan=0.0, neginf=0.0).max(initial=0.0))

    def round_up(self, readings: Ints, scale: float, floor: float, rows: Words) -> None:
        """``rows[k, lane] = max(ceil(log LR of readings[k] x scale), floor)``, 0 in lanes where nothing is told.

        In 32 bits, and raised by more than these lose, so that no entry is too small. A sum of G products loses at
        most G + 2 parts in 2^24 of itself, and G times 2^-125 to underflow; a logarithm, at most 89, and its product
        with the scale, at most 32,767, lose less than 0.01 of a unit each. A reading's weights are divided by the
        largest of them, which changes no ratio.
        """
        h1, h2 = (np.exp(logs.T).astype(np.float32) for logs in (self.related, self.unrelated))
        genotypes = self.weights.shape[1]
        top, least = np.ceil(self.highest * scale), np.float32(genotypes * 2.0**-120)
        more = np.float32(3 * (genotypes + 8) * 2.0**-24 * scale + 0.05)
        for start in range(0, len(readings), _READINGS):
            chances = self.weights[readings[start : start + _READINGS]]
            largest = np.maximum(chances.max(axis=1, keepdims=True), np.finfo(np.float64).tiny)
            chances = (chances / largest).astype(np.float32)
            entry = chances @ h1
            entry += least
            with np.errstate(divide="ignore"):
                entry /= chances @ h2
            np.log(entry, out=entry)
            entry *= np.float32(scale)
            entry += more
            rows[start : start + _READINGS] = np.clip(np.ceil(entry, out=entry), floor, top, out=entry)
        rows[:, ~self.told] = 0


@dataclass(frozen=True)
class Lanes:
    """One marker in a group of lanes, as ``screen.round_lanes`` takes it: look-ups, then sums, then "untyped"."""

    table: Array
    first: int
    untyped: int
    sums: Sums | None

    def __len__(self) -> int:
        return len(self.table)

    def highest(self, used: Ints) -> float:
        """At least the largest entry of the used codes, and 0."""
        plain = float(kernels().highest_entry(self.table, used[used < self.first]))
        weighed = ((used >= self.first) & (used < self.untyped)).any()
        return max(plain, self.sums.highest) if self.sums is not None and weighed else plain

    def round_up(self, used: Ints, scale: float, floor: float, rows: Words) -> None:
        """Round the entries of ``used`` codes, which ascend, up into ``rows``, which hold zeros."""
        plain, weighed = np.searchsorted(used, [self.first, self.untyped])
        kernels().round_up(self.table, used[:plain], scale, floor, rows[:plain])
        if self.sums is not None:
            self.sums.round_up(used[plain:weighed] - self.first, scale, floor, rows[plain:weighed])


def block_tables(
    targets: Sequence[Target], markers: Sequence[Marker], *, theta: float, readers: Sequence[Reader]
) -> list[MarkerTable]:
    """Ask each family once; ``log_lr`` is then that of ``family_table.log_lr_tables``.

    Memory: 8 bytes x targets x (codes looked up + genotypes where readings are weighed) for each marker.
    """
    looked_up = [np.zeros((len(targets), reader.looked_up)) for reader in readers]
    answers: list[dict[bool, list[Asked]]] = [{} for _ in markers]
    for asked in ask_families(targets, markers, theta=theta):
        reader, single = readers[asked.marker], asked.hemizygous
        if reader.looked_up:
            h1, h2 = (reader.logs_as_read(logs, hemizygous=single) for logs in (asked.related, asked.unrelated))
            part = log_ratio(h1, h2)
            part[asked.impossible] = np.nan
            looked_up[asked.marker][asked.rows] = part
        if reader.looked_up < reader.untyped:
            answers[asked.marker].setdefault(single, []).append(asked)
    return [
        MarkerTable(reader, table, {single: _together(some, len(targets), theta) for single, some in parts.items()})
        for reader, table, parts in zip(readers, looked_up, answers, strict=True)
    ]


def _together(parts: Sequence[Asked], targets: int, theta: float) -> Distributions:
    row = np.full(targets, -1, dtype=np.int64)
    rows = np.concatenate([asked.rows for asked in parts])
    row[rows] = np.arange(len(rows))
    unrelated = parts[:1] if theta == 0.0 else parts
    related = np.concatenate([asked.related for asked in parts])
    return Distributions(row, related, np.concatenate([asked.unrelated for asked in unrelated]))
