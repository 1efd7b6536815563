"""What taking known linked markers as unlinked does to the log10 LR of one pair."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from antigone.casework.prepare import Prepared
from antigone.engine.likelihood import log_likelihoods
from antigone.engine.linkage import log_likelihood_linked
from antigone.engine.soft import Observations
from antigone.errors import PlanTooLarge
from antigone.model.case import SearchSettings, UnidentifiedPerson
from antigone.model.linkage import STANDARD_KITS, LinkageGroup, linkage_groups_of
from antigone.model.marker import Marker
from antigone.model.profile import Profile
from antigone.model.result import Candidate
from antigone.search.family_table import AS_READ, Target
from antigone.search.readings import observe_profile

MOST_LINKED = 25
"""The strongest candidates whose linkage is worked out in a search; ``antigone explain`` does it for any pair."""


def with_linkage(candidate: Candidate, prepared: Prepared, *, target: Target, person: UnidentifiedPerson) -> Candidate:
    """The candidate with the effect of known linkage among its compared markers, in its smallest population."""
    markers = prepared.populations[candidate.smallest_population]
    compared = [marker for marker in markers if marker.name in candidate.markers_compared]
    return replace(
        candidate, linkage_log10=linkage_correction(target, person, compared, settings=prepared.incident.settings)
    )


def linkage_correction(
    target: Target, person: UnidentifiedPerson, markers: Sequence[Marker], *, settings: SearchSettings
) -> dict[str, float | None]:
    """By group of known linked markers, how much the log10 LR of a pair changes when the group is computed as linked.

    Under both hypotheses an unrelated person's genotypes at linked markers are independent (linkage equilibrium),
    so that with ``L`` over the family with and without the person in place

        change = log10 L(linked, with) - log10 L(linked, without) - the same for the markers one by one.

    rounded to nine decimals, so that rounding errors do not look like an effect. ``None`` where it is not computed:
    with theta, with founder inbreeding, in a family too large for the exact sum, or when a hypothesis is impossible.
    """
    return {group.name: _change(target, person, group, settings) for group in linkage_groups_of(markers, STANDARD_KITS)}


def _change(target: Target, person: UnidentifiedPerson, group: LinkageGroup, settings: SearchSettings) -> float | None:
    if settings.theta > 0 or any(member.founder_inbreeding for member in target.pedigree):
        return None
    try:
        change = _gain(target, person, group, settings, placed=True) - _gain(
            target, person, group, settings, placed=False
        )
    except PlanTooLarge:
        return None
    return round(change / math.log(10), 9) + 0.0 if math.isfinite(change) else None  # + 0.0: no minus zero


def _gain(
    target: Target, person: UnidentifiedPerson, group: LinkageGroup, settings: SearchSettings, *, placed: bool
) -> float:
    """Log likelihood of the group as linked, less that of its markers one by one."""
    profiles = dict(target.references)
    observations: Observations = {}
    if placed and settings.observation == AS_READ:
        profiles[target.missing] = Profile(person.code, person.profile.genotypes)
    elif placed:
        observations = {target.missing: observe_profile(person, group.markers, rates=settings.observation)}
    linked = log_likelihood_linked(target.pedigree, profiles, group, observations=observations)
    return linked - math.fsum(log_likelihoods(target.pedigree, profiles, group.markers, observations=observations))
