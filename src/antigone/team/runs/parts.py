"""Remains that a person declared parts of one: one of them stands for all where everybody is weighed at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from antigone.model.incident.incident import Incident, UnidentifiedPerson
from antigone.model.statements.joint import ONE_FOR_ALL_PARTS


def with_one_for_each(incident: Incident, persons: Sequence[Collection[str]]) -> Incident:
    """The incident with one part of each person, the one with the most markers typed, and a notice that says so.

    Two parts of one person cannot both be given to one missing person, so without this they would stand against each
    other.
    """
    left, notices = set[str](), []
    parts_of: dict[str, tuple[UnidentifiedPerson, ...]] = {}
    for codes in persons:
        parts = sorted((p for p in incident.unidentified if p.code in codes), key=lambda p: (-_typed(p), p.code))
        if len(parts) > 1:
            first, *others = (part.code for part in parts)
            left |= {*others}
            parts_of[first] = tuple(parts)
            notices.append(ONE_FOR_ALL_PARTS(person=first, parts=tuple(others)))
    kept = tuple(
        replace(person, parts=parts_of.get(person.code, ()))
        for person in incident.unidentified
        if person.code not in left
    )
    return replace(incident, unidentified=kept, notices=(*incident.notices, *notices))


def _typed(person: UnidentifiedPerson) -> int:
    return len(person.profile.genotypes.keys() | person.replicates.keys())
