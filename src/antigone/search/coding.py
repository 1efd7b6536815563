"""Every reading of a search as a small integer code, whatever rates and replicates it was seen with.

A marker's codes begin with the standard ones of ``search.codes``, read with the common rates. Readings that differ
from all of these (a sample with rates of its own, several replicates, nothing seen, three alleles) follow, as many as
occur, and "untyped" is the last. A likelihood ratio stays one look-up per marker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from antigone.engine.likelihood import genotype_pairs
from antigone.engine.observation import observation_probabilities, standard_probabilities
from antigone.errors import ModelError
from antigone.model.case import UnidentifiedPerson
from antigone.model.marker import Marker
from antigone.model.observation import NO_LOSS, ObservationModel, ObservationRates, Replicate
from antigone.search.codes import code_count, fold_hemizygous, fold_to_codes, read_through, standard_code

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


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
    def untyped(self) -> int:
        """The code of a marker that was not typed, the last one."""
        return code_count(len(self.marker.alleles)) - 1 + len(self.further)

    def logs_of_codes(self, logs: Array, *, hemizygous: bool = False) -> Array:
        """Log probabilities of genotypes to those of every code, shape ``(items, codes)``; the last one is 0.

        ``logs`` has shape ``(items, genotypes)``, or ``(items, alleles)`` of a male on the X chromosome.
        """
        if self.common == NO_LOSS:
            fold = fold_hemizygous if hemizygous else fold_to_codes
            standard = fold(logs, len(self.marker.alleles))[:, :-1]
        else:
            standard = read_through(logs, self._standard(hemizygous))
        further = read_through(logs, self._further(hemizygous)) if self.further else np.zeros((len(logs), 0))
        return np.concatenate([standard, further, np.zeros((len(logs), 1))], axis=1)

    def probabilities(self, codes: Ints, *, hemizygous: bool = False) -> Array:
        """P(reading | genotype) of readings by their codes, shape ``(readings, genotypes)``; 1 where untyped."""
        parts = [self._standard(hemizygous), self._further(hemizygous)]
        untyped = np.ones((1, parts[0].shape[1]))
        return np.concatenate([*parts, untyped])[codes]

    def _standard(self, hemizygous: bool) -> Array:
        return self._standard_hemizygous if hemizygous else self._standard_diploid

    def _further(self, hemizygous: bool) -> Array:
        return self._further_hemizygous if hemizygous else self._further_diploid

    @cached_property
    def _standard_diploid(self) -> Array:
        return standard_probabilities(self.marker, rates=self.common)

    @cached_property
    def _standard_hemizygous(self) -> Array:
        return standard_probabilities(self.marker, rates=self.common, hemizygous=True)

    @cached_property
    def _further_diploid(self) -> Array:
        return readings_probabilities(self.further, self.marker)

    @cached_property
    def _further_hemizygous(self) -> Array:
        return readings_probabilities(self.further, self.marker, hemizygous=True)


def readings_probabilities(readings: Sequence[Reading], marker: Marker, *, hemizygous: bool = False) -> Array:
    """P(reading | genotype) of many readings of one marker, shape ``(readings, genotypes)``.

    What single amplifications show occurs again and again: each is computed once for each of the rates.
    """
    known: dict[tuple[Replicate, ObservationRates], Array] = {}
    for rates in {reading.rates for reading in readings}:
        rows = standard_probabilities(marker, rates=rates, hemizygous=hemizygous)
        known |= {(shown, rates): row for shown, row in zip(_standard_replicates(marker), rows, strict=True)}
    copies = len(marker.alleles) + (marker.silent > 0)
    total = np.ones((len(readings), copies if hemizygous else copies * (copies + 1) // 2))
    for row, reading in zip(total, readings, strict=True):
        for shown in reading.replicates:
            if (shown, reading.rates) not in known:
                one = Reading((shown,), reading.rates)
                known[shown, reading.rates] = probabilities_of(one, marker, hemizygous=hemizygous)
            row *= known[shown, reading.rates]
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


def replicates_at(person: UnidentifiedPerson, marker: Marker) -> tuple[Replicate, ...] | None:
    """What the amplifications of a marker showed, in an order of its own, so that equal readings are equal.

    The X markers of a person of unknown sex say nothing.

    Raises
    ------
    ModelError
        For an allele outside the ladder.
    """
    genotype = person.profile.genotypes.get(marker.name)
    replicates = person.replicates.get(marker.name) if genotype is None else (genotype,)
    if replicates is None or (marker.chromosome == "X" and person.sex == "unknown"):
        return None
    return tuple(sorted((_in_order(seen, marker, person.code) for seen in replicates), key=repr))


def _in_order(seen: Replicate, marker: Marker, sample: str) -> Replicate:
    """The alleles of a set once each, along the ladder, "whatever else" last."""
    unknown = sum(allele is not None and allele not in marker.allele_index for allele in seen)
    if unknown:
        raise ModelError(
            f"sample {sample}, marker {marker.name}: {unknown} allele(s) outside the ladder of "
            f"{len(marker.alleles)} alleles; add them to the frequencies or apply a rule for unseen alleles"
        )
    known = sorted({allele for allele in seen if allele is not None}, key=marker.allele_index.__getitem__)
    return (*known, *([None] if None in seen else []))


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
    for marker in markers:
        rates = observation.at_marker(observation.rates, marker.name)
        row, others = _encode_marker(persons, marker, observation, rates)
        rows.append(row)
        common.append(rates)
        further.append(others)
    codes = np.array(rows, dtype=np.int64).reshape(len(markers), len(persons))
    return Coding(codes, tuple(common), tuple(further))


def _encode_marker(
    persons: Sequence[UnidentifiedPerson], marker: Marker, observation: ObservationModel, common: ObservationRates
) -> tuple[list[int], tuple[Reading, ...]]:
    """Codes of one marker, and the readings beyond the standard ones in the order of their codes.

    Persons who were typed alike, with the same rates, have one code, which is found once.
    """
    first = code_count(len(marker.alleles)) - 1
    further: dict[Reading, int] = {}
    known: dict[object, int | None] = {}
    row: list[int | None] = []
    for person in persons:
        shown = person.profile.genotypes.get(marker.name) or person.replicates.get(marker.name)
        key = (shown, person.rates, person.sex if marker.chromosome == "X" else "")
        if shown is None:
            row.append(None)
        elif key in known:
            row.append(known[key])
        else:
            known[key] = _code(person, marker, observation, common, further, first)
            row.append(known[key])
    return [first + len(further) if code is None else code for code in row], tuple(further)


def _code(
    person: UnidentifiedPerson,
    marker: Marker,
    observation: ObservationModel,
    common: ObservationRates,
    further: dict[Reading, int],
    first: int,
) -> int | None:
    """The standard code, or the number of a further reading, which is added where it is new."""
    if marker.name not in person.replicates and observation.rates_of(person, marker.name) == common:
        return standard_code(person, marker)
    reading = reading_at(person, marker, observation)
    return None if reading is None else first + further.setdefault(reading, len(further))  # fmt: skip
