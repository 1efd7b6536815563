"""Who forms a couple, who stands in which row: the part of a drawing that needs no coordinates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from antigone.model.pedigree import Pedigree


@dataclass(frozen=True)
class Union:
    """One or two declared parents (father first) and the children they have together."""

    parents: tuple[str, ...]
    children: tuple[str, ...]

    @property
    def is_couple(self) -> bool:
        return len(self.parents) == 2


def unions(pedigree: Pedigree) -> tuple[Union, ...]:
    """The unions of a pedigree, in the order of their first child."""
    found: dict[tuple[str, ...], list[str]] = {}
    for member in pedigree:
        parents = tuple(parent for parent in (member.father, member.mother) if parent is not None)
        if parents:
            found.setdefault(parents, []).append(member.id)
    return tuple(Union(parents, tuple(children)) for parents, children in found.items())


def parts(pedigree: Pedigree) -> tuple[tuple[str, ...], ...]:
    """The connected parts of a pedigree, each in pedigree order."""
    part = {member.id: member.id for member in pedigree}
    for union in unions(pedigree):
        for member in (*union.parents[1:], *union.children):
            part = _joined(part, union.parents[0], member)
    found: dict[str, list[str]] = {}
    for member_id, root in part.items():
        found.setdefault(root, []).append(member_id)
    return tuple(tuple(members) for members in found.values())


def generations(members: tuple[str, ...], families: tuple[Union, ...]) -> dict[str, int]:
    """The row of every member: children below parents, couples in one row wherever that is possible.

    A couple whose generations contradict each other (a parent with their own child) stays in two rows.
    """
    group = {member: member for member in members}
    for union in families:
        if union.is_couple:
            trial = _joined(group, *union.parents)
            if _ranks(trial, families) is not None:
                group = trial
    ranks = _lowered(_ranks(group, families) or {}, group, families)
    top = min(ranks.values())
    return {member: ranks[group[member]] - top for member in members}


def is_consanguineous(pedigree: Pedigree, union: Union) -> bool:
    """Whether the two parents descend from one another or from a common declared ancestor."""
    if not union.is_couple:
        return False
    first, second = (_lineage(pedigree, parent) for parent in union.parents)
    return bool(first & second)


def _lineage(pedigree: Pedigree, member: str) -> set[str]:
    found, waiting = {member}, [member]
    while waiting:
        person = pedigree[waiting.pop()]
        new = {parent for parent in (person.father, person.mother) if parent is not None} - found
        found |= new
        waiting.extend(sorted(new))
    return found


def _joined(group: Mapping[str, str], first: str, second: str) -> dict[str, str]:
    keep, drop = group[first], group[second]
    return {member: keep if root == drop else root for member, root in group.items()}


def _edges(group: Mapping[str, str], families: tuple[Union, ...]) -> list[tuple[str, str]]:
    return [(group[parent], group[child]) for union in families for parent in union.parents for child in union.children]


def _ranks(group: Mapping[str, str], families: tuple[Union, ...]) -> dict[str, int] | None:
    """The longest way down to every group, or ``None`` when a group would stand below itself."""
    edges = list(dict.fromkeys(_edges(group, families)))
    ranks = dict.fromkeys(group.values(), 0)
    for _ in range(len(ranks) + 1):
        short = [(above, below) for above, below in edges if ranks[below] <= ranks[above]]
        if not short:
            return ranks
        for above, below in short:
            ranks[below] = max(ranks[below], ranks[above] + 1)
    return None


def _lowered(ranks: dict[str, int], group: Mapping[str, str], families: tuple[Union, ...]) -> dict[str, int]:
    """Pull ancestors down to just above their children, so that no line is longer than it must be."""
    edges = _edges(group, families)
    for root in sorted(ranks, key=lambda root: (-ranks[root], root)):
        below = [ranks[child] for parent, child in edges if parent == root]
        above = sum(child == root for _, child in edges)
        if below and above <= len(below):
            ranks[root] = max(ranks[root], min(below) - 1)
    return ranks
