"""Consent given and consent withdrawn. To withdraw is to be erased."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection

from antigone.errors import Conflict
from antigone.model.incident.consent import SCOPE_IDENTIFICATION, Consent
from antigone.registry.audit.log import count_exports
from antigone.registry.changes.changes import note_change
from antigone.registry.consent.instruments import add_consent, find_giving_donor, has_scope
from antigone.registry.leaving import erasure, narrowing
from antigone.registry.leaving.elsewhere import find_donor_elsewhere, find_seeker_elsewhere
from antigone.registry.leaving.erasure import Erased
from antigone.registry.people.newcomers import check_consent
from antigone.registry.store.lookups import find_family
from antigone.team.access.leaving import begin_leaving, finish_leaving
from antigone.team.access.session import Session, Subject, action
from antigone.team.incidents.families import family_view
from antigone.team.views import Elsewhere, FamilyView, Left, Narrowed

SHARING = "sharing"


def donors_in_words(count: int) -> str:
    """How many donors a refusal is about.

    >>> donors_in_words(1), donors_in_words(2)
    ('1 donor', '2 donors')
    """
    return f"{count} donor" if count == 1 else f"{count} donors"


@action("record consent")
def record_consent(session: Session, incident: str, family: str, member: str, *, consent: Consent) -> FamilyView:
    """Record an instrument by which a donor consents: what for, since when, until when, where it is kept.

    When it covers today, the family is to be searched again; when it begins later, from that day on.

    Raises
    ------
    InputError
        When it has no reference or no known scope, or ends before it begins.
    RegistryError
        When there is no such donor, or the donor has left.
    Conflict
        When the donor has that instrument already, or left in some incident after it was given.
    """
    subject: Subject = {"incident": incident, "family": family, "member": member, "scope": sorted(consent.scope)}
    with session.writing("record consent", subject) as connection:
        donor = find_giving_donor(connection, incident, family, member)
        check_consent(connection, session.registry.vault, donor, given=consent.date)
        add_consent(connection, incident=incident, family=family, member=member, consent=consent)
        if consent.covers(SCOPE_IDENTIFICATION, session.registry.today()):
            row = find_family(connection, incident, family)
            note_change(connection, row.incident, "consent given", at=session.registry.now(), families=[row.id])
        return family_view(session, connection, incident, family)


@action("withdraw")
def find_donor(session: Session, incident: str, family: str, member: str) -> tuple[Elsewhere, ...]:
    """Where else in the registry a donor stands, or may stand, before they withdraw; with a line in the audit.

    Nowhere when there is no such donor, or they have left.
    """
    with session.writing("withdraw", {"incident": incident, "asked": "where else a donor stands"}) as connection:
        return find_donor_elsewhere(connection, session.registry.vault, incident=incident, family=family, member=member)


@action("withdraw")
def find_seeker(session: Session, incident: str, code: str) -> tuple[Elsewhere, ...]:
    """Where else in the registry a living seeker stands, or may stand. See `find_donor`."""
    with session.writing("withdraw", {"incident": incident, "asked": "where else a seeker stands"}) as connection:
        return find_seeker_elsewhere(connection, session.registry.vault, incident=incident, code=code)


@action("withdraw")
def withdraw_donor(
    session: Session, incident: str, family: str, member: str, *, also: Collection[str] | None = None
) -> Left:
    """Erase a donor: profiles, name, keys, and every candidate of the family; in old backups too, by their keys.

    The same donor in another incident is erased too. Runs that rested on them are marked "to be computed again". The
    audit keeps that it happened.

    Parameters
    ----------
    session, incident, family, member
        Who, by codes.
    also
        The keys of those to be erased too, of `find_donor`; without it everybody there who is sure to be the same.

    Raises
    ------
    RegistryError
        When there is no such donor, or the donor has left already.
    Conflict
        When ``also`` names somebody who is not among those found.
    """
    with session.changing() as connection:
        vault = session.registry.vault
        found = find_donor_elsewhere(connection, vault, incident=incident, family=family, member=member)
        chosen = _chosen(found, also)
        erased = [_erase_donor(session, connection, incident, family, member)]
        erased += [_erase(session, connection, one) for one in chosen]
        begin_leaving(connection)
    return _left(session, f"{member} of family {family}", erased, found, chosen)


@action("withdraw")
def withdraw_seeker(session: Session, incident: str, code: str, *, also: Collection[str] | None = None) -> Left:
    """Erase a living seeker: the request, profiles, keys, and every candidate that names them. See `withdraw_donor`.

    Raises
    ------
    RegistryError
        When there is no living seeker of that code, or the seeker has left already.
    Conflict
        When ``also`` names somebody who is not among those found.
    """
    with session.changing() as connection:
        found = find_seeker_elsewhere(connection, session.registry.vault, incident=incident, code=code)
        chosen = _chosen(found, also)
        erased = [_erase_seeker(session, connection, incident, code)]
        erased += [_erase(session, connection, one) for one in chosen]
        begin_leaving(connection)
    return _left(session, code, erased, found, chosen)


@action("narrow consent")
def narrow_consent(
    session: Session, incident: str, family: str, member: str, *, scope: str, also: Collection[str] | None = None
) -> Narrowed:
    """Take one purpose back from a donor's consent, such as sharing, and keep the others; see `withdraw_donor`.

    Where the same donor stands in another incident it is taken back too. What rested on it is handled as in a
    withdrawal. Exports that were made before are counted: only their recipients can undo them.

    Raises
    ------
    InputError
        When there is no such purpose.
    RegistryError
        When there is no such donor, or no consent for it that stands.
    Conflict
        When it is all that the donor consented to, or ``also`` names somebody who is not among those found.
    """
    with session.changing() as connection:
        vault = session.registry.vault
        found = find_donor_elsewhere(connection, vault, incident=incident, family=family, member=member)
        donors = tuple(one for one in found if one.kind == "donor")
        chosen = [
            one for one in _chosen(donors, also) if has_scope(connection, one.key, scope, session.registry.today())
        ]
        results = [_narrow(session, connection, incident, family, member, scope)]
        results += [_narrow(session, connection, one.incident, one.family, one.code, scope) for one in chosen]
        exports = count_exports(connection, [incident, *(one.incident for one in chosen)]) if scope == SHARING else 0
        begin_leaving(connection)
    return Narrowed(
        who=f"{member} of family {family}",
        scope=scope,
        candidates=sum(one.candidates for one in results),
        runs=sum(len(one.runs) for one in results),
        exports=exports,
        still_to_do=finish_leaving(session.registry),
        narrowed_elsewhere=tuple(chosen),
        left_standing=tuple(one for one in donors if one not in chosen),
    )


def _chosen(found: Sequence[Elsewhere], also: Collection[str] | None) -> list[Elsewhere]:
    """Of those found, who is taken along; never remains, which belong to no living person."""
    if also is None:
        return [one for one in found if one.sure and one.kind != "remains"]
    able = {one.key: one for one in found if one.kind != "remains"}
    unknown = sorted(set(also) - set(able))
    if unknown:
        raise Conflict(f"{', '.join(unknown)}: not among those found as the same person; look again where they stand")
    return [able[key] for key in dict.fromkeys(also)]


def _erase(session: Session, connection: Connection, one: Elsewhere) -> Erased:
    if one.kind == "donor":
        return _erase_donor(session, connection, one.incident, one.family, one.code)
    return _erase_seeker(session, connection, one.incident, one.code)


def _erase_donor(session: Session, connection: Connection, incident: str, family: str, member: str) -> Erased:
    return erasure.withdraw_donor(
        connection,
        session.registry.vault,
        incident=incident,
        family=family,
        member=member,
        day=session.registry.today(),
        **_by(session),
    )


def _erase_seeker(session: Session, connection: Connection, incident: str, code: str) -> Erased:
    return erasure.withdraw_seeker(connection, session.registry.vault, incident=incident, code=code, **_by(session))


def _narrow(session: Session, connection: Connection, incident: str, family: str, member: str, scope: str) -> Erased:
    who = {"incident": incident, "family": family, "member": member}
    return narrowing.narrow_consent(connection, **who, scope=scope, day=session.registry.today(), **_by(session))


def _by(session: Session) -> dict[str, str]:
    return {"at": session.registry.now(), "actor": session.code, "purpose": session.purpose}


def _left(
    session: Session, who: str, erased: Sequence[Erased], found: Sequence[Elsewhere], chosen: Sequence[Elsewhere]
) -> Left:
    return Left(
        who,
        tuple(code for one in erased for code in one.samples),
        sum(one.profiles for one in erased),
        sum(one.candidates for one in erased),
        len({run for one in erased for run in one.runs}),
        finish_leaving(session.registry),
        tuple(chosen),
        tuple(one for one in found if one not in chosen),
    )
