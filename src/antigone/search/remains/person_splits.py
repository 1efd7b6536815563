"""Samples of one person, or some of them of another one: the likelihood ratio of a split, over all samples at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from antigone.engine.arrays import Array
from antigone.engine.relations import Relation, pair_probabilities
from antigone.search.remains.readings import ALTERNATIVES, Readings


class PersonSplits:
    """Weighs "all of one person" against "these of one person, those of another one", who is unrelated or close kin.

    Pairs of samples cannot say it: two poor samples may contradict each other by their drop-out alone, while both fit
    a good one. Here the genotype of each person is summed over, given all of that person's samples.
    """

    def __init__(self, readings: Readings) -> None:
        self.readings = readings

    def log_lr(self, one: Sequence[int], other: Sequence[int]) -> float:
        """Natural log P(all samples | one person) - log P(``one`` | a person, ``other`` | another person).

        The smallest over the populations and over the alternatives of ``search.readings``; of a parent and a child
        either may be the parent. Rows without a marker in common give 0.
        """
        return min(
            self._log_lr(population, alternative, first, second)
            for population in self.readings.populations
            for alternative in ALTERNATIVES
            for first, second in ((one, other), (other, one))[: 2 if alternative == "parent" else 1]
        )

    def _log_lr(self, population: str, alternative: Relation, one: Sequence[int], other: Sequence[int]) -> float:
        total = 0.0
        for m, joint in enumerate(self._joint[population][alternative]):
            if not (self.readings.typed[m, list(one)].any() and self.readings.typed[m, list(other)].any()):
                continue
            first, second = self._seen(population, m, one), self._seen(population, m, other)
            apart, together = first @ joint @ second, (joint.sum(axis=1) * first * second).sum()
            with np.errstate(divide="ignore", invalid="ignore"):
                total += np.log(together) - np.log(apart) if together > 0 else -np.inf
        return float(total)

    def _seen(self, population: str, marker: int, rows: Sequence[int]) -> Array:
        """P(what all these samples show | genotype), up to a factor that cancels."""
        readings = self.readings
        seen = readings.likelihoods[population][marker][readings.codes[marker, list(rows)]]
        with np.errstate(divide="ignore"):
            logs = np.log(seen).sum(axis=0)
        return np.asarray(np.exp(logs - logs.max())) if np.isfinite(logs.max()) else np.zeros_like(logs)

    @cached_property
    def _joint(self) -> dict[str, dict[Relation, list[Array]]]:
        """P(genotype of the first person, genotype of the second) by population, alternative and marker."""
        theta = self.readings.theta
        return {
            name: {
                alternative: [pair_probabilities(marker, alternative, theta=theta) for marker in markers]
                for alternative in ALTERNATIVES
            }
            for name, markers in self.readings.populations.items()
        }
