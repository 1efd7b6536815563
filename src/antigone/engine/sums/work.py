"""What an exact sum takes, known before it is computed: it follows from the pedigree and from who is typed how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from antigone.engine.sums.elimination import LARGEST_WORK, WORK_OF_A_STEP, Scope, make_plan
from antigone.engine.sums.factors import Data, Shape, Typing, Variable
from antigone.engine.sums.ladder import Ladder
from antigone.engine.sums.population import outlines
from antigone.errors import PlanTooLarge


@dataclass(frozen=True)
class Work:
    """What one item of a batch takes: multiplications, with ``WORK_OF_A_STEP`` for each step, and the elements of the
    largest array."""

    operations: float
    largest: int


def work_of(data: Data, theta: float) -> Work:
    """What an exact sum over pruned data takes; who is typed decides it, what was found plays no part.

    Raises
    ------
    PlanTooLarge
        When it is more than ``LARGEST_WORK``, or an elimination is larger than its limits.
    """
    ladder = data.ladder
    return _work_of(data.shape, data.typing, data.open_members, ladder.size, ladder.has_silent, theta > 0)


@lru_cache(maxsize=16_384)
def _work_of(
    shape: Shape, typing: tuple[Typing, ...], open_members: tuple[int, ...], n: int, has_silent: bool, with_theta: bool
) -> Work:
    blank = np.zeros((1, len(typing), 2), dtype=np.int64)
    still = np.broadcast_to(0.0, (1, n, n))
    ladder = Ladder(np.zeros((1, n)), still, still, np.array([n - 1 if has_silent else -1]), on_x=False)
    data = Data(shape, ladder, typing, blank, open_members)
    operations, largest = 0.0, 1
    for outline in outlines(data, float(with_theta)):
        plan = make_plan(outline.scopes, outline.sizes, kept_variables(data, outline.variables)).require_feasible()
        operations += outline.networks * (plan.cost + WORK_OF_A_STEP * len(plan.steps))
        largest = max(largest, plan.largest)
    return Work(require_work(operations), largest)


def require_work(operations: float, *, most: float | None = None) -> float:
    """Return a work that is within a limit, ``LARGEST_WORK`` where none is given, or raise ``PlanTooLarge``."""
    most = LARGEST_WORK if most is None else most
    if operations > most:
        raise PlanTooLarge(
            f"the exact sum would take about {operations:.1g} multiplications (limit {most:.0g}); type more "
            "members, leave out relatives that connect no typed member to another, or compute with theta 0",
            what="multiplications",
            found=operations,
            limit=most,
        )
    return operations


def kept_variables(data: Data, variables: Sequence[Variable]) -> Scope:
    """The variables of the open members, which the sum leaves open."""
    return tuple(
        dict.fromkeys(
            index
            for member in data.open_members
            for index, variable in enumerate(variables)
            if any(owner == member for owner, _ in variable.slots)
        )
    )
