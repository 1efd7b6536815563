"""The main job: an incident in, ranked and explained candidates out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from antigone.casework.incident.prepare import Prepared, Progress, prepare, silent
from antigone.casework.incident.provenance import describe_run
from antigone.casework.pairs.candidates import MOST_DETAILED, describe_candidates
from antigone.casework.pairs.chance import estimate_chance
from antigone.casework.pairs.evidence import donors_off_line, independence_of, sex_assumption
from antigone.casework.pairs.kept import Asked, what_was_asked, with_answers
from antigone.casework.pairs.linkage import (
    linkage_assumptions,
    linkage_notices,
)
from antigone.casework.pairs.pairs import Execution, Found, find_pairs, linkage_in_search
from antigone.casework.pairs.summaries import describe_families, describe_persons, list_pairs
from antigone.casework.samples.doubts import with_doubts
from antigone.casework.samples.self_checks import SelfChecks
from antigone.model.assumptions.choices import MOST_OF_ONE
from antigone.model.checks import exact_text
from antigone.model.incident.incident import Incident
from antigone.model.incident.settings import SearchSettings
from antigone.model.results.search import SearchResult
from antigone.plain_words import count_text, threshold_text
from antigone.search.families.family_table import AS_READ
from antigone.search.families.reference_fit import ReferenceFit

ALONE = Execution()


@dataclass(frozen=True)
class SearchOutcome:
    """The result anybody on the case may read, the incidental findings for its geneticist alone, and what was asked."""

    result: SearchResult
    incidental: tuple[ReferenceFit, ...]
    asked: Asked


def search_incident(
    incident: Incident,
    *,
    today: dt.date,
    created: str,
    command: str,
    seed: int = 1,
    execution: Execution = ALONE,
    progress: Progress = silent,
    known: Mapping[str, bytes] | None = None,
) -> SearchOutcome:
    """Compare every unidentified person with every missing person and rank what reaches the threshold.

    ``created`` is the time stamp to write; ``today`` decides which consents are active; ``seed`` drives the
    simulated estimate of chance matches only; ``execution`` says how it is computed and changes no answer. ``known`` is
    what families answered in an earlier search (`kept`): only those that changed are asked. It changes no answer.

    Raises
    ------
    InputError, ModelError, PlanTooLarge, Unsupported
        See ``prepare``, the engine and ``run_blocks``.
    """
    prepared = with_answers(prepare(incident, today=today), known)
    settings = incident.settings
    found = find_pairs(prepared, execution, progress)
    prior, reason = prior_of(len(prepared.persons), prepared.all_missing, settings)
    checks = SelfChecks(incident)
    candidates = with_doubts(describe_candidates(prepared, found, prior, progress), incident, checks)
    families = describe_families(prepared, found, candidates, seed=seed, progress=progress)
    progress("simulating chance matches", 0, 1)
    result = SearchResult(
        title=incident.title,
        populations=tuple(prepared.populations),
        candidates=candidates,
        unidentified=describe_persons(prepared, found, candidates),
        families=families,
        pairs_compared=found.compared,
        pairs_excluded_by_sex=found.excluded_by_sex,
        pairs_without_data=found.without_data,
        chance=estimate_chance(prepared, found, seed),
        prior=prior,
        prior_reason=reason,
        threshold=found.threshold,
        left_out=prepared.left_out,
        assumptions=(*search_assumptions(prepared), *independence_of(candidates)),
        notices=(
            *incident.notices,
            *prepared.notices,
            *checks.of_incident(),
            *_size_notices(found, settings),
            *linkage_notices(prepared, candidates),
        ),
        verbal_scale_source=settings.verbal.source,
        provenance=describe_run(incident, created=created, command=command, seed=seed),
        day=today.isoformat(),
        pairs=list_pairs(found, linkage=linkage_in_search(settings) is not None),
        set_aside=tuple(one.family for one in prepared.set_aside),
    )
    return SearchOutcome(result, (*found.fits, *donors_off_line(prepared)), what_was_asked(prepared))


def prior_of(persons: int, missing: int, settings: SearchSettings) -> tuple[float, str]:
    """The prior probability of one pair, and where it comes from."""
    if settings.prior is not None:
        return settings.prior, "stated by the user"
    larger, what = (persons, "unidentified") if persons >= missing else (missing, "missing")
    if larger < 2:
        return 0.5, "one half, the largest prior that a pair is given unless one is stated"
    return 1 / larger, f"one over the number of {what} persons ({larger})"


def _size_notices(found: Found, settings: SearchSettings) -> tuple[str, ...]:
    notices = []
    if found.threshold > settings.threshold:
        notices.append(
            f"the threshold was raised from {threshold_text(settings.threshold)} to "
            f"{threshold_text(found.threshold)}, so that in a search of this size at most one chance candidate is "
            "expected for ten unidentified persons"
        )
    if found.omitted:
        notices.append(
            f"{count_text(found.omitted)} pairs above the threshold are not listed: each unidentified and each "
            f"missing person is shown with the {MOST_OF_ONE} strongest"
        )
    if len(found.pairs) > MOST_DETAILED:
        notices.append(
            f"markers and mutations are worked out for the {count_text(MOST_DETAILED)} strongest candidates; any other "
            "one is worked out when it is asked for"
        )
    return tuple(notices)


def _observation_assumption(prepared: Prepared) -> str:
    """Whether samples may have lost or gained alleles, with the common rates and how many have rates of their own."""
    common = prepared.incident.settings.observation
    own = [person.rates.dropout for person in prepared.persons if person.rates is not None]
    if all(common.takes_as_read(person) for person in prepared.persons):
        return "Genotypes are taken as read: no allele drop-out or drop-in beyond alleles marked as not read."
    words = f"Samples with rates of their own: {len(own)}, with drop-out {_range(own)}. " if own else ""
    others = "taken as read" if common == AS_READ else common.describe()
    return (
        "Samples of the unidentified may have lost or gained alleles, and are seen through the observation model. "
        + words
        + f"Samples without rates of their own: {others}. References are taken as read."
    )


def _range(rates: Sequence[float]) -> str:
    low, high = min(rates), max(rates)
    return exact_text(low) if low == high else f"from {exact_text(low)} to {exact_text(high)}"


def search_assumptions(prepared: Prepared) -> tuple[str, ...]:
    """The method in plain words, with the choices of this search."""
    settings = prepared.incident.settings
    return (
        "H1: the unidentified person is the missing person of the family as declared. "
        "H2: the unidentified person is unrelated to the family.",
        "The likelihood ratio (LR) of a marker is the probability of all typed genotypes under H1 over that under H2, "
        "summed exactly over everything that is not known. Nothing is approximated.",
        *linkage_assumptions(prepared),
        "Other missing members of a family take part as untyped members.",
        _observation_assumption(prepared),
        "Founders are unrelated and the population is in Hardy-Weinberg proportions"
        + (f", corrected by theta = {exact_text(settings.theta)}." if settings.theta else " (theta = 0)."),
        "The LR is computed in every population; the smallest one ranks the pair and gives the posterior.",
        sex_assumption(prepared.further.sex),
        "The posterior treats each pair by itself. It is not the joint posterior of all pairs.",
    )
