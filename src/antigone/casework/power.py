"""Which of the missing persons without a candidate have references that would hardly find them."""

from __future__ import annotations

from collections.abc import Iterable

from antigone.casework.prepare import Prepared, Progress
from antigone.errors import PlanTooLarge
from antigone.search.family_table import Target
from antigone.search.power import Kind, kind_of, power_of

LOW = 0.5
"""A power below it is said to be too little."""
MOST_KINDS = 200
"""Kinds of families whose power one search works out; further ones have none."""


def power_of_open(
    prepared: Prepared, targets: Iterable[Target], *, threshold: float, seed: int, progress: Progress
) -> dict[tuple[str, str], float]:
    """The power of the references of each target, by family and missing member.

    It is computed from every covered donor of the declared family, also from those whom the search left out as not
    fitting, and from nobody's genotypes: so it tells nothing about whether a reference fits (PURPOSE.md, rule 6).
    """
    declared = {family.declared.code: family.declared for family in prepared.families}
    known: dict[Kind, float | None] = {}
    found, waiting = {}, [target for target in targets if declared[target.family].references]
    for number, target in enumerate(waiting):
        progress("power of open families", number, len(waiting))
        family = declared[target.family]
        typed = {member: frozenset(profile.genotypes) for member, profile in family.references.items()}
        kind = kind_of(family.pedigree, typed, target.missing)
        if kind not in known and len(known) < MOST_KINDS:
            try:
                known[kind] = power_of(
                    family.pedigree,
                    typed,
                    target.missing,
                    populations=prepared.populations,
                    threshold=threshold,
                    seed=seed,
                )
            except PlanTooLarge:
                known[kind] = None
        power = known.get(kind)
        if power is not None:
            found[target.family, target.missing] = power
    progress("power of open families", len(waiting), len(waiting))
    return found
