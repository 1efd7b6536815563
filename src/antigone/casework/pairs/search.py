"""The main job: an incident in, ranked and explained candidates out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
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
from antigone.model.incident.incident import Incident
from antigone.model.incident.settings import SearchSettings
from antigone.model.results.search import SearchResult
from antigone.model.statements import method, searching
from antigone.model.statements.statement import Statement
from antigone.search.families.family_table import AS_READ
from antigone.search.families.reference_fit import ReferenceFit

ALONE = Execution()


@dataclass(frozen=True)
class SearchOutcome:
    """The result anybody on the case may read, and what was asked; for its geneticist alone the incidental findings,
    and how many pairs were truly compared: a pair without a reference that took part was not."""

    result: SearchResult
    incidental: tuple[ReferenceFit, ...]
    asked: Asked
    truly_compared: int


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
    fits = (*found.fits, *donors_off_line(prepared))
    return SearchOutcome(result, fits, what_was_asked(prepared), found.compared - found.silent)


def prior_of(persons: int, missing: int, settings: SearchSettings) -> tuple[float, Statement]:
    """The prior probability of one pair, and where it comes from."""
    if settings.prior is not None:
        return settings.prior, method.STATED_BY_USER()
    more_found = persons >= missing
    larger, reason = (persons, method.PRIOR_BY_UNIDENTIFIED) if more_found else (missing, method.PRIOR_BY_MISSING)
    if larger < 2:
        return 0.5, method.PRIOR_LARGEST()
    return 1 / larger, reason(number=larger)


def _size_notices(found: Found, settings: SearchSettings) -> tuple[Statement, ...]:
    notices = []
    if found.threshold > settings.threshold:
        notices.append(searching.THRESHOLD_RAISED(low=settings.threshold, high=found.threshold))
    if found.omitted:
        notices.append(searching.PAIRS_NOT_LISTED(number=found.omitted, most=MOST_OF_ONE))
    if len(found.pairs) > MOST_DETAILED:
        notices.append(searching.DETAILED_ARE_THE_STRONGEST(number=MOST_DETAILED))
    return tuple(notices)


def _observation_assumption(prepared: Prepared) -> Statement:
    """Whether samples may have lost or gained alleles, with the common rates and how many have rates of their own."""
    common = prepared.incident.settings.observation
    own = [person.rates.dropout for person in prepared.persons if person.rates is not None]
    if all(common.takes_as_read(person) for person in prepared.persons):
        return method.TAKEN_AS_READ()
    others = method.AS_READ() if common == AS_READ else common.describe()
    if not own:
        return method.SEEN_THROUGH_MODEL(words_rates=others)
    low, high = min(own), max(own)
    if low == high:
        return method.SEEN_THROUGH_OWN_RATE(number=len(own), rate=low, words_rates=others)
    return method.SEEN_THROUGH_OWN_RATES(number=len(own), low=low, high=high, words_rates=others)


def search_assumptions(prepared: Prepared) -> tuple[Statement, ...]:
    """What the search rests on, with its choices."""
    theta = prepared.incident.settings.theta
    return (
        method.PROPOSITIONS(),
        method.LR_OF_A_MARKER(),
        *linkage_assumptions(prepared),
        method.OTHERS_UNTYPED(),
        _observation_assumption(prepared),
        method.HARDY_WEINBERG_WITH_THETA(number=theta) if theta else method.HARDY_WEINBERG(),
        method.SMALLEST_RANKS(),
        sex_assumption(prepared.further.sex),
        method.PAIR_BY_ITSELF(),
    )
