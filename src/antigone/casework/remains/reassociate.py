"""Which remains are probably parts of one person. No donor and no living person takes part."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from antigone.casework.incident.prepare import Progress, describe_estimates, populations_of, settle_dropouts, silent
from antigone.casework.incident.provenance import describe_run, replaced
from antigone.casework.remains.conflicts import explain_conflict
from antigone.casework.samples.self_checks import SelfChecks
from antigone.engine.arrays import LN10
from antigone.errors import InputError
from antigone.model.assumptions.observation import ObservationRates
from antigone.model.incident.incident import Incident, UnidentifiedPerson
from antigone.model.results.remains import (
    ONE_FALSE_LINK_IN,
    REMAINS_RATES,
    ReassociationResult,
    ReassociationSettings,
    SampleGroup,
    SamplePair,
)
from antigone.model.results.search import Setting
from antigone.model.statements import remains as said
from antigone.model.statements import settings as settled
from antigone.model.statements.method import STATED_BY_USER
from antigone.model.statements.statement import Statement
from antigone.search.remains.groups import Cluster, clusters_of, consensus, supports_one_person
from antigone.search.remains.pairs import PairCounts, Scores, count_pairs, probable_pairs
from antigone.search.remains.readings import Readings, read_remains

MOST_LISTED = 1_000
"""Links and undecided pairs listed in a result, strongest first; the groups hold all samples."""
MOST_FOUND = 20_000_000
"""Pairs at or above the threshold that are kept in memory (about 1.5 GB with four populations)."""


@dataclass(frozen=True)
class Reassociation:
    """The remains of an incident as readings, and the choices they are compared under."""

    readings: Readings
    counts: PairCounts
    threshold: float
    threshold_reason: Statement
    notices: tuple[Statement, ...]
    rates_used: Statement


def reassociate_incident(
    incident: Incident,
    *,
    created: str,
    command: str,
    settings: ReassociationSettings | None = None,
    progress: Progress = silent,
) -> ReassociationResult:
    """Compare all remains with each other and show which are probably parts of one person.

    Families and donors are not read. ``created`` is the time stamp to write.

    Raises
    ------
    InputError
        With fewer than two remains, or no marker with frequencies in every population.
    """
    settings = settings or ReassociationSettings()
    remains = tuple(person for person in incident.unidentified if person.kind == "remains")
    run = _prepare(incident, remains, settings)
    of_any_sex = pairs_of_any_sex(
        run.readings, threshold=run.threshold, progress=lambda done, of: progress("comparing remains", done, of)
    )
    found = of_any_sex.take(~sexes_differ(run.readings, of_any_sex))
    linked = supports_one_person(found, log_threshold=float(np.log(settings.relative_threshold)))
    clusters = clusters_of(run.readings, found.pairs[linked])
    checks = SelfChecks(replace(incident, unidentified=remains))
    alike = alike_across(run.readings, of_any_sex, [cluster.rows for cluster in clusters], settings)
    groups = [
        _group(run, settings, cluster, number, checks=checks, alike_pairs=alike)
        for number, cluster in enumerate(clusters, start=1)
    ]
    told = (*checks.of_incident(), *remarks_of(alike[:MOST_LISTED]))
    found_here = _Found(found, linked, tuple(groups), told)
    return _result(incident, run, settings, found_here, created=created, command=command)


@dataclass(frozen=True)
class _Found:
    """Pairs at or above the threshold, which of them are links, the groups these make, and what speaks against them."""

    pairs: Scores
    linked: NDArray[np.bool_]
    groups: tuple[SampleGroup, ...]
    doubts: tuple[Statement, ...]


def _result(
    incident: Incident,
    run: Reassociation,
    settings: ReassociationSettings,
    found: _Found,
    *,
    created: str,
    command: str,
) -> ReassociationResult:
    provenance = describe_run(replace(incident, families=()), created=created, command=command, seed=0)
    return ReassociationResult(
        title=incident.title,
        populations=tuple(run.readings.log_lr),
        groups=found.groups,
        links=_listed(run, found.pairs.take(found.linked)),
        undecided=_listed(run, found.pairs.take(~found.linked), said.OR_RELATIVES()),
        links_found=int(found.linked.sum()),
        undecided_found=int((~found.linked).sum()),
        most_listed=MOST_LISTED,
        remains=len(run.readings.samples),
        living_left_out=len(incident.unidentified) - len(run.readings.samples),
        ungrouped=len(run.readings.samples) - sum(len(group.samples) for group in found.groups),
        pairs_compared=run.counts.compared,
        pairs_excluded_by_sex=run.counts.excluded_by_sex,
        pairs_without_data=run.counts.without_data,
        threshold=run.threshold,
        threshold_reason=run.threshold_reason,
        expected_false_links=run.counts.compared / run.threshold,
        settings=settings,
        rates_used=run.rates_used,
        assumptions=_assumptions(incident, run.rates_used),
        notices=(*incident.notices, *run.notices, *found.doubts),
        provenance=replace(provenance, settings=_settings_used(provenance.settings, run, settings)),
    )


def alike_across(
    readings: Readings, scores: Scores, groups: Sequence[Collection[int]], settings: ReassociationSettings
) -> tuple[SamplePair, ...]:
    """Pairs that are as alike as samples of one person and stand in no group together, strongest first.

    ``scores`` are those at or above the threshold, whatever sexes are recorded (`pairs_of_any_sex`). They also reach
    the threshold against close relatives. Pairs of which neither sample is in a group are told only when their recorded
    sexes differ.
    """
    group_of = {row: number for number, rows in enumerate(groups) for row in rows}
    alike = supports_one_person(scores, log_threshold=float(np.log(settings.relative_threshold)))
    kept = scores.take(alike & _apart(readings, scores, group_of))
    pairs = [_alike(readings, kept, row) for row in range(len(kept.pairs))]
    return tuple(sorted(pairs, key=lambda pair: (-round(pair.smallest_log10_lr, 9), pair.first, pair.second)))


def remarks_of(pairs: Sequence[SamplePair]) -> tuple[Statement, ...]:
    """What is said of each pair of which something is said."""
    return tuple(pair.remark for pair in pairs if pair.remark)


def _apart(readings: Readings, scores: Scores, group_of: Mapping[int, int]) -> NDArray[np.bool_]:
    """Which pairs stand in no group together, one of them being in a group or their recorded sexes different."""
    differ = sexes_differ(readings, scores)
    groups = [(group_of.get(a, -1), group_of.get(b, -1)) for a, b in scores.pairs.tolist()]
    apart = [a != b or (a == -1 and differs) for (a, b), differs in zip(groups, differ.tolist(), strict=True)]
    return np.array(apart, dtype=np.bool_)


def _alike(readings: Readings, scores: Scores, row: int) -> SamplePair:
    pair = _pair(readings, scores, row)
    sexes = {readings.samples[r].sex for r in scores.pairs[row]} - {"unknown"}
    words = said.ALIKE_SEXES_DIFFER if len(sexes) > 1 else said.ALIKE_APART
    remark = words(first=pair.first, second=pair.second, log10_lr=pair.smallest_log10_lr, number=pair.markers_shared)
    return replace(pair, remark=remark)


def choose_settings(
    *,
    dropout: float | None = None,
    dropin: float | None = None,
    error: float | None = None,
    threshold: float | None = None,
    relative_threshold: float | None = None,
) -> ReassociationSettings:
    """The settings with what the user states; the model's defaults stand for what is ``None``.

    Raises
    ------
    ModelError
        When a rate or the threshold is out of its range.
    """
    stated = {"dropout": dropout, "dropin": dropin, "error": error}
    rates = replace(REMAINS_RATES, **{name: rate for name, rate in stated.items() if rate is not None})
    settings = ReassociationSettings(rates=rates, threshold=threshold)
    return settings if relative_threshold is None else replace(settings, relative_threshold=relative_threshold)


def _prepare(
    incident: Incident, remains: Sequence[UnidentifiedPerson], settings: ReassociationSettings
) -> Reassociation:
    if len(remains) < 2:
        raise InputError(f"the incident has {len(remains)} remains; re-association compares two or more")
    readings, notices = read_incident_remains(incident, remains, settings)
    if not readings.markers:
        raise InputError("the remains have no autosomal marker with frequencies; re-association needs some")
    counts = count_pairs(readings)
    used = rates_of(readings.samples, settings.rates)
    if all(sample.rates is not None for sample in readings.samples):
        notices += (said.COMMON_RATES_UNUSED(words_rates=settings.rates.describe()),)
    return Reassociation(readings, counts, *threshold_of(counts, incident, settings), notices, used)


def read_incident_remains(
    incident: Incident, remains: Sequence[UnidentifiedPerson], settings: ReassociationSettings
) -> tuple[Readings, tuple[Statement, ...]]:
    """Remains as readings under every population of the incident; the ladders come from the remains alone."""
    populations, notices = populations_of(
        incident, [sample.profile for sample in remains], replicates=[sample.replicates for sample in remains]
    )
    remains, estimates, _ = settle_dropouts(incident, tuple(remains), populations)
    notices += describe_estimates(estimates)
    left = sorted(m.name for m in next(iter(populations.values())) if m.chromosome != "autosomal")
    if left:
        notices = (*notices, said.NOT_AUTOSOMAL(markers=tuple(left)))
    observation = incident.settings.observation.around(settings.rates)
    readings = read_remains(remains, populations=populations, observation=observation, theta=incident.settings.theta)
    return readings, notices


def threshold_of(counts: PairCounts, incident: Incident, settings: ReassociationSettings) -> tuple[float, Statement]:
    """The LR against unrelated from which two samples are linked, and where it comes from."""
    if settings.threshold is not None:
        return settings.threshold, STATED_BY_USER()
    by_size = ONE_FALSE_LINK_IN * counts.compared
    if by_size < incident.settings.threshold:
        return incident.settings.threshold, said.THRESHOLD_OF_INCIDENT()
    return by_size, said.TIMES_THE_PAIRS(number=ONE_FALSE_LINK_IN)


def pairs_of_any_sex(
    readings: Readings, *, threshold: float, progress: Callable[[int, int], None] = lambda _done, _of: None
) -> Scores:
    """All pairs at or above the threshold, whatever sexes are recorded, in the order of the samples."""
    blocks: list[Scores] = []
    log_threshold = float(np.log(threshold))
    for block in probable_pairs(readings, log_threshold=log_threshold, any_sex=True, progress=progress):
        blocks.append(block)
        if sum(len(part.pairs) for part in blocks) > MOST_FOUND:
            raise InputError(
                f"more than {MOST_FOUND:,} pairs of remains reach the threshold {threshold:g}; raise it, and look "
                "for samples that were entered many times"
            )
    first = blocks[0].by_population
    joined = {
        alternative: {name: np.concatenate([b.by_population[alternative][name] for b in blocks]) for name in names}
        for alternative, names in first.items()
    }
    scores = Scores(np.concatenate([block.pairs for block in blocks]), joined)
    return scores.take(np.lexsort((scores.pairs[:, 1], scores.pairs[:, 0])))


def sexes_differ(readings: Readings, scores: Scores) -> NDArray[np.bool_]:
    """Which pairs have known, different recorded sexes."""
    return np.asarray(readings.sex_signs[scores.pairs].prod(axis=1) < 0)


def _listed(run: Reassociation, scores: Scores, remark: Statement | None = None) -> tuple[SamplePair, ...]:
    """The strongest pairs; equal values keep the order of the samples."""
    order = np.argsort(-np.round(scores.smallest("unrelated"), 9), kind="stable")[:MOST_LISTED]
    best = scores.take(order)
    return tuple(_pair(run.readings, best, row, remark) for row in range(len(best.pairs)))


def _pair(readings: Readings, scores: Scores, row: int, remark: Statement | None = None) -> SamplePair:
    a, b = scores.pairs[row].tolist()
    log10_lr = {name: float(logs[row]) / LN10 for name, logs in scores.by_population["unrelated"].items()}
    siblings, parent = (
        min(float(logs[row]) for logs in scores.by_population[alternative].values()) / LN10
        for alternative in ("siblings", "parent")
    )
    return SamplePair(
        first=readings.samples[a].code,
        second=readings.samples[b].code,
        log10_lr=log10_lr,
        smallest_population=min(log10_lr, key=lambda name: (log10_lr[name], name)),
        log10_lr_siblings=siblings,
        log10_lr_parent_child=parent,
        markers_shared=int((readings.typed[:, a] & readings.typed[:, b]).sum()),
        remark=remark,
    )


def _group(
    run: Reassociation, settings: ReassociationSettings, cluster: Cluster, number: int, *, checks: SelfChecks,
    alike_pairs: Sequence[SamplePair],
) -> SampleGroup:  # fmt: skip
    readings, scores = run.readings, cluster.scores
    shared = (readings.typed[:, scores.pairs[:, 0]] & readings.typed[:, scores.pairs[:, 1]]).any(axis=0)
    against = np.where(shared, np.minimum(scores.against_relatives, scores.smallest("unrelated")), np.inf)
    contradictions = tuple(
        _pair(readings, scores, row, _contradiction(readings, scores, row))
        for row in np.flatnonzero(cluster.contradicting).tolist()
    )
    samples = [readings.samples[row] for row in cluster.rows]
    merged = {} if contradictions else consensus(readings, cluster.rows, least_posterior=settings.least_posterior)
    bridges, parts = _codes(readings, [cluster.bridges])[0], _codes(readings, cluster.parts)
    apart = {readings.samples[row].code: log_lr for row, log_lr in cluster.apart.items()}
    alike = [
        pair.remark for pair in alike_pairs if pair.remark and {pair.first, pair.second} & {s.code for s in samples}
    ]
    return SampleGroup(
        code=f"G{number:03}",
        status="conflict" if contradictions else "consistent",
        samples=tuple(sample.code for sample in samples),
        sex="/".join(sorted({sample.sex for sample in samples} - {"unknown"})) or "unknown",
        weakest=_pair(readings, scores, int(against.argmin())),
        contradictions=contradictions,
        bridges=bridges,
        parts=parts,
        consensus=merged,
        fingerprint=fingerprint(samples),
        remark=explain_conflict(contradictions, bridges, apart) if contradictions else said.FOR_REVIEW(),
        doubts=tuple(dict.fromkeys((*checks.of_group([checks.persons[sample.code] for sample in samples]), *alike))),
    )


def _codes(readings: Readings, parts: Sequence[Sequence[int]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(readings.samples[row].code for row in part) for part in parts)


def _contradiction(readings: Readings, scores: Scores, row: int) -> Statement:
    a, b = scores.pairs[row].tolist()
    if readings.sex_signs[a] * readings.sex_signs[b] < 0:
        return said.SEXES_DIFFER()
    one = scores.take(np.array([row]))
    if one.smallest("unrelated")[0] < 0:
        return said.UNRELATED_MORE_PROBABLE()
    if one.smallest("siblings")[0] < 0:
        return said.SIBLINGS_MORE_PROBABLE()
    return said.PARENT_CHILD_MORE_PROBABLE()


def fingerprint(samples: Sequence[UnidentifiedPerson]) -> str:
    """SHA-256 of samples and what was typed in them, whatever file they came from."""
    content: list[list[object]] = []
    for sample in samples:
        typed = sorted((marker, list(genotype)) for marker, genotype in sample.profile.genotypes.items())
        again = sorted((marker, [list(seen) for seen in all_of]) for marker, all_of in sample.replicates.items())
        content.append([sample.profile.sample, typed, *([again] if again else [])])
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def rates_of(samples: Sequence[UnidentifiedPerson], common: ObservationRates) -> Statement:
    """The rates that samples are seen through: the common ones where any sample has them, and the samples' own."""
    own = [sample.rates for sample in samples if sample.rates is not None]
    if not own:
        return common.describe()
    shared = len(samples) - len(own)
    values = {name: _range([getattr(rates, name) for rates in own]) for name in ("dropout", "dropin", "error")}
    words = said.OWN_RATES(**values, number=len(own))
    if not shared:
        return words
    return said.OWN_AND_COMMON_RATES(words_own=words, words_common=common.describe(), number=shared)


def _range(rates: Sequence[float]) -> Statement:
    low, high = min(rates), max(rates)
    return settled.EXACT(number=low) if low == high else settled.BETWEEN(low=low, high=high)


_NOT_USED = (settled.PRIOR(), settled.VERBAL_SCALE(), settled.LINKED_MARKERS(), settled.THRESHOLD())
"""Settings of an incident that a re-association does not use, or states in a line of its own."""


def _settings_used(
    of_incident: Sequence[Setting], run: Reassociation, settings: ReassociationSettings
) -> tuple[Setting, ...]:
    """The choices that a re-association rests on."""
    used = [one for one in of_incident if one.choice not in _NOT_USED]
    threshold = said.THRESHOLD_AND_REASON(number=run.threshold, words_reason=run.threshold_reason)
    return replaced(
        used,
        Setting(settled.OBSERVATION(), run.rates_used),
        Setting(settled.REMAINS_RATES(), run.rates_used),
        Setting(settled.REMAINS_THRESHOLD(), threshold),
        Setting(settled.RELATIVE_THRESHOLD(), settled.EXACT(number=settings.relative_threshold)),
        Setting(settled.LEAST_POSTERIOR(), settled.EXACT(number=settings.least_posterior)),
    )


def _assumptions(incident: Incident, rates_used: Statement) -> tuple[Statement, ...]:
    theta = incident.settings.theta
    return (
        said.PROPOSITIONS(),
        said.SAME_MODEL(words_rates=rates_used),
        said.AUTOSOMAL(),
        said.ONE_POPULATION_WITH_THETA(number=theta) if theta else said.ONE_POPULATION(),
        said.SMALLEST_DECIDES(),
        said.SEXES_EXCLUDE(),
        said.TWINS(),
        said.PROPOSAL(),
    )
