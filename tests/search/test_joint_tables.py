"""What each family says of its places, against the oracle; readings, lumping, and what is refused."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from joint_oracle import (
    MARKER,
    Small,
    any_incidents,
    ask,
    incidents,
    oracle_weight,
    relaxed,
    require_affordable,
    rows_of,
)

from antigone.engine.mutation.lumping import OTHER, lump_marker
from antigone.engine.observation import observation_probabilities
from antigone.errors import ModelError, PlanTooLarge
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.mutation import Custom, Equal, Stepwise
from antigone.model.assumptions.observation import AS_READ, ObservationRates
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile
from antigone.search.families.family_table import Target
from antigone.search.joint import elimination as joint_elimination
from antigone.search.joint import likelihood as joint_likelihood
from antigone.search.joint import screen as joint_screen
from antigone.search.joint.likelihood import FamilyTable, family_table
from antigone.search.joint.persons import Persons
from antigone.search.joint.question import NOBODY, FamilyQuestion
from antigone.search.joint.screen import family_tables, screened_table
from antigone.search.pairs.comparison import compare
from antigone.search.remains.readings import observe_profile

pytestmark = pytest.mark.slow


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
