"""The same pairs under two models of an incident: what another model would change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from antigone.casework.incident.prepare import Prepared, Progress, prepare, silent
from antigone.casework.pairs.candidates import describe_pair
from antigone.casework.pairs.evidence import with_further
from antigone.casework.pairs.linkage import linkage_of_pair
from antigone.casework.pairs.search import prior_of
from antigone.model.incident.incident import Incident, UnidentifiedPerson
from antigone.model.results.search import Candidate
from antigone.search.families.family_table import Target
from antigone.search.pairs.blocks import usable_targets
from antigone.search.pairs.comparison import compare

Pair = tuple[str, str, str]
"""The codes of an unidentified person, a family and its missing member."""


@dataclass(frozen=True)
class PairResult:
    """One pair under one model: the smallest log10 LR over the populations, the log10 of all evidence together where
    there is more than the markers, and the posterior of the LR."""

    log10_lr: float
    population: str
    together: float | None
    posterior: float


def pairs_under(
    incident: Incident, pairs: Sequence[Pair], *, today: dt.date, progress: Progress = silent
) -> Mapping[Pair, PairResult]:
    """What a search would give for these pairs under the model of the incident, whatever its threshold.

    The prior, the ladders and the consents are those of the whole incident. A pair of somebody who is not there, whose
    donors lack consent, or that has no likelihood ratio under the model, is not in the answer.

    Raises
    ------
    InputError
        When no typed marker has frequencies in every population of the model.
    PlanTooLarge
        When none of the families can be computed.
    """
    prepared = prepare(incident, today=today, only_families={family for _, family, _ in pairs})
    _, targets = usable_targets(prepared.families, prepared.populations, theta=incident.settings.theta)
    by_missing = {(target.family, target.missing): target for target in targets}
    people = {person.code: person for person in prepared.persons}
    prior, _ = prior_of(len(prepared.persons), sum(len(f.missing) for f in incident.families), incident.settings)
    found: dict[Pair, PairResult] = {}
    for done, pair in enumerate(pairs):
        progress("computing the candidates", done, len(pairs))
        person, target = people.get(pair[0]), by_missing.get((pair[1], pair[2]))
        candidate = None if person is None or target is None else _candidate(prepared, target, person, prior)
        if candidate is not None:
            found[pair] = _result(candidate)
    progress("computing the candidates", len(pairs), len(pairs))
    return found


def _candidate(prepared: Prepared, target: Target, person: UnidentifiedPerson, prior: float) -> Candidate | None:
    settings = prepared.incident.settings
    comparison = compare(
        [target], [person], populations=prepared.populations, theta=settings.theta, observation=settings.observation,
        sex=prepared.further.sex,
    )  # fmt: skip
    if not comparison.compared[0, 0] or any(np.isnan(log_lr).any() for log_lr in comparison.log_lr.values()):
        return None
    linked = linkage_of_pair(prepared, target=target, person=person)
    candidate = describe_pair(prepared, comparison, 0, 0, linked=linked, prior=prior)
    return with_further(candidate, prepared, target=target, person=person, prior=prior)


def _result(candidate: Candidate) -> PairResult:
    together = candidate.evidence[-1].log10_lr if candidate.evidence else None
    return PairResult(candidate.smallest_log10_lr, candidate.smallest_population, together, candidate.posterior)
