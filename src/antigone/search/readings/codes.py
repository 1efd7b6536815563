"""Every reading of a search as a small integer code, whatever rates and replicates it was seen with.

A marker's codes begin with the standard ones of ``search.codes``, read with the common rates. Readings that differ
from all of these (a sample with rates of its own, several replicates, nothing seen, three alleles) follow, as many as
occur, and "untyped" is the last. A likelihood ratio stays one look-up per marker.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count

import numpy as np
from numpy.typing import NDArray

from antigone.engine.arrays import Array, Ints
from antigone.engine.observation import observation_probabilities, standard_probabilities
from antigone.engine.sums.likelihood import genotype_pairs
from antigone.errors import ModelError
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import NO_LOSS, ObservationModel, ObservationRates, Replicate
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.search.readings.genotypes import code_count, fold_hemizygous, fold_to_codes, read_through, standard_code


@dataclass(frozen=True)
class Reading:
    """What the amplifications of one marker of one sample showed, and the rates it was seen with."""

    replicates: tuple[Replicate, ...]
    rates: ObservationRates


@dataclass(frozen=True)
class Reader:
    """From genotypes to the codes of one marker under one population's frequencies.

    ``common`` are the rates of the standard codes, ``further`` the readings beyond them.
    """

    marker: Marker
    common: ObservationRates = NO_LOSS
    further: tuple[Reading, ...] = ()

    @property
    def standard(self) -> int:
        """How many standard codes there are; those of further readings follow."""
        return code_count(len(self.marker.alleles)) - 1

    @property
    def untyped(self) -> int:
        """The code of a marker that was not typed, the last one."""
        return self.standard + len(self.further)

    @property
    def looked_up(self) -> int:
        """The first code of a reading that is a sum over genotypes with weights; those before are read as they are."""
        return self.standard if self.common == NO_LOSS else 0

    def logs_of_codes(self, logs: Array, *, hemizygous: bool = False) -> Array:
        """Log probabilities of genotypes to those of every code, shape ``(items, codes)``; the last one is 0.

        ``logs`` has shape ``(items, genotypes)``, or ``(items, alleles)`` of a male on the X chromosome.
        """
        weights = self.weights(hemizygous=hemizygous)
        weighed = read_through(logs, weights) if len(weights) else np.zeros((len(logs), 0))
        return np.concatenate([self.logs_as_read(logs, hemizygous=hemizygous), weighed, np.zeros((len(logs), 1))], 1)

    def logs_as_read(self, logs: Array, *, hemizygous: bool = False) -> Array:
        """``logs_of_codes`` of the codes before ``looked_up``."""
        if not self.looked_up:
            return np.zeros((len(logs), 0))
        fold = fold_hemizygous if hemizygous else fold_to_codes
        return fold(logs, len(self.marker.alleles))[:, :-1]

    def probabilities(self, codes: Ints, *, hemizygous: bool = False) -> Array:
        """P(reading | genotype) of readings by their codes, shape ``(readings, genotypes)``; 1 where untyped."""
        parts = [self.weights(hemizygous=hemizygous)]
        if self.looked_up:
            parts.insert(0, standard_probabilities(self.marker, rates=self.common, hemizygous=hemizygous))
        return np.concatenate([*parts, np.ones((1, parts[0].shape[1]))])[codes]

    def weights(self, *, hemizygous: bool = False) -> Array:
        """P(reading | genotype) of the codes from ``looked_up`` on without "untyped", shape ``(codes, genotypes)``."""
        return self._weights_hemizygous if hemizygous else self._weights_diploid

    @cached_property
    def _weights_diploid(self) -> Array:
        return self._weights(hemizygous=False)

    @cached_property
    def _weights_hemizygous(self) -> Array:
        return self._weights(hemizygous=True)

    def _weights(self, *, hemizygous: bool) -> Array:
        further = readings_probabilities(self.further, self.marker, hemizygous=hemizygous)
        if self.looked_up:
            return further
        standard = standard_probabilities(self.marker, rates=self.common, hemizygous=hemizygous)
        return np.concatenate([standard, further])


def readings_probabilities(readings: Sequence[Reading], marker: Marker, *, hemizygous: bool = False) -> Array:
    """P(reading | genotype) of many readings of one marker, shape ``(readings, genotypes)``.

    What single amplifications show occurs again and again: each is computed once for each of the rates.
    """
    known: dict[ObservationRates, dict[Replicate, Array]] = {}
    standard = _standard_replicates(marker)
    for rates in {reading.rates for reading in readings}:
        rows = standard_probabilities(marker, rates=rates, hemizygous=hemizygous)
        known[rates] = dict(zip(standard, rows, strict=True))
    copies = len(marker.alleles) + (marker.silent > 0)
    total = np.ones((len(readings), copies if hemizygous else copies * (copies + 1) // 2))
    for row, reading in zip(total, readings, strict=True):
        singles = known[reading.rates]
        for shown in reading.replicates:
            if shown not in singles:
                singles[shown] = probabilities_of(Reading((shown,), reading.rates), marker, hemizygous=hemizygous)
            row *= singles[shown]
    return total


def _standard_replicates(marker: Marker) -> list[Replicate]:
    """The readings of the standard codes in their order, as ``replicates_at`` writes them."""
    alleles = marker.alleles
    full = [(alleles[a], alleles[b]) if a != b else (alleles[a],) for a, b in genotype_pairs(len(alleles)).tolist()]
    return [*full, *((allele, None) for allele in alleles)]


def probabilities_of(reading: Reading, marker: Marker, *, hemizygous: bool = False) -> Array:
    """P(reading | genotype) for every unordered genotype, see ``observation_probabilities``."""
    return observation_probabilities(reading.replicates, marker, rates=reading.rates, hemizygous=hemizygous)


def reading_at(person: UnidentifiedPerson, marker: Marker, observation: ObservationModel) -> Reading | None:
    """What was read of a person at a marker, and with which rates; ``None`` where it says nothing."""
    replicates = replicates_at(person, marker)
    return None if replicates is None else Reading(replicates, observation.rates_of(person, marker.name))


def replicates_at(
    person: UnidentifiedPerson, marker: Marker, known: dict[Replicate, tuple[str, Replicate]] | None = None
) -> tuple[Replicate, ...] | None:
    """What the amplifications of a marker showed, in an order of its own, so that equal readings are equal.

    The X markers of a person of unknown sex say nothing. ``known`` keeps single amplifications of the marker in order.

    Raises
    ------
    ModelError
        For an allele outside the ladder.
    """
    genotype = person.profile.genotypes.get(marker.name)
    replicates = person.replicates.get(marker.name) if genotype is None else (genotype,)
    if replicates is None or (marker.chromosome == "X" and person.sex == "unknown"):
        return None
    known = {} if known is None else known
    for seen in replicates:
        if seen not in known:
            known[seen] = _in_order(seen, marker, person.code)
    return tuple(shown for _, shown in sorted(known[seen] for seen in replicates))


def _in_order(seen: Replicate, marker: Marker, sample: str) -> tuple[str, Replicate]:
    """What replicates are sorted by, and the alleles of one once each, along the ladder, "whatever else" last."""
    unknown = sum(allele is not None and allele not in marker.allele_index for allele in seen)
    if unknown:
        raise ModelError(
            f"sample {sample}, marker {marker.name}: {unknown} allele(s) outside the ladder of "
            f"{len(marker.alleles)} alleles; add them to the frequencies or apply a rule for unseen alleles"
        )
    known = sorted({allele for allele in seen if allele is not None}, key=marker.allele_index.__getitem__)
    ordered = (*known, *([None] if None in seen else []))
    return repr(ordered), ordered


@dataclass(frozen=True)
class Coding:
    """All persons of a search at all its markers.

    ``codes`` has shape ``(markers, persons)``; ``common`` and ``further`` are, by marker, the rates of the standard
    codes and the readings beyond them. The codes are the same for every population.
    """

    codes: Ints
    common: tuple[ObservationRates, ...]
    further: tuple[tuple[Reading, ...], ...]

    def readers(self, markers: Sequence[Marker]) -> tuple[Reader, ...]:
        """How each marker's genotypes are read, under one population's frequencies."""
        return tuple(map(Reader, markers, self.common, self.further))

    def typed(self, markers: Sequence[Marker]) -> NDArray[np.bool_]:
        """Where each person is typed, shape ``(markers, persons)``."""
        last = np.array([reader.untyped for reader in self.readers(markers)], dtype=np.int64)
        return np.asarray(self.codes != last[:, None])


def encode_readings(
    persons: Sequence[UnidentifiedPerson], markers: Sequence[Marker], *, observation: ObservationModel
) -> Coding:
    """Number the readings of unidentified persons. A donor is never a query.

    Raises
    ------
    ModelError
        For an allele outside the ladder, or two alleles of a male on the X chromosome where drop-in is 0.
    """
    rows, common, further = [], [], []
    alike = _numbered(person.rates for person in persons)
    alike_on_x = _numbered((person.rates, person.sex) for person in persons)
    for marker in markers:
        rates = observation.at_marker(observation.rates, marker.name)
        numbering = _Numbering(marker, observation, rates)
        rows.append(numbering.codes(persons, alike_on_x if marker.chromosome == "X" else alike))
        common.append(rates)
        further.append(numbering.readings)
    codes = np.array(rows, dtype=np.int64).reshape(len(markers), len(persons))
    return Coding(codes, tuple(common), tuple(further))


def _numbered(keys: Iterable[Hashable]) -> list[int]:
    """A number for each key, equal where keys are equal."""
    known: dict[Hashable, int] = {}
    return [known.setdefault(key, len(known)) for key in keys]


class _Numbering:
    """The codes of one marker while they are given out.

    Persons who were typed alike, with the same rates, have one code, which is found once.
    """

    def __init__(self, marker: Marker, observation: ObservationModel, common: ObservationRates) -> None:
        self.marker, self.observation, self.common = marker, observation, common
        self.first = code_count(len(marker.alleles)) - 1
        self.known: dict[tuple[object, int], int | None] = {}
        self.rates: dict[int, tuple[int, ObservationRates]] = {}
        self.ordered: dict[Replicate, tuple[str, Replicate]] = {}
        self.number: defaultdict[Replicate, int] = defaultdict(count().__next__)
        self.further: dict[tuple[tuple[Replicate, ...], int], tuple[int, Reading]] = {}

    @property
    def readings(self) -> tuple[Reading, ...]:
        """The readings beyond the standard ones in the order of their codes."""
        return tuple(reading for _, reading in self.further.values())

    def codes(self, persons: Sequence[UnidentifiedPerson], kinds: Sequence[int]) -> list[int]:
        """A code for each person; ``kinds`` are equal where persons have the same rates (on the X: and sex)."""
        row, known, name = list[int | None](), self.known, self.marker.name
        for person, kind in zip(persons, kinds, strict=True):
            shown: object = person.profile.genotypes.get(name)
            if shown is None:
                replicates = person.replicates.get(name)
                # Replicates in another order are equal; numbers are compared and sorted faster than sets of alleles.
                shown = replicates and tuple(sorted(map(self.number.__getitem__, replicates)))
            key = shown, kind
            if shown is None:
                row.append(None)
            elif key in known:
                row.append(known[key])
            else:
                known[key] = self._code(person, kind)
                row.append(known[key])
        untyped = self.first + len(self.further)
        return [untyped if code is None else code for code in row]

    def _code(self, person: UnidentifiedPerson, kind: int) -> int | None:
        """The standard code, or the number of a further reading, which is added where it is new."""
        if kind not in self.rates:
            rates = self.observation.rates_of(person, self.marker.name)
            same = (number for number, known in self.rates.values() if known == rates)
            self.rates[kind] = next(same, kind), rates
        number, rates = self.rates[kind]
        if rates == self.common and self.marker.name not in person.replicates:
            return standard_code(person, self.marker)
        replicates = replicates_at(person, self.marker, self.ordered)
        if replicates is None:
            return None
        place = self.further.setdefault((replicates, number), (len(self.further), Reading(replicates, rates)))[0]
        return self.first + place
