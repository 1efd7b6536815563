"""What is known of a person beside DNA: a name, where one was given, and circumstances; sealed under their own key."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import Connection, Row, select, update

from antigone.errors import RegistryError
from antigone.model.assumptions.circumstances import MissingCircumstances, UnidentifiedCircumstances
from antigone.registry.keys.vault import DataKey, Vault
from antigone.registry.store.documents import Document
from antigone.registry.store.schema import donors, families, incidents, members, unidentified

Owner = Literal["unidentified", "members", "donors"]
"""The table of a person who may have a record."""

_TABLES = {"unidentified": unidentified, "members": members, "donors": donors}


@dataclass(frozen=True)
class Personal:
    """A person's record. ``name`` is whatever the team calls them by, to speak with them or their family."""

    name: str = ""
    missing: MissingCircumstances | None = None
    found: UnidentifiedCircumstances | None = None


NOTHING = Personal()
PERSONAL = Document("personal", Personal)


def seal_personal(key: DataKey, owner: Owner, number: int, record: Personal) -> bytes:
    """The record of one row, sealed for that row alone."""
    return Vault.seal(key, PERSONAL.write(record).encode(), context=f"{owner}:{number}")


def open_personal(key: DataKey, owner: Owner, number: int, sealed: bytes) -> Personal:
    """The record of one row."""
    return PERSONAL.read(Vault.unseal(key, sealed, context=f"{owner}:{number}"))


def write_personal(connection: Connection, vault: Vault, owner: Owner, number: int, record: Personal) -> None:
    """Set the record of a row, under a key of its own."""
    table = _TABLES[owner]
    row = connection.execute(select(table).where(table.c.id == number)).one()
    key = _key(connection, vault, row) or vault.new_key(connection)
    sealed = seal_personal(key, owner, number, record)
    connection.execute(update(table).where(table.c.id == number).values(sealed=sealed, key=key.id))


def read_personal(connection: Connection, vault: Vault, owner: Owner, number: int) -> Personal:
    """The record of a row; an empty one when nothing was recorded, or when it was erased."""
    table = _TABLES[owner]
    row = connection.execute(select(table).where(table.c.id == number)).one()
    key = _key(connection, vault, row)
    return NOTHING if key is None or row.sealed is None else open_personal(key, owner, number, row.sealed)


def record_name(connection: Connection, vault: Vault, *, incident: str, family: str, member: str, name: str) -> None:
    """Write the name of a family's member. A donor's is under the donor's key, and is erased with it.

    Raises
    ------
    RegistryError
        When the incident, family or member is not known.
    """
    owner, number = _owner_of(connection, incident, family, member)
    record = replace(read_personal(connection, vault, owner, number), name=name)
    write_personal(connection, vault, owner, number, record)


def read_name(connection: Connection, vault: Vault, *, incident: str, family: str, member: str) -> str:
    """The name of a family's member; empty where none was recorded or it was erased.

    Raises
    ------
    RegistryError
        When the incident, family or member is not known.
    """
    owner, number = _owner_of(connection, incident, family, member)
    return read_personal(connection, vault, owner, number).name


def _owner_of(connection: Connection, incident: str, family: str, member: str) -> tuple[Owner, int]:
    query = (
        select(members.c.id, donors.c.id.label("donor"))
        .select_from(members)
        .join(families, members.c.family == families.c.id)
        .join(incidents, families.c.incident == incidents.c.id)
        .outerjoin(donors, (donors.c.member == members.c.id) & donors.c.erased.is_(None))
        .where(incidents.c.code == incident, families.c.code == family, members.c.code == member)
    )
    row = connection.execute(query).first()
    if row is None:
        raise RegistryError(f"incident '{incident}' has no member '{member}' of family '{family}'; correct the codes")
    return ("members", row.id) if row.donor is None else ("donors", row.donor)


def _key(connection: Connection, vault: Vault, row: Row[Any]) -> DataKey | None:
    return None if row.key is None else vault.data_keys(connection, [row.key]).get(row.key)
