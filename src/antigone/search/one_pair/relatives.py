"""Who else of the family it could be: H1 against the proposition that the person is a close relative of the missing.

The LR of a search compares H1 with an unrelated person. A close relative of the missing person fits the references
almost as well, and sometimes just as well; how much better H1 does is a number of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from antigone.engine.arrays import LN10
from antigone.errors import ModelError, PlanTooLarge
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import AS_READ, ObservationModel
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.pedigree import Individual, Pedigree, Sex
from antigone.model.results.search import Relation, RelativeAlternative
from antigone.search.families.family_table import Target
from antigone.search.one_pair.likelihood import log_ratio_of_places


@dataclass(frozen=True)
class Place:
    """Where a close relative of the missing person stands, in a pedigree that holds both."""

    relation: Relation
    pedigree: Pedigree
    member: str
    partner: str = ""


def relative_alternatives(
    target: Target,
    person: UnidentifiedPerson,
    markers: Sequence[Marker],
    *,
    donors: Collection[str],
    theta: float = 0.0,
    observation: ObservationModel = AS_READ,
) -> tuple[RelativeAlternative, ...]:
    """The log10 LR of the person being the missing person, against being a close relative of theirs.

    Relatives are those of `close_relatives`. Both likelihoods are exact, over one pedigree that holds the relative as
    a further member without a sample of their own; markers are taken as unlinked. A relative for whom the model does
    not exist, or whose exact sum is too large, is left out, and so is one who is impossible where H1 is impossible too.

    Parameters
    ----------
    target, person
        The pair.
    markers
        Of the population in which the pair's LR is smallest.
    donors
        All members who gave a sample, whether or not it is used: who is proposed tells nothing of which are used.
    theta, observation
        As in the search.
    """
    found = []
    for place in close_relatives(target, person.sex, donors=donors):
        log_lr = _log_lr(place, target, person, markers, theta, observation)
        if log_lr is not None:
            found.append(RelativeAlternative(place.relation, log_lr / LN10, place.partner))
    return tuple(found)


def close_relatives(target: Target, sex: Sex, *, donors: Collection[str]) -> Iterator[Place]:
    """The close relatives of a missing person that somebody of this sex could be.

    A full sibling; father or mother, when that parent gave no sample; a child, with each declared partner or with
    nobody declared; a full sibling of either parent. Parents who are not declared are added, which is what makes
    somebody a sibling. Half-siblings are not among them: where one fits better than H1, a declared parent may not be
    the parent, and that is a finding about the family (PURPOSE.md, rule 6).
    """
    missing = target.missing
    family = _with_parents(target.pedigree, missing)
    if family is not None:
        yield _sibling("full sibling", family, missing, sex)
        yield from _parents(family, missing, sex, donors)
        yield from _siblings_of_parents(family, missing, sex)
    for partner in _partners(target.pedigree, missing) or ("",):
        yield _child(target.pedigree, missing, partner, sex)


def _log_lr(
    place: Place,
    target: Target,
    person: UnidentifiedPerson,
    markers: Sequence[Marker],
    theta: float,
    observation: ObservationModel,
) -> float | None:
    """The natural log LR of H1 against a place; nothing where a model does not exist or the sum is too large."""
    wider = replace(target, pedigree=place.pedigree)
    try:
        log_lr = log_ratio_of_places(
            place.pedigree, wider, person, markers,
            places=(target.missing, place.member), theta=theta, observation=observation,
        )  # fmt: skip
    except (ModelError, PlanTooLarge):
        return None
    return None if np.isnan(log_lr) else log_lr


def _with_parents(pedigree: Pedigree, member: str) -> Pedigree | None:
    """The pedigree in which a member has both parents; nothing when the member is an inbred founder."""
    one = pedigree[member]
    if one.founder_inbreeding:
        return None
    father, mother = one.father or _free(pedigree, "father"), one.mother or _free(pedigree, "mother")
    new: list[Individual] = []
    if one.father is None:
        new.append(Individual(father, "male"))
    if one.mother is None:
        new.append(Individual(mother, "female"))
    known = (replace(m, father=father, mother=mother) if m.id == member else m for m in pedigree)
    return Pedigree((*new, *known))


def _sibling(relation: Relation, pedigree: Pedigree, member: str, sex: Sex) -> Place:
    """A full sibling of a member who has both parents."""
    code, one = _free(pedigree, "sibling"), pedigree[member]
    return Place(relation, Pedigree((*pedigree, Individual(code, sex, one.father, one.mother))), code)


def _parents(family: Pedigree, missing: str, sex: Sex, donors: Collection[str]) -> Iterator[Place]:
    """Father and mother, as far as their sex is possible and they gave no sample."""
    child = family[missing]
    if child.father is not None and child.father not in donors and sex != "female":
        yield Place("father", family, child.father)
    if child.mother is not None and child.mother not in donors and sex != "male":
        yield Place("mother", family, child.mother)


def _siblings_of_parents(family: Pedigree, missing: str, sex: Sex) -> Iterator[Place]:
    sides: tuple[tuple[Relation, str | None], ...] = (
        ("full sibling of the father", family[missing].father),
        ("full sibling of the mother", family[missing].mother),
    )
    for relation, parent in sides:
        wider = None if parent is None else _with_parents(family, parent)
        if parent is not None and wider is not None:
            yield _sibling(relation, wider, parent, sex)


def _child(pedigree: Pedigree, missing: str, partner: str, sex: Sex) -> Place:
    """A child of the missing person and a declared partner, or nobody declared."""
    is_mother = pedigree[missing].sex == "female" or (partner != "" and pedigree[partner].sex == "male")
    father, mother = (partner or None, missing) if is_mother else (missing, partner or None)
    code = _free(pedigree, "child")
    return Place("child", Pedigree((*pedigree, Individual(code, sex, father, mother))), code, partner)


def _partners(pedigree: Pedigree, missing: str) -> tuple[str, ...]:
    """The other declared parents of the missing person's children."""
    children = (pedigree[child] for child in pedigree.children[missing])
    others = (child.mother if child.father == missing else child.father for child in children)
    return tuple(dict.fromkeys(other for other in others if other is not None))


def _free(pedigree: Pedigree, word: str) -> str:
    """A code that no member has."""
    code = f"({word})"
    while code in pedigree:
        code += "'"
    return code
