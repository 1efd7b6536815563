"""Who shares which gene copies: the inheritance patterns of a pedigree at one locus, and how they change along the map.

A pattern of inheritance says for each meiosis which of the parent's two copies was passed on. Only meioses on the way
from a founder to a person who takes part matter. The two copies of a founder may change places, so that the meiosis to
the founder's first child is fixed, and the others are told relative to it: where that one recombines, all of them
change together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from antigone.engine.arrays import Ints
from antigone.errors import PlanTooLarge
from antigone.model.pedigree import Pedigree

MOST_STATES = 1024
"""So many inheritance patterns are summed at each marker (ten meioses beside each founder's first)."""

Copy = tuple[str, str]
"""A gene copy of a founder or of an absent parent: whose, and which side."""
Meiosis = tuple[str, str]
"""A child and the parent whose copy was passed on."""
_FATHER, _MOTHER = "father", "mother"


@dataclass(frozen=True)
class Sharing:
    """What a pedigree says of shared gene copies, for persons in a stated order.

    Attributes
    ----------
    bits
        Meioses of which either copy may have been passed on; there are ``2 ** bits`` states.
    founders
        For each founder with more than one such meiosis below: the mask of those bits, which change together where the
        founder's first meiosis recombines.
    pattern_of
        Shape ``(states,)``: the row of ``patterns``.
    patterns
        Each a tuple by person of the copies carried, numbered from 0 by first appearance; one copy for a male on X.
    """

    bits: int
    founders: Ints
    pattern_of: Ints
    patterns: tuple[tuple[tuple[int, ...], ...], ...]

    def with_stranger(self, copies: int) -> Sharing:
        """One person more, who shares nothing with the others: the last of each pattern."""
        patterns = tuple((*pattern, _fresh(pattern, copies)) for pattern in self.patterns)
        return Sharing(self.bits, self.founders, self.pattern_of, patterns)


def _fresh(pattern: Sequence[tuple[int, ...]], copies: int) -> tuple[int, ...]:
    first = 1 + max((copy for carried in pattern for copy in carried), default=-1)
    return tuple(range(first, first + copies))


def sharing_of(pedigree: Pedigree, persons: Sequence[str], *, x: bool = False) -> Sharing:
    """The sharing of ``persons`` in a pedigree, on autosomes or on the X chromosome.

    Raises
    ------
    PlanTooLarge
        For more than ``MOST_STATES`` states, with their number.

    Examples
    --------
    >>> family = Pedigree.of(("F", "male"), ("M", "female"), ("A", "male", "F", "M"), ("B", "male", "F", "M"))
    >>> sharing = sharing_of(family, ["A", "B"])
    >>> sharing.bits, sharing.patterns[0], sharing.patterns[-1]
    (2, ((0, 1), (0, 1)), ((0, 1), (2, 3)))
    """
    meioses = _meioses(pedigree, persons, x)
    first: dict[str, Meiosis] = {}
    for meiosis in meioses:
        if pedigree[meiosis[1]].is_founder:
            first.setdefault(meiosis[1], meiosis)
    free = [meiosis for meiosis in meioses if meiosis not in first.values()]
    if 2 ** len(free) > MOST_STATES:
        raise PlanTooLarge(
            f"{2 ** len(free):,} inheritance patterns at each marker are more than {MOST_STATES:,}: {len(free)} "
            "meioses lie between those who take part; leave out the typed relatives who add least"
        )
    masks = [sum(1 << k for k, (_, parent) in enumerate(free) if parent == founder) for founder in first]
    numbered: dict[tuple[tuple[int, ...], ...], int] = {}
    rows = [
        numbered.setdefault(_pattern(pedigree, persons, dict(zip(free, bits, strict=True)), x), len(numbered))
        for bits in (way[::-1] for way in product((0, 1), repeat=len(free)))
    ]
    founders = np.array([mask for mask in masks if mask], dtype=np.int64)
    return Sharing(len(free), founders, np.array(rows, dtype=np.int64), tuple(numbered))


def copies_of(pedigree: Pedigree, person: str, *, x: bool) -> int:
    """How many gene copies a person has: one for a male on the X chromosome."""
    return 1 if x and pedigree[person].sex == "male" else 2


def _meioses(pedigree: Pedigree, persons: Sequence[str], x: bool) -> list[Meiosis]:
    """Meioses above the persons in which either of two copies was passed on, in the pedigree's order."""
    above: dict[str, None] = {}
    for person in persons:
        _add_ancestors(pedigree, person, above)
    return [
        (member.id, parent)
        for member in pedigree
        if member.id in above
        for _, parent in _parents(pedigree, member.id, x)
        if parent is not None and copies_of(pedigree, parent, x=x) == 2
    ]


def _add_ancestors(pedigree: Pedigree, person: str, found: dict[str, None]) -> None:
    found[person] = None
    for parent in (pedigree[person].father, pedigree[person].mother):
        if parent is not None:
            _add_ancestors(pedigree, parent, found)


def _parents(pedigree: Pedigree, person: str, x: bool) -> list[tuple[str, str | None]]:
    """The sides a person has a copy from, with the parent, or None where the parent is absent."""
    member = pedigree[person]
    sides = [(_FATHER, member.father), (_MOTHER, member.mother)]
    return sides[1:] if copies_of(pedigree, person, x=x) == 1 else sides


def _pattern(
    pedigree: Pedigree, persons: Sequence[str], bits: Mapping[Meiosis, int], x: bool
) -> tuple[tuple[int, ...], ...]:
    known: dict[str, tuple[Copy, ...]] = {}

    def carried(person: str) -> tuple[Copy, ...]:
        if person not in known:
            known[person] = tuple(
                (person, side) if parent is None else carried(parent)[bits.get((person, parent), 0)]
                for side, parent in _parents(pedigree, person, x)
            )
        return known[person]

    number: dict[Copy, int] = {}
    return tuple(tuple(number.setdefault(copy, len(number)) for copy in carried(person)) for person in persons)
