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
    group = _grouped(members, families)
    ranks = _lowered(_ranks(group, families), group, families)
    top = min(ranks.values())
    return {member: ranks[group[member]] - top for member in members}


def related_couples(pedigree: Pedigree) -> frozenset[Union]:
    """The couples of whom one descends from the other, or both from a common declared ancestor."""
    lineages: dict[str, frozenset[str]] = {}
    for member in pedigree.parents_first:
        parents = (lineages[parent] for parent in (member.father, member.mother) if parent is not None)
        lineages[member.id] = frozenset({member.id}).union(*parents)
    couples = (union for union in unions(pedigree) if union.is_couple)
    return frozenset(
        union for union in couples if not lineages[union.parents[0]].isdisjoint(lineages[union.parents[1]])
    )


def _joined(group: Mapping[str, str], first: str, second: str) -> dict[str, str]:
    keep, drop = group[first], group[second]
    return {member: keep if root == drop else root for member, root in group.items()}


def _edges(group: Mapping[str, str], families: tuple[Union, ...]) -> list[tuple[str, str]]:
    return [(group[parent], group[child]) for union in families for parent in union.parents for child in union.children]


def _grouped(members: tuple[str, ...], families: tuple[Union, ...]) -> dict[str, str]:
    """The group of every member: couples are in one, unless a group would then stand below itself."""
    group = {member: member for member in members}
    below: dict[str, set[str]] = {member: set() for member in members}
    for above, child in _edges(group, families):
        below[above].add(child)
    for union in families:
        one, other = group[union.parents[0]], group[union.parents[-1]]
        if one == other or _stands_below(below, one, other) or _stands_below(below, other, one):
            continue
        group = _joined(group, one, other)
        below[one] |= below.pop(other)
        for roots in below.values():
            if other in roots:
                roots.remove(other)
                roots.add(one)
    return group


def _stands_below(below: Mapping[str, set[str]], top: str, root: str) -> bool:
    """Whether a group is reached downwards from another one."""
    seen, waiting = {top}, [top]
    while waiting:
        new = below[waiting.pop()] - seen
        if root in new:
            return True
        seen |= new
        waiting.extend(new)
    return False


def _ranks(group: Mapping[str, str], families: tuple[Union, ...]) -> dict[str, int]:
    """The longest way down to every group."""
    below: dict[str, list[str]] = {root: [] for root in group.values()}
    open_above = dict.fromkeys(below, 0)
    for above, root in set(_edges(group, families)):
        below[above].append(root)
        open_above[root] += 1
    ranks = dict.fromkeys(below, 0)
    ready = [root for root, count in open_above.items() if not count]
    for above in ready:  # it grows while it is read
        for root in below[above]:
            ranks[root] = max(ranks[root], ranks[above] + 1)
            open_above[root] -= 1
            if not open_above[root]:
                ready.append(root)
    return ranks


def _lowered(ranks: dict[str, int], group: Mapping[str, str], families: tuple[Union, ...]) -> dict[str, int]:
    """Pull ancestors down to just above their children, so that no line is longer than it must be."""
    edges = _edges(group, families)
    for root in sorted(ranks, key=lambda root: (-ranks[root], root)):
        below = [ranks[child] for parent, child in edges if parent == root]
        above = sum(child == root for _, child in edges)
        if below and above <= len(below):
            ranks[root] = max(ranks[root], min(below) - 1)
    return ranks
