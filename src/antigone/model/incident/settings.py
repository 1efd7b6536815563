"""The settings of an incident: every choice that changes an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from antigone.errors import ModelError
from antigone.model.assumptions.frequency import FrequencyRule
from antigone.model.assumptions.linkage import LinkageModel
from antigone.model.assumptions.mutation import MutationModel, NoMutation, Stepwise, checked_mutation
from antigone.model.assumptions.observation import AS_READ, ObservationModel
from antigone.model.assumptions.verbal import VerbalScale
from antigone.model.checks import checked_items, checked_kind, checked_number, checked_theta


@dataclass(frozen=True)
class MutationChoice:
    """The mutation models of mothers and fathers, with exceptions by marker."""

    female: MutationModel = NoMutation()
    male: MutationModel = NoMutation()
    by_marker: Mapping[str, tuple[MutationModel, MutationModel]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for models in ((self.female, self.male), *self.by_marker.values()):
            both = checked_items(models, "the models of a marker", "two, of mothers and of fathers")
            if len(both) != 2:
                raise ModelError(f"the models of a marker are {len(both)}, expected two, of mothers and of fathers")
            for model, parents in zip(both, ("mothers", "fathers"), strict=True):
                checked_mutation(model, f"the mutation model of {parents}")

    def of(self, marker: str) -> tuple[MutationModel, MutationModel]:
        """The ``(female, male)`` models of a marker."""
        return self.by_marker.get(marker, (self.female, self.male))


DEFAULT_MUTATION = MutationChoice(
    female=Stepwise(rate=0.0005, rate2=1e-6, range=0.1), male=Stepwise(rate=0.002, rate2=1e-6, range=0.1)
)
"""The mutation models of an incident that states none.

Rounded from the parent-child transmissions of Brinkmann et al. 1998 (Am. J. Hum. Genet. 62:1408-1415,
doi:10.1086/301869): about 2 mutations in 1,000 transmissions, about 17 paternal to 3 maternal, and nearly all by
one repeat. ``range = 0.1`` makes a change of one repeat ten times as likely as one of two. ``rate2`` keeps
a change of microvariant class possible, so that no single marker can exclude a relative for certain. A laboratory
that has rates of its own for its kit states them under ``[mutation]``.
"""


LEAST_PRIOR = 1e-15
"""No pair of people has a smaller prior probability; its inverse must be a number."""


@dataclass(frozen=True)
class SearchSettings:
    """Every choice that changes an answer, stated in every result.

    ``threshold`` is the likelihood ratio from which a pair is listed as a candidate for review. With
    ``threshold_grows`` a larger search raises it, so that by the bound pairs / threshold at most one chance
    candidate is expected for every ten unidentified persons. ``observation`` is how the unidentified persons'
    samples may fail to show their genotypes.
    ``prior`` is the prior probability of one pair; ``None`` takes one over the number of unidentified or
    of missing persons, whichever is larger. ``verbal`` puts a likelihood ratio into words. ``linkage`` names the
    markers that are computed as linked; ``None`` takes all as unlinked.
    """

    mutation: MutationChoice = MutationChoice()
    theta: float = 0.0
    rule: FrequencyRule = FrequencyRule()
    threshold: float = 1e4
    prior: float | None = None
    verbal: VerbalScale = field(default_factory=VerbalScale)
    threshold_grows: bool = True
    observation: ObservationModel = AS_READ
    linkage: LinkageModel | None = None

    def threshold_for(self, pairs: int, unidentified: int) -> float:
        """The threshold of a search of this size.

        >>> settings = SearchSettings()
        >>> settings.threshold_for(1_700, 60), settings.threshold_for(10**10, 50_000)
        (10000.0, 2000000.0)
        """
        if not self.threshold_grows or not unidentified:
            return self.threshold
        return max(self.threshold, 10 * pairs / unidentified)

    def __post_init__(self) -> None:
        checked_theta(self.theta)
        checked_number(self.threshold, "the threshold", "a positive likelihood ratio", holds=lambda lr: lr > 0)
        if self.prior is not None:
            expected = "a probability between 0 and 1, and not tiny (1e-15)"
            checked_number(self.prior, "the prior", expected, holds=lambda p: LEAST_PRIOR <= p < 1)
        checked_kind(self.mutation, MutationChoice, "the mutation", "MutationChoice(female, male)")
        checked_kind(self.rule, FrequencyRule, "the frequency rule", "FrequencyRule(minimum_count, minimum)")
        checked_kind(self.threshold_grows, bool, "threshold_grows", "True or False")
        checked_kind(self.observation, ObservationModel, "the observation model", "ObservationModel(rates)")
