"""What an answer about power holds: who might be typed next, and what the LR of the right person would then be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Basis = Literal["declared", "typed"]
"""``declared``: over whatever the typed relatives may show, so it tells nothing of anybody. ``typed``: given what was
found in them, for the responsible geneticist alone (PURPOSE.md, rule 6)."""


@dataclass(frozen=True)
class Interval:
    """Between which two numbers a value lies. ``standard_error`` is above 0 where part of it was simulated."""

    low: float
    high: float
    standard_error: float = 0.0


@dataclass(frozen=True)
class PowerStep:
    """A missing person, with certain relatives typed in addition to those who gave a sample.

    Parameters
    ----------
    family, missing, new
        Codes; ``new`` is empty for how things stand today.
    expected_log10_lr, expected_error
        The mean of log10 LR of the right person, and its standard error; above 0 where families were simulated.
    inclusion
        P(LR >= threshold) of the right person.
    false_positive
        P(LR >= threshold) of an unrelated person.
    exclusion
        P(LR = 0) of an unrelated person; 0 where every genotype is possible by mutation.
    """

    family: str
    missing: str
    new: tuple[str, ...]
    expected_log10_lr: float
    expected_error: float
    inclusion: Interval
    false_positive: Interval
    exclusion: float


@dataclass(frozen=True)
class PowerAnswer:
    """Steps, each missing person's in order of what they gain.

    Parameters
    ----------
    steps
        See `PowerStep`.
    threshold, unidentified, population, basis, markers
        The LR asked for, how many unidentified persons are searched, under whose frequencies, from how many markers.
    notices
        What was left out, and why.
    """

    steps: tuple[PowerStep, ...]
    threshold: float
    unidentified: int
    population: str
    basis: Basis
    markers: int
    notices: tuple[str, ...] = ()

    def chance_pairs(self, step: PowerStep) -> Interval:
        """How many of the unidentified persons reach the threshold with this missing person by chance alone."""
        low, high = (self.unidentified * rate for rate in (step.false_positive.low, step.false_positive.high))
        return Interval(low, high, self.unidentified * step.false_positive.standard_error)


Outlook = Literal["almost surely", "probably", "perhaps", "hardly"]
"""How surely the right person would reach the threshold, for lists that show no number: in at least 99 of 100 cases,
90, 50, or fewer."""


def outlook_of(inclusion: float) -> Outlook:
    """The word for an inclusion power."""
    if inclusion >= 0.99:
        return "almost surely"
    if inclusion >= 0.9:
        return "probably"
    return "perhaps" if inclusion >= 0.5 else "hardly"


@dataclass(frozen=True)
class SamplingLine:
    """A relative whose sample would help: whose, how surely the missing person would be found today, and how then."""

    family: str
    missing: str
    member: str
    today: Outlook
    then: Outlook


@dataclass(frozen=True)
class SamplingAnswer:
    """Where the next samples help most, the strongest first, and what was left out, and why.

    It rests on the declared pedigrees and on who is typed, so it tells of nobody's genotypes (PURPOSE.md, rule 6).
    """

    lines: tuple[SamplingLine, ...]
    threshold: float
    notices: tuple[str, ...] = ()
