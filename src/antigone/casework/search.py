"""The main job: an incident in, ranked and explained candidates out."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from antigone.casework.prepare import Prepared, Progress, prepare, silent
from antigone.casework.provenance import describe_run
from antigone.engine.ladder import stack_markers
from antigone.engine.mutation_events import locate_mutations, markers_needing_mutation
from antigone.engine.population import genotype_log_probability
from antigone.model.case import Incident, SearchSettings
from antigone.model.marker import Marker
from antigone.model.profile import Profile
from antigone.model.result import (
    Candidate,
    ChanceMatches,
    FamilySummary,
    MarkerMutation,
    PairLine,
    SearchResult,
    UnidentifiedSummary,
)
from antigone.search.blind import Comparison, compare, posterior_probability, rank_pairs
from antigone.search.chance import expected_chance_matches
from antigone.search.codes import fold_to_codes
from antigone.search.reference_fit import ReferenceFit

LN10 = float(np.log(10))
MOST_PAIRS_LISTED = 20_000
"""Up to this many pairs a result lists every pair; a larger search lists its candidates."""


@dataclass(frozen=True)
class SearchOutcome:
    """The result anybody on the case may read, and the incidental findings for its geneticist alone."""

    result: SearchResult
    incidental: tuple[ReferenceFit, ...]


def search_incident(
    incident: Incident, *, today: dt.date, created: str, command: str, seed: int = 1, progress: Progress = silent
) -> SearchOutcome:
    """Compare every unidentified person with every missing person and rank what reaches the threshold.

    ``created`` is the time stamp to write; ``today`` decides which consents are active; ``seed`` drives the
    simulated estimate of chance matches only.

    Raises
    ------
    InputError, ModelError, PlanTooLarge
        See ``prepare`` and the engine.
    """
    prepared = prepare(incident, today=today, progress=progress)
    settings = incident.settings
    progress("comparing all pairs", 0, 1)
    comparison = compare(prepared.targets, prepared.persons, populations=prepared.populations, theta=settings.theta)
    progress("comparing all pairs", 1, 1)
    prior, reason = prior_of(len(prepared.persons), len(prepared.targets), settings)
    ranked = rank_pairs(comparison, log_threshold=float(np.log(settings.threshold)))
    candidates = []
    for number, (target, person) in enumerate(ranked):
        progress("explaining candidates", number, len(ranked))
        candidates.append(describe_pair(prepared, comparison, target, person, rank=number + 1, prior=prior))
    chance = _chance(prepared, comparison, seed)
    result = SearchResult(
        title=incident.title,
        populations=tuple(prepared.populations),
        candidates=tuple(candidates),
        unidentified=_unidentified(comparison, candidates, settings),
        families=_families(prepared, comparison, candidates, settings),
        pairs_compared=int(comparison.compared.sum()),
        pairs_excluded_by_sex=int(comparison.excluded_by_sex.sum()),
        pairs_without_data=int((comparison.without_data & ~comparison.excluded_by_sex).sum()),
        chance=chance,
        prior=prior,
        prior_reason=reason,
        threshold=settings.threshold,
        left_out=prepared.left_out,
        assumptions=_assumptions(settings),
        notices=(*incident.notices, *prepared.notices),
        verbal_scale_source=settings.verbal.source,
        provenance=describe_run(incident, created=created, command=command, seed=seed),
        pairs=_pair_lines(comparison),
    )
    return SearchOutcome(result, prepared.fits)


def prior_of(persons: int, missing: int, settings: SearchSettings) -> tuple[float, str]:
    """The prior probability of one pair, and where it comes from."""
    if settings.prior is not None:
        return settings.prior, "stated by the user"
    larger, what = (persons, "unidentified") if persons >= missing else (missing, "missing")
    least = max(larger, 2)
    return 1 / least, f"one over the number of {what} persons ({larger})"


def describe_pair(
    prepared: Prepared, comparison: Comparison, target: int, person: int, *, rank: int, prior: float
) -> Candidate:
    """Everything the search can say about one pair."""
    settings = prepared.incident.settings
    log10_lr = {name: float(lr[target, person]) / LN10 for name, lr in comparison.log_lr.items()}
    smallest = min(log10_lr, key=lambda name: (log10_lr[name], name))
    by_marker = {
        name: {m: log / LN10 for m, log in comparison.by_marker(name, target, person).items()} for name in log10_lr
    }
    compared = comparison.shared_markers(target, person)
    markers = {marker.name: marker for marker in prepared.populations[smallest]}
    of, who = comparison.targets[target], comparison.persons[person]
    return Candidate(
        rank=rank,
        unidentified=who.code,
        family=of.family,
        missing=of.missing,
        log10_lr=log10_lr,
        smallest_population=smallest,
        log10_lr_by_marker=by_marker,
        markers_compared=compared,
        markers_missing=tuple(name for name in comparison.markers if name not in compared),
        mutations=_mutations(comparison, target, person, [markers[name] for name in compared], settings.theta),
        posterior=posterior_probability(log10_lr[smallest] * LN10, prior=prior),
        verbal=settings.verbal.of(log10_lr[smallest]),
    )


def _mutations(
    comparison: Comparison, target: int, person: int, markers: Sequence[Marker], theta: float
) -> tuple[MarkerMutation, ...]:
    """Mutations that this candidate makes necessary; what the references alone need is not for this page."""
    of, who = comparison.targets[target], comparison.persons[person]
    profiles = {**of.references, of.missing: Profile(who.code, who.profile.genotypes)}
    alone = markers_needing_mutation(of.pedigree, of.references, markers)
    needing = {*markers_needing_mutation(of.pedigree, profiles, markers)} - {*alone}
    return tuple(
        locate_mutations(of.pedigree, profiles, marker, theta=theta) for marker in markers if marker.name in needing
    )


def _chance(prepared: Prepared, comparison: Comparison, seed: int) -> ChanceMatches:
    first = next(iter(prepared.populations.values()))
    logs = [_visible_genotypes(marker) for marker in first]
    return expected_chance_matches(
        comparison,
        threshold=prepared.incident.settings.threshold,
        genotype_logs=logs,
        rng=np.random.default_rng(seed),
        seed=seed,
    )


def _visible_genotypes(marker: Marker) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Log probability of each readable full genotype in an unrelated person."""
    n = len(marker.alleles)
    return fold_to_codes(genotype_log_probability(stack_markers([marker])), n)[0, : n * (n + 1) // 2]


def _unidentified(
    comparison: Comparison, candidates: Sequence[Candidate], settings: SearchSettings
) -> tuple[UnidentifiedSummary, ...]:
    count = Counter(candidate.unidentified for candidate in candidates)
    least = comparison.smallest
    lines = []
    for number, person in enumerate(comparison.persons):
        best = int(np.argmax(least[:, number]))
        value = float(least[best, number])
        known = np.isfinite(value)
        target = comparison.targets[best]
        typed = sum(marker in person.profile.genotypes for marker in comparison.markers)
        lines.append(
            UnidentifiedSummary(
                code=person.code,
                sex=person.sex,
                markers_typed=typed,
                best_family=target.family if known else None,
                best_missing=target.missing if known else None,
                best_log10_lr=value / LN10 if known else None,
                candidates=count[person.code],
                remark=_person_remark(comparison, number, count[person.code], typed, settings),
            )
        )
    return tuple(lines)


def _person_remark(comparison: Comparison, number: int, candidates: int, typed: int, settings: SearchSettings) -> str:
    if candidates == 1:
        return "one candidate; to be reviewed"
    if candidates > 1:
        return f"{candidates} candidates; relatives, or a family with several missing persons"
    if not typed:
        return "no marker typed; type the sample again"
    if not comparison.compared[:, number].any():
        return "no missing person of a possible sex shares a typed marker"
    if not np.isfinite(comparison.smallest[:, number]).any():
        return "impossible as any of the missing persons under the stated model; perhaps not reported missing"
    if typed < 10:
        return f"only {typed} markers typed, too few to reach {settings.threshold:g}; type more markers"
    return f"no missing person reaches {settings.threshold:g}; perhaps not reported missing, or references too distant"


def _families(
    prepared: Prepared, comparison: Comparison, candidates: Sequence[Candidate], settings: SearchSettings
) -> tuple[FamilySummary, ...]:
    count = Counter((candidate.family, candidate.missing) for candidate in candidates)
    least = comparison.smallest
    lines = []
    for number, target in enumerate(comparison.targets):
        best = int(np.argmax(least[number]))
        value = float(least[number, best])
        known = np.isfinite(value)
        found = count[target.family, target.missing]
        lines.append(
            FamilySummary(
                family=target.family,
                missing=target.missing,
                sex=target.sex,
                donors=prepared.donors[target.family],
                donors_without_consent=prepared.without_consent[target.family],
                best_unidentified=comparison.persons[best].code if known else None,
                best_log10_lr=value / LN10 if known else None,
                candidates=found,
                remark=_family_remark(prepared, target.family, found, settings),
            )
        )
    return tuple(lines)


def _family_remark(prepared: Prepared, family: str, candidates: int, settings: SearchSettings) -> str:
    """What stays open, in words that never hint at whether a reference fits its pedigree (PURPOSE.md, rule 6)."""
    if candidates == 1:
        return "one candidate; to be reviewed"
    if candidates > 1:
        return f"{candidates} candidates; parts of one person, relatives, or several missing"
    if not prepared.donors[family]:
        return "no donor with an active consent; ask the family"
    return f"no unidentified person reaches {settings.threshold:g}; not found yet, or more relatives are needed"


def _pair_lines(comparison: Comparison) -> tuple[PairLine, ...]:
    if comparison.compared.size > MOST_PAIRS_LISTED:
        return ()
    lines = []
    for t, target in enumerate(comparison.targets):
        for p, person in enumerate(comparison.persons):
            compared = bool(comparison.compared[t, p])
            status = "compared" if compared else "sex differs" if comparison.excluded_by_sex[t, p] else "no data"
            values = {name: float(lr[t, p]) / LN10 for name, lr in comparison.log_lr.items()} if compared else {}
            lines.append(PairLine(person.code, target.family, target.missing, status, values))
    return tuple(lines)


def _assumptions(settings: SearchSettings) -> tuple[str, ...]:
    """The method in plain words, with the choices of this search."""
    return (
        "H1: the unidentified person is the missing person of the family as declared. "
        "H2: the unidentified person is unrelated to the family.",
        "The likelihood ratio (LR) of a marker is the probability of all typed genotypes under H1 over that under H2, "
        "summed exactly over everything that is not known. Nothing is approximated.",
        "The markers are taken as unlinked and independent: their LRs are multiplied.",
        "Other missing members of a family take part as untyped members.",
        "Genotypes are taken as read: no allele drop-out or drop-in beyond alleles marked as not read.",
        "Founders are unrelated and the population is in Hardy-Weinberg proportions"
        + (f", corrected by theta = {settings.theta:g}." if settings.theta else " (theta = 0)."),
        "The LR is computed in every population; the smallest one ranks the pair and gives the posterior.",
        "A pair whose known sexes differ is excluded without computation.",
        "The posterior treats each pair by itself. It is not the joint posterior of all pairs.",
    )
