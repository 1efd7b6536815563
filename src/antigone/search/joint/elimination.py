"""Exact elimination that keeps open who stands at each missing member: all assignments of a family in one run.

A *piece* is a factor over ordinary variables with one more axis: its rows, the joint choices at some of the
missing members. Pieces are contracted two at a time as in ``engine.elimination``. When two pieces with rows meet,
their rows are combined and combinations that use one unidentified person twice are dropped, so the open index
never holds more than the valid assignments of the members seen so far.

A *leaf* is a missing member without children. It is an ordinary variable over (choice, order) until it is
summed; only then does its choice join the rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import comb, perm, prod

import numpy as np
from numpy.typing import NDArray

from antigone.engine.arrays import Array, Ints
from antigone.engine.sums.elimination import LARGEST_ARRAY, LARGEST_COST, Scope, contract
from antigone.errors import PlanTooLarge
from antigone.search.joint.pieces import Piece, rescaled

CHUNK = 2**23
"""Elements (64 MiB) of one array before invalid rows are dropped; larger ones are made in parts."""
MOST_ROWS = 2**25
"""Rows (joint choices) that one family's table may have."""
_TINY = 2.0**-1022
"""The smallest normal float64: below it a product loses digits, at most this much in absolute terms."""
_SAFE = 1e-280
"""Products of numbers above 0 stay above this, or the rows are scaled first. Its inverse is the limit above: both are
some 1e28 away from where a float64 ends, because a bound is itself a rounded product."""
_ROWS_LEFT, _ROWS_RIGHT = -1, -2


@dataclass(frozen=True)
class Open:
    """The missing members whose choice stays open.

    ``candidates[member]`` lists what may stand there besides nobody (choice 0): bits of unidentified persons
    when ``exclusive`` (no person twice), else anything countable. ``leaves`` pairs an ordinary variable with the
    member whose (choice, order) it holds; such a variable has ``orders`` states for each choice.
    """

    candidates: tuple[tuple[int, ...], ...]
    exclusive: bool
    leaves: tuple[tuple[int, int], ...] = ()
    orders: int = 2

    @property
    def member_of(self) -> dict[int, int]:
        return dict(self.leaves)

    def count(self, members: Sequence[int]) -> int:
        """How many joint choices there are at these members (at most, when candidate lists overlap in part)."""
        lists = [self.candidates[m] for m in members]
        if not self.exclusive:
            return prod(1 + len(some) for some in lists)
        return prod(_partial_matchings(lists.count(some), len(some)) for some in dict.fromkeys(lists))


@lru_cache(maxsize=1024)
def _partial_matchings(members: int, persons: int) -> int:
    return sum(comb(members, k) * perm(persons, k) for k in range(min(members, persons) + 1))


@dataclass(frozen=True)
class Step:
    """Multiply two pieces (``right`` may be absent), keep ``scope``, and turn the leaves ``summed`` into rows."""

    left: int
    right: int | None
    scope: Scope
    summed: Scope
    members: tuple[int, ...]
    cost: int


@dataclass(frozen=True)
class JointPlan:
    """The order of contractions. ``cost`` counts multiplications for one marker, ``largest`` array elements."""

    scopes: tuple[Scope, ...]
    members: tuple[tuple[int, ...], ...]
    sizes: tuple[int, ...]
    open: Open
    steps: tuple[Step, ...]

    @property
    def cost(self) -> int:
        return sum(step.cost for step in self.steps)

    @property
    def rows(self) -> int:
        return self.open.count(self.steps[-1].members)

    @property
    def largest(self) -> int:
        made = [(step.scope, step.members) for step in self.steps]
        given = zip(self.scopes, self.members, strict=True)
        return max(self.open.count(m) * prod(self.sizes[v] for v in scope) for scope, m in (*given, *made))

    def require_feasible(self, family: str) -> JointPlan:
        """Return the plan, or say before anything is computed that it would not fit."""
        if self.largest > LARGEST_ARRAY or self.cost > LARGEST_COST or self.rows > MOST_ROWS:
            raise PlanTooLarge(
                f"family {family}: all {self.rows:,} joint assignments of its missing members would need an array of "
                f"{self.largest:,} elements (limit {LARGEST_ARRAY:,}) and {self.cost:,} multiplications (limit "
                f"{LARGEST_COST:,.0f}); type more relatives, or give fewer unidentified persons that may be of it"
            )
        return self


@lru_cache(maxsize=1024)
def make_joint_plan(
    scopes: tuple[Scope, ...], members: tuple[tuple[int, ...], ...], sizes: tuple[int, ...], choices: Open
) -> JointPlan:
    """The cheapest of several greedy elimination orders.

    Parameters
    ----------
    scopes
        The ordinary variables of each piece.
    members
        The missing members whose choices are the rows of each piece; often none.
    sizes
        The number of states of each ordinary variable.
    choices
        What may stand at each missing member.
    """
    plans = [_greedy_plan(scopes, members, sizes, choices, rule) for rule in ("work", "growth", "result")]
    return min(plans, key=lambda plan: (plan.cost, plan.largest))


def _greedy_plan(
    scopes: tuple[Scope, ...], members: tuple[tuple[int, ...], ...], sizes: tuple[int, ...], choices: Open, rule: str
) -> JointPlan:  # fmt: skip
    live = dict(enumerate(zip(scopes, members, strict=True)))
    planner = _Planner(live, sizes, choices, len(live), rule)
    waiting = {v for scope, _ in live.values() for v in scope}
    while waiting:
        variable = min(waiting, key=planner.rank)
        planner.contract_bucket([i for i, (scope, _) in live.items() if variable in scope])
        waiting = {v for scope, _ in live.values() for v in scope}
    if len(live) > 1 or not planner.steps:
        planner.contract_bucket(list(live))
    return JointPlan(scopes, members, sizes, choices, tuple(planner.steps))


@dataclass
class _Planner:
    live: dict[int, tuple[Scope, tuple[int, ...]]]
    sizes: tuple[int, ...]
    open: Open
    inputs: int
    rule: str
    steps: list[Step] = field(default_factory=list)

    def volume(self, scope: Sequence[int], members: Sequence[int]) -> int:
        return self.open.count(members) * prod(self.sizes[v] for v in scope)

    def rank(self, variable: int) -> tuple[int, int]:
        """How unwelcome it is to eliminate this variable next: by work, by result, or by result less what it ends."""
        bucket = [part for part in self.live.values() if variable in part[0]]
        scope = {v for part in bucket for v in part[0]}
        members = {m for part in bucket for m in part[1]}
        if self.rule == "work":
            return self.volume(tuple(scope), tuple(members)), variable
        made = self.volume(tuple(scope - {variable}), tuple(members))
        ended = sum(self.volume(*part) for part in bucket) if self.rule == "growth" else 0
        return made - ended, variable

    def contract_bucket(self, bucket: list[int]) -> None:
        """Multiply the bucket's pieces, smallest first, and sum each variable out with its last piece."""
        bucket = sorted(bucket, key=lambda i: (self.volume(*self.live[i]), i))
        while bucket:
            left = bucket.pop(0)
            right = bucket.pop(0) if bucket else None
            scope, members = self.live.pop(left)
            if right is not None:
                more = self.live.pop(right)
                scope, members = tuple(dict.fromkeys(scope + more[0])), members + more[1]
            needed = {v for other, _ in self.live.values() for v in other}
            gone = tuple(v for v in scope if v not in needed)
            summed = tuple(v for v in gone if v in self.open.member_of)
            cost = self.volume(scope, members)
            members += tuple(self.open.member_of[v] for v in summed)
            kept = tuple(v for v in scope if v in needed)
            self.steps.append(Step(left, right, kept, summed, members, cost))
            self.live[self.inputs + len(self.steps) - 1] = kept, members
            if bucket:
                bucket.insert(0, self.inputs + len(self.steps) - 1)


@dataclass(frozen=True)
class Rows:
    """Joint choices at ``members``: ``choices`` has shape ``(rows, members)``, ``used`` one bit per person."""

    members: tuple[int, ...]
    choices: NDArray[np.int16]
    used: Ints


@dataclass(frozen=True)
class Combined:
    """The rows of a step's result and, among all combinations, the ones that are valid (``None``: all).

    ``parts`` counts the rows of the left piece, of the right one if there are ``two``, and of each summed leaf.
    """

    rows: Rows
    parts: tuple[int, ...]
    valid: Ints | None
    two: bool
    orders: int


def lay_out_rows(plan: JointPlan) -> list[Combined]:
    """The rows of every step's result; the same for all markers."""
    known = {i: _start(plan.open, members) for i, members in enumerate(plan.members)}
    laid: list[Combined] = []
    for number, step in enumerate(plan.steps):
        parts = [known.pop(i) for i in (step.left, step.right) if i is not None]
        parts += [_start(plan.open, (plan.open.member_of[v],)) for v in step.summed]
        laid.append(_combine(parts, plan.open, two=step.right is not None))
        known[len(plan.members) + number] = laid[-1].rows
    return laid


def _start(choices: Open, members: tuple[int, ...]) -> Rows:
    if not members:
        return Rows((), np.zeros((1, 0), dtype=np.int16), np.zeros(1, dtype=np.int64))
    [member] = members
    own = choices.candidates[member]
    used = [0, *(1 << bit if choices.exclusive else 0 for bit in own)]
    return Rows(members, np.arange(1 + len(own), dtype=np.int16)[:, None], np.array(used, dtype=np.int64))


def _combine(parts: Sequence[Rows], choices: Open, *, two: bool) -> Combined:
    """All combinations of the parts' rows in order, without those that use a person twice."""
    rows, valid, total = parts[0], np.arange(len(parts[0].used)), len(parts[0].used)
    for part in parts[1:]:
        total *= len(part.used)
        pairs = list(_compatible(rows.used, part.used))
        first, second = (np.concatenate(side) for side in zip(*pairs, strict=True))
        both = np.concatenate([rows.choices[first], part.choices[second]], axis=1)
        rows = Rows(rows.members + part.members, both, rows.used[first] | part.used[second])
        # The place of a pair among all combinations, the last part running fastest, as `reshape` flattens them.
        valid = valid[first] * len(part.used) + second
    kept = None if not choices.exclusive or len(valid) == total else valid
    return Combined(rows, tuple(len(part.used) for part in parts), kept, two, choices.orders)


def _compatible(left: Ints, right: Ints) -> Iterator[tuple[Ints, Ints]]:
    # A table of all pairs would be the largest array of all; it is made some rows at a time. Pairs come in row order.
    step = max(1, CHUNK // len(right))
    for start in range(0, len(left), step):
        first, second = np.nonzero((left[start : start + step, None] & right[None, :]) == 0)
        yield first + start, second


def execute_joint(plan: JointPlan, laid: Sequence[Combined], pieces: Sequence[Piece]) -> tuple[Array, Array]:
    """Natural log of the sum of products for every row, and what may be lost of it.

    Parameters
    ----------
    plan, laid
        From ``make_joint_plan`` and ``lay_out_rows``; they serve every marker.
    pieces
        One for each scope of the plan, with arrays of shape ``(markers or 1, rows, *sizes of its scope)``.

    Returns
    -------
    Two arrays of shape ``(markers, rows)``: the logarithms, and the relative losses (0 is exact to rounding).

    Notes
    -----
    The second array bounds the relative loss to underflow; it is ``inf`` for a sum that came out as 0 without
    proof that it is 0. Rows are those of ``laid[-1]``. Rows are scaled only where the values could otherwise leave
    the range of a double.
    """
    live = dict(enumerate(pieces))
    for number, (step, combined) in enumerate(zip(plan.steps, laid, strict=True)):
        left = live.pop(step.left)
        right = live.pop(step.right) if step.right is not None else None
        live[len(plan.scopes) + number] = _run_step(plan, step, combined, left, right)
    [result] = live.values()
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(result.array) + (0.0 if result.log_scale is None else result.log_scale)
        lost = np.zeros((1, 1)) if result.loss is None else result.loss / result.array
    return logs, np.where(np.isnan(lost), 0.0, lost)  # 0 / 0 is nan: nothing was lost, the sum is 0


def _run_step(plan: JointPlan, step: Step, combined: Combined, left: Piece, right: Piece | None) -> Piece:
    axes = (_ROWS_LEFT, *((_ROWS_RIGHT,) if right is not None else ()), *step.summed, *step.scope)
    states = prod(plan.sizes[v] for v in {*left.scope, *(right.scope if right is not None else ())} - {*step.scope})
    if right is None:  # numbers above 0 are only added: no sum is below `least`, and none loses more by itself
        loss = None if left.loss is None else left.loss * states
        log_scale, loss = (_each_pair(combined, part, None) for part in (left.log_scale, loss))
        array = _product(step, combined, left, right, axes)
        return Piece(step.scope, array, left.least, left.most * states, log_scale, loss)
    if left.least * right.least < _SAFE or left.most * right.most * states > 1 / _SAFE:
        left, right = rescaled(left), rescaled(right)
    array = _product(step, combined, left, right, axes)
    log_scale = _each_pair(combined, left.log_scale, right.log_scale)
    # An error of one factor is multiplied by at most the largest value of the other, and added once for each state.
    loss = _each_pair(
        combined,
        None if left.loss is None else left.loss * right.most * states,
        None if right.loss is None else right.loss * left.most * states,
    )
    least = left.least * right.least
    if least < _SAFE:
        underflow = states * _TINY  # each product that is added may have lost as much
        loss = np.full(array.shape[:2], underflow) if loss is None else loss + underflow
    # A value may lie below `_TINY` with fewer digits: that is in `loss`, and as `_TINY` is below `_SAFE`, the next
    # product scales the rows in any case.
    return Piece(step.scope, array, max(least, _TINY), left.most * right.most * states, log_scale, loss)


def _product(step: Step, combined: Combined, left: Piece, right: Piece | None, axes: Scope) -> Array:
    """The product's valid rows, shape ``(markers, rows, *sizes)``, made in parts when all of it is large."""
    total = combined.parts[0]
    width = max(1, prod(combined.parts[1:])) * max(left.array.shape[0], right.array.shape[0] if right else 1)
    width *= combined.orders ** len(step.summed) * prod(_size(v, left, right) for v in step.scope)
    chunk = max(1, CHUNK // width)
    if chunk >= total:
        return _valid_rows(step, combined, left.array, left.scope, right, axes, 0, total)
    parts = [
        _valid_rows(step, combined, left.array[:, a : a + chunk], left.scope, right, axes, a, min(chunk, total - a))
        for a in range(0, total, chunk)
    ]
    return np.concatenate(parts, axis=1)


def _size(variable: int, left: Piece, right: Piece | None) -> int:
    for piece in (left, right):
        if piece is not None and variable in piece.scope:
            return piece.array.shape[2 + piece.scope.index(variable)]
    raise AssertionError(variable)


def _valid_rows(
    step: Step, combined: Combined, array: Array, scope: Scope, right: Piece | None, axes: Scope, start: int, count: int
) -> Array:  # fmt: skip
    left_axes = (_ROWS_LEFT, *scope)
    if right is None:
        gone = tuple(1 + i for i, v in enumerate(left_axes) if v not in axes)
        kept = tuple(v for v in left_axes if v in axes)
        made = (array.sum(axis=gone) if gone else array).transpose(0, *(1 + kept.index(v) for v in axes))
    else:
        made = contract(array, left_axes, right.array, (_ROWS_RIGHT, *right.scope), axes)
    made = _sum_orders(made, count, combined, len(step.scope))
    if combined.valid is None:
        return made
    per_row = prod(combined.parts[1:])
    first, last = np.searchsorted(combined.valid, [start * per_row, (start + count) * per_row])
    return made[:, combined.valid[first:last] - start * per_row]


def _sum_orders(array: Array, count: int, combined: Combined, kept: int) -> Array:
    """Sum each summed leaf's (choice, order) over the order and flatten all rows into one axis."""
    leading, choices = count * prod(combined.parts[1 : 1 + combined.two]), combined.parts[1 + combined.two :]
    rest = array.shape[array.ndim - kept :] if kept else ()
    split = array.reshape(array.shape[0], leading, *(size for n in choices for size in (n, combined.orders)), *rest)
    summed = split.sum(axis=tuple(3 + 2 * i for i in range(len(choices)))) if choices else split
    return summed.reshape(array.shape[0], leading * prod(choices), *rest)


def _each_pair(combined: Combined, left: Array | None, right: Array | None) -> Array | None:
    """Left plus right for every valid combination of rows, shape ``(markers or 1, rows)``; ``None`` is all 0."""
    if left is None and right is None:
        return None
    first, *further = combined.parts
    second = further.pop(0) if combined.two else 1
    rest = prod(further)
    place = np.arange(first * second * rest) if combined.valid is None else combined.valid
    total: Array = np.zeros((1, len(place)))
    if left is not None:
        total = total + left[:, place // (second * rest)]
    if right is not None:
        total = total + right[:, place // rest % second]
    return total
