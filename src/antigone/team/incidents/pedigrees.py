"""Changing a declared pedigree: what the family says now, whole, and never beneath a decision."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple

from antigone.errors import Conflict, InputError
from antigone.model.pedigree import Pedigree
from antigone.registry.leaving.pedigree_changes import change_pedigree, find_decision
from antigone.registry.lists.overview import donors_of
from antigone.registry.store.lookups import find_family
from antigone.team.access.session import Session, Subject, action
from antigone.team.incidents.families import family_view
from antigone.team.views import FamilyView

LONGEST_CODE = 200
MOST_MEMBERS = 500


@action("import")
def save_pedigree(
    session: Session,
    incident: str,
    family: str,
    *,
    pedigree: Pedigree,
    missing: Collection[str],
    seen: str,
    severing: bool = False,
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
    severing
        Whether it is meant that donors are no longer related to a missing person (`lost_relations`).

    Raises
    ------
    InputError
        When nobody is missing, a missing person is no member or gave a sample, or a code is none; when donors are no
        longer related to a missing person, unless that is meant.
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
        staying = sorted(code for code in giving if code in pedigree)
        cut = lost_relations(before.pedigree, pedigree, missing=missing, donors=staying)
        if cut and not severing:
            raise InputError(
                f"family '{family}': {describe_lost_relations(cut)}, so their samples would not help to find them any "
                "more; "
                "correct the pedigree, or confirm that this is meant"
            )
        made = change_pedigree(connection, row, pedigree, missing=missing, at=session.registry.now())
        subject.update({name: len(getattr(made, name)) for name in ("added", "changed", "removed")})
        subject.update(candidates=made.candidates, runs=made.runs)
        return family_view(session, connection, incident, family)


@action("import")
def decision_on_pedigree(session: Session, incident: str, family: str) -> str:
    """The state of a pairing of the family that holds what is declared; empty when no decision does.

    Raises
    ------
    RegistryError
        When there is no such incident or family.
    """
    with session.looking() as connection:
        held = find_decision(connection, find_family(connection, incident, family))
    return "" if held is None else str(held.state)


def lost_relations(
    before: Pedigree, now: Pedigree, *, missing: Collection[str], donors: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """Donors who were related to a missing person and are not any more, by the missing person.

    Two are related when they share an ancestor or a descendant: partners are by their child.

    >>> trio = Pedigree.of(("FA", "male"), ("MO", "female"), ("CH", "female", "FA", "MO"))
    >>> without = Pedigree.of(("FA", "male"), ("MO", "female"), ("CH", "female", "FA"))
    >>> lost_relations(trio, without, missing={"CH"}, donors=("FA", "MO"))
    {'CH': ('MO',)}
    """
    found = {
        person: tuple(d for d in donors if _are_tied(before, d, person) and not _are_tied(now, d, person))
        for person in sorted(missing)
    }
    return {person: cut for person, cut in found.items() if cut}


def describe_lost_relations(cut: Mapping[str, Sequence[str]]) -> str:
    """Who is no longer related to whom, in words.

    >>> describe_lost_relations({"MP1": ("R1", "R2"), "MP2": ("R1",)})
    'R1 and R2 are no longer related to MP1; R1 is no longer related to MP2'
    """
    return "; ".join(
        f"{' and '.join(donors)} {'is' if len(donors) == 1 else 'are'} no longer related to {person}"
        for person, donors in cut.items()
    )


def _are_tied(pedigree: Pedigree, one: str, other: str) -> bool:
    if one not in pedigree or other not in pedigree:
        return False
    return pedigree.are_related(one, other) or not _descent(pedigree, one).isdisjoint(_descent(pedigree, other))


def _descent(pedigree: Pedigree, member: str) -> set[str]:
    """A member and all descendants."""
    found, waiting = set[str](), [member]
    while waiting:
        here = waiting.pop()
        found.add(here)
        waiting += [child for child in pedigree.children[here] if child not in found]
    return found


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
