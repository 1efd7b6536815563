"""What is asked of one family, and the likelihood of a single answer: the persons in their places, or unrelated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from antigone.engine.mutation.lumping import lump_marker
from antigone.engine.sums.likelihood import marker_logs
from antigone.model.assumptions.marker import Marker
from antigone.model.pedigree import Individual, Pedigree, Sex
from antigone.model.profile import Profile
from antigone.search.joint.persons import Persons
from antigone.search.pairs.comparison import differ

NOBODY = -1


@dataclass(frozen=True)
class FamilyQuestion:
    """A declared family, its references, and for each missing member the unidentified persons who may be them.

    ``candidates[j]`` are indices of persons for ``missing[j]``.
    """

    code: str
    pedigree: Pedigree
    missing: tuple[str, ...]
    references: Mapping[str, Profile]
    candidates: tuple[tuple[int, ...], ...]

    @property
    def persons(self) -> tuple[int, ...]:
        """Everybody who may be of this family."""
        return tuple(sorted({person for some in self.candidates for person in some}))

    @property
    def places(self) -> tuple[Sex, ...]:
        """The sexes of the missing members."""
        return tuple(self.pedigree[member].sex for member in self.missing)

    @property
    def needed(self) -> Pedigree:
        """The pedigree without members who say nothing, whoever stands at the missing ones."""
        return self.pedigree.without_untyped_leaves({*self.missing, *self.references})


def sexed_markers(
    question: FamilyQuestion, persons: Persons, markers: Sequence[Marker]
) -> tuple[Persons, Sequence[Marker]]:
    """The persons and markers that a family can use: the autosomal ones only, where a member's sex is not known."""
    if all(member.sex != "unknown" for member in question.needed):
        return persons, markers
    return persons.autosomal, [marker for marker in markers if marker.chromosome == "autosomal"]


def lumped_markers(question: FamilyQuestion, persons: Persons, markers: Sequence[Marker]) -> list[Marker]:
    """The markers with the alleles that nobody concerned carries as one, where that is exact."""
    lumped = []
    for marker, distinguished in zip(markers, persons.distinguished(question.persons), strict=True):
        carried = [profile.genotypes.get(marker.name, ()) for profile in question.references.values()]
        read = {allele for genotype in carried for allele in genotype if allele is not None}
        lumped.append(lump_marker(marker, distinguished | read))
    return lumped


def logs_together(
    question: FamilyQuestion, persons: Persons, markers: Sequence[Marker], who: Mapping[str, int], *, theta: float
) -> list[float]:  # fmt: skip
    """Log P(references, the persons ``who`` in their places) at each marker."""
    read, seen = persons.placed(who, question.pedigree, markers)
    return marker_logs(question.needed, {**question.references, **read}, markers, theta=theta, observations=seen)


def logs_apart(
    question: FamilyQuestion, persons: Persons, markers: Sequence[Marker], people: Sequence[tuple[int, Sex]], *,
    theta: float,
) -> list[float]:  # fmt: skip
    """Log P(references, these persons unrelated to the family) at each marker, all alleles from one urn.

    ``people`` are persons with the sex they are taken to have: in another than their own their X markers say nothing.
    """
    strangers = {f"unrelated {persons.codes[p]}": (p, sex) for p, sex in people}
    apart = Pedigree((*question.needed, *(stranger(code, sex) for code, (_, sex) in strangers.items())))
    read, seen = persons.placed({code: p for code, (p, _) in strangers.items()}, apart, markers)
    return marker_logs(apart, {**question.references, **read}, markers, theta=theta, observations=seen)


def taken_as(persons: Persons, question: FamilyQuestion, row: Sequence[int]) -> list[tuple[int, Sex]]:
    """The persons of a row (-1: nobody) with their own sex, or that of their place where it is another."""
    pairs = zip(row, question.places, strict=True)
    own = persons.sexes
    return sorted((int(p), place if differ(own[p], place) else own[p]) for p, place in pairs if p != NOBODY)


def stranger(code: str, sex: Sex) -> Individual:
    """An unrelated person. One of unknown sex has no X markers, and on autosomes either sex gives the same."""
    return Individual(code, "female" if sex == "unknown" else sex)
