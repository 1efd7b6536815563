"""Joint identification against the oracle: every assignment of small incidents by direct summation."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, partial
from itertools import product

import numpy as np
import observations
import pytest
import reference
import strategies
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from antigone.engine.circumstances import sex_lr
from antigone.engine.observation import observation_probabilities
from antigone.errors import ModelError, PlanTooLarge
from antigone.model.assumptions.circumstances import SexRates
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.mutation import Custom, Equal, Stepwise
from antigone.model.assumptions.observation import AS_READ, ObservationRates
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.pedigree import Individual, Pedigree, Sex
from antigone.model.profile import Profile
from antigone.model.results.joint import JointPrior
from antigone.search.families.family_table import Target
from antigone.search.joint import elimination as joint_elimination
from antigone.search.joint import likelihood as joint_likelihood
from antigone.search.joint import posterior as joint_posterior
from antigone.search.joint import screen as joint_screen
from antigone.search.joint.components import Component, Weighted, cut_rows, fair_prices, find_components
from antigone.search.joint.conclusions import propose
from antigone.search.joint.likelihood import FamilyTable, family_table
from antigone.search.joint.lumping import OTHER, lump_marker
from antigone.search.joint.persons import Persons
from antigone.search.joint.posterior import JointPosterior, solve_joint
from antigone.search.joint.prior import log_count, mean_identifications, odds_for_expectation
from antigone.search.joint.question import NOBODY, FamilyQuestion
from antigone.search.joint.screen import family_tables, own_prices, screened_table
from antigone.search.pairs.comparison import compare
from antigone.search.remains.readings import observe_profile

pytestmark = pytest.mark.slow

relaxed = settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=25)
STATES_OF_THE_ORACLE = 3_000
Weight = Callable[[tuple[int, ...]], float]


@dataclass(frozen=True)
class Small:
    """A small incident: families, unidentified persons, one marker, theta.

    ``weights`` are the oracle's P(seen | genotype) of persons seen through an observation model.
    """

    questions: tuple[FamilyQuestion, ...]
    persons: Persons
    theta: float
    weights: Mapping[int, Weight] = field(default_factory=dict)

    @property
    def marker(self) -> Marker:
        return self.persons.markers[0]

    def tables(self) -> list[FamilyTable]:
        return [family_table(q, self.persons, [self.marker], theta=self.theta) for q in self.questions]


SEX_RATES = (SexRates(0.01), SexRates(0.0, 0.2), SexRates(0.05, 0.1, 0.4), SexRates(0.0))


def may_be(question_pedigree: Pedigree, member: str, sexes: tuple[Sex, ...]) -> tuple[int, ...]:
    sex = question_pedigree[member].sex
    return tuple(p for p, other in enumerate(sexes) if other == sex or "unknown" in (sex, other))


@st.composite
def incidents(
    draw: st.DrawFn, *, families: int = 2, theta: bool = True, on_x: bool = False, lossy: bool = False,
    sexed: bool = False,
) -> Small:  # fmt: skip
    marker = draw(strategies.markers(on_x=on_x, most_alleles=2 if lossy else 3))
    count = draw(st.integers(1, 2 if lossy else 4))
    known: list[Sex] = ["female", "male"] if on_x else ["female", "male", "unknown"]
    sexes = tuple(draw(st.sampled_from(known)) for _ in range(count))
    profiles = tuple(draw(readings(marker, sex)) for sex in sexes)
    persons = Persons(tuple(f"V{p}" for p in range(count)), sexes, profiles, (marker,))
    if lossy:
        persons, weights = draw(degraded(marker, sexes))
    else:
        weights = {}
    if sexed:
        persons = replace(persons, sex=draw(st.sampled_from(SEX_RATES)))
    questions, left = [], 4
    for f in range(draw(st.integers(1, families))):
        pedigree = draw(strategies.pedigrees(3 if lossy else 4))
        missing = tuple(draw(st.lists(st.sampled_from([m.id for m in pedigree]), max_size=left, unique=True)))
        left -= len(missing)
        typed = {m: p for m, p in draw(strategies.typings(pedigree, marker)).items() if m not in missing}
        candidates = tuple(persons.may_be(pedigree[m].sex) if sexed else may_be(pedigree, m, sexes) for m in missing)
        questions.append(FamilyQuestion(f"F{f}", pedigree, missing, typed, candidates))
    chosen = draw(st.sampled_from([0.0, 0.05])) if theta else 0.0
    return Small(tuple(questions), persons, chosen, weights)


def _chance(shown: list[frozenset[str]], marker: Marker, rates: ObservationRates, genotype: tuple[int, ...]) -> float:
    return observations.probability(shown, genotype, marker, rates)


def any_incidents(*, families: int, theta: bool = True) -> st.SearchStrategy[Small]:
    """Autosomal or on the X chromosome, persons as read or (in one or two families) through an observation model."""
    return st.one_of(
        incidents(families=families, theta=theta),
        incidents(families=families, theta=theta, on_x=True),
        st.booleans().flatmap(lambda on_x: incidents(families=families, theta=theta, on_x=on_x, sexed=True)),
        incidents(families=min(families, 2), theta=theta, lossy=True),
        incidents(families=min(families, 2), theta=theta, on_x=True, lossy=True),
    )


@st.composite
def degraded(draw: st.DrawFn, marker: Marker, sexes: tuple[Sex, ...]) -> tuple[Persons, dict[int, Weight]]:
    """Persons with rates of their own and up to two amplifications, and the oracle's P(seen | genotype) of each."""
    profiles, seen, weights = [], {}, dict[int, Weight]()
    for p, sex in enumerate(sexes):
        shown = draw(st.lists(st.frozensets(st.sampled_from(marker.alleles)), max_size=2))
        rates = ObservationRates(draw(st.sampled_from([0.1, 0.5])), 0.05, draw(st.sampled_from([0.0, 0.01])))
        profiles.append(Profile(f"V{p}", {}))
        if shown:
            single = marker.chromosome == "X" and sex == "male"
            seen[f"V{p}"] = {"M": observation_probabilities(shown, marker, rates=rates, hemizygous=single)}
            weights[p] = cache(partial(_chance, shown, marker, rates))
    return Persons(tuple(p.sample for p in profiles), sexes, tuple(profiles), (marker,), seen), weights


@st.composite
def readings(draw: st.DrawFn, marker: Marker, sex: Sex) -> Profile:
    kind = draw(st.sampled_from(["full", "full", "full", "partial", "untyped"]))
    first, second = draw(st.tuples(*[st.sampled_from(marker.alleles)] * 2))
    if marker.chromosome == "X" and sex == "male":
        second = first
    genotype = (first, None if kind == "partial" else second)
    return Profile("v", {} if kind == "untyped" else {marker.name: genotype})


def rows_of(question: FamilyQuestion) -> Iterator[tuple[int, ...]]:
    for row in product(*[(NOBODY, *some) for some in question.candidates]):
        used = [p for p in row if p != NOBODY]
        if len(used) == len(set(used)):
            yield row


def oracle_weight(small: Small, question: FamilyQuestion, row: tuple[int, ...]) -> float:
    """P(references, persons in place) / P(references, the same persons unrelated), by direct summation."""
    sexes = small.persons.sexes
    placed = {m: p for m, p in zip(question.missing, row, strict=True) if p != NOBODY}
    by_sex = math.prod(
        sex_lr(question.pedigree[m].sex, sexes[p], rates=small.persons.sex)
        for m, p in placed.items()
        if small.persons.sex
    )
    if small.marker.chromosome == "X":  # in a pairing of different sexes the X says nothing
        placed = {m: p for m, p in placed.items() if sexes[p] == question.pedigree[m].sex}
    together = by_sex * oracle_likelihood(small, question.pedigree, question.references, placed)
    strangers = {f"S{p}": Individual(f"S{p}", sexes[p]) for p in placed.values()}
    who = {code: int(code[1:]) for code in strangers}
    if small.theta:
        apart = Pedigree((*question.pedigree, *strangers.values()))
        return together / oracle_likelihood(small, apart, question.references, who)
    alone = [oracle_likelihood(small, Pedigree((one,)), {}, {code: who[code]}) for code, one in strangers.items()]
    return together / (oracle_likelihood(small, question.pedigree, question.references, {}) * math.prod(alone))


def oracle_likelihood(
    small: Small, pedigree: Pedigree, references: Mapping[str, Profile], who: Mapping[str, int]
) -> float:
    """P(references, the persons ``who`` by member) by direct summation."""
    read = {m: small.persons.profiles[p] for m, p in who.items()}
    seen = {m: small.weights[p] for m, p in who.items() if p in small.weights}
    return reference.likelihood(pedigree, {**references, **read}, small.marker, theta=small.theta, weights=seen)


def require_affordable(small: Small) -> None:
    for question in small.questions:
        assume(reference.likelihood(question.pedigree, question.references, small.marker, theta=small.theta) > 0)
        n = len(small.marker.alleles) + bool(small.marker.silent)
        work = math.prod(len(reference._genotypes(m, question.references, small.marker, n)) for m in question.pedigree)
        strangers = min(len(question.missing), len(small.weights)) if small.theta else 0
        assume(work * n ** (2 * strangers) <= STATES_OF_THE_ORACLE)


def assert_tables_agree(small: Small, tables: list[FamilyTable]) -> None:
    for question, table in zip(small.questions, tables, strict=True):
        found = {tuple(row): log for row, log in zip(table.persons.tolist(), table.log_weight, strict=True)}
        assert set(found) == set(rows_of(question))
        for row, log in found.items():
            expected = oracle_weight(small, question, row)
            assert log == (-np.inf if expected == 0 else pytest.approx(math.log(expected), rel=1e-9, abs=1e-10))


@relaxed
@given(incidents())
def test_family_table__agrees_with_the_oracle(small: Small) -> None:
    require_affordable(small)
    assert_tables_agree(small, small.tables())


@relaxed
@given(incidents())
def test_family_table__over_genotypes_agrees_with_the_oracle(small: Small) -> None:
    require_affordable(small)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(joint_likelihood, "FEW_PERSONS", -1)
        patch.setattr(joint_likelihood, "MOST_BITS", -1)
        assert_tables_agree(small, small.tables())


@relaxed
@given(st.booleans().flatmap(lambda on_x: incidents(on_x=on_x, sexed=True)), st.booleans())
def test_family_table__with_rates_of_the_sex_agrees_with_the_oracle(small: Small, over_genotypes: bool) -> None:
    """A pairing of different sexes is possible where a sample may show the other one; its X says nothing then."""
    require_affordable(small)
    with pytest.MonkeyPatch.context() as patch:
        if over_genotypes:
            patch.setattr(joint_likelihood, "FEW_PERSONS", -1)
            patch.setattr(joint_likelihood, "MOST_BITS", -1)
        assert_tables_agree(small, small.tables())


@relaxed
@given(incidents(on_x=True))
def test_family_table__on_the_x_chromosome_agrees_with_the_oracle(small: Small) -> None:
    require_affordable(small)
    assert_tables_agree(small, small.tables())


@relaxed
@given(st.booleans().flatmap(lambda on_x: incidents(on_x=on_x, lossy=True)), st.booleans())
def test_family_table__through_drop_out_agrees_with_the_oracle(small: Small, over_genotypes: bool) -> None:
    require_affordable(small)
    with pytest.MonkeyPatch.context() as patch:
        if over_genotypes:
            patch.setattr(joint_likelihood, "FEW_PERSONS", -1)
            patch.setattr(joint_likelihood, "MOST_BITS", -1)
        assert_tables_agree(small, small.tables())


@relaxed
@given(incidents(theta=False))
def test_family_table__scaling_changes_nothing(small: Small) -> None:
    require_affordable(small)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(joint_elimination, "_SAFE", 0.9)
        assert_tables_agree(small, small.tables())


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


@relaxed
@given(any_incidents(families=2, theta=False), st.sampled_from([-0.1, -1.0, -4.0]))
def test_screened_table__lists_true_weights_and_bounds_the_rest(small: Small, log_cut: float) -> None:
    require_affordable(small)
    prices = np.linspace(0.0, 1.0, len(small.persons.codes))
    for question in small.questions:
        assume(any(question.candidates))
        whole = {row: oracle_weight(small, question, row) for row in rows_of(question)}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(joint_screen, "LOG_CUT", log_cut)
            patch.setattr(joint_screen, "MOST_EXTENDED", 8)
            patch.setattr(joint_screen, "MOST_LISTED", 3)
            table = screened_table(question, small.persons, [small.marker], prices)
        listed = {tuple(row): log for row, log in zip(table.persons.tolist(), table.log_weight, strict=True)}
        for row, log in listed.items():
            assert math.exp(log) == pytest.approx(whole[row], rel=1e-8, abs=1e-12)
        paid = [
            w * math.exp(-sum(prices[p] for p in row if p != NOBODY)) for row, w in whole.items() if row not in listed
        ]
        assert math.fsum(paid) <= math.exp(table.log_left_out) * (1 + 1e-9)


@relaxed
@given(st.booleans().flatmap(lambda on_x: incidents(on_x=on_x)))
def test_family_table__rates_of_zero_change_nothing(small: Small) -> None:
    """The same genotypes as read, and as P(seen | genotype) under rates of 0."""
    seen = {code: read_exactly(small, p) for p, code in enumerate(small.persons.codes)}
    soft = replace(small.persons, observations=seen)
    for question in small.questions:
        try:
            plain = family_table(question, small.persons, [small.marker])
        except ModelError:
            continue
        found = family_table(question, soft, [small.marker])
        assert found.persons.tolist() == plain.persons.tolist()
        np.testing.assert_allclose(found.log_weight, plain.log_weight, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(soft.log_alone_each, small.persons.log_alone_each, rtol=1e-12, atol=1e-12)


def read_exactly(small: Small, p: int) -> dict[str, np.ndarray]:
    profile, sex = small.persons.profiles[p], small.persons.sexes[p]
    person = UnidentifiedPerson(small.persons.codes[p], profile, sex)
    return observe_profile(person, [small.marker], observation=AS_READ)


@relaxed
@given(st.booleans().flatmap(lambda on_x: incidents(families=1, on_x=on_x, sexed=True)))
def test_family_table__one_pairing_with_rates_of_the_sex_is_the_search(small: Small) -> None:
    require_affordable(small)
    [question] = small.questions
    assume(question.missing and 0 in question.candidates[0])
    one = replace(question, missing=question.missing[:1], candidates=((0,),))
    table = family_table(one, small.persons, [small.marker], theta=small.theta)
    target = Target("F", one.missing[0], one.pedigree, one.references)
    person = UnidentifiedPerson("V0", small.persons.profiles[0], small.persons.sexes[0])
    searched = compare(
        [target], [person], populations={"p": [small.marker]}, theta=small.theta, sex=small.persons.sex
    ).log_lr["p"][0, 0]
    assert table.log_weight[1] == pytest.approx(searched, rel=1e-9, abs=1e-10)


@relaxed
@given(incidents(families=1))
def test_family_table__one_missing_and_one_unidentified_is_the_search(small: Small) -> None:
    require_affordable(small)
    [question] = small.questions
    assume(len(question.missing) >= 1)
    one = replace(question, missing=question.missing[:1], candidates=((0,),))
    table = family_table(one, small.persons, [small.marker], theta=small.theta)
    target = Target("F", one.missing[0], one.pedigree, one.references)
    person = UnidentifiedPerson("V0", small.persons.profiles[0])
    searched = compare([target], [person], populations={"p": [small.marker]}, theta=small.theta).log_lr["p"][0, 0]
    assert table.log_weight[1] == pytest.approx(searched, rel=1e-9, abs=1e-10)


def siblings(count: int, sex: Sex = "male") -> Pedigree:
    children = [(f"M{i}", sex, "F", "M") for i in range(count)]
    return Pedigree.of(("F", "male"), ("M", "female"), ("R", "female", "F", "M"), *children)


MARKER = Marker("M", ("10", "11", "12"), (0.2, 0.3, 0.5), Stepwise(0.001, 0, 0.1), Stepwise(0.002, 0, 0.1))


def ask(count: int, *genotypes: tuple[str, str | None]) -> tuple[FamilyQuestion, Persons]:
    profiles = tuple(Profile(f"V{i}", {"M": g}) for i, g in enumerate(genotypes))
    sexes: tuple[Sex, ...] = tuple("male" for _ in profiles)
    persons = Persons(tuple(p.sample for p in profiles), sexes, profiles, (MARKER,))
    everybody = tuple(range(len(profiles)))
    missing = tuple(f"M{i}" for i in range(count))
    return FamilyQuestion(
        "F", siblings(count), missing, {"R": Profile("R", {"M": ("10", "11")})}, (everybody,) * count
    ), persons  # fmt: skip


def test_family_table__swapping_full_siblings_changes_nothing() -> None:
    question, persons = ask(2, ("10", "10"), ("11", "12"))
    table = family_table(question, persons, [MARKER])
    found = {tuple(row): log for row, log in zip(table.persons.tolist(), table.log_weight, strict=True)}
    assert found[0, 1] == pytest.approx(found[1, 0], abs=1e-12)
    assert found[0, -1] == pytest.approx(found[-1, 0], abs=1e-12)


def test_family_table__contradicting_references_are_refused_without_a_hint() -> None:
    pedigree = Pedigree.of(("R", "male"), ("C", "male", "R"), ("M0", "male", "R"))
    still = MARKER.without_mutation()
    typed = {"R": Profile("R", {"M": ("10", "10")}), "C": Profile("C", {"M": ("11", "11")})}
    persons = Persons(("V",), ("male",), (Profile("V", {"M": ("10", "10")}),), (still,))
    with pytest.raises(ModelError, match="family F: no joint likelihood") as caught:
        family_table(FamilyQuestion("F", pedigree, ("M0",), typed, ((0,),)), persons, [still])
    assert "'R'" not in str(caught.value)


def test_family_table__too_large_is_said_before_anything_is_computed() -> None:
    question, persons = ask(9, *[("10", "11")] * 9)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(joint_elimination, "MOST_ROWS", 1000)
        with pytest.raises(PlanTooLarge, match="family F"):
            family_table(question, persons, [MARKER])


def test_family_tables__theta_refuses_what_it_cannot_bound() -> None:
    question, persons = ask(2, *[("10", "11")] * 14)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(joint_screen, "MOST_LISTED", 10)
        with pytest.raises(PlanTooLarge, match="theta"):
            family_tables([question], persons, [MARKER], theta=0.01)


def test_plan__counts_partial_matchings() -> None:
    choices = joint_elimination.Open(((0, 1, 2, 3, 4),) * 5 + ((5, 6, 7),) * 3, exclusive=True)
    assert choices.count(range(8)) == 52_564


@pytest.mark.parametrize("model", [Equal(0.01), Stepwise(0.01, 0, 0.1)])
def test_lump_marker__only_where_it_is_exact(model) -> None:
    marker = Marker("M", ("10", "11", "12", "13"), (0.1, 0.2, 0.3, 0.4), model, model)
    lumped = lump_marker(marker, frozenset({"10"}))
    assert (lumped.alleles == ("10", OTHER)) == isinstance(model, Equal)


def test_lump_marker__a_matrix_that_is_nearly_lumpable_stays_whole() -> None:
    rows = [[0.97, 0.01, 0.02], [0.01, 0.98, 0.01], [0.01 + 1e-9, 0.01, 0.98 - 1e-9]]
    marker = Marker("M", ("1", "2", "3"), (0.2, 0.3, 0.5), Custom(tuple(map(tuple, rows))), Equal(0.01))
    assert lump_marker(marker, frozenset({"1"})) is marker


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


DXS = replace(MARKER, chromosome="X")


def test_family_table__x_markers_say_nothing_where_a_sex_is_not_known() -> None:
    """A family with a member of unknown sex, and a person of unknown sex untyped there: the autosomes alone."""
    pedigree = Pedigree.of(("R", "female"), ("S", "unknown", None, "R"), ("M0", "female", None, "R"))
    typed = {m: Profile(m, {"M": ("10", "11"), "DXS": ("10", "12")}) for m in ("R", "S")}
    on_x = replace(DXS, name="DXS")
    profiles = (Profile("V0", {"M": ("10", "10"), "DXS": ("10", "12")}), Profile("V1", {"M": ("10", "12")}))
    both = Persons(("V0", "V1"), ("female", "unknown"), profiles, (MARKER, on_x))
    question = FamilyQuestion("F", pedigree, ("M0",), typed, ((0, 1),))
    with_x, without = (
        family_table(question, some, some.markers, theta=theta) for some in (both, both.autosomal) for theta in (0.02,)
    )
    np.testing.assert_array_equal(with_x.log_weight, without.log_weight)
    known = replace(question, pedigree=Pedigree.of(*((m.id, "female", None, m.mother) for m in pedigree)))
    used = family_table(known, both, both.markers, theta=0.02)
    assert abs(used.log_weight[1] - without.log_weight[1]) > 0.1
    assert used.log_weight[2] == pytest.approx(without.log_weight[2], abs=1e-12)


def test_persons__a_male_with_two_x_alleles_is_refused_with_a_remedy() -> None:
    persons = Persons(("V",), ("male",), (Profile("V", {"M": ("10", "11")}),), (DXS,))
    with pytest.raises(ModelError, match=r"sample V, marker M: .*correct the sex or the genotype"):
        persons.readings  # noqa: B018


def test_persons__of_unknown_sex_typed_on_the_x_are_refused() -> None:
    with pytest.raises(ModelError, match="unknown: V"):
        Persons(("V",), ("unknown",), (Profile("V", {"M": ("10", "10")}),), (DXS,))


def test_readings__alleles_that_nobody_shows_are_one_order_and_may_be_lumped() -> None:
    """Drop-out, drop-in and error tell apart the alleles seen, and no others."""
    marker = Marker("M", tuple("abcdef"), (0.1, 0.1, 0.2, 0.2, 0.2, 0.2))
    rates = ObservationRates(0.3, 0.05, 0.01)
    chances = observation_probabilities([{"a", "b"}, {"a"}], marker, rates=rates)
    persons = Persons(("V",), ("unknown",), (Profile("V", {}),), (marker,), {"V": {"M": chances}})
    assert persons.distinguished([0]) == [frozenset({"a", "b"})]
    assert persons.orders == 3
    assert math.exp(persons.log_largest_each[0]) == pytest.approx(chances.max())
    first, second = np.triu_indices(6)
    p = np.array(marker.frequencies)
    alone = chances @ (p[first] * p[second] * np.where(first == second, 1, 2))
    assert math.exp(persons.log_alone_each[0]) == pytest.approx(alone, rel=1e-12)


def test_persons__listed_twice_are_refused() -> None:
    with pytest.raises(ModelError, match="twice"):
        Persons(("V", "V"), ("male", "male"), (Profile("a", {}), Profile("b", {})), ())


@pytest.mark.parametrize("text", ["open", "flat=2", "fraction=1.5", "open=x", "uniform"])
def test_prior__nonsense_is_refused(text: str) -> None:
    with pytest.raises(ModelError):
        JointPrior.parse(text)


def test_family_tables__too_large_an_incident_is_said_before_anything_is_computed(monkeypatch) -> None:
    question, persons = ask(2, *[("10", "11")] * 14)
    monkeypatch.setattr(joint_screen, "LARGEST_EFFORT", 1000.0)
    monkeypatch.setattr(joint_screen, "family_table", lambda *_, **__: pytest.fail("it was started"))
    with pytest.raises(PlanTooLarge, match=r"14 unidentified persons for 2 missing persons of 1 families.*sexes"):
        family_tables([question], persons, [MARKER])


def test_effort__two_hundred_fifty_without_sexes_is_large_and_ten_thousand_is_refused() -> None:
    question, _ = ask(2, ("10", "11"))
    small, large = (replace(question, candidates=(tuple(range(n)),) * 2) for n in (250, 10_000))
    assert 110 * joint_screen.effort(small, 24) < joint_screen.LARGEST_EFFORT < 4000 * joint_screen.effort(large, 24)
    middle = replace(question, candidates=(tuple(range(500)),) * 2)
    assert joint_screen.effort(middle, 24, theta=0.01) > 100 * joint_screen.effort(middle, 24)


def test_family_tables__with_theta_what_takes_minutes_is_refused_with_an_estimate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    question, persons = ask(2, *[("10", "11")] * 3)
    monkeypatch.setattr(joint_screen, "LARGEST_URN_WORK", 1.0)
    monkeypatch.setattr(joint_screen, "family_table", lambda *_, **__: pytest.fail("it was started"))
    with pytest.raises(PlanTooLarge, match=r"with theta above 0 .* minutes of one core .* family F"):
        family_tables([question], persons, [MARKER], theta=0.01)


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
