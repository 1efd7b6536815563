"""The unidentified persons of an incident as arrays: what each shows at every marker, and how probable it is alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from antigone.engine.likelihood import allele_indices
from antigone.errors import ModelError
from antigone.model.marker import Marker
from antigone.model.pedigree import Sex
from antigone.model.profile import Profile

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Persons:
    """Unidentified persons; a re-associated group of samples is one person.

    ``markers`` are those of one population, with their whole ladders.
    """

    codes: tuple[str, ...]
    sexes: tuple[Sex, ...]
    profiles: tuple[Profile, ...]
    markers: tuple[Marker, ...]

    def __post_init__(self) -> None:
        if len(set(self.codes)) != len(self.codes):
            raise ModelError("an unidentified person is listed twice; join their samples first, each person once")
        unknown = [code for code, sex in zip(self.codes, self.sexes, strict=True) if sex == "unknown"]
        if unknown and any(marker.chromosome == "X" for marker in self.markers):
            raise ModelError(f"X-chromosomal markers need everybody's sex; unknown: {', '.join(unknown)}")

    @cached_property
    def observed(self) -> Ints:
        """Allele indices in the whole ladders, -1 for what was not read, shape ``(markers, persons, 2)``."""
        read = [[self._pair(marker, p) for p in range(len(self.codes))] for marker in self.markers]
        return np.array(read, dtype=np.int64).reshape(len(self.markers), len(self.codes), 2)

    def _pair(self, marker: Marker, person: int) -> tuple[int, int]:
        genotype = self.profiles[person].genotypes.get(marker.name)
        if genotype is None:
            return -1, -1
        first, second = allele_indices(marker, genotype, self.codes[person])
        hemizygous = marker.chromosome == "X" and self.sexes[person] == "male"
        return first, first if hemizygous and second < 0 else second

    def shown(self, some: Sequence[int], markers: Sequence[Marker]) -> Ints:
        """What each choice (nobody, then ``some`` persons) shows, shape ``(markers, 1 + persons, 2)``.

        ``markers`` are the persons' own in the same order, perhaps with alleles lumped.
        """
        shown = np.full((len(markers), 1 + len(some), 2), -1, dtype=np.int64)
        for m, (whole, own) in enumerate(zip(self.markers, markers, strict=True)):
            place = np.array([*(own.allele_index.get(allele, -1) for allele in whole.alleles), -1])
            shown[m, 1:] = place[self.observed[m, list(some)]]
        return shown

    @cached_property
    def log_alone_each(self) -> Array:
        """Natural log probability of each person's own data in the population (theta 0), shape ``(persons,)``."""
        total = np.zeros(len(self.codes))
        for marker, observed in zip(self.markers, self.observed, strict=True):
            hemizygous = np.array([marker.chromosome == "X" and sex == "male" for sex in self.sexes], dtype=bool)
            total += _log_alone(marker, observed, hemizygous)
        return total

    def log_alone(self, rows: Ints) -> Array:
        """The sum of ``log_alone_each`` over the persons of each row (-1: nobody)."""
        return np.append(self.log_alone_each, 0.0)[rows].sum(axis=1)


def _log_alone(marker: Marker, observed: Ints, hemizygous: NDArray[np.bool_]) -> Array:
    """Hardy-Weinberg probability of what was read: full, one allele only, or nothing."""
    p = np.array([*marker.frequencies, 0.0])
    first, second = p[observed[:, 0]], p[observed[:, 1]]
    homozygous = first**2 + 2 * first * marker.silent
    full = np.where(observed[:, 0] == observed[:, 1], homozygous, 2 * first * second)
    full = np.where(hemizygous, np.where(observed[:, 0] == observed[:, 1], first, 0.0), full)
    partial = 1 - (1 - first) ** 2
    chance = np.where(observed[:, 0] < 0, 1.0, np.where(observed[:, 1] < 0, partial, full))
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(chance))
