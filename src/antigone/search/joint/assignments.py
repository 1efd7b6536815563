"""Sums, maxima and the k best over all assignments of one component: one pass over its families and back.

The state between two families is the set of persons used so far among those who could still be used: everything
else about the past is summed (or maximised) away. Sets are bits; a bit is given back when its person can no longer
be used.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from antigone.engine.arrays import Array, Ints
from antigone.errors import ModelError
from antigone.search.joint.components import Component, Weighted, log_sum

CHUNK = 2**22
TIE = 1e-9
"""Log weights this close are the same number up to rounding."""


@dataclass(frozen=True)
class Stage:
    """One family of a component: its rows grouped by the shared persons they use.

    ``sets`` are the distinct sets as bits, ``group`` each row's set. ``ends`` pairs each person who cannot be used
    after this family with its bit. ``log_sum`` and ``log_max`` are over the rows of each set.
    """

    family: int
    rows: Weighted
    sets: Ints
    group: Ints
    ends: tuple[tuple[int, int], ...]
    log_sum: Array
    log_max: Array

    @property
    def kept_bits(self) -> int:
        return ~sum(bit for _, bit in self.ends)


@dataclass(frozen=True)
class Passed:
    """The states before a stage with their values in the sum and in the maximum."""

    states: Ints
    log_sum: Array
    log_max: Array


@dataclass(frozen=True)
class Solution:
    """What all assignments of a component say.

    ``log_total`` is the log of the sum of their weights. By stage: ``log_posterior`` of each row, and ``log_best``,
    the weight of the best assignment with it. By person: ``log_unused`` the log posterior of being nobody's, and
    ``log_best_unused`` the weight of the best assignment in which they are.
    """

    stages: tuple[Stage, ...]
    log_total: float
    log_posterior: tuple[Array, ...]
    log_best: tuple[Array, ...]
    log_unused: dict[int, float]
    log_best_unused: dict[int, float]
    backward: tuple[Passed, ...] = field(repr=False)


def solve_component(families: Sequence[Weighted], component: Component, *, closed: bool = False) -> Solution:
    """Sum and maximise over all assignments of a component.

    ``closed``: every person of the component must be used.

    Raises
    ------
    ModelError
        When no possible assignment uses every person.
    """
    stages = _stages(families, component)
    forward = _forward(stages, closed)
    if not (forward[-1].log_sum > -np.inf).any():
        raise ModelError(
            "the closed prior says that everybody is one of the missing, but no possible joint assignment has "
            "everybody in a place; use the prior open=E"
        )
    backward = _backward(stages, forward, closed)
    total = log_sum(forward[-1].log_sum)
    posterior, best, unused, best_unused = [], [], {}, {}
    for i, stage in enumerate(stages):
        in_sum, in_max = _around(stage, forward[i], backward[i + 1], closed)
        posterior.append(stage.rows.log_weight + in_sum[stage.group] - total)
        best.append(stage.rows.log_weight + in_max[stage.group])
        for person, values in _unused(stage, forward[i], backward[i + 1], component.shared, closed):
            unused[person], best_unused[person] = values[0] - total, values[1]
        for person in stage.rows.everybody - component.shared:
            without = ~(stage.rows.persons == person).any(axis=1)
            unused[person] = log_sum(posterior[-1][without])
            best_unused[person] = float(best[-1][without].max(initial=-np.inf))
    return Solution(
        tuple(stages), total, tuple(posterior), tuple(best), unused, best_unused, tuple(backward)
    )  # fmt: skip


def _stages(families: Sequence[Weighted], component: Component) -> list[Stage]:
    people = [families[number].everybody & component.shared for number in component.families]
    bits: dict[int, int] = {}
    stages = []
    for i, number in enumerate(component.families):
        free = [1 << b for b in range(62) if 1 << b not in bits.values()]
        bits |= dict(zip(sorted(people[i] - bits.keys()), free, strict=False))
        later = set[int]().union(*people[i + 1 :])
        ends = tuple((person, bit) for person, bit in sorted(bits.items()) if person not in later)
        stages.append(_stage(number, families[number], bits, ends))
        bits = {person: bit for person, bit in bits.items() if person in later}
    return stages


def _stage(number: int, rows: Weighted, bits: dict[int, int], ends: tuple[tuple[int, int], ...]) -> Stage:
    bit_of = np.zeros(max(rows.everybody, default=0) + 2, dtype=np.int64)
    for person in rows.everybody & bits.keys():
        bit_of[person] = bits[person]
    used = bit_of[rows.persons].sum(axis=1)
    sets, group = np.unique(used, return_inverse=True)
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(len(sets)))
    logs = rows.log_weight[order]
    return Stage(
        number, rows, sets, group, ends, np.logaddexp.reduceat(logs, starts), np.maximum.reduceat(logs, starts)
    )  # fmt: skip


def _pairs(states: Ints, sets: Ints) -> Iterator[tuple[Ints, Ints]]:
    """All pairs of a state and a set that share nobody, in blocks."""
    step = max(1, CHUNK // len(sets))
    for start in range(0, len(states), step):
        first, second = np.nonzero((states[start : start + step, None] & sets[None, :]) == 0)
        yield first + start, second


def _all_used(used: Ints, stage: Stage) -> NDArray[np.bool_]:
    required = sum(bit for _, bit in stage.ends)
    return (used & required) == required


def _forward(stages: Sequence[Stage], closed: bool) -> list[Passed]:
    passed = [Passed(np.zeros(1, dtype=np.int64), np.zeros(1), np.zeros(1))]
    for stage in stages:
        before, parts = passed[-1], list[Passed]()
        for first, second in _pairs(before.states, stage.sets):
            used = before.states[first] | stage.sets[second]
            sums = before.log_sum[first] + stage.log_sum[second]
            best = before.log_max[first] + stage.log_max[second]
            if closed:
                good = _all_used(used, stage)
                used, sums, best = used[good], sums[good], best[good]
            parts.append(_merged(used & stage.kept_bits, sums, best))
        passed.append(
            _merged(*(np.concatenate([getattr(p, name) for p in parts]) for name in ("states", "log_sum", "log_max")))
        )
    return passed


def _merged(states: Ints, sums: Array, best: Array) -> Passed:
    if not len(states):
        return Passed(states, sums, best)
    order = np.argsort(states, kind="stable")
    distinct, starts = np.unique(states[order], return_index=True)
    return Passed(
        distinct, np.logaddexp.reduceat(sums[order], starts), np.maximum.reduceat(best[order], starts)
    )  # fmt: skip


def _backward(stages: Sequence[Stage], forward: Sequence[Passed], closed: bool) -> list[Passed]:
    """For every state before each stage, the sum and the maximum over everything that follows."""
    passed = [Passed(forward[-1].states, np.zeros(len(forward[-1].states)), np.zeros(len(forward[-1].states)))]
    for i in range(len(stages) - 1, -1, -1):
        stage, states, after = stages[i], forward[i].states, passed[-1]
        sums, best = np.full(len(states), -np.inf), np.full(len(states), -np.inf)
        for first, second in _pairs(states, stage.sets):
            place, good = _after(states[first] | stage.sets[second], stage, after, closed)
            first, second = first[good], second[good]
            if len(first):
                part = _merged(
                    first, stage.log_sum[second] + after.log_sum[place], stage.log_max[second] + after.log_max[place]
                )
                sums[part.states], best[part.states] = part.log_sum, part.log_max
        passed.append(Passed(states, sums, best))
    return passed[::-1]


def _after(used: Ints, stage: Stage, after: Passed, closed: bool) -> tuple[Ints, NDArray[np.bool_]]:
    """Where the states that follow stand, and which of the given sets are allowed."""
    good = _all_used(used, stage) if closed else np.ones(len(used), dtype=np.bool_)
    return np.searchsorted(after.states, used[good] & stage.kept_bits), good


def _around(stage: Stage, before: Passed, after: Passed, closed: bool) -> tuple[Array, Array]:
    """For each set of a stage, the sum and the maximum over everything before and after it."""
    sums, best = np.full(len(stage.sets), -np.inf), np.full(len(stage.sets), -np.inf)
    for first, second in _pairs(before.states, stage.sets):
        place, good = _after(before.states[first] | stage.sets[second], stage, after, closed)
        first, second = first[good], second[good]
        if len(first):
            part = _merged(
                second, before.log_sum[first] + after.log_sum[place], before.log_max[first] + after.log_max[place]
            )
            sums[part.states] = np.logaddexp(sums[part.states], part.log_sum)
            best[part.states] = np.maximum(best[part.states], part.log_max)
    return sums, best


def _unused(
    stage: Stage, before: Passed, after: Passed, shared: frozenset[int], closed: bool
) -> Iterator[tuple[int, tuple[float, float]]]:  # fmt: skip
    """For each shared person who ends here, the sum and the maximum over assignments that leave them unused."""
    if not stage.ends:
        return
    sums: dict[int, list[float]] = {person: [] for person, _ in stage.ends}
    best: dict[int, list[float]] = {person: [-np.inf] for person, _ in stage.ends}
    for first, second in _pairs(before.states, stage.sets):
        used = before.states[first] | stage.sets[second]
        place, good = _after(used, stage, after, closed)
        first, second, used = first[good], second[good], used[good]
        whole = before.log_sum[first] + stage.log_sum[second] + after.log_sum[place]
        largest = before.log_max[first] + stage.log_max[second] + after.log_max[place]
        for person, bit in stage.ends:
            free = (used & bit) == 0
            sums[person].append(log_sum(whole[free]))
            best[person].append(float(largest[free].max(initial=-np.inf)))
    for person, _ in stage.ends:
        yield person, (log_sum(np.array(sums[person])), max(best[person]))


@dataclass(frozen=True)
class Ranked:
    """One assignment of a component: its log weight and the row of each stage."""

    log_weight: float
    rows: tuple[int, ...]


def best_assignments(solution: Solution, *, count: int, closed: bool = False) -> list[Ranked]:
    """The ``count`` assignments of largest weight, best first.

    Best-first search; the maximum over all that follows is known exactly, so no step is in vain. Among assignments
    that weigh alike up to ``TIE`` the longest is continued first: symmetric families have very many of them.
    """
    start = float(solution.backward[0].log_max[0]) if len(solution.backward[0].log_max) else -np.inf
    heap: list[tuple[float, int, tuple[int, ...], int, float, float]] = [(-start, 0, (), 0, 0.0, start)]
    found: list[Ranked] = []
    while heap and len(found) < count:
        _, _, rows, state, gained, most = heapq.heappop(heap)
        if most == -np.inf:
            break
        if len(rows) == len(solution.stages):
            found.append(Ranked(most, rows))
            continue
        for row, value, following in _successors(solution, len(rows), state, count, closed):
            weight = gained + float(solution.stages[len(rows)].rows.log_weight[row])
            most = gained + value
            rank = -TIE * round(most / TIE)
            heapq.heappush(heap, (rank, -1 - len(rows), (*rows, row), following, weight, most))
    return sorted(found, key=lambda one: (-one.log_weight, one.rows))


def _successors(
    solution: Solution, i: int, state: int, count: int, closed: bool
) -> Iterator[tuple[int, float, int]]:  # fmt: skip
    """The best rows of a stage after a state: row, log weight with the best that follows, next state."""
    stage, after = solution.stages[i], solution.backward[i + 1]
    fits = (stage.sets & state) == 0
    if closed:
        fits &= _all_used(stage.sets | state, stage)
    following = (stage.sets | state) & stage.kept_bits
    ahead = np.full(len(stage.sets), -np.inf)
    ahead[fits] = after.log_max[np.searchsorted(after.states, following[fits])]
    values = stage.rows.log_weight + ahead[stage.group]
    some = np.arange(len(values)) if len(values) <= count else np.argpartition(-values, count - 1)[:count]
    for row in some[np.argsort(-values[some], kind="stable")]:
        if np.isfinite(values[row]):
            yield int(row), float(values[row]), int(following[stage.group[row]])
