"""What the joint identification of all victims answers. Logarithms here are to base 10."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from antigone.errors import ModelError
from antigone.model.assumptions.choices import CLEAR_POSTERIOR
from antigone.model.checks import checked_choice, checked_number, exact_text
from antigone.model.results.search import Provenance
from antigone.model.statements.statement import Statement

PriorKind = Literal["flat", "closed", "open", "fraction", "odds"]
PRIOR_KINDS: tuple[PriorKind, ...] = get_args(PriorKind)
DEFAULT_PRIOR: PriorKind = "flat"
PRIORS_WITHOUT_NUMBER: tuple[PriorKind, ...] = ("flat", "closed")
RatioKind = Literal["exact", "at least", "at most"]
"""What is known of a generalised LR: its value, or a bound where assignments left out could change it."""


@dataclass(frozen=True)
class JointPrior:
    """The prior over joint assignments, before any DNA is looked at.

    ``flat``: every assignment alike. ``closed``: every unidentified person is one of the missing, all such
    assignments alike. ``open``: ``value`` missing persons are expected among the unidentified. ``fraction``: this
    share of the unidentified is expected to be missing persons. ``odds``: an assignment is ``value`` to the power
    of its number of identifications. Under the last three, assignments with as many identifications are alike.
    """

    kind: PriorKind = DEFAULT_PRIOR
    value: float = 0.0

    def __post_init__(self) -> None:
        checked_choice(self.kind, "the prior", PRIOR_KINDS)
        what = f"the number of the prior '{self.kind}'"
        if self.kind in ("open", "odds"):
            checked_number(self.value, what, "a finite number above 0", holds=lambda value: value > 0)
        if self.kind == "fraction":
            checked_number(self.value, what, "a number between 0 and 1", holds=lambda value: 0 < value < 1)

    @property
    def text(self) -> str:
        """The prior as `parse` reads it.

        >>> JointPrior("open", 12.0).text, JointPrior().text
        ('open=12', 'flat')
        """
        return self.kind if self.kind in PRIORS_WITHOUT_NUMBER else f"{self.kind}={exact_text(self.value)}"

    @classmethod
    def parse(cls, text: str) -> JointPrior:
        """A prior from ``flat``, ``closed``, ``open=E``, ``fraction=p`` or ``odds=w``.

        >>> JointPrior.parse("open=12")
        JointPrior(kind='open', value=12.0)
        """
        name, _, number = text.strip().partition("=")
        if name not in PRIOR_KINDS or (name in PRIORS_WITHOUT_NUMBER) == bool(number):
            raise ModelError(f"the prior is '{text}', expected flat, closed, open=E, fraction=p or odds=w")
        try:
            return cls(name, float(number) if number else 0.0)
        except ValueError:
            raise ModelError(f"the prior is '{text}', and '{number}' is no number") from None


@dataclass(frozen=True)
class Pairing:
    """One unidentified person as one missing person, among all joint assignments.

    ``log10_glr``: the best assignment with this pairing over the best one without it, or the bound on it that
    ``glr_kind`` says; ``None`` when every possible assignment has the pairing.
    """

    unidentified: str
    family: str
    missing: str
    posterior: float
    log10_glr: float | None
    glr_kind: RatioKind


@dataclass(frozen=True)
class Assignment:
    """One joint assignment: ``pairs`` of (unidentified, family, missing); everybody else stays unassigned.

    ``log10_weight`` is its prior times likelihood over that of "nobody is identified"; ``log10_factor`` how many
    powers of ten the best assignment is above it; ``log_likelihood`` is natural (``None`` with theta above 0, where
    only ratios are defined). ``rank_proven``: no assignment left out can weigh more than this one.
    """

    pairs: tuple[tuple[str, str, str], ...]
    log10_weight: float
    log10_factor: float
    posterior: float
    log_likelihood: float | None
    rank_proven: bool


FULL_SIBLINGS = "full siblings"
"""The reason of a symmetric group whose places are those of full siblings."""


@dataclass(frozen=True)
class SymmetricGroup:
    """Places of one family that the data cannot tell apart, and the unidentified persons proposed for them."""

    family: str
    missing: tuple[str, ...]
    unidentified: tuple[str, ...]
    posterior: float
    reason: str


@dataclass(frozen=True)
class Rivals:
    """Unidentified persons who fit one place, which only one of them can have; they may be parts of one person.

    ``unidentified``: first the one whom the best joint assignment has there. The others have no place that is settled.
    """

    family: str
    missing: str
    unidentified: tuple[str, ...]


@dataclass(frozen=True)
class Conclusion:
    """What is proposed for one unidentified person under the threshold, or why it stays open.

    ``status`` is ``supported`` (one place), ``supported, places alike`` (one of several places of a family that the
    data do not tell apart), ``open``, or ``impossible``. ``log10_glr`` is for the place or for all named places
    together, with ``glr_kind`` as for a pairing. ``sentences`` say why, and what would decide it. ``doubts`` are what
    the samples say against themselves, and against the places named; no number has them.
    """

    unidentified: str
    family: str | None
    missing: tuple[str, ...]
    status: str
    posterior: float
    log10_glr: float | None
    glr_kind: RatioKind
    sentences: tuple[Statement, ...]
    doubts: tuple[Statement, ...] = ()

    @property
    def is_only_bounded(self) -> bool:
        """Whether somebody has a clear place that only the assignments left out keep from being proven."""
        return self.glr_kind == "at least" and self.posterior >= CLEAR_POSTERIOR


@dataclass(frozen=True)
class FamilyAnswer:
    """What the joint solution says about one family.

    ``not_found[missing]`` is the posterior probability that the missing person is not among the unidentified.
    ``proposed`` pairs missing members with unidentified persons in the best joint assignment.
    """

    family: str
    missing: tuple[str, ...]
    proposed: Mapping[str, str]
    not_found: Mapping[str, float]
    sentences: tuple[Statement, ...]


@dataclass(frozen=True)
class PersonAnswer:
    """All that a joint result says of one unidentified person and any missing person, with what the numbers rest on.

    ``pairings`` are those listed of this person; the rest as in ``JointResult``.
    """

    none_of_missing: float
    pairings: tuple[Pairing, ...]
    least_listed: float
    error_bound: float
    prior_sentence: Statement


@dataclass(frozen=True)
class JointResult:
    """The joint identification of an incident in one population.

    ``exact``: every possible assignment was summed; else ``error_bound`` bounds the error of every posterior, and
    ``log10_left_out`` the weight of any single assignment left out (``-inf`` for none): what weighs more is exact.
    ``not_among_missing`` is by unidentified person. ``pairings`` lists the pairings above ``least_listed``.
    ``day`` is the day on which the consents were active (ISO). ``no_data`` names missing persons on whom no
    consenting donor bears, neither directly nor through other missing persons. ``rivals`` are persons who compete for
    one place.
    """

    title: str
    population: str
    prior: JointPrior
    prior_sentence: Statement
    threshold: float
    assignments_possible: float
    exact: bool
    error_bound: float
    log10_left_out: float
    components: int
    assignments: tuple[Assignment, ...]
    pairings: tuple[Pairing, ...]
    not_among_missing: Mapping[str, float]
    families: tuple[FamilyAnswer, ...]
    symmetric: tuple[SymmetricGroup, ...]
    no_data: tuple[tuple[str, str], ...]
    conclusions: tuple[Conclusion, ...]
    assumptions: tuple[Statement, ...]
    notices: tuple[Statement, ...]
    provenance: Provenance
    day: str
    least_listed: float = 1e-6
    rivals: tuple[Rivals, ...] = ()

    def by_person(self) -> dict[str, PersonAnswer]:
        """What it says of each unidentified person."""
        listed: defaultdict[str, list[Pairing]] = defaultdict(list)
        for pairing in self.pairings:
            listed[pairing.unidentified].append(pairing)
        return {
            code: PersonAnswer(none, tuple(listed[code]), self.least_listed, self.error_bound, self.prior_sentence)
            for code, none in self.not_among_missing.items()
        }
