"""Joint identification against the oracle: every assignment of small incidents by direct summation."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from joint_oracle import MARKER, Small, any_incidents, ask, may_be, oracle_weight, relaxed, require_affordable, rows_of

from antigone.errors import ModelError
from antigone.model.pedigree import Individual, Pedigree, Sex
from antigone.model.results.joint import JointPrior
from antigone.search.joint import posterior as joint_posterior
from antigone.search.joint import screen as joint_screen
from antigone.search.joint.components import Component, Weighted, cut_rows, fair_prices, find_components
from antigone.search.joint.conclusions import propose
from antigone.search.joint.likelihood import family_table
from antigone.search.joint.posterior import JointPosterior, solve_joint
from antigone.search.joint.prior import log_count, mean_identifications, odds_for_expectation
from antigone.search.joint.question import NOBODY, FamilyQuestion
from antigone.search.joint.screen import family_tables, own_prices

pytestmark = pytest.mark.slow


def oracle_assignments(small: Small) -> dict[tuple[tuple[int, ...], ...], float]:
    """Every joint assignment and its weight."""
    found = {}
    for rows in product(*[list(rows_of(q)) for q in small.questions]):
        used = [p for row in rows for p in row if p != NOBODY]
        if len(used) == len(set(used)):
            weights = [oracle_weight(small, q, row) for q, row in zip(small.questions, rows, strict=True)]
            found[rows] = math.prod(weights)
    return found


def assert_posterior_agrees(small: Small, posterior: JointPosterior, found: Mapping, tolerance: float = 1e-9) -> None:
    total = math.fsum(found.values())
    assert posterior.log_total == pytest.approx(math.log(total), abs=max(tolerance, 1e-9))
    for p in range(len(small.persons.codes)):
        free = math.fsum(w for rows, w in found.items() if all(p not in row for row in rows))
        assert posterior.unassigned[p] == pytest.approx(free / total, abs=tolerance)
        for f, question in enumerate(small.questions):
            for j in range(len(question.missing)):
                paired = math.fsum(w for rows, w in found.items() if rows[f][j] == p)
                assert posterior.families[f].posterior[j, p] == pytest.approx(paired / total, abs=tolerance)


@relaxed
@given(any_incidents(families=3), st.sampled_from([1.0, 0.05, 3.0]))
def test_solve_joint__posteriors_agree_with_the_oracle(small: Small, odds: float) -> None:
    require_affordable(small)
    found = oracle_assignments(small)
    weighed = {rows: w * odds ** sum(p != NOBODY for row in rows for p in row) for rows, w in found.items()}
    posterior = solve_joint(small.tables(), small.persons, prior=JointPrior("odds", odds), count=5)
    assert posterior.exact
    assert posterior.log_assignments == pytest.approx(math.log(len(found)), abs=1e-9)
    assert_posterior_agrees(small, posterior, weighed)
    ranked = sorted((w for w in weighed.values() if w > 0), reverse=True)[:5]
    assert [math.exp(one.log_weight) for one in posterior.best] == pytest.approx(ranked, rel=1e-8)
    assert [weighed[one.persons] for one in posterior.best] == pytest.approx(ranked, rel=1e-8)


@relaxed
@given(any_incidents(families=3, theta=False))
def test_solve_joint__generalised_lrs_agree_with_the_oracle(small: Small) -> None:
    require_affordable(small)
    found = oracle_assignments(small)
    posterior = solve_joint(small.tables(), small.persons, prior=JointPrior())
    for f, question in enumerate(small.questions):
        for j, p in product(range(len(question.missing)), range(len(small.persons.codes))):
            within = max((w for rows, w in found.items() if rows[f][j] == p), default=0.0)
            without = max(w for rows, w in found.items() if rows[f][j] != p)
            glr = posterior.generalised_lr(f, j, p)
            assert glr is not None
            assert glr.kind == "exact"
            assert math.exp(glr.log) == pytest.approx(within / without, rel=1e-8)
    for p in range(len(small.persons.codes)):
        unused = max(w for rows, w in found.items() if all(p not in row for row in rows))
        assert math.exp(posterior.log_best_unassigned[p]) == pytest.approx(unused, rel=1e-8)


@relaxed
@given(any_incidents(families=3, theta=False))
def test_solve_joint__the_closed_prior_uses_everybody(small: Small) -> None:
    require_affordable(small)
    found = {
        rows: w
        for rows, w in oracle_assignments(small).items()
        if sum(p != NOBODY for row in rows for p in row) == len(small.persons.codes)
    }
    if math.fsum(found.values()) == 0:
        with pytest.raises(ModelError):
            solve_joint(small.tables(), small.persons, prior=JointPrior("closed"))
    else:
        posterior = solve_joint(small.tables(), small.persons, prior=JointPrior("closed"))
        assert_posterior_agrees(small, posterior, found)
        assert math.exp(posterior.best[0].log_weight) == pytest.approx(max(found.values()), rel=1e-8)


@relaxed
@given(any_incidents(families=3, theta=False), st.sampled_from([-0.5, -2.0, -5.0]))
def test_solve_joint__what_is_left_out_moves_no_posterior_beyond_the_bound(small: Small, log_least: float) -> None:
    require_affordable(small)
    found = oracle_assignments(small)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(joint_posterior, "CUTS", (log_least,))
        patch.setattr(joint_posterior, "LARGEST_POSTERIOR_ERROR", 1.0)
        patch.setattr(joint_posterior, "_fits", fits_once())
        posterior = solve_joint(small.tables(), small.persons, prior=JointPrior())
    assert not posterior.exact
    total = math.fsum(found.values())
    slack = posterior.error_bound + 1e-9
    for f, question in enumerate(small.questions):
        for j, p in product(range(len(question.missing)), range(len(small.persons.codes))):
            paired = math.fsum(w for rows, w in found.items() if rows[f][j] == p) / total
            assert abs(posterior.families[f].posterior[j, p] - paired) <= slack
            assert_bounded(posterior, found, f, j, p)
    assert_ranks_hold(posterior, found)


def assert_bounded(posterior: JointPosterior, found: Mapping, f: int, j: int, p: int) -> None:
    """A generalised LR said to be exact is; the others are on the stated side of their bound."""
    within = max((w for rows, w in found.items() if rows[f][j] == p), default=0.0)
    true = within / max(w for rows, w in found.items() if rows[f][j] != p)
    glr = posterior.generalised_lr(f, j, p)
    assert glr is not None
    said = math.exp(glr.log)
    assert glr.kind != "exact" or said == pytest.approx(true, rel=1e-8)
    assert glr.kind != "at least" or true >= said * (1 - 1e-8)
    assert glr.kind != "at most" or true <= said * (1 + 1e-8)


def assert_ranks_hold(posterior: JointPosterior, found: Mapping) -> None:
    ranked = sorted(found.values(), reverse=True)
    for place, one in enumerate(posterior.best):
        assert math.exp(one.log_weight) == pytest.approx(found[one.persons], rel=1e-8)
        if one.log_weight >= posterior.log_largest_left_out:
            assert math.exp(one.log_weight) == pytest.approx(ranked[place], rel=1e-8)


@relaxed
@given(any_incidents(families=2, theta=False), st.sampled_from([-0.1, -1.0]), st.sampled_from([-2.0, 0.0, 1.5]))
def test_solve_joint__what_is_screened_leaves_bounds_that_hold(small: Small, log_cut: float, log_odds: float) -> None:
    require_affordable(small)
    assume(any(some for question in small.questions for some in question.candidates))
    odds = math.exp(log_odds)
    found = {
        rows: w * odds ** sum(p != NOBODY for row in rows for p in row) for rows, w in oracle_assignments(small).items()
    }
    prior = JointPrior("odds", odds)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(joint_screen, "LOG_CUT", log_cut)
        patch.setattr(joint_screen, "MOST_EXTENDED", 8)
        patch.setattr(joint_screen, "MOST_LISTED", 3)
        patch.setattr(joint_screen, "_by_person", lambda question: False)
        patch.setattr(joint_posterior, "LARGEST_POSTERIOR_ERROR", math.inf)
        tables, prices = family_tables(small.questions, small.persons, [small.marker], log_odds=log_odds)
        posterior = solve_joint(tables, small.persons, prior=prior, prices=prices)
    total = math.fsum(found.values())
    for f, question in enumerate(small.questions):
        for j, p in product(range(len(question.missing)), range(len(small.persons.codes))):
            paired = math.fsum(w for rows, w in found.items() if rows[f][j] == p) / total
            assert abs(posterior.families[f].posterior[j, p] - paired) <= posterior.error_bound + 1e-9
            assert_bounded(posterior, found, f, j, p)
    assert_ranks_hold(posterior, found)


def test_propose__leaves_nobody_impossible_and_nothing_exact_that_was_left_out() -> None:
    """Two persons who both fit; with rows left out, neither the support nor "impossible" may rest on them."""
    question, persons = ask(1, ("10", "11"), ("12", "12"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(joint_posterior, "CUTS", (-1.0,))
        patch.setattr(joint_posterior, "LARGEST_POSTERIOR_ERROR", 1.0)
        patch.setattr(joint_posterior, "_fits", fits_once())
        posterior = solve_joint([family_table(question, persons, [MARKER])], persons, prior=JointPrior())
    assert posterior.rows_left_out == 1
    left_out = propose(posterior, 1, log_threshold=0.0)
    assert (left_out.status, left_out.family) == ("open", None)
    kept = propose(posterior, 0, log_threshold=0.0)
    assert kept.glr is not None
    assert posterior.log_best_unassigned[0] == pytest.approx(0.0, abs=1e-12)


def fits_once():
    """Too large at first, then not: so that the cut is made."""
    answers = iter([False])
    return lambda components: next(answers, True)


def test_log_count__agrees_with_listing_them() -> None:
    found: tuple[Sex, ...] = ("female", "male", "unknown", "unknown")
    sought: tuple[Sex, ...] = ("female", "unknown", "male")
    pedigree = Pedigree(tuple(Individual(f"M{i}", sex) for i, sex in enumerate(sought)))
    candidates = tuple(may_be(pedigree, m.id, found) for m in pedigree)
    rows = list(rows_of(FamilyQuestion("F", pedigree, tuple(m.id for m in pedigree), {}, candidates)))
    assert math.exp(log_count(0.0, found, sought)) == pytest.approx(len(rows))
    weights = [0.3 ** sum(p != NOBODY for p in row) for row in rows]
    mean = sum(w * sum(p != NOBODY for p in row) for w, row in zip(weights, rows, strict=True)) / sum(weights)
    assert mean_identifications(math.log(0.3), found, sought) == pytest.approx(mean, rel=1e-6)
    assert odds_for_expectation(mean, found, sought) == pytest.approx(math.log(0.3), abs=1e-4)


def test_odds__an_expectation_out_of_reach_is_refused() -> None:
    with pytest.raises(ModelError, match="more than"):
        odds_for_expectation(2.0, ["male", "male"], ["female", "male"])


def test_prices__any_of_them_bound_the_sum() -> None:
    rng = np.random.default_rng(1)
    families = [
        Weighted(np.array([[-1], [0], [1], [2]], dtype=np.int32), np.append(0.0, rng.normal(2, 3, 3))) for _ in range(3)
    ]
    exact = sum(solution_total(families))
    for floor in (np.zeros(3), np.array([0.0, 2.0, 5.0]), own_prices(families, 3)):
        prices = fair_prices(families, floor)
        cut = cut_rows(families, prices, log_least=-np.inf, unlisted=[-np.inf] * 3)
        bound = prices.log_price.sum() + sum(np.logaddexp.reduce(paid) for paid in prices.log_paid)
        assert bound >= exact - 1e-9
        assert cut.log_left_out == -np.inf


def solution_total(families: list[Weighted]) -> Iterator[float]:
    from antigone.search.joint.assignments import solve_component

    return (solve_component(families, component).log_total for component in find_components(families))


@pytest.mark.parametrize("text", ["open", "flat=2", "fraction=1.5", "open=x", "uniform"])
def test_prior__nonsense_is_refused(text: str) -> None:
    with pytest.raises(ModelError):
        JointPrior.parse(text)


def test_best_assignments__many_symmetric_families_do_not_multiply_the_search() -> None:
    """Thirty families with two places alike and one person they share: 2**30 best assignments of equal weight."""
    from antigone.search.joint.assignments import best_assignments, solve_component

    n = 30
    families = [
        Weighted(
            np.array([[-1, -1], [2 * f, 2 * f + 1], [2 * f + 1, 2 * f], [-1, 2 * n]], dtype=np.int32),
            np.array([0.0, 20.1 + f / 7, 20.1 + f / 7, -3.0]),
        )
        for f in range(n)
    ]
    [component] = find_components(families)
    best = best_assignments(solve_component(families, component), count=10)
    assert [one.log_weight for one in best] == pytest.approx([sum(20.1 + f / 7 for f in range(n))] * 10, abs=1e-8)
    assert len({one.rows for one in best}) == 10


def test_feasible__leaves_out_as_little_as_the_work_allows(monkeypatch) -> None:
    """Sixty persons and nobody, each e times less probable than the one before; 33 rows are allowed."""
    family = Weighted(np.arange(-1, 60, dtype=np.int32)[:, None], -np.arange(-1.0, 60.0))
    monkeypatch.setattr(joint_posterior, "LARGEST_WORK", 33)
    monkeypatch.setattr(joint_posterior, "CUTS", (-50.0, -25.0))
    monkeypatch.setattr(joint_posterior, "find_components", one_component_by_rows)
    kept, _, cut = joint_posterior._feasible([family], [-np.inf], np.zeros(60), closed=False)
    assert cut is not None
    assert 32 <= len(kept[0].log_weight) <= 33
    assert cut.rows_left_out == 61 - len(kept[0].log_weight)


def one_component_by_rows(families, *, all_shared: bool = False) -> list[Component]:
    return [Component((0,), frozenset(), float(sum(len(family.log_weight) for family in families)))]
