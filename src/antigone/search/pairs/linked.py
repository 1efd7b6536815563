"""Linked markers in a search: one look-up in a family's joint table, or the pair scored again.

Unrelated persons' genotypes at linked markers are independent (linkage equilibrium), so linkage changes the log LR of
a pair by what it changes in the family's likelihood:

    [ log L(linked, with the person) - log L(linked, without) ]  -  the same for the markers one by one
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Literal

import numpy as np

from antigone.engine.arrays import Array
from antigone.engine.linkage.bounds import log_gain_bounds
from antigone.engine.linkage.likelihood import group_log, log_likelihoods_of_genotypes
from antigone.engine.sums.likelihood import evaluate, genotype_pairs, group_markers, marker_logs
from antigone.engine.sums.soft import Observations
from antigone.errors import PlanTooLarge
from antigone.model.assumptions.linkage import LinkageGroup, LinkageModel
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import ObservationModel
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.profile import Profile
from antigone.search.families.family_table import Target
from antigone.search.one_pair.mutations import placed
from antigone.search.remains.readings import observe_profile

Readings = Mapping[str, Array]
"""By typed marker, P(what was read | genotype) of one unidentified person."""

LARGEST_TABLE = 250_000
"""Joint genotypes of a group up to which a family's table is made; beyond it each pair is scored again by itself."""

Method = Literal["looked up", "rescored", "not computed"]


@dataclass(frozen=True)
class LinkedPair:
    """What linkage changes for one pair: natural log, by population and group, and how each group was computed.

    ``None`` where it is not computed; such markers count as unlinked.
    """

    log_change: Mapping[str, Mapping[str, float | None]]
    methods: Mapping[str, Method]

    def total(self, population: str) -> float:
        """The natural log by which the LR changes under one population."""
        return sum(change or 0.0 for change in self.log_change[population].values())


@dataclass(frozen=True)
class JointTable:
    """A family at one group: log P(references, genotypes of the missing person), linked and marker by marker.

    ``linked`` has one axis for each marker; ``single`` holds one vector for each.
    """

    group: LinkageGroup
    linked: Array
    single: tuple[Array, ...]

    def log_change(self, readings: Readings) -> float:
        """What linkage changes for a person with these readings (natural log)."""
        names = [marker.name for marker in self.group.markers]
        weights = [readings.get(name, np.ones(n)) for name, n in zip(names, self.linked.shape, strict=True)]
        single = sum(_log_share(one[None], [np.ones(1), w]) for one, w in zip(self.single, weights, strict=True))
        return _log_share(self.linked, weights) - single


def _log_share(logs: Array, weights: Sequence[Array]) -> float:
    """Natural log of the weighted sum over the whole sum."""
    chosen = [np.flatnonzero(weight) for weight in weights]
    weighed = logs[np.ix_(*chosen)]
    for axis, (weight, rows) in enumerate(zip(weights, chosen, strict=True)):
        weighed = weighed + np.log(weight[rows]).reshape([-1 if a == axis else 1 for a in range(logs.ndim)])
    return float(np.logaddexp.reduce(weighed, axis=None) - np.logaddexp.reduce(logs, axis=None))


def joint_table(target: Target, group: LinkageGroup) -> JointTable | None:
    """The family's table of a group, or ``None`` when it, or its exact sum, is larger than the stated limits."""
    hemizygous = group.markers[0].chromosome == "X" and target.sex == "male"
    sizes = [len(genotype_pairs(_alleles(marker), hemizygous=hemizygous)) for marker in group.markers]
    if prod(sizes) > LARGEST_TABLE:
        return None
    try:
        linked = log_likelihoods_of_genotypes(target.pedigree, target.references, group, target=target.missing)
    except PlanTooLarge:
        return None
    single = []
    for marker in group.markers:
        [(_, data)] = group_markers(target.pedigree, target.references, [marker], open_members=(target.missing,))
        single.append(evaluate(data)[0])
    return JointTable(group, linked, tuple(single))


def _alleles(marker: Marker) -> int:
    return len(marker.alleles) + (marker.silent > 0)


def rescored_change(
    target: Target, person: UnidentifiedPerson, group: LinkageGroup, *, observation: ObservationModel
) -> float:
    """What linkage changes for one pair, from four likelihoods (natural log); ``nan`` when it cannot be computed."""
    profiles, seen = placed(target, person, group.markers, observation=observation)
    try:
        return _gain(target, profiles, group, seen) - _gain(target, target.references, group, {})
    except PlanTooLarge:
        return float("nan")


def _gain(target: Target, profiles: Mapping[str, Profile], group: LinkageGroup, seen: Observations) -> float:
    """Log likelihood of the group as linked, less that of its markers one by one."""
    linked = group_log(target.pedigree, profiles, group, observations=seen)
    return linked - sum(marker_logs(target.pedigree, profiles, group.markers, observations=seen))


def link_pairs(
    targets: Sequence[Target],
    persons: Sequence[UnidentifiedPerson],
    pairs: Sequence[tuple[int, int]],
    *,
    populations: Mapping[str, Sequence[Marker]],
    model: LinkageModel,
    observation: ObservationModel,
) -> dict[tuple[int, int], LinkedPair]:
    """What linkage changes for each pair (target, person), in every population.

    A group counts for a pair when the person is typed at one of its markers and person and references together at two.
    X-chromosomal groups need the sex of everybody, and a person of the missing person's sex.
    """
    of_target: dict[int, list[int]] = {}
    for target, person in pairs:
        of_target.setdefault(target, []).append(person)
    found: dict[tuple[int, int], LinkedPair] = {}
    for t, wanted in of_target.items():
        changes: dict[int, dict[str, dict[str, float | None]]] = {p: {name: {} for name in populations} for p in wanted}
        methods: dict[int, dict[str, Method]] = {p: {} for p in wanted}
        for name, markers in populations.items():
            for group in model.groups_of(markers):
                scored = _score_group(targets[t], {p: persons[p] for p in wanted}, group, observation)
                for p, change, method in scored:
                    changes[p][name][group.name] = change
                    methods[p][group.name] = method
        found |= {(t, p): LinkedPair(changes[p], methods[p]) for p in wanted}
    return found


def _score_group(
    target: Target, persons: Mapping[int, UnidentifiedPerson], group: LinkageGroup, observation: ObservationModel
) -> Iterator[tuple[int, float | None, Method]]:
    """The change of each person for whom the group counts, and how it was computed."""
    readings = {p: observe_profile(person, group.markers, observation=observation) for p, person in persons.items()}
    counting = [p for p, person in persons.items() if _counts(target, person, group, readings[p])]
    if not counting:
        return
    if _is_inbred(target) or target.direct is not None:
        yield from ((p, None, "not computed") for p in counting)
        return
    table = joint_table(target, group)
    for p in counting:
        if table is not None:
            change, method = table.log_change(readings[p]), "looked up"
        else:
            change, method = rescored_change(target, persons[p], group, observation=observation), "rescored"
        yield (p, change, method) if np.isfinite(change) else (p, None, "not computed")  # type: ignore[misc]


def _is_inbred(target: Target) -> bool:
    """Founder inbreeding has no definition for linked markers."""
    return any(member.founder_inbreeding for member in target.pedigree)


def _counts(target: Target, person: UnidentifiedPerson, group: LinkageGroup, readings: Readings) -> bool:
    if group.markers[0].chromosome == "X":
        everybody = [member.sex for member in target.pedigree]
        if "unknown" in everybody or person.sex != target.sex:
            return False
    referred = {marker.name for marker in group.markers} & {
        name for profile in target.references.values() for name in profile.genotypes
    }
    return bool(readings) and bool(referred) and len(referred | readings.keys()) > 1


def linkage_slack(target: Target, groups: Sequence[LinkageGroup]) -> float:
    """The most by which linkage can raise the natural log LR of this missing person, whatever anyone's genotypes.

    The sum over groups of the greatest gain with the person in place, less the least gain without; see
    ``engine.linkage_bounds``. A pair that lies further below a threshold cannot reach it through linkage.
    """
    if _is_inbred(target) or target.direct is not None:
        return 0.0
    slack = 0.0
    for group in groups:
        on_x = group.markers[0].chromosome == "X"
        names = {marker.name for marker in group.markers}
        typed = [m for m, profile in target.references.items() if names & profile.genotypes.keys()]
        _, high = log_gain_bounds(target.pedigree, [*typed, target.missing], group.rho, on_x=on_x)
        low, _ = log_gain_bounds(target.pedigree, typed, group.rho, on_x=on_x)
        slack += high - low
    return slack
