"""How many pairs reach the threshold by chance: the bound that always holds, and an estimate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from antigone.engine.arrays import Array
from antigone.model.results.search import ChanceMatches
from antigone.search.pairs.comparison import SEX_SIGN, Comparison


def expected_chance_matches(
    comparison: Comparison,
    *,
    pairs: int,
    threshold: float,
    genotype_logs: Sequence[Array],
    hemizygous_logs: Mapping[int, Array] | None = None,
    rng: np.random.Generator,
    seed: int,
    draws: int = 400,
) -> ChanceMatches:
    """The expected number of unrelated pairs whose smallest LR is at or above ``threshold``.

    The bound is pairs / threshold: the mean LR of unrelated pairs is 1, so at most 1/threshold of them reach
    it (Markov). The estimate is the same number for persons whose genotypes follow the first population's
    frequencies, by importance sampling: genotypes are drawn in proportion to LR times frequency, as if from the
    missing person, and weighed by what that favours them. It is unbiased. Each pair uses the markers typed in
    its unidentified person; partly read markers are simulated as fully read. The sexes stay as recorded.

    ``comparison`` holds all ``pairs`` of the search or a random sample of its families and persons, from which the
    estimate is scaled up. ``genotype_logs[marker]`` holds the log probability of each full genotype in the first
    population, ``hemizygous_logs`` the same for missing men at the X-chromosomal markers, by their number.
    """
    signs = np.array([SEX_SIGN[person.sex] for person in comparison.persons], dtype=np.int64)
    stacked = np.vstack([_typed(comparison, genotype_logs), signs])
    kinds, first, members = np.unique(stacked, axis=1, return_index=True, return_inverse=True)
    total, variance = 0.0, 0.0
    for target in range(len(comparison.targets)):
        own = (hemizygous_logs or {}) if comparison.targets[target].sex == "male" else {}
        logs = [own.get(m, whole) for m, whole in enumerate(genotype_logs)]
        apart = kinds[-1] * SEX_SIGN[comparison.targets[target].sex] == -1
        patterns = kinds[:-1].astype(np.bool_) & ~(comparison.on_x[:, None] & apart)
        limits = np.log(threshold) - comparison.log_sex[target, first]
        weights = _weights(comparison, target, logs, rng, draws, patterns, limits)
        counts = np.bincount(members.ravel(), comparison.compared[target], patterns.shape[1])
        each_draw = counts @ weights
        total += float(each_draw.mean())
        variance += float(each_draw.var()) / draws
    share = pairs / max(int(comparison.counted.sum()), 1)
    error = share * float(np.sqrt(variance))
    return ChanceMatches(pairs, threshold, pairs / threshold, share * total, error, draws, seed)


def _typed(comparison: Comparison, genotype_logs: Sequence[Array]) -> NDArray[np.bool_]:
    last = [table.shape[1] - 1 for table in next(iter(comparison.tables.values()))]
    return np.asarray(comparison.codes != np.array(last, dtype=np.int64).reshape(len(genotype_logs), -1))


def _weights(
    comparison: Comparison, target: int, genotype_logs: Sequence[Array], rng: np.random.Generator, draws: int,
    patterns: NDArray[np.bool_], log_thresholds: Array,
) -> Array:  # fmt: skip
    """Frequency over drawing probability where the smallest LR reaches the threshold, else 0: ``(patterns, draws)``."""
    names = list(comparison.tables)
    sums = {name: np.zeros((patterns.shape[1], draws)) for name in names}
    log_mean_lr = np.zeros((patterns.shape[1], 1))
    nobody = np.zeros((patterns.shape[1], 1), dtype=np.bool_)
    for m, logs in enumerate(genotype_logs):
        first, typed = comparison.tables[names[0]][m][target, : len(logs)], patterns[m][:, None]
        if np.isnan(first).any():
            continue
        chances = _chances(first, logs)
        if not chances.any():  # no genotype that occurs fits: nobody with this marker reaches the threshold
            nobody |= typed
            continue
        drawn = rng.choice(len(logs), size=draws, p=chances / chances.sum())
        log_mean_lr += typed * np.log(chances.sum())  # 0 but for theta and silent alleles
        for name in names:
            sums[name] += np.where(typed, comparison.tables[name][m][target, drawn][None, :], 0.0)
    least = np.min(np.stack(list(sums.values())), axis=0)
    reached = (least >= log_thresholds[:, None]) & ~nobody
    return np.where(reached, np.exp(log_mean_lr - sums[names[0]]), 0.0)


def _chances(log_lr: Array, logs: Array) -> Array:
    """LR times frequency of each genotype; 0 for one so rare that its frequency is 0 as a number: nobody has it."""
    occurs = np.isfinite(logs)
    return np.where(occurs, np.exp(np.where(occurs, log_lr, -np.inf) + np.where(occurs, logs, 0.0)), 0.0)
