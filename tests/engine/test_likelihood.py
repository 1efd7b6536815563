"""The engine against formulas, the oracle, and the laws a likelihood obeys."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations_with_replacement

import numpy as np
import pytest
import reference
import strategies
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from antigone.engine.sums import elimination, population
from antigone.engine.sums.elimination import execute, make_plan
from antigone.engine.sums.likelihood import genotype_distribution, likelihood_ratio, log_likelihood, log_likelihoods
from antigone.errors import ModelError, PlanTooLarge
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.mutation import Custom, Equal, Stepwise
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.profile import Profile

STATES_OF_THE_ORACLE = 20_000
relaxed = settings(
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow], deadline=None, max_examples=80
)


def typed(**genotypes: tuple[str, str | None]) -> dict[str, Profile]:
    return {member: Profile(f"S-{member}", {"M": genotype}) for member, genotype in genotypes.items()}


def oracle_is_affordable(pedigree: Pedigree, profiles: dict[str, Profile], marker: Marker) -> bool:
    work = math.prod(
        len(reference._genotypes(m, profiles, marker, len(marker.alleles) + bool(marker.silent))) for m in pedigree
    )
    return work <= STATES_OF_THE_ORACLE


def assert_agrees(pedigree: Pedigree, profiles: dict[str, Profile], marker: Marker, theta: float) -> None:
    assume(oracle_is_affordable(pedigree, profiles, marker))
    expected = reference.likelihood(pedigree, profiles, marker, theta=theta)
    found = log_likelihood(pedigree, profiles, marker, theta=theta)
    if expected == 0.0:
        assert found == -np.inf
    else:
        assert found == pytest.approx(math.log(expected), rel=1e-9, abs=1e-11)


@pytest.mark.slow
@relaxed
@given(st.data())
def test_likelihood__agrees_with_the_oracle(data: st.DataObject) -> None:
    pedigree = data.draw(strategies.pedigrees(inbred_founders=True))
    marker = data.draw(strategies.markers())
    assert_agrees(pedigree, data.draw(strategies.typings(pedigree, marker)), marker, 0.0)


@pytest.mark.slow
@relaxed
@given(st.data())
def test_likelihood__with_theta_agrees_with_the_oracle(data: st.DataObject) -> None:
    pedigree = data.draw(strategies.pedigrees(6))
    marker = data.draw(strategies.markers())
    profiles = data.draw(strategies.typings(pedigree, marker))
    assert_agrees(pedigree, profiles, marker, data.draw(st.sampled_from([0.01, 0.3])))


@pytest.mark.slow
@relaxed
@given(st.data())
def test_likelihood__on_the_x_chromosome_agrees_with_the_oracle(data: st.DataObject) -> None:
    pedigree = data.draw(strategies.pedigrees(inbred_founders=False))
    marker = data.draw(strategies.markers(on_x=True))
    profiles = data.draw(strategies.typings(pedigree, marker))
    assert_agrees(pedigree, profiles, marker, data.draw(st.sampled_from([0.0, 0.05])))


@pytest.mark.slow
@relaxed
@given(st.data())
def test_theta__set_partitions_agree_with_the_joint_urn(data: st.DataObject) -> None:
    pedigree = data.draw(strategies.pedigrees(6))
    marker = data.draw(strategies.markers())
    profiles = data.draw(strategies.typings(pedigree, marker))
    assume(sum(m.is_founder and m.id not in profiles for m in pedigree) <= 3)
    joint = log_likelihood(pedigree, profiles, marker, theta=0.1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(population, "JOINT_STATES", 1)
        try:
            summed = log_likelihood(pedigree, profiles, marker, theta=0.1)
        except PlanTooLarge:
            assume(False)
    assert summed == pytest.approx(joint, rel=1e-10, abs=1e-11)


@pytest.mark.slow
@relaxed
@given(st.data())
def test_genotype_distribution__agrees_with_the_oracle(data: st.DataObject) -> None:
    pedigree = data.draw(strategies.pedigrees(5))
    marker = data.draw(strategies.markers(silent=False))
    profiles = data.draw(strategies.typings(pedigree, marker))
    theta = data.draw(st.sampled_from([0.0, 0.05]))
    target = data.draw(st.sampled_from([m.id for m in pedigree]))
    profiles.pop(target, None)
    assume(oracle_is_affordable(pedigree, profiles, marker))
    total = reference.likelihood(pedigree, profiles, marker, theta=theta)
    assume(total > 0)
    found = genotype_distribution(pedigree, profiles, marker, target=target, theta=theta)
    for genotype in combinations_with_replacement(marker.alleles, 2):
        with_target = profiles | {target: Profile("t", {"M": genotype})}
        expected = reference.likelihood(pedigree, with_target, marker, theta=theta) / total
        assert found.get(genotype, 0.0) == pytest.approx(expected, rel=1e-9, abs=1e-13)


@pytest.mark.slow
@relaxed
@given(st.data())
def test_genotype_distribution__sums_to_one(data: st.DataObject) -> None:
    pedigree = data.draw(strategies.pedigrees(7))
    marker = data.draw(strategies.markers())
    profiles = data.draw(strategies.typings(pedigree, marker))
    target = pedigree.individuals[0].id
    profiles.pop(target, None)
    assume(log_likelihood(pedigree, profiles, marker) > -np.inf)
    found = genotype_distribution(pedigree, profiles, marker, target=target)
    assert math.fsum(found.values()) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.slow
@relaxed
@given(st.data())
def test_likelihood__is_unchanged_by_reordering_and_by_an_untyped_child(data: st.DataObject) -> None:
    pedigree = data.draw(strategies.pedigrees(7))
    marker = data.draw(strategies.markers())
    profiles = data.draw(strategies.typings(pedigree, marker))
    before = log_likelihood(pedigree, profiles, marker)
    child = Individual("new", "female", next((m.id for m in pedigree if m.sex == "male"), None), None)
    larger = Pedigree((child, *reversed(pedigree.individuals)))
    assert log_likelihood(larger, profiles, marker) == pytest.approx(before, rel=1e-11, abs=1e-12)


def test_likelihood__hand_formulas() -> None:
    p, q = 0.3, 0.7
    marker = Marker("M", ("a", "b"), (p, q))
    alone = Pedigree.of(("X", "female"))
    duo = Pedigree.of(("F", "male"), ("C", "male", "F", None))
    assert math.exp(log_likelihood(alone, typed(X=("a", "a")), marker)) == pytest.approx(p * p)
    assert math.exp(log_likelihood(alone, typed(X=("a", None)), marker)) == pytest.approx(1 - q * q)
    assert math.exp(log_likelihood(duo, typed(F=("a", "a"), C=("a", "b")), marker)) == pytest.approx(p * p * q)
    sibs = Pedigree.of(("F", "male"), ("M", "female"), ("A", "male", "F", "M"), ("B", "male", "F", "M"))
    expected = p**2 * (0.25 + 0.5 * p + 0.25 * p**2)
    assert math.exp(log_likelihood(sibs, typed(A=("a", "a"), B=("a", "a")), marker)) == pytest.approx(expected)


def test_likelihood__theta_follows_balding_and_nichols() -> None:
    p, theta = 0.2, 0.03
    marker = Marker("M", ("a", "b"), (p, 1 - p))
    two = Pedigree.of(("X", "male"), ("Y", "male"))
    both = math.exp(log_likelihood(two, typed(X=("a", "a"), Y=("a", "a")), marker, theta=theta))
    one = math.exp(log_likelihood(two, typed(X=("a", "a")), marker, theta=theta))
    expected = (2 * theta + (1 - theta) * p) * (3 * theta + (1 - theta) * p) / ((1 + theta) * (1 + 2 * theta))
    assert both / one == pytest.approx(expected, rel=1e-12)


def test_likelihood__unconnected_pedigrees_multiply() -> None:
    marker = Marker("M", ("10", "11", "12"), (0.2, 0.3, 0.5), Stepwise(0.01), Stepwise(0.02))
    one = Pedigree.of(("F", "male"), ("C", "male", "F", None))
    both = Pedigree((*one, *(replace(m, id="2" + m.id, father=m.father and "2" + m.father) for m in one)))
    first, second = typed(F=("10", "10"), C=("11", "12")), {"2C": Profile("s", {"M": ("11", "12")})}
    apart = log_likelihood(one, first, marker) + log_likelihood(one, {"C": second["2C"]}, marker)
    assert log_likelihood(both, first | second, marker) == pytest.approx(apart, rel=1e-12)


def test_likelihood__impossible_data_is_minus_infinity_exactly() -> None:
    marker = Marker("M", ("a", "b"), (0.5, 0.5))
    duo = Pedigree.of(("F", "male"), ("C", "male", "F", None))
    assert log_likelihood(duo, typed(F=("a", "a"), C=("b", "b")), marker) == -np.inf


def test_likelihood__tiny_values_do_not_underflow() -> None:
    rate = 1e-200
    marker = Marker("M", ("a", "b"), (0.5, 0.5), Equal(rate), Equal(rate))
    chain = Pedigree.of(("F", "male"), *((f"C{i}", "male", "F", None) for i in range(4)))
    data = typed(F=("a", "a"), **{f"C{i}": ("b", "b") for i in range(4)})
    expected = math.log(0.25) + 4 * (math.log(rate) + math.log(0.5))
    assert log_likelihood(chain, data, marker) == pytest.approx(expected, rel=1e-12)


def test_execute__log_space_agrees_with_linear_space() -> None:
    rng = np.random.default_rng(1)
    scopes = ((0, 1), (1, 2), (2, 0, 3), (3,))
    sizes = (3, 4, 2, 5)
    factors = [rng.random((6, *(sizes[v] for v in scope))) for scope in scopes]
    plan = make_plan(scopes, sizes, (3,))
    linear = execute(plan, factors)
    expected = np.log(np.einsum("zab,zbc,zcad,zd->zd", *factors))
    logs = np.concatenate([elimination._run_in_log_space(plan, factors, i) for i in range(6)])
    np.testing.assert_allclose(linear, expected, rtol=1e-12)
    np.testing.assert_allclose(logs, expected, rtol=1e-12)


def test_plan__too_large_is_refused_with_its_size() -> None:
    everyone = tuple(range(12))
    plan = make_plan((everyone,), (20,) * 12)
    with pytest.raises(PlanTooLarge, match="4,096,000,000,000,000 elements"):
        plan.require_feasible()


def test_plan__is_printable() -> None:
    text = str(make_plan(((0,), (0, 1), (1,)), (3, 2)))
    assert "multiplications" in text
    assert "largest array" in text


def test_log_likelihoods__a_batch_of_markers_equals_one_by_one() -> None:
    trio = Pedigree.of(("F", "male"), ("M", "female"), ("C", "male", "F", "M"))
    ladders = [("8", "9"), ("8", "9", "9.3", "10"), ("8", "9", "10")]
    several = [
        Marker(f"L{i}", ladder, (1 / len(ladder),) * len(ladder), Stepwise(0.01, 0.001), Equal(0.002))
        for i, ladder in enumerate(ladders)
    ]
    profiles = {
        "F": Profile("f", {"L0": ("8", "9"), "L1": ("9", "9.3"), "L2": ("8", None)}),
        "C": Profile("c", {"L0": ("8", "8"), "L1": ("10", "8"), "L2": ("10", "9")}),
    }
    together = log_likelihoods(trio, profiles, several)
    assert together == pytest.approx([log_likelihood(trio, profiles, m) for m in several], rel=1e-13)


def test_likelihood_ratio__requires_the_same_persons() -> None:
    duo, alone = Pedigree.of(("F", "male"), ("C", "male", "F", None)), Pedigree.of(("F", "male"))
    marker = Marker("M", ("a", "b"), (0.5, 0.5))
    with pytest.raises(ModelError, match="H2 has no member C"):
        likelihood_ratio(duo, alone, typed(F=("a", "a"), C=("a", "a")), [marker])


def test_likelihood_ratio__is_undefined_where_both_hypotheses_are_impossible() -> None:
    duo = Pedigree.of(("F", "male"), ("C", "male", "F", None))
    ratio = likelihood_ratio(duo, duo, typed(F=("a", "a"), C=("b", "b")), [Marker("M", ("a", "b"), (0.5, 0.5))])
    assert ratio.log_by_marker == {"M": None}
    assert ratio.log_total is None


def test_mean_likelihood_ratio_under_h2_is_one() -> None:
    """Sum over all genotypes of P(g | unrelated) * LR(g) = 1, whatever the pedigree."""
    marker = Marker("M", ("10", "11", "12"), (0.2, 0.3, 0.5), Stepwise(0.05), Stepwise(0.02))
    uncle = Pedigree.of(
        ("GF", "male"),
        ("GM", "female"),
        ("U", "male", "GF", "GM"),
        ("F", "male", "GF", "GM"),
        ("C", "male", "F", None),
    )
    given_uncle = genotype_distribution(uncle, typed(U=("10", "11")), marker, target="C")
    alone = genotype_distribution(Pedigree.of(("C", "male")), {}, marker, target="C")
    assert sum(alone[g] * (given_uncle.get(g, 0.0) / alone[g]) for g in alone) == pytest.approx(1.0, abs=1e-12)


def test_likelihood__refuses_an_allele_outside_the_ladder_without_naming_it() -> None:
    alone = Pedigree.of(("X", "male"))
    with pytest.raises(ModelError, match="sample S-X, marker M: 1 allele") as refusal:
        log_likelihood(alone, typed(X=("a", "zz")), Marker("M", ("a", "b"), (0.5, 0.5)))
    assert "zz" not in str(refusal.value)


def test_likelihood__refuses_theta_with_founder_inbreeding() -> None:
    inbred = Pedigree((Individual("X", "male", founder_inbreeding=0.1),))
    with pytest.raises(ModelError, match="cannot be combined"):
        log_likelihood(inbred, typed(X=("a", "a")), Marker("M", ("a", "b"), (0.5, 0.5)), theta=0.01)


def test_custom_matrix__forced_mutation_is_read_from_the_right_sex() -> None:
    never, always = Custom(((1.0, 0.0), (0.0, 1.0))), Custom(((0.0, 1.0), (1.0, 0.0)))
    marker = Marker("M", ("a", "b"), (0.5, 0.5), female=never, male=always)
    father = Pedigree.of(("P", "male"), ("C", "male", "P", None))
    assert log_likelihood(father, typed(P=("a", "a"), C=("a", "a")), marker) == -np.inf
    assert math.exp(log_likelihood(father, typed(P=("a", "a"), C=("b", "b")), marker)) == pytest.approx(0.125)
