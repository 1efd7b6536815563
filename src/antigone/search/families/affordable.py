"""Which families can be computed exactly within the stated limits, known before anything is computed.

The declared pedigree and who is typed at which marker decide it; no genotype plays a part, so it tells nothing of
whether a reference fits (PURPOSE.md, rule 6). The ladders of all populations have the same alleles, so a family is
affordable in all of them or in none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from antigone.engine.sums.pruning import prune
from antigone.engine.sums.work import require_work, work_of
from antigone.errors import PlanTooLarge
from antigone.model.assumptions.marker import Marker
from antigone.model.profile import Profile
from antigone.model.statements import searching as said
from antigone.model.statements.statement import Statement
from antigone.search.families.batches import Question, batches
from antigone.search.families.family_table import work_of_question
from antigone.search.families.reference_fit import Declared, fit_questions

MOST_TRIED = 12
"""Members, and references, of whom it is tried whether one more or one less makes a family affordable."""
Kind = tuple[object, ...]


def family_work(family: Declared, missing: Sequence[str], markers: Sequence[Marker], *, theta: float) -> float:
    """Multiplications that a search asks of one family in one population: its references' fit, and its tables.

    Raises
    ------
    PlanTooLarge
        When it is more than ``engine.elimination.LARGEST_WORK``, or one sum is larger than its limits.
    """
    total = 0.0
    for _, rows, data in batches(fit_questions(family, theta), markers):
        total += len(rows) * work_of(prune(data), theta).operations
        require_work(total)
    asked = [Question(family.pedigree, family.references, member) for member in missing]
    for _, rows, data in batches(asked, markers):
        total += len(rows) * work_of_question(data, theta)
        require_work(total)
    return total


def kind_of_work(family: Declared, missing: Sequence[str]) -> Kind:
    """What the work of a family depends on: families of one kind take the same."""
    row = {member.id: number for number, member in enumerate(family.pedigree)}
    pedigree = tuple((m.sex, row.get(m.father or ""), row.get(m.mother or "")) for m in family.pedigree)
    typed = tuple((row[m], _typed(profile)) for m, profile in family.references.items())
    return pedigree, typed, tuple(row[member] for member in missing)


def _typed(profile: Profile) -> tuple[frozenset[str], frozenset[str]]:
    """The markers that were read, and those that were read in part."""
    partial = (name for name, genotype in profile.genotypes.items() if len(genotype) < 2 or None in genotype)
    return frozenset(profile.genotypes), frozenset(partial)


def is_affordable(family: Declared, missing: Sequence[str], markers: Sequence[Marker], *, theta: float) -> bool:
    """Whether ``family_work`` is within the limits."""
    try:
        family_work(family, missing, markers, theta=theta)
    except PlanTooLarge:
        return False
    return True


def remedies(
    family: Declared, missing: Sequence[str], markers: Sequence[Marker], *, theta: float
) -> tuple[Statement, ...]:
    """Each single change that would make a family affordable; none when no single change does."""
    found = [said.WITH_THETA_0()] if theta > 0 and is_affordable(family, missing, markers, theta=0.0) else []
    made = (
        (said.WITH_ONE_MORE, _with_one_more(family, missing, markers)),
        (said.WITH_ONE_LESS, _with_one_less(family)),
    )
    for words, changes in made:
        who = tuple(m for m, changed in changes if is_affordable(changed, missing, markers, theta=theta))
        found += [words(members=who)] if who else []
    return tuple(found)


def _with_one_more(
    family: Declared, missing: Sequence[str], markers: Sequence[Marker]
) -> Iterator[tuple[str, Declared]]:
    """The family with each of the first untyped members typed at every marker."""
    typed = {marker.name: (marker.alleles[0], marker.alleles[0]) for marker in markers}
    others = [m.id for m in family.pedigree if m.id not in family.references and m.id not in missing]
    for member in others[:MOST_TRIED]:
        yield member, _changed(family, {**family.references, member: Profile(member, typed)})


def _with_one_less(family: Declared) -> Iterator[tuple[str, Declared]]:
    """The family without each of the first references, when others are left."""
    for member in list(family.references)[:MOST_TRIED]:
        rest = {m: profile for m, profile in family.references.items() if m != member}
        if rest:
            yield member, _changed(family, rest)


def _changed(family: Declared, references: Mapping[str, Profile]) -> Declared:
    return replace(family, references=references)
