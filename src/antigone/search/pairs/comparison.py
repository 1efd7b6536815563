"""Every unidentified person against every missing person: look up, add, rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from antigone.engine.arrays import Array, Bools, Ints
from antigone.engine.circumstances import sex_lr
from antigone.model.assumptions.circumstances import SexRates
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import AS_READ, ObservationModel
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.pedigree import Sex
from antigone.search.families.batches import Heard, unheard
from antigone.search.families.family_table import Target, log_lr_tables
from antigone.search.readings.codes import encode_readings


@dataclass(frozen=True)
class Comparison:
    """All pairs of one search.

    ``tables[population][marker]`` has shape ``(targets, codes)``, ``codes`` shape ``(markers, persons)``,
    ``log_lr[population]`` shape ``(targets, persons)`` (natural logarithms). ``log_sex`` is the part of it that the
    sexes give, of the same shape, ``-inf`` where they exclude; it is then not in ``log_lr``.
    ``informative`` are the markers at which a relative of the missing person is typed, shape ``(targets, markers)``;
    ``on_x`` the X-chromosomal ones, which take no part in a pair of different sexes; ``without_data`` pairs that share
    no such marker; ``nothing_declared`` those that would share none with the declared references either: by it pairs
    are counted (see ``declared_markers``). Memory grows as targets x persons x 8 bytes for each population.
    """

    targets: tuple[Target, ...]
    persons: tuple[UnidentifiedPerson, ...]
    markers: tuple[str, ...]
    tables: Mapping[str, Sequence[Array]]
    codes: Ints
    log_lr: Mapping[str, Array]
    log_sex: Array
    informative: Bools
    on_x: Bools
    without_data: Bools
    nothing_declared: Bools

    @cached_property
    def excluded_by_sex(self) -> Bools:
        return np.isneginf(self.log_sex)

    @cached_property
    def compared(self) -> Bools:
        return ~self.excluded_by_sex & ~self.without_data

    @cached_property
    def counted(self) -> Bools:
        """The pairs that a search says it compared, whether or not the references of the family fit."""
        return ~self.excluded_by_sex & ~self.nothing_declared

    @cached_property
    def smallest(self) -> Array:
        """The smallest log LR over the populations, ``-inf`` where a pair was not compared or is undefined."""
        least = np.min(np.stack(list(self.log_lr.values())), axis=0)
        return np.where(self.compared & ~np.isnan(least), least, -np.inf)

    def by_marker(self, population: str, target: int, person: int) -> dict[str, float]:
        """The natural log LR of a pair at each marker typed in the unidentified person; they sum to the total."""
        return {
            name: float(table[target, self.codes[m, person]])
            for m, (name, table) in enumerate(zip(self.markers, self.tables[population], strict=True))
            if self.codes[m, person] < table.shape[1] - 1 and self._takes_part(m, target, person)
        }

    def shared_markers(self, target: int, person: int) -> tuple[str, ...]:
        """The markers typed in the unidentified person and in a relative of the missing person."""
        untyped = [table.shape[1] - 1 for table in next(iter(self.tables.values()))]
        return tuple(
            name
            for m, name in enumerate(self.markers)
            if self.codes[m, person] != untyped[m]
            and self.informative[target, m]
            and self._takes_part(m, target, person)
        )

    def _takes_part(self, marker: int, target: int, person: int) -> bool:
        return not (self.on_x[marker] and differ(self.targets[target].sex, self.persons[person].sex))


def compare(
    targets: Sequence[Target],
    persons: Sequence[UnidentifiedPerson],
    *,
    populations: Mapping[str, Sequence[Marker]],
    theta: float = 0.0,
    observation: ObservationModel = AS_READ,
    sex: SexRates | None = None,
    heard: Heard = unheard,
) -> Comparison:
    """Score every unidentified person against every missing person, exactly, in every population.

    ``populations`` gives the same markers with the same ladders under each population's frequencies;
    ``observation`` is how the unidentified persons' samples may fail to show their genotypes, ``sex`` how they may show
    the other sex (see ``sex_table``); ``heard`` is told the work that is done.
    """
    markers = next(iter(populations.values()))
    coding = encode_readings(persons, markers, observation=observation)
    codes = coding.codes
    everywhere = [marker for of in populations.values() for marker in of]
    readers = [reader for of in populations.values() for reader in coding.readers(of)]
    found = iter(log_lr_tables(targets, everywhere, theta=theta, readers=readers, heard=heard))
    tables = {name: [next(found) for _ in of] for name, of in populations.items()}
    names = tuple(marker.name for marker in markers)
    informative, typed = informative_markers(targets, markers), coding.typed(markers)
    on_x = np.array([marker.chromosome == "X" for marker in markers], dtype=np.bool_)
    log_sex, differs = _of_pairs(sex_table(sex), targets, persons), _of_pairs(DIFFER, targets, persons)
    stated = np.where(np.isneginf(log_sex), 0.0, log_sex)
    declared = declared_markers(targets, markers, informative)
    return Comparison(
        tuple(targets),
        tuple(persons),
        names,
        tables,
        codes,
        {name: _sum_of_pairs(of, codes, on_x=on_x, differs=differs) + stated for name, of in tables.items()},
        log_sex,
        informative,
        on_x,
        _share_none(informative, typed, on_x=on_x, differs=differs),
        _share_none(declared, typed, on_x=on_x, differs=differs),
    )


def _share_none(informative: Bools, typed: Bools, *, on_x: Bools, differs: Bools) -> Bools:
    """Where a pair shares no marker, shape ``(targets, persons)``; X-chromosomal ones count where the sexes agree."""
    shared = informative.astype(np.int64) @ typed.astype(np.int64)
    autosomal = informative[:, ~on_x].astype(np.int64) @ typed[~on_x].astype(np.int64)
    return np.asarray(np.where(differs, autosomal, shared) == 0)


def _sum_of_pairs(tables: Sequence[Array], codes: Ints, *, on_x: Bools, differs: Bools) -> Array:
    """All markers, but only the autosomal ones for pairs of different sexes."""
    total = sum_tables(tables, codes)
    if not (on_x.any() and differs.any()):
        return total
    silent = [np.zeros_like(table) if x else table for table, x in zip(tables, on_x, strict=True)]
    return np.where(differs, sum_tables(silent, codes), total)


def sum_tables(tables: Sequence[Array], codes: Ints) -> Array:
    """Total natural log LR of all pairs, shape ``(targets, persons)``: one look-up per marker, added."""
    total = np.zeros((len(tables[0]), codes.shape[1])) if len(tables) else np.zeros((0, codes.shape[1]))
    for target in range(len(total)):
        for table, code in zip(tables, codes, strict=True):
            total[target] += table[target][code]
    return total


SEX_SIGN = {"female": 1, "male": -1, "unknown": 0}
"""The product of two signs is -1 where known sexes differ."""

_SEXES: tuple[Sex, ...] = ("male", "unknown", "female")
DIFFER = np.array([[SEX_SIGN[one] * SEX_SIGN[other] == -1 for other in _SEXES] for one in _SEXES])
"""Where known sexes differ, indexed by the two signs plus 1."""


def differ(one: Sex, other: Sex) -> bool:
    """Whether two known sexes differ."""
    return SEX_SIGN[one] * SEX_SIGN[other] == -1


def sex_table(rates: SexRates | None) -> Array:
    """Natural log LR of the sex a sample shows, indexed by the missing person's sign plus 1 and the sample's.

    Without rates a contradiction excludes, and an agreement says nothing. An LR of 0 excludes.

    >>> sex_table(None)[0].tolist()  # a missing man: male, unknown and female samples
    [0.0, 0.0, -inf]
    """
    if rates is None:
        return np.where(DIFFER, -np.inf, 0.0)
    with np.errstate(divide="ignore"):
        return np.log([[sex_lr(missing, shown, rates=rates) for shown in _SEXES] for missing in _SEXES])


def _of_pairs(by_sex: NDArray[Any], targets: Sequence[Target], persons: Sequence[UnidentifiedPerson]) -> NDArray[Any]:
    """A table by sex as one value for each pair."""
    missing = np.array([SEX_SIGN[target.sex] + 1 for target in targets], dtype=np.int64)
    found = np.array([SEX_SIGN[person.sex] + 1 for person in persons], dtype=np.int64)
    return np.asarray(by_sex[missing[:, None], found[None, :]])


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


def declared_markers(targets: Sequence[Target], markers: Sequence[Marker], informative: Bools) -> Bools:
    """The markers at which a declared relative of each missing person is typed, whether or not the search uses them.

    By them pairs are counted as compared: the numbers of a search then follow from who is typed, and do not tell that
    a reference was left out. ``informative`` is what ``informative_markers`` gave for the references that are used.
    """
    rows = informative.copy()
    for number, target in enumerate(targets):
        if target.left_out:
            whole = replace(target, references={**target.references, **target.left_out}, left_out={})
            rows[number] = informative_markers([whole], markers)[0]
    return rows


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
