"""The ways of tracing a shape as arrays: made once, run for every marker and every family of the shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from antigone.engine.arrays import Array, Ints
from antigone.engine.forest.tracing import ABSENT, JOINED, KNOWN, PASSED, ROOT, Descent, Forest, Line, State, trace
from antigone.errors import PlanTooLarge

MOST_ROOTS = 14
"""Founder slots, beside those of the open lines, over whose subsets one question of the urn is summed."""
TRUNK = 2
"""The number of the line that two lines have in common after they met."""
Question = tuple[tuple[int, ...], tuple[int, int], tuple[Line, ...]]
"""What a way asks of the urn: vectors of its roots, of its open roots (-1: none), and the lines below them."""


@dataclass(frozen=True)
class ForestPlan:
    """What is summed, as arrays; rows of different length are padded with -1. Vector 0 is the vector of ones.

    ``vectors`` says how each further vector comes about (kind, first, second; see ``tracing.Vectors``), ``pairs`` what
    known members are asked to have passed on (member, vector). Way ``w`` has the weight ``weights[w]``, the pairs
    ``ended[w]`` and the evidence ``chosen[w]``. Ways that ask the urn the same are one question, ``question_of[w]``. A
    question has ``counts`` vectors ``roots``, the vectors ``sides`` at the open roots of the two lines, and takes
    ``draws`` from the urn. Questions are sorted by roots.

    Questions with the same lines below the roots are one group, ``group_of``. Line ``l`` of group ``g`` ended in the
    known member ``ends[g, l]`` (-1: in a root) and leads down by ``links[g, l]`` (matrix, vector); line 2 is the common
    way of two lines that met, where ``joined``.
    """

    forest: Forest
    vectors: Ints
    pairs: Ints
    weights: Array
    question_of: Ints
    ended: Ints
    chosen: Ints
    roots: Ints
    counts: Ints
    sides: Ints
    draws: Ints
    group_of: Ints
    joined: Ints
    ends: Ints
    links: Ints

    @property
    def lines(self) -> int:
        """How many gene copies stay open: 0 to 2."""
        member = self.forest.descent.open
        return len(self.forest.descent.parents[member]) if member >= 0 else 0

    def cost(self, n: int) -> float:
        """Multiplications that one item takes with ``n`` alleles."""
        passed = float((self.vectors[:, 0] == PASSED).sum())
        subsets, opened = 2.0**self.counts, (self.sides >= 0).sum(axis=1)
        urn = 4 * n * subsets + 3.0**self.counts + np.where(opened == 2, n * 3.0**self.counts + n * n * subsets, 0.0)
        both_open = (self.joined == 1) | (self.ends[:, :2] < 0).all(axis=1) & (self.lines == 2)
        rows = np.where(both_open, n, 1) * (self.links[:, :, :, 0] >= 0).sum(axis=(1, 2))
        steps = 2.0 * n * n * float(rows.sum())
        return passed * n * n + n * (len(self.vectors) + len(self.pairs)) + float(urn.sum()) + steps

    @property
    def calls(self) -> float:
        """About how many array operations the plain twin makes, whatever the number of items."""
        return float(
            len(self.vectors) + len(self.pairs) + sum(3.0**count + 6 * 2.0**count for count in set(self.counts))
        )

    def largest(self, n: int) -> int:
        """Elements that one item holds at once: its vectors, subsets and groups."""
        most = int(self.counts.max(initial=0))
        held = len(self.vectors) + 1 + len(self.forest.evidence) + 3 * 2**most
        return n * held + n * n * (len(self.joined) + 3) + len(self.weights)


@lru_cache(maxsize=512)
def make_forest_plan(descent: Descent) -> ForestPlan:
    """All ways of tracing a shape, as arrays.

    Raises
    ------
    PlanTooLarge
        When there are more than ``tracing.MOST_STATES`` ways, or more than ``MOST_ROOTS`` founder slots in one.
    """
    forest = trace(descent)
    asked = [_question(state) for state, _ in forest.ways]
    questions = sorted(set(asked), key=lambda question: (question[0], question[1], repr(question[2])))
    if max((len(roots) for roots, _, _ in questions), default=0) > MOST_ROOTS:
        raise PlanTooLarge(f"more than {MOST_ROOTS} founder alleles are asked about at once")
    place = {question: number for number, question in enumerate(questions)}
    pairs = sorted({pair for state, _ in forest.ways for pair in state.ended})
    pair_number = {pair: number for number, pair in enumerate(pairs)}
    groups = list(dict.fromkeys(lines for _, _, lines in questions))
    roots = _padded([question[0] for question in questions])
    sides = np.array([question[1] for question in questions], dtype=np.int64).reshape(-1, 2)
    counts = (roots >= 0).sum(axis=1)
    return ForestPlan(
        forest,
        np.array(forest.made, dtype=np.int64).reshape(-1, 3),
        np.array(pairs, dtype=np.int64).reshape(-1, 2),
        np.array([weight for _, weight in forest.ways]),
        np.array([place[question] for question in asked], dtype=np.int64),
        _padded([[pair_number[pair] for pair in state.ended] for state, _ in forest.ways]),
        _padded([state.chosen for state, _ in forest.ways]),
        roots,
        counts,
        sides,
        counts + (sides >= 0).sum(axis=1),
        np.array([groups.index(lines) for _, _, lines in questions], dtype=np.int64),
        np.array([len(lines) == TRUNK + 1 for lines in groups], dtype=np.int64),
        _padded([[line.member for line in lines] for lines in groups], 3),
        _links(groups),
    )


def _question(state: State) -> Question:
    """The part of a finished way that concerns the urn; a joined line has one open root for both."""
    ends = state.lines[TRUNK:] if len(state.lines) > TRUNK else state.lines
    sides = [line.side if line.slot == ROOT else ABSENT for line in ends]
    lines = tuple(Line(line.member if line.slot == KNOWN else ABSENT, JOINED, line.links) for line in state.lines)
    one, other = (*sides, ABSENT, ABSENT)[:2]
    return state.roots, (one, other), lines


def _links(groups: Sequence[tuple[Line, ...]]) -> Ints:
    most = max((len(line.links) for lines in groups for line in lines), default=0)
    links = np.full((len(groups), TRUNK + 1, most, 2), ABSENT, dtype=np.int64)
    for place, lines in zip(links, groups, strict=True):
        for own, line in zip(place, lines, strict=False):
            own[: len(line.links)] = np.array(line.links, dtype=np.int64).reshape(-1, 2)
    return links


def _padded(rows: Sequence[Sequence[int]], least: int = 0) -> Ints:
    most = max(least, max((len(row) for row in rows), default=0))
    made = np.full((len(rows), most), ABSENT, dtype=np.int64)
    for place, row in zip(made, rows, strict=True):
        place[: len(row)] = row
    return made
