"""What taking known linked markers as unlinked does to a log10 LR."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from antigone.casework.prepare import Prepared
from antigone.engine.likelihood import log_likelihoods
from antigone.engine.linkage import log_likelihood_linked
from antigone.engine.soft import Observations
from antigone.errors import PlanTooLarge
from antigone.model.case import SearchSettings, UnidentifiedPerson
from antigone.model.linkage import STANDARD_KITS, LinkageGroup, linkage_groups_of
from antigone.model.marker import Marker
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile
from antigone.model.result import Candidate
from antigone.search.family_table import AS_READ, Target
from antigone.search.readings import observe_profile

MOST_LINKED = 25
"""The strongest candidates whose linkage is worked out in a search; ``antigone explain`` does it for any pair."""

Changes = dict[str, float | None]
"""By group of known linked markers, how much log10 LR changes when the group is computed as linked.

Rounded to nine decimals, so that rounding errors do not look like an effect. ``None`` where it is not computed: with
theta, with founder inbreeding, in a family too large for the exact sum, or when a hypothesis is impossible.
"""


@dataclass(frozen=True)
class _Data:
    """A pedigree and what was seen of its members."""

    pedigree: Pedigree
    profiles: Mapping[str, Profile]
    observations: Observations | None = None


def with_linkage(candidate: Candidate, prepared: Prepared, *, target: Target, person: UnidentifiedPerson) -> Candidate:
    """The candidate with the effect of known linkage among its compared markers, in its smallest population."""
    markers = prepared.populations[candidate.smallest_population]
    compared = [marker for marker in markers if marker.name in candidate.markers_compared]
    return replace(
        candidate, linkage_log10=linkage_correction(target, person, compared, settings=prepared.incident.settings)
    )


def linkage_correction(
    target: Target, person: UnidentifiedPerson, markers: Sequence[Marker], *, settings: SearchSettings
) -> Changes:
    """What known linkage changes for one pair.

    An unrelated person's genotypes at linked markers are independent (linkage equilibrium), so only the family counts:

        change = log10 L(linked, with the person) - log10 L(linked, without) - the same for the markers one by one
    """
    as_read = settings.observation == AS_READ
    placed = {**target.references, target.missing: Profile(person.code, person.profile.genotypes)}
    changes: Changes = {}
    for group in linkage_groups_of(markers, STANDARD_KITS):
        seen = {} if as_read else {target.missing: observe_profile(person, group.markers, rates=settings.observation)}
        h1 = _Data(target.pedigree, placed if as_read else target.references, seen)
        changes[group.name] = _change(h1, _Data(target.pedigree, target.references), group, settings.theta)
    return changes


def linkage_of_hypotheses(
    h1: Pedigree, h2: Pedigree, profiles: Mapping[str, Profile], markers: Sequence[Marker], *, theta: float
) -> Changes:
    """What known linkage changes for two pedigrees over the same typed persons."""
    return {
        group.name: _change(_Data(h1, profiles), _Data(h2, profiles), group, theta)
        for group in linkage_groups_of(markers, STANDARD_KITS)
    }


def _change(h1: _Data, h2: _Data, group: LinkageGroup, theta: float) -> float | None:
    inbred = any(member.founder_inbreeding for data in (h1, h2) for member in data.pedigree)
    if theta > 0 or inbred:
        return None
    try:
        change = (_gain(h1, group) - _gain(h2, group)) / math.log(10)
    except PlanTooLarge:
        return None
    return round(change, 9) + 0.0 if math.isfinite(change) else None  # + 0.0: no minus zero


def _gain(data: _Data, group: LinkageGroup) -> float:
    """Log likelihood of the group as linked, less that of its markers one by one."""
    linked = log_likelihood_linked(data.pedigree, data.profiles, group, observations=data.observations)
    single = log_likelihoods(data.pedigree, data.profiles, group.markers, observations=data.observations)
    return linked - math.fsum(single)
