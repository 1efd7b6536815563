"""Priors over joint assignments: each turns into a weight for every identification, or into "everybody is missing"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import lgamma

import numpy as np

from antigone.engine.arrays import Array, Ints
from antigone.errors import ModelError
from antigone.model.pedigree import Sex
from antigone.model.results.joint import JointPrior
from antigone.model.statements import joint as said
from antigone.model.statements.statement import Statement
from antigone.search.joint.persons import Persons

MOST_TERMS = 4_000_000
_KNOWN: tuple[Sex, ...] = ("female", "male")


@dataclass(frozen=True)
class PriorWeights:
    """``log_odds`` of one identification (natural); ``closed``: nobody unidentified may stay unassigned."""

    log_odds: float
    closed: bool
    sentence: Statement


def prior_weights(prior: JointPrior, unidentified: Sequence[Sex], missing: Sequence[Sex]) -> PriorWeights:
    """What a prior means for an incident with these sexes.

    An assignment with k identifications has weight ``w**k``. For an expected number E of missing persons among the
    unidentified, ``w`` is such that the mean of k over all sex-consistent assignments is E: of all priors with that
    mean it is the one that adds nothing else (maximum entropy).

    Raises
    ------
    ModelError
        When the expectation cannot be reached, or the closed prior has fewer missing than unidentified persons.
    """
    if prior.kind == "flat":
        return PriorWeights(0.0, False, said.FLAT())
    if prior.kind == "closed":
        if len(missing) < len(unidentified):
            raise ModelError(
                f"the closed prior says that all {len(unidentified)} unidentified persons are missing persons, but "
                f"only {len(missing)} are missing; join samples of one person, or use open=E"
            )
        return PriorWeights(0.0, True, said.CLOSED())
    if prior.kind == "odds":
        return PriorWeights(float(np.log(prior.value)), False, said.ODDS(odds=prior.value))
    expected = prior.value if prior.kind == "open" else prior.value * len(unidentified)
    odds = odds_for_expectation(expected, unidentified, missing)
    factor = f"{np.exp(odds):.4g}"
    return PriorWeights(odds, False, said.EXPECTED(expected=expected, number=len(unidentified), odds=factor))


def countable_sexes(persons: Persons, missing: Sequence[Sex]) -> tuple[tuple[Sex, ...], tuple[Sex, ...]]:
    """Sexes of the unidentified and of the missing under which exactly the possible pairings are of no different sexes.

    Where the rates of the sex let a sample show the other one, its sex excludes nothing, or only that of one kind.
    """
    excluded = {(place, shown): not persons.may_show(place, shown) for place in _KNOWN for shown in _KNOWN}
    if excluded["female", "female"] or excluded["male", "male"]:
        raise ModelError("samples that never show their own sex are not in the joint answer; state an error below 1")
    places = {place: place if any(excluded[place, shown] for shown in _KNOWN) else "unknown" for place in _KNOWN}
    shows = {shown: shown if any(excluded[place, shown] for place in _KNOWN) else "unknown" for shown in _KNOWN}
    return (
        tuple(shows.get(sex, "unknown") for sex in persons.sexes),
        tuple(places.get(sex, "unknown") for sex in missing),
    )


def odds_for_expectation(expected: float, unidentified: Sequence[Sex], missing: Sequence[Sex]) -> float:
    """The log weight of one identification at which ``expected`` identifications are expected, before any data.

    Examples
    --------
    One unidentified and one missing person: the expectation is w / (1 + w).

    >>> round(float(np.exp(odds_for_expectation(0.5, ["male"], ["male"]))), 6)
    1.0
    """
    low, high = -60.0, 60.0
    if expected >= mean_identifications(high, unidentified, missing):
        raise ModelError(
            f"{expected:g} identifications are expected, more than {len(unidentified)} unidentified and {len(missing)} "
            "missing persons of these sexes allow; give a smaller number, or use the prior 'closed'"
        )
    for _ in range(200):
        middle = (low + high) / 2
        if mean_identifications(middle, unidentified, missing) < expected:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def mean_identifications(log_odds: float, unidentified: Sequence[Sex], missing: Sequence[Sex]) -> float:
    """The expected number of identifications over all sex-consistent assignments, each weighing ``w**k``."""
    step = 1e-4
    above, below = (log_count(log_odds + h, unidentified, missing) for h in (step, -step))
    return (above - below) / (2 * step)


def log_count(log_odds: float, unidentified: Sequence[Sex], missing: Sequence[Sex]) -> float:
    """Log of the sum of ``w**k`` over all sex-consistent assignments; with ``log_odds`` 0 their number.

    Examples
    --------
    >>> round(float(np.exp(log_count(0.0, ["male"] * 10, ["male"] * 10))))
    234662231
    """
    found, sought = Counter(unidentified), Counter(missing)
    fv, mv, uv = (found[sex] for sex in ("female", "male", "unknown"))
    fm, mm, um = (sought[sex] for sex in ("female", "male", "unknown"))
    c, d, e, a, b = np.ix_(*(np.arange(1 + min(pair)) for pair in ((uv, um), (fv, um), (mv, um), (uv, fm), (uv, mm))))
    if np.broadcast(c, d, e, a, b).size > MOST_TERMS:
        raise ModelError("too many persons of unknown sex on both sides for this prior; state sexes, or use odds=w")
    total = _ways(uv, um, c) + _ways(fv, um - c, d) + _ways(mv, um - c - d, e)
    total = total + _ways(uv - c, fm, a) + _ways(uv - c - a, mm, b)
    same = _same_sex(fv, fm, d, a, log_odds) + _same_sex(mv, mm, e, b, log_odds)
    terms = total + same + (c + d + e + a + b) * log_odds
    peak = terms.max()
    return float(peak + np.log(np.exp(terms - peak).sum()))


def _ways(first: Ints | int, second: Ints | int, k: Ints) -> Array:
    """Log of the number of ways to pair ``k`` of ``first`` with ``k`` of ``second``; ``-inf`` when there is none."""
    n, m = np.broadcast_arrays(np.asarray(first), np.asarray(second))
    n, m, k = np.broadcast_arrays(n, m, k)
    possible = (k <= n) & (k <= m)
    n, m = np.where(possible, n, k), np.where(possible, m, k)
    return np.where(possible, _lf(n) + _lf(m) - _lf(n - k) - _lf(m - k) - _lf(k), -np.inf)


def _lf(n: Ints) -> Array:
    """Log n!"""
    table = np.array([lgamma(i + 1.0) for i in range(int(n.max(initial=0)) + 1)])
    return table[n]


def _same_sex(found: int, sought: int, found_gone: Ints, sought_gone: Ints, log_odds: float) -> Array:
    """Log of the sum over the pairings of those of one sex who are left."""
    table = np.full((found_gone.size, sought_gone.size), -np.inf)
    for i, gone in enumerate(found_gone.ravel()):
        for j, away in enumerate(sought_gone.ravel()):
            k = np.arange(1 + min(found - gone, sought - away))
            terms = _ways(int(found - gone), int(sought - away), k) + k * log_odds
            table[i, j] = terms.max() + np.log(np.exp(terms - terms.max()).sum())
    place = [np.arange(gone.size).reshape(gone.shape) for gone in (found_gone, sought_gone)]
    return table[place[0], place[1]]
