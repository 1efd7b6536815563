"""The unidentified persons of an incident as arrays: what each shows at every marker, and how probable it is alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from antigone.engine.arrays import Array, Ints
from antigone.engine.sums.likelihood import allele_indices
from antigone.engine.sums.soft import Observations
from antigone.errors import ModelError
from antigone.model.assumptions.circumstances import SexRates
from antigone.model.assumptions.marker import Marker
from antigone.model.pedigree import Pedigree, Sex
from antigone.model.profile import Profile
from antigone.search.joint.readings import MarkerReadings, lumped_observation, marker_readings
from antigone.search.pairs.comparison import SEX_SIGN, differ, sex_table


@dataclass(frozen=True)
class Persons:
    """Unidentified persons; a re-associated group of samples is one person.

    ``markers`` are those of one population, with their whole ladders. ``observations`` holds, by person and marker,
    P(what was seen | genotype) of persons seen through an observation model; their genotypes are not used. ``sex`` is
    how a sample may show the other sex; without it pairings of different known sexes are excluded. In such a pairing
    the person's X markers say nothing, as in the search.

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
    sex: SexRates | None = None

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

    def shown(self, some: Sequence[int], place: Sex) -> Ints:
        """The number of the reading of each choice (nobody, then ``some`` persons) at the place of a missing member.

        Shape ``(markers, 1 + some)``; ``place`` is the sex of the member.
        """
        own = np.array([readings.of_person[list(some)] for readings in self.readings], dtype=np.int64)
        own = own.reshape(len(self.readings), len(some))
        own[np.ix_(self._on_x, [differ(self.sexes[p], place) for p in some])] = 0
        return np.pad(own, ((0, 0), (1, 0)))

    @property
    def _on_x(self) -> list[bool]:
        return [marker.chromosome == "X" for marker in self.markers]

    def may_be(self, place: Sex) -> tuple[int, ...]:
        """The persons whose sex does not exclude that they are a missing member of this sex."""
        return tuple(p for p, sex in enumerate(self.sexes) if self.may_show(place, sex))

    def may_show(self, place: Sex, shown: Sex) -> bool:
        """Whether a missing member of the sex ``place`` may be a person whose sample shows the sex ``shown``."""
        return bool(sex_table(self.sex)[SEX_SIGN[place] + 1, SEX_SIGN[shown] + 1] > -np.inf)

    def log_sex(self, place: Sex) -> Array:
        """Natural log LR of the sex that each person's sample shows, for a missing member of this sex.

        0 where the sexes exclude: such a pairing is no candidate (``may_be``).
        """
        signs = np.array([SEX_SIGN[sex] + 1 for sex in self.sexes], dtype=np.int64)
        logs = sex_table(self.sex)[SEX_SIGN[place] + 1, signs]
        return np.where(np.isneginf(logs), 0.0, logs)

    def distinguished(self, some: Sequence[int]) -> list[frozenset[str]]:
        """At each marker, the alleles that some of these persons' readings tell from the others."""
        found = []
        for readings in self.readings:
            told = readings.distinguished[readings.of_person[list(some)]].any(axis=0)
            found.append(frozenset(np.array(readings.marker.alleles)[told].tolist()))
        return found

    def placed(
        self, who: Mapping[str, int], pedigree: Pedigree, markers: Sequence[Marker]
    ) -> tuple[dict[str, Profile], dict[str, dict[str, Array]]]:
        """The persons ``who`` (by member of ``pedigree``) as the engine takes them: profiles as read, and observations.

        ``markers`` are the persons' own in the same order, perhaps with alleles lumped.
        """
        read, seen = dict[str, Profile](), dict[str, dict[str, Array]]()
        for member, person in who.items():
            apart = differ(self.sexes[person], pedigree[member].sex)
            said = [not (apart and x) for x in self._on_x]
            if self.codes[person] in self.observations:
                seen[member] = self._observed(person, markers, said)
            else:
                read[member] = self._read(person, said) if apart else self.profiles[person]
        return read, seen

    def _read(self, person: int, said: Sequence[bool]) -> Profile:
        """A person's genotypes at the markers that say something."""
        names = {marker.name for marker, counts in zip(self.markers, said, strict=True) if counts}
        kept = {name: genotype for name, genotype in self.profiles[person].genotypes.items() if name in names}
        return replace(self.profiles[person], genotypes=kept)

    def _observed(self, person: int, markers: Sequence[Marker], said: Sequence[bool]) -> dict[str, Array]:
        seen = self.observations[self.codes[person]]
        return {
            whole.name: lumped_observation(seen[whole.name], whole, own, hemizygous=self._single(whole, person))
            for whole, own, counts in zip(self.markers, markers, said, strict=True)
            if counts and whole.name in seen
        }

    @cached_property
    def log_alone_each(self) -> Array:
        """Natural log probability of each person's own data in the population (theta 0), shape ``(persons,)``."""
        return self._sum_of_logs([readings.alone for readings in self.readings])

    @cached_property
    def _log_alone_without_x(self) -> Array:
        return self._sum_of_logs(
            [np.ones_like(r.alone) if x else r.alone for r, x in zip(self.readings, self._on_x, strict=True)]
        )

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

    def log_apart(self, rows: Ints, places: Sequence[Sex]) -> Array:
        """Log P(what the persons of each row show, alone), without X where sexes differ, less the LRs of their sexes.

        ``places`` are the sexes of the members that the columns of ``rows`` (-1: nobody) stand for.
        """
        total = np.zeros(len(rows))
        for column, place in zip(rows.T, places, strict=True):
            apart = np.array([differ(sex, place) for sex in self.sexes], dtype=np.bool_)
            alone = (
                np.where(apart, self._log_alone_without_x, self.log_alone_each) if apart.any() else self.log_alone_each
            )
            total += np.append(alone - self.log_sex(place), 0.0)[column]
        return total

    def log_sexes(self, rows: Ints, places: Sequence[Sex]) -> Array:
        """The sum of ``log_sex`` over the pairings of each row."""
        each = [np.append(self.log_sex(place), 0.0)[column] for column, place in zip(rows.T, places, strict=True)]
        return np.sum(each, axis=0) if each else np.zeros(len(rows))
