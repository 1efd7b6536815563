"""Numbers in words: what they round to, and what they never round to."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antigone.cli.console import second_best
from antigone.plain_words import (
    count_text,
    log10_text,
    lr_text,
    odds_text,
    plain_text,
    probability_text,
    threshold_text,
)


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("value", "text"), [(9.0792, "9.08"), (-1.234, "−1.23"), (-0.001, "0.00"), (-math.inf, "excluded (LR 0)")]
)
def test_log10_text(value, text):
    assert log10_text(value) == text


@pytest.mark.parametrize(
    ("log10_lr", "text"),
    [(9.0792, "1.2 × 10⁹"), (12.5315, "3.4 × 10¹²"), (11.9999, "1.0 × 10¹²"), (-5.3, "5.0 × 10⁻⁶"), (3.5, "3 162"),
     (0.0, "1"), (-1.0, "0.1"), (-math.inf, "0"), (1.9995, "100")],
)  # fmt: skip
def test_lr_text(log10_lr, text):
    assert plain(lr_text(log10_lr)) == text


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.99998, "0.99998"), (1.0, "> 0.999999"), (0.9999995, "> 0.999999"), (0.5, "0.500"), (0.0, "< 0.000001"),
     (0.95, "0.950"), (0.9999, "0.9999"), (0.00002, "0.00002")],
)  # fmt: skip
def test_probability_text(p, text):
    assert plain(probability_text(p)) == text


@given(st.floats(0, 1))
def test_probability_text__is_never_certain(p):
    shown = plain(probability_text(p))
    assert float(shown.removeprefix("> ").removeprefix("< ")) not in (0.0, 1.0)


@given(st.floats(-300, 300))
def test_lr_text__has_the_size_it_says(log10_lr):
    shown = plain(lr_text(log10_lr))
    if "×" not in shown:
        assert float(shown.replace(" ", "")) == pytest.approx(10**log10_lr, rel=0.06)
        return
    mantissa, power = shown.split(" × 10")
    exponent = int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")))
    assert 1 <= float(mantissa) < 10
    assert math.log10(float(mantissa)) + exponent == pytest.approx(log10_lr, abs=0.03)


def test_count_text__groups_thousands():
    assert plain(count_text(1234567)) == "1 234 567"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0062, "0.0062"), (0.0, "0"), (12.3, "12"), (10_000.0, "10 000"), (3e-6, "3.0 × 10⁻⁶"), (99.49, "99"),
     (99.5, "100"), (99.7, "100"), (99.99, "100"), (9.96, "10"), (0.000099999, "0.0001")],
)  # fmt: skip
def test_plain_text(value, text):
    assert plain(plain_text(value)) == text


@given(st.floats(0, 1e12))
def test_plain_text__never_writes_a_number_as_a_program_does(value):
    assert "e" not in plain_text(value)


@pytest.mark.parametrize(
    ("prior", "text"), [(1 / 50, "1 in 50 (0.02)"), (0.3, "0.3"), (1 / 1200, "1 in 1 200 (0.000833)")]
)
def test_odds_text(prior, text):
    assert plain(odds_text(prior)) == text


@pytest.mark.parametrize(
    ("threshold", "text"),
    [
        (15.75, "15.75"),
        (1e4, "10 000"),
        (12345.5, "12345.5"),
        (28333.333333333332, "28 333"),
        (2e7, "2.0 × 10⁷"),
        (1.5, "1.5"),
    ],
)
def test_threshold_text__is_the_threshold_that_was_stated(threshold, text):
    assert plain(threshold_text(threshold)) == text


@pytest.mark.parametrize("log10_factor", [1e-7, 1e-4, 0.004, 0.021, 0.3, 0.9999, 2.5, 40.0])
def test_second_best__is_never_once_as_probable(log10_factor):
    words = second_best(log10_factor)
    assert " 1 times" not in words
    assert words.startswith("The best assignment is 1") or log10_factor > 0.2


def test_second_best__of_equal_weight_is_said_to_be_equal():
    assert second_best(0.0) == "The second best assignment is as probable as the best."
