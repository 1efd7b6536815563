"""The main job: an incident in, ranked and explained candidates out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from antigone.casework.incident.prepare import Prepared, Progress, prepare, silent
from antigone.casework.incident.provenance import describe_run
from antigone.casework.pairs.evidence import donors_off_line, independence_of, sex_assumption, with_further
from antigone.casework.pairs.linkage import (
    MOST_LINKED,
    linkage_assumptions,
    linkage_in_lr,
    linkage_notices,
    linkage_of_pair,
    with_linkage,
)
from antigone.casework.pairs.pairs import MOST_OF_ONE, Execution, Found, find_pairs, linkage_in_search
from antigone.casework.pairs.summaries import describe_families, describe_persons, list_pairs
from antigone.casework.samples.doubts import with_doubts
from antigone.casework.samples.self_checks import SelfChecks
from antigone.engine.arrays import LN10
from antigone.engine.sums.ladder import stack_markers
from antigone.engine.sums.mutation_events import locate_mutations, markers_needing_mutation
from antigone.engine.sums.population import genotype_log_probability
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import ObservationModel
from antigone.model.checks import exact_text
from antigone.model.incident.incident import Incident, SearchSettings, UnidentifiedPerson
from antigone.model.profile import Profile
from antigone.model.results.search import Candidate, ChanceMatches, MarkerMutation, SearchResult
from antigone.plain_words import count_text, threshold_text
from antigone.search.families.family_table import AS_READ, Target
from antigone.search.families.reference_fit import ReferenceFit
from antigone.search.one_pair.relatives import relative_alternatives
from antigone.search.one_pair.sensitivity import sensitivity
from antigone.search.pairs.chance import expected_chance_matches
from antigone.search.pairs.comparison import Comparison, compare, differ, informative_markers, posterior_probability
from antigone.search.pairs.linked import LinkedPair
from antigone.search.readings.codes import Reader, encode_readings
from antigone.search.remains.readings import observe_profile

ALONE = Execution()
MOST_DETAILED = 1_000
"""The strongest candidates whose markers and mutations are worked out; ``antigone explain`` does the same for any."""
MOST_SENSITIVE = 5
"""The strongest candidates that are held against other assumptions and against close relatives of the missing person;
``antigone explain`` does it for any pair."""
MOST_SAMPLED = 300
"""Missing and unidentified persons from which the chance matches of a large search are estimated."""


@dataclass(frozen=True)
class SearchOutcome:
    """The result anybody on the case may read; and for its geneticist alone the incidental findings, and how many pairs
    were truly compared: a pair without a reference that took part was not."""

    result: SearchResult
    incidental: tuple[ReferenceFit, ...]
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
) -> SearchOutcome:
    """Compare every unidentified person with every missing person and rank what reaches the threshold.

    ``created`` is the time stamp to write; ``today`` decides which consents are active; ``seed`` drives the
    simulated estimate of chance matches only; ``execution`` says how it is computed and changes no answer.

    Raises
    ------
    InputError, ModelError, PlanTooLarge, Unsupported
        See ``prepare``, the engine and ``run_blocks``.
    """
    prepared = prepare(incident, today=today)
    settings = incident.settings
    found = find_pairs(prepared, execution, progress)
    prior, reason = prior_of(len(prepared.persons), prepared.all_missing, settings)
    checks = SelfChecks(incident)
    candidates = with_doubts(_candidates(prepared, found, prior, progress), incident, checks)
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
        chance=_chance(prepared, found, seed),
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
    return SearchOutcome(result, (*found.fits, *donors_off_line(prepared)), found.compared - found.silent)


def _candidates(prepared: Prepared, found: Found, prior: float, progress: Progress) -> tuple[Candidate, ...]:
    """The ranked pairs, the strongest in detail."""
    detailed = found.pairs[:MOST_DETAILED]
    if not detailed:
        return ()
    comparison, target_at, person_at = _compare_these(prepared, found, detailed)
    made = []
    for number, (target, person) in enumerate(detailed):
        progress("explaining candidates", number, len(detailed))
        whom, who = found.targets[target], prepared.persons[person]
        linked = found.linked.get((target, person)) or linkage_of_pair(prepared, target=whom, person=who)
        one = describe_pair(prepared, comparison, target_at[target], person_at[person], linked=linked, prior=prior)
        one = replace(one, rank=number + 1)
        if number < MOST_LINKED and linked is None:
            one = with_linkage(one, prepared, target=whom, person=who)
        if number < MOST_SENSITIVE:
            one = with_sensitivity(one, prepared, target=whom, person=who)
            one = with_relatives(one, prepared, target=whom, person=who)
            one = replace(one, worked_out=True)
        made.append(with_further(one, prepared, target=whom, person=who, prior=prior))
    progress("explaining candidates", len(detailed), len(detailed))
    made += [_in_brief(prepared, found, number, prior) for number in range(len(detailed), len(found.pairs))]
    return tuple(made)


def _compare_these(
    prepared: Prepared, found: Found, pairs: Sequence[tuple[int, int]]
) -> tuple[Comparison, dict[int, int], dict[int, int]]:
    """A comparison that holds these pairs, and where each target and person stands in it."""
    targets, persons = sorted({t for t, _ in pairs}), sorted({p for _, p in pairs})
    if found.comparison is not None:
        return found.comparison, {t: t for t in targets}, {p: p for p in persons}
    comparison = compare(
        [found.targets[t] for t in targets],
        [prepared.persons[p] for p in persons],
        populations=prepared.populations,
        theta=prepared.incident.settings.theta,
        observation=prepared.incident.settings.observation,
        sex=prepared.further.sex,
    )
    return comparison, {t: row for row, t in enumerate(targets)}, {p: column for column, p in enumerate(persons)}


def prior_of(persons: int, missing: int, settings: SearchSettings) -> tuple[float, str]:
    """The prior probability of one pair, and where it comes from."""
    if settings.prior is not None:
        return settings.prior, "stated by the user"
    larger, what = (persons, "unidentified") if persons >= missing else (missing, "missing")
    if larger < 2:
        return 0.5, "one half, the largest prior that a pair is given unless one is stated"
    return 1 / larger, f"one over the number of {what} persons ({larger})"


def describe_pair(
    prepared: Prepared, comparison: Comparison, target: int, person: int, *, linked: LinkedPair | None, prior: float
) -> Candidate:
    """Everything the search can say about one pair, which has no rank yet.

    The LR is the sum over markers, with what the sexes say and what linkage changes (``linked``) where the search
    computes them.
    """
    settings = prepared.incident.settings
    logs = {name: comparison.by_marker(name, target, person) for name in comparison.log_lr}
    log_sex = float(comparison.log_sex[target, person])
    beyond = 0.0 if np.isneginf(log_sex) else log_sex
    log10_lr = {
        name: (sum(of.values()) + beyond + (linked.total(name) if linked else 0.0)) / LN10 for name, of in logs.items()
    }
    smallest = min(log10_lr, key=lambda name: (log10_lr[name], name))
    by_marker = {name: {m: log / LN10 for m, log in of.items()} for name, of in logs.items()}
    compared = comparison.shared_markers(target, person)
    markers = {marker.name: marker for marker in prepared.populations[smallest]}
    of, who = comparison.targets[target], comparison.persons[person]
    candidate = Candidate(
        rank=0,
        unidentified=who.code,
        family=of.family,
        missing=of.missing,
        log10_lr=log10_lr,
        smallest_population=smallest,
        log10_lr_by_marker=by_marker,
        markers_compared=compared,
        markers_missing=tuple(name for name in comparison.markers if name not in compared),
        mutations=_mutations(comparison, target, person, [markers[name] for name in compared], settings),
        posterior=posterior_probability(log10_lr[smallest] * LN10, prior=prior),
        verbal=settings.verbal.of(log10_lr[smallest]),
        log10_lr_beyond={"sex": dict.fromkeys(log10_lr, beyond / LN10)} if beyond else {},
        references=of.gave,
        members=of.members,
    )
    return linkage_in_lr(candidate, linked)


def with_sensitivity(
    candidate: Candidate, prepared: Prepared, *, target: Target, person: UnidentifiedPerson
) -> Candidate:
    """The candidate with how the total of its markers moves when one assumption does, all taken as unlinked."""
    settings, markers = prepared.incident.settings, _markers_of(candidate, prepared, target, person)
    points = sensitivity(target, person, markers, theta=settings.theta, observation=settings.observation)
    sex = candidate.log10_lr_beyond.get("sex", {}).get(candidate.smallest_population, 0.0)
    return replace(candidate, sensitivity=tuple(replace(point, log10_lr=point.log10_lr + sex) for point in points))


def with_relatives(
    candidate: Candidate, prepared: Prepared, *, target: Target, person: UnidentifiedPerson
) -> Candidate:
    """The candidate with how H1 stands against close relatives of the missing person, all markers as unlinked."""
    settings, markers = prepared.incident.settings, _markers_of(candidate, prepared, target, person)
    found = relative_alternatives(
        target,
        person,
        markers,
        donors=target.gave,
        theta=settings.theta,
        observation=settings.observation,
    )
    return replace(candidate, relatives=found)


def _markers_of(
    candidate: Candidate, prepared: Prepared, target: Target, person: UnidentifiedPerson
) -> tuple[Marker, ...]:
    """The markers of the population in which the LR is smallest; of the X chromosome only when the sexes agree."""
    markers = prepared.populations[candidate.smallest_population]
    if differ(target.sex, person.sex):
        return tuple(marker for marker in markers if marker.chromosome != "X")
    return tuple(markers)


def _mutations(
    comparison: Comparison, target: int, person: int, markers: Sequence[Marker], settings: SearchSettings
) -> tuple[MarkerMutation, ...]:
    """Mutations that this candidate makes necessary. What the references alone need, and any step between two
    references, is about the family and not about the candidate (PURPOSE.md, rule 6)."""
    of, who = comparison.targets[target], comparison.persons[person]
    profiles, seen = {**of.references}, {}
    if settings.observation.takes_as_read(who):
        profiles[of.missing] = Profile(who.code, who.profile.genotypes)
    else:
        seen[of.missing] = observe_profile(who, markers, observation=settings.observation)
    alone = markers_needing_mutation(of.pedigree, of.references, markers)
    needing = {*markers_needing_mutation(of.pedigree, profiles, markers, observations=seen)} - {*alone}
    located = [
        locate_mutations(of.pedigree, profiles, marker, theta=settings.theta, observations=seen)
        for marker in markers
        if marker.name in needing
    ]
    return tuple(
        MarkerMutation(m.marker, tuple(step for step in m.steps if not {step.parent, step.child} <= {*of.references}))
        for m in located
    )


def _in_brief(prepared: Prepared, found: Found, number: int, prior: float) -> Candidate:
    """A candidate without its markers' LRs."""
    target, person = found.targets[found.pairs[number][0]], prepared.persons[found.pairs[number][1]]
    markers = next(iter(prepared.populations.values()))
    informative = informative_markers([target], markers)[0]
    observation = prepared.incident.settings.observation
    typed = encode_readings([person], markers, observation=observation).typed(markers)[:, 0]
    names = [marker.name for marker in markers]
    shared = tuple(name for name, tells, read in zip(names, informative, typed, strict=True) if tells and read)
    log10_lr = {name: float(lr) / LN10 for name, lr in zip(prepared.populations, found.log_lr[:, number], strict=True)}
    smallest = min(log10_lr, key=lambda name: (log10_lr[name], name))
    return Candidate(
        rank=number + 1,
        unidentified=person.code,
        family=target.family,
        missing=target.missing,
        log10_lr=log10_lr,
        smallest_population=smallest,
        log10_lr_by_marker={},
        markers_compared=shared,
        markers_missing=tuple(name for name in names if name not in shared),
        mutations=(),
        posterior=posterior_probability(log10_lr[smallest] * LN10, prior=prior),
        verbal=prepared.incident.settings.verbal.of(log10_lr[smallest]),
        detailed=False,
        references=target.gave,
        members=target.members,
    )


def _chance(prepared: Prepared, found: Found, seed: int) -> ChanceMatches:
    rng = np.random.default_rng(seed)
    targets, persons = (rng.permutation(count)[:MOST_SAMPLED] for count in (len(found.targets), len(prepared.persons)))
    everybody = len(found.targets) <= MOST_SAMPLED and len(prepared.persons) <= MOST_SAMPLED
    if found.comparison is None or not everybody:
        sample = [
            (int(t), int(p))
            for t, p in zip(np.resize(targets, MOST_SAMPLED), np.resize(persons, MOST_SAMPLED), strict=True)
        ]
        comparison, _, _ = _compare_these(prepared, replace(found, comparison=None), sample)
    else:
        comparison = found.comparison
    first, observation = next(iter(prepared.populations.values())), prepared.incident.settings.observation
    return expected_chance_matches(
        comparison,
        pairs=found.compared,
        threshold=found.threshold,
        genotype_logs=[_full_readings(marker, observation) for marker in first],
        hemizygous_logs={
            m: _full_readings(marker, observation, hemizygous=True)
            for m, marker in enumerate(first)
            if marker.chromosome == "X"
        },
        rng=rng,
        seed=seed,
    )


def _full_readings(marker: Marker, observation: ObservationModel, *, hemizygous: bool = False) -> NDArray[np.float64]:
    """Log probability of each full reading of an unrelated person."""
    n = len(marker.alleles)
    logs = genotype_log_probability(stack_markers([marker]), hemizygous=hemizygous)
    reader = Reader(marker, observation.at_marker(observation.rates, marker.name))
    return reader.logs_of_codes(logs, hemizygous=hemizygous)[0, : n * (n + 1) // 2]


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
