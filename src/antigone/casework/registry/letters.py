"""What a family may be told of one missing person: no genotype, no number, no finding."""

from __future__ import annotations

from sqlalchemy import Connection

from antigone.casework.registry.session import Session, action
from antigone.casework.registry.views import Letter
from antigone.errors import RegistryError
from antigone.model.case import SCOPE_IDENTIFICATION
from antigone.registry.overview import confirmed_as, count_covered, find_family, members_of
from antigone.registry.pairings import read_decisions


@action("write family letter")
def letter_material(session: Session, incident: str, family: str, missing: str) -> Letter:
    """What a letter to a family may say of one missing person.

    The state is "confirmed" when two persons confirmed an identification; "sample needed" when no donor of the family
    has an active consent; "not found" otherwise, whatever a search or a proposal says, and whatever does not fit.

    Raises
    ------
    RegistryError
        When the family has no such missing person.
    """
    subject = {"incident": incident, "family": family, "missing": missing}
    with session.writing("write family letter", subject) as connection:
        number = find_family(connection, incident, family).id
        sought = [m for m in members_of(connection, number) if m.missing]
        member = next((m for m in sought if m.code == missing), None)
        if member is None:
            raise RegistryError(f"family '{family}' has no missing person '{missing}'; see the family")
        several = len(sought) > 1
        confirmed = confirmed_as(connection, member.id)
        if confirmed:
            behind = _behind(connection, confirmed[0].id)
            return Letter(incident, family, missing, "confirmed", confirmed[0].kind, behind, several)
        covered = count_covered(connection, number, day=session.registry.today(), scope=SCOPE_IDENTIFICATION)
    return Letter(incident, family, missing, "not found" if covered else "sample needed", "", (), several)


def _behind(connection: Connection, pairing: int) -> tuple[str, ...]:
    """Who proposed what stands confirmed now, and who confirmed it."""
    last = {step.action: step.user for step in read_decisions(connection, pairing)}
    return last["propose"], last["confirm"]
