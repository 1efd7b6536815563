"""The ways to a sum with theta agree: tracing gene copies, a couple's table, elimination; and with the plain oracle."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce

import numpy as np
import pytest
import reference
import strategies
import theta_limits
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from antigone.engine.arrays import Array
from antigone.engine.forest import sums, tracing, twin
from antigone.engine.forest.couple import CouplePlan
from antigone.engine.forest.tracing import Descent, trace
from antigone.engine.sums import likelihood, population
from antigone.engine.sums.factors import Data
from antigone.engine.sums.likelihood import _run, evaluate, genotype_pairs, group_markers, log_likelihood
from antigone.engine.sums.population import networks
from antigone.engine.sums.pruning import prune
from antigone.engine.sums.theta import couple_table_logs, founder_table_logs, traced_logs, untyped_founders
from antigone.engine.sums.work import work_of
from antigone.errors import PlanTooLarge
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.mutation import Equal, MutationModel, NoMutation, Stepwise
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile
from antigone.search.families.family_table import with_stranger

Way = Callable[[Data, float], Array]
relaxed = settings(
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow], deadline=None, max_examples=30
)
LADDER = Marker(
    "M", ("10", "11", "12", "13"), (0.1, 0.2, 0.3, 0.4), Stepwise(0.01, 1e-6, 0.1), Stepwise(0.02, 1e-6, 0.1)
)
UNCLE = Pedigree.of(
    ("GF", "male"), ("GM", "female"), ("F", "male", "GF", "GM"), ("U", "male", "GF", "GM"), ("M", "female"),
    ("MP", "male", "F", "M"),
)  # fmt: skip
COUSIN = Pedigree.of(
    *((m.id, m.sex, m.father, m.mother) for m in UNCLE), ("W", "female"), ("C", "female", "U", "W")
)  # fmt: skip
SIBLINGS = Pedigree.of(
    ("F", "male"), ("M", "female"), *((c, "male", "F", "M") for c in ("MP", "S1", "S2", "S3"))
)  # fmt: skip
INBRED = Pedigree.of(
    ("GF", "male"), ("GM", "female"), ("F", "male", "GF", "GM"), ("M", "female", "GF", "GM"), ("MP", "male", "F", "M"),
    ("S", "female", "F", "M"),
)  # fmt: skip


def typed(**genotypes: tuple[str, str | None]) -> dict[str, Profile]:
    return {member: Profile(f"S-{member}", {"M": genotype}) for member, genotype in genotypes.items()}


def by_elimination(data: Data, theta: float) -> Array:
    parts = [np.log(times) + _run(data, network) for times, network in networks(data, theta)]
    total = reduce(np.logaddexp, parts)
    return np.broadcast_to(total, (len(data.observed), *total.shape[1:]))


def by_a_founder(data: Data, theta: float) -> Array:
    founders = untyped_founders(data)
    assume(founders)
    return founder_table_logs(data, theta, founders[-1])


def asked(pedigree: Pedigree, profiles: dict[str, Profile], marker: Marker, target: str | None = None) -> Data:
    [(_, data)] = group_markers(pedigree, profiles, [marker], open_members=[target] if target else [])
    return prune(data)


def assert_agree(way: Way, data: Data, theta: float) -> None:
    try:
        expected, found = by_elimination(data, theta), way(data, theta)
    except PlanTooLarge:
        assume(False)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.slow
@relaxed
@given(st.data(), st.sampled_from([traced_logs, couple_table_logs, by_a_founder]), st.booleans())
def test_ways__agree_with_elimination_on_any_pedigree(data: st.DataObject, way: Way, on_x: bool) -> None:
    pedigree = data.draw(strategies.pedigrees(5))
    marker = data.draw(strategies.markers(on_x=on_x))
    profiles = data.draw(strategies.typings(pedigree, marker))
    target = data.draw(st.sampled_from([None, *(m.id for m in pedigree if m.id not in profiles)]))
    own = asked(pedigree, profiles, marker, target)
    theta = data.draw(st.sampled_from([0.01, 0.3]))
    assert_agree(way, own, theta)
    if target:
        assert_agree(way, prune(with_stranger(own)), theta)


@relaxed
@given(st.data(), st.sampled_from([NoMutation(), Equal(0.02), Stepwise(0.01, 1e-6, 0.1)]), st.booleans())
def test_likelihood__alleles_that_nobody_shows_are_one_and_change_nothing(
    data: st.DataObject, model: MutationModel, on_x: bool
) -> None:
    silent = data.draw(st.sampled_from([0.0, 0.1]))
    p = tuple(share * (1 - silent) for share in LADDER.frequencies)
    marker = Marker("M", LADDER.alleles, p, model, model, silent, "X" if on_x else "autosomal")
    pedigree = data.draw(strategies.pedigrees(4))
    shown = Marker("M", ("11", "13"), (0.5, 0.5), chromosome=marker.chromosome)
    profiles = data.draw(strategies.typings(pedigree, shown))
    found = log_likelihood(pedigree, profiles, marker, theta=0.03)
    whole = evaluate(asked(pedigree, profiles, marker), theta=0.03)[0]
    assert found == pytest.approx(whole, rel=1e-12, abs=1e-12)
    assert math.exp(found) == pytest.approx(reference.likelihood(pedigree, profiles, marker, theta=0.03), rel=1e-9)


def test_likelihood__without_mutation_a_long_ladder_costs_what_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    def evaluated(data: Data, *, theta: float) -> Array:
        sizes.append(data.ladder.size)
        return evaluate(data, theta=theta)

    monkeypatch.setattr(likelihood, "evaluate", evaluated)
    marker = Marker("M", tuple(map(str, range(20))), (0.05,) * 20)
    log_likelihood(UNCLE, typed(U=("1", "2"), MP=("2", None)), marker, theta=0.03)
    log_likelihood(UNCLE, typed(U=("1", "2"), MP=("2", None)), marker)
    assert sizes == [3, 20]


@st.composite
def large_families(draw: st.DrawFn) -> tuple[Pedigree, str]:
    """A couple with two to four children; somebody is asked about: a child, a grandchild, or one of the couple."""
    children = [(f"C{n}", draw(st.sampled_from(["male", "female"])), "F", "M") for n in range(draw(st.integers(2, 4)))]
    pedigree = Pedigree.of(
        ("F", "male"), ("M", "female"), *children, ("D", "male", "F", "M"), ("W", "female"), ("G", "female", "D", "W")
    )
    return pedigree, draw(st.sampled_from(["D", "G", "F", "M"]))


@pytest.mark.slow
@relaxed
@given(st.data(), large_families(), st.booleans())
def test_couple__agrees_with_elimination(data: st.DataObject, family: tuple[Pedigree, str], on_x: bool) -> None:
    pedigree, target = family
    marker = data.draw(strategies.markers(on_x=on_x, most_alleles=2))
    profiles = data.draw(strategies.typings(pedigree, marker))
    read = {m: p for m, p in profiles.items() if m.startswith("C")}
    own = asked(pedigree, read, marker, target)
    assert_agree(couple_table_logs, own, 0.05)
    assert_agree(couple_table_logs, prune(with_stranger(own)), 0.05)


@pytest.mark.slow
@relaxed
@given(st.data(), st.sampled_from([traced_logs, couple_table_logs]), st.booleans())
def test_ways__of_readings_through_an_observation_model_agree_with_the_oracle(
    data: st.DataObject, way: Way, on_x: bool
) -> None:
    pedigree = data.draw(strategies.pedigrees(5))
    marker = data.draw(strategies.markers(on_x=on_x))
    profiles = data.draw(strategies.typings(pedigree, marker))
    seen = data.draw(st.sampled_from(list(pedigree)))
    profiles.pop(seen.id, None)
    assume(len(pedigree) - len(profiles) <= 3)
    single = on_x and seen.sex == "male"
    pairs = genotype_pairs(len(marker.alleles) + (marker.silent > 0), hemizygous=single)
    chances = data.draw(st.lists(st.sampled_from([0.0, 0.1, 0.9]), min_size=len(pairs), max_size=len(pairs)))
    table = {tuple(pair): chance for pair, chance in zip(pairs.tolist(), chances, strict=True)}
    weights = {seen.id: lambda genotype: table[min(genotype), max(genotype)]}
    expected = reference.likelihood(pedigree, profiles, marker, theta=0.1, weights=weights)
    observed = {seen.id: {marker.name: np.array(chances)}}
    [(_, own)] = group_markers(pedigree, profiles, [marker], observations=observed)
    try:
        [found] = way(prune(own), 0.1)
    except PlanTooLarge:
        assume(False)
    assert found == (pytest.approx(math.log(expected), rel=1e-9, abs=1e-11) if expected else -np.inf)


@pytest.mark.slow
@pytest.mark.parametrize("pedigree", [UNCLE, COUSIN, INBRED])
def test_tracing__compiled_in_numbers_and_in_logarithms_are_the_same(
    pedigree: Pedigree, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("numba")
    profiles = {"C": ("10", "11"), "U": ("10", "11"), "S": ("11", "11")}
    read = {m: Profile(m, {"M": g}) for m, g in profiles.items() if m in pedigree and (m != "U" or "C" not in pedigree)}
    own = asked(pedigree, read, LADDER, "MP")
    plain = traced_logs(own, 0.02)
    monkeypatch.setattr(sums, "WORTH_COMPILED", 0.0)
    np.testing.assert_allclose(traced_logs(own, 0.02), plain, rtol=1e-13, atol=1e-13)
    monkeypatch.setattr(twin, "_LOG_TINY", np.inf)
    monkeypatch.setattr(twin, "_REPRESENTABLE", np.inf)
    np.testing.assert_allclose(traced_logs(own, 0.02), plain, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("way", [traced_logs, couple_table_logs])
def test_ways__keep_what_would_underflow(way: Way) -> None:
    """Three children, each of whom needs steps of 1e-150: in plain numbers the sum would be 0."""
    rare = Marker("M", ("10", "11"), (0.5, 0.5), Stepwise(1e-150), Stepwise(1e-150))
    children = typed(S1=("10", "10"), S2=("11", "11"), S3=("10", "10"))
    parents = typed(F=("10", "10"), M=("10", "10"))
    own = asked(SIBLINGS, children | {"F": parents["F"]}, rare)
    if way is couple_table_logs:
        uncertain = Marker("M", ("10", "11"), (0.5, 0.4), Stepwise(1e-150), Stepwise(1e-150), 0.1)
        own = asked(SIBLINGS, children | parents, uncertain)
    [found], [expected] = way(own, 0.01), by_elimination(own, 0.01)
    assert found == pytest.approx(expected, rel=1e-12)


def test_way__is_the_cheapest() -> None:
    wide = Marker("M", tuple(str(allele) for allele in range(10, 30)), (0.05,) * 20)
    uncle = asked(UNCLE, typed(U=("10", "11")), LADDER, "MP")
    siblings = asked(SIBLINGS, typed(S1=("10", "11"), S2=("10", "12"), S3=("10", "13")), LADDER, "MP")
    assert work_of(uncle, 0.01).way == "tracing"
    assert {work_of(data, 0.0).way for data in (uncle, siblings)} == {"elimination"}
    brothers = (m for n in range(5) for m in ((f"M{n}", "female"), (f"H{n}", "male", "F", f"M{n}")))
    read = {f"H{n}": Profile(f"H{n}", {"M": ("10", "11")}) for n in range(1, 5)}
    assert work_of(asked(Pedigree.of(("F", "male"), *brothers), read, wide, "H0"), 0.01).way == "founder"
    large = Pedigree.of(*((m.id, m.sex, m.father, m.mother) for m in SIBLINGS), ("S4", "male", "F", "M"))
    four = asked(large, typed(S1=("10", "11"), S2=("10", "12"), S3=("10", "13"), S4=("11", "13")), wide, "MP")
    assert work_of(four, 0.01).way == "couple"


def test_way__falls_back_where_there_are_too_many_ways_to_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    read = typed(C=("10", "11"))
    expected = log_likelihood(COUSIN, read, LADDER, theta=0.02)
    monkeypatch.setattr(tracing, "MOST_STATES", 1)
    monkeypatch.setattr(population, "JOINT_STATES", 1)
    theta_limits.forget_plans()
    with pytest.raises(PlanTooLarge, match="more than 1 ways"):
        trace(Descent(((-1, -1), (0, -1)), ((0, 1), (0, 1)), (0, 2), (False, False), open=0))
    assert by_elimination(asked(COUSIN, read, LADDER), 0.02)[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.slow
@relaxed
@given(st.data(), large_families(), st.booleans())
def test_couple__with_the_genotypes_of_one_in_turn_is_the_same(
    data: st.DataObject, family: tuple[Pedigree, str], on_x: bool
) -> None:
    pedigree, target = family
    marker = data.draw(strategies.markers(on_x=on_x, most_alleles=2))
    profiles = data.draw(strategies.typings(pedigree, marker))
    own = asked(pedigree, {m: p for m, p in profiles.items() if m.startswith("C")}, marker, target)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CouplePlan, "in_turn", lambda plan, _n: plan.orders > 1)
        assert_agree(couple_table_logs, own, 0.05)
        assert_agree(couple_table_logs, prune(with_stranger(own)), 0.05)
