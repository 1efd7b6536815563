"""What linked markers change for the persons who are held against a family: by a joint table, or scored again.

The table of a family at a group is log P(references, genotypes of the missing person), one axis for each marker; where
it would be too large, each person is scored by a likelihood of their own. Families of one shape are one elimination.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from antigone.engine.arrays import Array
from antigone.engine.linkage.likelihood import LinkedQuestion, linked_answers
from antigone.engine.sums.likelihood import genotype_pairs
from antigone.model.assumptions.linkage import LinkageGroup
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import ObservationModel
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.search.families.family_table import Target, ask_families
from antigone.search.one_pair.mutations import placed

Readings = Mapping[str, Array]
"""By typed marker, P(what was read | genotype) of one unidentified person."""

LARGEST_TABLE = 250_000
"""Joint genotypes of a group up to which a family's table is made; beyond it each pair is scored again by itself."""

Method = Literal["looked up", "rescored", "not computed"]


@dataclass(frozen=True)
class Question:
    """A missing person at a group under one population, and the readings of the persons for whom the group counts.

    ``single`` is log P(genotype of the missing person | references) at each marker, up to a constant.
    """

    target: Target
    population: str
    group: LinkageGroup
    single: Mapping[str, Array]
    readings: Mapping[int, Readings]

    @property
    def two_copies(self) -> bool:
        """Whether the missing person has two alleles at each marker, not one as a male on the X chromosome."""
        return self.group.markers[0].chromosome != "X" or self.target.sex != "male"

    @property
    def table_size(self) -> int:
        """The joint genotypes of the missing person at the group."""
        return math.prod(len(genotype_pairs(_alleles(m), hemizygous=not self.two_copies)) for m in self.group.markers)

    def log_share_linked(self, table: Array) -> dict[int, float]:
        """Natural log P(readings | references) of each person, from the table of every ordered genotype.

        The phase at each marker is not known: both orders of a reading have its weight.
        """
        sizes = [math.isqrt(n) if self.two_copies else n for n in table.shape]
        whole, found = _log_sum(table), {}
        for p, read in self.readings.items():
            weights = [self._weights(read.get(m.name), n) for m, n in zip(self.group.markers, sizes, strict=True)]
            found[p] = _log_weighed(table, weights) - whole
        return found

    def log_share_unlinked(self, person: int) -> float:
        """Natural log P(readings of a person | references), the markers of the group one by one."""
        read = ((self.single[name], weights) for name, weights in self.readings[person].items())
        return sum(_log_weighed(logs, [weights]) - _log_sum(logs) for logs, weights in read)

    def _weights(self, read: Array | None, alleles: int) -> Array:
        """What was read at a marker with so many alleles, over the entries of the table."""
        if not self.two_copies:
            return np.ones(alleles) if read is None else read
        if read is None:
            return np.ones(alleles * alleles)
        ordered = np.zeros((alleles, alleles))
        first, second = genotype_pairs(alleles).T
        ordered[first, second] = ordered[second, first] = read
        return ordered.ravel()


Answer = tuple[Method, Mapping[int, float]]
"""How a question was answered, and what linkage changes for each of its persons (natural log, ``nan``: unknown)."""


def can_be_linked(target: Target) -> bool:
    """Founder inbreeding has no definition for linked markers; with a direct reference they are not computed."""
    return target.direct is None and not any(member.founder_inbreeding for member in target.pedigree)


def _alleles(marker: Marker) -> int:
    return len(marker.alleles) + (marker.silent > 0)


def _log_weighed(logs: Array, weights: Sequence[Array]) -> float:
    """Natural log of the weighed sum."""
    chosen = [np.flatnonzero(weight) for weight in weights]
    weighed = logs[np.ix_(*chosen)]
    for axis, (weight, rows) in enumerate(zip(weights, chosen, strict=True)):
        weighed = weighed + np.log(weight[rows]).reshape([-1 if a == axis else 1 for a in range(logs.ndim)])
    return _log_sum(weighed)


def _log_sum(logs: Array) -> float:
    peak = logs.max(initial=-np.inf)
    return float(peak) if np.isneginf(peak) else float(peak + np.log(np.exp(logs - peak).sum()))


def single_tables(
    targets: Sequence[Target], populations: Mapping[str, Sequence[Marker]]
) -> dict[str, list[dict[str, Array]]]:
    """By population, target and marker, log P(genotype of the missing person | references)."""
    found: dict[str, list[dict[str, Array]]] = {name: [{} for _ in targets] for name in populations}
    everywhere = [(name, marker) for name, markers in populations.items() for marker in markers]
    for asked in ask_families(targets, [marker for _, marker in everywhere]):
        name, marker = everywhere[asked.marker]
        for row, logs in zip(asked.rows, asked.related, strict=True):
            found[name][row][marker.name] = logs
    return found


def linked_changes(
    questions: Sequence[Question], persons: Sequence[UnidentifiedPerson], observation: ObservationModel
) -> list[Answer]:
    """What linkage changes, by tables as far as these are small enough, and person by person for the rest."""
    small = [question for question in questions if question.table_size <= LARGEST_TABLE]
    tables = linked_answers([_of_family(question, opened=True) for question in small])
    looked_up = {id(q): _looked_up(q, table) for q, table in zip(small, tables, strict=True) if table is not None}
    rest = [question for question in questions if id(question) not in looked_up]
    again = {id(q): changes for q, changes in zip(rest, rescored(rest, persons, observation), strict=True)}
    return [
        ("looked up", looked_up[id(question)]) if id(question) in looked_up else ("rescored", again[id(question)])
        for question in questions
    ]


def _of_family(question: Question, *, opened: bool) -> LinkedQuestion:
    """The family without the person, with the genotypes of the missing one open or not."""
    target = question.target
    missing = target.missing if opened else None
    return LinkedQuestion(target.pedigree, target.references, question.group, target=missing)


def _looked_up(question: Question, table: Array) -> dict[int, float]:
    linked = question.log_share_linked(table)
    return {p: share - question.log_share_unlinked(p) for p, share in linked.items()}


def rescored(
    questions: Sequence[Question], persons: Sequence[UnidentifiedPerson], observation: ObservationModel
) -> list[dict[int, float]]:
    """From a likelihood of each family with each of its persons and one without."""
    alone = linked_answers([_of_family(question, opened=False) for question in questions])
    places = [(number, p) for number, question in enumerate(questions) for p in question.readings]
    asked = []
    for number, p in places:
        group, target = questions[number].group, questions[number].target
        profiles, seen = placed(target, persons[p], group.markers, observation=observation)
        asked.append(LinkedQuestion(target.pedigree, profiles, group, seen))
    found: list[dict[int, float]] = [dict.fromkeys(question.readings, np.nan) for question in questions]
    for (number, p), whole in zip(places, linked_answers(asked), strict=True):
        without = alone[number]
        if whole is not None and without is not None:
            found[number][p] = float(whole - without) - questions[number].log_share_unlinked(p)
    return found
