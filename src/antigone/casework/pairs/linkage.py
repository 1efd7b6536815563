"""What linked markers do to a log10 LR: inside it where the search computes them as linked, beside it otherwise."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from antigone.casework.incident.prepare import Prepared
from antigone.casework.pairs.pairs import linkage_in_search
from antigone.engine.arrays import LN10
from antigone.engine.linkage.likelihood import group_log
from antigone.engine.sums.likelihood import marker_logs
from antigone.errors import PlanTooLarge
from antigone.model.assumptions.linkage import (
    STANDARD_KITS,
    LinkageGroup,
    LinkageModel,
    linkage_groups_of,
    markers_not_on_map,
)
from antigone.model.assumptions.marker import Marker
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.incident.settings import SearchSettings
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile
from antigone.model.results.search import Candidate
from antigone.model.statements import method, searching
from antigone.model.statements.statement import Form, Statement
from antigone.search.families.family_table import Target
from antigone.search.pairs.linked import LinkedPair, link_pairs
from antigone.search.pairs.linked_families import LARGEST_TABLE

MOST_LINKED = 25
"""The strongest candidates for which the effect of linkage is stated when the LR does not contain it."""

Changes = dict[str, float | None]
"""By group of known linked markers, how much log10 LR changes when the group is computed as linked.

Rounded to nine decimals, so that rounding errors do not look like an effect. ``None`` where it is not computed: with
theta, with founder inbreeding, in a family too large for the exact sum, or when a hypothesis is impossible.
"""


def linkage_of_pair(prepared: Prepared, *, target: Target, person: UnidentifiedPerson) -> LinkedPair | None:
    """What the linkage that the LR contains changes for one pair; ``None`` when the markers are taken as unlinked."""
    settings = prepared.incident.settings
    model = linkage_in_search(settings)
    if model is None:
        return None
    pairs = link_pairs(
        [target], [person], [(0, 0)], populations=prepared.populations, model=model, observation=settings.observation
    )
    return pairs[0, 0]


def linkage_in_lr(candidate: Candidate, linked: LinkedPair | None) -> Candidate:
    """The candidate, whose LR contains ``linked``, with what it changed, by group and by population."""
    if linked is None or not linked.methods:
        return candidate
    totals = {name: linked.total(name) / LN10 for name in linked.log_change}
    return replace(
        candidate,
        linkage_log10=_log10(linked.log_change[candidate.smallest_population]),
        linkage_methods=dict(linked.methods),
        log10_lr_beyond={**candidate.log10_lr_beyond, "linkage": totals},
    )


def with_linkage(candidate: Candidate, prepared: Prepared, *, target: Target, person: UnidentifiedPerson) -> Candidate:
    """The candidate with the effect of linkage in its smallest population; its LR stays without it."""
    markers = prepared.populations[candidate.smallest_population]
    changes = linkage_correction(target, person, markers, settings=prepared.incident.settings)
    return replace(candidate, linkage_log10=changes)


def linkage_correction(
    target: Target, person: UnidentifiedPerson, markers: Sequence[Marker], *, settings: SearchSettings
) -> Changes:
    """What linkage changes for one pair: that of the settings, or of the known pairs of the standard kits."""
    model = settings.linkage or LinkageModel()
    observation = settings.observation
    linked = link_pairs([target], [person], [(0, 0)], populations={"": markers}, model=model, observation=observation)[
        0, 0
    ]
    changes = _log10(linked.log_change[""])
    return dict.fromkeys(changes) if settings.theta > 0 else changes


def linkage_assumptions(prepared: Prepared) -> tuple[Statement, ...]:
    """How linked markers were treated."""
    settings = prepared.incident.settings
    markers = next(iter(prepared.populations.values()))
    model = linkage_in_search(settings)
    said = _linkage_beside_lr(settings) if model is None else _linkage_in_lr(model.groups_of(markers))
    shown = model or settings.linkage or LinkageModel()
    known = () if model else known_linkage(markers, shown)
    source = method.GENETIC_MAP(map_function=shown.map_function, source=shown.genetic_map.source)
    return (*said, *known, *unknown_linkage(markers, shown), source)


def known_linkage(markers: Sequence[Marker], model: LinkageModel) -> tuple[Statement, ...]:
    """Which of the markers are known to be linked though they are taken as unlinked; nothing when none are."""
    groups = model.groups_of(markers)
    return (method.KNOWN_LINKED(groups=fractions(groups)),) if groups else ()


def unknown_linkage(
    markers: Sequence[Marker], model: LinkageModel, *, words: Form = method.NOT_ON_MAP
) -> tuple[Statement, ...]:
    """Of which markers the map says nothing; nothing when it has all of them."""
    unknown = markers_not_on_map(markers, model.genetic_map)
    return (words(markers=tuple(unknown)),) if unknown else ()


def _linkage_beside_lr(settings: SearchSettings) -> tuple[Statement, ...]:
    unlinked = method.UNLINKED_WITH_THETA if settings.linkage else method.UNLINKED
    return (unlinked(), method.LINKAGE_BESIDE(number=MOST_LINKED))


def _linkage_in_lr(groups: Sequence[LinkageGroup]) -> tuple[Statement, ...]:
    return (
        method.LINKED(groups=fractions(groups) or (method.NO_LINKED_GROUP(),)),
        method.LINKAGE_INSIDE(number=LARGEST_TABLE),
    )


def fractions(groups: Sequence[LinkageGroup]) -> tuple[Statement, ...]:
    """Linked groups with the recombination fractions of their intervals."""
    return tuple(
        method.LINKED_GROUP(markers=g.name.replace("|", " – "), fractions=tuple(f"{rho:.3g}" for rho in g.rho))
        for g in groups
    )


_LINKED: Mapping[str, Form] = {
    "looked up": searching.LINKED_LOOKED_UP,
    "rescored": searching.LINKED_RESCORED,
    "not computed": searching.LINKED_NOT_COMPUTED,
}
"""What is said of a linked group, by the way it was computed."""


def linkage_notices(prepared: Prepared, candidates: Sequence[Candidate]) -> tuple[Statement, ...]:
    """For how many of the candidates worked out each linked group was looked up, rescored, or not computed."""
    if prepared.incident.settings.linkage is None:
        return ()
    if linkage_in_search(prepared.incident.settings) is None:
        return (searching.NO_LINKAGE_WITH_THETA(),)
    counts = Counter((name, how) for c in candidates for name, how in c.linkage_methods.items())
    return tuple(_LINKED[how](markers=tuple(name.split("|")), number=count) for (name, how), count in counts.items())


def _log10(changes: Mapping[str, float | None]) -> Changes:
    return {name: None if change is None else round(change / LN10, 9) + 0.0 for name, change in changes.items()}


def linkage_of_hypotheses(
    h1: Pedigree, h2: Pedigree, profiles: Mapping[str, Profile], markers: Sequence[Marker], *, theta: float
) -> Changes:
    """What known linkage changes for two pedigrees over the same typed persons."""
    return {group.name: _change(h1, h2, profiles, group, theta) for group in linkage_groups_of(markers, STANDARD_KITS)}


def _change(
    h1: Pedigree, h2: Pedigree, profiles: Mapping[str, Profile], group: LinkageGroup, theta: float
) -> float | None:
    inbred = any(member.founder_inbreeding for pedigree in (h1, h2) for member in pedigree)
    if theta > 0 or inbred:
        return None
    try:
        change = (_gain(h1, profiles, group) - _gain(h2, profiles, group)) / LN10
    except PlanTooLarge:
        return None
    return round(change, 9) + 0.0 if math.isfinite(change) else None  # + 0.0: no minus zero


def _gain(pedigree: Pedigree, profiles: Mapping[str, Profile], group: LinkageGroup) -> float:
    """Log likelihood of the group as linked, less that of its markers one by one."""
    return group_log(pedigree, profiles, group) - math.fsum(marker_logs(pedigree, profiles, group.markers))
