"""Families with too many joint assignments to list them all: the ones that could matter, and a bound on the rest.

The members are taken one after another. Of a partial row (persons at the first members) the weight is computed
exactly; nobody it could be continued with can raise it by more than a stated factor, because

    P(person's data | anything) / P(person's data alone) <= max over genotypes of P(data | genotype) / P(data alone).

Of genotypes taken as read the numerator is 1; of a reading through an observation model it is the probability of what
was seen under the genotype that explains it best, marker by marker.

Partial rows whose continuations are proven to be light are dropped, and the proven sum of their weights is kept.

Every person has a *price*, and weights are compared after the persons in a row have paid. A person whose own family
values them highly is dear to every other family. Any prices give a valid bound (``joint_components.Prices``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import comb, prod

import numpy as np

from antigone.engine.arrays import Array, Ints
from antigone.errors import PlanTooLarge
from antigone.model.assumptions.marker import Marker
from antigone.search.joint.components import PRICE_ROUNDS, Weighted, log_sum
from antigone.search.joint.likelihood import (
    MOST_READ_TOGETHER,
    FamilyRun,
    FamilyTable,
    family_table,
    recompute_underflowed,
    urn_work,
)
from antigone.search.joint.persons import Persons
from antigone.search.joint.question import NOBODY, FamilyQuestion, lumped_markers, sexed_markers

MOST_LISTED = 200_000
"""Rows up to which a family's table lists all of them."""
MOST_EXTENDED = 1_500_000
"""Extended rows that one stage of the screening may compute."""
LARGEST_EFFORT = 2e10
"""Numbers that all families may take together, by ``effort``; a core does about 1e8 in a second."""
LARGEST_URN_WORK = 1e11
"""Multiplications that all families may take together with theta, where they are asked reading by reading."""
SECONDS_OF_A_MULTIPLICATION = 1.5e-9
NUMBERS_OF_A_LIKELIHOOD = 4e5
"""What one likelihood with theta takes (4 ms), in the same numbers."""
LOG_CUT = -45.0
"""Partial rows below this, relative to the best row found, are dropped (natural log)."""
BEAM = 20
MOST_GROUPS = 6
"""Up to this many combinations of persons at members with children are computed one by one."""
_DISCOUNT = 8.0
"""Prices stay this far (natural log) below what the person's own family would pay."""


Heard = Callable[[int, int], None]


def unheard(_done: int, _of: int) -> None:
    """Nobody wants to know how much is done."""


def family_tables(
    questions: Sequence[FamilyQuestion],
    persons: Persons,
    markers: Sequence[Marker],
    *,
    theta: float = 0.0,
    log_odds: float = 0.0,
    heard: Heard = unheard,
) -> tuple[list[FamilyTable], Array]:
    """The tables of all families, and the prices under which what they leave out is bounded, shape ``(persons,)``.

    Families are listed whole where that is possible, the others are screened; then ``log_left_out`` says so.
    ``log_odds`` is the prior's weight of one pairing (natural log): it decides what is light, no table's weights.
    ``heard`` is told how many families are done, and of how many.

    Raises
    ------
    PlanTooLarge
        Before anything is computed: when all families together would take more than ``LARGEST_EFFORT``, or when a
        family is too large to list and theta is above 0, for which no bound is known.
    """
    _require_affordable(questions, len(markers), theta)
    if theta > 0:
        _require_urn_work(questions, persons, markers, theta)
    tables: dict[int, FamilyTable] = {}
    large = [f for f, question in enumerate(questions) if _rows(question) > MOST_LISTED]
    for f, question in enumerate(questions):
        heard(f, len(questions))
        if f not in large or _by_person(question):
            tables[f] = family_table(question, persons, markers, theta=theta)
    weighted = [Weighted(t.persons, t.log_weight + t.identified * log_odds) for t in tables.values()]
    prices = own_prices(weighted, len(persons.codes))
    for f in sorted(large, key=lambda f: _rows(questions[f])):
        if f in tables:
            continue
        tables[f] = screened_table(questions[f], persons, markers, prices, log_odds=log_odds)
    return [tables[f] for f in range(len(questions))], prices


def _rows(question: FamilyQuestion) -> int:
    return prod(1 + len(some) for some in question.candidates)


def effort(question: FamilyQuestion, markers: int, *, theta: float = 0.0) -> float:
    """About how many numbers a family takes: its rows at every marker, and in every round of the prices.

    A screened family counts with the most that its stages may extend, so the estimate errs upwards. With theta, every
    set of unrelated persons has a likelihood of its own. The elimination over persons refuses by its own plan.
    """
    sizes = [1 + len(some) for some in question.candidates if some]
    rows, total = _rows(question), 0.0
    if sizes and not _by_person(question):
        stages = [rows] if rows <= MOST_LISTED else [prod(sizes[: stage + 1]) for stage in range(len(sizes))]
        extended = sum(float(min(some, max(MOST_LISTED, MOST_EXTENDED))) for some in stages)
        total = extended * markers + min(rows, MOST_LISTED) * len(sizes) * PRICE_ROUNDS
    if theta > 0 and rows > MOST_READ_TOGETHER:
        sets = sum(comb(len(question.persons), k) for k in range(len(sizes) + 1))
        total += float(min(rows, sets)) * NUMBERS_OF_A_LIKELIHOOD
    return total


def _require_affordable(questions: Sequence[FamilyQuestion], markers: int, theta: float) -> None:
    """Refuse before anything is computed, with the size and what to do."""
    for question in questions:
        if theta > 0 and _rows(question) > MOST_LISTED and not _by_person(question):
            raise PlanTooLarge(
                f"family {question.code}: {_rows(question):,} joint assignments are too many with theta above "
                "0; state what excludes persons (sex), take fewer at a time, or compute with theta 0"
            )
    total = sum(effort(question, markers, theta=theta) for question in questions)
    if total > LARGEST_EFFORT:
        largest = max(questions, key=lambda question: effort(question, markers, theta=theta))
        people = {person for question in questions for person in question.persons}
        raise PlanTooLarge(
            f"{len(people):,} unidentified persons for {sum(len(q.missing) for q in questions):,} missing persons of "
            f"{len(questions):,} families: about {total:.1g} numbers in each population (limit {LARGEST_EFFORT:.1g}), "
            f"most of them for family {largest.code} ({_rows(largest):,} joint assignments). State the sexes, which "
            "exclude most pairings, or solve parts of the incident that share no possible person"
        )


def _require_urn_work(
    questions: Sequence[FamilyQuestion], persons: Persons, markers: Sequence[Marker], theta: float
) -> None:
    """Refuse what takes minutes with theta, family by family, with an estimate; what was read decides it."""
    works: dict[str, float] = {}
    for question in sorted(questions, key=lambda question: -len(question.needed)):
        try:
            works[question.code] = urn_work(question, persons, markers, theta)
        except PlanTooLarge as error:
            raise PlanTooLarge(f"family {question.code}: {error}") from error
    total = sum(works.values())
    if total > LARGEST_URN_WORK:
        raise PlanTooLarge(
            f"the joint answer with theta above 0 would take about {total:.1g} multiplications (limit "
            f"{LARGEST_URN_WORK:.0g}), {total * SECONDS_OF_A_MULTIPLICATION / 60:,.0f} minutes of one core in each "
            f"population, most of them for family {max(works, key=works.__getitem__)}; type more relatives, give fewer "
            "unidentified persons that may be of it, or compute with theta 0"
        )


def _by_person(question: FamilyQuestion) -> bool:
    """Few persons for many places: the elimination itself keeps the valid assignments only."""
    return len(question.persons) <= 2 * len(question.missing) + 4


def own_prices(families: Sequence[Weighted], persons: int) -> Array:
    """What the family that wants each person most would lose without them, less a discount; never below 0."""
    price = np.zeros(persons + 1)
    for family in families:
        logs = family.log_weight - price[family.persons].sum(axis=1)
        best = family.persons[np.argmax(logs)]
        for person in best[best >= 0].tolist():
            with_person = (family.persons == person).any(axis=1)
            gain = logs[with_person].max() - logs[~with_person].max()
            raised = max(0.0, float(gain) - _DISCOUNT)
            price[person] += raised
            logs = logs - raised * with_person
    return price[:persons]


def screened_table(
    question: FamilyQuestion, persons: Persons, markers: Sequence[Marker], prices: Array, *, log_odds: float = 0.0
) -> FamilyTable:  # fmt: skip
    """The rows of a family that could matter, their weights exact, and a bound on the weight of all others.

    Assumes theta 0. "Nobody" and every part of the best row stay listed.
    """
    persons, markers = sexed_markers(question, persons, markers)
    screen = _Screen(question, persons, lumped_markers(question, persons, markers), prices - log_odds)
    order = screen.order()
    best, log_best = screen.beam(order)
    rows, logs, left_out = screen.rows(order, best, log_best)
    back = np.argsort(order)
    whole = np.full((len(rows), len(question.missing)), NOBODY, dtype=np.int64)
    asked = [j for j, some in enumerate(question.candidates) if some]
    whole[:, [asked[c] for c in range(len(asked))]] = rows[:, back]
    sorting = np.lexsort(whole.T[::-1])
    listed = whole[sorting].astype(np.int32)
    return FamilyTable(question, listed, logs[sorting], screen.log_nobody, left_out, log_odds=log_odds)


class _Screen:
    """One family's screening. Rows hold persons (-1: nobody) at the members taken so far.

    ``prices`` include what the prior takes for a pairing.
    """

    def __init__(
        self, question: FamilyQuestion, persons: Persons, markers: Sequence[Marker], prices: Array
    ) -> None:  # fmt: skip
        self.question, self.persons, self.markers = question, persons, list(markers)
        self.log_gain = persons.log_largest_each - persons.log_alone_each
        self.price = np.append(prices, 0.0)
        self.asked = [j for j, some in enumerate(question.candidates) if some]
        nobody = np.zeros((1, 0), dtype=np.int64)
        self.log_nobody = 0.0
        first = self.run({}, [self.asked[0]], [()]).extended(nobody)
        self.log_nobody = float(first[0, 0])

    def run(self, fixed: Mapping[int, int], members: Sequence[int], lists: Sequence[Sequence[int]]) -> FamilyRun:
        """A run in which only these members may be somebody, in this order, and the ``fixed`` ones are somebody."""
        candidates: list[tuple[int, ...]] = [()] * len(self.question.missing)
        for member, some in zip(members, lists, strict=True):
            candidates[member] = tuple(some)
        placed = {self.question.missing[m]: p for m, p in fixed.items() if p != NOBODY}
        asked = replace(self.question, candidates=tuple(candidates))
        return FamilyRun(asked, self.persons, self.markers, 0.0, list(members), placed)

    def extend(self, before: Ints, members: Sequence[int]) -> tuple[Ints, Array]:
        """All rows that continue ``before`` at the last of ``members``, and their log weights.

        When few persons are left at the members who have children, each of them is taken as a reference: a typed
        parent has few states.
        """
        children = self.question.pedigree.children
        parents = [c for c, m in enumerate(members[:-1]) if children[self.question.missing[m]]]
        choices, group = np.unique(before[:, parents], axis=0, return_inverse=True)
        if not parents or len(choices) > MOST_GROUPS:
            return self.extended(before, members, ())
        parts = [self.extended(before[group.ravel() == g], members, parents) for g in range(len(choices))]
        return np.concatenate([rows for rows, _ in parts]), np.concatenate([logs for _, logs in parts])

    def extended(self, before: Ints, members: Sequence[int], same: Sequence[int]) -> tuple[Ints, Array]:
        """The same for rows that are alike in the columns ``same``."""
        free = [c for c in range(len(members) - 1) if c not in same]
        lists = [sorted(set(before[:, c].tolist()) - {NOBODY}) for c in free]
        last = list(self.question.candidates[members[-1]])
        fixed = {members[c]: int(before[0, c]) for c in same}
        run = self.run(fixed, [*(members[c] for c in free), members[-1]], [*lists, last])
        choices = np.zeros((len(before), len(free)), dtype=np.int64)
        for column, (c, some) in enumerate(zip(free, lists, strict=True)):
            choices[:, column] = np.searchsorted(np.array([NOBODY, *some]), before[:, c])
        logs = run.extended(choices)
        taken = np.isin(np.array([NOBODY, *last]), [p for p in fixed.values() if p != NOBODY])
        first, second = np.nonzero(~(run.repeats(choices) | taken))
        rows = np.column_stack([before[first], np.array([NOBODY, *last])[second]])
        whole = np.full((len(rows), len(self.question.missing)), NOBODY, dtype=np.int64)
        whole[:, list(members)] = rows
        found = recompute_underflowed(self.question, self.persons, self.markers, whole, logs[first, second], 0.0)
        return rows, found - self.log_nobody - self.persons.log_apart(rows, [self.question.places[m] for m in members])

    def order(self) -> list[int]:
        """The asked members (positions among them), the one best known by the references first."""
        spread = []
        for member in self.asked:
            _, logs = self.extend(np.zeros((1, 0), dtype=np.int64), [member])
            spread.append(float(logs.max() - np.median(logs)))
        return sorted(range(len(self.asked)), key=lambda c: -spread[c])

    def paid(self, rows: Ints, logs: Array) -> Array:
        return logs - self.price[rows].sum(axis=1)

    def beam(self, order: Sequence[int]) -> tuple[Ints, float]:
        """A heavy row, found greedily, and its log weight after paying."""
        rows, logs = np.zeros((1, 0), dtype=np.int64), np.zeros(1)
        for stage in range(len(order)):
            rows, logs = self.extend(rows, [self.asked[c] for c in order[: stage + 1]])
            some = np.argsort(-self.paid(rows, logs), kind="stable")[:BEAM]
            rows, logs = rows[some], logs[some]
        return rows[0], float(self.paid(rows, logs)[0])

    def rows(self, order: Sequence[int], best: Ints, log_best: float) -> tuple[Ints, Array, float]:
        """The listed rows, their log weights, and the log of the bound on the others' sum after paying."""
        rows, logs = np.zeros((1, 0), dtype=np.int64), np.zeros(1)
        left_out = [-np.inf]
        for stage in range(len(order)):
            rows, logs = self.extend(rows, [self.asked[c] for c in order[: stage + 1]])
            later = [self.asked[c] for c in order[stage + 1 :]]
            most = self.paid(rows, logs) + sum(map(self.largest_gain, later))
            ways = sum(float(np.log1p(len(self.question.candidates[member]))) for member in later)
            room = MOST_EXTENDED // (1 + len(self.question.candidates[later[0]])) if later else MOST_LISTED
            stays = most + ways >= log_best + LOG_CUT
            if stays.sum() > room:
                stays &= most >= np.partition(most, -room)[-room]
            stays |= ((rows == best[: stage + 1]) | (rows == NOBODY)).all(axis=1)
            left_out.append(log_sum(most[~stays]) + ways)
            rows, logs = rows[stays], logs[stays]
        return rows, logs, log_sum(np.array(left_out))

    def largest_gain(self, member: int) -> float:
        """No choice of a person at this missing member can raise a row's log weight, price paid, by more.

        Where sexes differ the X markers say nothing, which gains less than their largest probability.
        """
        some = list(self.question.candidates[member])
        gain = self.log_gain + self.persons.log_sex(self.question.places[member])
        return max(0.0, float((gain[some] - self.price[some]).max()))
