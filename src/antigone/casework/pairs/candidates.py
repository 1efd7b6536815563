"""Candidates: one pair with all that the search can say about it, the strongest in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from antigone.casework.pairs.pairs import Found, linkage_in_search
from antigone.engine.arrays import LN10
from antigone.engine.sums.mutation_events import locate_mutations
from antigone.model.assumptions.marker import Marker
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.incident.settings import SearchSettings
from antigone.model.results.search import Candidate, MarkerMutation
from antigone.search.families.family_table import Target
from antigone.search.one_pair.mutations import markers_needed, placed
from antigone.search.one_pair.relatives import relative_alternatives
from antigone.search.one_pair.sensitivity import sensitivity
from antigone.search.pairs.comparison import Comparison, compare, differ, informative_markers, posterior_probability
from antigone.search.pairs.linked import LinkedPair
from antigone.search.readings.codes import encode_readings

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
    made = []
    for number, one in enumerate(_in_detail(prepared, found, detailed, prior)):
        progress("explaining candidates", number, len(detailed))
        target, person = detailed[number]
        whom, who = found.targets[target], prepared.persons[person]
        one = replace(one, rank=number + 1)
        if number < MOST_LINKED and linkage_in_search(prepared.incident.settings) is None:
            one = with_linkage(one, prepared, target=whom, person=who)
        if number < MOST_SENSITIVE:
            one = with_sensitivity(one, prepared, target=whom, person=who)
            one = with_relatives(one, prepared, target=whom, person=who)
            one = replace(one, worked_out=True)
        made.append(with_further(one, prepared, target=whom, person=who, prior=prior))
    progress("explaining candidates", len(detailed), len(detailed))
    return (*made, *_in_brief(prepared, found, len(detailed), prior))


def _in_detail(
    prepared: Prepared, found: Found, pairs: Sequence[tuple[int, int]], prior: float
) -> tuple[Candidate, ...]:
    """The first pairs with their markers, mutations, and linkage where the LR contains it."""
    comparison, target_at, person_at = compare_these(prepared, found, pairs)
    candidates = []
    for target, person in pairs:
        whom, who = found.targets[target], prepared.persons[person]
        linked = found.linked.get((target, person)) or linkage_of_pair(prepared, target=whom, person=who)
        candidates.append(_described(prepared, comparison, target_at[target], person_at[person], linked, prior))
    whose = [(found.targets[target], prepared.persons[person]) for target, person in pairs]
    return with_mutations(candidates, whose, prepared)


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
    candidate = _described(prepared, comparison, target, person, linked, prior)
    pair = comparison.targets[target], comparison.persons[person]
    return with_mutations([candidate], [pair], prepared)[0]


def _described(
    prepared: Prepared, comparison: Comparison, target: int, person: int, linked: LinkedPair | None, prior: float
) -> Candidate:
    """``describe_pair`` without mutations."""
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
        mutations=(),
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


def with_mutations(
    candidates: Sequence[Candidate], pairs: Sequence[tuple[Target, UnidentifiedPerson]], prepared: Prepared
) -> tuple[Candidate, ...]:
    """The candidates with the mutations that each makes necessary, in the population in which its LR is smallest.

    What the references alone need, and any step between two references, is about the family and not about the
    candidate (PURPOSE.md, rule 6).
    """
    done = list(candidates)
    for population, markers in prepared.populations.items():
        here = [n for n, candidate in enumerate(candidates) if candidate.smallest_population == population]
        needed = markers_needed(
            [pairs[n] for n in here], markers, observation=prepared.incident.settings.observation
        )  # fmt: skip
        for n, names in zip(here, needed, strict=True):
            told = [m for m in markers if m.name in names and m.name in candidates[n].markers_compared]
            done[n] = replace(done[n], mutations=_located(*pairs[n], told, prepared.incident.settings))
    return tuple(done)


def _located(
    target: Target, person: UnidentifiedPerson, markers: Sequence[Marker], settings: SearchSettings
) -> tuple[MarkerMutation, ...]:
    """Where the mutations at these markers probably happened, without steps between two references."""
    if not markers:
        return ()
    profiles, seen = placed(target, person, markers, observation=settings.observation)
    located = (
        locate_mutations(target.pedigree, profiles, marker, theta=settings.theta, observations=seen)
        for marker in markers
    )
    known = {*target.references}
    return tuple(
        MarkerMutation(m.marker, tuple(step for step in m.steps if not {step.parent, step.child} <= known))
        for m in located
    )


def _in_brief(prepared: Prepared, found: Found, first: int, prior: float) -> Iterator[Candidate]:
    """The candidates from the place ``first`` on, without their markers' LRs."""
    markers = next(iter(prepared.populations.values()))
    names = [marker.name for marker in markers]
    targets, persons = (sorted({pair[side] for pair in found.pairs[first:]}) for side in (0, 1))
    tells = dict(zip(targets, informative_markers([found.targets[t] for t in targets], markers), strict=True))
    observation = prepared.incident.settings.observation
    coding = encode_readings([prepared.persons[p] for p in persons], markers, observation=observation)
    read = dict(zip(persons, coding.typed(markers).T, strict=True))
    for number in range(first, len(found.pairs)):
        target, person = found.pairs[number]
        shared = tuple(name for name, here in zip(names, tells[target] & read[person], strict=True) if here)
        yield _brief(prepared, found, number, shared, prior)


def _brief(prepared: Prepared, found: Found, number: int, shared: tuple[str, ...], prior: float) -> Candidate:
    """A candidate that shares some markers with the references, from its LR alone."""
    target, person = found.targets[found.pairs[number][0]], prepared.persons[found.pairs[number][1]]
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
        markers_missing=tuple(m.name for m in next(iter(prepared.populations.values())) if m.name not in shared),
        mutations=(),
        posterior=posterior_probability(log10_lr[smallest] * LN10, prior=prior),
        verbal=prepared.incident.settings.verbal.of(log10_lr[smallest]),
        detailed=False,
        references=target.gave,
        members=target.members,
    )
