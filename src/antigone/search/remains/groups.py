"""Groups of remains: what hangs together, what contradicts, and what all samples of a group show together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from antigone.engine.arrays import Array, Bools, Ints
from antigone.engine.sums.likelihood import genotype_pairs
from antigone.errors import PlanTooLarge
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import Replicate
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.profile import Genotype
from antigone.model.results.remains import ConsensusMarker
from antigone.search.remains.pairs import Scores, score_pairs
from antigone.search.remains.person_splits import PersonSplits
from antigone.search.remains.readings import Readings

Link = tuple[int, int]

LARGEST_CLUSTER = 2_000
"""Samples that may hang together; every pair among them is scored (2 million pairs, about 0.2 GB)."""
LARGEST_SEARCHED_FOR_BRIDGES = 200
"""A conflict of more samples is shown without naming the samples that bridge it."""


@dataclass(frozen=True)
class Cluster:
    """Samples (rows) that links hold together, and every pair among them.

    ``contradicting`` marks, among the pairs of ``scores``, those of known different sexes and those whose shared
    markers speak against one person. ``bridges`` and ``parts``: see ``SampleGroup``. ``apart`` has, by sample that
    contradicts another one, the natural log LR of "all of one person" against "all but this sample".
    """

    rows: tuple[int, ...]
    scores: Scores
    contradicting: Bools
    bridges: tuple[int, ...]
    parts: tuple[tuple[int, ...], ...]
    apart: Mapping[int, float] = field(default_factory=dict)


def supports_one_person(scores: Scores, *, log_threshold: float) -> Bools:
    """Which pairs reach the threshold against full siblings and against parent and child, in every population."""
    return np.asarray(scores.against_relatives >= log_threshold)


def clusters_of(readings: Readings, links: Ints) -> list[Cluster]:
    """Connected components of the links, each with every pair inside it, largest first.

    ``links`` has shape ``(links, 2)``. A pair contradicts when the sexes are known and differ, or when the markers
    it shares make unrelated people, siblings, or parent and child more probable than one person. A pair without a
    shared marker says nothing.

    Raises
    ------
    PlanTooLarge
        When more than ``LARGEST_CLUSTER`` samples hang together.
    """
    pairs: list[Link] = [(a, b) for a, b in links.tolist()]
    components = sorted(connected_components(pairs), key=lambda rows: (-len(rows), rows))
    if components and len(components[0]) > LARGEST_CLUSTER:
        raise PlanTooLarge(
            f"{len(components[0]):,} samples hang together (limit {LARGEST_CLUSTER:,}); leave out mixtures and "
            "control samples, or raise the threshold of re-association"
        )
    place = {row: number for number, rows in enumerate(components) for row in rows}
    own: list[list[Link]] = [[] for _ in components]
    for pair in pairs:
        own[place[pair[0]]].append(pair)
    return [_cluster(readings, rows, inside) for rows, inside in zip(components, own, strict=True)]


def connected_components(links: Iterable[Link]) -> list[tuple[int, ...]]:
    """Components of an undirected graph, each in rising order.

    Examples
    --------
    >>> connected_components([(1, 4), (2, 3), (4, 7)])
    [(1, 4, 7), (2, 3)]
    """
    root: dict[int, int] = {}

    def find(row: int) -> int:
        while root.setdefault(row, row) != row:
            root[row] = root[root[row]]
            row = root[row]
        return row

    for first, second in links:
        low, high = sorted((find(first), find(second)))
        root[high] = low
    members: dict[int, list[int]] = {}
    for row in sorted(root):
        members.setdefault(find(row), []).append(row)
    return [tuple(rows) for rows in members.values()]


def _cluster(readings: Readings, rows: tuple[int, ...], links: Sequence[Link]) -> Cluster:
    scores = score_pairs(readings, np.array(list(combinations(rows, 2)), dtype=np.int64))
    signs = readings.sex_signs[scores.pairs].prod(axis=1)
    against = np.minimum(scores.smallest("unrelated"), scores.against_relatives) < 0
    contradicting = against | (signs < 0)
    against_each_other: list[Link] = [(a, b) for a, b in scores.pairs[contradicting].tolist()]
    if not against_each_other or len(rows) > LARGEST_SEARCHED_FOR_BRIDGES:
        return Cluster(rows, scores, contradicting, (), ())
    weigh = PersonSplits(readings)
    bridges = _bridges(rows, links, against_each_other, weigh)
    parts = _parts(rows, links, bridges) if bridges else ()
    ends = sorted({row for pair in against_each_other for row in pair})
    apart = {row: weigh.log_lr([other for other in rows if other != row], [row]) for row in ends}
    return Cluster(rows, scores, contradicting, bridges, parts, apart)


def _bridges(
    rows: Sequence[int], links: Sequence[Link], contradictions: Sequence[Link], weigh: PersonSplits
) -> tuple[int, ...]:
    """Samples without which no two contradicting others hang together any more, and whose sides are two persons'.

    A good sample also holds together two poor ones that contradict each other by their drop-out alone. It is a bridge
    only where the sides are more probably of two persons than of one, whichever side it is put with.
    """
    found = []
    for row in rows:
        others = [pair for pair in contradictions if row not in pair]
        parts = _parts(rows, links, (row,))
        part_of = {member: n for n, part in enumerate(parts) for member in part}
        if not others or any(part_of[a] == part_of[b] for a, b in others):
            continue
        sides = {(part_of[a], part_of[b]) for a, b in others}
        if any(_are_two_persons(weigh, parts[one], parts[other], row) for one, other in sides):
            found.append(row)
    return tuple(found)


def _are_two_persons(weigh: PersonSplits, one: Sequence[int], other: Sequence[int], bridge: int) -> bool:
    return weigh.log_lr([*one, bridge], other) < 0 and weigh.log_lr(one, [*other, bridge]) < 0


def _parts(rows: Sequence[int], links: Sequence[Link], without: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """The components that are left when some samples are taken away; a sample left alone is a part."""
    left = [row for row in rows if row not in without]
    kept = [pair for pair in links if not {*pair} & {*without}]
    return tuple(connected_components([*((row, row) for row in left), *kept]))


def consensus(readings: Readings, rows: Sequence[int], *, least_posterior: float) -> dict[str, ConsensusMarker]:
    """What the samples show together at every marker typed in any of them.

    P(genotype | all samples) is the genotype's population probability times P(reading | genotype) of each sample,
    rescaled. The most probable genotype is taken when its posterior reaches ``least_posterior`` in every population;
    else the allele that surely is there, as a partial genotype; else none.
    """
    found = {}
    for m, marker in enumerate(readings.markers):
        sources = {
            readings.samples[row].code: _shown(readings.samples[row], marker.name)
            for row in rows
            if readings.typed[m, row]
        }
        if sources:
            posteriors = np.stack([_posterior(readings, name, m, rows) for name in readings.priors])
            genotype, posterior = _called(posteriors, marker, least_posterior)
            differ = len({_unordered(seen) for seen in sources.values()}) > 1
            found[marker.name] = ConsensusMarker(genotype, posterior, sources, differ)
    return found


def _shown(sample: UnidentifiedPerson, marker: str) -> Replicate:
    """The genotype as read, or every allele that some amplification showed."""
    if marker in sample.profile.genotypes:
        return sample.profile.genotypes[marker]
    seen = {allele for replicate in sample.replicates[marker] for allele in replicate}
    return tuple(sorted(seen, key=lambda allele: (allele is None, allele)))


def _unordered(genotype: Replicate) -> tuple[str, ...]:
    return tuple(sorted("?" if allele is None else allele for allele in genotype))


def _posterior(readings: Readings, population: str, marker: int, rows: Sequence[int]) -> Array:
    codes = readings.codes[marker, list(rows)]
    with np.errstate(divide="ignore"):
        logs = np.log(readings.priors[population][marker]) + np.log(
            readings.likelihoods[population][marker][codes]
        ).sum(axis=0)
    peak = logs.max()
    if peak == -np.inf:
        return np.zeros(len(logs))
    chances = np.exp(logs - peak)
    return np.asarray(chances / chances.sum())


def _called(posteriors: Array, marker: Marker, least: float) -> tuple[Genotype | None, float]:
    """The genotype that can be written down, and its smallest posterior over the populations (rows)."""
    n = len(marker.alleles)
    pairs = genotype_pairs(n + (marker.silent > 0))
    first, second = np.where(pairs == n, pairs[:, ::-1], pairs).T  # with a silent allele it reads as a homozygote
    by_reading = np.zeros((len(posteriors), n + 1, n + 1))
    for row, posterior in enumerate(posteriors):
        np.add.at(by_reading[row], (first, second), posterior)
    whole = by_reading.min(axis=0)[:n, :n]
    a, b = np.unravel_index(int(whole.argmax()), whole.shape)
    if whole[a, b] >= least:
        return (marker.alleles[a], marker.alleles[b]), float(whole[a, b])
    carried = np.stack([posteriors[:, (pairs == allele).any(axis=1)].sum(axis=1).min() for allele in range(n)])
    best = int(carried.argmax())
    if carried[best] >= least:
        return (marker.alleles[best], None), float(carried[best])
    return None, float(whole[a, b])


def consensus_genotypes(found: Mapping[str, ConsensusMarker]) -> dict[str, Genotype]:
    """The genotypes of a consensus profile, without the markers that stay open."""
    return {name: marker.genotype for name, marker in found.items() if marker.genotype is not None}
