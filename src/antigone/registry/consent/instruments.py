"""Consents given after an import, and consents that have ended since a run used them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ColumnElement, Connection, func, insert, select

from antigone.errors import Conflict, InputError, RegistryError
from antigone.model.incident.consent import Consent
from antigone.registry.store.lookups import covered_on, find_family, stands_on
from antigone.registry.store.schema import CONSENT_SCOPES, consents, donors, families, members


def add_consent(connection: Connection, *, incident: str, family: str, member: str, consent: Consent) -> None:
    """Add an instrument to a donor who has not left: one row for each of its scopes.

    Raises
    ------
    InputError
        When it has no reference or no known scope, or ends before it begins.
    RegistryError
        When there is no such donor.
    Conflict
        When the donor has that instrument already.
    """
    unknown = sorted(set(consent.scope) - set(CONSENT_SCOPES))
    if unknown or not consent.scope:
        raise InputError(
            f"a consent for {', '.join(unknown) or 'nothing'}; expected some of {', '.join(CONSENT_SCOPES)}"
        )
    if not consent.reference.strip() or (consent.expires is not None and consent.expires <= consent.date):
        raise InputError("a consent without reference, or that ends before it begins; correct it from the instrument")
    donor = find_giving_donor(connection, incident, family, member)
    row = {"donor": donor, "reference": consent.reference, "given": consent.date}
    same = consents.c.donor == donor, consents.c.reference == consent.reference, consents.c.given == consent.date
    known = set(connection.scalars(select(consents.c.scope).where(*same)))
    if known & set(consent.scope):
        raise Conflict(
            f"family '{family}': '{member}' has this instrument for {', '.join(sorted(known))} already; a new consent "
            "has a reference of its own"
        )
    ends = {"expires": consent.expires, "withdrawn": consent.withdrawn, "attested_by": consent.attested_by}
    connection.execute(insert(consents), [row | ends | {"scope": scope} for scope in dict.fromkeys(consent.scope)])


def count_lapsed(connection: Connection, family: int, *, scope: str, then: dt.date, now: dt.date) -> int:
    """How many donors of a family, who have not left, were covered on a day and are not now."""
    lapsed = covered_on(then, scope) & ~covered_on(now, scope)
    return _count_donors(connection, family, lapsed)


def count_lapsed_in(connection: Connection, incident: int, *, scope: str, then: dt.date, now: dt.date) -> int:
    """How many donors of a whole incident, who have not left, were covered on a day and are not now."""
    of_incident = donors.join(members).join(families)
    present = select(func.count()).select_from(of_incident).where(families.c.incident == incident)
    lapsed = covered_on(then, scope) & ~covered_on(now, scope)
    return connection.scalar(present.where(donors.c.erased.is_(None), lapsed)) or 0


def count_uncovered(connection: Connection, family: int, *, scope: str, among: str, day: dt.date) -> int:
    """How many donors of a family are covered for the scope ``among`` but not for ``scope``."""
    return _count_donors(connection, family, covered_on(day, among) & ~covered_on(day, scope))


def _count_donors(connection: Connection, family: int, which: ColumnElement[bool]) -> int:
    present = select(func.count()).select_from(donors.join(members)).where(members.c.family == family)
    return connection.scalar(present.where(donors.c.erased.is_(None), which)) or 0


def has_scope(connection: Connection, key: str, scope: str, day: dt.date) -> bool:
    """Whether a donor, by the key of `Elsewhere`, has a consent for a purpose that was not taken back by a day."""
    asked = select(consents.c.id).where(consents.c.donor == int(key.split(":")[1]), consents.c.scope == scope)
    return connection.execute(asked.where(stands_on(day)).limit(1)).one_or_none() is not None


def find_giving_donor(connection: Connection, incident: str, family: str, member: str) -> int:
    """The row of a donor who has not left.

    Raises
    ------
    RegistryError
        When there is none.
    """
    number = find_family(connection, incident, family).id
    query = select(donors.c.id).join(members).where(members.c.family == number, members.c.code == member)
    found = connection.scalar(query.where(donors.c.erased.is_(None)))
    if found is None:
        raise RegistryError(f"family '{family}' has no donor '{member}' who has not left; see the family's donors")
    return int(found)
