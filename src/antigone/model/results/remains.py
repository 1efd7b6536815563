"""Which remains are probably parts of one person: the choices, and what a re-association answers.

Only remains take part: no donor and no living person has a place here. Logarithms are to base 10.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from antigone.model.assumptions.observation import ObservationRates, Replicate
from antigone.model.checks import checked_kind, checked_number
from antigone.model.profile import Genotype
from antigone.model.results.search import Provenance
from antigone.model.statements.statement import Statement

REMAINS_RATES = ObservationRates(dropout=0.2, dropin=0.01, error=0.005)
"""The rates of a sample of remains when the laboratory states none.

Without them one lost allele, or one wrong marker among 24, would exclude for certain that two bones are of one
person. The drop-out rate is that of a degraded sample because it costs little where there is none and gains much where
there is: simulated on 24 markers, two complete samples of one person lose 5 % of their log LR by it, while the median
log10 LR against siblings of two fragments that each lost 30 % of their alleles rises from 1.8 (at 0.05) to 3.8. Drop-in
and error are round numbers. A laboratory states the rates of its own validation.
"""

ONE_FALSE_LINK_IN = 100.0
"""By default the threshold is this many times the number of pairs, so that the expected number of unrelated
pairs that are linked is at most 1 in 100 such incidents (Markov's inequality)."""


@dataclass(frozen=True)
class ReassociationSettings:
    """Every choice that changes which samples are grouped, stated in every result.

    ``threshold`` is the LR of "one person" against "unrelated" from which two samples are linked; ``None``
    takes 100 times the number of pairs, and at least the incident's own threshold. ``relative_threshold`` is
    the LR that a link also needs against full siblings and against parent and child: at most one in so many pairs
    of such relatives reaches it (Markov's inequality), so it follows from how many of them may be among the
    dead. ``least_posterior`` is the posterior probability from which a genotype enters a group's consensus profile.

    Raises
    ------
    ModelError
        When a threshold is below 1, or the posterior is not between 0.5 and 1.
    """

    rates: ObservationRates = REMAINS_RATES
    threshold: float | None = None
    relative_threshold: float = 1000.0
    least_posterior: float = 0.95

    def __post_init__(self) -> None:
        checked_kind(
            self.rates, ObservationRates, "the rates of re-association", "ObservationRates(dropout, dropin, error)"
        )
        for threshold in (self.relative_threshold, *(() if self.threshold is None else (self.threshold,))):
            what = "a threshold of re-association"
            checked_number(threshold, what, "a likelihood ratio of 1 or more", holds=lambda lr: lr >= 1)
        least = "more than 0.5, less than 1"
        checked_number(self.least_posterior, "the least posterior", least, holds=lambda p: 0.5 < p < 1)


@dataclass(frozen=True)
class SamplePair:
    """Two samples of remains: log10 LR of "one person" against each alternative.

    ``log10_lr`` is against "unrelated" by population; the smallest over the populations is given against full
    siblings and against parent and child (the less favourable direction). ``remark`` says what follows.
    """

    first: str
    second: str
    log10_lr: Mapping[str, float]
    smallest_population: str
    log10_lr_siblings: float
    log10_lr_parent_child: float
    markers_shared: int
    remark: Statement | None = None

    @property
    def smallest_log10_lr(self) -> float:
        return self.log10_lr[self.smallest_population]


@dataclass(frozen=True)
class ConsensusMarker:
    """One marker of a group: the genotype all samples together make probable, and what each sample showed: the
    genotype, or every allele seen in its replicates.

    ``genotype`` is ``None`` when not even one allele reaches the least posterior. ``posterior`` is the smallest over
    the populations. ``differ`` says that the samples do not all show the same.
    """

    genotype: Genotype | None
    posterior: float
    sources: Mapping[str, Replicate]
    differ: bool


@dataclass(frozen=True)
class SampleGroup:
    """Samples that are probably parts of one person, or a conflict that a person has to look at.

    ``consistent``: every pair that shares a typed marker supports one person over siblings, over parent and child
    and over unrelated people. ``conflict``: the samples hang together, but some pairs contradict; nothing is
    merged. Then ``bridges`` are samples that alone hold contradicting ones together (a mixture, a contamination),
    and ``parts`` what remains together without them. ``fingerprint`` is the SHA-256 of the samples' profiles.
    ``doubts`` say what the samples say against themselves, against each other and against staying apart from others.
    """

    code: str
    status: Literal["consistent", "conflict"]
    samples: tuple[str, ...]
    sex: str
    weakest: SamplePair
    contradictions: tuple[SamplePair, ...]
    bridges: tuple[str, ...]
    parts: tuple[tuple[str, ...], ...]
    consensus: Mapping[str, ConsensusMarker]
    fingerprint: str
    remark: Statement
    doubts: tuple[Statement, ...] = ()


@dataclass(frozen=True)
class ReassociationResult:
    """A whole re-association. ``pairs_compared`` with the excluded ones and those without data are all pairs.

    ``rates_used`` says the rates that the samples were seen through: the common ones of ``settings`` belong to those
    without rates of their own. ``links`` are the pairs that hold groups together, ``undecided`` pairs that reach the
    threshold against "unrelated" but not against close relatives; both strongest first and at most as many as
    ``most_listed``.
    """

    title: str
    populations: tuple[str, ...]
    groups: tuple[SampleGroup, ...]
    links: tuple[SamplePair, ...]
    undecided: tuple[SamplePair, ...]
    links_found: int
    undecided_found: int
    most_listed: int
    remains: int
    living_left_out: int
    ungrouped: int
    pairs_compared: int
    pairs_excluded_by_sex: int
    pairs_without_data: int
    threshold: float
    threshold_reason: Statement
    expected_false_links: float
    settings: ReassociationSettings
    rates_used: Statement
    assumptions: tuple[Statement, ...]
    notices: tuple[Statement, ...]
    provenance: Provenance
