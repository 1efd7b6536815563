"""Drop-out of a sample, estimated from the sample itself: from what it shows, or from its peak heights.

Both are plug-in estimates: they come from the sample whose likelihood ratio they then enter, and the likelihood ratio
does not contain their uncertainty. ``docs/model.md``, section 4, says what follows from that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from antigone.engine.arrays import Array
from antigone.engine.sums.ladder import stack_markers
from antigone.engine.sums.population import genotype_log_probability
from antigone.model.assumptions.choices import DROPOUTS
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import DropoutEstimate, HeightCurve, ObservationModel, Replicate
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.search.readings.codes import Reading, probabilities_of, replicates_at

_INTERVAL = 1.92
"""Half the 95 % point of chi-square with one degree of freedom: the log likelihood lost at the ends of the interval."""


def estimate_dropouts(
    persons: Sequence[UnidentifiedPerson],
    *,
    populations: Mapping[str, Sequence[Marker]],
    observation: ObservationModel,
) -> tuple[tuple[UnidentifiedPerson, ...], tuple[DropoutEstimate, ...]]:
    """Give every person whose drop-out is to be estimated rates of their own; the others are left as they are.

    From completeness: the value of ``DROPOUTS`` with the largest likelihood of everything the sample shows,
    ``product over markers of sum over g of P(g) P(shown | g)``, as of an unrelated person in Hardy-Weinberg
    proportions; with several populations their mean log likelihood. A reading ``a/?`` counts as ``a`` alone. From peak
    heights: the laboratory's curve at the sample's mean height of one allele copy, rounded to the nearest value; a
    sample without heights is estimated from completeness.

    Returns
    -------
    The persons in the order given, and the estimates.
    """
    profile = Completeness(populations, observation)
    made, estimates = [], []
    for person in persons:
        if not person.estimate_dropout and not (person.rates is None and observation.estimate):
            made.append(person)
            continue
        estimate = from_heights(person, observation) or profile.estimate(person)
        rates = replace(person.rates or observation.rates, dropout=estimate.dropout)
        made.append(replace(person, rates=rates, estimate_dropout=False))
        estimates.append(estimate)
    return tuple(made), tuple(estimates)


def from_heights(person: UnidentifiedPerson, observation: ObservationModel) -> DropoutEstimate | None:
    """The drop-out by the laboratory's curve; nothing where heights are not read, or the sample has none."""
    if observation.heights is None or person.peak_height is None or observation.estimate == "completeness":
        return None
    value = dropout_by_height(person.peak_height, observation.heights)
    nearest = min(DROPOUTS, key=lambda dropout: abs(dropout - value))
    return DropoutEstimate(person.code, nearest, nearest, nearest, "peak heights", len(person.typed_markers))


def dropout_by_height(height: float, curve: HeightCurve) -> float:
    """The drop-out probability of one allele copy from the mean height of one copy, in RFU.

    ``logit d = intercept + slope ln H``, Tvedebrink et al. (2009), doi:10.1016/j.fsigen.2009.02.002.

    Examples
    --------
    >>> round(dropout_by_height(np.exp(4.0), HeightCurve(16.0, -4.0)), 12)
    0.5
    """
    return float(1 / (1 + np.exp(-(curve.intercept + curve.slope * np.log(height)))))


class Completeness:
    """Log likelihoods over ``DROPOUTS``, kept for readings that occur again."""

    def __init__(self, populations: Mapping[str, Sequence[Marker]], observation: ObservationModel) -> None:
        self.populations, self.observation = populations, observation
        self.known: dict[tuple[int, Reading, bool], Array] = {}

    def estimate(self, person: UnidentifiedPerson) -> DropoutEstimate:
        """The largest likelihood; a sample that says nothing gets the least value, which then matters nowhere."""
        total, markers = self.log_likelihoods(person)
        best = int(total.argmax())
        within = np.flatnonzero(total >= total[best] - _INTERVAL)
        low, high = (DROPOUTS[within[end]] for end in (0, -1)) if len(within) else (DROPOUTS[best],) * 2
        return DropoutEstimate(person.code, DROPOUTS[best], low, high, "completeness", markers)

    def log_likelihoods(self, person: UnidentifiedPerson) -> tuple[Array, int]:
        """Of everything that a sample shows, by ``DROPOUTS``, and on how many markers it rests."""
        total, markers = np.zeros(len(DROPOUTS)), 0
        for m, marker in enumerate(next(iter(self.populations.values()))):
            shown = replicates_at(person, marker)
            if shown is not None:
                reading = Reading(tuple(map(_alone, shown)), person.rates or self.observation.rates)
                total += self._log_likelihood(m, reading, marker.chromosome == "X" and person.sex == "male")
                markers += 1
        return total, markers

    def _log_likelihood(self, m: int, reading: Reading, hemizygous: bool) -> Array:
        key = (m, reading, hemizygous)
        if key not in self.known:
            logs = [
                log_likelihood_by_dropout(reading, markers[m], observation=self.observation, hemizygous=hemizygous)
                for markers in self.populations.values()
            ]
            self.known[key] = np.mean(logs, axis=0)
        return self.known[key]


def _alone(replicate: Replicate) -> Replicate:
    """``a/?`` as ``a`` alone: the second allele failed to appear clearly, which is what an estimate counts."""
    return tuple(allele for allele in replicate if allele is not None)


def log_likelihood_by_dropout(
    reading: Reading, marker: Marker, *, observation: ObservationModel, hemizygous: bool = False
) -> Array:
    """Log P(what a marker of an unrelated person's sample shows) for each of ``DROPOUTS``, shape ``(values,)``.

    ``reading.rates`` are the sample's; their drop-out is replaced, and what differs at the marker is applied.
    """
    random = np.exp(genotype_log_probability(stack_markers([marker]), hemizygous=hemizygous)[0])
    rates = [observation.at_marker(replace(reading.rates, dropout=value), marker.name) for value in DROPOUTS]
    chances = [random @ probabilities_of(replace(reading, rates=each), marker, hemizygous=hemizygous) for each in rates]
    with np.errstate(divide="ignore"):
        return np.log(chances)
