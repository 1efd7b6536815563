"""A search cut into blocks of families, each computed by itself: the unit of work, of memory and of resumption.

A block's result depends on the block and on the search, never on who computes it or when.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from antigone.model.case import UnidentifiedPerson
from antigone.model.marker import Marker
from antigone.model.observation import ObservationRates
from antigone.model.profile import Profile
from antigone.search.blind import SEX_SIGN, informative_markers, typed_markers
from antigone.search.codes import encode_profiles
from antigone.search.family_table import AS_READ, Target, log_lr_tables
from antigone.search.reference_fit import Declared, ReferenceFit, judge_references
from antigone.search.screen import LANES, Queries, screen, stack_queries, to_fixed_point

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

BLOCK_FAMILIES = 1024
"""Families of one block. Its float64 tables take about 50 MB for each population with 24 markers of 20 alleles."""


@dataclass(frozen=True)
class MissingFrom:
    """A declared family with its references and the members it misses."""

    declared: Declared
    missing: tuple[str, ...]


@dataclass(frozen=True)
class BlindSearch:
    """What all blocks of one search share.

    ``populations`` gives the same markers with the same ladders under each population's frequencies;
    ``log_threshold`` is natural.
    """

    persons: tuple[UnidentifiedPerson, ...]
    populations: Mapping[str, tuple[Marker, ...]]
    theta: float
    log_threshold: float
    rates: ObservationRates = AS_READ

    @cached_property
    def markers(self) -> tuple[Marker, ...]:
        return next(iter(self.populations.values()))

    @cached_property
    def codes(self) -> Ints:
        return encode_profiles(self.persons, self.markers)

    @cached_property
    def queries(self) -> Queries:
        return stack_queries(self.codes)

    @cached_property
    def signs(self) -> Ints:
        return np.array([SEX_SIGN[person.sex] for person in self.persons], dtype=np.int64)


@dataclass(frozen=True)
class BlockResult:
    """The pairs of one block at or above the threshold in every population, and its families' reference fits.

    ``targets`` are (family, missing) codes; ``target`` and ``person`` index them and the search's persons;
    ``log_lr`` has shape ``(populations, pairs)``. The three counts cover all pairs of the block.
    """

    targets: tuple[tuple[str, str], ...]
    target: Ints
    person: Ints
    log_lr: Array
    compared: int
    excluded_by_sex: int
    without_data: int
    screened: int
    fits: tuple[ReferenceFit, ...]


def usable_targets(
    families: Sequence[MissingFrom], populations: Mapping[str, tuple[Marker, ...]], *, theta: float
) -> tuple[tuple[ReferenceFit, ...], tuple[Target, ...]]:
    """Each family's missing persons with the references that fit, and the verdict on every reference.

    A reference is left out when it fits badly under every population.
    """
    names = iter(populations.values())
    fits = judge_references([family.declared for family in families], next(names), theta=theta)
    for markers in names:
        unsure = [number for number, verdicts in enumerate(fits) if any(fit.left_out for fit in verdicts)]
        again = judge_references([families[number].declared for number in unsure], markers, theta=theta)
        for number, verdicts in zip(unsure, again, strict=True):
            fits[number] = _milder(fits[number], verdicts)
    targets = [
        Target(family.declared.code, missing, family.declared.pedigree, _fitting(family.declared, verdicts))
        for family, verdicts in zip(families, fits, strict=True)
        for missing in family.missing
    ]
    return tuple(fit for verdicts in fits for fit in verdicts), tuple(targets)


def _milder(one: Sequence[ReferenceFit], other: Sequence[ReferenceFit]) -> list[ReferenceFit]:
    """For each reference the better of two fits, left out only when both leave it out."""
    second = {fit.member: fit for fit in other}
    return [
        replace(
            max(fit, second[fit.member], key=lambda verdict: verdict.log10_fit),
            left_out=fit.left_out and second[fit.member].left_out,
        )
        for fit in one
    ]


def _fitting(family: Declared, verdicts: Sequence[ReferenceFit]) -> dict[str, Profile]:
    gone = {fit.member for fit in verdicts if fit.left_out}
    return {member: profile for member, profile in family.references.items() if member not in gone}


def score_block(families: Sequence[MissingFrom], search: BlindSearch) -> BlockResult:
    """Score one block of families against every unidentified person: screen, then score exactly what passes."""
    fits, targets = usable_targets(families, search.populations, theta=search.theta)
    names = list(search.populations)
    tables = log_lr_tables(targets, search.populations[names[0]], theta=search.theta, rates=search.rates)
    passed = _screened(targets, tables, search)
    target, person = passed.T
    first = _exact(tables, search.codes, target, person)
    informative = informative_markers(targets, search.markers)
    typed = typed_markers(search.codes, search.markers)
    kept = (first >= search.log_threshold) & (informative[target] & typed.T[person]).any(axis=1)
    target, person, log_lr = _in_every_population(targets, search, target[kept], person[kept], first[kept])
    compared, excluded, without = _count(targets, informative, typed, search)
    codes = tuple((t.family, t.missing) for t in targets)
    return BlockResult(codes, target, person, log_lr, compared, excluded, without, len(passed), fits)


def _screened(targets: Sequence[Target], tables: Sequence[Array], search: BlindSearch) -> Ints:
    """Pairs (target, person) that may reach the threshold; pairs of known, different sex are never formed."""
    found = [np.zeros((0, 2), dtype=np.int64)]
    order = np.argsort(search.signs, kind="stable")
    bounds = np.searchsorted(search.signs[order], [-1, 0, 1, 2])
    for sign, lanes in _lanes(targets):
        fixed = to_fixed_point([table[lanes] for table in tables], search.queries, log_threshold=search.log_threshold)
        for other in (-1, 0, 1):
            if sign * other != -1:
                persons = order[bounds[other + 1] : bounds[other + 2]]
                pairs = screen(fixed, search.queries.rows[persons])
                found.append(np.stack([lanes[pairs[:, 1]], persons[pairs[:, 0]]], axis=1))
    pairs = np.concatenate(found)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


def _lanes(targets: Sequence[Target]) -> Iterator[tuple[int, Ints]]:
    """Targets of one sex, at most ``LANES`` side by side."""
    signs = [SEX_SIGN[target.sex] for target in targets]
    for sign, group in groupby(sorted(range(len(targets)), key=lambda t: (signs[t], t)), key=lambda t: signs[t]):
        rows = np.array(list(group), dtype=np.int64)
        for start in range(0, len(rows), LANES):
            yield sign, rows[start : start + LANES]


def _exact(tables: Sequence[Array], codes: Ints, target: Ints, person: Ints) -> Array:
    """The float64 log LR of pairs, markers added in the same order as in ``blind.sum_tables``."""
    total = np.zeros(len(target))
    for table, code in zip(tables, codes, strict=True):
        total += table[target, code[person]]
    return total


def _in_every_population(
    targets: Sequence[Target], search: BlindSearch, target: Ints, person: Ints, first: Array
) -> tuple[Ints, Ints, Array]:
    """Pairs at or above the threshold in every population, one population after another."""
    log_lr = first[None, :]
    for markers in list(search.populations.values())[1:]:
        needed, row = np.unique(target, return_inverse=True)
        tables = log_lr_tables([targets[t] for t in needed], markers, theta=search.theta, rates=search.rates)
        further = _exact(tables, search.codes, row.ravel(), person)
        kept = further >= search.log_threshold
        target, person = target[kept], person[kept]
        log_lr = np.concatenate([log_lr, further[None]])[:, kept]
    return target, person, log_lr


def _count(targets: Sequence[Target], informative: Bools, typed: Bools, search: BlindSearch) -> tuple[int, int, int]:
    """Pairs compared, excluded by sex, and without data, counted over kinds of targets and of persons."""
    signs = np.array([SEX_SIGN[target.sex] for target in targets], dtype=np.int64)
    rows, of_target = np.unique(np.column_stack([signs, informative]), axis=0, return_counts=True)
    columns, of_person = np.unique(np.column_stack([search.signs, typed.T]), axis=0, return_counts=True)
    pairs = of_target[:, None] * of_person[None, :]
    excluded = rows[:, :1] * columns[:, 0][None, :] == -1
    without = ~excluded & (rows[:, 1:] @ columns[:, 1:].T == 0)
    compared = pairs[~excluded & ~without].sum()
    return int(compared), int(pairs[excluded].sum()), int(pairs[without].sum())


def cut_into_blocks(families: Sequence[MissingFrom], size: int = BLOCK_FAMILIES) -> list[tuple[MissingFrom, ...]]:
    """Blocks of families of alike structure, in an order that does not depend on the order given."""
    ordered = sorted(families, key=_place)
    return [tuple(ordered[start : start + size]) for start in range(0, len(ordered), size)]


def _place(family: MissingFrom) -> tuple[object, ...]:
    """Families declared in the same way stand together, so that the engine computes them in one batch."""
    pedigree = family.declared.pedigree
    row = {member.id: number for number, member in enumerate(pedigree)}
    return (
        len(pedigree),
        tuple(
            (row.get(m.father or "", -1), row.get(m.mother or "", -1), m.id in family.declared.references)
            for m in pedigree
        ),
        tuple(row[missing] for missing in family.missing),
        family.declared.code,
    )
