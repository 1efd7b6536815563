"""Every unidentified person against every missing person: look up, add, rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from antigone.model.case import UnidentifiedPerson
from antigone.model.marker import Marker
from antigone.model.observation import ObservationRates
from antigone.search.codes import code_count, encode_profiles
from antigone.search.family_table import AS_READ, Target, log_lr_tables

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Comparison:
    """All pairs of one search.

    ``tables[population][marker]`` has shape ``(targets, codes)``, ``codes`` shape ``(markers, persons)``,
    ``log_lr[population]`` shape ``(targets, persons)`` (natural logarithms). ``excluded_by_sex`` marks pairs
    of known, different sex; ``informative`` the markers at which a relative of the missing person is typed,
    shape ``(targets, markers)``; ``without_data`` pairs that share no such marker. Memory grows as
    targets x persons x 8 bytes for each population.
    """

    targets: tuple[Target, ...]
    persons: tuple[UnidentifiedPerson, ...]
    markers: tuple[str, ...]
    tables: Mapping[str, Sequence[Array]]
    codes: Ints
    log_lr: Mapping[str, Array]
    excluded_by_sex: Bools
    informative: Bools
    without_data: Bools

    @property
    def compared(self) -> Bools:
        return ~self.excluded_by_sex & ~self.without_data

    @property
    def smallest(self) -> Array:
        """The smallest log LR over the populations, ``-inf`` where a pair was not compared or is undefined."""
        least = np.min(np.stack(list(self.log_lr.values())), axis=0)
        return np.where(self.compared & ~np.isnan(least), least, -np.inf)

    def by_marker(self, population: str, target: int, person: int) -> dict[str, float]:
        """The natural log LR of a pair at each marker typed in the unidentified person; they sum to the total."""
        return {
            name: float(table[target, self.codes[m, person]])
            for m, (name, table) in enumerate(zip(self.markers, self.tables[population], strict=True))
            if self.codes[m, person] < table.shape[1] - 1
        }

    def shared_markers(self, target: int, person: int) -> tuple[str, ...]:
        """The markers typed in the unidentified person and in a relative of the missing person."""
        untyped = [table.shape[1] - 1 for table in next(iter(self.tables.values()))]
        return tuple(
            name
            for m, name in enumerate(self.markers)
            if self.codes[m, person] != untyped[m] and self.informative[target, m]
        )


def compare(
    targets: Sequence[Target],
    persons: Sequence[UnidentifiedPerson],
    *,
    populations: Mapping[str, Sequence[Marker]],
    theta: float = 0.0,
    rates: ObservationRates = AS_READ,
) -> Comparison:
    """Score every unidentified person against every missing person, exactly, in every population.

    ``populations`` gives the same markers with the same ladders under each population's frequencies; ``rates`` is
    how the unidentified persons' samples may fail to show their genotypes.
    """
    markers = next(iter(populations.values()))
    codes = encode_profiles(persons, markers)
    tables = {name: log_lr_tables(targets, of, theta=theta, rates=rates) for name, of in populations.items()}
    names = tuple(marker.name for marker in markers)
    informative = informative_markers(targets, markers)
    return Comparison(
        tuple(targets),
        tuple(persons),
        names,
        tables,
        codes,
        {name: sum_tables(of, codes) for name, of in tables.items()},
        _sex_differs(targets, persons),
        informative,
        informative.astype(np.int64) @ typed_markers(codes, markers).astype(np.int64) == 0,
    )


def sum_tables(tables: Sequence[Array], codes: Ints) -> Array:
    """Total natural log LR of all pairs, shape ``(targets, persons)``: one look-up per marker, added."""
    total = np.zeros((len(tables[0]), codes.shape[1])) if len(tables) else np.zeros((0, codes.shape[1]))
    for target in range(len(total)):
        for table, code in zip(tables, codes, strict=True):
            total[target] += table[target][code]
    return total


SEX_SIGN = {"female": 1, "male": -1, "unknown": 0}
"""The product of two signs is -1 where known sexes differ."""


def _sex_differs(targets: Sequence[Target], persons: Sequence[UnidentifiedPerson]) -> Bools:
    missing = np.array([SEX_SIGN[target.sex] for target in targets])
    found = np.array([SEX_SIGN[person.sex] for person in persons])
    return np.asarray(missing[:, None] * found[None, :] == -1)


def informative_markers(targets: Sequence[Target], markers: Sequence[Marker]) -> Bools:
    """The markers at which a relative of each missing person is typed, shape ``(targets, markers)``.

    An X-chromosomal marker tells nothing where the sex of a member is not known.
    """
    rows = []
    for target in targets:
        related = [r for m, r in target.references.items() if target.pedigree.are_related(target.missing, m)]
        sexed = all(member.sex != "unknown" for member in target.pedigree)
        rows.append(
            [
                (sexed or marker.chromosome != "X") and any(marker.name in reference.genotypes for reference in related)
                for marker in markers
            ]
        )
    return np.array(rows, dtype=np.bool_).reshape(len(targets), len(markers))


def typed_markers(codes: Ints, markers: Sequence[Marker]) -> Bools:
    """Where each unidentified person is typed, shape ``(markers, persons)``."""
    untyped = np.array([code_count(len(marker.alleles)) - 1 for marker in markers], dtype=np.int64)
    return np.asarray(codes != untyped[:, None])


def rank_pairs(comparison: Comparison, *, log_threshold: float) -> list[tuple[int, int]]:
    """Pairs (target, person) whose smallest log LR reaches the threshold, strongest first.

    Equal values are ordered by family, missing person and unidentified person, so the order never depends on
    the input's order of rows.
    """
    least = comparison.smallest
    pairs = [(int(t), int(p)) for t, p in zip(*np.nonzero(least >= log_threshold), strict=True)]

    def place(pair: tuple[int, int]) -> tuple[float, str, str, str]:
        target, person = comparison.targets[pair[0]], comparison.persons[pair[1]]
        return (-round(float(least[pair]), 9), target.family, target.missing, person.code)

    return sorted(pairs, key=place)


def posterior_probability(log_lr: float, *, prior: float) -> float:
    """P(H1 | data) = LR x odds / (1 + LR x odds), from the prior probability of the pair.

    Examples
    --------
    >>> round(posterior_probability(np.log(99.0), prior=0.5), 6)
    0.99
    """
    log_odds = log_lr + np.log(prior) - np.log1p(-prior)
    return float(np.exp(-np.logaddexp(0.0, -log_odds)))
