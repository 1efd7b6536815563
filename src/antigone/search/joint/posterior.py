"""The joint posterior: families' tables and a prior in, probabilities of every pairing out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from antigone.engine.arrays import Array
from antigone.errors import ModelError, PlanTooLarge
from antigone.model.assumptions.choices import LARGEST_POSTERIOR_ERROR
from antigone.model.results.joint import JointPrior, RatioKind
from antigone.search.joint.assignments import Solution, best_assignments, solve_component
from antigone.search.joint.components import (
    LARGEST_WORK,
    Component,
    Cut,
    Prices,
    Weighted,
    cut_rows,
    fair_prices,
    find_components,
    largest_left_out,
)
from antigone.search.joint.likelihood import FamilyTable
from antigone.search.joint.persons import Persons
from antigone.search.joint.prior import PriorWeights, countable_sexes, log_count, prior_weights

CUTS = (-110.0, -100.0, -90.0, -80.0, -70.0, -60.0, *(-2.5 * step for step in range(20, 2, -1)))
"""Natural logs of the row shares below which rows are left out, tried one after another."""
HALVINGS = 4
"""Cuts tried between the first of ``CUTS`` that fits and the one before it, to leave out as little as can be."""


@dataclass(frozen=True)
class JointAssignment:
    """``persons[f]`` holds the person at each missing member of family ``f``, -1 for nobody."""

    log_weight: float
    persons: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class FamilyPosterior:
    """Over (missing member, person), the last column for nobody.

    ``posterior`` are probabilities, ``log_best`` the weight of the best joint assignment with that pairing.
    """

    posterior: Array
    log_best: Array


@dataclass(frozen=True)
class Ratio:
    """A generalised LR (natural log): its value, or a bound on it."""

    log: float
    kind: RatioKind


def compare_best(within: float, without: float, log_largest: float) -> Ratio | None:
    """The generalised LR from the best weights listed with and without a pairing (natural logs).

    No assignment left out weighs more than ``log_largest``. So a best weight at least as large stands, and a smaller
    one may be anything up to that. ``None`` when there is no assignment without the pairing.

    Examples
    --------
    >>> compare_best(9.0, 2.0, 1.0)
    Ratio(log=7.0, kind='exact')
    >>> compare_best(9.0, -5.0, 1.0)
    Ratio(log=8.0, kind='at least')
    >>> compare_best(-5.0, 9.0, 1.0)
    Ratio(log=-8.0, kind='at most')
    """
    if without == -np.inf and log_largest == -np.inf:
        return None
    if min(within, without) >= log_largest:
        return Ratio(within - without, "exact")
    if without >= log_largest:
        return Ratio(log_largest - without, "at most")
    return Ratio(within - log_largest, "at least")


@dataclass(frozen=True)
class JointPosterior:
    """The joint answer; natural logs. ``log_total`` is the log of the sum of all weights ("nobody" weighs 1).

    ``unassigned`` is the probability that each person is nobody's, ``log_best_unassigned`` the weight of the best
    assignment that leaves them out. ``best`` are the assignments of largest weight. ``error_bound`` is 0 when every
    assignment was summed; else no posterior is further from its exact value. ``log_left_out`` bounds the weight of
    all assignments left out together, in the units of ``log_best``, ``log_largest_left_out`` that of any single one.
    """

    families: tuple[FamilyPosterior, ...]
    unassigned: Array
    log_best_unassigned: Array
    best: tuple[JointAssignment, ...]
    log_total: float
    log_assignments: float
    prior: PriorWeights
    components: int
    rows_left_out: int
    error_bound: float
    log_left_out: float
    log_largest_left_out: float
    exact: bool

    def generalised_lr(self, family: int, missing: int, person: int) -> Ratio | None:
        """The best assignment with the pairing over the best without; ``None`` when every assignment has it."""
        best = self.families[family].log_best[missing]
        return compare_best(float(best[person]), float(np.delete(best, person).max()), self.log_largest_left_out)


def solve_joint(
    tables: Sequence[FamilyTable],
    persons: Persons,
    *,
    prior: JointPrior,
    pair_log_odds: Mapping[tuple[int, str, str], float] | None = None,
    prices: Array | None = None,
    count: int = 10,
) -> JointPosterior:
    """The posterior over all joint assignments of an incident, and its ``count`` best assignments.

    ``pair_log_odds`` adds prior log odds to single pairings (person, family, missing), for what age or circumstances
    say of them. Exact where the families' components allow it; else rows of small weight are left out and the bound
    on the error is part of the answer. ``prices`` are those under which the tables' ``log_left_out`` hold.

    Raises
    ------
    ModelError
        When no assignment is possible under the prior.
    PlanTooLarge
        When even the approximation would have a large error bound, or the closed prior is too large to sum.
    """
    sexes = [table.question.pedigree[m].sex for table in tables for m in table.question.missing]
    countable = countable_sexes(persons, sexes)
    weights = prior_weights(prior, *countable)
    families = [_weighted(table, weights.log_odds, pair_log_odds or {}) for table in tables]
    _require_possible(families, persons, weights)
    unlisted = [_unlisted(table, weights.log_odds, pair_log_odds or {}) for table in tables]
    floor = np.zeros(len(persons.codes)) if prices is None else prices
    kept, components, cut = _feasible(families, unlisted, floor, weights.closed)
    solutions = [solve_component(kept, component, closed=weights.closed) for component in components]
    log_total = float(sum(solution.log_total for solution in solutions))
    if log_total == -np.inf:
        raise ModelError("no joint assignment is possible under the stated prior and model; use the prior open=E")
    bound = 0.0 if cut is None else float(np.exp(min(0.0, cut.log_left_out - log_total)))
    if bound > LARGEST_POSTERIOR_ERROR:
        raise PlanTooLarge(
            f"the joint posterior cannot be computed exactly, and leaving out the {cut.rows_left_out if cut else 0:,} "
            f"least probable family assignments could change posteriors by up to {bound:.2g}; type more markers or "
            "relatives, or solve parts of the incident that share no possible person"
        )
    best = _combine(solutions, count, weights.closed)
    return JointPosterior(
        families=_by_family(solutions, tables, len(persons.codes), best[0].log_weight),
        unassigned=_unassigned(solutions, len(persons.codes)),
        log_best_unassigned=_best_unassigned(solutions, len(persons.codes), best[0].log_weight),
        best=tuple(best),
        log_total=log_total,
        log_assignments=log_count(0.0, *countable),
        prior=weights,
        components=sum(len(component.families) > 0 for component in components),
        rows_left_out=0 if cut is None else cut.rows_left_out,
        error_bound=bound,
        log_left_out=-np.inf if cut is None else cut.log_left_out,
        log_largest_left_out=-np.inf if cut is None else cut.log_largest,
        exact=cut is None,
    )


def _weighted(table: FamilyTable, log_odds: float, pair_log_odds: Mapping[tuple[int, str, str], float]) -> Weighted:
    """The family's possible rows with the prior in their weights."""
    logs = table.log_weight + table.identified * log_odds
    for (person, family, missing), extra in pair_log_odds.items():
        if family == table.question.code and missing in table.question.missing:
            logs = logs + extra * (table.persons[:, table.question.missing.index(missing)] == person)
    return Weighted(table.persons, logs).take(logs > -np.inf)


def _require_possible(families: Sequence[Weighted], persons: Persons, weights: PriorWeights) -> None:
    possible = frozenset[int]().union(*(family.everybody for family in families))
    alone = [code for p, code in enumerate(persons.codes) if p not in possible]
    if weights.closed and alone:
        raise ModelError(
            f"the closed prior says that everybody is one of the missing, but {', '.join(alone)} can be none of them "
            "under the stated model; use the prior open=E"
        )


def _unlisted(table: FamilyTable, log_odds: float, pair_log_odds: Mapping[tuple[int, str, str], float]) -> float:
    """The bound on the rows a table does not list, with the prior in their weights."""
    raised = max(0.0, log_odds - table.log_odds) * len(table.question.missing)
    raised += sum(max(0.0, extra) for (_, family, _), extra in pair_log_odds.items() if family == table.question.code)
    return table.log_left_out + raised


def _feasible(
    families: Sequence[Weighted], unlisted: Sequence[float], floor: Array, closed: bool
) -> tuple[Sequence[Weighted], list[Component], Cut | None]:  # fmt: skip
    """The families and components to sum: all rows where that fits, else with the smallest cut that fits."""
    components = find_components(families, all_shared=closed)
    fits = _fits(components)
    if fits and max(unlisted) == -np.inf:
        return families, components, None
    if closed:
        raise PlanTooLarge("the closed prior is too large to sum exactly, and has no bound; use the prior open=E")
    prices = fair_prices(families, floor)

    def tried(log_least: float) -> tuple[Cut, list[Component]] | None:
        cut = cut_rows(families, prices, log_least=log_least, unlisted=unlisted)
        parts = find_components(cut.kept)
        return (cut, parts) if _fits(parts) else None

    cuts = (-np.inf, *CUTS) if fits else CUTS
    number, found = next(((n, found) for n, cut in enumerate(cuts) if (found := tried(cut))), (0, None))
    if found is None:
        raise PlanTooLarge(
            "too many unidentified persons could be of too many families with similar weight; type more markers or "
            "relatives, or solve parts of the incident that share no possible person"
        )
    too_fine, fine = cuts[max(0, number - 1)], cuts[number]
    for _ in range(HALVINGS if number and np.isfinite(too_fine) else 0):
        between = (too_fine + fine) / 2
        better = tried(between)
        found, fine, too_fine = (better, between, too_fine) if better else (found, fine, between)
    return (
        found[0].kept,
        found[1],
        replace(found[0], log_largest=_largest_left_out(families, found[0], prices, unlisted)),
    )


def _largest_left_out(families: Sequence[Weighted], cut: Cut, prices: Prices, unlisted: Sequence[float]) -> float:
    """A bound on any single assignment left out: the best of those that several prices give.

    Where every family lists all its rows, prices need no floor, and without one they may be lower.
    """
    free = [fair_prices(families, np.zeros_like(prices.log_price))] if max(unlisted) == -np.inf else []
    return min(cut.log_left_out, *(largest_left_out(cut, one, unlisted=unlisted) for one in (prices, *free)))


def _fits(components: Sequence[Component]) -> bool:
    return sum(component.work for component in components) <= LARGEST_WORK


def _combine(solutions: Sequence[Solution], count: int, closed: bool) -> list[JointAssignment]:
    """The best assignments of all components together: each is a choice of one from every component's best."""
    families = 1 + max(stage.family for solution in solutions for stage in solution.stages)
    merged = [JointAssignment(0.0, ((),) * families)]
    for solution in solutions:
        own = best_assignments(solution, count=count, closed=closed)
        pairs = [
            (one.log_weight + other.log_weight, i, j) for i, one in enumerate(merged) for j, other in enumerate(own)
        ]
        pairs = sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2]))[:count]
        merged = [_joined(merged[i], solution, own[j].rows, weight) for weight, i, j in pairs]
    return merged


def _joined(before: JointAssignment, solution: Solution, rows: tuple[int, ...], weight: float) -> JointAssignment:
    persons = list(before.persons)
    for stage, row in zip(solution.stages, rows, strict=True):
        persons[stage.family] = tuple(stage.rows.persons[row].tolist())
    return JointAssignment(weight, tuple(persons))


def _by_family(
    solutions: Sequence[Solution], tables: Sequence[FamilyTable], persons: int, log_best: float
) -> tuple[FamilyPosterior, ...]:  # fmt: skip
    found: dict[int, FamilyPosterior] = {}
    for solution in solutions:
        own_best = max(float(best.max()) for best in solution.log_best)
        for stage, log_posterior, best in zip(solution.stages, solution.log_posterior, solution.log_best, strict=True):
            shape = (stage.rows.persons.shape[1], persons + 1)
            posterior, largest = np.zeros(shape), np.full(shape, -np.inf)
            chance = np.exp(log_posterior)
            for column, who in enumerate(stage.rows.persons.T):
                place = np.where(who < 0, persons, who)
                posterior[column] = np.bincount(place, chance, persons + 1)
                np.maximum.at(largest[column], place, best)
            found[stage.family] = FamilyPosterior(posterior, largest + (log_best - own_best))
    return tuple(found[f] for f in range(len(tables)))


def _unassigned(solutions: Sequence[Solution], persons: int) -> Array:
    chance = np.ones(persons)
    for solution in solutions:
        for person, log in solution.log_unused.items():
            chance[person] = np.exp(log)
    return chance


def _best_unassigned(solutions: Sequence[Solution], persons: int, log_best: float) -> Array:
    best = np.full(persons, log_best)
    for solution in solutions:
        own_best = max(float(some.max()) for some in solution.log_best)
        for person, log in solution.log_best_unused.items():
            best[person] = log + log_best - own_best
    return best
