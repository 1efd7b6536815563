"""What the references of a missing person are: of nobody related by blood as declared, or of the person directly."""

from __future__ import annotations

from collections.abc import Iterable

from antigone.model.incident.incident import Family
from antigone.model.pedigree import Pedigree
from antigone.model.statements import searching
from antigone.model.statements.statement import Statement

MOST_LISTED = 20
"""Missing persons that are named one by one."""


def unrelated_notices(families: Iterable[Family]) -> tuple[Statement, ...]:
    """A notice for each missing person who has donors, none of them related by blood as declared."""
    alone = [
        (family.code, missing)
        for family in families
        if family.donors
        for missing in family.missing
        if not _has_relative(family, missing)
    ]
    notices = [searching.NO_BLOOD_RELATIVE(family=code, missing=missing) for code, missing in alone[:MOST_LISTED]]
    if len(alone) > MOST_LISTED:
        notices.append(searching.MORE_WITHOUT_RELATIVE(number=len(alone) - MOST_LISTED))
    return tuple(notices)


def direct_notices(families: Iterable[Family]) -> tuple[Statement, ...]:
    """A notice for each direct reference of a missing person: a personal item, a milk tooth, stored blood."""
    direct = [(f.code, d.profile.sample, d.member) for f in families for d in f.donors if d.member in f.missing]
    notices = [
        searching.DIRECT_REFERENCE(family=code, reference=sample, missing=missing)
        for code, sample, missing in direct[:MOST_LISTED]
    ]
    if len(direct) > MOST_LISTED:
        notices.append(searching.MORE_DIRECT_REFERENCES(number=len(direct) - MOST_LISTED))
    return tuple(notices)


def _has_relative(family: Family, missing: str) -> bool:
    line = _ancestors(family.pedigree, missing)
    return any(line & _ancestors(family.pedigree, donor.member) for donor in family.donors)


def _ancestors(pedigree: Pedigree, member: str) -> set[str]:
    """The member, and everybody whose genes the member may carry."""
    found, open_ = set[str](), [member]
    while open_:
        one = open_.pop()
        if one not in found:
            found.add(one)
            individual = pedigree[one]
            open_ += [parent for parent in (individual.father, individual.mother) if parent is not None]
    return found
