"""What a sample says against itself: an Amelogenin of the other sex, and more alleles than one person has.

Both are weighed by likelihoods under the sample's own drop-out, and both leave the numbers of a search as they are:
they are for the person who decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from antigone.engine.amelogenin import sex_likelihoods
from antigone.engine.arrays import Array
from antigone.model.assumptions.choices import DROPOUTS, LEAST_AGAINST_SEX, MOST_CROWDED_BY_CHANCE
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import ObservationModel, ObservationRates
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.pedigree import Sex
from antigone.model.results.remains import REMAINS_RATES
from antigone.search.readings.dropout import Completeness, from_heights


@dataclass(frozen=True)
class SexSeen:
    """Natural log P(what Amelogenin showed | female), and | male; of several samples of one person their sums."""

    female: float = 0.0
    male: float = 0.0

    def __add__(self, other: SexSeen) -> SexSeen:
        return SexSeen(self.female + other.female, self.male + other.male)

    def against(self, sex: Sex) -> float:
        """Natural log LR of the other sex over this one; 0 when the sex is unknown.

        >>> SexSeen(female=-0.1, male=-4.0).against("male")
        3.9
        """
        if sex == "unknown" or self.female == self.male:
            return 0.0
        return self.female - self.male if sex == "male" else self.male - self.female

    def contradicts(self, sex: Sex) -> bool:
        return self.against(sex) >= float(np.log(LEAST_AGAINST_SEX))

    def misfit(self, others: SexSeen) -> float:
        """Natural log LR of "a person apart" over "of the person whose other samples show this", each sex with 1/2.

        A sample that no male shows, beside others that a male shows nine times as often as a female: apart
        1/2 x (1/9 + 1), together 1/9.

        >>> one, others = SexSeen(0.0, -np.inf), SexSeen(float(np.log(1 / 9)), 0.0)
        >>> round(float(np.exp(one.misfit(others))), 9)
        5.0
        """
        own, rest = (np.array([seen.female, seen.male]) for seen in (self, others))
        apart = np.logaddexp(*own) + np.logaddexp(*rest) - np.log(2)
        together = np.logaddexp(*(own + rest))
        return 0.0 if np.isneginf(apart) else float(apart - together)


NOTHING_SEEN = SexSeen()


def unfitting_samples(seen: Sequence[SexSeen]) -> list[int]:
    """Samples (numbers) of one group whose Amelogenin does not fit that of all others together."""
    return [
        number
        for number, one in enumerate(seen)
        if one.misfit(sum((*seen[:number], *seen[number + 1 :]), NOTHING_SEEN)) >= np.log(LEAST_AGAINST_SEX)
    ]


class SexReader:
    """Reads Amelogenin of samples, each under its own drop-out.

    A drop-out that is stated, or read from peak heights, is taken as it is. Any other is weighed over ``DROPOUTS``,
    each before its sample was seen as probable as any other one, and after it by the completeness of the other markers.
    Where no drop-in and no error is stated those of remains stand.
    """

    def __init__(self, populations: Mapping[str, Sequence[Marker]], observation: ObservationModel) -> None:
        self.observation = observation
        self.completeness = Completeness(populations, observation)

    def read(self, person: UnidentifiedPerson) -> SexSeen:
        """What all samples of a person show together."""
        return sum((self._read(sample) for sample in person.samples), NOTHING_SEEN)

    def _read(self, sample: UnidentifiedPerson) -> SexSeen:
        if not sample.amelogenin:
            return NOTHING_SEEN
        rates, weights = rates_at_least(sample, self.observation), self._dropouts(sample)
        chances = [sex_likelihoods(sample.amelogenin, rates=replace(rates, dropout=d)) for d in weights]
        female, male = np.array(list(weights.values())) @ np.array(chances)
        with np.errstate(divide="ignore"):
            return SexSeen(float(np.log(female)), float(np.log(male)))

    def _dropouts(self, sample: UnidentifiedPerson) -> Mapping[float, float]:
        """The drop-out of a sample: its possible values and their probabilities."""
        observation, estimated = self.observation, _is_estimated(sample, self.observation)
        height = from_heights(sample, observation) if estimated else None
        if height is not None:
            return {height.dropout: 1.0}
        if not estimated and not observation.takes_as_read(sample):
            return {(sample.rates or observation.rates).dropout: 1.0}
        logs, _ = self.completeness.log_likelihoods(sample)
        chances = np.exp(logs - logs.max()) if np.isfinite(logs.max()) else np.ones(len(DROPOUTS))
        return dict(zip(DROPOUTS, (chances / chances.sum()).tolist(), strict=True))


def _is_estimated(sample: UnidentifiedPerson, observation: ObservationModel) -> bool:
    return sample.estimate_dropout or (sample.rates is None and observation.estimate != "")


def rates_at_least(sample: UnidentifiedPerson, observation: ObservationModel) -> ObservationRates:
    """The rates of a sample, with drop-in and error of remains where none is stated."""
    stated = sample.rates or observation.rates
    return replace(stated, dropin=stated.dropin or REMAINS_RATES.dropin, error=stated.error or REMAINS_RATES.error)


@dataclass(frozen=True)
class Crowded:
    """At how many of the ``typed`` markers a sample shows three alleles or more, and how probable so many are of one
    person."""

    markers: int
    typed: int
    chance: float

    @property
    def is_reported(self) -> bool:
        return self.markers > 0 and self.chance <= MOST_CROWDED_BY_CHANCE


def crowded_markers(sample: UnidentifiedPerson, observation: ObservationModel) -> Crowded:
    """Markers at which a sample shows more than two alleles, over all its amplifications.

    Of one person a marker does so only when an allele dropped in, or when one of several amplifications is mistaken:
    at most with ``1 - ((1 - c) (1 - e))^r`` for ``r > 1`` amplifications, with ``c`` for a single one. The chance is
    the exact probability of so many such markers or more.
    """
    rates, chances, count = rates_at_least(sample, observation), [], 0
    for marker in sorted(sample.typed_markers):
        shown = sample.replicates.get(marker) or (sample.profile.genotypes[marker],)
        own = observation.at_marker(rates, marker) if marker in observation.by_marker else rates
        kept = (1 - own.dropin) * (1 - own.error if len(shown) > 1 else 1.0)
        chances.append(1 - kept ** len(shown))
        count += len({allele for seen in shown for allele in seen if allele is not None}) > 2
    return Crowded(count, len(chances), at_least(count, chances))


def at_least(count: int, chances: Sequence[float]) -> float:
    """P(at least ``count`` of independent events), each with its own probability.

    >>> round(at_least(1, [0.1, 0.1]), 12), at_least(0, [])
    (0.19, 1.0)
    """
    numbers: Array = np.ones(1)
    for chance in chances:
        numbers = np.convolve(numbers, [1 - chance, chance])
    return float(min(1.0, numbers[count:].sum()))
