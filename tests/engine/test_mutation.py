"""Mutation models: hand values, laws over random ladders, refusals, and the values of pedmut and Familias."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from antigone.engine.mutation.matrices import allele_length, transition_matrix
from antigone.engine.mutation.properties import (
    is_always_lumpable,
    is_bounded,
    is_lumpable,
    is_reversible,
    is_stationary,
    overall_rate,
    stationary_distribution,
)
from antigone.errors import ModelError
from antigone.model.assumptions.mutation import (
    BaseModel,
    Custom,
    Dawid,
    Equal,
    MutationModel,
    NoMutation,
    OneStep,
    Proportional,
    Stepwise,
    Transformed,
)


def corpus(shared: Path, name: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads((shared / "validation" / name).read_text(encoding="utf-8"))
    return cases


def specification(model: dict[str, Any], matrix: list[list[float]]) -> MutationModel:
    """The corpus's description of a model; ``random`` and ``custom`` models are their matrix."""
    base: BaseModel
    match model["model"]:
        case "trivial":
            base = NoMutation()
        case "equal":
            base = Equal(model["rate"])
        case "proportional":
            base = Proportional(model["rate"])
        case "stepwise":
            base = Stepwise(model["rate"], model["rate2"], model["range"])
        case "onestep":
            base = OneStep(model["rate"])
        case "dawid":
            base = Dawid(model["rate"], model["range"])
        case _:
            base = Custom(tuple(map(tuple, matrix)))
    transform = model.get("transform")
    return Transformed(base, transform[:2], "without" not in transform) if transform else base


# ---------------------------------------------------------------- values by hand


def test_transition_matrix__equal_by_hand() -> None:
    matrix = transition_matrix(Equal(0.03), ["a", "b", "c", "d"], [0.1, 0.2, 0.3, 0.4])
    np.testing.assert_allclose(matrix, 0.01 + np.eye(4) * 0.96, atol=1e-15)


def test_transition_matrix__equal_counts_visible_alleles_only() -> None:
    matrix = transition_matrix(Equal(0.02), ["12", "13", "14"], [0.2, 0.3, 0.4], 0.1)
    assert matrix.shape == (4, 4)
    assert matrix[0].tolist() == [0.98, 0.01, 0.01, 0.0]
    assert matrix[3].tolist() == [0.0, 0.0, 0.0, 1.0]


def test_transition_matrix__proportional_by_hand() -> None:
    matrix = transition_matrix(Proportional(0.01), ["12", "13"], [0.25, 0.75])
    a = 0.01 / (2 * 0.25 * 0.75)
    np.testing.assert_allclose(matrix, np.array([[1 - 0.75 * a, 0.75 * a], [0.25 * a, 1 - 0.25 * a]]), atol=1e-15)


def test_transition_matrix__proportional_with_silent_has_the_rate_given() -> None:
    p = [0.2, 0.3, 0.4]
    matrix = transition_matrix(Proportional(0.01), ["12", "13", "14"], p, 0.1)
    assert overall_rate(matrix, [*p, 0.1]) == pytest.approx(0.01, abs=1e-15)
    q = np.array(p) / 0.9
    assert matrix[0, 1] == pytest.approx(0.01 / 0.9 / np.sum(q * (1 - q)) * q[1], abs=1e-15)


def test_transition_matrix__stepwise_classes_by_hand() -> None:
    matrix = transition_matrix(Stepwise(0.01, 0.002, 0.5), ["9", "9.3", "10", "12", "10.3", "11.1"], [1 / 6] * 6)
    total = 0.5 + 0.125
    row = np.array([0.988, 0.002 / 3, 0.01 * 0.5 / total, 0.01 * 0.125 / total, 0.002 / 3, 0.002 / 3])
    np.testing.assert_allclose(matrix[0], row, atol=1e-15)
    np.testing.assert_allclose(matrix[1], [0.0005, 0.988, 0.0005, 0.0005, 0.01, 0.0005], atol=1e-15)
    np.testing.assert_allclose(matrix[5], [0.0004] * 5 + [0.998], atol=1e-15)


def test_transition_matrix__stepwise_rounds_half_to_even() -> None:
    """9.5 is half a repeat below 10, 10.5 half a repeat above 10: two classes, as in R."""
    matrix = transition_matrix(Stepwise(0.01, 0.002, 0.5), ["9.5", "10.5", "11.5"], [0.3, 0.3, 0.4])
    np.testing.assert_allclose(matrix[0], [0.988, 0.002, 0.01], atol=1e-15)
    np.testing.assert_allclose(matrix[1], [0.001, 0.998, 0.001], atol=1e-15)


def test_transition_matrix__stepwise_point_seven_is_a_class_of_its_own() -> None:
    matrix = transition_matrix(Stepwise(0.01, 0.002, 0.5), ["10.3", "10.7"], [0.5, 0.5])
    np.testing.assert_allclose(matrix, [[0.998, 0.002], [0.002, 0.998]], atol=1e-15)


def test_transition_matrix__stepwise_gap_too_long_for_floats() -> None:
    matrix = transition_matrix(Stepwise(0.01, 0.0, 1e-9), ["5", "99"], [0.5, 0.5])
    np.testing.assert_allclose(matrix, [[0.99, 0.01], [0.01, 0.99]], atol=1e-15)


def test_transition_matrix__onestep_by_hand() -> None:
    matrix = transition_matrix(OneStep(0.02), ["12", "13", "14", "16"], [0.25] * 4)
    expected = [[0.98, 0.02, 0.0, 0.0], [0.01, 0.98, 0.01, 0.0], [0.0, 0.02, 0.98, 0.0], [0.0, 0.0, 0.0, 1.0]]
    np.testing.assert_allclose(matrix, expected, atol=1e-15)


def test_transition_matrix__dawid_counts_positions_not_repeats() -> None:
    p = [0.2, 0.3, 0.5]
    near = transition_matrix(Dawid(0.001, 0.2), ["12", "13", "14"], p)
    np.testing.assert_array_equal(near, transition_matrix(Dawid(0.001, 0.2), ["12", "17", "30"], p))
    c = (1 - 0.2**3) / 0.8
    assert near[0, 2] == pytest.approx(0.001 / 0.2 * 0.8 / (0.4 * (3 - c)) * 0.04, abs=1e-16)


def test_transition_matrix__metropolis_by_hand() -> None:
    base = Custom(((0.9, 0.1), (0.2, 0.8)))
    flow = min(0.25 * 0.1, 0.75 * 0.2)
    plain = transition_matrix(Transformed(base, "MH", keep_rate=False), ["a", "b"], [0.25, 0.75])
    np.testing.assert_allclose(plain, [[1 - flow / 0.25, flow / 0.25], [flow / 0.75, 1 - flow / 0.75]], atol=1e-15)
    kept = transition_matrix(Transformed(base, "MH"), ["a", "b"], [0.25, 0.75])
    assert overall_rate(kept, [0.25, 0.75]) == pytest.approx(0.25 * 0.1 + 0.75 * 0.2, abs=1e-15)


def test_transition_matrix__barker_and_averaging_by_hand() -> None:
    base = Custom(((0.9, 0.1), (0.2, 0.8)))
    here, back = 0.25 * 0.1, 0.75 * 0.2
    barker = transition_matrix(Transformed(base, "BA", keep_rate=False), ["a", "b"], [0.25, 0.75])
    assert barker[0, 1] == pytest.approx(0.1 * back / (here + back), abs=1e-15)
    averaged = transition_matrix(Transformed(base, "PR"), ["a", "b"], [0.25, 0.75])
    assert averaged[0, 1] == pytest.approx((here + back) / 0.5, abs=1e-15)


@pytest.mark.parametrize("model", [Equal(0.1), Proportional(0.1), Stepwise(0.1), OneStep(0.1), Dawid(0.1)])
def test_transition_matrix__one_allele_cannot_mutate(model: MutationModel) -> None:
    assert transition_matrix(model, ["12"], [1.0]).tolist() == [[1.0]]


def test_transition_matrix__is_shared_and_read_only() -> None:
    first = transition_matrix(Equal(0.02), ["12", "13"], [0.5, 0.5])
    assert first is transition_matrix(Equal(0.02), ("12", "13"), (0.5, 0.5))
    with pytest.raises(ValueError, match="read-only"):
        first[0, 0] = 1.0


def test_stationary_distribution__of_transient_alleles_is_zero() -> None:
    matrix = np.array([[0.5, 0.5, 0.0], [0.0, 0.9, 0.1], [0.0, 0.3, 0.7]])
    np.testing.assert_allclose(stationary_distribution(matrix), [0, 0.75, 0.25], atol=1e-15)


@pytest.mark.parametrize("label", ["", "<8", "OL", "1_0", "nan", "-3", "9.", "9,3"])
def test_allele_length__of_other_labels_is_none(label: str) -> None:
    assert allele_length(label) is None


# ---------------------------------------------------------------- refusals

LADDER, P = ("12", "13", "14"), (0.001, 0.3, 0.699)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (Proportional(0.9), "give at most"),
        (Dawid(0.1, 0.5), "lower the rate"),
        (Custom(((1.0,),)), "3 alleles need 3 rows"),
        (Transformed(Equal(0.1), "PM"), "transform PM"),
        (Transformed(Equal(0.4), "PR"), "transform PR"),
        (Transformed(Custom(((1.0, 0.0, 0.0), (0.0, 0.5, 0.5), (0.0, 0.0, 1.0))), "PM"), "no single stationary"),
        (Transformed(Custom(((0.8, 0.2, 0.0), (0.0, 0.8, 0.2), (0.0, 0.0, 1.0))), "MH"), "both ways"),
    ],
)
def test_transition_matrix__refuses_a_model_that_does_not_exist(model: MutationModel, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        transition_matrix(model, LADDER, P)


def untyped(*values: object) -> tuple[Any, ...]:
    """Values as a caller without types hands them over."""
    return values


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Equal(1.5), "the rate is 1.5, expected a probability between 0 and 1"),
        (lambda: Equal(float("nan")), "rate is nan"),
        (lambda: Equal(True), "rate is True"),
        (lambda: Proportional(*untyped("0.1")), "proportional mutation model: the rate is '0.1'"),
        (lambda: OneStep(-1e-9), "rate is -1e-09"),
        (lambda: Stepwise(0.6, 0.5), "sum to more than 1"),
        (lambda: Stepwise(0.1, float("inf")), "rate2 is inf"),
        (lambda: Stepwise(0.1, 0.0, 0.0), "range is 0"),
        (lambda: Stepwise(0.1, 0.0, 10**400), "range is a number of many digits"),
        (lambda: Dawid(0.1, 1.0), "range is 1"),
        (lambda: Custom(((0.9, 0.1, 0.1), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))), "row 1 sums to 1.1"),
        (lambda: Custom(((1.1, -0.1), (0.0, 1.0))), "an element is -0.1, expected a probability"),
        (lambda: Custom(((1.0,), (1.0,))), "no square"),
        (lambda: Custom(()), "no square"),
        (lambda: Custom(*untyped(0.1)), "custom mutation matrix is 0.1, expected rows of probabilities"),
        (lambda: Transformed(*untyped(0.1, "PM")), "the model of a transform is 0.1, expected a mutation model"),
        (lambda: Transformed(*untyped(Transformed(Equal(0.1), "PM"), "MH")), "is a Transformed"),
        (lambda: Transformed(*untyped(Equal(0.1), "pm")), "'pm', expected 'PM', 'MH', 'BA' or 'PR'; write 'PM'"),
    ],
)
def test_mutation_models__refuse_values_outside_their_domain(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        make()


def test_mutation_models__keep_numbers_of_numpy_as_plain_numbers() -> None:
    assert type(Equal(*untyped(np.float32(0.25))).rate) is float
    assert Custom(*untyped(np.eye(2))) == Custom(((1.0, 0.0), (0.0, 1.0)))


def test_transition_matrix__refuses_labels_without_a_length() -> None:
    with pytest.raises(ModelError, match="1 of 2 allele labels are no numbers"):
        transition_matrix(Stepwise(0.01), ["12", "A"], [0.5, 0.5])
    with pytest.raises(ModelError, match="microvariants"):
        transition_matrix(OneStep(0.01), ["9", "9.3"], [0.5, 0.5])
    with pytest.raises(ModelError, match="no numbers with at most one decimal"):
        transition_matrix(Stepwise(0.01), ["9", "9.25"], [0.5, 0.5])


def test_transition_matrix__refuses_frequency_zero_where_it_divides() -> None:
    with pytest.raises(ModelError, match="1 of 3 alleles have frequency 0"):
        transition_matrix(Dawid(0.001), LADDER, (0.0, 0.4, 0.6))
    with pytest.raises(ModelError, match="frequency 0"):
        transition_matrix(Transformed(Equal(0.001), "MH"), LADDER, (0.0, 0.4, 0.6))
    with pytest.raises(ModelError, match="frequency 1"):
        transition_matrix(Proportional(0.001), LADDER, (0.0, 0.0, 1.0))


# ---------------------------------------------------------------- laws


@st.composite
def ladders(draw: st.DrawFn, whole: bool = False) -> tuple[list[str], list[float]]:
    tenths = draw(st.lists(st.integers(5, 30) if whole else st.integers(50, 300), min_size=2, max_size=12, unique=True))
    labels = [f"{x}" if whole else f"{x / 10:g}" for x in sorted(tenths)]
    weights = np.array(draw(st.lists(st.floats(0.05, 1), min_size=len(labels), max_size=len(labels))))
    return labels, (weights / weights.sum()).tolist()


RATES = st.floats(0, 0.01)


@given(ladders(), RATES, RATES, st.floats(0.05, 2), st.sampled_from(["PM", "MH", "BA", "PR"]))
def test_transforms__are_stationary_of_the_same_rate(
    ladder: tuple[list[str], list[float]], rate: float, rate2: float, base: float, transform: Any
) -> None:
    labels, p = ladder
    stepwise = Stepwise(rate, rate2, base)
    try:
        matrix = transition_matrix(Transformed(stepwise, transform), labels, p)
    except ModelError:
        assume(False)
    np.testing.assert_allclose(matrix.sum(axis=1), 1, atol=1e-12)
    np.testing.assert_allclose(np.array(p) @ matrix, p, atol=1e-12)
    assert overall_rate(matrix, p) == pytest.approx(overall_rate(transition_matrix(stepwise, labels, p), p), abs=1e-12)
    assert transform == "PM" or is_reversible(matrix, p)


@given(ladders(), RATES, RATES, st.floats(0.05, 2))
def test_stepwise__every_allele_of_a_class_mutates_at_the_same_rate(
    ladder: tuple[list[str], list[float]], rate: float, rate2: float, base: float
) -> None:
    labels, p = ladder
    matrix = transition_matrix(Stepwise(rate, rate2, base), labels, p)
    np.testing.assert_allclose(matrix.sum(axis=1), 1, atol=1e-12)
    allowed = np.array([1 - rate, 1 - rate2, 1 - rate - rate2])
    assert np.all(np.abs(np.diag(matrix)[:, None] - allowed).min(axis=1) < 1e-12)


@given(ladders(whole=True), st.floats(0, 0.001), st.floats(0.01, 0.9))
def test_dawid__is_reversible_with_the_rate_given(
    ladder: tuple[list[str], list[float]], rate: float, base: float
) -> None:
    labels, p = ladder
    matrix = transition_matrix(Dawid(rate, base), labels, p)
    assert is_reversible(matrix, p)
    assert is_stationary(matrix, p)
    assert overall_rate(matrix, p) == pytest.approx(rate, abs=1e-12)


@given(ladders(), RATES, st.floats(0, 0.5))
def test_proportional__is_reversible_and_always_lumpable(
    ladder: tuple[list[str], list[float]], rate: float, silent: float
) -> None:
    labels, p = ladder
    visible = [x * (1 - silent) for x in p]
    matrix = transition_matrix(Proportional(rate), labels, visible, silent)
    everything = [*visible, silent] if silent else visible
    assert is_reversible(matrix, everything)
    assert overall_rate(matrix, everything) == pytest.approx(rate, abs=1e-12)
    assert is_always_lumpable(transition_matrix(Proportional(rate), labels, p))


# ---------------------------------------------------------------- other programs


def test_transition_matrix__agrees_with_pedmut_and_familias(shared: Path) -> None:
    for case in corpus(shared, "mutation_matrices.json"):
        expected = case["expected"]
        model = specification(case["model"], expected["matrix"])
        matrix = transition_matrix(model, case["alleles"], case["frequencies"])
        np.testing.assert_allclose(matrix, expected["matrix"], rtol=0, atol=1e-12, err_msg=case["id"])
        if expected["matrix_before_transform"] and isinstance(model, Transformed):
            before = transition_matrix(model.model, case["alleles"], case["frequencies"])
            np.testing.assert_allclose(before, expected["matrix_before_transform"], rtol=0, atol=1e-12)


def test_flags__agree_with_pedmut(shared: Path) -> None:
    for case in corpus(shared, "mutation_matrices.json"):
        expected, p = case["expected"], case["frequencies"]
        matrix = transition_matrix(specification(case["model"], expected["matrix"]), case["alleles"], p)
        assert overall_rate(matrix, p) == pytest.approx(expected["overall_rate"], abs=1e-12), case["id"]
        assert is_stationary(matrix, p) == expected["stationary"], case["id"]
        assert is_reversible(matrix, p) == expected["reversible"], case["id"]
        assert is_bounded(matrix, p) == expected["bounded"], case["id"]
        assert is_always_lumpable(matrix) == expected["always_lumpable"], case["id"]
        for subset in expected["lumpable"]:
            indices = [case["alleles"].index(allele) for allele in subset["alleles"]]
            assert is_lumpable(matrix, indices) == subset["lumpable"], case["id"]


def test_stationary_distribution__agrees_with_pedmut(shared: Path) -> None:
    """To 1e-11: pedmut's own values leave ``v M = v`` by up to 1e-12."""
    for case in corpus(shared, "mutation_matrices.json"):
        expected = case["expected"]["stationary_distribution"]
        matrix = np.array(case["expected"]["matrix"])
        if expected is None:
            with pytest.raises(ModelError, match="no single stationary"):
                stationary_distribution(matrix)
        else:
            np.testing.assert_allclose(stationary_distribution(matrix), expected, rtol=0, atol=1e-11)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mutation.json", "silent_partial.json", "xchrom.json"])
def test_transition_matrix__gives_the_matrices_of_the_likelihood_cases(shared: Path, name: str) -> None:
    """To 2e-11: the PM matrix of mutation-040 M6 is given 1e-11 away from its value in exact fractions."""
    for case in corpus(shared, name):
        for marker in case["markers"]:
            for given_model in (marker["mutation"] or {}).values():
                expected = np.array(given_model["matrix"])
                model = specification(given_model, given_model["matrix"])
                matrix = transition_matrix(model, marker["alleles"], marker["frequencies"], marker.get("silent") or 0.0)
                visible = matrix[: len(expected), : len(expected)]
                np.testing.assert_allclose(visible, expected, rtol=0, atol=2e-11, err_msg=case["id"])
