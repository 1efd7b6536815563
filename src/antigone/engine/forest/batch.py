"""The items of a batch: the numbers that fill a plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import factorial

import numpy as np

from antigone.engine.arrays import Array, Bools
from antigone.engine.forest.plan import ForestPlan


@dataclass(frozen=True)
class Batch:
    """The items of a batch at one marker, or at several of one ladder size.

    ``base`` has shape ``(items, n)``, after ``certain`` draws from the urn. ``evidence`` holds the vectors of readings,
    ``(items, evidence, n)``; ``known`` the share of each allele in the genotype of each certain member, ``(items,
    members, n)``; ``matrices`` those of transmission, ``(items or 1, matrices, n, n)``.
    """

    theta: float
    base: Array
    certain: int
    evidence: Array
    known: Array
    matrices: Array

    def take(self, some: Bools) -> Batch:
        matrices = self.matrices[some] if len(self.matrices) > 1 else self.matrices
        return replace(
            self, base=self.base[some], evidence=self.evidence[some], known=self.known[some], matrices=matrices
        )


def block_weights(theta: float, most: int) -> Array:
    """``(size - 1)! theta^(size - 1)`` for blocks of 0 (no block) to ``most`` alleles."""
    return np.array([0.0, *(factorial(size - 1) * theta ** (size - 1) for size in range(1, most + 1))])


def urn_shares(plan: ForestPlan, batch: Batch) -> Array:
    """One over the urn's denominators of each question's draws."""
    most = int(plan.draws.max(initial=0))
    factors = [1 + (batch.certain + j - 1) * batch.theta for j in range(most)]
    return 1 / np.append(1.0, np.cumprod(factors))[plan.draws]
