"""What is known beside DNA, weighed: one small stated model for each circumstance, each with an LR of its own.

Every model gives P(recorded | same person) / P(recorded | two persons of no relation), so that its mean over persons
of no relation is 1. Equations and defaults: docs/circumstances.md.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping

from antigone.model.assumptions.circumstances import (
    AgreementRates,
    Circumstance,
    CircumstanceEvidence,
    CircumstanceRates,
    FindingRates,
    Interval,
    IntervalRates,
    MissingCircumstances,
    SexRates,
    UnidentifiedCircumstances,
)
from antigone.model.pedigree import Sex
from antigone.model.statements import evidence as said
from antigone.model.statements.settings import EXACT
from antigone.model.statements.statement import Form, Statement

_FINDING: Mapping[tuple[bool, bool], Form] = {
    (True, True): said.FINDING_BOTH,
    (True, False): said.FINDING_RECORDED,
    (False, True): said.FINDING_STATED,
    (False, False): said.FINDING_NEITHER,
}
"""What is said of a finding that is recorded, and stated."""
_SEXES: Mapping[tuple[Sex, Sex], Form] = {
    ("male", "male"): said.MALE_MALE,
    ("male", "female"): said.MALE_FEMALE,
    ("female", "male"): said.FEMALE_MALE,
    ("female", "female"): said.FEMALE_FEMALE,
}
"""What is said of a sex that a sample shows, and that of the missing person."""


def circumstance_evidence(
    missing: MissingCircumstances, unidentified: UnidentifiedCircumstances, *, rates: CircumstanceRates
) -> tuple[CircumstanceEvidence, ...]:
    """What each circumstance known on both sides says about one missing and one unidentified person.

    Examples
    --------
    >>> known = MissingCircumstances(places=frozenset({"bay"}))
    >>> found = UnidentifiedCircumstances(place="bay")
    >>> circumstance_evidence(known, found, rates=CircumstanceRates())[0].words.code
    'in a stated place'
    """
    return tuple(_evidence(missing, unidentified, rates))


def _evidence(
    missing: MissingCircumstances, unidentified: UnidentifiedCircumstances, rates: CircumstanceRates
) -> Iterator[CircumstanceEvidence]:
    if missing.age and unidentified.age:
        lr = interval_lr(missing.age, unidentified.age, rates=rates.age)
        yield _line("age", lr, said.YEARS(**_ranges(unidentified.age, missing.age)))
    if missing.last_seen and unidentified.found:
        yield _time(missing.last_seen, unidentified.found, rates.time)
    if missing.places and unidentified.place:
        agrees = unidentified.place in missing.places
        words = said.IN_A_STATED_PLACE() if agrees else said.IN_NO_STATED_PLACE()
        yield _line("place", agreement_lr(agrees, rates=rates.place), words)
    if missing.stature and unidentified.stature:
        lr = interval_lr(missing.stature, unidentified.stature, rates=rates.stature)
        yield _line("stature", lr, said.CENTIMETRES(**_ranges(unidentified.stature, missing.stature)))
    yield from _findings(missing.findings, unidentified.findings, rates.findings)


def _time(last_seen: dt.date, found: dt.date, rates: AgreementRates) -> CircumstanceEvidence:
    agrees = last_seen <= found
    days = abs((found - last_seen).days)
    words = said.DAYS_AFTER if agrees else said.DAYS_BEFORE
    return _line("time", agreement_lr(agrees, rates=rates), words(days=days))


def _findings(
    stated: Mapping[str, bool], recorded: Mapping[str, bool], rates: Mapping[str, FindingRates]
) -> Iterator[CircumstanceEvidence]:
    for finding in sorted(stated.keys() & recorded.keys() & rates.keys()):
        words = _FINDING[recorded[finding], stated[finding]](finding=finding)
        yield _line("finding", finding_lr(stated[finding], recorded[finding], rates=rates[finding]), words)


def interval_lr(stated: Interval, estimated: Interval, *, rates: IntervalRates) -> float:
    """LR of an estimated interval, from a stated one of the missing person.

    The estimate covers the true value with probability ``1 - error`` and then every place of it is equally probable;
    else it lies anywhere off the value. The missing person's value lies anywhere in the stated interval, that of a
    person of no relation anywhere in the range ``over``. With ``q`` the share of the stated interval inside the
    estimated one and ``w`` the share of the range that the estimate covers::

        LR = q (1 - error) / w + (1 - q) error / (1 - w)

    An interval that reaches beyond the range is cut at its ends; one wholly outside, or an estimate that covers the
    whole range, says nothing.

    Examples
    --------
    >>> rates = IntervalRates(0.05, Interval(0, 100))
    >>> round(interval_lr(Interval(30, 30), Interval(25, 35), rates=rates), 6)  # 0.95 / 0.1
    9.5
    >>> round(interval_lr(Interval(60, 60), Interval(25, 35), rates=rates), 6)  # 0.05 / 0.9
    0.055556
    """
    inside, known = _cut(estimated, rates.over), _cut(stated, rates.over)
    if inside is None or known is None:
        return 1.0
    w = (inside.high - inside.low) / (rates.over.high - rates.over.low)
    if not 0 < w < 1:
        return 1.0
    q = _share(known, inside)
    return q * (1 - rates.error) / w + (1 - q) * rates.error / (1 - w)


def _cut(interval: Interval, over: Interval) -> Interval | None:
    low, high = max(interval.low, over.low), min(interval.high, over.high)
    return Interval(low, high) if low <= high else None


def _share(interval: Interval, inside: Interval) -> float:
    """The share of an interval, or of a single value, that lies inside another."""
    common = _cut(interval, inside)
    if common is None:
        return 0.0
    length = interval.high - interval.low
    return (common.high - common.low) / length if length else 1.0


def agreement_lr(agrees: bool, *, rates: AgreementRates) -> float:
    """LR of a yes-or-no comparison: (1 - error) / by_chance when it agrees, error / (1 - by_chance) when not.

    >>> round(agreement_lr(False, rates=AgreementRates(0.001, 0.9)), 6)
    0.01
    """
    return (1 - rates.error) / rates.by_chance if agrees else rates.error / (1 - rates.by_chance)


def finding_lr(stated: bool, recorded: bool, *, rates: FindingRates) -> float:
    """LR of a finding recorded as present or absent, when the family states whether the missing person had it.

    >>> round(finding_lr(True, True, rates=FindingRates(0.01, missed=0.0, invented=0.0, statement_error=0.0)), 6)
    100.0
    """
    had = 1 - rates.statement_error if stated else rates.statement_error
    return _recorded(recorded, had, rates) / _recorded(recorded, rates.frequency, rates)


def _recorded(recorded: bool, had: float, rates: FindingRates) -> float:
    """P(recorded so) when the finding is there with probability ``had``."""
    present = had * (1 - rates.missed) + (1 - had) * rates.invented
    return present if recorded else 1 - present


def sex_lr(missing: Sex, shown: Sex, *, rates: SexRates) -> float:
    """LR of the sex that a sample shows, for the sex of the missing person; 1 when either is unknown.

    Examples
    --------
    >>> rates = SexRates(0.001, dropout=0.1)
    >>> round(sex_lr("male", "female", rates=rates), 6)  # 0.1008 / (0.5 * 0.1008 + 0.5 * 0.999)
    0.183306
    >>> round(sex_lr("female", "male", rates=rates), 6)
    0.002222
    """
    if "unknown" in (missing, shown):
        return 1.0
    males = rates.males * _shows("male", shown, rates)
    return _shows(missing, shown, rates) / (males + (1 - rates.males) * _shows("female", shown, rates))


def _shows(sex: Sex, shown: Sex, rates: SexRates) -> float:
    """P(the sample shows this sex | true sex): a lost Y allele looks female, and a mistake turns what is seen round."""
    male_seen = 1 - rates.dropout if sex == "male" else 0.0
    male_shown = male_seen * (1 - rates.error) + (1 - male_seen) * rates.error
    return male_shown if shown == "male" else 1 - male_shown


def sex_evidence(missing: Sex, shown: Sex, *, rates: SexRates) -> CircumstanceEvidence | None:
    """What the sex of the sample says; nothing when either is unknown."""
    if "unknown" in (missing, shown):
        return None
    return _line("sex", sex_lr(missing, shown, rates=rates), _SEXES[shown, missing]())


def _line(kind: Circumstance, lr: float, words: Statement) -> CircumstanceEvidence:
    return CircumstanceEvidence(kind, math.log10(lr) if lr > 0 else -math.inf, words)


def _ranges(estimated: Interval, stated: Interval) -> dict[str, Statement]:
    return {"range_estimated": _range(estimated), "range_stated": _range(stated)}


def _range(interval: Interval) -> Statement:
    return EXACT(number=interval.low) if interval.low == interval.high else said.RANGE(**vars(interval))
