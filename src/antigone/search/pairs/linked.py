"""Linked markers in a search: one look-up in a family's joint table, or the pair scored again.

Unrelated persons' genotypes at linked markers are independent (linkage equilibrium), so linkage changes the log LR of
a pair by what it changes in the family's likelihood:

    [ log L(linked, with the person) - log L(linked, without) ]  -  the same for the markers one by one
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from antigone.engine.linkage.bounds import log_gain_bounds
from antigone.model.assumptions.linkage import LinkageGroup, LinkageModel
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import ObservationModel
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.search.families.family_table import Target
from antigone.search.pairs.linked_families import (
    Method,
    Question,
    Readings,
    can_be_linked,
    linked_changes,
    single_tables,
)
from antigone.search.remains.readings import observe_profile

TARGETS_AT_ONCE = 8
"""Missing persons whose joint tables are held at once: in four populations at most 64 MB."""


@dataclass(frozen=True)
class LinkedPair:
    """What linkage changes for one pair: natural log, by population and group, and how each group was computed.

    ``None`` where it is not computed; such markers count as unlinked.
    """

    log_change: Mapping[str, dict[str, float | None]]
    methods: dict[str, Method]

    def total(self, population: str) -> float:
        """The natural log by which the LR changes under one population."""
        return sum(change or 0.0 for change in self.log_change[population].values())


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
    found = {pair: LinkedPair({name: {} for name in populations}, {}) for pair in pairs}
    wanted: dict[int, dict[int, UnidentifiedPerson]] = {}
    for target, person in pairs:
        wanted.setdefault(target, {})[person] = persons[person]
    groups = {name: model.groups_of(markers) for name, markers in populations.items()}
    rows = list(wanted)
    linked = {name: [marker for group in of for marker in group.markers] for name, of in groups.items()}
    answers = single_tables([targets[t] for t in rows], linked)
    single = {name: dict(zip(rows, of, strict=True)) for name, of in answers.items()}
    for start in range(0, len(rows), TARGETS_AT_ONCE):
        some = rows[start : start + TARGETS_AT_ONCE]
        for at in zip(*groups.values(), strict=True):
            asked = [
                (t, Question(targets[t], name, group, single[name][t], readings))
                for name, group in zip(groups, at, strict=True)
                for t in some
                if (readings := _counting(targets[t], wanted[t], group, observation))
            ]
            _note(found, asked, persons, observation)
    return found


def _counting(
    target: Target, persons: Mapping[int, UnidentifiedPerson], group: LinkageGroup, observation: ObservationModel
) -> dict[int, Readings]:
    """The readings of the persons for whom a group counts."""
    read = {p: observe_profile(person, group.markers, observation=observation) for p, person in persons.items()}
    return {p: readings for p, readings in read.items() if _counts(target, persons[p], group, readings)}


def _note(
    found: Mapping[tuple[int, int], LinkedPair],
    asked: Sequence[tuple[int, Question]],
    persons: Sequence[UnidentifiedPerson],
    observation: ObservationModel,
) -> None:
    """Write down what linkage changes for the persons of some questions, or that it was not computed."""
    possible = [question for _, question in asked if can_be_linked(question.target)]
    answers = dict(zip(map(id, possible), linked_changes(possible, persons, observation), strict=True))
    for t, question in asked:
        method, changes = answers.get(id(question), ("not computed", dict.fromkeys(question.readings, np.nan)))
        for p, change in changes.items():
            known = bool(np.isfinite(change))
            found[t, p].log_change[question.population][question.group.name] = change if known else None
            found[t, p].methods[question.group.name] = method if known else "not computed"


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
    if not can_be_linked(target):
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
