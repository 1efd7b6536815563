"""Work is planned before it is done: what is too large is set aside by name, and the rest is computed as without it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from small_search import DAY, GIVEN, donor, incident, profile
from strategies import markers, pedigrees, typings
from theta_limits import forget_plans, lower_limits

from antigone.casework.joint.solve import joint_incident
from antigone.casework.pairs.explain import explain_pair
from antigone.casework.pairs.pairs import Execution
from antigone.casework.pairs.search import SearchOutcome, search_incident
from antigone.engine.forest import tracing
from antigone.engine.sums import population, work
from antigone.engine.sums.elimination import LARGEST_WORK, MOST_VARIABLES, WORK_OF_A_STEP, make_plan
from antigone.engine.sums.likelihood import evaluate, group_markers, log_likelihoods, plan_for
from antigone.engine.sums.population import count_partitions, networks, outlines, partitions
from antigone.engine.sums.pruning import prune
from antigone.engine.sums.work import work_of
from antigone.errors import PlanTooLarge
from antigone.model.assumptions.marker import Marker
from antigone.model.incident.incident import Donor, Family, Incident
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile
from antigone.report.words.statements import say, say_all
from antigone.search.families.affordable import family_work
from antigone.search.families.reference_fit import Declared
from antigone.search.pairs.blocks import MissingFrom, usable_targets

HALF_BROTHERS = Pedigree.of(
    ("FA", "male"), ("M0", "female"), ("SON", "male", "FA", "M0"),
    *(member for n in range(1, 5) for member in ((f"M{n}", "female"), (f"H{n}", "male", "FA", f"M{n}"))),
)  # fmt: skip
"""A missing man, and four half-brothers by four untyped mothers."""
HETEROZYGOUS = (("10", "11"), ("11", "12"), ("12", "13"), ("10", "13"))
PLAIN = Marker("M", ("a", "b", "c"), (0.2, 0.3, 0.5))


@pytest.fixture
def other_limits() -> Iterator[pytest.MonkeyPatch]:
    """Limits that a test may change: what was planned under others is forgotten before and after."""
    forget_plans()
    with pytest.MonkeyPatch.context() as patch:
        yield patch
    forget_plans()


@pytest.fixture
def low_limits(other_limits: pytest.MonkeyPatch) -> None:
    lower_limits(other_limits)


def with_theta(of: Incident) -> Incident:
    return replace(of, settings=replace(of.settings, theta=0.01))


def with_large_family(of: Incident) -> Incident:
    donors = tuple(donor(f"H{n}", *HETEROZYGOUS) for n in range(1, 5))
    return replace(of, families=(*of.families, Family("LARGE", HALF_BROTHERS, ("SON",), donors)))


def search(of: Incident, execution: Execution | None = None) -> SearchOutcome:
    execution = execution or Execution()
    return search_incident(of, today=DAY, created="2026-05-01T10:00:00+00:00", command="x", execution=execution)


@pytest.mark.slow
@pytest.mark.usefixtures("low_limits")
def test_search__sets_a_family_aside_and_computes_the_others_as_without_it() -> None:
    large, plain = (search(of).result for of in (with_large_family(with_theta(incident())), with_theta(incident())))
    assert large.candidates
    assert large.candidates == plain.candidates
    assert large.unidentified == plain.unidentified
    assert (large.families[:-1], large.chance, large.pairs_compared) == (
        plain.families,
        plain.chance,
        plain.pairs_compared,
    )
    assert (large.set_aside, large.families[-1].set_aside, large.families[-1].family) == (("LARGE",), True, "LARGE")
    assert (large.pairs_excluded_by_sex, large.pairs_without_data) == (
        plain.pairs_excluded_by_sex,
        plain.pairs_without_data,
    )
    [words] = set(say_all(large.notices)) - set(say_all(plain.notices))
    assert words == (
        "family LARGE is set aside and compared with nobody (SON): the unknown founder alleles have "
        "4\u202f213\u202f597 set partitions, too many to list (limit 200\u202f000); it becomes possible with theta 0, "
        "or with a sample of FA or M1 or M2 or M3 or M4, or with leaving out the sample of H1 or H2 or H3 or H4"
    )


@pytest.mark.slow
@pytest.mark.usefixtures("low_limits")
def test_search__in_blocks_sets_the_same_family_aside() -> None:
    of = with_large_family(with_theta(incident()))
    at_once, blocks = search(of).result, search(of, Execution(block_families=1)).result
    assert [(c.unidentified, c.family) for c in blocks.candidates] == [
        (c.unidentified, c.family) for c in at_once.candidates
    ]
    assert (blocks.set_aside, blocks.pairs_compared) == (at_once.set_aside, at_once.pairs_compared)


def test_progress__tells_the_share_of_the_planned_work() -> None:
    told: list[tuple[str, int, int]] = []
    search_incident(
        with_theta(incident()),
        today=DAY,
        created="2026-05-01T10:00:00+00:00",
        command="x",
        progress=lambda step, done, of: told.append((step, done, of)),
    )
    shares = [done for step, done, of in told if step == "comparing all pairs" and of == 100]
    assert (shares[0], shares[-1]) == (0, 100)
    assert shares == sorted(shares)
    assert len(set(shares)) > 3


def test_sensitivity__of_what_takes_long_gives_no_point(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("antigone.search.one_pair.likelihood.MOST_WORK", 1.0)
    first = search(incident()).result.candidates[0]
    assert {(point.assumption, point.value) for point in first.sensitivity} == set()
    assert first.relatives == ()


@pytest.mark.usefixtures("low_limits")
def test_prior__counts_the_missing_of_a_family_set_aside() -> None:
    of = with_large_family(with_theta(incident()))
    few = replace(of, unidentified=of.unidentified[:1])
    result = search(few).result
    assert (result.prior, say(result.prior_reason)) == (1 / 3, "one over the number of missing persons (3)")


@pytest.mark.usefixtures("low_limits")
def test_joint__leaves_a_large_family_out_and_says_so() -> None:
    told: Any = {"today": DAY, "created": "2026-05-01T10:00:00+00:00", "command": "x"}
    large = joint_incident(with_large_family(with_theta(incident())), **told)
    plain = joint_incident(with_theta(incident()), **told)
    assert large.pairings == plain.pairings
    assert [words for words in say_all(large.notices) if words.startswith("family LARGE is set aside")]


@pytest.mark.usefixtures("low_limits")
def test_explain__refuses_a_large_family_by_name() -> None:
    of = with_large_family(with_theta(incident()))
    with pytest.raises(PlanTooLarge, match="family LARGE is set aside"):
        explain_pair(of, family="LARGE", missing="SON", sample="PM1", today=DAY)
    assert explain_pair(of, family="F1", missing="MP", sample="PM1", today=DAY).candidate.family == "F1"


@pytest.mark.usefixtures("low_limits")
def test_search__with_nothing_but_large_families_is_refused() -> None:
    of = with_large_family(with_theta(incident()))
    with pytest.raises(PlanTooLarge, match="family LARGE is set aside"):
        search(replace(of, families=of.families[-1:]))


@pytest.mark.slow
@pytest.mark.usefixtures("low_limits")
def test_set_aside__depends_on_nobody_s_genotypes() -> None:
    """PURPOSE.md, rule 6: half-brothers who do not fit are set aside in the same words as those who do."""
    fits = with_large_family(with_theta(incident()))
    strange = tuple(
        Donor(d.member, profile(d.profile.sample, *[(a, a) for a in ["10", "11", "12", "13"]]), GIVEN)
        for d in fits.families[-1].donors
    )
    misfit = replace(fits, families=(*fits.families[:-1], replace(fits.families[-1], donors=strange)))
    assert say_all(search(fits).result.notices) == say_all(search(misfit).result.notices)


@pytest.mark.slow
def test_references__that_cannot_be_computed_without_a_misfit_are_left_out_in_silence(
    other_limits: pytest.MonkeyPatch,
) -> None:
    """A refusal would tell that somebody did not fit."""
    other_limits.setattr(tracing, "MOST_STATES", 10)
    other_limits.setattr(work, "untyped_founders", lambda _data: [])
    other_limits.setattr(population, "LARGEST_LISTING", 100_000)
    other_limits.setattr(population, "JOINT_STATES", 1)
    names = [f"M{n}" for n in range(6)]
    usual = [Marker(name, ("a", "b", "c", "d"), (0.001, 0.333, 0.333, 0.333)) for name in names]
    brothers = {f"H{n}": Profile(f"H{n}", dict.fromkeys(names, ("a", "b"))) for n in range(1, 4)}
    typed = {"FA": Profile("FA", dict.fromkeys(names, ("c", "d"))), **brothers}
    family = MissingFrom(Declared("F", HALF_BROTHERS, typed), ("SON",))
    population_markers = {"one": tuple(usual)}
    assert family_work(family.declared, family.missing, usual, theta=0.01) > 0
    fits, [target] = usable_targets([family], population_markers, theta=0.01)
    assert {fit.member for fit in fits if fit.left_out} == {"FA", "H1", "H2", "H3"}
    assert (dict(target.references), target.gave) == ({}, ("FA", "H1", "H2", "H3"))


@pytest.mark.slow
@given(st.data())
@settings(max_examples=60, deadline=None)
def test_outlines__are_the_networks_without_their_arrays(data: st.DataObject) -> None:
    pedigree, marker = data.draw(pedigrees()), data.draw(markers())
    profiles = data.draw(typings(pedigree, marker))
    theta = data.draw(st.sampled_from([0.0, 0.02]))
    [(_, asked)] = group_markers(pedigree, profiles, [marker])
    asked = prune(asked)
    first, network = next(outlines(asked, theta)), next(networks(asked, theta))[1]
    if first.networks == 1:
        assert sorted(first.scopes) == sorted(network.scopes)
        assert first.sizes == network.sizes


@pytest.mark.slow
@given(st.data())
@settings(max_examples=40, deadline=None)
def test_work__admitted_is_at_most_a_few_times_what_was_planned(data: st.DataObject) -> None:
    """Operations are counted, not seconds: those of all networks that the sum runs through."""
    pedigree, marker = data.draw(pedigrees()), data.draw(markers())
    profiles = data.draw(typings(pedigree, marker))
    theta = data.draw(st.sampled_from([0.0, 0.02]))
    [(_, asked)] = group_markers(pedigree, profiles, [marker])
    asked = prune(asked)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(population, "JOINT_STATES", data.draw(st.sampled_from([1, 5_000])))
        patch.setattr(population, "LARGEST_LISTING", 20_000)
        try:
            found = list(networks(asked, theta))
        except PlanTooLarge:
            assume(False)
        plans = [plan_for(asked, network) for _, network in found]
        planned = sum(
            one.networks * (plan.cost + WORK_OF_A_STEP * len(plan.steps))
            for one in outlines(asked, theta)
            for plan in [make_plan(one.scopes, one.sizes).require_feasible()]
        )
        assert sum(one.networks for one in outlines(asked, theta)) == pytest.approx(len(found))
    assert sum(plan.cost + WORK_OF_A_STEP * len(plan.steps) for plan in plans) <= 3 * planned


@pytest.mark.parametrize(("things", "pairs"), [(0, 0), (1, 0), (4, 2), (5, 1), (6, 3), (7, 2), (8, 4)])
def test_count_partitions__is_the_number_of_those_listed(things: int, pairs: int) -> None:
    exchangeable = tuple((2 * pair, 2 * pair + 1) for pair in range(pairs))
    assert count_partitions(things, pairs) == len(partitions(things, exchangeable))


def test_work__of_a_sum_that_is_too_large_is_refused_before_it_starts(other_limits: pytest.MonkeyPatch) -> None:
    typed = {f"H{n}": Profile(f"H{n}", {"M": ("a", "b")}) for n in (1, 2, 3, 4)}
    [(_, asked)] = group_markers(HALF_BROTHERS, typed, [PLAIN])
    assert work_of(prune(asked), 0.01).operations <= LARGEST_WORK  # 10,457 networks of some 20 steps
    forget_plans()
    other_limits.setattr(work, "LARGEST_WORK", 1e6)
    other_limits.setattr(tracing, "MOST_STATES", 100)
    other_limits.setattr(work, "untyped_founders", lambda _data: [])
    with pytest.raises(PlanTooLarge, match=r"about 5e\+09 multiplications \(limit 1e\+06\)"):
        evaluate(asked, theta=0.01)


def test_chain_of_generations__is_computed_or_refused_never_endless() -> None:
    def chain(length: int) -> Pedigree:
        return Pedigree.of(("I0", "male"), *((f"I{n}", "male", f"I{n - 1}", None) for n in range(1, length)))

    ends = {name: Profile(name, {"M": ("a", "a")}) for name in ("I0", "I399")}
    [log] = log_likelihoods(chain(400), ends, [PLAIN])
    # Related by 399 meioses: as good as unrelated.
    assert log == pytest.approx(2 * np.log(0.04), abs=1e-9)
    assert MOST_VARIABLES == 5_000
    with pytest.raises(PlanTooLarge, match=r"unknowns that matter \(limit 5,000\)"):
        make_plan(tuple((n, n + 1) for n in range(6_000)), (2,) * 6_001)
