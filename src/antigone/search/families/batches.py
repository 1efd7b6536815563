"""Many families as arrays: families of the same shape, typed alike, become one batch for the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from antigone.engine.arrays import Ints
from antigone.engine.sums.factors import MATERNAL, PATERNAL, UNTYPED, Data, Shape, Typing
from antigone.engine.sums.ladder import stack_markers
from antigone.engine.sums.likelihood import allele_indices
from antigone.model.assumptions.marker import Marker
from antigone.model.pedigree import Pedigree, Sex
from antigone.model.profile import Profile

Member = tuple[int, int, bool, bool, float, Sex]
"""A member as numbers: rows of father and mother (-1 absent), typed, open, founder inbreeding; and the sex."""


Heard = Callable[[float], None]
"""Told how much work (``engine.work``) has been done since it was told last."""


def unheard(_work: float) -> None:
    """Nobody wants to know how much is done."""


@dataclass(frozen=True)
class Question:
    """The typed members of a pedigree, and perhaps one untyped member whose genotype is asked."""

    pedigree: Pedigree
    profiles: Mapping[str, Profile]
    open_member: str | None = None


def batches(questions: Sequence[Question], markers: Sequence[Marker]) -> Iterator[tuple[int, Ints, Data]]:
    """Yield ``(marker, rows, data)``: the questions ``rows`` at one marker as one batch.

    Every question appears once for every marker, except at X-chromosomal markers where the sex of a member who
    matters is not known. The composition of a batch depends on the questions given, not on the machine.
    """
    for on_x in (False, True):
        chosen = [m for m, marker in enumerate(markers) if (marker.chromosome == "X") == on_x]
        if chosen:
            for m, rows, data in _batches(questions, [markers[m] for m in chosen], on_x=on_x):
                yield chosen[m], rows, data


def _batches(
    questions: Sequence[Question], markers: Sequence[Marker], *, on_x: bool
) -> Iterator[tuple[int, Ints, Data]]:
    lookups = [_Lookup(marker) for marker in markers]
    ladders = [stack_markers([marker]) for marker in markers]
    coded: dict[int, Ints] = {}
    groups: dict[tuple[Shape, int], list[tuple[int, Ints]]] = {}
    for number, question in enumerate(questions):
        shape, order = _arrange(_structure(question, on_x=on_x))
        if on_x and any(question.pedigree.individuals[row].sex == "unknown" for row in order):
            continue
        observed = _observed(question, order, lookups, coded, on_x=on_x)
        open_row = _open_row(question, order)
        groups.setdefault((shape, open_row), []).append((number, observed))
    for (shape, open_row), items in groups.items():
        rows = np.array([number for number, _ in items])
        observed = np.stack([array for _, array in items])
        for m, ladder in enumerate(ladders):
            for typing, chosen in _typed_alike(observed[:, :, m]):
                opened = (open_row,) if open_row >= 0 else ()
                yield m, rows[chosen], Data(shape, ladder, typing, observed[chosen, :, m], opened)


class _Lookup(dict[tuple[str | None, str | None], tuple[int, int]]):
    """The indices of each genotype met at a marker, found once."""

    def __init__(self, marker: Marker) -> None:
        super().__init__()
        self.marker = marker

    def of(self, profile: Profile) -> tuple[int, int]:
        genotype = profile.genotypes.get(self.marker.name)
        if genotype is None:
            return UNTYPED, UNTYPED
        if genotype not in self:
            self[genotype] = allele_indices(self.marker, genotype, profile.sample)
        return self[genotype]


def _structure(question: Question, *, on_x: bool) -> tuple[Member, ...]:
    row = {member.id: number for number, member in enumerate(question.pedigree)}
    return tuple(
        (
            row[m.father] if m.father is not None else -1,
            row[m.mother] if m.mother is not None else -1,
            m.id in question.profiles,
            m.id == question.open_member,
            m.founder_inbreeding,
            m.sex if on_x else "unknown",
        )
        for m in question.pedigree
    )


@lru_cache(maxsize=65_536)
def _arrange(members: tuple[Member, ...]) -> tuple[Shape, tuple[int, ...]]:
    """The shape of a pedigree without untyped leaves, in an order that alike pedigrees share, and that order."""
    kept = _connected(members)
    colour = _refined_colours(members, kept)
    depth, waiting = {-1: -1}, kept
    while waiting:
        depth |= {i: 1 + max(depth[p] for p in members[i][:2]) for i in waiting if {*members[i][:2]} <= depth.keys()}
        waiting = [i for i in waiting if i not in depth]
    order = sorted(kept, key=lambda i: (depth[i], colour[i], i))
    row = {old: new for new, old in enumerate(order)} | {-1: -1}
    shape = Shape(
        tuple(row[members[i][0]] for i in order),
        tuple(row[members[i][1]] for i in order),
        tuple((MATERNAL,) if members[i][5] == "male" else (PATERNAL, MATERNAL) for i in order),
        tuple(0.0 if members[i][5] == "male" else members[i][4] for i in order),
    )
    return shape, tuple(order)


def _connected(members: tuple[Member, ...]) -> list[int]:
    """Rows that are typed, open, or ancestors of such; the others sum out to 1."""
    kept = list(range(len(members)))
    while True:
        parents = {parent for i in kept for parent in members[i][:2]}
        left = [i for i in kept if i in parents or members[i][2] or members[i][3]]
        if len(left) == len(kept):
            return kept
        kept = left


def _refined_colours(members: tuple[Member, ...], kept: list[int]) -> dict[int, int]:
    """Ranks that tell rows apart by their place in the pedigree, refined from their relatives' ranks."""
    colour = dict.fromkeys(kept, 0) | {-1: -1}
    children = {i: [c for c in kept if i in members[c][:2]] for i in kept}
    for _ in kept:
        seen = {
            i: (members[i][2:], colour[members[i][0]], colour[members[i][1]], sorted(colour[c] for c in children[i]))
            for i in kept
        }
        words = {i: repr((colour[i], seen[i])) for i in kept}
        ranks = {word: rank for rank, word in enumerate(sorted(set(words.values())))}
        refined = {i: ranks[words[i]] for i in kept}
        if len(ranks) == len({colour[i] for i in kept}):
            break
        colour = refined | {-1: -1}
    return colour


def _open_row(question: Question, order: tuple[int, ...]) -> int:
    if question.open_member is None:
        return -1
    ids = [member.id for member in question.pedigree]
    return order.index(ids.index(question.open_member))


def _observed(
    question: Question, order: tuple[int, ...], lookups: Sequence[_Lookup], coded: dict[int, Ints], *, on_x: bool
) -> Ints:
    observed = np.full((len(order), len(lookups), 2), UNTYPED, dtype=np.int64)
    members = question.pedigree.individuals
    for row, old in enumerate(order):
        profile = question.profiles.get(members[old].id)
        if profile is not None:
            if id(profile) not in coded:
                coded[id(profile)] = np.array([lookup.of(profile) for lookup in lookups], dtype=np.int64).reshape(-1, 2)
            observed[row] = coded[id(profile)]
            if on_x and members[old].sex == "male":
                single = observed[row, :, 1] < 0
                observed[row, single, 1] = observed[row, single, 0]
    return observed


def _typed_alike(observed: Ints) -> Iterator[tuple[tuple[Typing, ...], Ints]]:
    """Rows of ``observed`` (items, members, 2) by how each member is typed."""
    typed = observed[:, :, 0] >= 0
    kinds = typed.astype(np.int64) * (1 + (observed[:, :, 1] < 0))
    patterns, member_of = np.unique(kinds, axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):
        yield tuple(Typing(int(kind)) for kind in pattern), np.flatnonzero(member_of.ravel() == number)
