"""The frequency rule and the shared ladder, by hand numbers."""

from __future__ import annotations

import math

import pytest

from antigone.engine.frequencies import markers_of, sorted_alleles, union_ladder
from antigone.errors import ModelError
from antigone.model.assumptions.frequency import FrequencyRule, FrequencyTable
from antigone.model.assumptions.mutation import Equal, NoMutation, Stepwise
from antigone.model.incident.settings import MutationChoice

NORTH = FrequencyTable(
    "north", {"M": {"9": 0.395, "10": 0.6, "11": 0.005}, "K": {"A": 0.3, "B": 0.7}}, {"M": 100}, silent={"K": 0.0}
)
AS_IT_STANDS = FrequencyRule(minimum_count=0, minimum=0)
NO_MUTATION = MutationChoice()


def test_markers_of__raises_rare_and_unseen_alleles_then_rescales() -> None:
    (marker,) = markers_of(NORTH, ["M"], seen={"M": {"9.3", "10"}}, rule=FrequencyRule(), mutation=NO_MUTATION)
    assert marker.alleles == ("9", "9.3", "10", "11")
    total = 0.395 + 0.05 + 0.6 + 0.05
    assert marker.frequencies == pytest.approx([0.395 / total, 0.05 / total, 0.6 / total, 0.05 / total], abs=1e-15)


def test_markers_of__uses_the_minimum_where_the_sample_size_is_not_stated() -> None:
    (marker,) = markers_of(NORTH, ["K"], seen={"K": ["C"]}, rule=FrequencyRule(minimum=0.01), mutation=NO_MUTATION)
    assert marker.alleles == ("A", "B", "C")
    assert marker.frequencies == pytest.approx([0.3 / 1.01, 0.7 / 1.01, 0.01 / 1.01], abs=1e-15)


def test_markers_of__leaves_the_silent_share_alone() -> None:
    table = FrequencyTable("south", {"M": {"9": 0.36, "10": 0.54}}, {"M": 100}, silent={"M": 0.1})
    (marker,) = markers_of(table, ["M"], seen={"M": ["11"]}, rule=FrequencyRule(), mutation=NO_MUTATION)
    assert marker.silent == 0.1
    assert marker.frequencies == pytest.approx([0.36 * 0.9 / 0.95, 0.54 * 0.9 / 0.95, 0.05 * 0.9 / 0.95], abs=1e-15)
    assert math.fsum(marker.frequencies) == pytest.approx(0.9, abs=1e-15)


def test_markers_of__takes_the_table_as_it_stands() -> None:
    (marker,) = markers_of(
        NORTH, ["M"], seen={"M": ["9"]}, rule=AS_IT_STANDS, mutation=NO_MUTATION, ladder={"M": ["12"]}
    )
    assert marker.alleles == ("9", "10", "11", "12")
    assert marker.frequencies == pytest.approx([0.395, 0.6, 0.005, 0.0], abs=1e-15)


def test_markers_of__keeps_the_order_asked_for_and_the_mutation_of_each_marker() -> None:
    choice = MutationChoice(female=Equal(0.001), male=Equal(0.002), by_marker={"M": (NoMutation(), Stepwise(0.1))})
    first, second = markers_of(NORTH, ["M", "K"], seen={}, rule=FrequencyRule(), mutation=choice)
    assert (first.name, first.female, first.male) == ("M", NoMutation(), Stepwise(0.1))
    assert (second.name, second.female, second.male) == ("K", Equal(0.001), Equal(0.002))


def test_markers_of__populations_share_a_ladder() -> None:
    south = FrequencyTable("south", {"M": {"8": 0.5, "10": 0.5}}, {"M": 80})
    ladder = {"M": union_ladder([NORTH, south], "M")}
    both = [
        markers_of(table, ["M"], seen={"M": ["12"]}, rule=FrequencyRule(), mutation=NO_MUTATION, ladder=ladder)[0]
        for table in (NORTH, south)
    ]
    assert both[0].alleles == both[1].alleles == ("8", "9", "10", "11", "12")
    assert all(p > 0 for marker in both for p in marker.frequencies)


def test_markers_of__names_every_missing_marker_at_once() -> None:
    with pytest.raises(ModelError, match="'north' has no frequencies for 2 of 3 markers: X1, X2; add"):
        markers_of(NORTH, ["X1", "M", "X2"], seen={}, rule=FrequencyRule(), mutation=NO_MUTATION)


def test_markers_of__refuses_unseen_alleles_without_telling_them() -> None:
    with pytest.raises(ModelError) as refusal:
        markers_of(NORTH, ["M", "K"], seen={"M": ["77.7", "88", "9"]}, rule=AS_IT_STANDS, mutation=NO_MUTATION)
    assert "M (2)" in str(refusal.value)
    assert "K (" not in str(refusal.value)
    assert "77.7" not in str(refusal.value)


def test_markers_of__refuses_a_table_that_is_far_from_1() -> None:
    table = FrequencyTable("broken", {"M": {"9": 0.4, "10": 0.5}}, {"M": 100})
    with pytest.raises(ModelError, match=r"'broken', marker M: the frequencies sum to 0\.9, expected 1"):
        markers_of(table, ["M"], seen={}, rule=FrequencyRule(), mutation=NO_MUTATION)


def test_markers_of__refuses_a_sum_above_1_without_rescaling() -> None:
    rule = FrequencyRule(rescale=False)
    with pytest.raises(ModelError, match=r"sum to 1\.045 after the minimum"):
        markers_of(NORTH, ["M"], seen={}, rule=rule, mutation=NO_MUTATION)
    (marker,) = markers_of(NORTH, ["K"], seen={}, rule=rule, mutation=NO_MUTATION)
    assert marker.frequencies == (0.3, 0.7)


def test_sorted_alleles__numbers_first_by_length() -> None:
    assert sorted_alleles(["b", "10", "2.2", "2", "a", "31"]) == ("2", "2.2", "10", "31", "a", "b")
