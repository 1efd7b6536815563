"""What an exact sum takes, known before it is computed: it follows from the pedigree and from who is typed how."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from antigone.engine.forest.couple import make_couple_plan
from antigone.engine.forest.plan import make_forest_plan
from antigone.engine.sums.elimination import LARGEST_WORK, WORK_OF_A_STEP, Scope, make_plan
from antigone.engine.sums.factors import Data, Shape, Typing, Variable
from antigone.engine.sums.ladder import Ladder
from antigone.engine.sums.population import outlines
from antigone.engine.sums.theta import descent_of, orders_of, untyped_founders, with_founder
from antigone.errors import PlanTooLarge

Way = Literal["elimination", "tracing", "couple", "founder"]
WORK_OF_A_MULTIPLICATION = 2
"""What a multiplication of a traced sum costs against one of an elimination: they come in shorter rows."""
WORK_OF_A_LOGARITHM = 20
"""What each number that comes out costs in multiplications, where answers are added as logarithms."""

CHEAP = 2_000_000
"""Multiplications up to which no other way is planned: planning would take longer than what it saves."""


@dataclass(frozen=True)
class Work:
    """What one item of a batch takes: multiplications, with ``WORK_OF_A_STEP`` for each step, and the elements of the
    largest array. ``way`` is the cheapest way to the sum, ``founder`` the one whose genotypes are taken in turn."""

    operations: float
    largest: int
    way: Way = "elimination"
    founder: int = -1


def work_of(data: Data, theta: float) -> Work:
    """What an exact sum over pruned data takes; who is typed decides it, what was found plays no part.

    Without theta the sum is an elimination. With theta it may also trace gene copies (``engine.forest``), and the
    cheapest way is taken, or the first that is ``CHEAP``.

    Raises
    ------
    PlanTooLarge
        When every way is more than ``LARGEST_WORK``, or larger than its limits.
    """
    ladder = data.ladder
    orders = orders_of(data) if theta > 0 else ()
    return _work_of(data.shape, data.typing, data.open_members, ladder.size, ladder.has_silent, orders)


@lru_cache(maxsize=16_384)
def _work_of(
    shape: Shape, typing: tuple[Typing, ...], open_members: tuple[int, ...], n: int, has_silent: bool,
    orders: tuple[int, ...],
) -> Work:  # fmt: skip
    blank = np.zeros((1, len(typing), 2), dtype=np.int64)
    still = np.broadcast_to(0.0, (1, n, n))
    ladder = Ladder(np.zeros((1, n)), still, still, np.array([n - 1 if has_silent else -1]), on_x=False)
    data = Data(shape, ladder, typing, blank, open_members)
    ways = (_tracing, _couple, _founder, _elimination) if orders else (_elimination,)
    found, refused = list[Work](), list[PlanTooLarge]()
    for way in ways:
        if found and found[-1].operations <= CHEAP:
            break
        try:
            found.append(way(data, orders))
        except PlanTooLarge as error:
            refused.append(error)
    if not found:
        # The last reason ends with what to do about it.
        last = refused[-1]
        told = ", ".join(str(error) for error in refused)
        raise PlanTooLarge(told, what=last.what, found=last.found, limit=last.limit)
    return min(found, key=lambda work: work.operations)


def _elimination(data: Data, orders: tuple[int, ...]) -> Work:
    operations, largest = 0.0, 1
    for outline in outlines(data, 1.0 if orders else 0.0):
        plan = make_plan(outline.scopes, outline.sizes, kept_variables(data, outline.variables)).require_feasible()
        operations += outline.networks * (plan.cost + WORK_OF_A_STEP * len(plan.steps))
        largest = max(largest, plan.largest)
    return Work(require_work(operations), largest)


def _tracing(data: Data, orders: tuple[int, ...]) -> Work:
    plan, n = make_forest_plan(descent_of(data, orders).merge()), data.ladder.size
    return Work(require_work(WORK_OF_A_MULTIPLICATION * plan.cost(n)), plan.largest(n), "tracing")


def _founder(data: Data, orders: tuple[int, ...]) -> Work:
    """The cheapest founder whose genotypes, taken one after another, make the others easy to trace."""
    found = list[Work]()
    for founder in untyped_founders(data):
        certain = with_founder(data, founder)
        with suppress(PlanTooLarge):
            plan, genotypes = make_forest_plan(descent_of(certain, orders).merge()), len(certain.observed)
            each = plan.cost(data.ladder.size) + WORK_OF_A_LOGARITHM * data.ladder.size**plan.lines
            operations = require_work(WORK_OF_A_MULTIPLICATION * genotypes * each)
            found.append(Work(operations, genotypes * plan.largest(data.ladder.size), "founder", founder))
    if not found:
        raise PlanTooLarge("no founder whose genotypes make the others easy to trace")
    return min(found, key=lambda work: work.operations)


def _couple(data: Data, orders: tuple[int, ...]) -> Work:
    plan, n = make_couple_plan(descent_of(data, orders)), data.ladder.size
    return Work(require_work(plan.cost(n)), plan.largest(n), "couple")


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
