"""Many choices of readings at some members of one family, with theta: their likelihoods, one marker at a time.

The last member stays open: one sum gives the likelihood with each of its genotypes, and a reading of it is then a sum
over genotypes. The readings at the other members are items of a batch, those read alike together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from antigone.engine.arrays import Array, Ints
from antigone.engine.sums.factors import UNTYPED, Data, Typing, unordered_pairs
from antigone.engine.sums.ladder import stack_ladders
from antigone.engine.sums.likelihood import evaluate, group_markers
from antigone.engine.sums.pruning import prune
from antigone.engine.sums.work import work_of
from antigone.model.assumptions.marker import Marker
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile

CHUNK = 2**21
"""Numbers that are summed over genotypes at once."""
FEW = 64
"""Items up to which the batches of several markers are evaluated as one."""


@dataclass(frozen=True, eq=False)
class Shown:
    """The readings of one marker as sums of products, ``(readings, orders, 2, alleles)``; number 0 shows nothing."""

    terms: Array

    @cached_property
    def by_genotype(self) -> Array:
        """P(reading | genotype) of two alleles, shape ``(readings, genotypes)``."""
        first, second = unordered_pairs(self.terms.shape[3]).T
        return np.asarray((self.terms[:, :, 0][..., first] * self.terms[:, :, 1][..., second]).sum(axis=1))

    @cached_property
    def pairs(self) -> Ints:
        """The two alleles of readings that are a genotype and nothing else, shape ``(readings, 2)``; else -1."""
        possible = self.by_genotype > 0
        certain = (possible.sum(axis=1) == 1) & (self.by_genotype.max(axis=1) == 1.0)
        alleles = unordered_pairs(self.terms.shape[3])[np.argmax(possible, axis=1)]
        return np.where(certain[:, None], alleles, UNTYPED)

    @cached_property
    def single(self) -> Ints:
        """The same where everybody has one allele: males, at a marker on the X chromosome."""
        own = self.terms[:, 0, 1]
        certain = ((own > 0).sum(axis=1) == 1) & (own.max(axis=1) == 1.0)
        return np.where(certain[:, None], np.repeat(np.argmax(own, axis=1)[:, None], 2, axis=1), UNTYPED)


@dataclass(frozen=True)
class Asked:
    """One marker of one family; ``members`` are untyped, and their readings chosen among those ``shown``."""

    pedigree: Pedigree
    references: Mapping[str, Profile]
    members: tuple[str, ...]
    marker: Marker
    shown: Shown
    theta: float

    @property
    def terms(self) -> Array:
        return self.shown.terms

    def work(self, chosen: Ints) -> float:
        """Multiplications that ``logs`` takes."""
        before = np.unique(chosen[:, :-1], axis=0)
        sums = (len(some) * work_of(prune(data), self.theta).operations for some, data in self.batches(before))
        return sum(sums) + float(len(np.unique(chosen, axis=0)) * self.chances.shape[1])

    def summed(self, tables: Array, place: Ints, last: Ints) -> Array:
        """Over the genotypes of the open member, weighed by its reading."""
        with np.errstate(divide="ignore"):
            chances = np.log(self.chances)
        step = max(1, CHUNK // chances.shape[1])
        parts = [
            np.logaddexp.reduce(tables[place[start : start + step]] + chances[last[start : start + step]], axis=1)
            for start in range(0, len(last), step)
        ]
        return np.concatenate(parts)

    def batches(self, before: Ints) -> Iterator[tuple[Ints, Data]]:
        """The rows of readings at all members but the last, those read alike as one batch."""
        kinds = np.where(before == 0, 0, np.where(self.pairs[before, 0] >= 0, 1, 2))
        patterns, own = np.unique(kinds, axis=0, return_inverse=True)
        for number, pattern in enumerate(patterns):
            some = np.flatnonzero(own.ravel() == number)
            yield some, self._with_readings(pattern, before[some])

    def _with_readings(self, pattern: Ints, chosen: Ints) -> Data:
        data, typing = self.plain, list(self.plain.typing)
        observed, soft = np.repeat(data.observed, len(chosen), axis=0), list(data.soft)
        for member, kind, readings in zip(self.rows, pattern, chosen.T, strict=False):
            typing[member] = (Typing.UNTYPED, Typing.FULL, Typing.SOFT)[kind]
            if kind == 1:
                observed[:, member] = self.pairs[readings]
            elif kind == 2:
                soft.append((member, self._weights(member, readings)))
        return replace(data, typing=tuple(typing), observed=observed, soft=tuple(soft))

    def _weights(self, member: int, readings: Ints) -> Array:
        """P(reading | alleles), shape ``(items, n, n)``; a hemizygous member's one allele stands on the diagonal."""
        terms = self.terms[readings]
        if len(self.plain.shape.slots[member]) == 1:
            return terms[:, 0, 1, :, None] * np.eye(terms.shape[3])
        return np.asarray(np.einsum("iox,ioy->ixy", terms[:, :, 0], terms[:, :, 1]))

    @cached_property
    def plain(self) -> Data:
        """The references alone, with the last member open."""
        [(_, data)] = group_markers(self.pedigree, self.references, [self.marker], open_members=self.members[-1:])
        return data

    @cached_property
    def rows(self) -> list[int]:
        """The rows of the members."""
        ids = [member.id for member in self.pedigree.parents_first]
        return [ids.index(member) for member in self.members]

    @property
    def chances(self) -> Array:
        """P(reading | genotype of the last member), shape ``(readings, genotypes)``."""
        single = len(self.plain.shape.slots[self.rows[-1]]) == 1
        return self.terms[:, 0, 1] if single else self.shown.by_genotype

    @cached_property
    def pairs(self) -> Ints:
        """The two alleles of readings that are a genotype and nothing else, shape ``(readings, 2)``; else -1."""
        if self.plain.ladder.has_silent:
            return np.full((len(self.terms), 2), UNTYPED)
        all_single = all(len(self.plain.shape.slots[row]) == 1 for row in self.rows)
        return self.shown.single if all_single else self.shown.pairs


def total_logs(asked: Sequence[tuple[Asked, Ints]]) -> Array:
    """Log P(references, the readings of each row of what is chosen), all markers together, shape ``(rows,)``."""
    parts = [_Part(one, chosen) for one, chosen in asked]
    few = [(part, number) for part in parts for number, (_, data) in enumerate(part.batches) if _is_small(data)]
    tables = _evaluated([part.batches[number][1] for part, number in few], parts[0].asked.theta) if few else []
    known: dict[int, dict[int, Array]] = {id(part): {} for part in parts}
    for (part, number), table in zip(few, tables, strict=True):
        known[id(part)][number] = table
    return np.asarray(sum(part.logs(known[id(part)]) for part in parts))


class _Part:
    """What is asked at one marker, each reading once."""

    def __init__(self, asked: Asked, chosen: Ints) -> None:
        self.asked = asked
        self.rows, self.row_of = np.unique(chosen, axis=0, return_inverse=True)
        before, self.place = np.unique(self.rows[:, :-1], axis=0, return_inverse=True)
        self.size, self.batches = len(before), list(asked.batches(before))

    def logs(self, known: Mapping[int, Array]) -> Array:
        """Shape ``(rows,)``; ``known`` are the tables of batches that were evaluated with other markers'."""
        tables = np.empty((self.size, self.asked.chances.shape[1]))
        for number, (some, data) in enumerate(self.batches):
            tables[some] = known[number] if number in known else evaluate(data, theta=self.asked.theta)
        return self.asked.summed(tables, self.place.ravel(), self.rows[:, -1])[self.row_of.ravel()]


def _is_small(data: Data) -> bool:
    return len(data.observed) <= FEW and not data.soft


def _evaluated(some: Sequence[Data], theta: float) -> list[Array]:
    """The tables of batches of single markers; those of one shape and typing are evaluated as one."""
    groups: dict[object, list[int]] = {}
    for number, data in enumerate(some):
        kind = data.shape, data.typing, data.open_members, data.ladder.on_x, data.ladder.has_silent
        groups.setdefault(kind, []).append(number)
    tables: list[Array] = [np.empty(0)] * len(some)
    for numbers in groups.values():
        own = [some[number] for number in numbers]
        ladder = stack_ladders([data.ladder for data in own], [len(data.observed) for data in own])
        whole = replace(own[0], ladder=ladder, observed=np.concatenate([data.observed for data in own]))
        logs, start = evaluate(whole, theta=theta), 0
        for number, data in zip(numbers, own, strict=True):
            stop = start + len(data.observed)
            tables[number], start = logs[start:stop, _kept(ladder.size, data)], stop
    return tables


def _kept(n: int, data: Data) -> Ints:
    """The places, among the genotypes over ``n`` alleles, of those over a shorter ladder."""
    if len(data.shape.slots[data.open_members[0]]) == 1:
        return np.arange(data.ladder.size)
    return np.flatnonzero((unordered_pairs(n) < data.ladder.size).all(axis=1))
