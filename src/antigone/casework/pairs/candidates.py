"""Candidates: one pair with all that the search can say about it, the strongest in full."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from antigone.casework.incident.prepare import Prepared, Progress
from antigone.casework.pairs.evidence import with_further
from antigone.casework.pairs.linkage import (
    MOST_LINKED,
    linkage_in_lr,
    linkage_of_pair,
    with_linkage,
)
from antigone.casework.pairs.pairs import Found
from antigone.engine.arrays import LN10
from antigone.engine.sums.mutation_events import locate_mutations, markers_needing_mutation
from antigone.model.assumptions.marker import Marker
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.incident.settings import SearchSettings
from antigone.model.profile import Profile
from antigone.model.results.search import Candidate, MarkerMutation
from antigone.search.families.family_table import Target
from antigone.search.one_pair.relatives import relative_alternatives
from antigone.search.one_pair.sensitivity import sensitivity
from antigone.search.pairs.comparison import Comparison, compare, differ, informative_markers, posterior_probability
from antigone.search.pairs.linked import LinkedPair
from antigone.search.readings.codes import encode_readings
from antigone.search.remains.readings import observe_profile

MOST_DETAILED = 1_000
"""The strongest candidates whose markers and mutations are worked out; ``antigone explain`` does the same for any."""
MOST_SENSITIVE = 5
"""The strongest candidates that are held against other assumptions and against close relatives of the missing person;
``antigone explain`` does it for any pair."""


def describe_candidates(prepared: Prepared, found: Found, prior: float, progress: Progress) -> tuple[Candidate, ...]:
    """The ranked pairs, the strongest in detail."""
    detailed = found.pairs[:MOST_DETAILED]
    if not detailed:
        return ()
    comparison, target_at, person_at = compare_these(prepared, found, detailed)
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


def compare_these(
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
