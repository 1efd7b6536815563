"""A joint assignment in full: what each marker contributes to each family, in every population."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from antigone.casework.incident.prepare import prepare
from antigone.casework.joint.questions import persons_of, questions_of
from antigone.engine.arrays import LN10
from antigone.errors import InputError
from antigone.formats.reading.json_documents import read_json
from antigone.model.incident.incident import Incident
from antigone.model.results.file_format import JOINT
from antigone.search.joint.conclusions import without_data
from antigone.search.joint.persons import Persons
from antigone.search.joint.question import NOBODY, FamilyQuestion, logs_apart, logs_together, sexed_markers, taken_as
from antigone.search.pairs.blocks import usable_targets


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
    unrelated to the family), and what the sexes say where their rates are stated. The sum is the family's part of the
    assignment's weight, without the prior. Places that the samples used do not decide are left out.

    Raises
    ------
    InputError
        When the file is no joint.json, or names persons or families that the incident does not hold.
    """
    pairs = _read_pairs(path)
    prepared = prepare(incident, today=today)
    _, targets = usable_targets(prepared.families, prepared.populations, theta=incident.settings.theta)
    settings = prepared.incident.settings
    people = {
        name: persons_of(prepared.persons, markers, observation=settings.observation, sex=prepared.further.sex)
        for name, markers in prepared.populations.items()
    }
    known = {person.code for person in prepared.persons}
    wanted: dict[str, dict[str, str]] = {}
    for code, family, missing in pairs:
        wanted.setdefault(family, {})[missing] = code
    explained = []
    for family, places in sorted(wanted.items()):
        asked = next((q for q in questions_of(targets, next(iter(people.values()))) if q.code == family), None)
        if asked is None or not (set(places) <= {*asked.missing} and set(places.values()) <= known):
            raise InputError(f"{path.name}: family '{family}' or its persons are not in this incident; solve it again")
        unseen = without_data(asked.pedigree, asked.references, asked.missing)
        told = {missing: code for missing, code in places.items() if missing not in unseen}
        if told:
            weights = {name: _weights(asked, persons, told, settings.theta) for name, persons in people.items()}
            explained.append(ExplainedFamily(family, told, weights))
    return ExplainedAssignment(path.name, tuple(explained))


def _read_pairs(path: Path) -> list[tuple[str, str, str]]:
    try:
        document = read_json(path.name, path.read_bytes())
        if problem := JOINT.problem(document):
            raise InputError(f"{path}: {problem}")
        pairs = document["assignments"][0]["pairs"]
        return [(str(code), str(family), str(missing)) for code, family, missing in pairs]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise InputError(f"{path} is no joint.json written by `antigone joint`; solve the incident first") from error


def _weights(question: FamilyQuestion, persons: Persons, places: Mapping[str, str], theta: float) -> dict[str, float]:
    """log10 weight of a family's placed persons (by missing member) at every marker it can use, and of their sexes."""
    persons, markers = sexed_markers(question, persons, persons.markers)
    who = {missing: persons.codes.index(code) for missing, code in places.items()}
    together = logs_together(question, persons, markers, who, theta=theta)
    row = [who.get(missing, NOBODY) for missing in question.missing]
    apart = logs_apart(question, persons, markers, taken_as(persons, question, row), theta=theta)
    weights = {marker.name: (a - b) / LN10 for marker, a, b in zip(markers, together, apart, strict=True)}
    if persons.sex is not None:
        weights["sex"] = float(persons.log_sexes(np.array([row]), question.places)[0]) / LN10
    return weights
