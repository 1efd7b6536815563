"""Sets of samples as the joint computation of families takes them: each set is one person, seen through all samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from antigone.engine.arrays import Array
from antigone.engine.circumstances import sex_lr
from antigone.model.assumptions.circumstances import SexRates
from antigone.model.pedigree import Sex
from antigone.model.profile import Profile
from antigone.search.fragments.blocks import SampleReadings, Samples
from antigone.search.joint.persons import Persons

KNOWN: tuple[Sex, Sex] = ("female", "male")


def log_sexes_of(sexes: Sequence[Sex], rates: SexRates | None) -> Array:
    """By sample, for a female and a male, the natural log LR of the recorded sex; without rates 0, or ``-inf``."""
    if rates is None:
        excluded = [[0.0 if shown in (sex, "unknown") else -np.inf for sex in KNOWN] for shown in sexes]
        return np.array(excluded)
    with np.errstate(divide="ignore"):
        return np.log([[sex_lr(sex, shown, rates=rates) for sex in KNOWN] for shown in sexes])


def as_persons(samples: Persons, readings: SampleReadings, sets: Sequence[Samples]) -> Persons:
    """One person for each set. A single sample stays as it is read; of several their readings are multiplied.

    A set has the sex that its samples agree on; where they differ it is unknown, and the X markers say nothing.
    """
    sexes = tuple(_sex(samples, block) for block in sets)
    codes = tuple(" + ".join(samples.codes[s] for s in block) for block in sets)
    observed = {
        code: _together(readings, block, sex) if len(block) > 1 else samples.observations[code]
        for code, block, sex in zip(codes, sets, sexes, strict=True)
        if len(block) > 1 or code in samples.observations
    }
    profiles = tuple(
        samples.profiles[block[0]] if len(block) == 1 else Profile(code, {})
        for code, block in zip(codes, sets, strict=True)
    )
    return replace(samples, codes=codes, sexes=sexes, profiles=profiles, observations=observed)


def _sex(samples: Persons, block: Samples) -> Sex:
    known = {samples.sexes[s] for s in block} - {"unknown"}
    return known.pop() if len(known) == 1 else "unknown"


def _together(readings: SampleReadings, block: Samples, sex: Sex) -> dict[str, Array]:
    """P(what all samples show | genotype) at each marker that one of them shows."""
    found = dict[str, Array]()
    for marker in readings.markers:
        shown = [readings.seen[s][marker.name] for s in block if marker.name in readings.seen[s]]
        if shown and not (marker.chromosome == "X" and sex == "unknown"):
            found[marker.name] = np.prod(shown, axis=0)
    return found


def log_sex_beside(
    samples: Persons, readings: SampleReadings, persons: Persons, sets: Sequence[Samples], place: Sex
) -> Array:
    """What the recorded sexes say of each set at a place of this sex, beyond a(S) and the set's sex; natural log."""
    if samples.sex is None or place == "unknown":
        return np.zeros(len(sets))
    own = readings.log_sex[:, KNOWN.index(place)]
    beyond = [float(own[list(block)].sum()) - readings.log_sexes(block) for block in sets]
    return np.array(beyond) - persons.log_sex(place)
