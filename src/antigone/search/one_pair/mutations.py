"""Which markers of a pair need a mutation to be explained: one table of each family without mutation, for all pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from antigone.engine.arrays import Array, Bools
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import AS_READ, ObservationModel
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.profile import Profile
from antigone.search.families.family_table import Target, log_lr_tables
from antigone.search.readings.codes import encode_readings
from antigone.search.remains.readings import observe_profile

Pair = tuple[Target, UnidentifiedPerson]


def markers_needed(
    pairs: Sequence[Pair], markers: Sequence[Marker], *, observation: ObservationModel = AS_READ
) -> list[frozenset[str]]:
    """For each pair, the markers at which the person cannot be the missing one unless an allele mutated.

    Markers at which the references need a mutation among themselves are not told. The person stands in the place of
    a direct reference of the missing person: the two are not held against each other here.
    """
    targets = {id(target): target for target, _ in pairs}
    people = {id(person): person for _, person in pairs}
    row, column = ({key: number for number, key in enumerate(known)} for known in (targets, people))
    coding = encode_readings(list(people.values()), markers, observation=observation)
    still = [marker.without_mutation() for marker in markers]
    readers = coding.readers(still)
    of_relatives = log_lr_tables([_relatives_alone(target) for target in targets.values()], still, readers=readers)
    impossible = _impossible_alone(list(targets.values()), still)
    return [
        frozenset(
            marker.name
            for m, marker in enumerate(markers)
            if np.isneginf(of_relatives[m][row[id(target)], coding.codes[m, column[id(person)]]])
            and not impossible[row[id(target)], m]
        )
        for target, person in pairs
    ]


def _relatives_alone(target: Target) -> Target:
    """The target without a direct reference: whoever has one is asked anew, the others' answers are kept."""
    return target if target.direct is None else replace(target, references=_of_others(target), answers=None)


def _of_others(target: Target) -> dict[str, Profile]:
    return {member: profile for member, profile in target.references.items() if member != target.missing}


def _impossible_alone(targets: Sequence[Target], still: Sequence[Marker]) -> Bools:
    """Where all the references, a direct one among them, need a mutation; shape ``(targets, markers)``."""
    found = np.zeros((len(targets), len(still)), dtype=np.bool_)
    direct = [n for n, target in enumerate(targets) if target.direct is not None]
    tables = log_lr_tables([replace(targets[n], answers=None) for n in direct], still)
    for m, table in enumerate(tables):
        found[direct, m] = np.isnan(table[:, :-1]).any(axis=1)
    return found


def placed(
    target: Target, person: UnidentifiedPerson, markers: Sequence[Marker], *, observation: ObservationModel
) -> tuple[dict[str, Profile], dict[str, Mapping[str, Array]]]:
    """The profiles of a family with the person in the place of the missing one, read or seen through a model."""
    others = _of_others(target)
    if observation.takes_as_read(person):
        return {**others, target.missing: Profile(person.code, person.profile.genotypes)}, {}
    return others, {target.missing: observe_profile(person, markers, observation=observation)}
