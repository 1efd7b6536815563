"""What is known beside DNA: ages, days, places, stature and findings, and the error rates they are weighed with.

There is no place here for a name, an ethnicity, an appearance or a state of health.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Literal

from antigone.errors import ModelError
from antigone.model.checks import checked_kind, checked_number, checked_probability, exact_text


@dataclass(frozen=True)
class Interval:
    """From ``low`` to ``high``, both included.

    Raises
    ------
    ModelError
        When it ends before it begins.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        for end in (self.low, self.high):
            checked_number(end, "the end of an interval", "a number", holds=lambda _: True)
        if not self.low <= self.high:
            raise ModelError(f"an interval from {self.low:g} to {self.high:g}; give the smaller number first")


@dataclass(frozen=True)
class MissingCircumstances:
    """What a family knows of its missing member.

    ``age`` is in years at the disappearance, ``stature`` in cm, ``places`` are codes of the areas where the person
    may have come to be, ``findings`` says which unique findings the person had (true) or had not.
    """

    age: Interval | None = None
    last_seen: dt.date | None = None
    places: frozenset[str] = frozenset()
    stature: Interval | None = None
    findings: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class UnidentifiedCircumstances:
    """What was recorded of an unidentified person: the age at death as estimated, the day and place of recovery."""

    age: Interval | None = None
    found: dt.date | None = None
    place: str = ""
    stature: Interval | None = None
    findings: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class IntervalRates:
    """How two intervals of one person may disagree.

    ``error`` is the probability that the estimate misses the true value; ``over`` is the range in which the values of
    persons of no relation lie, all values alike.
    """

    error: float
    over: Interval

    def __post_init__(self) -> None:
        checked_probability(self.error, "the error of an interval")
        checked_kind(self.over, Interval, "the range of possible values", "Interval(low, high)")
        if self.over.low == self.over.high:
            raise ModelError("the range of possible values is a single value; give a wider one")

    def describe(self) -> str:
        """The rates in words."""
        low, high = exact_text(self.over.low), exact_text(self.over.high)
        return f"error {exact_text(self.error)}, others from {low} to {high}"


@dataclass(frozen=True)
class AgreementRates:
    """How a yes-or-no comparison may go wrong.

    ``error`` is the probability that it disagrees for one and the same person, ``by_chance`` the probability that it
    agrees for two persons of no relation.
    """

    error: float
    by_chance: float

    def __post_init__(self) -> None:
        checked_probability(self.error, "the error of a comparison")
        expected = "a probability between 0 and 1"
        checked_number(self.by_chance, "agreement by chance", expected, holds=lambda p: 0 < p < 1)

    def describe(self) -> str:
        """The rates in words."""
        return f"error {exact_text(self.error)}, agreement by chance {exact_text(self.by_chance)}"


@dataclass(frozen=True)
class FindingRates:
    """A unique finding: how many persons have it, how often it is missed or wrongly recorded, and how often the
    family's statement about it is wrong."""

    frequency: float
    missed: float = 0.05
    invented: float = 0.001
    statement_error: float = 0.02

    def __post_init__(self) -> None:
        between = "more than 0 and less than 1"
        checked_number(self.frequency, "the frequency of a finding", between, holds=lambda p: 0 < p < 1)
        for value in (self.missed, self.invented, self.statement_error):
            checked_number(value, "a rate of a finding", "0 or more and less than 1", holds=lambda p: 0 <= p < 1)

    def describe(self) -> str:
        """The rates in words."""
        return (
            f"frequency {exact_text(self.frequency)}, missed {exact_text(self.missed)}, "
            f"recorded by mistake {exact_text(self.invented)}, stated by mistake {exact_text(self.statement_error)}"
        )


@dataclass(frozen=True)
class SexRates:
    """How a sample may show the other sex.

    A male sample loses the Y allele of Amelogenin with probability ``dropout``; any sample shows the other sex by a
    mistake with probability ``error``. ``males`` is the share of males among persons of no relation.
    """

    error: float
    dropout: float = 0.0
    males: float = 0.5

    def __post_init__(self) -> None:
        checked_probability(self.error, "the error of the sex")
        checked_probability(self.dropout, "the drop-out of the sex")
        between = "more than 0 and less than 1"
        checked_number(self.males, "the share of males", between, holds=lambda p: 0 < p < 1)

    def describe(self) -> str:
        """The rates in words."""
        error, dropout, males = map(exact_text, (self.error, self.dropout, self.males))
        return f"error {error}, lost Y allele {dropout}, share of males {males}"


@dataclass(frozen=True)
class CircumstanceRates:
    """Every rate that circumstances are weighed with. The defaults are conventions, not measurements: they keep any
    one of them from deciding alone. A finding counts only when its rates are stated."""

    age: IntervalRates = IntervalRates(0.05, Interval(0, 90))
    time: AgreementRates = AgreementRates(0.001, 0.9)
    place: AgreementRates = AgreementRates(0.05, 0.5)
    stature: IntervalRates = IntervalRates(0.1, Interval(140, 200))
    findings: Mapping[str, FindingRates] = field(default_factory=dict)


INTERVALS = tuple(one.name for one in fields(CircumstanceRates) if isinstance(one.default, IntervalRates))
"""What is known as an interval: the fields of `MissingCircumstances`, `UnidentifiedCircumstances` and
`CircumstanceRates` of these names. The tables and settings of a case folder follow from them."""
AGREEMENTS = tuple(one.name for one in fields(CircumstanceRates) if isinstance(one.default, AgreementRates))
"""What agrees or not: fields of `CircumstanceRates`."""

Circumstance = Literal["age", "time", "place", "stature", "finding", "sex"]


@dataclass(frozen=True)
class CircumstanceEvidence:
    """What one circumstance says about one pair: log10 LR, and in words what was compared. Never a part of the LR of
    the DNA."""

    kind: Circumstance
    log10_lr: float
    words: str
