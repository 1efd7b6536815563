"""What a family may be told of one missing person: no genotype, no number, no finding."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection

from antigone.errors import Conflict, RegistryError
from antigone.model.incident.consent import SCOPE_IDENTIFICATION
from antigone.registry.lists.overview import confirmed_as, count_covered
from antigone.registry.review.pairings import being_reopened, read_decisions
from antigone.registry.store.lookups import AnyRow, find_family, members_of
from antigone.team.access.session import Session, Subject, action
from antigone.team.views import Letter

ON_HOLD = (
    "an identification that was confirmed is being looked at again, so no letter can be made now; a geneticist or a "
    "reviewer decides whether it stands: make the letter after that, and speak with the family in person until then"
)
"""A letter that says "not found yet" would contradict the one that the family may hold."""


NO_PROPOSAL_FOUND = (
    "it stands as confirmed, but this registry holds no proposal of one person and confirmation of another behind it, "
    "so no letter can be made: the database may have been changed from outside; tell the auditor, who runs verify"
)
"""Nobody is told that somebody was identified when nobody decided it."""


@action("write family letter")
def letter_material(session: Session, incident: str, family: str, missing: str) -> Letter:
    """What a letter to a family may say of one missing person.

    The state is "confirmed" when two persons confirmed an identification; "sample needed" when no donor of the family
    has an active consent; "not found" otherwise, whatever a search or a proposal says, and whatever does not fit.

    Raises
    ------
    Conflict
        While somebody asks to reopen an identification that was confirmed, or when a confirmed state has no decisions
        of two persons behind it. It stands in the audit.
    RegistryError
        When the family has no such missing person.
    """
    subject: Subject = {"incident": incident, "family": family, "missing": missing}
    with session.writing("write family letter", subject) as connection:
        number = find_family(connection, incident, family).id
        sought = [m for m in members_of(connection, number) if m.missing]
        member = next((m for m in sought if m.code == missing), None)
        if member is None:
            raise RegistryError(f"family '{family}' has no missing person '{missing}'; see the family")
        refused = ON_HOLD if missing in being_reopened(connection, number) else ""
        told = _letter_facts(connection, member, session.registry.today())
        refused = refused or (NO_PROPOSAL_FOUND if told is None else "")
        if refused:
            subject["refused"] = refused
    if told is None or refused:
        raise Conflict(f"missing '{missing}' of family '{family}': {refused}")
    return Letter(incident, family, missing, *told, several_missing=len(sought) > 1)


@action("write family letter")
def letters_on_hold(session: Session, incident: str, family: str) -> tuple[str, ...]:
    """The missing persons of a family about whom no letter can be made now.

    Raises
    ------
    RegistryError
        When there is no such family.
    """
    with session.looking() as connection:
        return being_reopened(connection, find_family(connection, incident, family).id)


def _letter_facts(connection: Connection, member: AnyRow, day: dt.date) -> tuple[str, str, tuple[str, ...]] | None:
    """The state, the kind of person who was found, and who stands behind it; nothing when nobody does."""
    confirmed = confirmed_as(connection, member.id)
    if confirmed:
        behind = _behind(connection, confirmed[0].id)
        return ("confirmed", confirmed[0].kind, behind) if behind else None
    covered = count_covered(connection, member.family, day=day, scope=SCOPE_IDENTIFICATION)
    return "not found" if covered else "sample needed", "", ()


def _behind(connection: Connection, pairing: int) -> tuple[str, ...]:
    """Who proposed what stands confirmed now, and who confirmed it after that; empty when no two persons did."""
    proposed = confirmed = ""
    for step in read_decisions(connection, pairing):
        if step.action == "propose":
            proposed, confirmed = step.user, ""
        elif step.action == "confirm":
            confirmed = step.user
    return (proposed, confirmed) if proposed and confirmed and proposed != confirmed else ()
