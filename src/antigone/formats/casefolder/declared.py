"""What a declared pedigree says between its lines: an empty cell makes half-siblings of full ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from antigone.model.pedigree import Individual
from antigone.model.statements import readers
from antigone.model.statements.statement import Form, Statement


def half_siblings(family: str, members: Sequence[Individual]) -> Iterator[Statement]:
    """A notice for members who share one declared parent, where the other parent of one of them is empty."""
    ways = (("mother", "father", readers.ONLY_MOTHER_SHARED), ("father", "mother", readers.ONLY_FATHER_SHARED))
    for shared, other, words in ways:
        children: dict[str, list[Individual]] = {}
        for member in members:
            parent = getattr(member, shared)
            if parent:
                children.setdefault(parent, []).append(member)
        for siblings in children.values():
            if any(getattr(sibling, other) is None for sibling in siblings):
                yield from _pairs(family, siblings, other, words)


def _pairs(family: str, siblings: Sequence[Individual], other: str, words: Form) -> Iterator[Statement]:
    for one, two in combinations(siblings, 2):
        if getattr(one, other) is None or getattr(two, other) is None:
            yield words(family=family, first=one.id, second=two.id)
