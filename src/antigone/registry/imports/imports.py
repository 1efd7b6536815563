"""Imports as they are kept: when, by whom, of which files, and which rows each added or changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from antigone.errors import RegistryError
from antigone.model.incident.incident import SourceFile
from antigone.registry.audit.chain import audit_head
from antigone.registry.imports.journal import Changed, Journal, Rows, read_values, write_values
from antigone.registry.keys.vault import Vault
from antigone.registry.people.digests import Digester
from antigone.registry.store.lookups import AnyRow
from antigone.registry.store.schema import import_changes, import_rows, imports, incidents, users

STANDING, UNDONE = "standing", "undone"
NOTICES = ("incidents", "notices")
"""The one column to which imports only add: what an import added there is kept as keyed digests."""


@dataclass(frozen=True)
class Import:
    """An import that was noted: its row, and the rows that it added and changed (the latter as they were before)."""

    row: AnyRow
    added: Rows
    changed: Changed


def keep_import(
    connection: Connection,
    vault: Vault,
    noted: Journal,
    *,
    incident: str,
    files: Sequence[SourceFile],
    counts: Mapping[str, int],
    at: str,
    user: int,
) -> int | None:
    """Keep what an import did, last in its transaction; nothing when it did nothing.

    The next line of the audit must be that of the import.
    """
    added, changed = noted.added(), noted.changed()
    if not added and not changed:
        return None
    about = {
        "incident": incident,
        "at": at,
        "user": user,
        "line": audit_head(connection).number + 1,
        "files": json.dumps([[file.name, file.sha256] for file in files]),
        "counts": json.dumps({name: count for name, count in counts.items() if count}),
        "state": STANDING,
        "reason": "",
    }
    number = int(connection.execute(insert(imports).returning(imports.c.id), about).scalar_one())
    rows = [{"import": number, "kind": kind, "first": a, "last": b} for kind, (a, b) in added.items()]
    _insert(connection, import_rows, rows)
    digester = Digester.of(connection, vault)
    before = [
        {"import": number, "kind": kind, "number": row}
        | {"before": write_values(_kept(connection, digester, kind, row, columns))}
        for (kind, row), columns in changed.items()
    ]
    _insert(connection, import_changes, before)
    return number


def read_import(connection: Connection, number: int) -> Import:
    """An import with the rows it added and changed.

    Raises
    ------
    RegistryError
        When there is none of that number.
    """
    row = connection.execute(_LINES.where(imports.c.id == number)).one_or_none()
    if row is None:
        raise RegistryError(
            f"the registry has no import {number}; list the imports of the incident, correct the number"
        )
    asked = select(import_rows).where(import_rows.c["import"] == number)
    added = {one.kind: (one.first, one.last) for one in connection.execute(asked)}
    of_changes = select(import_changes).where(import_changes.c["import"] == number).order_by(import_changes.c.id)
    changed = {(one.kind, one.number): read_values(one.kind, one.before) for one in connection.execute(of_changes)}
    return Import(row, added, changed)


def list_imports(connection: Connection, incident: str) -> Sequence[AnyRow]:
    """The imports of an incident, the newest first."""
    query = _LINES.where(imports.c.incident == incident).order_by(imports.c.id.desc())
    return connection.execute(query).all()


def without_notices(connection: Connection, vault: Vault, notices: Iterable[str], digests: Iterable[str]) -> list[str]:
    """The notices of an incident without those that an import added."""
    digester, gone = Digester.of(connection, vault), set(digests)
    return [notice for notice in notices if digester.notice(notice) not in gone]


_ENDED_BY = users.alias("ended_by_user")
_LINES = (
    select(imports, users.c.code.label("user_code"), _ENDED_BY.c.code.label("ended_by_code"))
    .select_from(imports)
    .join(users, imports.c.user == users.c.id)
    .outerjoin(_ENDED_BY, imports.c.ended_by == _ENDED_BY.c.id)
)


def _kept(
    connection: Connection, digester: Digester, kind: str, number: int, columns: Mapping[str, Any]
) -> Mapping[str, Any]:
    if (kind, *columns) != NOTICES:
        return columns
    now = connection.scalar(select(incidents.c.notices).where(incidents.c.id == number)) or "[]"
    before = json.loads(columns["notices"])
    return {"notices": [digester.notice(notice) for notice in json.loads(now) if notice not in before]}


def _insert(connection: Connection, table: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), rows)
