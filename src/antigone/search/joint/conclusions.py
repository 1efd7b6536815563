"""What the joint posterior allows to propose under a threshold, what it cannot tell apart, and what it cannot see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np

from antigone.engine.arrays import Array
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile
from antigone.search.joint.assignments import TIE
from antigone.search.joint.likelihood import FamilyTable
from antigone.search.joint.posterior import JointPosterior, Ratio, compare_best
from antigone.search.joint.question import NOBODY

Status = Literal["supported", "supported, places alike", "open", "impossible"]


def without_data(pedigree: Pedigree, references: Mapping[str, Profile], missing: Sequence[str]) -> tuple[str, ...]:
    """Missing members on whom no reference bears, neither directly nor through other missing members of the family.

    A member bears on another when they share an ancestor or one is the other's ancestor; a missing member on whom a
    reference bears may, once found, bear on others.

    Examples
    --------
    >>> couple = Pedigree.of(("HUSBAND", "male"), ("WIFE", "female"), ("FATHER", "male"))
    >>> without_data(couple, {"FATHER": Profile("s", {})}, ["HUSBAND"])
    ('HUSBAND',)
    """
    reached, left = list(references), list(missing)
    while True:
        near = [m for m in left if any(pedigree.are_related(m, other) for other in reached)]
        if not near:
            return tuple(left)
        reached += near
        left = [m for m in left if m not in near]


def alike_places(table: FamilyTable, row: Sequence[int]) -> list[tuple[int, ...]]:
    """Groups of missing members (positions) who may change places in this row without changing its weight.

    Found from the numbers, not from the pedigree: full siblings without children of their own, but also any other
    places that the data leave alike. Groups in which nobody is placed are left out.
    """
    members = range(len(row))
    weight = _weight_of(table, row)
    group = {m: m for m in members}
    for a, b in combinations(members, 2):
        sexes = {table.question.pedigree[table.question.missing[m]].sex for m in (a, b)}
        if row[a] == row[b] or len(sexes - {"unknown"}) > 1:
            continue
        swapped = list(row)
        swapped[a], swapped[b] = row[b], row[a]
        other = _weight_of(table, swapped)
        if other is not None and weight is not None and abs(other - weight) < TIE:
            first, second = group[a], group[b]
            group = {m: first if g == second else g for m, g in group.items()}
    groups = [tuple(m for m in members if group[m] == g) for g in sorted(set(group.values()))]
    return [some for some in groups if len(some) > 1]


def _weight_of(table: FamilyTable, row: Sequence[int]) -> float | None:
    found = np.flatnonzero((table.persons == np.array(row)).all(axis=1))
    return float(table.log_weight[found[0]]) if len(found) and np.isfinite(table.log_weight[found[0]]) else None


@dataclass(frozen=True)
class Proposal:
    """For one person: the family (number) and places proposed, how strongly, how probable."""

    person: int
    status: Status
    family: int | None
    places: tuple[int, ...]
    glr: Ratio | None
    posterior: float


def propose(posterior: JointPosterior, person: int, *, log_threshold: float) -> Proposal:
    """The place of the best assignment, or the fewest places of one family that together reach the threshold.

    The generalised LR of a set of places: the best assignment with the person in one of them over the best with the
    person in none of them. Where it is only bounded, the lower bound has to reach the threshold.
    """
    best = [np.asarray(family.log_best[:, person]) for family in posterior.families]
    family, place = _placed(posterior, person)
    if family is None:
        possible = posterior.log_left_out > -np.inf or any(np.isfinite(some).any() for some in best)
        status: Status = "open" if possible else "impossible"
        return Proposal(person, status, None, (), None, float(posterior.unassigned[person]))
    order = sorted(range(len(best[family])), key=lambda j: (j != place, -best[family][j], j))
    order = [j for j in order if np.isfinite(best[family][j])]
    for count in range(1, len(order) + 1):
        places = tuple(sorted(order[:count]))
        glr = _generalised_lr(posterior, best, person, family, places)
        if glr is None or (glr.kind != "at most" and glr.log >= log_threshold):
            chance = float(posterior.families[family].posterior[list(places), person].sum())
            return Proposal(
                person, "supported" if count == 1 else "supported, places alike", family, places, glr, chance
            )
    glr = _generalised_lr(posterior, best, person, family, (place,))
    chance = float(posterior.families[family].posterior[place, person])
    return Proposal(person, "open", family, (place,), glr, chance)


def _placed(posterior: JointPosterior, person: int) -> tuple[int | None, int]:
    """Where the best assignment puts a person."""
    for family, row in enumerate(posterior.best[0].persons):
        if person in row:
            return family, row.index(person)
    return None, NOBODY


def _generalised_lr(
    posterior: JointPosterior, best: Sequence[Array], person: int, family: int, places: tuple[int, ...]
) -> Ratio | None:  # fmt: skip
    within = float(best[family][list(places)].max())
    others = [np.delete(some, places) if f == family else some for f, some in enumerate(best)]
    without = max(float(posterior.log_best_unassigned[person]), *(float(some.max(initial=-np.inf)) for some in others))
    return compare_best(within, without, posterior.log_largest_left_out)


def next_best(posterior: JointPosterior, person: int, proposal: Proposal) -> tuple[int | None, int]:
    """The place outside the proposal where the person stands in the best assignment without it; or nobody's."""
    family, place, largest = None, NOBODY, float(posterior.log_best_unassigned[person])
    for f, some in enumerate(posterior.families):
        for j, value in enumerate(some.log_best[:, person]):
            if not (f == proposal.family and j in proposal.places) and value > largest:
                family, place, largest = f, j, float(value)
    return family, place
