"""How a sample may fail to show its true genotype: drop-out, drop-in and error, by sample and by marker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from antigone.errors import ModelError
from antigone.model.checks import checked_number, checked_probability
from antigone.model.statements import settings as said
from antigone.model.statements.searching import DROPOUT_ESTIMATED, DROPOUT_ESTIMATED_BETWEEN
from antigone.model.statements.statement import Form, Statement

Replicate = tuple[str | None, ...]
"""What one amplification of a marker showed: the labels of the alleles seen, ``()`` for nothing.
``None`` in second place: one allele was seen, and whether another one was is not known."""


@dataclass(frozen=True)
class ObservationRates:
    """The rates of one sample. With all of them 0 the genotype is read as it is.

    ``dropout`` is the probability that one allele copy is not seen, ``dropin`` that one allele of another
    source appears, ``error`` that what is seen is that of a random person (a mix-up, a contamination).

    Raises
    ------
    ModelError
        When a rate lies outside 0 to 1.
    """

    dropout: float = 0.0
    dropin: float = 0.0
    error: float = 0.0

    def __post_init__(self) -> None:
        for name, rate in vars(self).items():
            checked_probability(rate, f"the {name} rate")

    def describe(self) -> Statement:
        return said.RATES(dropout=self.dropout, dropin=self.dropin, error=self.error)


NO_LOSS = ObservationRates()
"""The rates under which a genotype is what it was read as."""


@dataclass(frozen=True)
class MarkerRates:
    """How one marker differs from the others; ``None`` where it does not.

    ``dropout`` is the marker's drop-out in a sample that has the common rates, and ``dropout_odds`` says the same as
    a factor of the odds; only one of them is given. ``dropin`` and ``error`` stand in the place of the sample's.

    Raises
    ------
    ModelError
        When a rate lies outside 0 to 1, the factor is not positive, or drop-out is given in both ways.
    """

    dropout: float | None = None
    dropin: float | None = None
    error: float | None = None
    dropout_odds: float | None = None

    def __post_init__(self) -> None:
        if self.dropout is not None and self.dropout_odds is not None:
            raise ModelError("a marker has both dropout and dropout_odds; give one of them")
        if self.dropout_odds is not None:
            checked_number(self.dropout_odds, "dropout_odds", "a factor above 0", holds=lambda odds: odds > 0)
        given = {name: getattr(self, name) for name in ("dropout", "dropin", "error")}
        ObservationRates(**{name: rate for name, rate in given.items() if rate is not None})


class ObservedSample(Protocol):
    """What the model needs to know of a sample."""

    @property
    def code(self) -> str: ...
    @property
    def rates(self) -> ObservationRates | None: ...
    @property
    def replicates(self) -> Mapping[str, tuple[Replicate, ...]]: ...


@dataclass(frozen=True)
class HeightCurve:
    """Drop-out by peak height: ``logit d = intercept + slope ln H``, ``H`` the mean height of one copy in RFU.

    The form of Tvedebrink et al. (2009), doi:10.1016/j.fsigen.2009.02.002. The numbers depend on the kit and on the
    analytical threshold, so a laboratory states those of its own validation.

    Raises
    ------
    ModelError
        When the slope is not negative: higher peaks are lost less often.
    """

    intercept: float
    slope: float

    def __post_init__(self) -> None:
        what = "of drop-out by peak height"
        checked_number(self.intercept, f"the intercept {what}", "a number", holds=lambda _: True)
        checked_number(self.slope, f"the slope {what}", "a number below 0", holds=lambda slope: slope < 0)


Estimate = Literal["", "completeness", "peak heights"]
"""What the drop-out of a sample is estimated from; empty when it is stated."""


@dataclass(frozen=True)
class DropoutEstimate:
    """The drop-out of one sample as estimated from the sample itself.

    ``low`` to ``high`` is where the log likelihood stays within 1.92 of its largest value, an interval of 95 % in
    large samples; for an estimate from peak heights both are the estimate. ``markers`` is how many it rests on.
    """

    sample: str
    dropout: float
    low: float
    high: float
    source: Estimate
    markers: int

    def describe(self) -> Statement:
        known = {
            "code": self.sample,
            "rate": self.dropout,
            "words_source": _source(self.source),
            "number": self.markers,
        }
        if self.source == "completeness":
            return DROPOUT_ESTIMATED_BETWEEN(**known, low=self.low, high=self.high)
        return DROPOUT_ESTIMATED(**known)


@dataclass(frozen=True)
class ObservationModel:
    """The rates of every sample at every marker.

    ``rates`` are those of a sample without rates of its own, ``by_marker`` what differs at single markers. With
    ``estimate`` the drop-out of such a sample is estimated before it is used, and ``rates.dropout`` stands for none.
    ``heights`` is the curve by which peak heights are read.
    """

    rates: ObservationRates = NO_LOSS
    by_marker: Mapping[str, MarkerRates] = field(default_factory=dict)
    estimate: Estimate = ""
    heights: HeightCurve | None = None

    def rates_of(self, sample: ObservedSample, marker: str) -> ObservationRates:
        """The rates of a sample at a marker.

        Raises
        ------
        ModelError
            When the sample's drop-out is to be estimated and was not, or see ``at_marker``.
        """
        if sample.rates is None and self.estimate:
            raise ModelError(f"sample {sample.code}: its drop-out is to be estimated before it is used")
        return self.at_marker(self.rates if sample.rates is None else sample.rates, marker)

    def at_marker(self, rates: ObservationRates, marker: str) -> ObservationRates:
        """The rates at one marker of a sample that has ``rates`` elsewhere.

        Drop-out is combined on the scale of odds: ``odds(d) = odds(sample) odds(marker) / odds(common)``.

        Raises
        ------
        ModelError
            When the marker's drop-out is stated beside a common rate of 0 or 1, and the sample has another rate.

        Examples
        --------
        A marker with 0.4 where others have 0.2; a sample with 0.5 then has 8/11 there.

        >>> model = ObservationModel(ObservationRates(0.2), {"FGA": MarkerRates(dropout=0.4)})
        >>> model.at_marker(ObservationRates(0.2), "FGA").dropout
        0.4
        >>> round(11 * model.at_marker(ObservationRates(0.5), "FGA").dropout, 9)
        8.0
        """
        own = self.by_marker.get(marker)
        if own is None:
            return rates
        return replace(
            rates,
            dropout=self._dropout(rates.dropout, own, marker),
            dropin=rates.dropin if own.dropin is None else own.dropin,
            error=rates.error if own.error is None else own.error,
        )

    def _dropout(self, dropout: float, own: MarkerRates, marker: str) -> float:
        if own.dropout is not None and dropout == self.rates.dropout and not self.estimate:
            return own.dropout
        if own.dropout is None:
            return _shifted(dropout, own.dropout_odds or 1.0, 1.0)
        common = 0.0 if self.estimate else self.rates.dropout
        if not 0 < common < 1:
            raise ModelError(
                f"marker {marker}: its drop-out is stated without a common rate between 0 and 1, so it says nothing "
                "about a sample with a rate of its own; state dropout_odds"
            )
        return _shifted(dropout, own.dropout * (1 - common), (1 - own.dropout) * common)

    def around(self, rates: ObservationRates) -> ObservationModel:
        """The same markers around other common rates, which are stated."""
        return replace(
            self, rates=rates, estimate="", by_marker={m: self._as_odds(own) for m, own in self.by_marker.items()}
        )

    def _as_odds(self, own: MarkerRates) -> MarkerRates:
        common = self.rates.dropout
        if own.dropout is None or self.estimate or not (0 < common < 1 and 0 < own.dropout < 1):
            return own
        return replace(own, dropout=None, dropout_odds=own.dropout * (1 - common) / ((1 - own.dropout) * common))

    def takes_as_read(self, sample: ObservedSample) -> bool:
        """Whether the sample's genotypes are what they were read as: no rate above 0 at any marker, no replicates."""
        if sample.replicates or (sample.rates is None and self.estimate):
            return False
        markers = [self.rates_of(sample, marker) for marker in self.by_marker]
        return all(rates == NO_LOSS for rates in (self.rates if sample.rates is None else sample.rates, *markers))

    def describe(self) -> Statement:
        """What results say of the model."""
        rates, parts = self.rates, [self.rates.describe()]
        if self.estimate:
            source = _source(self.estimate)
            parts = [said.RATES_ESTIMATED(words_source=source, dropin=rates.dropin, error=rates.error)]
        if self.heights is not None:
            parts.append(said.BY_PEAK_HEIGHT(intercept=self.heights.intercept, slope=self.heights.slope))
        for marker, own in sorted(self.by_marker.items()):
            given = tuple(_OWN[name](number=rate) for name, rate in vars(own).items() if rate is not None)
            parts.append(said.OWN_RATES_OF_A_MARKER(marker=marker, rates=given))
        return parts[0] if len(parts) == 1 else said.SEVERAL(parts=tuple(parts))


_OWN: Mapping[str, Form] = {
    "dropout": said.OWN_DROPOUT,
    "dropout_odds": said.OWN_DROPOUT_ODDS,
    "dropin": said.OWN_DROPIN,
    "error": said.OWN_ERROR,
}
"""What one marker may have of its own."""


def _source(estimate: Estimate) -> Statement:
    return said.COMPLETENESS() if estimate == "completeness" else said.PEAK_HEIGHTS()


def _shifted(dropout: float, raised: float, lowered: float) -> float:
    """The probability whose odds are those of ``dropout`` times ``raised / lowered``."""
    lost, kept = dropout * raised, (1 - dropout) * lowered
    return lost / (lost + kept) if lost + kept else dropout


AS_READ = ObservationModel()
"""Genotypes of all samples are what they were read as."""
