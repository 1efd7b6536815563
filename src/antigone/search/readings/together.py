"""Many choices of readings at some members of one family, with theta: their likelihoods, one marker at a time.

The last member stays open: one sum gives the likelihood with each of its genotypes, and a reading of it is then a sum
over genotypes. The readings at the other members are items of a batch, those read alike together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from antigone.engine.arrays import Array, Bools, Ints
from antigone.engine.sums.factors import UNTYPED, Data, Typing, unordered_pairs
from antigone.engine.sums.likelihood import evaluate, group_markers
from antigone.engine.sums.pruning import prune
from antigone.engine.sums.work import work_of
from antigone.model.assumptions.marker import Marker
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile

CHUNK = 2**21
"""Numbers that are summed over genotypes at once."""


@dataclass(frozen=True)
class Asked:
    """One marker of one family: ``terms`` are the marker's readings as sums of products, number 0 shows nothing.

    ``terms`` has shape ``(readings, orders, 2, alleles)``; ``members`` are untyped, and their readings chosen.
    """

    pedigree: Pedigree
    references: Mapping[str, Profile]
    members: tuple[str, ...]
    marker: Marker
    terms: Array
    theta: float

    def logs(self, chosen: Ints) -> Array:
        """Log P(references, the readings of each row of ``chosen``), shape ``(rows,)``."""
        rows, row_of = np.unique(chosen, axis=0, return_inverse=True)
        before, place = np.unique(rows[:, :-1], axis=0, return_inverse=True)
        tables = np.empty((len(before), self.chances.shape[1]))
        for some, data in self.batches(before):
            tables[some] = evaluate(data, theta=self.theta)
        return self._summed(tables, place.ravel(), rows[:, -1])[row_of.ravel()]

    def work(self, chosen: Ints) -> float:
        """Multiplications that ``logs`` takes."""
        before = np.unique(chosen[:, :-1], axis=0)
        sums = (len(some) * work_of(prune(data), self.theta).operations for some, data in self.batches(before))
        return sum(sums) + float(len(np.unique(chosen, axis=0)) * self.chances.shape[1])

    def _summed(self, tables: Array, place: Ints, last: Ints) -> Array:
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

    @cached_property
    def chances(self) -> Array:
        """P(reading | genotype of the last member), shape ``(readings, genotypes)``."""
        if len(self.plain.shape.slots[self.rows[-1]]) == 1:
            return self.terms[:, 0, 1]
        first, second = unordered_pairs(self.terms.shape[3]).T
        return np.asarray((self.terms[:, :, 0][..., first] * self.terms[:, :, 1][..., second]).sum(axis=1))

    @cached_property
    def pairs(self) -> Ints:
        """The two alleles of readings that are a genotype and nothing else, shape ``(readings, 2)``; else -1."""
        one, other = self.terms[:, :, 0], self.terms[:, :, 1]
        weights = np.einsum("rox,roy->rxy", one, other)
        certain = (weights > 0).sum(axis=(1, 2)) == 1 + (np.trace(weights, axis1=1, axis2=2) == 0)
        certain &= weights.max(axis=(1, 2)) == 1.0
        alleles = np.array([np.unravel_index(np.argmax(own), own.shape) for own in weights], dtype=np.int64)
        single = self._single()
        if single is not None:
            certain, alleles = single
        return np.where(certain[:, None] & (not self.plain.ladder.has_silent), np.sort(alleles, axis=1), UNTYPED)

    def _single(self) -> tuple[Bools, Ints] | None:
        """The same where all members have one allele: males, at a marker on the X chromosome."""
        if not all(len(self.plain.shape.slots[row]) == 1 for row in self.rows):
            return None
        own = self.terms[:, 0, 1]
        certain = ((own > 0).sum(axis=1) == 1) & (own.max(axis=1) == 1.0)
        return certain, np.repeat(np.argmax(own, axis=1)[:, None], 2, axis=1)
