"""Exact sums of products by variable elimination: plan once, run many times.

A network is a list of factors, each a non-negative array over some variables. The sum over every variable
that is not kept is found by contracting factors two at a time (Lauritzen & Sheehan 2003, Statistical Science
18:489-514). The plan depends on scopes and sizes only, so one plan serves every marker and
every family of the same shape; the arrays carry a leading batch axis.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod

import numpy as np

from antigone.engine.arrays import Array
from antigone.errors import PlanTooLarge

Scope = tuple[int, ...]

LARGEST_ARRAY = 2**27
"""Elements (1 GiB of float64) that one array of an elimination may hold."""
LARGEST_COST = 2e11
"""Multiplications that one elimination may take."""
LARGEST_WORK = 1e12
"""Multiplications, with ``WORK_OF_A_STEP`` for each step, that one exact sum may take, and that all sums over one
family at all markers may take in one population: some minutes of one core."""
WORK_OF_A_STEP = 30_000
"""What a step of an elimination costs besides its multiplications, in the same unit."""
MOST_VARIABLES = 5_000
"""Variables of a network that is planned at all: the planning of a larger one would take longer than moments."""
_REPRESENTABLE = -690.0
"""About ln 1e-300: if no term is smaller, no term underflows."""


@dataclass(frozen=True)
class Step:
    """Multiply the factors at ``left`` and ``right`` (``None``: nothing) and keep the variables of ``scope``."""

    left: int
    right: int | None
    scope: Scope
    cost: int


@dataclass(frozen=True)
class Plan:
    """The order in which factors are contracted, and what it costs for each item of the batch.

    ``cost`` counts multiplications, ``largest`` the elements of the largest array.
    """

    scopes: tuple[Scope, ...]
    sizes: tuple[int, ...]
    keep: Scope
    steps: tuple[Step, ...]

    @property
    def cost(self) -> int:
        return sum(step.cost for step in self.steps)

    @property
    def largest(self) -> int:
        scopes = [*self.scopes, *(step.scope for step in self.steps)]
        return max((_volume(scope, self.sizes) for scope in scopes), default=1)

    @property
    def log_surely_kept(self) -> float:
        """A sum whose logarithm is above this has lost less than 1e-12 of itself to underflow.

        Each of S multiplications loses at most 2^-1022 absolute, and later sums repeat it at most A times,
        where A is the number of joint states: the loss is at most S A 2^-1022.
        """
        return float(np.log(max(self.cost, 1)) + sum(map(np.log, self.sizes)) - 1022 * np.log(2) - np.log(1e-12))

    def __str__(self) -> str:
        lines = [f"{len(self.scopes)} factors, {self.cost:,} multiplications, largest array {self.largest:,}"]
        lines += [
            f"{s.left:>4} x {'-' if s.right is None else s.right:<4} -> {s.scope} ({s.cost:,})" for s in self.steps
        ]
        return "\n".join(lines)

    def require_feasible(self) -> Plan:
        """Return the plan, or raise ``PlanTooLarge`` before anything is computed."""
        if self.largest > LARGEST_ARRAY or self.cost > LARGEST_COST:
            raise PlanTooLarge(
                f"the exact elimination needs an array of {self.largest:,} elements (limit {LARGEST_ARRAY:,}) and "
                f"{self.cost:,} multiplications (limit {LARGEST_COST:,.0f}); type more members, or leave out "
                "relatives that connect no typed member to another",
                what="elements",
                found=self.largest,
                limit=LARGEST_ARRAY,
            )
        return self


def _volume(scope: Sequence[int], sizes: Sequence[int]) -> int:
    return prod(sizes[v] for v in scope)


@lru_cache(maxsize=4096)
def make_plan(scopes: tuple[Scope, ...], sizes: tuple[int, ...], keep: Scope = ()) -> Plan:
    """The cheapest of two greedy elimination orders.

    Parameters
    ----------
    scopes
        The variables of each factor, as indices into ``sizes``.
    sizes
        The number of states of each variable.
    keep
        The variables left open, in the order of the result's axes.

    Notes
    -----
    The best order is too expensive to find (NP-hard), so the next variable is the one that makes the least work, or
    the least growth of the arrays (Koller & Friedman 2009, Probabilistic Graphical Models, section 9.4). The order
    changes the cost, never the sum.

    Examples
    --------
    >>> plan = make_plan(((0,), (0, 1), (1,)), (3, 2))
    >>> plan.cost
    8

    Raises
    ------
    PlanTooLarge
        When there are more variables than ``MOST_VARIABLES``.
    """
    if len(sizes) > MOST_VARIABLES:
        raise PlanTooLarge(
            f"the pedigree has {len(sizes):,} unknowns that matter (limit {MOST_VARIABLES:,}); declare fewer "
            "generations, or leave out relatives that connect no typed member to another",
            what="unknowns",
            found=len(sizes),
            limit=MOST_VARIABLES,
        )
    plans = [_greedy_plan(scopes, sizes, keep, by_growth) for by_growth in (False, True)]
    return min(plans, key=lambda plan: (plan.cost, plan.largest))


def _greedy_plan(scopes: tuple[Scope, ...], sizes: tuple[int, ...], keep: Scope, by_growth: bool) -> Plan:
    order = _Contraction(scopes, sizes, keep)
    waiting = {v for scope in scopes for v in scope} - set(keep)
    ranks = {variable: order.rank(variable, by_growth) for variable in waiting}
    while ranks:
        touched = order.contract(order.factors_of[min(ranks, key=ranks.__getitem__)])
        for variable in touched & ranks.keys():
            if order.factors_of[variable]:
                ranks[variable] = order.rank(variable, by_growth)
            else:
                del ranks[variable]
    order.contract(set(order.live))
    return Plan(scopes, sizes, keep, tuple(order.steps))


class _Contraction:
    """The factors that are left, by number and by variable, and the steps that led to them."""

    def __init__(self, scopes: tuple[Scope, ...], sizes: tuple[int, ...], keep: Scope) -> None:
        self.sizes, self.keep, self.inputs = sizes, frozenset(keep), len(scopes)
        self.live: dict[int, Scope] = dict(enumerate(scopes))
        self.steps: list[Step] = []
        self.factors_of: dict[int, set[int]] = {variable: set() for variable in range(len(sizes))}
        for number, scope in self.live.items():
            for variable in scope:
                self.factors_of[variable].add(number)

    def rank(self, variable: int, by_growth: bool) -> tuple[int, int, int]:
        """What summing a variable out costs, or by how much it makes the arrays grow; the smallest comes first."""
        bucket = [self.live[number] for number in self.factors_of[variable]]
        union = {v for scope in bucket for v in scope}
        work = _volume(tuple(union), self.sizes)
        growth = work // self.sizes[variable] - sum(_volume(scope, self.sizes) for scope in bucket)
        return (growth if by_growth else work, len(union), variable)

    def contract(self, numbers: set[int]) -> set[int]:
        """Multiply some factors, smallest first, and sum each variable out with its last factor.

        Returns the variables they were over.
        """
        bucket = sorted(numbers, key=lambda i: (_volume(self.live[i], self.sizes), i))
        touched = {v for number in bucket for v in self.live[number]}
        while bucket:
            left = bucket.pop(0)
            right = bucket.pop(0) if bucket else None
            if right is None and self.keep == set(self.live[left]):
                return touched
            made = self._multiply(left, right)
            if bucket:
                bucket.insert(0, made)
        return touched

    def _multiply(self, left: int, right: int | None) -> int:
        union = tuple(dict.fromkeys(self._take(left) + (self._take(right) if right is not None else ())))
        made = self.inputs + len(self.steps)
        self.live[made] = tuple(v for v in union if v in self.keep or self.factors_of[v])
        for variable in self.live[made]:
            self.factors_of[variable].add(made)
        self.steps.append(Step(left, right, self.live[made], _volume(union, self.sizes)))
        return made

    def _take(self, number: int) -> Scope:
        scope = self.live.pop(number)
        for variable in scope:
            self.factors_of[variable].discard(number)
        return scope


def execute(plan: Plan, factors: Sequence[Array]) -> Array:
    """Natural logarithm of the sum of products.

    Parameters
    ----------
    plan
        The order of contractions, from ``make_plan``.
    factors
        One array for each scope of the plan, non-negative, of shape ``(batch or 1, *sizes of its scope)``.

    Returns
    -------
    Logarithms of shape ``(batch, *sizes of plan.keep)``; ``-inf`` is a sum that is exactly 0.

    Notes
    -----
    Every factor is first divided by its largest
    value (kept as a logarithm), so all factors lie in 0..1 and a term can only be lost below 2^-1022 absolute.
    A sum above ``plan.log_surely_kept`` is therefore exact to rounding. Where a sum is smaller or zero, and
    the product of the smallest non-zero entries does not prove that nothing can underflow, the same plan runs
    again in log space for those items.
    """
    if not factors:
        return np.zeros(1)
    scaled, log_scale = _normalise(factors)
    values = _run(plan, scaled, contract)
    with np.errstate(divide="ignore"):
        logs = np.log(values)
    batch = logs.shape[0]
    # "not below inf" is true for inf and for nan: more than 1e308 joint states may add up to an overflow.
    doubtful = ((logs < plan.log_surely_kept) | ~(logs < np.inf)).reshape(batch, -1).any(axis=1)
    if doubtful.any():
        doubtful &= np.broadcast_to(_log_smallest_term(scaled) < _REPRESENTABLE, (batch,))
    for item in np.flatnonzero(doubtful):  # slower, so only the items in doubt
        logs[item] = _run_in_log_space(plan, scaled, int(item))[0]
    return logs + log_scale.reshape(-1, *[1] * (logs.ndim - 1))


def _normalise(factors: Sequence[Array]) -> tuple[list[Array], Array]:
    """Each factor divided by its largest value, item by item, and the sum of the logarithms of those values."""
    scaled: list[Array] = []
    log_scale = np.zeros(1)
    for factor in factors:
        peak = factor.reshape(factor.shape[0], -1).max(axis=1)
        peak = np.where(peak > 0, peak, 1.0)  # a factor of zeros stays as it is: its sum is 0
        scaled.append(factor / peak.reshape(-1, *[1] * (factor.ndim - 1)))
        log_scale = log_scale + np.log(peak)
    return scaled, log_scale


def _log_smallest_term(factors: Sequence[Array]) -> Array:
    """A lower bound, for each item, of the logarithm of any non-zero product of one entry per factor.

    As no entry is above 1, it also bounds every product of some of the factors, which are the intermediate results.
    """
    total = np.zeros(1)
    for factor in factors:
        flat = factor.reshape(factor.shape[0], -1)
        total = total + np.log(np.where(flat > 0, flat, 1.0).min(axis=1))
    return total


def _run_in_log_space(plan: Plan, factors: Sequence[Array], item: int) -> Array:
    with np.errstate(divide="ignore"):
        logs = [np.log(f[item : item + 1] if f.shape[0] > 1 else f) for f in factors]
    return _run(plan, logs, _contract_logs)


_Contract = Callable[[Array, Scope, Array | None, Scope, Scope], Array]


def _run(plan: Plan, factors: Sequence[Array], contract: _Contract) -> Array:
    arrays: dict[int, tuple[Array, Scope]] = dict(enumerate(zip(factors, plan.scopes, strict=True)))
    for number, step in enumerate(plan.steps):
        left, left_scope = arrays.pop(step.left)
        right, right_scope = arrays.pop(step.right) if step.right is not None else (None, ())
        made = contract(left, left_scope, right, right_scope, step.scope)
        arrays[len(plan.scopes) + number] = (made, step.scope)
    (result, scope) = next(iter(arrays.values()))
    return result.transpose(0, *(1 + scope.index(v) for v in plan.keep))


def contract(left: Array, left_scope: Scope, right: Array | None, right_scope: Scope, kept: Scope) -> Array:
    """Sum over the variables outside ``kept`` of the product of two factors, by batched matrix products.

    Parameters
    ----------
    left, right
        Factors of shape ``(batch or 1, *sizes of their scope)``; without ``right``, ``left`` is only summed.
    left_scope, right_scope
        Their variables, in the order of their axes after the first one.
    kept
        The variables of the result, in the order of its axes.

    Returns
    -------
    An array of shape ``(batch or 1, *sizes of kept)``.
    """
    if right is None:
        return left.sum(axis=tuple(1 + i for i, v in enumerate(left_scope) if v not in kept))
    a, b, layout = _as_matrices(left, left_scope, right, right_scope, kept, np.sum)
    # Four ways to the same product. NumPy multiplies small matrices one by one, which costs more than the
    # multiplications; so a product without a sum, a scalar product, and a right factor that the whole batch shares
    # (one large product for all items) are done without that loop.
    if a.shape[3] == 1:
        product = a * b.transpose(0, 1, 3, 2)
    elif a.shape[2] == 1 and b.shape[2] == 1:
        product = (a * b).sum(axis=3, keepdims=True)
    elif b.shape[0] == 1 and a.shape[1] == 1 and a.flags.c_contiguous:
        product = (a.reshape(-1, a.shape[3]) @ b[0, 0].T).reshape(a.shape[0], 1, a.shape[2], -1)
    else:
        product = a @ b.transpose(0, 1, 3, 2)
    return layout.restore(product)


def _contract_logs(left: Array, left_scope: Scope, right: Array | None, right_scope: Scope, kept: Scope) -> Array:
    """The same as ``contract`` on logarithms.

    One summed state is added at a time, so that no array is larger than the result: all terms at once would be larger
    than what the plan was checked for.
    """
    if right is None:
        axes = tuple(1 + i for i, v in enumerate(left_scope) if v not in kept)
        return np.asarray(np.logaddexp.reduce(left, axis=axes) if len(axes) == 1 else _log_sum(left, axes))
    a, b, layout = _as_matrices(left, left_scope, right, right_scope, kept, _log_sum)
    total = np.full(np.broadcast_shapes((*a.shape[:3], 1), (b.shape[0], 1, 1, b.shape[2])), -np.inf)
    for state in range(a.shape[3]):
        total = np.logaddexp(total, a[..., state][..., :, None] + b[..., state][..., None, :])
    return layout.restore(total)


def _log_sum(logs: Array, axis: tuple[int, ...]) -> Array:
    for one in sorted(axis, reverse=True):  # the last axis first, so that the numbers of the others still hold
        logs = np.logaddexp.reduce(logs, axis=one)
    return logs


@dataclass(frozen=True)
class _Layout:
    """How the axes of a matrix product (batch, shared, left, right) map back to the kept variables."""

    shape: tuple[int, ...]
    order: Scope
    kept: Scope

    def restore(self, product: Array) -> Array:
        whole = product.reshape(product.shape[0], *self.shape)
        return whole.transpose(0, *(1 + self.order.index(v) for v in self.kept))


def _as_matrices(
    left: Array, left_scope: Scope, right: Array, right_scope: Scope, kept: Scope, total: Callable[..., Array]
) -> tuple[Array, Array, _Layout]:
    """Both factors as ``(batch, shared kept, own kept, summed)``."""
    left, left_scope = _drop_private(left, left_scope, right_scope, kept, total)
    right, right_scope = _drop_private(right, right_scope, left_scope, kept, total)
    both = tuple(v for v in left_scope if v in right_scope and v in kept)
    summed = tuple(v for v in left_scope if v in right_scope and v not in kept)
    own_left = tuple(v for v in left_scope if v not in right_scope)
    own_right = tuple(v for v in right_scope if v not in left_scope)
    size = dict(zip(left_scope, left.shape[1:], strict=True)) | dict(zip(right_scope, right.shape[1:], strict=True))
    a = _matrix(left, left_scope, (both, own_left, summed), size)
    b = _matrix(right, right_scope, (both, own_right, summed), size)
    order = both + own_left + own_right
    return a, b, _Layout(tuple(size[v] for v in order), order, kept)


def _drop_private(
    factor: Array, scope: Scope, other: Scope, kept: Scope, total: Callable[..., Array]
) -> tuple[Array, Scope]:
    private = tuple(1 + i for i, v in enumerate(scope) if v not in other and v not in kept)
    if not private:
        return factor, scope
    return total(factor, axis=private), tuple(v for v in scope if v in other or v in kept)


def _matrix(factor: Array, scope: Scope, groups: tuple[Scope, Scope, Scope], size: dict[int, int]) -> Array:
    axes = [1 + scope.index(v) for group in groups for v in group]
    shape = [prod(size[v] for v in group) for group in groups]
    return factor.transpose(0, *axes).reshape(factor.shape[0], *shape)
