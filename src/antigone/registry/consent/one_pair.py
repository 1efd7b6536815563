"""One family and one unidentified person as a report on their candidate needs them: what a search used, no more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import Connection, select

from antigone.errors import RegistryError
from antigone.model.incident.consent import judge_consents
from antigone.model.incident.incident import Donor, Family, UnidentifiedPerson
from antigone.model.pedigree import Individual, Pedigree
from antigone.registry.consent.coverage import instruments_of
from antigone.registry.keys.vault import Vault
from antigone.registry.store.lookups import consents_of, members_of
from antigone.registry.store.schema import donors, families, members, unidentified
from antigone.registry.typings.payloads import Unpacker
from antigone.registry.typings.reading import Typed, read_typed
from antigone.registry.typings.saving import Owner


def read_family(connection: Connection, vault: Vault, family: int, *, scope: str, day: dt.date) -> Family:
    """A family with the donors whom an active consent covers; the profiles of the others stay sealed."""
    code = connection.scalars(select(families.c.code).where(families.c.id == family)).one()
    kin = members_of(connection, family)
    pedigree = Pedigree(tuple(Individual(m.code, m.sex, m.father, m.mother, m.founder_inbreeding) for m in kin))
    given = tuple(_donors(connection, vault, family, scope=scope, day=day))
    return Family(code, pedigree, tuple(m.code for m in kin if m.missing), given)


def read_person(connection: Connection, vault: Vault, person: int) -> UnidentifiedPerson:
    """An unidentified person.

    Raises
    ------
    RegistryError
        When they have left.
    """
    row = connection.execute(select(unidentified).where(unidentified.c.id == person)).one()
    if row.key is None:
        raise RegistryError(f"'{row.code}' has left the registry; search again")
    typed = _typed(connection, vault, "unidentified", person)
    profile, like = typed.profile, typed.beside.person or UnidentifiedPerson(row.code, typed.profile)
    return UnidentifiedPerson(
        row.code,
        profile,
        row.sex,
        row.kind,
        row.request,
        like.rates,
        like.estimate_dropout,
        like.replicates,
        like.peak_height,
        like.amelogenin,
    )


def _donors(connection: Connection, vault: Vault, family: int, *, scope: str, day: dt.date) -> Iterator[Donor]:
    query = select(donors.c.id, members.c.code).select_from(donors.join(members))
    rows = connection.execute(query.where(members.c.family == family, donors.c.erased.is_(None)).order_by(donors.c.id))
    for row in rows.all():
        consent, _ = judge_consents(instruments_of(consents_of(connection, [row.id])), scope=scope, day=day)
        if consent is not None:
            yield Donor(row.code, _typed(connection, vault, "donor", row.id).profile, consent)


def _typed(connection: Connection, vault: Vault, owner: Owner, number: int) -> Typed:
    (found,) = read_typed(connection, vault, owner, {number}, Unpacker())
    return found
