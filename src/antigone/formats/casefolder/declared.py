"""What a declared pedigree says between its lines: an empty cell makes half-siblings of full ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from antigone.model.pedigree import Individual


def half_siblings(family: str, members: Sequence[Individual]) -> Iterator[str]:
    """A notice for members who share one declared parent, where the other parent of one of them is empty."""
    for shared, other in (("mother", "father"), ("father", "mother")):
        children: dict[str, list[Individual]] = {}
        for member in members:
            parent = getattr(member, shared)
            if parent:
                children.setdefault(parent, []).append(member)
        for siblings in children.values():
            if any(getattr(sibling, other) is None for sibling in siblings):
                yield from _pairs(family, siblings, shared, other)


def _pairs(family: str, siblings: Sequence[Individual], shared: str, other: str) -> Iterator[str]:
    for one, two in combinations(siblings, 2):
        if getattr(one, other) is None or getattr(two, other) is None:
            yield (
                f"family '{family}': '{one.id}' and '{two.id}' share only the {shared} as declared, for a {other} is "
                f"empty; if they are full siblings, name the {other} of both"
            )
