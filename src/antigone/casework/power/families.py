"""The exact power of each missing person's references, and what further relatives would add."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from antigone.casework.incident.prepare import Prepared, Progress, silent
from antigone.errors import InputError, PlanTooLarge
from antigone.model.assumptions.marker import Marker
from antigone.model.profile import Profile
from antigone.model.results.power import Basis, Interval, PowerAnswer, PowerStep
from antigone.search.families.reference_fit import Declared
from antigone.search.power.distribution import LrDistribution
from antigone.search.power.outcomes import outcomes_of
from antigone.search.power.question import MOST_NEW, PowerQuestion
from antigone.simulation.genes import FullGenotype, drop_genes

Genes = Mapping[str, Mapping[str, FullGenotype]]
"""The simulated genotypes of a family, by member and marker."""

WIDTH = 0.01
"""The relative width of bounds that the command aims at."""
DRAWS = 20
"""Simulated families, where the relatives to be summed over are too many."""
MOST_OUTCOMES = 3_000_000
"""Outcomes of one marker up to which they are summed over; above it families are simulated."""


@dataclass(frozen=True)
class PowerChoices:
    """What is asked of an incident.

    Parameters
    ----------
    family, missing
        One of them, or all when empty.
    candidates
        Members who might be typed; all who are not, when empty.
    sets
        Up to how many of them together.
    threshold
        The LR asked for.
    population
        Whose frequencies; the first of the incident when empty.
    basis
        Whether what was found in the typed relatives counts.
    seed
        Of simulated families, where there are any.
    """

    family: str = ""
    missing: str = ""
    candidates: tuple[str, ...] = ()
    sets: int = 1
    threshold: float = 10_000.0
    population: str = ""
    basis: Basis = "declared"
    seed: int = 1


def power_of_incident(prepared: Prepared, choices: PowerChoices, *, progress: Progress = silent) -> PowerAnswer:
    """The power of each missing person asked for: as things stand, and with further relatives typed.

    Raises
    ------
    InputError
        When there is no such family, missing person, member or population, or the threshold is not above 0.
    ModelError
        See `PowerQuestion`.
    """
    _check(prepared, choices)
    population = choices.population or next(iter(prepared.populations))
    markers = prepared.populations[population]
    asked = [
        Asked(family.declared, missing, markers, choices, prepared.incident.settings.theta)
        for family in prepared.families
        for missing in family.missing
        if choices.family in ("", family.declared.code) and choices.missing in ("", missing)
    ]
    steps, notices = list[PowerStep](), list[str]()
    for number, one in enumerate(asked):
        progress("power of families", number, len(asked))
        notices += one.left_out()
        found = list(one.steps(notices))
        steps += [*found[:1], *sorted(found[1:], key=lambda step: -step.expected_log10_lr)]
    progress("power of families", len(asked), len(asked))
    number = len(prepared.persons)
    return PowerAnswer(tuple(steps), choices.threshold, number, population, choices.basis, len(markers), tuple(notices))


def _check(prepared: Prepared, choices: PowerChoices) -> None:
    families = {family.declared.code: family for family in prepared.families}
    if choices.population and choices.population not in prepared.populations:
        known = ", ".join(prepared.populations)
        raise InputError(f"no population '{choices.population}'; name one of: {known}")
    if choices.family and choices.family not in families:
        raise InputError(f"no family '{choices.family}' with a missing person; correct the code")
    if not choices.threshold > 0:
        raise InputError(f"a threshold of {choices.threshold:g}; expected an LR above 0, such as 1e4")
    if choices.missing and not choices.family:
        raise InputError(f"'{choices.missing}' without a family; name the family too")
    if choices.family and choices.missing and choices.missing not in families[choices.family].missing:
        raise InputError(f"family '{choices.family}' has no missing person '{choices.missing}'; correct the code")


@dataclass(frozen=True)
class Asked:
    """One missing person of one family."""

    declared: Declared
    missing: str
    markers: Sequence[Marker]
    choices: PowerChoices
    theta: float
    draws: int = DRAWS

    def steps(self, notices: list[str]) -> Iterator[PowerStep]:
        """As things stand first, then each set of candidates; what is too large is named."""
        for new in self._sets():
            try:
                yield self.step(new)
            except PlanTooLarge as error:
                who = f" with {', '.join(new)} typed" if new else ""
                notices.append(f"family {self.declared.code}, {self.missing}{who}: {error}")

    def left_out(self) -> Iterator[str]:
        """The markers that take no part."""
        names = [marker.name for marker in self.markers if marker not in self._usable]
        if names:
            yield (
                f"family {self.declared.code}: without {', '.join(names)} (a silent allele, or X-chromosomal where a "
                "sex is unknown)"
            )

    def _sets(self) -> Iterator[tuple[str, ...]]:
        if self.declared.references:
            yield ()
        typed = {self.missing, *self.declared.references}
        if not self.choices.family and not self.choices.candidates:
            return
        able = self.choices.candidates or tuple(m.id for m in self.declared.pedigree if m.id not in typed)
        for size in range(1, self.choices.sets + 1):
            yield from combinations(able, size)

    def step(self, new: tuple[str, ...]) -> PowerStep:
        """With ``new`` typed as well.

        Raises
        ------
        ModelError, PlanTooLarge
            See `PowerQuestion` and `outcomes_of`.
        """
        PowerQuestion(self.declared.pedigree, self.missing, self.declared.references, new)
        if self.choices.basis == "typed":
            return self._stated(new, [self._distribution(self.declared.references, new)])
        everybody = (*self.declared.references, *new)
        if self._can_be_summed(len(everybody)):
            return self._stated(new, [self._distribution({}, everybody)])
        return self._stated(new, [self._distribution(self._drawn(genes, everybody), ()) for genes in self._families])

    def _can_be_summed(self, members: int) -> bool:
        genotypes = max((len(m.alleles) * (len(m.alleles) + 1) // 2 for m in self._usable), default=1)
        return members <= MOST_NEW and genotypes ** (members + 1) <= MOST_OUTCOMES

    def _distribution(self, typed: Mapping[str, Profile], new: tuple[str, ...]) -> LrDistribution:
        found = []
        for marker in self._usable:
            here = {member: one for member, one in typed.items() if marker.name in one.genotypes}
            asked = tuple(member for member in new if self._shows(member, marker))
            if here or asked:
                question = PowerQuestion(self.declared.pedigree, self.missing, here, asked, self.theta)
                found.append(outcomes_of(question, marker))
        return LrDistribution(tuple(found), WIDTH)

    def _shows(self, member: str, marker: Marker) -> bool:
        """Whether a member is typed at a marker, or would be: who is typed next is typed at all of them."""
        known = self.declared.references.get(member)
        return known is None or marker.name in known.genotypes

    @cached_property
    def _usable(self) -> tuple[Marker, ...]:
        """The markers whose chromosome the declared sexes allow, and that have no silent allele."""
        known = all(member.sex != "unknown" for member in self.declared.pedigree)
        return tuple(m for m in self.markers if m.silent == 0 and (known or m.chromosome != "X"))

    @cached_property
    def _families(self) -> list[Genes]:
        rng = np.random.default_rng(self.choices.seed)
        return [
            drop_genes(self.declared.pedigree, list(self._usable), rng=rng, theta=self.theta) for _ in range(self.draws)
        ]

    def _drawn(self, genes: Genes, members: Sequence[str]) -> dict[str, Profile]:
        """What a simulated family shows of the members, at the markers typed in them."""
        kept = {}
        for member in members:
            known = self.declared.references.get(member)
            names = known.genotypes if known is not None else {marker.name: None for marker in self._usable}
            kept[member] = Profile(member, {name: genes[member][name] for name in names if name in genes[member]})
        return kept

    def _stated(self, new: tuple[str, ...], found: Sequence[LrDistribution]) -> PowerStep:
        threshold = self.choices.threshold
        included = [one.inclusion_power(threshold) for one in found]
        by_chance = [one.false_positive_rate(threshold) for one in found]
        return PowerStep(
            self.declared.code,
            self.missing,
            new,
            *_mean_and_error([one.expected_log10 for one in found]),
            _mean([(bounds.low, bounds.high) for bounds in included]),
            _mean([(bounds.low, bounds.high) for bounds in by_chance]),
            float(np.mean([one.exclusion_power for one in found])),
        )


def _mean(bounds: Sequence[tuple[float, float]]) -> Interval:
    """The mean of bounds over simulated families, with its standard error; of one alone the bounds themselves."""
    low, high = np.mean(bounds, axis=0)
    return Interval(float(low), float(high), _mean_and_error([sum(one) / 2 for one in bounds])[1])


def _mean_and_error(values: Sequence[float]) -> tuple[float, float]:
    """The mean, and its standard error; 0 of one value, which is exact."""
    error = np.std(values, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else 0.0
    return float(np.mean(values)), float(error)
