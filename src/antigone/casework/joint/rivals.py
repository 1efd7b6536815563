"""Unidentified persons who fit one place, which only one of them can have: perhaps parts of one person."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from antigone.search.joint.likelihood import FamilyTable
from antigone.search.joint.question import NOBODY


@dataclass(frozen=True)
class Contest:
    """One place, the person whom the best joint assignment has there, and the ``others`` who fit it.

    Persons are numbers. ``near`` are those of the others whom the data do not tell from the holder at the threshold.
    """

    family: int
    place: int
    holder: int
    others: tuple[int, ...]
    near: frozenset[int]


@dataclass(frozen=True)
class _Claim:
    """How well a person fits the place of a holder: natural logs, with everybody else of the family where they are."""

    family: int
    place: int
    holder: int
    person: int
    fit: float
    near: bool


def find_contests(
    tables: Sequence[FamilyTable],
    best: Sequence[Sequence[int]],
    *,
    persons: Collection[int],
    holders: Collection[int],
    log_threshold: float,
) -> tuple[Contest, ...]:
    """The places of the best assignment that fit others of ``persons`` too.

    A person fits a place when the family's data are more probable by the threshold with them there than with nobody
    there, everybody else staying where the best assignment has them. A person who fits several places counts at one:
    where the holder is least told from them, then where they fit best.

    Parameters
    ----------
    tables, best
        Of each family its assignments, and the one that the best joint assignment has.
    persons
        Whom it is asked of: those whose own place is not settled.
    holders
        Whose places it is asked of.
    log_threshold
        Natural log of the threshold.
    """
    claims = [
        claim
        for f, (table, row) in enumerate(zip(tables, best, strict=True))
        for j, holder in enumerate(row)
        if holder != NOBODY and holder in holders
        for claim in _claims(table, row, (f, j), persons=persons, log_threshold=log_threshold)
    ]
    chosen: dict[int, _Claim] = {}
    for claim in sorted(claims, key=lambda c: (not c.near, -c.fit)):
        chosen.setdefault(claim.person, claim)
    return _by_place(chosen.values())


def _claims(
    table: FamilyTable, row: Sequence[int], at: tuple[int, int], *, persons: Collection[int], log_threshold: float
) -> list[_Claim]:
    """Of everybody who fits one place, when its holder does."""
    family, place = at
    holder, others = row[place], np.delete(np.arange(len(row)), place)
    alike = (table.persons[:, others] == np.array(row)[others]).all(axis=1)
    weights = dict(zip(table.persons[alike, place].tolist(), table.log_weight[alike].tolist(), strict=True))
    empty = weights.get(NOBODY, -np.inf)
    fits = {person: weight - empty for person, weight in weights.items() if person != NOBODY and np.isfinite(empty)}
    if fits.get(holder, -np.inf) < log_threshold:
        return []
    return [
        _Claim(family, place, holder, person, fit, abs(fit - fits[holder]) < log_threshold)
        for person, fit in fits.items()
        if person != holder and person in persons and fit >= log_threshold
    ]


def _by_place(claims: Iterable[_Claim]) -> tuple[Contest, ...]:
    places: dict[tuple[int, int, int], list[_Claim]] = {}
    for claim in claims:
        places.setdefault((claim.family, claim.place, claim.holder), []).append(claim)
    return tuple(
        Contest(*where, tuple(sorted(c.person for c in some)), frozenset(c.person for c in some if c.near))
        for where, some in sorted(places.items())
    )
