"""The power of a declared family, before anybody is found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from antigone.model.assumptions.marker import Marker
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile
from antigone.search.power.distribution import Bounds, LrDistribution
from antigone.search.power.outcomes import outcomes_of
from antigone.search.power.question import PowerQuestion


@dataclass(frozen=True)
class Power:
    """How the LR of the right person and of an unrelated one is distributed, exactly.

    Every probability is an interval that contains it.
    """

    distribution: LrDistribution

    @property
    def expected_log10_lr(self) -> float:
        """The mean of log10 LR of the right person."""
        return self.distribution.expected_log10

    @property
    def exclusion(self) -> float:
        """P(LR = 0 of an unrelated person); 0 where every genotype is possible by mutation."""
        return self.distribution.exclusion_power

    def inclusion(self, threshold: float) -> Bounds:
        """P(LR >= threshold of the right person)."""
        return self.distribution.inclusion_power(threshold)

    def false_positive(self, threshold: float) -> Bounds:
        """P(LR >= threshold of an unrelated person)."""
        return self.distribution.false_positive_rate(threshold)

    def to_dict(self, threshold: float) -> dict[str, Any]:
        """The numbers for one threshold."""
        return {
            "threshold": threshold,
            "expected_log10_lr": self.expected_log10_lr,
            "exclusion": self.exclusion,
            "inclusion": (self.inclusion(threshold).low, self.inclusion(threshold).high),
            "false_positive": (self.false_positive(threshold).low, self.false_positive(threshold).high),
        }


def power(
    pedigree: Pedigree,
    missing: str,
    markers: Sequence[Marker],
    *,
    typed: Mapping[str, Profile] | None = None,
    new: Sequence[str] = (),
    theta: float = 0.0,
) -> Power:
    """How surely a missing person would be found: given what is ``typed``, over whatever the ``new`` relatives show.

    Computed and not simulated; at most two new relatives.

    Examples
    --------
    >>> duo = Pedigree.of(("F", "male"), ("C", "male", "F", None))
    >>> found = power(duo, "C", [Marker("M", ("a", "b"), (0.5, 0.5))], new=["F"])
    >>> round(found.exclusion, 9), round(found.inclusion(1.9).low, 9)
    (0.125, 0.25)
    """
    question = PowerQuestion(pedigree, missing, dict(typed or {}), tuple(new), theta)
    return Power(LrDistribution(tuple(outcomes_of(question, marker) for marker in question.require(markers))))


def inclusion_power(
    pedigree: Pedigree,
    missing: str,
    markers: Sequence[Marker],
    *,
    threshold: float,
    typed: Mapping[str, Profile] | None = None,
    new: Sequence[str] = (),
    theta: float = 0.0,
) -> Bounds:
    """P(LR >= threshold of the right person): an interval that contains it. See `power`."""
    return power(pedigree, missing, markers, typed=typed, new=new, theta=theta).inclusion(threshold)
