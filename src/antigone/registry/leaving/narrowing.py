"""A consent that is narrowed: one purpose is taken back, the others stay."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, select, update

from antigone.errors import Conflict, InputError, RegistryError
from antigone.model.incident.consent import SCOPE_IDENTIFICATION
from antigone.registry.audit.chain import append
from antigone.registry.consent.instruments import find_giving_donor
from antigone.registry.leaving.erasure import Erased, count_results, erase_results_of
from antigone.registry.store.lookups import find_family, stands_on
from antigone.registry.store.schema import CONSENT_SCOPES, consents

NOTHING = Erased((), 0, 0, ())


def narrow_consent(
    connection: Connection,
    *,
    incident: str,
    family: str,
    member: str,
    scope: str,
    day: dt.date,
    at: str,
    actor: str,
    purpose: str,
) -> Erased:
    """Take one purpose back from every consent of a donor, from a day on, with a line in the audit.

    What rested on it is erased as in a withdrawal: for identification the candidates of the family, joint answers and
    unfinished searches; runs are marked to be computed again. Nothing that is kept rests on the other purposes alone.

    Raises
    ------
    InputError
        When there is no such purpose.
    RegistryError
        When there is no such donor, or no consent of theirs for it is in force.
    Conflict
        When nothing else is left: who takes everything back withdraws, and is erased.
    """
    if scope not in CONSENT_SCOPES:
        raise InputError(f"purpose '{scope}'; expected one of {', '.join(CONSENT_SCOPES)}")
    donor = find_giving_donor(connection, incident, family, member)
    stands = stands_on(day)
    held = set(connection.scalars(select(consents.c.scope).where(consents.c.donor == donor, stands)))
    if scope not in held:
        raise RegistryError(
            f"family '{family}': donor '{member}' has no consent for {scope} that stands; there is nothing to take back"
        )
    if held == {scope}:
        raise Conflict(
            f"family '{family}': {scope} is all that donor '{member}' consented to; who takes it back withdraws, and "
            "is erased ('withdraw')"
        )
    these = (consents.c.donor == donor) & (consents.c.scope == scope) & stands
    connection.execute(update(consents).where(these).values(withdrawn=day))
    found, row = NOTHING, find_family(connection, incident, family)
    if scope == SCOPE_IDENTIFICATION:
        found = erase_results_of(connection, row.incident, row.id, family, at=at)
    subject = f"a donor of incident {incident}, family {family}: {scope} taken back; {count_results(found)}"
    append(connection, at=at, actor=actor, action="narrow consent", purpose=purpose, subject=subject)
    return found
