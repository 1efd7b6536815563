"""A likelihood with theta by tracing gene copies: the engine's data as a pedigree that is traced, and its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from antigone.engine.arrays import Array
from antigone.engine.forest.batch import Batch
from antigone.engine.forest.couple import couple_logs, make_couple_plan
from antigone.engine.forest.plan import ForestPlan, make_forest_plan
from antigone.engine.forest.sums import forest_logs
from antigone.engine.forest.tracing import Descent
from antigone.engine.sums.factors import PATERNAL, Data, Shape, Typing, take_items, unordered_pairs
from antigone.engine.sums.orders import count_orders, reading_orders
from antigone.engine.sums.population import draw_certain, is_certain

Slot = tuple[int, int]
MALE, FEMALE, FIRST_OVERRIDE = 0, 1, 2


def traced_logs(data: Data, theta: float) -> Array:
    """Natural log likelihoods of pruned data with theta above 0, as ``likelihood.evaluate`` gives them.

    Raises
    ------
    PlanTooLarge
        When there are more ways to trace the gene copies than the stated limits.
    """
    plan = make_forest_plan(descent_of(data, orders_of(data)).merge())
    batch = _batch(data, plan, theta)
    return _whole(data, theta, plan.forest.apart, plan, batch, forest_logs(plan, batch))


def couple_table_logs(data: Data, theta: float) -> Array:
    """The same by the joint genotypes of a couple (``forest.couple``).

    Raises
    ------
    PlanTooLarge
        When no couple makes the readings independent.
    """
    plan = make_couple_plan(descent_of(data, orders_of(data)))
    batch = _batch(data, plan.own, theta)
    one, other = (_chances(data, member) for member in plan.couple)
    logs = couple_logs(plan, batch, (one, other))
    apart = tuple(m for m in plan.own.forest.apart if m not in plan.children)
    return _whole(data, theta, apart, plan.own, batch, logs)


def founder_table_logs(data: Data, theta: float, founder: int) -> Array:
    """The same by the genotypes of an untyped founder one after another, each taken as certain."""
    items, whole = len(data.observed), with_founder(data, founder)
    logs = traced_logs(whole, theta)
    return np.asarray(np.logaddexp.reduce(logs.reshape(items, -1, *logs.shape[1:]), axis=1))


def untyped_founders(data: Data) -> list[int]:
    """The founders whose genotypes can be taken in turn; beside a silent allele no reading would say which it is."""
    untyped = (m for m, kind in enumerate(data.typing) if kind is Typing.UNTYPED and m not in data.open_members)
    return [] if data.ladder.has_silent else [m for m in untyped if data.shape.is_founder(m)]


def with_founder(data: Data, founder: int) -> Data:
    """Every item once for each genotype of a founder, who is typed as having it."""
    slots, n = len(data.shape.slots[founder]), data.ladder.size
    pairs = unordered_pairs(n) if slots == 2 else np.repeat(np.arange(n)[:, None], 2, axis=1)
    rows = np.repeat(np.arange(len(data.observed)), len(pairs))
    many = take_items(data, rows)
    observed = many.observed.copy()
    observed[:, founder] = np.tile(pairs, (len(data.observed), 1))
    typing = tuple(Typing.FULL if m == founder else kind for m, kind in enumerate(data.typing))
    return replace(many, typing=typing, observed=observed)


def _batch(data: Data, plan: ForestPlan, theta: float) -> Batch:
    _, base, certain = draw_certain(data, theta)
    known, matrices = _known(data), _matrices(data)
    readings = {m: reading_orders(data, m) for m in {m for m, _, _ in plan.forest.evidence}}
    for member, kept in enumerate(plan.forest.descent.kept):
        if kept >= 0:
            readings[member] = _merged(data, readings[member], member, kept, known, matrices)
    return Batch(theta, base, certain, _evidence(plan, readings, base.shape), known, matrices)


def _merged(data: Data, orders: Array, member: int, kept: int, known: Array, matrices: Array) -> Array:
    """A reading as one factor of the slot whose origin is not certain, shape ``(items, 1, 1, n)``."""
    descent = descent_of(data, orders_of(data))
    factor = orders[:, :, kept]
    for slot, parent in enumerate(descent.parents[member]):
        if slot != kept:
            passed = (known[:, parent, None] @ matrices[:, descent.matrices[member][slot]])[:, 0]
            factor = factor * (orders[:, :, slot] * passed[:, None]).sum(axis=2, keepdims=True)
    return factor.sum(axis=1)[:, None, None]


def _whole(data: Data, theta: float, apart: Sequence[int], plan: ForestPlan, batch: Batch, logs: Array) -> Array:
    """The sum over ways times what is independent of it: certain founders, and readings given certain parents."""
    chance, _, _ = draw_certain(data, theta)
    with np.errstate(divide="ignore"):
        factors = np.log(chance) + sum(np.log(_apart(plan, batch, member)) for member in apart)
    return _unordered(logs) + factors.reshape(-1, *[1] * (min(logs.ndim, 2) - 1))


def _chances(data: Data, member: int) -> Array | None:
    """P(reading | alleles) of a member, ``(items, n)`` or ``(items, n, n)``; None: not read."""
    if data.typing[member] is Typing.UNTYPED:
        return None
    orders = reading_orders(data, member)
    if orders.shape[2] == 1:
        return orders[:, 0, 0]
    return np.einsum("iox,ioy->ixy", orders[:, :, 0], orders[:, :, 1])


def orders_of(data: Data) -> tuple[int, ...]:
    """``count_orders`` of every member."""
    return tuple(count_orders(data, member) for member in range(len(data.typing)))


def descent_of(data: Data, orders: tuple[int, ...]) -> Descent:
    """The pedigree of a batch as it is traced; ``orders`` of each member's reading as ``count_orders`` gives them."""
    overridden = tuple(slot for slot, _ in data.overrides)
    return _descent(data.shape, data.typing, orders, data.ladder.has_silent, overridden, data.open_members)


@lru_cache(maxsize=4096)
def _descent(
    shape: Shape, typing: tuple[Typing, ...], orders: tuple[int, ...], has_silent: bool, overridden: tuple[Slot, ...],
    open_members: tuple[int, ...],
) -> Descent:  # fmt: skip
    own = {slot: FIRST_OVERRIDE + number for number, slot in enumerate(overridden)}
    return Descent(
        tuple(tuple(shape.parent(m, slot) for slot in slots) for m, slots in enumerate(shape.slots)),
        tuple(
            tuple(own.get((m, slot), MALE if slot == PATERNAL else FEMALE) for slot in slots)
            for m, slots in enumerate(shape.slots)
        ),
        orders,
        tuple(is_certain(shape, m, kind, has_silent=has_silent) for m, kind in enumerate(typing)),
        open_members[0] if open_members else -1,
    )


def _evidence(plan: ForestPlan, readings: Mapping[int, Array], shape: tuple[int, ...]) -> Array:
    items, n = shape
    evidence = np.empty((items, len(plan.forest.evidence), n))
    for number, (member, order, slot) in enumerate(plan.forest.evidence):
        evidence[:, number] = readings[member][:, order, slot]
    return evidence


def _known(data: Data) -> Array:
    """The share of each allele in what certain members pass on, shape ``(items, members, n)``; zeros of others."""
    one, members = np.eye(data.ladder.size), len(data.typing)
    certain = [is_certain(data.shape, m, kind, has_silent=data.ladder.has_silent) for m, kind in enumerate(data.typing)]
    halves = one[data.observed].mean(axis=2)
    return halves * np.array(certain, dtype=np.float64).reshape(1, members, 1)


def _matrices(data: Data) -> Array:
    """The matrices of fathers, of mothers, and of single slots, shape ``(items or 1, matrices, n, n)``."""
    own = [data.ladder.male, data.ladder.female, *(matrix for _, matrix in data.overrides)]
    items = max(len(matrix) for matrix in own)
    return np.stack([np.broadcast_to(matrix, (items, *matrix.shape[1:])) for matrix in own], axis=1)


def _apart(plan: ForestPlan, batch: Batch, member: int) -> Array:
    """P(reading | certain parents), shape ``(items,)``."""
    descent, total = plan.forest.descent, np.zeros(len(batch.base))
    numbers = [n for n, (m, _, _) in enumerate(plan.forest.evidence) if m == member]
    slots = len(descent.parents[member])
    for start in range(0, len(numbers), slots):
        product = np.ones(len(batch.base))
        for slot, number in enumerate(numbers[start : start + slots]):
            parent, matrix = descent.parents[member][slot], descent.matrices[member][slot]
            passed = (batch.known[:, parent, None] @ batch.matrices[:, matrix])[:, 0]
            product = product * (passed * batch.evidence[:, number]).sum(axis=1)
        total += product
    return total


def _unordered(logs: Array) -> Array:
    """Ordered genotypes of the open member folded into unordered ones, in the order of ``genotype_pairs``."""
    if logs.ndim < 3:
        return logs
    first, second = unordered_pairs(logs.shape[1]).T
    one, other = logs[:, first, second], logs[:, second, first]
    return np.where(first == second, one, np.logaddexp(one, other))
