"""The likelihood of every joint assignment of one family, relative to "nobody of it is identified".

The weight of a row (who stands at each missing member, or nobody) is the exact likelihood ratio

    P(references, the assigned persons in their places) / P(references, the same persons unrelated to the family)

With theta above 0 both are computed with one urn for the family and the assigned persons, as in the pairwise
search: with one missing and one unidentified person the weight *is* the search's LR. See ``docs/joint.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import prod

import numpy as np
from numpy.typing import NDArray

from antigone.engine.arrays import Array, Ints
from antigone.engine.sums.likelihood import marker_logs
from antigone.errors import ModelError, PlanTooLarge
from antigone.model.assumptions.marker import Marker
from antigone.model.pedigree import Pedigree
from antigone.search.joint.elimination import (
    CHUNK,
    MOST_ROWS,
    Combined,
    JointPlan,
    Open,
    execute_joint,
    lay_out_rows,
    make_joint_plan,
)
from antigone.search.joint.network import Blueprint, MarkerBatch, batch_markers, family_networks, shape_family
from antigone.search.joint.persons import Persons
from antigone.search.joint.pieces import Piece
from antigone.search.joint.question import (
    NOBODY,
    FamilyQuestion,
    logs_apart,
    logs_together,
    lumped_markers,
    sexed_markers,
    stranger,
    taken_as,
)
from antigone.search.joint.support import restrict_states
from antigone.search.readings.together import Asked, Shown, total_logs

FEW_PERSONS = 12
"""Up to this many candidates the open index runs over persons; above it, and with few missing members, over the
distinct genotypes of each marker, and the rows are looked up."""
MOST_READ_TOGETHER = 200_000
"""Joint assignments, counted with persons used twice, up to which a family with theta is asked reading by reading."""
MOST_BITS = 62
LARGEST_LOSS = 1e-11
"""A likelihood that may have lost more than this share to underflow is computed again, by itself, in log space."""
MOST_REPEATED = 20_000


@dataclass(frozen=True)
class FamilyTable:
    """All joint assignments of one family: ``persons`` has shape ``(rows, missing)``, -1 for nobody.

    ``log_weight`` is the natural log of the weight of each row; row 0 is "nobody" with weight 1.
    ``log_nobody`` is the natural log likelihood of the references alone. ``log_left_out`` bounds the log of the sum
    of the weights of rows that are not listed, each person charged their price (see ``joint_screen``).
    """

    question: FamilyQuestion
    persons: NDArray[np.int32]
    log_weight: Array
    log_nobody: float
    log_left_out: float = -np.inf
    one_urn: bool = False
    """Whether theta is above 0: then the weights are ratios of likelihoods with one urn each."""
    log_odds: float = 0.0
    """The prior's weight of one pairing that ``log_left_out`` includes; ``log_weight`` includes none."""

    @property
    def identified(self) -> Ints:
        """How many missing members each row identifies."""
        return np.asarray((self.persons != NOBODY).sum(axis=1))


def family_table(
    question: FamilyQuestion, persons: Persons, markers: Sequence[Marker], *, theta: float = 0.0
) -> FamilyTable:
    """The weight of every joint assignment of a family, by one elimination for each batch of markers.

    Assumptions: unlinked markers; references read as stated, persons as stated or through their observations. Rows
    that are impossible have weight 0 (``-inf``). ``markers`` are the persons' own; those on the X chromosome take no
    part in a family with a member of unknown sex.

    Raises
    ------
    PlanTooLarge
        Before anything is computed, when the exact table would not fit.
    ModelError
        When the references are impossible together under the model.
    """
    persons, markers = sexed_markers(question, persons, markers)
    asked = [j for j, some in enumerate(question.candidates) if some]
    run = FamilyRun(question, persons, lumped_markers(question, persons, markers), theta, asked)
    apart: Array | None = None
    if not asked:
        rows = np.full((1, len(question.missing)), NOBODY, dtype=np.int64)
        logs = np.array([sum(marker_logs(question.needed, question.references, run.markers, theta=theta))])
    elif theta > 0 and _rows(run.lists) <= MOST_READ_TOGETHER:
        rows, logs, apart = _with_one_urn(run)
    else:
        rows, logs = run.over_persons() if _by_person(question, asked) else run.over_genotypes()
        logs = recompute_underflowed(question, persons, markers, rows, logs, theta)
    apart = logs if apart is None and not asked else apart
    if not _is_sorted(rows):
        order = np.lexsort(rows.T[::-1])
        rows, logs = rows[order], logs[order]
        apart = None if apart is None else apart[order]
    log_nobody = float(logs[0])
    if log_nobody == -np.inf:
        raise ModelError(
            f"family {question.code}: no joint likelihood exists with these references under the stated model; "
            "the responsible geneticist can say which references to use"
        )
    if theta == 0.0:
        apart = log_nobody + persons.log_apart(rows, question.places)
    elif apart is None:
        apart = _log_apart(question, persons, markers, rows, theta)
    weights = np.where(np.isneginf(logs), -np.inf, logs - np.where(np.isneginf(apart), 0.0, apart))
    weights[0] = 0.0
    return FamilyTable(question, rows.astype(np.int32), weights, log_nobody, one_urn=theta > 0)


def _is_sorted(rows: Ints) -> bool:
    """Whether rows of persons are in lexicographic order."""
    decided = np.zeros(max(0, len(rows) - 1), dtype=np.bool_)
    for before, after in zip(rows[:-1].T, rows[1:].T, strict=True):
        if (before > after)[~decided].any():
            return False
        decided |= before < after
    return True


def _by_person(question: FamilyQuestion, asked: Sequence[int]) -> bool:
    everybody = len(question.persons)
    return everybody <= FEW_PERSONS or (len(asked) > 3 and everybody <= MOST_BITS)


@dataclass(frozen=True)
class _Layout:
    """A plan, the rows of its steps, and the final rows with the members in order, shape ``(rows, members)``."""

    plan: JointPlan
    laid: list[Combined]
    choices: Ints


@dataclass
class FamilyRun:
    """One family's elimination, with its plans shared by the batches that allow it.

    ``fixed`` persons stand at their members in every row, beside the references.
    """

    question: FamilyQuestion
    persons: Persons
    markers: list[Marker]
    theta: float
    asked: list[int]
    fixed: Mapping[str, int] = field(default_factory=dict)
    layouts: dict[object, _Layout] = field(default_factory=dict)

    @cached_property
    def terms(self) -> list[Array]:
        """What the readings of each marker ask of the two alleles, see ``joint_readings``."""
        pairs = zip(self.persons.readings, self.markers, strict=True)
        return [readings.lumped(own) for readings, own in pairs]

    @property
    def lists(self) -> list[tuple[int, ...]]:
        return [self.question.candidates[j] for j in self.asked]

    @property
    def shown(self) -> list[Ints]:
        """What each choice shows at each member asked, by marker."""
        places = [self.question.places[j] for j in self.asked]
        return [self.persons.shown(some, place) for some, place in zip(self.lists, places, strict=True)]

    def over_persons(self) -> tuple[Ints, Array]:
        """Rows and their log likelihoods; the open index holds persons, nobody twice."""
        everybody = self.question.persons
        candidates = tuple(tuple(everybody.index(p) for p in some) for some in self.lists)
        choices: Ints | None = None
        total = np.zeros(1)
        for _, logs, made in self._batches(self.shown, Open(candidates, exclusive=True)):
            choices = made if choices is None else choices
            total = total + _aligned(logs, made, choices).sum(axis=0)
        return self.named(choices), total

    def over_genotypes(self) -> tuple[Ints, Array]:
        """Rows and their log likelihoods; the open index holds each marker's distinct genotypes."""
        before = _enumerate_choices(self.question.code, self.lists)
        logs = self.extended(before)
        first, second = np.nonzero(~self.repeats(before))
        return self.named(np.column_stack([before[first], second])), logs[first, second]

    def repeats(self, before: Ints) -> NDArray[np.bool_]:
        """Which choices at the last member repeat a person chosen before, shape ``(rows, choices)``."""
        last = np.array([NOBODY, *self.lists[-1]])
        repeated = np.zeros((len(before), len(last)), dtype=np.bool_)
        for column, some in enumerate(self.lists[:-1]):
            chosen = np.array([NOBODY - 1, *some])[before[:, column]]
            repeated |= chosen[:, None] == last[None, :]
        return repeated

    def extended(self, before: Ints) -> Array:
        """Log likelihood of every choice at the last member after the given choices at the others.

        Shape ``(rows of before, choices of the last)``; the persons need not be distinct.
        """
        coded = [_distinct(shown) for shown in self.shown]
        candidates = tuple(tuple(range(shown.shape[1] - 1)) for shown, _ in coded)
        strides = np.array([prod(1 + len(some) for some in candidates[c + 1 :]) for c in range(len(candidates))])
        total = np.zeros((len(before), 1 + len(self.lists[-1])))
        for positions, logs, made in self._batches([shown for shown, _ in coded], Open(candidates, exclusive=False)):
            order = np.argsort(made @ strides)
            for item, position in enumerate(positions):
                place = np.zeros(len(before), dtype=np.int64)
                for c, (_, codes) in enumerate(coded[:-1]):
                    place += (codes[position] * (strides[c] // (1 + len(candidates[-1]))))[before[:, c]]
                table = logs[item, order].reshape(-1, 1 + len(candidates[-1]))
                total += table[:, coded[-1][1][position]][place]
        return total

    def named(self, choices: Ints | None) -> Ints:
        """Choices as persons over all missing members; those without candidates stay nobody."""
        assert choices is not None  # noqa: S101  (there is at least one marker)
        whole = np.full((len(choices), len(self.question.missing)), NOBODY, dtype=np.int64)
        for column, (j, some) in enumerate(zip(self.asked, self.lists, strict=True)):
            whole[:, j] = np.array([NOBODY, *some])[choices[:, column]]
        return whole

    def _batches(self, shown: Sequence[Ints], choices: Open) -> Iterator[tuple[tuple[int, ...], Array, Ints]]:
        """By batch: positions of its markers, log likelihoods ``(markers, rows)``, choices ``(rows, members)``."""
        missing = [self.question.missing[j] for j in self.asked]
        read, seen = self.persons.placed(self.fixed, self.question.pedigree, self.markers)
        references = {**self.question.references, **read}
        shape = shape_family(self.question.pedigree, {*references, *seen}, missing)
        batches = batch_markers(shape, references, self.markers, observations=seen)
        choices = replace(choices, orders=self.persons.orders)
        for batch in sorted(batches, key=lambda b: -b.data.ladder.size):
            own = [self._stacked(some, batch) for some in shown]
            runs = []
            for weight, blueprint, pieces in family_networks(shape, batch, own, choices, theta=self.theta):
                if not (batch.data.ladder.female.all() and batch.data.ladder.male.all()):
                    blueprint, pieces = restrict_states(blueprint, pieces, len(batch.positions))
                runs.append((weight, self._layout(blueprint), pieces))
            step = max(1, 4 * CHUNK // max(layout.plan.largest for _, layout, _ in runs))
            for start in range(0, len(batch.positions), step):
                some = batch.positions[start : start + step]
                yield some, _total(runs, slice(start, start + step), len(some)), runs[0][1].choices

    def _stacked(self, shown: Ints, batch: MarkerBatch) -> Array:
        """The terms of what is shown, shape ``(markers, choices, orders, 2, alleles)``; padding allows nothing."""
        size = (len(batch.positions), shown.shape[1], self.persons.orders, 2, batch.data.ladder.size)
        stacked = np.zeros(size)
        for row, position in zip(stacked, batch.positions, strict=True):
            terms = self.terms[position]
            row[:, : terms.shape[1], :, : terms.shape[3]] = terms[shown[position]]
        return stacked

    def _layout(self, blueprint: Blueprint) -> _Layout:
        key = (blueprint.scopes, blueprint.members, blueprint.open)
        if key not in self.layouts:
            plan = make_joint_plan(blueprint.scopes, blueprint.members, blueprint.sizes, blueprint.open)
            laid = lay_out_rows(plan.require_feasible(self.question.code))
            order = np.argsort(laid[-1].rows.members)
            self.layouts[key] = _Layout(plan, laid, laid[-1].rows.choices[:, order].astype(np.int64))
        return self.layouts[key]


def _total(runs: Sequence[tuple[int, _Layout, list[Piece]]], some: slice, markers: int) -> Array:
    """Log likelihoods ``(markers, rows)`` of the weighted sum of networks, rows as in the first layout."""
    total: Array | None = None
    for weight, layout, pieces in runs:
        logs = np.log(weight) + _execute(layout, [piece.items(some) for piece in pieces], markers)
        logs = _aligned(logs, layout.choices, runs[0][1].choices)
        total = logs if total is None else np.logaddexp(total, logs)
    assert total is not None  # noqa: S101  (a batch has at least one network)
    return total


def _execute(layout: _Layout, pieces: Sequence[Piece], markers: int) -> Array:
    """Log likelihoods ``(markers, rows)``; ``nan`` where too much may be lost to underflow."""
    logs, loss = execute_joint(layout.plan, layout.laid, pieces)
    logs[np.broadcast_to(loss, logs.shape) > LARGEST_LOSS] = np.nan
    return np.broadcast_to(logs, (markers, logs.shape[1]))


def _aligned(logs: Array, made: Ints, wanted: Ints) -> Array:
    """Columns for rows ``made``, in the order of the rows ``wanted``."""
    if made is wanted:
        return logs
    place = np.empty(len(wanted), dtype=np.int64)
    place[np.lexsort(wanted.T)] = np.lexsort(made.T)
    return logs[:, place]


def _distinct(shown: Ints) -> tuple[Ints, Ints]:
    """The distinct readings shown at each marker, padded with nothing, and each choice's place among them."""
    found = [np.unique(of[1:], return_inverse=True) for of in shown]
    most = max(len(readings) for readings, _ in found)
    distinct = np.zeros((len(shown), 1 + most), dtype=np.int64)
    for row, (readings, _) in zip(distinct, found, strict=True):
        row[1 : 1 + len(readings)] = readings
    return distinct, np.stack([np.append(0, 1 + place.ravel()) for _, place in found])


def _enumerate_choices(family: str, lists: Sequence[tuple[int, ...]]) -> Ints:
    """Every way to choose nobody or a person at each member but the last, no person twice."""
    if prod(1 + len(some) for some in lists) > MOST_ROWS:
        raise PlanTooLarge(
            f"family {family}: more than {MOST_ROWS:,} joint assignments of its missing members to "
            f"{max(map(len, lists))} unidentified persons; state what excludes persons (sex), or take fewer at a time"
        )
    chosen = np.zeros((1, 0), dtype=np.int64)
    who = np.zeros((1, 0), dtype=np.int64)
    for some in lists[:-1]:
        own = np.array([NOBODY, *some])
        taken = (who[:, :, None] == own[None, None, :]) & (own >= 0)
        first, second = np.nonzero(~taken.any(axis=1))
        chosen = np.column_stack([chosen[first], second])
        who = np.column_stack([who[first], own[second]])
    return chosen


def _rows(lists: Sequence[tuple[int, ...]]) -> int:
    return prod(1 + len(some) for some in lists)


def _with_one_urn(run: FamilyRun) -> tuple[Ints, Array, Array]:
    """With theta: all rows, their log likelihoods in place, and those of the same persons unrelated to the family."""
    choices = _enumerate_choices(run.question.code, [*run.lists, ()])
    rows = run.named(choices)
    logs, apart = (total_logs(asked) for asked in urn_questions(run, choices))
    return rows, logs, apart - run.persons.log_sexes(rows, run.question.places)


def urn_questions(run: FamilyRun, choices: Ints) -> tuple[list[tuple[Asked, Ints]], list[tuple[Asked, Ints]]]:
    """Marker by marker, what is asked with theta, in place and apart, and the readings of each row of choices."""
    question, shown = run.question, run.shown
    places = [question.places[j] for j in run.asked]
    missing = tuple(question.missing[j] for j in run.asked)
    strangers = tuple(stranger(f"unrelated {j}", place) for j, place in enumerate(places))
    apart = Pedigree((*question.needed, *strangers))
    asked, beside = [], []
    for m, (marker, readings) in enumerate(zip(run.markers, run.persons.readings, strict=True)):
        seen = readings.shown if marker == readings.marker else Shown(readings.lumped(marker))
        chosen = np.stack([own[m][choices[:, column]] for column, own in enumerate(shown)], axis=1)
        asked.append((Asked(question.needed, question.references, missing, marker, seen, run.theta), chosen))
        alike = marker.chromosome != "X" or len(set(places)) == 1
        unrelated = Asked(apart, question.references, tuple(s.id for s in strangers), marker, seen, run.theta)
        beside.append((unrelated, np.sort(chosen, axis=1) if alike else chosen))
    return asked, beside


def urn_work(question: FamilyQuestion, persons: Persons, markers: Sequence[Marker], theta: float) -> float:
    """Multiplications that a family with theta takes, where it is asked reading by reading; 0 where it is not."""
    persons, markers = sexed_markers(question, persons, markers)
    asked = [j for j, some in enumerate(question.candidates) if some]
    run = FamilyRun(question, persons, lumped_markers(question, persons, markers), theta, asked)
    if theta == 0 or not asked or _rows(run.lists) > MOST_READ_TOGETHER:
        return 0.0
    choices = _enumerate_choices(question.code, [*run.lists, ()])
    return sum(one.work(chosen) for part in urn_questions(run, choices) for one, chosen in part)


def recompute_underflowed(
    question: FamilyQuestion, persons: Persons, markers: Sequence[Marker], rows: Ints, logs: Array, theta: float
) -> Array:  # fmt: skip
    """Compute the rows marked ``nan`` again, one by one, with the engine's own guard against underflow."""
    lost = np.flatnonzero(np.isnan(logs))
    if len(lost) > MOST_REPEATED:
        raise PlanTooLarge(f"family {question.code}: {len(lost):,} likelihoods are too small for the joint computation")
    for row in lost:
        who = {m: int(p) for m, p in zip(question.missing, rows[row], strict=True) if p >= 0}
        logs[row] = sum(logs_together(question, persons, markers, who, theta=theta))
    return logs


def _log_apart(
    question: FamilyQuestion, persons: Persons, markers: Sequence[Marker], rows: Ints, theta: float
) -> Array:  # fmt: skip
    """Log P(references, the row's persons unrelated) of every row, one urn, less the LRs of the sexes they show."""
    sets = [tuple(taken_as(persons, question, row)) for row in rows.tolist()]
    known = {people: sum(logs_apart(question, persons, markers, people, theta=theta)) for people in dict.fromkeys(sets)}
    return np.array([known[people] for people in sets]) - persons.log_sexes(rows, question.places)
