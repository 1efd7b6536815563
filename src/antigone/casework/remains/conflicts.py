"""Why samples that hang together are no group: which pairs contradict, and which sample explains it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from antigone.engine.arrays import LN10
from antigone.model.results.remains import SamplePair
from antigone.model.statements import remains as said
from antigone.model.statements.statement import Statement

MOST_PAIRS_NAMED = 3


def explain_conflict(
    contradictions: Sequence[SamplePair], bridges: Sequence[str], apart: Mapping[str, float]
) -> Statement:
    """The remark of a conflict.

    ``apart`` has, by sample that contradicts another one, the natural log LR of "all of one person" against "all but
    this sample": below 0 that sample is more probably of somebody else.
    """
    return said.CONFLICT(words_why=_what(contradictions, bridges, apart))


def _what(contradictions: Sequence[SamplePair], bridges: Sequence[str], apart: Mapping[str, float]) -> Statement:
    pairs = _pairs(contradictions)
    if bridges:
        held = said.BRIDGE if len(bridges) == 1 else said.BRIDGES
        return held(words_pairs=pairs, samples=tuple(bridges))
    if not apart:
        return pairs
    outside = sorted((code for code, log_lr in apart.items() if log_lr < 0), key=lambda code: (apart[code], code))
    if outside:
        worst = outside[0]
        return said.FITS_LEAST(words_pairs=pairs, sample=worst, times=-apart[worst] / LN10)
    if all(_sexes_differ(pair) for pair in contradictions):
        return said.MARKERS_FIT(words_pairs=pairs)
    return said.EACH_FITS_THE_REST(words_pairs=pairs, times=min(apart.values()) / LN10)


def _sexes_differ(pair: SamplePair) -> bool:
    return pair.remark == said.SEXES_DIFFER()


def _pairs(contradictions: Sequence[SamplePair]) -> Statement:
    """The pairs that contradict most, with the reason of each."""
    worst = sorted(contradictions, key=lambda p: (not _sexes_differ(p), _least(p), p.first, p.second))
    told = [said.PAIR_CONTRADICTS(first=p.first, second=p.second, words_why=p.remark) for p in worst[:MOST_PAIRS_NAMED]]
    more = len(worst) - MOST_PAIRS_NAMED
    return said.CONTRADICTING(pairs=(*told, said.MORE_PAIRS(number=more)) if more > 0 else tuple(told))


def _least(pair: SamplePair) -> float:
    return min(pair.smallest_log10_lr, pair.log10_lr_siblings, pair.log10_lr_parent_child)
