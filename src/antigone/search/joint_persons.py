"""The unidentified persons of an incident as arrays: what each shows at every marker, and how probable it is alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from antigone.engine.likelihood import allele_indices
from antigone.engine.soft import Observations
from antigone.errors import ModelError
from antigone.model.marker import Marker
from antigone.model.pedigree import Sex
from antigone.model.profile import Profile
from antigone.search.joint_readings import MarkerReadings, lumped_observation, marker_readings

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Persons:
    """Unidentified persons; a re-associated group of samples is one person.

    ``markers`` are those of one population, with their whole ladders. ``observations`` holds, by person and marker,
    P(what was seen | genotype) of persons seen through an observation model; their genotypes are not used.

    Raises
    ------
    ModelError
        For a person listed twice, a person of unknown sex typed on the X chromosome, or a male with two alleles there.
    """

    codes: tuple[str, ...]
    sexes: tuple[Sex, ...]
    profiles: tuple[Profile, ...]
    markers: tuple[Marker, ...]
    observations: Observations = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(set(self.codes)) != len(self.codes):
            raise ModelError("an unidentified person is listed twice; join their samples first, each person once")
        on_x = {marker.name for marker in self.markers if marker.chromosome == "X"}
        everybody = zip(self.codes, self.sexes, strict=True)
        unknown = [code for p, (code, sex) in enumerate(everybody) if sex == "unknown" and on_x & self.typed(p)]
        if unknown:
            raise ModelError(f"X-chromosomal markers need everybody's sex; unknown: {', '.join(unknown)}")

    def typed(self, person: int) -> frozenset[str]:
        """The names of the markers at which something was typed."""
        seen = self.observations.get(self.codes[person], {})
        return frozenset(self.profiles[person].genotypes) | frozenset(seen)

    @cached_property
    def readings(self) -> tuple[MarkerReadings, ...]:
        """What everybody shows, marker by marker."""
        return tuple(self._readings(marker) for marker in self.markers)

    def _readings(self, marker: Marker) -> MarkerReadings:
        seen = [self.observations.get(code, {}).get(marker.name) for code in self.codes]
        read = [(-1, -1) if code in self.observations else self._pair(marker, p) for p, code in enumerate(self.codes)]
        return marker_readings(marker, read, seen, [self._single(marker, p) for p in range(len(self.codes))])

    def _single(self, marker: Marker, person: int) -> bool:
        return marker.chromosome == "X" and self.sexes[person] == "male"

    def _pair(self, marker: Marker, person: int) -> tuple[int, int]:
        genotype = self.profiles[person].genotypes.get(marker.name)
        if genotype is None:
            return -1, -1
        first, second = allele_indices(marker, genotype, self.codes[person])
        if not self._single(marker, person):
            return first, second
        if second not in (-1, first):
            raise ModelError(
                f"sample {self.codes[person]}, marker {marker.name}: a male has two different alleles on the X "
                "chromosome; correct the sex or the genotype"
            )
        return first, first

    @cached_property
    def autosomal(self) -> Persons:
        """The same persons at the autosomal markers only."""
        return replace(self, markers=tuple(m for m in self.markers if m.chromosome == "autosomal"))

    @property
    def orders(self) -> int:
        """How many orders the readings have at most."""
        return max((readings.terms.shape[1] for readings in self.readings), default=1)

    def shown(self, some: Sequence[int]) -> Ints:
        """The number of the reading of each choice (nobody, then ``some`` persons), shape ``(markers, 1 + some)``."""
        own = [readings.of_person[list(some)] for readings in self.readings]
        return np.pad(np.array(own, dtype=np.int64).reshape(len(own), len(some)), ((0, 0), (1, 0)))

    def told_apart(self, some: Sequence[int]) -> list[frozenset[str]]:
        """At each marker, the alleles that some of these persons' readings tell from the others."""
        found = []
        for readings in self.readings:
            told = readings.told_apart[readings.of_person[list(some)]].any(axis=0)
            found.append(frozenset(np.array(readings.marker.alleles)[told].tolist()))
        return found

    def placed(
        self, who: Mapping[str, int], markers: Sequence[Marker]
    ) -> tuple[dict[str, Profile], dict[str, dict[str, Array]]]:
        """The persons ``who`` (by member) as the engine takes them: profiles as read, and observations.

        ``markers`` are the persons' own in the same order, perhaps with alleles lumped.
        """
        read = {m: self.profiles[p] for m, p in who.items() if self.codes[p] not in self.observations}
        return read, {m: self._observed(p, markers) for m, p in who.items() if self.codes[p] in self.observations}

    def _observed(self, person: int, markers: Sequence[Marker]) -> dict[str, Array]:
        seen = self.observations[self.codes[person]]
        return {
            whole.name: lumped_observation(seen[whole.name], whole, own, hemizygous=self._single(whole, person))
            for whole, own in zip(self.markers, markers, strict=True)
            if whole.name in seen
        }

    @cached_property
    def log_alone_each(self) -> Array:
        """Natural log probability of each person's own data in the population (theta 0), shape ``(persons,)``."""
        return self._sum_of_logs([readings.alone for readings in self.readings])

    @cached_property
    def log_largest_each(self) -> Array:
        """Natural log of the largest probability that any genotypes give each person's data: at most 0."""
        return self._sum_of_logs([readings.largest for readings in self.readings])

    def _sum_of_logs(self, by_marker: Sequence[Array]) -> Array:
        total = np.zeros(len(self.codes))
        with np.errstate(divide="ignore"):
            for readings, values in zip(self.readings, by_marker, strict=True):
                total += np.log(values)[readings.of_person]
        return total

    def log_alone(self, rows: Ints) -> Array:
        """The sum of ``log_alone_each`` over the persons of each row (-1: nobody)."""
        return np.append(self.log_alone_each, 0.0)[rows].sum(axis=1)
