"""Seals: a code over every row that an action wrote, which only who has the keys can make.

Whatever is written through the program is noted here, table by table. The line of the audit that tells of the action
then seals those rows: a code over all columns of each, kept in ``seals``, and in the line itself how many rows of each
table there are and a digest of all their seals. So a row that is changed, added or deleted by any other way does not
fit its seal, and a row that is set back together with its seal does not fit the digest in the audit.

The codes are HMAC-SHA-256 under a key that comes from the registry's own data key, which a rotation does not change.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Delete, Engine, Insert, Row, Table, Update, delete, event, func, insert, select, text

from antigone.errors import VaultError
from antigone.registry.keys.vault import REGISTRY_KEY, Vault, registry_key
from antigone.registry.store import schema
from antigone.registry.store.properties import find_property
from antigone.registry.store.schema import seals, totals

_NOT_SEALED = (*("properties", "keys", "models", "audit", "unfinished", "blocks", "family_answers", "seals", "totals"),)
"""Keys and models are checked by their content, the audit by its chain; the others hold nothing that decides."""
SEALED: Mapping[str, Table] = {
    table.name: table for table in schema.metadata.sorted_tables if table.name not in _NOT_SEALED
}
"""The tables that the audit answers for."""
BLOCK = 1000
"""Rows that are read or sealed at a time."""
CODE_BYTES = 16
_MODULUS = 2 ** (8 * CODE_BYTES)
_SEALER, _CHANGES = "antigone_sealer", "antigone_changes"
_OURS = text("xmin::text::bigint = (pg_current_xact_id()::text::bigint & 4294967295)")
"""On PostgreSQL, of a row: this transaction wrote it, and not somebody who does not wait for the others."""


@dataclass(frozen=True)
class Total:
    """How many rows of a table are sealed, and the sum of what their seals stand for."""

    rows: int = 0
    digest: int = 0

    def plus(self, rows: int, digest: int) -> Total:
        """The total with so many rows more, or fewer."""
        return Total(self.rows + rows, (self.digest + digest) % _MODULUS)

    @property
    def text(self) -> str:
        """The digest in hexadecimal."""
        return f"{self.digest:0{2 * CODE_BYTES}x}"


@dataclass
class Changes:
    """What a transaction wrote since its last line of the audit: rows by table, and above which number all are new."""

    touched: dict[str, set[int]] = field(default_factory=dict)
    above: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Sealer:
    """What makes the codes of one registry."""

    key: bytes = field(repr=False)

    def code(self, table: Table, row: Row[Any], line: int) -> bytes:
        """The seal of a row that line ``line`` of the audit tells of."""
        given = {name: value for name, value in row._mapping.items() if value is not None}
        content = [table.name, line, given]
        text_of = json.dumps(content, sort_keys=True, separators=(",", ":"), default=_plain)
        return hmac.digest(self.key, text_of.encode(), "sha256")[:CODE_BYTES]

    def worth(self, kind: str, number: int, code: bytes) -> int:
        """What a seal adds to the digest of its table."""
        content = f"{kind}:{number}:".encode() + code
        return int.from_bytes(hmac.digest(self.key, b"worth:" + content, "sha256")[:CODE_BYTES])

    def proof(self, content: str) -> str:
        """The proof of a text, such as the hash of a line of the audit, in hexadecimal."""
        return hmac.digest(self.key, b"proof:" + content.encode(), "sha256").hex()

    def seal_changes(self, connection: Connection, *, line: int) -> str:
        """Seal what was written in this transaction for a line of the audit; what the line keeps of it.

        It is empty when nothing was written; otherwise JSON: for each table the number of its rows and a digest.
        """
        changes: Changes = connection.info.pop(_CHANGES, Changes())
        found: dict[str, tuple[int, str]] = {}
        for kind in sorted({*changes.touched, *changes.above}):
            numbers = changes.touched.get(kind, set()) | set(_new_rows(connection, kind, changes.above.get(kind)))
            if numbers:
                total = self._seal_rows(connection, SEALED[kind], sorted(numbers), line)
                found[kind] = (total.rows, total.text)
        return json.dumps(found, separators=(",", ":")) if found else ""

    def _seal_rows(self, connection: Connection, table: Table, numbers: Sequence[int], line: int) -> Total:
        total = read_total(connection, table.name)
        for start in range(0, len(numbers), BLOCK):
            total = self._seal_block(connection, table, numbers[start : start + BLOCK], line, total)
        here = totals.c.kind == table.name
        connection.execute(delete(totals).where(here))
        connection.execute(insert(totals).values(kind=table.name, rows=total.rows, digest=total.text))
        return total

    def _seal_block(
        self, connection: Connection, table: Table, numbers: Sequence[int], line: int, total: Total
    ) -> Total:
        these = (seals.c.kind == table.name) & seals.c.number.in_(numbers)
        for number, code in connection.execute(select(seals.c.number, seals.c.code).where(these)):
            total = total.plus(-1, -self.worth(table.name, number, code))
        connection.execute(delete(seals).where(these))
        rows = []
        for row in connection.execute(select(table).where(table.c.id.in_(numbers))):
            code = self.code(table, row, line)
            total = total.plus(1, self.worth(table.name, row.id, code))
            rows.append({"kind": table.name, "number": row.id, "line": line, "code": code})
        if rows:
            connection.execute(insert(seals), rows)
        return total


def make_sealer(connection: Connection, vault: Vault, *, new: bool = False) -> Sealer:
    """The sealer of a registry; ``new``: of one that may not have a key of its own yet.

    Raises
    ------
    VaultError
        When the registry's own key is gone or does not open.
    """
    if not new and find_property(connection, REGISTRY_KEY) is None:
        raise VaultError("the registry does not say which key is its own; restore the registry from backup and ring")
    return Sealer(hmac.digest(registry_key(connection, vault).secret, b"antigone seals", "sha256"))


def protect(engine: Engine, sealer: Sealer, *, also: Connection | None = None) -> None:
    """From now on, note what is written through this engine, so that the audit answers for it.

    ``also`` is a connection of it that is in use already.
    """
    engine.update_execution_options(**{_SEALER: sealer})
    if also is not None:
        also.execution_options(**{_SEALER: sealer})
    event.listen(engine, "begin", _forget)
    event.listen(engine, "before_execute", _note)


def sealer_of(connection: Connection) -> Sealer | None:
    """What seals the rows that this connection writes; nothing when its engine is not protected."""
    found: Sealer | None = connection.get_execution_options().get(_SEALER)
    return found


def mark_for_sealing(connection: Connection, table: Table, numbers: Iterable[int]) -> None:
    """Have rows sealed by the next line of the audit, because they were written in a way that is not noted."""
    changes: Changes = connection.info.setdefault(_CHANGES, Changes())
    changes.touched.setdefault(table.name, set()).update(numbers)


def mark_all_for_sealing(connection: Connection) -> None:
    """Have every row sealed: of a registry that an older program wrote, which sealed nothing."""
    for table in SEALED.values():
        mark_for_sealing(connection, table, connection.scalars(select(table.c.id)))


def read_total(connection: Connection, kind: str) -> Total:
    """How a table stands."""
    row = connection.execute(select(totals).where(totals.c.kind == kind)).one_or_none()
    return Total(row.rows, int(row.digest, 16)) if row else Total()


def _forget(connection: Connection) -> None:
    connection.info.pop(_CHANGES, None)


def _note(connection: Connection, statement: Any, many: Any, one: Any, _options: Any) -> None:
    """Which rows a statement is about to write."""
    if not isinstance(statement, Insert | Update | Delete):
        return
    table = SEALED.get(str(getattr(statement.table, "name", "")))
    if table is None:
        return
    if isinstance(statement, Insert):
        changes: Changes = connection.info.setdefault(_CHANGES, Changes())
        if table.name not in changes.above:
            changes.above[table.name] = connection.scalar(select(func.max(table.c.id))) or 0
        return
    query = select(table.c.id)
    if statement.whereclause is not None:
        query = query.where(statement.whereclause)
    for given in many or [one or {}]:
        mark_for_sealing(connection, table, connection.scalars(query, given))


def _new_rows(connection: Connection, kind: str, above: int | None) -> Iterator[int]:
    if above is None:
        return
    query = select(SEALED[kind].c.id).where(SEALED[kind].c.id > above)
    if connection.dialect.name == "postgresql":
        query = query.where(_OURS)
    yield from connection.scalars(query)


def _plain(value: Any) -> str:
    """Bytes and days as text; each has a type of its own in its column."""
    return value.hex() if isinstance(value, bytes) else value.isoformat()
