"""What a family may be told of one missing person: no genotype, no number, no finding."""

from __future__ import annotations

from sqlalchemy import Connection

from antigone.errors import Conflict
from antigone.registry.lists.overview import confirmed_as
from antigone.registry.review.pairings import read_decisions
from antigone.registry.store.lookups import find_family
from antigone.registry.tasks.alive import read_alive
from antigone.registry.tasks.standing import Stand, stands_of
from antigone.registry.tasks.telling import find_missing
from antigone.team.access.session import Session, Subject, action
from antigone.team.views import Letter

ON_HOLD = (
    "an identification that was confirmed is being looked at again, and nobody recorded that the family was told of "
    "it, so no letter can be made now. If the family was told, record that: the letter then says that it is checked "
    "again. If not, wait until a geneticist or a reviewer has decided, and speak with the family in person until then"
)
"""A letter that says "not found yet" would contradict the one that the family may hold."""


NO_PROPOSAL_FOUND = (
    "it stands as confirmed, but this registry holds no proposal of one person and confirmation of another behind it, "
    "so no letter can be made: the database may have been changed from outside; tell the auditor, who runs verify"
)
"""Nobody is told that somebody was found when nobody decided it."""


@action("write family letter")
def letter_material(session: Session, incident: str, family: str, missing: str) -> Letter:
    """What a letter to a family may say of one missing person; it follows from where that person stands.

    "confirmed" when two persons confirmed an identification, "found alive" when two persons confirmed that; "under
    review again" when the family was told what is looked at again; "not upheld" when it was told what does not stand
    any more. Else "sample needed", "consent needed" or "sample and consent needed" when the family is asked for that;
    "not found" otherwise, whatever a search or a proposal says, and whatever does not fit.

    Raises
    ------
    Conflict
        While an identification is looked at again of which nobody recorded that the family was told, or when a
        confirmed state has no decisions of two persons behind it. It stands in the audit.
    RegistryError
        When the family has no such missing person.
    """
    subject: Subject = {"incident": incident, "family": family, "missing": missing}
    with session.writing("write family letter", subject) as connection:
        member = find_missing(connection, incident, family, missing)
        number = find_family(connection, incident, family).id
        stands = stands_of(connection, day=session.registry.today(), numbers=[number])
        stand = next(one for one in stands if one.member == member)
        behind = _behind(connection, stand)
        refused = ON_HOLD if stand.news == "on hold" else ""
        refused = refused or (NO_PROPOSAL_FOUND if stand.is_found and not behind else "")
        if refused:
            subject["refused"] = refused
    if refused:
        raise Conflict(f"missing '{missing}' of family '{family}': {refused}")
    told = letter_state(stand.state, [one.what for one in stand.wants])
    return Letter(incident, family, missing, told, stand.kind, behind, several_missing=len(stands) > 1)


def letter_state(state: str, wants: list[str]) -> str:
    """The state of a letter, from where a missing person stands and what the family is asked for.

    >>> letter_state("not found", ["consent"]), letter_state("confirmed", [])
    ('consent needed', 'confirmed')
    """
    return f"{' and '.join(wants)} needed" if state == "not found" and wants else state


@action("write family letter")
def letters_on_hold(session: Session, incident: str, family: str) -> tuple[str, ...]:
    """The missing persons of a family about whom no letter can be made now.

    Raises
    ------
    RegistryError
        When there is no such family.
    """
    with session.looking() as connection:
        number = find_family(connection, incident, family).id
        stands = stands_of(connection, day=session.registry.today(), numbers=[number])
    return tuple(one.code for one in stands if one.news == "on hold")


def _behind(connection: Connection, stand: Stand) -> tuple[str, ...]:
    """Who proposed what stands confirmed now, and who confirmed it after that; empty when no two persons did."""
    if stand.state == "confirmed":
        pairing = confirmed_as(connection, stand.member)[-1].id
        return _two([(step.user, step.action) for step in read_decisions(connection, pairing)])
    if stand.state == "found alive":
        return _two([(step.user, step.action) for step in read_alive(connection, stand.member).steps])
    return ()


def _two(steps: list[tuple[str, str]]) -> tuple[str, ...]:
    proposed = confirmed = ""
    for user, taken in steps:
        if taken == "propose":
            proposed, confirmed = user, ""
        elif taken == "confirm":
            confirmed = user
    return (proposed, confirmed) if proposed and confirmed and proposed != confirmed else ()
