"""Paternal and maternal lines of one declared pedigree, and exact sums over the states of their members.

A line is read from what the family declares, from one missing member and that family's donors. Nothing here
compares families, and nothing finds a line.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from antigone.engine.arrays import Array
from antigone.model.assumptions.choices import badly_fitting
from antigone.model.pedigree import Pedigree


@dataclass(frozen=True)
class Line:
    """The declared members between a missing member and the donors of one line, parents first.

    ``parents`` gives each member's parent on the line, ``None`` for the first.
    """

    missing: str
    parents: Mapping[str, str | None]

    @property
    def meioses(self) -> int:
        return len(self.parents) - 1


def declared_line(
    pedigree: Pedigree, missing: str, *, donors: Collection[str], line: Literal["paternal", "maternal"]
) -> Line | None:
    """The part of a declared line that joins the missing member with ``donors``; nothing when it reaches none.

    A paternal line runs from father to child, its missing member is not female and its donors are male. A maternal
    line runs from mother to child. It ends where a parent is not declared.

    Examples
    --------
    >>> family = Pedigree.of(
    ...     ("GF", "male"), ("FA", "male", "GF", None), ("UN", "male", "GF", None), ("MP", "male", "FA", None)
    ... )
    >>> declared_line(family, "MP", donors=["UN"], line="paternal").parents
    {'GF': None, 'FA': 'GF', 'UN': 'GF', 'MP': 'FA'}
    """
    paternal = line == "paternal"
    if paternal and pedigree[missing].sex == "female":
        return None
    up = _ancestors(pedigree, missing, paternal=paternal)
    paths = []
    for donor in donors:
        path = _ancestors(pedigree, donor, paternal=paternal)
        if donor != missing and path[-1] == up[-1] and not (paternal and pedigree[donor].sex != "male"):
            paths.append(path)
    if not paths:
        return None
    top = max((next(m for m in path if m in up) for path in paths), key=up.index)
    kept = {member for path in (up, *paths) for member in path[: path.index(top) + 1]}
    parents = {m.id: _parent(pedigree, m.id, paternal=paternal) for m in pedigree.parents_first if m.id in kept}
    return Line(missing, {**parents, top: None})


def _parent(pedigree: Pedigree, member: str, *, paternal: bool) -> str | None:
    return pedigree[member].father if paternal else pedigree[member].mother


def _ancestors(pedigree: Pedigree, member: str, *, paternal: bool) -> list[str]:
    """A member, the parent on the line, the parent's parent and so on."""
    path = [member]
    while (parent := _parent(pedigree, path[-1], paternal=paternal)) is not None:
        path.append(parent)
    return path


def line_likelihood(line: Line, factors: Mapping[str, Array], transition: Array) -> float:
    """The sum over the states of all members of P(what was seen), up to the constant of a flat first state.

    ``factors`` holds P(seen | state) of the typed members, each of the shape of a state: ``(n,)``, or ``(n, n)`` for
    two copies that mutate independently. ``transition`` is the ``n x n`` matrix of one meiosis.
    """
    shape = next(iter(factors.values())).shape
    collected = {member: factors.get(member, np.ones(shape)) for member in line.parents}
    total = 0.0
    for member, parent in reversed(tuple(line.parents.items())):
        below = collected[member]
        if parent is None:
            total = float(below.sum())
        else:
            message = transition @ below
            collected[parent] = collected[parent] * (message if below.ndim == 1 else message @ transition.T)
    return total


def predict(line: Line, place: str, seen: Array, *, others: Mapping[str, Array], transition: Array) -> float:
    """P(what the person in ``place`` shows | what the others show), at one locus.

    Raises
    ------
    ZeroDivisionError
        When the others are impossible together; whoever calls has left such donors out.
    """
    without = line_likelihood(line, others, transition)
    return line_likelihood(line, {**others, place: seen}, transition) / without


def judge_fits(
    members: Collection[str], fit: Callable[[str, Collection[str]], float]
) -> tuple[tuple[str, ...], dict[str, float]]:
    """The members who fit their line, and the log10 fit of those who do not.

    ``fit(member, others)`` is log10 of P(haplotype | line and others) / P(haplotype in a stranger). The worst are left
    out, one indistinguishable group after another, until all that remain fit. A single donor fits by itself.
    """
    kept, gone = list(members), dict[str, float]()
    while len(kept) > 1:
        fits = {member: fit(member, [other for other in kept if other != member]) for member in kept}
        out = badly_fitting(fits)
        if not out:
            break
        gone |= {member: fits[member] for member in kept if member in out}
        kept = [member for member in kept if member not in out]
    return tuple(kept), gone
