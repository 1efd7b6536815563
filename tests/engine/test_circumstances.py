"""What is known beside DNA: hand numbers, and the mean LR of 1 over persons of no relation for every model."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from antigone.engine.circumstances import (
    agreement_lr,
    circumstance_evidence,
    finding_lr,
    interval_lr,
    sex_evidence,
    sex_lr,
)
from antigone.errors import ModelError
from antigone.model.assumptions.circumstances import (
    AgreementRates,
    CircumstanceRates,
    FindingRates,
    Interval,
    IntervalRates,
    MissingCircumstances,
    SexRates,
    UnidentifiedCircumstances,
)
from antigone.report.words.statements import say

AGE = IntervalRates(0.05, Interval(0, 100))
RATES = CircumstanceRates(age=AGE, findings={"hip-prosthesis": FindingRates(0.01)})
probabilities = st.floats(0.001, 0.999)


def test_interval__by_hand():
    assert interval_lr(Interval(20, 30), Interval(25, 45), rates=AGE) == pytest.approx(
        0.5 * 0.95 / 0.2 + 0.5 * 0.05 / 0.8
    )
    assert interval_lr(Interval(80, 80), Interval(25, 45), rates=AGE) == pytest.approx(0.05 / 0.8)


def test_interval__what_covers_everything_or_lies_outside_says_nothing():
    assert interval_lr(Interval(30, 30), Interval(0, 100), rates=AGE) == 1.0
    assert interval_lr(Interval(120, 130), Interval(20, 30), rates=AGE) == 1.0


@given(st.floats(0, 90), st.floats(1, 60), probabilities)
def test_interval__mean_over_persons_of_no_relation_is_one(low, width, error):
    rates = IntervalRates(error, Interval(0, 100))
    estimated = Interval(low, min(low + width, 99.5))
    inside = interval_lr(Interval(estimated.low, estimated.low), estimated, rates=rates)
    outside = interval_lr(Interval(100, 100), estimated, rates=rates)
    share = (estimated.high - estimated.low) / 100
    assert share * inside + (1 - share) * outside == pytest.approx(1.0)


@given(probabilities, probabilities)
def test_agreement__mean_over_persons_of_no_relation_is_one(error, by_chance):
    rates = AgreementRates(error, by_chance)
    mean = by_chance * agreement_lr(True, rates=rates) + (1 - by_chance) * agreement_lr(False, rates=rates)
    assert mean == pytest.approx(1.0)


@given(st.booleans(), probabilities, probabilities, probabilities, probabilities)
def test_finding__mean_over_persons_of_no_relation_is_one(stated, frequency, missed, invented, wrong):
    rates = FindingRates(frequency, missed, invented, wrong)
    present = frequency * (1 - missed) + (1 - frequency) * invented
    mean = present * finding_lr(stated, True, rates=rates) + (1 - present) * finding_lr(stated, False, rates=rates)
    assert mean == pytest.approx(1.0)


@given(st.sampled_from(["female", "male"]), probabilities, probabilities, probabilities)
def test_sex__mean_over_persons_of_no_relation_is_one(missing, error, dropout, males):
    rates = SexRates(error, dropout, males)
    male_shown = (1 - dropout) * (1 - error) + dropout * error
    shown = males * male_shown + (1 - males) * error
    mean = shown * sex_lr(missing, "male", rates=rates) + (1 - shown) * sex_lr(missing, "female", rates=rates)
    assert mean == pytest.approx(1.0)


def test_sex__a_contradiction_lowers_and_never_forbids_when_an_error_is_stated():
    assert 0 < sex_lr("female", "male", rates=SexRates(0.001)) < 0.01
    assert sex_lr("male", "female", rates=SexRates(0.001, dropout=0.2)) > sex_lr(
        "male", "female", rates=SexRates(0.001)
    )
    assert sex_lr("unknown", "male", rates=SexRates(0.001)) == 1.0
    assert sex_evidence("male", "unknown", rates=SexRates(0.001)) is None


def test_finding__by_hand():
    rates = FindingRates(0.01, missed=0.1, invented=0.02, statement_error=0.05)
    had, has = 0.95 * 0.9 + 0.05 * 0.02, 0.01 * 0.9 + 0.99 * 0.02
    assert finding_lr(True, True, rates=rates) == pytest.approx(had / has)
    assert finding_lr(True, False, rates=rates) == pytest.approx((1 - had) / (1 - has))


def test_evidence__one_line_for_each_circumstance_known_on_both_sides():
    missing = MissingCircumstances(
        Interval(34, 34), dt.date(2020, 5, 1), frozenset({"bay", "north shore"}), Interval(170, 174),
        {"hip-prosthesis": True, "crown-26": True},
    )  # fmt: skip
    found = UnidentifiedCircumstances(
        Interval(30, 40), dt.date(2020, 4, 1), "quarry", Interval(165, 175), {"hip-prosthesis": True, "crown-26": True}
    )
    lines = circumstance_evidence(missing, found, rates=RATES)
    assert [line.kind for line in lines] == ["age", "time", "place", "stature", "finding"]
    assert say(lines[1].words) == "found 30 days BEFORE last seen"
    assert 10 ** lines[1].log10_lr == pytest.approx(0.01)
    assert "crown-26" not in " ".join(say(line.words) for line in lines), (
        "a finding without stated rates does not count"
    )


def test_evidence__what_one_side_does_not_know_says_nothing():
    known = MissingCircumstances(Interval(34, 34), dt.date(2020, 5, 1), frozenset({"bay"}))
    assert circumstance_evidence(known, UnidentifiedCircumstances(), rates=RATES) == ()
    assert circumstance_evidence(MissingCircumstances(), UnidentifiedCircumstances(place="bay"), rates=RATES) == ()


def test_defaults__no_circumstance_alone_decides():
    usual = CircumstanceRates()
    ages = [interval_lr(Interval(a, a), Interval(30, 40), rates=usual.age) for a in np.arange(0, 90, 0.5)]
    others = [agreement_lr(agrees, rates=rates) for agrees in (True, False) for rates in (usual.time, usual.place)]
    assert all(abs(math.log10(lr)) <= 2.01 for lr in [*ages, *others])


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Interval(5, 4),
        lambda: IntervalRates(1.5, Interval(0, 1)),
        lambda: IntervalRates(0.1, Interval(1, 1)),
        lambda: AgreementRates(0.1, 1.0),
        lambda: FindingRates(0.0),
        lambda: FindingRates(0.1, missed=1.0),
        lambda: SexRates(-0.1),
        lambda: SexRates(0.1, males=1.0),
    ],
)
def test_rates__outside_their_domain_are_refused(wrong):
    with pytest.raises(ModelError):
        wrong()
