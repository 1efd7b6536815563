"""All pairs of a search, small or large: what reaches the threshold, and how much was compared."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np

from antigone.casework.incident.prepare import Prepared, Progress
from antigone.casework.pairs.checkpoint import Checkpoint, KeptBlocks, identify_search
from antigone.engine.arrays import Array, Ints
from antigone.model.assumptions.choices import MOST_OF_ONE
from antigone.model.assumptions.linkage import LinkageModel
from antigone.model.incident.incident import Incident
from antigone.model.incident.settings import SearchSettings
from antigone.search.families.batches import Heard
from antigone.search.families.family_table import Target
from antigone.search.families.reference_fit import ReferenceFit
from antigone.search.pairs.blocks import (
    BLOCK_FAMILIES,
    BlindSearch,
    BlockResult,
    MissingFrom,
    count_silent,
    cut_into_blocks,
    target_of,
    usable_targets,
)
from antigone.search.pairs.comparison import SEX_SIGN, Comparison, compare, sex_table
from antigone.search.pairs.distributed import run_blocks
from antigone.search.pairs.linked import LinkedPair, link_pairs, linkage_slack

MOST_DENSE_PAIRS = 2_000_000
"""Up to this many pairs every LR is kept and listed; a larger search keeps those at or above the threshold."""


@dataclass(frozen=True)
class Execution:
    """How a search is computed; none of it changes the answer.

    ``block_families`` 0 lets the size of the search decide; ``checkpoint`` opens the place that keeps finished
    blocks for resumption, when the search is cut into blocks.
    """

    workers: int = 1
    scheduler: str = ""
    block_families: int = 0
    checkpoint: Callable[[], KeptBlocks] | None = None


def plan_execution(
    incident: Incident,
    out: Path,
    *,
    today: dt.date,
    workers: int,
    scheduler: str,
    resume: bool,
    block_families: int,
) -> Execution:
    """An execution whose finished blocks are kept in the output folder."""
    identity = identify_search(incident, today=today, block_families=block_families)
    keep = partial(Checkpoint.open, out, identity, resume=resume)
    return Execution(workers, scheduler, block_families, keep)


@dataclass(frozen=True)
class Found:
    """Pairs at or above the threshold in every population, strongest first, and the counts of all pairs, which are by
    the declared references and do not tell whether these fit.

    ``pairs`` are (target, person) indices, ``log_lr`` has shape ``(populations, pairs)``. ``comparison`` holds all
    pairs of a small search. When linked markers are computed as linked, both hold it, ``comparison`` for every pair
    that linkage could bring to the threshold; ``linked`` says what it changed for those worked out here. ``silent`` are
    the pairs counted as compared for which no reference took part: for the responsible geneticist alone.
    """

    targets: tuple[Target, ...]
    pairs: tuple[tuple[int, int], ...]
    log_lr: Array
    omitted: int
    threshold: float
    compared: int
    excluded_by_sex: int
    without_data: int
    fits: tuple[ReferenceFit, ...]
    comparison: Comparison | None
    linked: Mapping[tuple[int, int], LinkedPair] = field(default_factory=dict)
    silent: int = 0


def find_pairs(prepared: Prepared, execution: Execution, progress: Progress) -> Found:
    """Compare all pairs: at once when they are few, in blocks of families when they are many."""
    formed = _pairs_of_possible_sex(prepared)
    threshold = prepared.incident.settings.threshold_for(formed, len(prepared.persons))
    if formed <= MOST_DENSE_PAIRS and not execution.block_families:
        return _find_at_once(prepared, threshold, progress)
    return _find_in_blocks(prepared, threshold, execution, progress)


def linkage_in_search(settings: SearchSettings) -> LinkageModel | None:
    """The linkage that the LR contains: none with theta, for which linked markers have no definition."""
    return settings.linkage if settings.theta == 0 else None


def _pairs_of_possible_sex(prepared: Prepared) -> int:
    missing = np.array([SEX_SIGN[f.declared.pedigree[m].sex] for f in prepared.families for m in f.missing])
    found = np.array([SEX_SIGN[person.sex] for person in prepared.persons])
    possible = np.isfinite(sex_table(prepared.further.sex))
    counts = [[np.sum(missing == one) * np.sum(found == other) for other in (-1, 0, 1)] for one in (-1, 0, 1)]
    return int(np.sum(np.array(counts)[possible]))


def _find_at_once(prepared: Prepared, threshold: float, progress: Progress) -> Found:
    settings = prepared.incident.settings
    theta = settings.theta
    heard = _share_of(prepared, progress)
    fits, targets = usable_targets(prepared.families, prepared.populations, theta=theta, heard=heard)
    comparison = compare(
        targets,
        prepared.persons,
        populations=prepared.populations,
        theta=theta,
        observation=settings.observation,
        sex=prepared.further.sex,
        heard=heard,
    )
    comparison, linked = _with_linkage(comparison, prepared, float(np.log(threshold)))
    progress("comparing all pairs", 100, 100)
    target, person = np.nonzero(comparison.smallest >= np.log(threshold))
    log_lr = np.stack([lr[target, person] for lr in comparison.log_lr.values()])
    pairs, log_lr, omitted = _ranked(prepared, targets, target, person, log_lr)
    without = int((comparison.nothing_declared & ~comparison.excluded_by_sex).sum())
    counts = (int(comparison.counted.sum()), int(comparison.excluded_by_sex.sum()), without)
    silent = int((comparison.counted & ~comparison.compared).sum())
    return Found(targets, pairs, log_lr, omitted, threshold, *counts, fits, comparison, linked, silent)


def _share_of(prepared: Prepared, progress: Progress) -> Heard:
    """Passes on how many hundredths of the planned work are done; those of the last one are told when all is done."""
    whole, done = max(1.0, prepared.work * len(prepared.populations)), 0.0

    def heard(work: float) -> None:
        nonlocal done
        done += work
        progress("comparing all pairs", min(99, int(100 * done / whole)), 100)

    heard(0.0)
    return heard


def _with_linkage(
    comparison: Comparison, prepared: Prepared, log_threshold: float
) -> tuple[Comparison, dict[tuple[int, int], LinkedPair]]:
    """The comparison with linkage in the LR of every pair that may reach the threshold by it; see ``linkage_slack``."""
    model = linkage_in_search(prepared.incident.settings)
    if model is None:
        return comparison, {}
    groups = model.groups_of(next(iter(prepared.populations.values())))
    slack = np.array([linkage_slack(target, groups) for target in comparison.targets]) if groups else np.zeros(1)
    near = np.nonzero(comparison.smallest >= log_threshold - slack[:, None])
    linked = link_pairs(
        comparison.targets,
        comparison.persons,
        list(zip(*(places.tolist() for places in near), strict=True)),
        populations=prepared.populations,
        model=model,
        observation=prepared.incident.settings.observation,
    )
    log_lr = {name: lr.copy() for name, lr in comparison.log_lr.items()}
    for name, lr in log_lr.items():
        for pair, change in linked.items():
            lr[pair] += change.total(name)
    return replace(comparison, log_lr=log_lr), linked


def _find_in_blocks(prepared: Prepared, threshold: float, execution: Execution, progress: Progress) -> Found:
    settings = prepared.incident.settings
    search = BlindSearch(
        prepared.persons,
        prepared.populations,
        settings.theta,
        float(np.log(threshold)),
        settings.observation,
        prepared.further.sex,
        linkage_in_search(settings),
    )
    blocks = cut_into_blocks(prepared.families, execution.block_families or BLOCK_FAMILIES)
    results = _results(blocks, search, execution, progress)
    fits = tuple(fit for result in results for fit in result.fits)
    targets, offset, target, person, log_lr = [], 0, [], [], []
    references = _references(prepared, fits)
    for result in results:
        targets += [references[code] for code in result.targets]
        target.append(result.target + offset)
        person.append(result.person)
        log_lr.append(result.log_lr)
        offset += len(result.targets)
    pairs, ordered, omitted = _ranked(
        prepared, targets, np.concatenate(target), np.concatenate(person), np.concatenate(log_lr, axis=1)
    )
    return Found(
        tuple(targets),
        pairs,
        ordered,
        omitted,
        threshold,
        sum(result.compared for result in results),
        sum(result.excluded_by_sex for result in results),
        sum(result.without_data for result in results),
        fits,
        None,
        silent=count_silent(targets, search),
    )


def _results(
    blocks: Sequence[Sequence[MissingFrom]], search: BlindSearch, execution: Execution, progress: Progress
) -> list[BlockResult]:
    """Every block's result in the order of blocks: kept ones from the checkpoint, the others computed."""
    checkpoint = execution.checkpoint() if execution.checkpoint else None
    kept = checkpoint.load(len(blocks)) if checkpoint else {}
    done = {number: _with_fits(result, blocks[number], search) for number, result in kept.items()}
    waiting = {number: families for number, families in enumerate(blocks) if number not in done}
    progress("comparing blocks", len(done), len(blocks))
    for number, result in run_blocks(
        waiting,
        search,
        workers=execution.workers,
        scheduler=execution.scheduler,
    ):
        if checkpoint:
            checkpoint.keep(number, result)
        done[number] = result
        progress("comparing blocks", len(done), len(blocks))
    return [done[number] for number in range(len(blocks))]


def _with_fits(result: BlockResult, families: Sequence[MissingFrom], search: BlindSearch) -> BlockResult:
    fits, _ = usable_targets(families, search.populations, theta=search.theta)
    return replace(result, fits=fits)


def _references(prepared: Prepared, fits: Sequence[ReferenceFit]) -> dict[tuple[str, str], Target]:
    """The targets again, by family and missing member, with the references that were used."""
    gone: defaultdict[str, set[str]] = defaultdict(set)
    for fit in fits:
        if fit.left_out:
            gone[fit.family].add(fit.member)
    return {
        (family.declared.code, missing): target_of(family.declared, missing, gone[family.declared.code], family.answers)
        for family in prepared.families
        for missing in family.missing
    }


def _ranked(
    prepared: Prepared, targets: Sequence[Target], target: Ints, person: Ints, log_lr: Array
) -> tuple[tuple[tuple[int, int], ...], Array, int]:
    """Strongest first by the smallest LR; equal ones by codes, so the order never depends on the input's.

    A pair is listed while it is among the ``MOST_OF_ONE`` strongest of its unidentified or of its missing person.
    """
    if not len(target):
        return (), log_lr, 0
    least = np.round(log_lr.min(axis=0), 9)
    names = np.array([(t.family, t.missing) for t in targets])[target]
    codes = np.array([p.code for p in prepared.persons])[person]
    order = np.lexsort((codes, names[:, 1], names[:, 0], -least))
    listed = order[(_place_within(person[order]) < MOST_OF_ONE) | (_place_within(target[order]) < MOST_OF_ONE)]
    pairs = tuple(zip(target[listed].tolist(), person[listed].tolist(), strict=True))
    return pairs, log_lr[:, listed], len(order) - len(listed)


def _place_within(groups: Ints) -> Ints:
    """How many earlier entries have the same group."""
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    first = np.searchsorted(ordered, ordered, side="left")
    place = np.empty(len(groups), dtype=np.int64)
    place[order] = np.arange(len(groups)) - first
    return place
