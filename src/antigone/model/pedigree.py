"""Individuals and declared pedigrees. A pedigree is what a family declares; it is never inferred."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, cast

from antigone.errors import PedigreeError

Sex = Literal["female", "male", "unknown"]


@dataclass(frozen=True, slots=True)
class Individual:
    """A member of a pedigree.

    A parent that is ``None`` is absent: the allele from that side is drawn from the population,
    with no mutation step. An individual with both parents absent is a founder, and only a founder
    may carry an inbreeding coefficient.
    """

    id: str
    sex: Sex = "unknown"
    father: str | None = None
    mother: str | None = None
    founder_inbreeding: float = 0.0

    @property
    def is_founder(self) -> bool:
        return self.father is None and self.mother is None


@dataclass(frozen=True)
class Pedigree:
    """Individuals and their declared parents; loops, several marriages and unrelated parts are allowed.

    Raises
    ------
    PedigreeError
        With every fault: a repeated or empty id, a parent who is not in the pedigree, a father who is
        female, a mother who is male, one person as both parents, a person who is their own ancestor,
        founder inbreeding outside 0..1 or on a non-founder.

    Examples
    --------
    >>> trio = Pedigree.of(("AF", "male"), ("MO", "female"), ("CH", "female", "AF", "MO"))
    >>> [member.id for member in trio.founders]
    ['AF', 'MO']
    """

    individuals: tuple[Individual, ...]
    _index: dict[str, Individual] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", {member.id: member for member in self.individuals})
        if not _holds_together(self.individuals, self._index):
            raise PedigreeError(_faults(self))

    @classmethod
    def of(cls, *members: tuple[str | None, ...]) -> Pedigree:
        """Build from ``(id, sex)`` and ``(id, sex, father, mother)`` tuples."""
        return cls(tuple(Individual(*member) for member in members))  # type: ignore[arg-type]

    def __getitem__(self, member: str) -> Individual:
        return self._index[member]

    def __contains__(self, member: object) -> bool:
        return member in self._index

    def __iter__(self) -> Iterator[Individual]:
        return iter(self.individuals)

    def __len__(self) -> int:
        return len(self.individuals)

    @cached_property
    def founders(self) -> tuple[Individual, ...]:
        return tuple(member for member in self if member.is_founder)

    @cached_property
    def children(self) -> dict[str, tuple[str, ...]]:
        """The ids of each individual's children, in pedigree order."""
        found: dict[str, list[str]] = {member.id: [] for member in self}
        for member in self:
            for parent in dict.fromkeys((member.father, member.mother)):
                if parent is not None:
                    found[parent].append(member.id)
        return {member: tuple(children) for member, children in found.items()}

    @cached_property
    def parents_first(self) -> tuple[Individual, ...]:
        """The individuals ordered so that parents come before their children."""
        generation = cast(dict[str, int], _generations(self.individuals))
        return tuple(sorted(self.individuals, key=lambda member: generation[member.id]))

    def are_related(self, first: str, second: str) -> bool:
        """Whether two members share an ancestor in this pedigree, or one is the other's ancestor.

        >>> Pedigree.of(("AF", "male"), ("MO", "female"), ("CH", "female", "AF", "MO")).are_related("AF", "MO")
        False
        """
        return not self._lineage(first).isdisjoint(self._lineage(second))

    def _lineage(self, member: str) -> set[str]:
        """A member and all ancestors."""
        found, waiting = set[str](), [member]
        while waiting:
            here = waiting.pop()
            found.add(here)
            waiting += [p for p in (self[here].father, self[here].mother) if p is not None and p not in found]
        return found

    def without_untyped_leaves(self, keep: Iterable[str]) -> Pedigree:
        """Drop, again and again, members outside ``keep`` who have no children.

        Their genotypes sum out to 1, so no likelihood changes.
        """
        kept, members = set(keep), self.individuals
        while True:
            parents = {p for m in members for p in (m.father, m.mother)}
            left = tuple(m for m in members if m.id in kept or m.id in parents)
            if len(left) == len(members):
                return self if len(left) == len(self) else Pedigree(left)
            members = left


def _holds_together(members: tuple[Individual, ...], index: dict[str, Individual]) -> bool:
    """Whether a pedigree has none of the faults, in one pass; only when it has one are they looked for by name."""
    if len(index) != len(members) or "" in index:
        return False
    seen: set[str | None] = {None}
    parents_come_first = True
    for member in members:
        father, mother = member.father, member.mother
        if father is None and mother is None:
            if not 0.0 <= member.founder_inbreeding <= 1.0:
                return False
        elif member.founder_inbreeding or father == mother:
            return False
        elif father not in seen or mother not in seen:
            parents_come_first = False
        if (father is not None and (father not in index or index[father].sex == "female")) or (
            mother is not None and (mother not in index or index[mother].sex == "male")
        ):
            return False
        seen.add(member.id)
    return parents_come_first or _generations(members) is not None


def _generations(members: Iterable[Individual]) -> dict[str, int] | None:
    """How many generations each member stands below founders, at most; nothing when someone is their own ancestor."""
    found: dict[str | None, int] = {None: -1}
    waiting = list(members)
    while waiting:
        later = []
        for member in waiting:
            if member.father in found and member.mother in found:
                found[member.id] = 1 + max(found[member.father], found[member.mother])
            else:
                later.append(member)
        if len(later) == len(waiting):
            return None
        waiting = later[::-1]  # turned round, so that a long line written from the youngest on takes two passes
    return cast(dict[str, int], found)


def _faults(pedigree: Pedigree) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for member in pedigree:
        if not member.id:
            yield member.id, "an individual has an empty id; give every individual a code"
        if member.id in seen:
            yield member.id, f"individual '{member.id}' is listed twice; keep one row"
        seen.add(member.id)
        yield from _parent_faults(pedigree, member)
        yield from _inbreeding_faults(member)
    for code in sorted(_own_ancestors(pedigree)):
        yield code, f"individual '{code}' is their own ancestor; correct the parents along that line"


def _parent_faults(pedigree: Pedigree, member: Individual) -> Iterator[tuple[str, str]]:
    for role, parent, wrong in (("father", member.father, "female"), ("mother", member.mother, "male")):
        if parent is None:
            continue
        if parent not in pedigree:
            yield (
                member.id,
                f"individual '{member.id}' names '{parent}' as {role}, who is not in the pedigree; "
                f"add '{parent}' or leave the {role} empty",
            )
        elif pedigree[parent].sex == wrong:
            yield (
                member.id,
                f"individual '{member.id}' names '{parent}' as {role}, but '{parent}' is {wrong}; "
                f"correct the sex of '{parent}' or name the {role}",
            )
    if member.father is not None and member.father == member.mother:
        yield (
            member.id,
            f"individual '{member.id}' names '{member.father}' as father and mother; name two persons",
        )


def _inbreeding_faults(member: Individual) -> Iterator[tuple[str, str]]:
    if not 0.0 <= member.founder_inbreeding <= 1.0:
        yield member.id, f"founder inbreeding of '{member.id}' lies outside 0 to 1"
    elif member.founder_inbreeding and not member.is_founder:
        yield member.id, f"'{member.id}' has parents, so no founder inbreeding can be given"


def _own_ancestors(pedigree: Pedigree) -> set[str]:
    """Members on a cycle: what is left after removing, again and again, members without parents or children left."""
    left = {m.id: {p for p in (m.father, m.mother) if p in pedigree} for m in pedigree}
    while True:
        named = set().union(*left.values()) if left else set()
        gone = {m for m, parents in left.items() if not parents & left.keys() or m not in named}
        if not gone:
            return set(left)
        left = {m: parents - gone for m, parents in left.items() if m not in gone}
