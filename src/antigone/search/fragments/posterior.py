"""Fragments and identities in one sum: families' tables over sets of samples in, probabilities of each sample out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from antigone.engine.arrays import Array, Ints
from antigone.errors import PlanTooLarge
from antigone.search.fragments.blocks import Samples, Strangers, bits

Masks = NDArray[np.uint64]
MOST_SAMPLES = 63
MOST_STATES = 400_000
LOG_LIGHT = -40.0
"""Rows and states below this, against the heaviest one (natural log), are left out, and what they weigh is counted."""
CHUNK = 1_000_000


@dataclass(frozen=True)
class FamilyRows:
    """Assignments of one family: ``blocks`` (rows, missing members) are numbers of sets, -1 for nobody.

    ``log_weight`` is natural: prior, and P(family's data, these persons there) over the same persons unrelated, less
    the probability of each set's samples apart where they are of one person (``a`` of ``blocks``).
    """

    blocks: Ints
    log_weight: Array


@dataclass(frozen=True)
class FragmentPosterior:
    """``places[f]`` has, by missing member and set of samples (last: nobody), the posterior.

    ``strangers`` has, by set of samples, the posterior that it is all that was found of one person who is not missing.
    ``log_total`` is the natural log of the sum of all weights, each sample a stranger of its own weighing u**n.
    ``left_out`` is the share of the weight that was met and left out as light.
    """

    places: tuple[Array, ...]
    strangers: Mapping[Samples, float]
    log_total: float
    left_out: float


def solve_fragments(
    families: Sequence[FamilyRows], sets: Sequence[Samples], strangers: Strangers, *, samples: int
) -> FragmentPosterior:
    """The sum over all partitions of the samples into persons, and of the persons over the missing members.

    The families pass on which samples are used, forward and back; the unused ones are strangers in all their ways.

    Raises
    ------
    PlanTooLarge
        For more than ``MOST_SAMPLES`` samples, or more than ``MOST_STATES`` sets of used samples that matter.
    """
    if samples > MOST_SAMPLES:
        raise PlanTooLarge(
            f"{samples} samples, and fragments are solved jointly up to {MOST_SAMPLES}; accept groups of "
            "`antigone reassociate` first (--groups), or solve parts of the incident by themselves"
        )
    everybody = (1 << samples) - 1
    own = np.array([*(bits(block) for block in sets), 0], dtype=np.uint64)
    rows = [_disjoint(family, own) for family in families]
    loss: list[float] = []
    kept = [_without_light(family, masks, strangers, everybody, loss) for family, masks in rows]
    forward = [(np.zeros(1, dtype=np.uint64), np.zeros(1))]
    for family, masks in kept:
        forward.append(_passed(forward[-1], (masks, family.log_weight), strangers, everybody, loss))
    used, weight = forward[-1]
    last = np.array([strangers.log_sum(everybody & ~int(mask)) for mask in used])
    log_total = float(np.logaddexp.reduce(weight + last))
    places = _places(kept, forward, last, log_total, len(sets))
    share = float(np.exp(np.logaddexp.reduce(loss) - log_total)) if loss else 0.0
    free = [everybody & ~int(mask) for mask in used]
    alone = _strangers(strangers, free, np.exp(weight + last - log_total))
    return FragmentPosterior(places, alone, log_total, min(1.0, share))


def _disjoint(family: FamilyRows, own: Masks) -> tuple[FamilyRows, Masks]:
    """The rows that use no sample twice, and which samples each of them uses."""
    masks = np.zeros(len(family.blocks), dtype=np.uint64)
    good = family.log_weight > -np.inf
    for column in family.blocks.T:
        good &= (masks & own[column]) == 0
        masks |= own[column]
    return FamilyRows(family.blocks[good], family.log_weight[good]), masks[good]


def _without_light(
    family: FamilyRows, masks: Masks, strangers: Strangers, everybody: int, loss: list[float]
) -> tuple[FamilyRows, Masks]:
    """The rows that matter, were this the only family."""
    distinct, number = np.unique(masks, return_inverse=True)
    rest = np.array([strangers.log_sum(everybody & ~int(mask)) for mask in distinct])
    heavy = _heavy(family.log_weight + rest[number.ravel()], loss)
    return FamilyRows(family.blocks[heavy], family.log_weight[heavy]), masks[heavy]


def _heavy(logs: Array, loss: list[float]) -> NDArray[np.bool_]:
    heavy = np.asarray(logs >= logs.max() + LOG_LIGHT)
    if not heavy.all():
        loss.append(float(np.logaddexp.reduce(logs[~heavy])))
    return heavy


def _passed(
    states: tuple[Masks, Array], rows: tuple[Masks, Array], strangers: Strangers, everybody: int, loss: list[float]
) -> tuple[Masks, Array]:
    """The used samples after one more family, with the sum of the weights of all ways to use them."""
    found, logs = list[Masks](), list[Array]()
    for mask, weight in _pairs(states, rows):
        found.append(mask)
        logs.append(weight)
    masks, total = _summed(np.concatenate(found), np.concatenate(logs))
    rest = np.array([strangers.log_sum(everybody & ~int(mask)) for mask in masks])
    heavy = _heavy(total + rest, loss)
    if heavy.sum() > MOST_STATES:
        raise PlanTooLarge(
            "too many sets of samples could be of too many families with similar weight; accept groups of "
            "`antigone reassociate` first, type more markers or relatives"
        )
    return masks[heavy], total[heavy]


def _pairs(states: tuple[Masks, Array], rows: tuple[Masks, Array]) -> list[tuple[Masks, Array]]:
    """Every state with every row that uses none of its samples, summed chunk by chunk."""
    done = []
    step = max(1, CHUNK // max(1, len(rows[0])))
    for start in range(0, len(states[0]), step):
        mask, weight = states[0][start : start + step, None], states[1][start : start + step, None]
        state, row = np.nonzero((mask & rows[0][None]) == 0)
        done.append(_summed((mask[state, 0] | rows[0][row]), weight[state, 0] + rows[1][row]))
    return done


def _summed(masks: Masks, logs: Array) -> tuple[Masks, Array]:
    distinct, number = np.unique(masks, return_inverse=True)
    top = np.full(len(distinct), -np.inf)
    np.maximum.at(top, number.ravel(), logs)
    total = np.bincount(number.ravel(), np.exp(logs - top[number.ravel()]), len(distinct))
    return distinct, top + np.log(total)


def _places(
    kept: Sequence[tuple[FamilyRows, Masks]], forward: Sequence[tuple[Masks, Array]], last: Array, log_total: float,
    sets: int,
) -> tuple[Array, ...]:  # fmt: skip
    """Posterior of each set at each missing member, by going back over the families."""
    back, found = last, list[Array]()
    for (family, masks), before, after in zip(kept[::-1], forward[-2::-1], forward[:0:-1], strict=True):
        chance, back = _back(before, (masks, family.log_weight), (after[0], back), log_total)
        table = np.zeros((family.blocks.shape[1], sets + 1))
        for place, column in enumerate(family.blocks.T):
            table[place] = np.bincount(np.where(column < 0, sets, column), chance, sets + 1)
        found.append(table)
    return tuple(found[::-1])


def _back(
    before: tuple[Masks, Array], rows: tuple[Masks, Array], after: tuple[Masks, Array], log_total: float
) -> tuple[Array, Array]:
    """The posterior of each row, and for each state before this family the sum of all that may follow."""
    chance, follow = np.zeros(len(rows[0])), np.full(len(before[0]), -np.inf)
    for s, (mask, weight) in enumerate(zip(*before, strict=True)):
        fit = np.flatnonzero((mask & rows[0]) == 0)
        reached = mask | rows[0][fit]
        at = np.minimum(np.searchsorted(after[0], reached), len(after[0]) - 1)
        logs = np.where(after[0][at] == reached, after[1][at] + rows[1][fit], -np.inf)
        follow[s] = np.logaddexp.reduce(logs) if len(logs) else -np.inf
        chance[fit] += np.exp(weight + logs - log_total)
    return chance, follow


def _strangers(strangers: Strangers, free: Sequence[int], chance: Array) -> dict[Samples, float]:
    """The posterior that each set of samples is one person who is not missing."""
    sums = [strangers.log_sum(mask) for mask in free]
    found = dict[Samples, float]()
    for block, log in strangers.blocks.items():
        mask = bits(block)
        terms = [
            p * np.exp(log + strangers.log_person + strangers.log_sum(whole & ~mask) - total)
            for whole, total, p in zip(free, sums, chance.tolist(), strict=True)
            if mask & ~whole == 0
        ]
        found[block] = float(np.sum(terms)) if terms else 0.0
    return found
