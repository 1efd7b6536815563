"""Every outcome of one marker: what may be found in new relatives and in the unidentified person, and how probable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

import numpy as np

from antigone.engine.arrays import LN10, Array, Ints
from antigone.engine.sums.likelihood import evaluate, genotype_pairs, group_markers, log_likelihood
from antigone.errors import ModelError, PlanTooLarge
from antigone.model.assumptions.marker import Marker
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.profile import Profile
from antigone.search.power.question import PowerQuestion

STRANGER = "an unrelated person"
"""The member who stands beside the family under H2."""
MOST_OUTCOMES = 20_000_000
"""Outcomes of one marker that are held at once; each of the three arrays of so many takes 160 MB."""


@dataclass(frozen=True)
class Outcomes:
    """The outcomes of a marker, one item each, and the probability of each under both hypotheses.

    Parameters
    ----------
    marker
        Its name.
    log10_lr
        The LR of the outcome, base 10; ``-inf`` where it cannot be under H1.
    h1, h2
        Its probability when the unidentified person is the missing one, and when they are unrelated. Both sum to 1.
    """

    marker: str
    log10_lr: Array
    h1: Array
    h2: Array

    @property
    def expected_log10(self) -> float:
        """The mean of log10 LR under H1: the Kullback-Leibler divergence, base 10."""
        seen = self.h1 > 0
        return float(self.h1[seen] @ self.log10_lr[seen])

    @property
    def excluded(self) -> float:
        """The probability under H2 that the LR is 0."""
        return float(self.h2[self.log10_lr == -np.inf].sum())

    def joined(self) -> Outcomes:
        """The same with outcomes of one LR as one."""
        values, place = np.unique(np.round(self.log10_lr, 12), return_inverse=True)
        h1, h2 = (np.zeros(len(values)) for _ in range(2))
        np.add.at(h1, place.ravel(), self.h1)
        np.add.at(h2, place.ravel(), self.h2)
        return replace(self, log10_lr=values, h1=h1, h2=h2)


def outcomes_of(question: PowerQuestion, marker: Marker) -> Outcomes:
    """All outcomes of a marker: genotypes of the new relatives, given what is typed, and of the unidentified person.

    With ``R`` what is typed, ``h`` the genotypes of new relatives and ``g`` of the unidentified person, an outcome has

        P(h, g | R, H1),   P(h, g | R, H2),   LR = P(R, h, g | H1) / P(R, h, g | H2)

    every likelihood exact, with mutation and theta; under H2 the person is one more founder of the
    same population.

    Raises
    ------
    ModelError
        When what is typed is impossible in the pedigree; for silent alleles.
    PlanTooLarge
        For more than ``MOST_OUTCOMES``, or when an exact sum is larger than the stated limits.

    Examples
    --------
    A parent to be typed, two alleles of one half: LR 2 for an equal homozygote, 0 for the other one, else 1.

    >>> family = Pedigree.of(("F", "male"), ("C", "male", "F", None))
    >>> found = outcomes_of(PowerQuestion(family, "C", new=("F",)), Marker("M", ("a", "b"), (0.5, 0.5)))
    >>> [round(float(10**x), 9) for x in found.log10_lr], [round(float(p), 9) for p in found.h1]
    ([0.0, 1.0, 2.0], [0.0, 0.75, 0.25])
    """
    if marker.silent > 0:
        raise ModelError(
            f"marker {marker.name}: power with silent alleles is not computed; set the silent frequency to 0 for it"
        )
    known = log_likelihood(question.pedigree, question.typed, marker, theta=question.theta)
    if known == -np.inf:
        raise ModelError(f"marker {marker.name}: what is typed is impossible in the pedigree under the model")
    beside = Pedigree((*question.pedigree, Individual(STRANGER, question.pedigree[question.missing].sex)))
    first = _log_table(question, marker, question.pedigree, question.missing)
    second = _log_table(question, marker, beside, STRANGER)
    occurs = second > -np.inf
    first, second = first[occurs] - known, second[occurs] - known
    return Outcomes(marker.name, (first - second) / LN10, np.exp(first), np.exp(second)).joined()


def _log_table(question: PowerQuestion, marker: Marker, pedigree: Pedigree, person: str) -> Array:
    """Natural log of P(R, h, g) for every h and g, shape ``(all h, genotypes of the person)``."""
    everything = combinations(pedigree, marker, question.new, each_with=len(genotype_pairs(len(marker.alleles))))
    return logs_of_combinations(
        pedigree, question.typed, marker, question.new, everything, person=person, theta=question.theta
    )


def combinations(pedigree: Pedigree, marker: Marker, members: Sequence[str], *, each_with: int = 1) -> Ints:
    """Every combination of one genotype of each member, shape ``(combinations, members, 2)``.

    Raises
    ------
    PlanTooLarge
        When they are more than ``MOST_OUTCOMES``, each counted ``each_with`` times.
    """
    choices = [
        genotype_pairs(len(marker.alleles), hemizygous=marker.chromosome == "X" and pedigree[member].sex == "male")
        for member in members
    ]
    number = each_with * prod(map(len, choices))
    if number > MOST_OUTCOMES:
        raise PlanTooLarge(
            f"marker {marker.name}: {number:,} outcomes are more than {MOST_OUTCOMES:,}; ask for one person fewer"
        )
    if not choices:
        return np.zeros((1, 0, 2), dtype=np.int64)
    grids = np.meshgrid(*(np.arange(len(one)) for one in choices), indexing="ij")
    return np.stack([one[grid.ravel()] for one, grid in zip(choices, grids, strict=True)], axis=1)


def logs_of_combinations(
    pedigree: Pedigree,
    typed: Mapping[str, Profile],
    marker: Marker,
    members: Sequence[str],
    genotypes: Ints,
    *,
    person: str = "",
    theta: float = 0.0,
) -> Array:
    """Natural log likelihood of what is typed, together with each combination of genotypes of some members.

    Returns
    -------
    Shape ``(combinations,)``, or ``(combinations, genotypes of the person)`` where a person is left open.
    """
    any_genotype = {marker.name: (marker.alleles[0], marker.alleles[0])}
    profiles = {**typed, **{member: Profile(member, any_genotype) for member in members}}
    open_members = (person,) if person else ()
    [(_, data)] = group_markers(pedigree, profiles, [marker], open_members=open_members)
    ids = [member.id for member in pedigree.parents_first]
    observed = np.repeat(data.observed, len(genotypes), axis=0)
    observed[:, [ids.index(member) for member in members]] = genotypes
    return evaluate(replace(data, observed=observed), theta=theta)
