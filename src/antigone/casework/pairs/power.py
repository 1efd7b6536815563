"""Which of the missing persons without a candidate have references that would hardly find them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress

from antigone.casework.incident.prepare import Prepared, Progress
from antigone.engine.sums.work import require_work
from antigone.errors import PlanTooLarge
from antigone.model.assumptions.choices import LOW_POWER
from antigone.model.assumptions.marker import Marker
from antigone.search.families.affordable import family_work
from antigone.search.families.family_table import Target
from antigone.search.families.reference_fit import Declared
from antigone.search.pairs.power import DRAWS, Kind, kind_of, power_of

FIRST_DRAWS, CLEARLY = 20, 0.9
"""A share of so many families from which on the rest is not simulated: were the power below ``LOW_POWER``, it would be
reached with a probability of 0.0002."""
MOST_KINDS = 40
"""Kinds of families whose power one search works out, those of the most missing persons first; further ones have
none. It bounds the time to some ten seconds."""

Powers = dict[tuple[str, str], float]
"""A power by family and missing member."""


def low_powers(
    prepared: Prepared, targets: Iterable[Target], *, threshold: float, seed: int, progress: Progress
) -> Powers:
    """The power of the references of each target where it is below ``LOW_POWER``.

    It is computed from every covered donor of the declared family, also from those whom the search left out as not
    fitting, and from nobody's genotypes: so it tells nothing about whether a reference fits (PURPOSE.md, rule 6). A
    higher one is not told, because it would call enough what the search may have left out.
    """
    declared = {family.declared.code: family.declared for family in prepared.families}
    alike: defaultdict[Kind, list[Target]] = defaultdict(list)
    for target in targets:
        if declared[target.family].references:
            alike[kind_of(target.pedigree, _typed(declared[target.family]), target.missing)].append(target)
    markers = next(iter(prepared.populations.values()))
    found: Powers = {}
    largest = sorted(alike.values(), key=len, reverse=True)[:MOST_KINDS]
    for number, those in enumerate(largest):
        progress("power of open families", number, len(largest))
        with suppress(PlanTooLarge):
            _require_affordable(those[0], declared[those[0].family], markers)
            power = _power_of(those[0], declared[those[0].family], markers, threshold, seed)
            if power < LOW_POWER:
                found |= {(target.family, target.missing): power for target in those}
    progress("power of open families", len(largest), len(largest))
    return found


def _require_affordable(target: Target, family: Declared, markers: Sequence[Marker]) -> None:
    """Refuse a simulation of so many families that would take more than one family may."""
    require_work(DRAWS * family_work(family, [target.missing], markers, theta=0.0))


def _power_of(target: Target, family: Declared, markers: Sequence[Marker], threshold: float, seed: int) -> float:
    """The power, of the first families alone where they leave no doubt."""
    power = 0.0
    for draws in (FIRST_DRAWS, DRAWS):
        power = power_of(
            target.pedigree,
            _typed(family),
            target.missing,
            markers=markers,
            threshold=threshold,
            seed=seed,
            draws=draws,
        )
        if power >= CLEARLY:
            break
    return power


def _typed(family: Declared) -> dict[str, frozenset[str]]:
    """The markers typed in each donor."""
    return {member: frozenset(profile.genotypes) for member, profile in family.references.items()}
