"""Samples, persons and missing members of an incident at once: from what is shown to the posterior of each set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from antigone.engine.arrays import Array
from antigone.errors import PlanTooLarge
from antigone.search.fragments.blocks import LEAST_STEP, SampleReadings, Samples, Strangers, possible_blocks
from antigone.search.fragments.posterior import FamilyRows, FragmentPosterior, solve_fragments
from antigone.search.fragments.samples import as_persons, log_sex_beside
from antigone.search.joint.likelihood import FamilyTable
from antigone.search.joint.persons import Persons
from antigone.search.joint.question import FamilyQuestion
from antigone.search.joint.screen import Heard, family_tables, unheard

LEAST_APART = tuple(float(np.log(chance)) for chance in (1e-12, 1e-9, 1e-6, 1e-4))
"""A set that the samples alone make less probable than this stands at no missing member's place (natural log); the
first one with which every family can be listed."""

Known = Mapping[tuple[int, str, str], float]
"""What is known beside the markers: natural log odds of (sample, family, missing)."""


@dataclass(frozen=True)
class Solved:
    """``sets`` are those that may stand at a missing member, in the order of the columns of ``posterior.places``."""

    sets: tuple[Samples, ...]
    posterior: FragmentPosterior
    exact: bool
    log_least: float


def solve_samples(
    questions: Sequence[FamilyQuestion],
    samples: Persons,
    readings: SampleReadings,
    *,
    log_odds: float = 0.0,
    known: Known | None = None,
    log_step: float = LEAST_STEP,
    log_least: Sequence[float] = LEAST_APART,
    heard: Heard = unheard,
) -> Solved:
    """The posterior over all partitions of the samples into persons, and of the persons over the missing members.

    A person at a missing member's place weighs 1 before the data, one who is not missing u = exp(-``log_odds``); all
    partitions are alike. With each sample a person of its own this is the prior of ``solve_joint``, up to u**n.
    """
    blocks = possible_blocks(readings, log_step=log_step)
    strangers = Strangers(blocks, log_person=-log_odds)
    for number, least in enumerate(log_least):
        sets = strangers.at_least(least)
        persons = as_persons(samples, readings, sets)
        asked = [replace(q, candidates=tuple(persons.may_be(place) for place in q.places)) for q in questions]
        try:
            tables, _ = family_tables(
                asked, persons, readings.markers, theta=readings.theta, log_odds=log_odds, heard=heard
            )
        except PlanTooLarge:
            if number + 1 == len(log_least):
                raise
            continue
        break
    beside = _Beside(samples, readings, persons, sets, np.array([blocks[block] for block in sets]), known or {})
    posterior = solve_fragments([beside.rows(table) for table in tables], sets, strangers, samples=len(samples.codes))
    all_listed = len(sets) == len(blocks) and all(table.log_left_out == -np.inf for table in tables)
    return Solved(sets, posterior, all_listed and log_step == -np.inf and posterior.left_out == 0, least)


@dataclass(frozen=True)
class _Beside:
    """What the weight of a set at a place contains beside the family's likelihood ratio."""

    samples: Persons
    readings: SampleReadings
    persons: Persons
    sets: Sequence[Samples]
    log_one: Array
    known: Known

    def rows(self, table: FamilyTable) -> FamilyRows:
        question, logs = table.question, table.log_weight.copy()
        for column, missing, place in zip(table.persons.T, question.missing, question.places, strict=True):
            sexes = log_sex_beside(self.samples, self.readings, self.persons, self.sets, place)
            told = [self._circumstances(block, question.code, missing) for block in self.sets]
            logs += np.append(self.log_one + sexes + told, 0.0)[column]
        return FamilyRows(table.persons.astype(np.int64), logs)

    def _circumstances(self, block: Samples, family: str, missing: str) -> float:
        """What is known beside DNA of a set: of several samples, what favours the pairing least."""
        return min(self.known.get((s, family, missing), 0.0) for s in block)
