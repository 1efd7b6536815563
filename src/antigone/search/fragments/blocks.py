"""Which sets of samples may be parts of one person, and how samples of nobody missing fall into persons.

The weight of a partition of samples into unrelated persons is, for each person, u times

    a(S) = P(what all samples of S show | one person) / product over the samples of P(what it shows | a person apart)

so that samples of a person each weigh u**n. A set of samples is a tuple of numbers, or the bits of an integer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from antigone.engine.arrays import Array
from antigone.engine.sums.factors import unordered_pairs
from antigone.errors import PlanTooLarge
from antigone.model.assumptions.marker import Marker
from antigone.search.remains.groups import connected_components

Samples = tuple[int, ...]

LEAST_STEP = float(np.log(1e-6))
"""A sample joins a set only where that is at least so probable against a person apart (natural log LR)."""
MOST_BLOCKS = 4_000
"""Sets of samples of one person that are looked at."""


@dataclass(frozen=True)
class SampleReadings:
    """What each sample shows: by marker name, P(reading | genotype), every unordered genotype or single allele.

    ``males`` are samples with one copy of the X chromosome. Markers that say nothing are left out. ``apart`` marks
    samples that are never compared with others, as those of living seekers. ``log_sex`` has, for a female and a male
    in this order, the natural log of P(recorded sex | sex) / P(recorded sex) where its rates are stated, with
    ``share`` the share of females and of males; else 0 and ``-inf`` where the sexes exclude, and recorded sexes that
    agree weigh nothing.
    """

    codes: tuple[str, ...]
    seen: tuple[Mapping[str, Array], ...]
    males: tuple[bool, ...]
    apart: tuple[bool, ...]
    log_sex: Array
    markers: tuple[Marker, ...]
    theta: float = 0.0
    share: tuple[float, float] | None = None

    def log_one_person(self, samples: Samples) -> float:
        """Natural log of a(S): these samples of one person, against each of a person of its own."""
        if len(samples) == 1:
            return 0.0
        if any(self.apart[s] for s in samples):
            return -np.inf
        return self.log_sexes(samples) + sum(self._log_at(marker, samples) for marker in self.markers)

    def log_sexes(self, samples: Samples) -> float:
        """Natural log of P(recorded sexes | one person) over the product of P(recorded sex) of each sample."""
        together = self.log_sex[list(samples)].sum(axis=0)
        if self.share is None:
            return float(together.max())
        return float(np.logaddexp.reduce(together + np.log(self.share)))

    def _log_at(self, marker: Marker, samples: Samples) -> float:
        shown = [s for s in samples if marker.name in self.seen[s]]
        copies = {self.males[s] for s in shown} if marker.chromosome == "X" else {False}
        if len(shown) < 2 or len(copies) > 1:
            return 0.0
        chances = self._genotypes[marker.name, copies.pop()]
        seen = np.array([self.seen[s][marker.name] for s in shown])
        with np.errstate(divide="ignore"):
            return float(np.log(chances @ seen.prod(axis=0)) - np.log(seen @ chances).sum())

    @cached_property
    def _genotypes(self) -> dict[tuple[str, bool], Array]:
        """P(genotype) by marker and whether there is one copy."""
        found = dict[tuple[str, bool], Array]()
        for marker in self.markers:
            p = np.array([*marker.frequencies, *([marker.silent] if marker.silent > 0 else [])])
            first, second = unordered_pairs(len(p)).T
            same, f = first == second, self.theta
            found[marker.name, True] = p
            found[marker.name, False] = np.where(
                same, p[first] * (f + (1 - f) * p[first]), 2 * (1 - f) * p[first] * p[second]
            )
        return found


def possible_blocks(readings: SampleReadings, *, log_step: float = LEAST_STEP) -> dict[Samples, float]:
    """Sets of samples that may be of one person, and the natural log of a(S) of each.

    Sets grow sample by sample, as long as the next one's LR for the same person reaches ``log_step``; with ``-inf``
    these are all sets that are possible at all. Single samples are always among them.

    Raises
    ------
    PlanTooLarge
        When more than ``MOST_BLOCKS`` sets are possible.
    """
    count = len(readings.codes)
    found: dict[Samples, float] = {(s,): 0.0 for s in range(count)}
    grown = list(found)
    while grown:
        tried = {tuple(sorted((*block, s))): found[block] for block in grown for s in range(count) if s not in block}
        grown = []
        for block, before in tried.items():
            log = readings.log_one_person(block)
            if np.isfinite(log) and log - before >= log_step:
                found[block] = log
                grown.append(block)
        if len(found) > MOST_BLOCKS:
            raise PlanTooLarge(
                f"more than {MOST_BLOCKS:,} sets of samples may each be parts of one person; accept groups of "
                "`antigone reassociate` first, type more markers, or state the sexes"
            )
    return found


def bits(samples: Collection[int]) -> int:
    """The bits of a set of samples.

    >>> bits((0, 3))
    9
    """
    return sum(1 << s for s in samples)


class Strangers:
    """Samples of nobody missing, in all the ways they may be persons: the sum of the weights of their partitions.

    ``log_person`` is the natural log of u, the weight of one person who is not missing. The sum of a set of samples
    is a product over clusters: samples that possible sets hang together.
    """

    def __init__(self, blocks: Mapping[Samples, float], *, log_person: float) -> None:
        self.blocks, self.log_person = blocks, log_person
        links = [(block[0], s) for block in blocks for s in block]
        self.clusters = [bits(rows) for rows in connected_components(links)]
        self._of: dict[int, list[tuple[int, float]]] = {}
        for block, log in blocks.items():
            for s in block:
                self._of.setdefault(s, []).append((bits(block), log))
        self._known: dict[int, float] = {0: 0.0}

    def log_sum(self, free: int) -> float:
        """Natural log of the sum over all partitions of the samples ``free`` (bits) into persons."""
        return sum(self._log_cluster(free & cluster) for cluster in self.clusters if free & cluster)

    def _log_cluster(self, free: int) -> float:
        if free not in self._known:
            first = (free & -free).bit_length() - 1
            terms = [
                log + self.log_person + self._log_cluster(free & ~block)
                for block, log in self._of[first]
                if block & ~free == 0
            ]
            self._known[free] = float(np.logaddexp.reduce(terms))
        return self._known[free]

    def _log_block(self, block: Samples, everybody: int) -> float:
        """Natural log of the weight of a set as one person, the others in all their ways, over the sum of all ways.

        The person of the set weighs 1 here, as at a missing member's place.
        """
        rest = self.log_sum(everybody & ~bits(block))
        return self.blocks[block] + rest - self.log_sum(everybody)

    def at_least(self, log_least: float) -> tuple[Samples, ...]:
        """The sets that are one person with this probability or more (natural log), by the samples alone."""
        everybody = bits({s for block in self.blocks for s in block})
        return tuple(block for block in self.blocks if self._log_block(block, everybody) >= log_least)
