"""Why a missing person is compared with nobody: no donor is a blood relative in the declared pedigree."""

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
