"""Changing a declared pedigree: what the family says now, whole, and never beneath a decision."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import astuple

from antigone.casework.registry.families import family_view
from antigone.casework.registry.session import Session, Subject, action
from antigone.casework.registry.views import FamilyView
from antigone.errors import Conflict, InputError
from antigone.model.pedigree import Pedigree
from antigone.registry.overview import donors_of, find_family
from antigone.registry.pedigrees import change_pedigree

LONGEST_CODE = 200
MOST_MEMBERS = 500


@action("import")
def save_pedigree(
    session: Session, incident: str, family: str, *, pedigree: Pedigree, missing: Collection[str], seen: str
) -> FamilyView:
    """Give a family another declared pedigree; nothing is written when it is the one that is known.

    Runs of the incident are marked "to be computed again". A candidate of the family is closed when a known member is
    declared otherwise than before.

    Parameters
    ----------
    session
        Who changes it.
    incident, family
        The codes.
    pedigree, missing
        The whole pedigree, and the codes of its missing members.
    seen
        The `pedigree_version` that the user looked at.

    Raises
    ------
    InputError
        When nobody is missing, a missing person is no member or gave a sample, or a code is none.
    RegistryError
        When there is no such incident or family.
    Conflict
        When somebody else changed it meanwhile, a donor would vanish, or a decision rests on what would change.
    """
    _check(pedigree, missing)
    subject: Subject = {"incident": incident, "pedigree of": family}
    with session.writing("import", subject) as connection:
        row = find_family(connection, incident, family)
        before = family_view(session, connection, incident, family)
        if pedigree_version(before.pedigree, before.missing) != seen:
            raise Conflict(
                f"somebody changed the pedigree of family '{family}' meanwhile; read it again, then change it"
            )
        giving = {donor.member for donor in donors_of(connection, row.id) if donor.erased is None}
        if giving & set(missing):
            both = ", ".join(sorted(giving & set(missing)))
            raise InputError(
                f"family '{family}': {both} gave a sample and is marked as missing; take one of the two away"
            )
        made = change_pedigree(connection, row, pedigree, missing=missing)
        subject.update({name: len(getattr(made, name)) for name in ("added", "changed", "removed")})
        subject.update(candidates=made.candidates, runs=made.runs)
        return family_view(session, connection, incident, family)


def pedigree_version(pedigree: Pedigree, missing: Collection[str]) -> str:
    """A short text that is another one whenever anything declared is: 16 hexadecimal digits."""
    declared = [[*astuple(member), member.id in missing] for member in pedigree]
    return hashlib.sha256(json.dumps(declared).encode()).hexdigest()[:16]


def _check(pedigree: Pedigree, missing: Collection[str]) -> None:
    if not 0 < len(pedigree) <= MOST_MEMBERS:
        raise InputError(f"a pedigree of {len(pedigree)} members; expected 1 to {MOST_MEMBERS}; split the family")
    for member in pedigree:
        if len(member.id) > LONGEST_CODE or member.id != member.id.strip() or not member.id.isprintable():
            raise InputError(
                f"a member's code of {len(member.id)} characters; expected 1 to {LONGEST_CODE} that can be printed, "
                "no space around them; correct it"
            )
    unknown = sorted(set(missing) - {member.id for member in pedigree})
    if unknown or not missing:
        found = f"{', '.join(unknown)} marked as missing, who is no member" if unknown else "nobody marked as missing"
        raise InputError(f"{found}; a family is searched for a missing member: mark one")
