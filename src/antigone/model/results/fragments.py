"""What the joint answer for fragments says: each sample, each missing person, each pair of samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from antigone.model.results.joint import JointPrior
from antigone.model.results.search import Provenance
from antigone.model.statements.statement import Statement


@dataclass(frozen=True)
class SamplePlace:
    """One sample as (a part of) one missing person, among all ways to explain all samples."""

    sample: str
    family: str
    missing: str
    posterior: float


@dataclass(frozen=True)
class SampleProposal:
    """What is most probable of one sample: whose it is, and which other samples are more probably than not the same
    person's.

    ``missing`` are places of one family: one, or several that are alike for this sample, and ``posterior`` is that of
    all of them; none where "of nobody missing" is more probable, and then ``posterior`` is that. ``supported``: the
    odds of it, after all samples were weighed, reach the threshold of the incident; else it is open.
    """

    sample: str
    family: str
    missing: tuple[str, ...]
    posterior: float
    parts: tuple[str, ...]
    supported: bool


@dataclass(frozen=True)
class MissingFound:
    """One missing person: the posterior of not being among the samples (``parts`` 0), and of being in so many parts.

    ``sets`` are the sets of samples that may be all of them, most probable first.
    """

    family: str
    missing: str
    parts: Mapping[int, float]
    sets: tuple[tuple[tuple[str, ...], float], ...]


@dataclass(frozen=True)
class OnePerson:
    """The posterior that two samples are of one person, missing or not."""

    first: str
    second: str
    posterior: float


@dataclass(frozen=True)
class FragmentsResult:
    """Fragments and identities in one model, in one population.

    ``places`` and ``pairs`` list what reaches ``least_listed``; ``nobody_missing`` is the posterior of each sample
    of being of a person who is not missing. ``left_out`` is the share of the weight that was met and left out;
    ``least_apart`` is the least probability, by the samples alone, of a set that may stand at a missing member's place.
    ``least_step`` is the least LR for one person at which a further sample joined a set.
    ``exact``: nothing was left out anywhere. ``sets`` counts the sets of samples that were looked at as one person.
    """

    title: str
    population: str
    prior: JointPrior
    odds: float
    threshold: float
    proposals: tuple[SampleProposal, ...]
    places: tuple[SamplePlace, ...]
    nobody_missing: Mapping[str, float]
    missing: tuple[MissingFound, ...]
    pairs: tuple[OnePerson, ...]
    sets: int
    exact: bool
    least_apart: float
    least_step: float
    left_out: float
    notices: tuple[Statement, ...]
    provenance: Provenance
    day: str
    least_listed: float = 1e-6
