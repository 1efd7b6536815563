"""What a computation answers. Logarithms here are to base 10; absent evidence is left out, never zero-filled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from antigone.model.assumptions.choices import (
    SENSITIVITY_DROPOUTS,
    SENSITIVITY_MUTATION,
    SENSITIVITY_THETAS,
    WEAK_LOG10_LR,
)
from antigone.model.incident.settings import SearchSettings
from antigone.model.statements.statement import Statement


@dataclass(frozen=True)
class MutationStep:
    """One meiosis at which the data probably show a mutation.

    ``steps`` is the signed difference of the allele lengths (``None`` when an allele has no numeric value);
    ``probability`` is the posterior probability of a mutation at this meiosis, given the hypothesis that the
    unidentified person is the missing person.
    """

    parent: str
    child: str
    steps: float | None
    probability: float


@dataclass(frozen=True)
class MarkerMutation:
    """A marker that cannot be explained without a mutation, and where it most probably happened."""

    marker: str
    steps: tuple[MutationStep, ...]


@dataclass(frozen=True)
class SensitivityPoint:
    """The total log10 LR of a pair with one assumption changed, in the population where it is smallest."""

    assumption: str
    value: str
    log10_lr: float


def points_left_out(points: Sequence[SensitivityPoint]) -> tuple[tuple[str, str], ...]:
    """The changes of an assumption that have no point: the model does not exist there, or its sum is too large.

    Examples
    --------
    >>> points_left_out([SensitivityPoint("theta", f"{theta:g}", 6.0) for theta in SENSITIVITY_THETAS])[0]
    ('mutation rates', '× 0.1')
    """
    asked = (
        *(("theta", f"{value:g}") for value in SENSITIVITY_THETAS),
        *(("mutation rates", f"× {factor:g}") for factor in SENSITIVITY_MUTATION),
        *(("drop-out", f"{value:g}") for value in SENSITIVITY_DROPOUTS),
    )
    made = {(point.assumption, point.value) for point in points}
    return tuple(one for one in asked if one not in made)


Relation = Literal[
    "full sibling", "father", "mother", "child", "full sibling of the father", "full sibling of the mother"
]
"""How an unidentified person may be related to a missing person instead of being that person."""


@dataclass(frozen=True)
class RelativeAlternative:
    """H1 against the proposition that the unidentified person is a close relative of the missing person.

    ``log10_lr`` is that of the autosomal and X-chromosomal markers, taken as unlinked, in the population where the
    candidate's LR is smallest; above 0 it supports H1. ``partner`` is the declared other parent of a child.
    """

    relation: Relation
    log10_lr: float
    partner: str = ""


@dataclass(frozen=True)
class EvidenceLine:
    """One kind of evidence about one pair: its log10 LR (``None`` where ``words`` say why there is none), in words."""

    kind: str
    log10_lr: float | None
    words: Statement


@dataclass(frozen=True)
class Candidate:
    """One unidentified person proposed as one missing person, for a geneticist to judge.

    ``markers_compared`` are those on which the LR rests, ``markers_missing`` all others, for whatever reason.
    ``log10_lr`` is by population; ``log10_lr_by_marker`` by population, then by marker. A log10 LR of
    minus infinity means: impossible under the stated model. ``posterior`` rests on the smallest LR. In a large
    search only the strongest candidates are ``detailed``; of the others the markers and mutations are left out,
    until they are asked for. One that was ``worked_out`` in full has its sensitivity and its relatives too, where they
    can be computed. ``log10_lr_beyond`` is the part of ``log10_lr`` that belongs to no marker:
    "linkage" and "sex", by population. ``linkage_log10`` says, by group of linked markers, how much linkage changes
    the smallest log10 LR (``None``: not computed), and ``linkage_methods`` how that was computed when the LR contains
    it; without methods it does not. ``sensitivity`` shows, for the strongest candidates, how the total moves when one
    assumption does, and ``relatives`` how H1 stands against close relatives of the missing person. ``evidence`` is
    one line for the autosomal markers and each further kind, and their sums; empty when there is no further kind.
    ``references`` are all members of the family whose samples a consent covered, whether or not they fit (PURPOSE.md,
    rule 6), and ``members`` all who were declared, both in the order of the pedigree; empty when not kept.
    ``doubts`` say what the samples say against themselves, and against being this missing person; no number has them.
    Ranking and ``posterior`` rest on ``log10_lr``: the autosomal and X-chromosomal markers, with linkage and sex where
    they are computed.
    """

    rank: int
    unidentified: str
    family: str
    missing: str
    log10_lr: Mapping[str, float]
    smallest_population: str
    log10_lr_by_marker: Mapping[str, Mapping[str, float]]
    markers_compared: tuple[str, ...]
    markers_missing: tuple[str, ...]
    mutations: tuple[MarkerMutation, ...]
    posterior: float
    verbal: Statement
    detailed: bool = True
    worked_out: bool = False
    log10_lr_beyond: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    linkage_log10: Mapping[str, float | None] = field(default_factory=dict)
    linkage_methods: Mapping[str, str] = field(default_factory=dict)
    sensitivity: tuple[SensitivityPoint, ...] = ()
    relatives: tuple[RelativeAlternative, ...] = ()
    evidence: tuple[EvidenceLine, ...] = ()
    references: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    doubts: tuple[Statement, ...] = ()

    @property
    def smallest_log10_lr(self) -> float:
        return self.log10_lr[self.smallest_population]

    @property
    def near_relatives(self) -> tuple[RelativeAlternative, ...]:
        """The relatives whom the markers hardly tell from the missing person, the hardest first."""
        near = (one for one in self.relatives if one.log10_lr < WEAK_LOG10_LR)
        return tuple(sorted(near, key=lambda one: one.log10_lr))


@dataclass(frozen=True)
class ChanceMatches:
    """How many of the compared pairs are expected at or above the threshold by chance alone.

    ``bound`` is pairs / threshold (Markov's inequality on a likelihood ratio); ``estimate`` and its
    ``standard_error`` come from ``draws`` simulated profiles with the given seed.
    """

    pairs: int
    threshold: float
    bound: float
    estimate: float
    standard_error: float
    draws: int
    seed: int


@dataclass(frozen=True)
class UnidentifiedSummary:
    """What the search found for one unidentified person, in one line.

    ``dropout`` is the drop-out of the sample where it was estimated from the sample itself.
    """

    code: str
    sex: str
    markers_typed: int
    best_family: str | None
    best_missing: str | None
    best_log10_lr: float | None
    candidates: int
    remark: Statement
    dropout: float | None = None


@dataclass(frozen=True)
class FamilySummary:
    """One missing person and what the search proposes, in one line. Counts only.

    The strongest pair stands here only when it is a candidate: how weak it otherwise is may tell that references
    were left out (PURPOSE.md, rule 6). ``power`` is the share of simulated families with the same relatives typed in
    which the right person reaches the threshold (``search.power``), where it is too little; else ``None``. A family
    ``set_aside`` was too large to be computed exactly and was compared with nobody: it stands in no count of pairs.
    """

    family: str
    missing: str
    sex: str
    donors: int
    donors_without_consent: int
    best_unidentified: str | None
    best_log10_lr: float | None
    candidates: int
    remark: Statement
    power: float | None = None
    set_aside: bool = False


@dataclass(frozen=True)
class PairLine:
    """One pair of the search, and its log10 LR by population.

    ``status`` is compared (perhaps: taken as unlinked), sex differs, or no data.
    """

    unidentified: str
    family: str
    missing: str
    status: str
    log10_lr: Mapping[str, float]


@dataclass(frozen=True)
class Setting:
    """One choice of a computation: what it is called, and what it is."""

    choice: Statement
    value: Statement


@dataclass(frozen=True)
class Provenance:
    """All that is needed to run the computation again and get the same bytes.

    ``settings`` are the choices in words, for a reader; ``choices`` the same as values, for a program (``None`` in
    answers of Antigone 0.1.0 and older).
    """

    software: str
    version: str
    python: str
    libraries: Mapping[str, str]
    created: str
    command: str
    inputs: Mapping[str, str]
    frequencies: Mapping[str, str]
    settings: tuple[Setting, ...]
    seed: int
    consent_attested_by: str
    choices: SearchSettings | None = None


@dataclass(frozen=True)
class SearchResult:
    """A whole search: the ranked candidates at or above the threshold, and everything around them.

    ``pairs_compared + pairs_excluded_by_sex + pairs_without_data`` is the number of all pairs; they are counted by who
    is typed in the declared families, whether or not the references fit (PURPOSE.md, rule 6), and the bound of
    ``chance`` rests on that count. ``set_aside`` are the codes of families that are in none of these counts, because
    they are too large to be computed exactly; ``notices`` say what would make it possible. ``day`` is the day on which
    consents were checked. ``pairs`` lists every pair of a small search; it is for the responsible geneticist, because
    a family whose every LR is 1 may tell that its references were left out.
    """

    title: str
    populations: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    unidentified: tuple[UnidentifiedSummary, ...]
    families: tuple[FamilySummary, ...]
    pairs_compared: int
    pairs_excluded_by_sex: int
    pairs_without_data: int
    chance: ChanceMatches
    prior: float
    prior_reason: Statement
    threshold: float
    left_out: Mapping[str, int]
    assumptions: tuple[Statement, ...]
    notices: tuple[Statement, ...]
    verbal_scale_source: str
    provenance: Provenance
    day: str
    pairs: tuple[PairLine, ...] = ()
    set_aside: tuple[str, ...] = ()

    @cached_property
    def candidates_by_unidentified(self) -> Mapping[str, Sequence[Candidate]]:
        groups: dict[str, list[Candidate]] = {}
        for candidate in self.candidates:
            groups.setdefault(candidate.unidentified, []).append(candidate)
        return groups

    @cached_property
    def candidates_by_missing(self) -> Mapping[tuple[str, str], Sequence[Candidate]]:
        """By family and missing person."""
        groups: dict[tuple[str, str], list[Candidate]] = {}
        for candidate in self.candidates:
            groups.setdefault((candidate.family, candidate.missing), []).append(candidate)
        return groups
