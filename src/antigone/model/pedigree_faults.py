"""What is wrong with a pedigree that does not hold together, by member: looked for only when something is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from antigone.model.pedigree import Individual, Pedigree


def faults_of(pedigree: Pedigree) -> Iterator[tuple[str, str]]:
    """Every fault, with the id of the member it is of."""
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
