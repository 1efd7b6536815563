"""A search cut into blocks of families, each computed by itself: the unit of work, of memory and of resumption.

A block's result depends on the block and on the search, never on who computes it or when.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby

import numpy as np

from antigone.engine.arrays import Array, Bools, Ints
from antigone.model.assumptions.circumstances import SexRates
from antigone.model.assumptions.linkage import LinkageModel
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import AS_READ, ObservationModel
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.profile import Profile
from antigone.search.families.affordable import is_affordable
from antigone.search.families.answers import Answers, key_of_fits
from antigone.search.families.batches import Heard, unheard
from antigone.search.families.family_table import Target
from antigone.search.families.reference_fit import Declared, ReferenceFit, judge_references
from antigone.search.pairs.block_tables import MarkerTable, block_tables
from antigone.search.pairs.comparison import DIFFER, SEX_SIGN, declared_markers, informative_markers, sex_table
from antigone.search.pairs.linked import link_pairs, linkage_slack
from antigone.search.readings.codes import Coding, Reader, encode_readings
from antigone.search.screening.screen import (
    LANES,
    Entries,
    FixedPoint,
    Queries,
    Silent,
    round_lanes,
    screen,
    stack_queries,
)

BLOCK_FAMILIES = 1024
"""Families of one block. Its float64 tables take about 50 MB for each population with 24 markers of 20 alleles."""


@dataclass(frozen=True)
class MissingFrom:
    """A declared family with its references and the members it misses; ``answers``: where its answers are kept."""

    declared: Declared
    missing: tuple[str, ...]
    answers: Answers | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class BlindSearch:
    """What all blocks of one search share.

    ``populations`` gives the same markers with the same ladders under each population's frequencies;
    ``log_threshold`` is natural. ``sex`` is how samples may show the other sex; without it pairs of different sexes
    are not formed. ``linkage`` names the markers that are computed as linked (not with theta).
    """

    persons: tuple[UnidentifiedPerson, ...]
    populations: Mapping[str, tuple[Marker, ...]]
    theta: float
    log_threshold: float
    observation: ObservationModel = AS_READ
    sex: SexRates | None = None
    linkage: LinkageModel | None = None

    @cached_property
    def markers(self) -> tuple[Marker, ...]:
        return next(iter(self.populations.values()))

    @cached_property
    def coding(self) -> Coding:
        return encode_readings(self.persons, self.markers, observation=self.observation)

    @property
    def codes(self) -> Ints:
        return self.coding.codes

    @cached_property
    def readers(self) -> Mapping[str, tuple[Reader, ...]]:
        """How the codes are read, by population; what they hold is made once and used for all blocks."""
        return {name: self.coding.readers(markers) for name, markers in self.populations.items()}

    @cached_property
    def log_sex(self) -> Array:
        """See ``blind.sex_table``."""
        return sex_table(self.sex)

    @cached_property
    def on_x(self) -> Bools:
        return np.array([marker.chromosome == "X" for marker in self.markers], dtype=np.bool_)

    @cached_property
    def typed(self) -> Bools:
        """Where each person is typed, shape ``(markers, persons)``."""
        return self.coding.typed(self.markers)

    @cached_property
    def kinds_of_persons(self) -> tuple[Ints, Ints]:
        """The rows (sign, typed at each marker) that occur among the persons, and how often each does."""
        return _kinds(self.signs, self.typed.T)

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
    ``log_lr`` has shape ``(populations, pairs)``. The three counts cover all pairs of the block, by the declared
    references: they do not tell whether these fit.
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
    families: Sequence[MissingFrom],
    populations: Mapping[str, tuple[Marker, ...]],
    *,
    theta: float,
    heard: Heard = unheard,
) -> tuple[tuple[ReferenceFit, ...], tuple[Target, ...]]:
    """Each family's missing persons with the references that fit, and the verdict on every reference.

    A reference is left out when it fits badly under every population, and so are those that cannot be computed
    without such a one. What is known of a family from before is not judged again.
    """
    key = key_of_fits(populations, theta)
    new = [n for n, one in enumerate(families) if one.answers is None or one.answers.fits_key != key]
    judged = dict(zip(new, _judged([families[n] for n in new], populations, theta, heard), strict=True))
    for number, verdicts in judged.items():
        answers = families[number].answers
        if answers is not None:
            answers.note_fits(verdicts, key)
    fits = [judged.get(n) or (one.answers.fits if one.answers else ()) for n, one in enumerate(families)]
    targets = [
        target_of(family.declared, missing, {fit.member for fit in verdicts if fit.left_out}, family.answers)
        for family, verdicts in zip(families, fits, strict=True)
        for missing in family.missing
    ]
    return tuple(fit for verdicts in fits for fit in verdicts), tuple(targets)


def _judged(
    families: Sequence[MissingFrom], populations: Mapping[str, tuple[Marker, ...]], theta: float, heard: Heard
) -> list[list[ReferenceFit]]:
    """The verdicts on the references of each family."""
    first, *others = populations.values()

    def affordable(number: int, kept: Mapping[str, Profile]) -> bool:
        family = families[number]
        return is_affordable(replace(family.declared, references=kept), family.missing, first, theta=theta)

    fits = judge_references(
        [family.declared for family in families], first, theta=theta, affordable=affordable, heard=heard
    )
    for markers in others:
        unsure = [number for number, verdicts in enumerate(fits) if any(fit.left_out for fit in verdicts)]
        again = judge_references(
            [families[number].declared for number in unsure], markers, theta=theta,
            affordable=lambda place, kept, unsure=unsure: affordable(unsure[place], kept),  # type: ignore[misc]
        )  # fmt: skip
        for number, verdicts in zip(unsure, again, strict=True):
            fits[number] = _better_fits(fits[number], verdicts)
    return fits


def _better_fits(one: Sequence[ReferenceFit], other: Sequence[ReferenceFit]) -> list[ReferenceFit]:
    """For each reference the better of two fits, left out only when both leave it out."""
    second = {fit.member: fit for fit in other}
    return [
        replace(
            max(fit, second[fit.member], key=lambda verdict: verdict.log10_fit),
            left_out=fit.left_out and second[fit.member].left_out,
        )
        for fit in one
    ]


def target_of(family: Declared, missing: str, gone: Collection[str], answers: Answers | None = None) -> Target:
    """A missing person of a family whose references ``gone`` take no part; ``answers`` are those of the family."""
    used: dict[str, Profile] = {}
    left_out: dict[str, Profile] = {}
    for member, profile in family.references.items():
        (left_out if member in gone else used)[member] = profile
    return Target(family.code, missing, family.pedigree, used, left_out, answers)


def score_block(families: Sequence[MissingFrom], search: BlindSearch) -> BlockResult:
    """Score one block of families against every unidentified person: screen, then score exactly what passes."""
    fits, targets = usable_targets(families, search.populations, theta=search.theta)
    tables = _tables(targets, search, next(iter(search.populations)))
    slack = _slack(targets, search)
    passed = _screened(targets, tables, search, slack)
    target, person = passed.T
    first = _exact(targets, tables, search, target, person)
    informative = informative_markers(targets, search.markers)
    counts = (
        informative[target]
        & search.typed.T[person]
        & ~(_differs(targets, search, target, person)[:, None] & search.on_x)
    )
    kept = (first >= search.log_threshold - slack[target]) & counts.any(axis=1)
    target, person, log_lr = _in_every_population(targets, search, target[kept], person[kept], first[kept], slack)
    if search.linkage is not None:
        target, person, log_lr = _linked(targets, search, target, person, log_lr)
    declared = declared_markers(targets, search.markers, informative)
    compared, excluded, without = _count(targets, declared, search)
    codes = tuple((t.family, t.missing) for t in targets)
    return BlockResult(codes, target, person, log_lr, compared, excluded, without, len(passed), fits)


def _slack(targets: Sequence[Target], search: BlindSearch) -> Array:
    """How far below the threshold a pair of each target may lie and still reach it through linkage."""
    groups = search.linkage.groups_of(search.markers) if search.linkage else ()
    return np.array([linkage_slack(target, groups) if groups else 0.0 for target in targets])


def _tables(targets: Sequence[Target], search: BlindSearch, name: str) -> list[MarkerTable]:
    return block_tables(targets, search.populations[name], theta=search.theta, readers=search.readers[name])


def _screened(targets: Sequence[Target], tables: Sequence[MarkerTable], search: BlindSearch, slack: Array) -> Ints:
    """Pairs (target, person) that may reach the threshold; pairs that the sexes exclude are never formed."""
    found = [np.zeros((0, 2), dtype=np.int64)]
    order = np.argsort(search.signs, kind="stable")
    bounds = np.searchsorted(search.signs[order], [-1, 0, 1, 2])
    for sign, lanes in _lanes(targets):
        limit = search.log_threshold - slack[lanes].max() - search.log_sex[sign + 1]
        met = [other for other in (-1, 0, 1) if search.log_sex[sign + 1, other + 1] > -np.inf]
        fixed: dict[bool, FixedPoint] = {}
        for other in met:
            apart, persons = bool(DIFFER[sign + 1, other + 1]), order[bounds[other + 1] : bounds[other + 2]]
            if apart not in fixed:
                largest = max((float(limit[sex + 1]) for sex in met), key=abs)
                entries = _entries(tables, lanes, search, hemizygous=sign == SEX_SIGN["male"], apart=apart)
                fixed[apart] = round_lanes(entries, search.queries, log_threshold=largest)
            pairs = screen(fixed[apart].at(float(limit[other + 1])), search.queries.rows[persons])
            found.append(np.stack([lanes[pairs[:, 1]], persons[pairs[:, 0]]], axis=1))
    pairs = np.concatenate(found)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


def _entries(
    tables: Sequence[MarkerTable], lanes: Ints, search: BlindSearch, *, hemizygous: bool, apart: bool
) -> list[Entries]:
    """Every marker for the targets ``lanes``, without the X-chromosomal ones for persons of the other sex."""
    return [
        Silent(len(lanes)) if on_x and apart else table.lanes(lanes, hemizygous=hemizygous and bool(on_x))
        for table, on_x in zip(tables, search.on_x, strict=True)
    ]


def _lanes(targets: Sequence[Target]) -> Iterator[tuple[int, Ints]]:
    """Targets of one sex, at most ``LANES`` side by side."""
    signs = [SEX_SIGN[target.sex] for target in targets]
    for sign, group in groupby(sorted(range(len(targets)), key=lambda t: (signs[t], t)), key=lambda t: signs[t]):
        rows = np.array(list(group), dtype=np.int64)
        for start in range(0, len(rows), LANES):
            yield sign, rows[start : start + LANES]


def _exact(
    targets: Sequence[Target], tables: Sequence[MarkerTable], search: BlindSearch, target: Ints, person: Ints
) -> Array:
    """The float64 log LR of pairs, markers added in the same order as in ``blind.sum_tables``, then the sexes.

    ``tables`` have a row for each of ``targets``.
    """
    total, apart = np.zeros(len(target)), _differs(targets, search, target, person)
    for table, code, on_x in zip(tables, search.codes, search.on_x, strict=True):
        log_lr = table.log_lr(target, code[person])
        total += np.where(apart, 0.0, log_lr) if on_x else log_lr
    return np.asarray(total + search.log_sex[_signs(targets)[target] + 1, search.signs[person] + 1])


def _signs(targets: Sequence[Target]) -> Ints:
    return np.array([SEX_SIGN[target.sex] for target in targets], dtype=np.int64)


def _differs(targets: Sequence[Target], search: BlindSearch, target: Ints, person: Ints) -> Bools:
    return np.asarray(DIFFER[_signs(targets)[target] + 1, search.signs[person] + 1])


def _in_every_population(
    targets: Sequence[Target], search: BlindSearch, target: Ints, person: Ints, first: Array, slack: Array
) -> tuple[Ints, Ints, Array]:
    """Pairs that reach the threshold, or may through linkage, in every population, one population after another."""
    log_lr = first[None, :]
    for name in list(search.populations)[1:]:
        needed, row = np.unique(target, return_inverse=True)
        chosen = [targets[t] for t in needed]
        further = _exact(chosen, _tables(chosen, search, name), search, row.ravel(), person)
        kept = further >= search.log_threshold - slack[target]
        target, person = target[kept], person[kept]
        log_lr = np.concatenate([log_lr, further[None]])[:, kept]
    return target, person, log_lr


def _linked(
    targets: Sequence[Target], search: BlindSearch, target: Ints, person: Ints, log_lr: Array
) -> tuple[Ints, Ints, Array]:
    """The pairs with linkage in their LR, those that still reach the threshold in every population."""
    pairs = list(zip(target.tolist(), person.tolist(), strict=True))
    if not pairs or search.linkage is None:
        return target, person, log_lr
    linked = link_pairs(
        targets, search.persons, pairs, populations=search.populations, model=search.linkage,
        observation=search.observation,
    )  # fmt: skip
    log_lr = log_lr + np.array([[linked[pair].total(name) for pair in pairs] for name in search.populations])
    kept = log_lr.min(axis=0) >= search.log_threshold
    return target[kept], person[kept], log_lr[:, kept]


def _kinds(signs: Ints, markers: Bools) -> tuple[Ints, Ints]:
    """The rows (sign, markers) that occur, and how often each does."""
    return np.unique(np.column_stack([signs, markers]), axis=0, return_counts=True)


def _count(targets: Sequence[Target], informative: Bools, search: BlindSearch) -> tuple[int, int, int]:
    """Pairs compared, excluded by sex, and without data, counted over kinds of targets and of persons."""
    rows, of_target = _kinds(_signs(targets), informative)
    columns, of_person = search.kinds_of_persons
    pairs = of_target[:, None] * of_person[None, :]
    signs = rows[:, 0][:, None] + 1, columns[:, 0][None, :] + 1
    excluded = np.isneginf(search.log_sex[signs])
    shared = rows[:, 1:] @ columns[:, 1:].T
    autosomal = rows[:, 1:] @ (columns[:, 1:] * ~search.on_x).T
    without = ~excluded & (np.where(DIFFER[signs], autosomal, shared) == 0)
    compared = pairs[~excluded & ~without].sum()
    return int(compared), int(pairs[excluded].sum()), int(pairs[without].sum())


def count_silent(targets: Sequence[Target], search: BlindSearch) -> int:
    """Pairs that are counted as compared and were not, because the references that share a marker took no part.

    It tells that references were left out: for the responsible geneticist alone (PURPOSE.md, rule 6).
    """
    fewer = [target for target in targets if target.left_out]
    informative = informative_markers(fewer, search.markers)
    declared, *_ = _count(fewer, declared_markers(fewer, search.markers, informative), search)
    used, *_ = _count(fewer, informative, search)
    return declared - used


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
