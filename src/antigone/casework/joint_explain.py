"""A joint assignment in full: what each marker contributes to each family, in every population."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from antigone.casework.prepare import prepare
from antigone.engine.likelihood import log_likelihoods
from antigone.errors import InputError
from antigone.model.case import Incident, UnidentifiedPerson
from antigone.model.marker import Marker
from antigone.model.pedigree import Individual, Pedigree
from antigone.search.blocks import usable_targets
from antigone.search.family_table import Target

LN10 = float(np.log(10))


@dataclass(frozen=True)
class ExplainedFamily:
    """One family's part: ``pairs`` missing to unidentified, log10 weight by population and marker."""

    family: str
    pairs: Mapping[str, str]
    log10_by_marker: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class ExplainedAssignment:
    """The best assignment of a joint.json, family by family."""

    source: str
    families: tuple[ExplainedFamily, ...]


def explain_assignment(incident: Incident, path: Path, *, today: dt.date) -> ExplainedAssignment:
    """What every marker says about every family of the best assignment, computed again from the incident.

    For each family: log10 of P(references, the proposed persons in their places) over P(references, the same persons
    unrelated to the family). The sum is the family's part of the assignment's weight, without the prior.

    Raises
    ------
    InputError
        When the file is no joint.json, or names persons or families that the incident does not hold.
    """
    pairs = _read_pairs(path)
    prepared = prepare(incident, today=today)
    _, targets = usable_targets(prepared.families, prepared.populations, theta=incident.settings.theta)
    persons = {person.code: person for person in prepared.persons}
    wanted: dict[str, dict[str, str]] = {}
    for code, family, missing in pairs:
        wanted.setdefault(family, {})[missing] = code
    explained = []
    for family, places in sorted(wanted.items()):
        target = next((t for t in targets if t.family == family and set(places) <= {*_missing(targets, family)}), None)
        unknown = [code for code in places.values() if code not in persons]
        if target is None or unknown:
            raise InputError(f"{path.name}: family '{family}' or its persons are not in this incident; solve it again")
        placed = {missing: persons[code] for missing, code in places.items()}
        by_population = {
            name: _weights(target, placed, autosomal(markers), incident.settings.theta)
            for name, markers in prepared.populations.items()
        }
        explained.append(ExplainedFamily(family, places, by_population))
    return ExplainedAssignment(path.name, tuple(explained))


def autosomal(markers: Sequence[Marker]) -> list[Marker]:
    """The markers that take part in the joint computation."""
    return [marker for marker in markers if marker.chromosome == "autosomal"]


def _read_pairs(path: Path) -> list[tuple[str, str, str]]:
    try:
        pairs = json.loads(path.read_text("utf-8"))["assignments"][0]["pairs"]
        return [(str(code), str(family), str(missing)) for code, family, missing in pairs]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise InputError(f"{path} is no joint.json written by `antigone joint`; solve the incident first") from error


def _missing(targets: Sequence[Target], family: str) -> list[str]:
    return [target.missing for target in targets if target.family == family]


def _weights(
    target: Target, placed: Mapping[str, UnidentifiedPerson], markers: Sequence[Marker], theta: float
) -> dict[str, float]:  # fmt: skip
    """log10 weight of a family's placed persons at every marker."""
    inside = {missing: person.profile for missing, person in placed.items()}
    strangers = {f"unrelated {person.code}": person for person in placed.values()}
    apart = Pedigree((*target.pedigree, *(Individual(code, person.sex) for code, person in strangers.items())))
    outside = {code: person.profile for code, person in strangers.items()}
    h1 = log_likelihoods(target.pedigree, {**target.references, **inside}, markers, theta=theta)
    h2 = log_likelihoods(apart, {**target.references, **outside}, markers, theta=theta)
    return {marker.name: (a - b) / LN10 for marker, a, b in zip(markers, h1, h2, strict=True)}
