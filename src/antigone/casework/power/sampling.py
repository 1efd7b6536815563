"""Where the next samples help most over an incident, from declared pedigrees and who is typed alone.

Families whose pedigrees have one shape, with the same members typed at the same markers, have one answer: it is
computed once. Nothing that was found in anybody has a part in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from antigone.casework.incident.prepare import Prepared, Progress, silent
from antigone.casework.power.families import Asked, PowerChoices
from antigone.errors import PlanTooLarge
from antigone.model.assumptions.marker import Marker
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.results.power import SamplingAnswer, SamplingLine, outlook_of
from antigone.search.families.reference_fit import Declared

FEWER_DRAWS = 5
"""Simulated families, where there must be some: the list shows words, not numbers."""
Shape = tuple[object, ...]


def where_samples_help(
    prepared: Prepared,
    able: Mapping[str, Collection[str]],
    *,
    missing: Mapping[str, Collection[str]],
    threshold: float = 10_000.0,
    most: int = 10,
    progress: Progress = silent,
) -> SamplingAnswer:
    """The relatives whose sample most raises P(LR >= threshold | the right person), one for each missing person.

    Parameters
    ----------
    prepared
        The incident; the frequencies are those of its first population.
    able
        Who of each family can be asked.
    missing
        Who of each family is still looked for.
    threshold
        The LR asked for.
    most
        How many are listed.
    progress
        Told how many families are done.
    """
    table = _Table(next(iter(prepared.populations.values())), threshold, prepared.incident.settings.theta)
    found, notices = list[tuple[float, SamplingLine]](), list[str]()
    for number, family in enumerate(prepared.families):
        progress("where samples help", number, len(prepared.families))
        code = family.declared.code
        for sought in family.missing:
            if sought not in missing.get(code, ()):
                continue
            try:
                found += list(_best(table, family.declared, sought, able.get(code, ())))
            except PlanTooLarge as error:
                notices.append(f"family {code}, {sought}: {error}")
    progress("where samples help", len(prepared.families), len(prepared.families))
    found.sort(key=lambda one: -one[0])
    return SamplingAnswer(tuple(line for _, line in found[:most]), threshold, tuple(notices))


def _best(
    table: _Table, declared: Declared, missing: str, able: Collection[str]
) -> Iterator[tuple[float, SamplingLine]]:
    """What the member gains who gains most; nothing when the missing person is found almost surely already."""
    today = table.inclusion(declared, missing, "") if declared.references else 0.0
    if outlook_of(today) == "almost surely":
        return
    asked = [one.id for one in declared.pedigree if one.id in able and one.id not in (missing, *declared.references)]
    gains = [(table.inclusion(declared, missing, member) - today, member) for member in asked]
    gain, member = max(gains, default=(0.0, ""), key=lambda one: one[0])
    if gain > 0:
        line = SamplingLine(declared.code, missing, member, outlook_of(today), outlook_of(today + gain))
        yield gain, line


@dataclass(frozen=True)
class _Table:
    """The inclusion power of each shape of family, computed when it is first asked for."""

    markers: Sequence[Marker]
    threshold: float
    theta: float
    known: dict[Shape, float] = field(default_factory=dict)

    def inclusion(self, declared: Declared, missing: str, new: str) -> float:
        """Its lower bound, with ``new`` typed as well when it is named."""
        shape = _shape(declared, missing, new)
        if shape not in self.known:
            self.known[shape] = self._computed(_anonymous(declared), _place(declared, missing), _place(declared, new))
        return self.known[shape]

    def _computed(self, declared: Declared, missing: str, new: str) -> float:
        choices = PowerChoices(
            "shape", missing, candidates=(new,) if new else (), sets=1 if new else 0, threshold=self.threshold
        )
        asked = Asked(declared, missing, self.markers, choices, self.theta, FEWER_DRAWS)
        return asked.step((new,) if new else ()).inclusion.low


def _place(declared: Declared, code: str) -> str:
    places = [str(number) for number, one in enumerate(declared.pedigree) if one.id == code]
    return places[0] if places else ""


def _anonymous(declared: Declared) -> Declared:
    """The family with places for codes."""
    placed = {one.id: str(number) for number, one in enumerate(declared.pedigree)}
    members = tuple(
        Individual(
            placed[one.id],
            one.sex,
            placed[one.father] if one.father else None,
            placed[one.mother] if one.mother else None,
            one.founder_inbreeding,
        )
        for one in declared.pedigree
    )
    references = {placed[code]: profile for code, profile in declared.references.items()}
    return Declared("shape", Pedigree(members), references)


def _shape(declared: Declared, missing: str, new: str) -> Shape:
    """What an answer that rests on nobody's genotypes rests on."""
    family = _anonymous(declared)
    typed = tuple((code, frozenset(profile.genotypes)) for code, profile in sorted(family.references.items()))
    return (tuple(family.pedigree), typed, _place(declared, missing), _place(declared, new))
