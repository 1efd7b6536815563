"""Consent given and consent withdrawn. To withdraw is to be erased."""

from __future__ import annotations

from antigone.casework.registry.families import family_view
from antigone.casework.registry.leaving import begin_leaving, finish_leaving
from antigone.casework.registry.session import Session, Subject, action
from antigone.casework.registry.views import FamilyView, Left
from antigone.model.case import Consent
from antigone.registry import erasure
from antigone.registry.erasure import Erased
from antigone.registry.growth import mark_grown, note_families
from antigone.registry.instruments import add_consent


def donors_in_words(count: int) -> str:
    """How many donors a refusal is about.

    >>> donors_in_words(1), donors_in_words(2)
    ('1 donor', '2 donors')
    """
    return f"{count} donor" if count == 1 else f"{count} donors"


@action("record consent")
def record_consent(session: Session, incident: str, family: str, member: str, *, consent: Consent) -> FamilyView:
    """Record an instrument by which a donor consents: what for, since when, until when, where it is kept.

    Searches of a day that it covers, and that did not know of it, are marked "to be computed again".

    Raises
    ------
    InputError
        When it has no reference or no known scope, or ends before it begins.
    RegistryError
        When there is no such donor, or the donor has left.
    Conflict
        When the donor has that instrument already.
    """
    subject: Subject = {"incident": incident, "family": family, "member": member, "scope": sorted(consent.scope)}
    with session.writing("record consent", subject) as connection:
        before = note_families(connection, incident, family=family)
        add_consent(connection, incident=incident, family=family, member=member, consent=consent)
        subject["runs"] = mark_grown(connection, before)
        return family_view(session, connection, incident, family)


@action("withdraw")
def withdraw_donor(session: Session, incident: str, family: str, member: str) -> Left:
    """Erase a donor: profiles, name, keys, and every candidate of the family; in old backups too, by their keys.

    Runs that rested on the donor are marked "to be computed again". The audit keeps that it happened.

    Raises
    ------
    RegistryError
        When there is no such donor, or the donor has left already.
    """
    registry = session.registry
    with session.changing() as connection:
        erased = erasure.withdraw_donor(
            connection,
            session.registry.vault,
            incident=incident,
            family=family,
            member=member,
            day=registry.today(),
            at=registry.now(),
            actor=session.code,
            purpose=session.purpose,
        )
        begin_leaving(connection)
    return _left(session, f"{member} of family {family}", erased)


@action("withdraw")
def withdraw_seeker(session: Session, incident: str, code: str) -> Left:
    """Erase a living seeker: the request, profiles, keys, and every candidate that names them.

    Raises
    ------
    RegistryError
        When there is no living seeker of that code, or the seeker has left already.
    """
    with session.changing() as connection:
        erased = erasure.withdraw_seeker(
            connection,
            session.registry.vault,
            incident=incident,
            code=code,
            at=session.registry.now(),
            actor=session.code,
            purpose=session.purpose,
        )
        begin_leaving(connection)
    return _left(session, code, erased)


def _left(session: Session, who: str, erased: Erased) -> Left:
    to_do = finish_leaving(session.registry)
    return Left(who, erased.samples, erased.profiles, erased.candidates, len(erased.runs), to_do)
