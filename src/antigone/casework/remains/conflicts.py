"""Why samples that hang together are no group: which pairs contradict, and which sample explains it, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from antigone.engine.arrays import LN10
from antigone.model.results.remains import SamplePair
from antigone.plain_words import listed, lr_text

SEXES_DIFFER = "the sexes differ"
MOST_PAIRS_NAMED = 3


def explain_conflict(contradictions: Sequence[SamplePair], bridges: Sequence[str], apart: Mapping[str, float]) -> str:
    """The remark of a conflict.

    ``apart`` has, by sample that contradicts another one, the natural log LR of "all of one person" against "all but
    this sample": below 0 that sample is more probably of somebody else.
    """
    return f"conflict, not merged: {_what(contradictions, bridges, apart)}; for review"


def _what(contradictions: Sequence[SamplePair], bridges: Sequence[str], apart: Mapping[str, float]) -> str:
    pairs = _pairs(contradictions)
    if bridges:
        fits = "fits" if len(bridges) == 1 else "fit"
        return (
            f"{pairs}; held together by {listed(bridges)}, which {fits} both sides: perhaps mixed or contaminated, or "
            "too incomplete to tell them apart"
        )
    if not apart:
        return pairs
    outside = sorted((code for code, log_lr in apart.items() if log_lr < 0), key=lambda code: (apart[code], code))
    if outside:
        worst = outside[0]
        times = lr_text(-apart[worst] / LN10)
        return f"{pairs}; {worst} fits least: it is {times} times as probable of somebody else as of one with the rest"
    if all(pair.remark == SEXES_DIFFER for pair in contradictions):
        return f"{pairs}, but the markers fit one person: check the recorded sexes"
    least = lr_text(min(apart.values()) / LN10)
    return (
        f"{pairs}; together with the other samples each of them fits: one person is at least {least} times as probable "
        "as any of them apart. They are perhaps too incomplete to be compared with each other"
    )


def _pairs(contradictions: Sequence[SamplePair]) -> str:
    """The pairs that contradict most, with the reason of each."""
    worst = sorted(contradictions, key=lambda p: (p.remark != SEXES_DIFFER, _least(p), p.first, p.second))
    words = "; ".join(f"{p.first} and {p.second} contradict each other, {p.remark}" for p in worst[:MOST_PAIRS_NAMED])
    more = len(worst) - MOST_PAIRS_NAMED
    return words + (f"; {more} more pairs" if more > 0 else "")


def _least(pair: SamplePair) -> float:
    return min(pair.smallest_log10_lr, pair.log10_lr_siblings, pair.log10_lr_parent_child)
