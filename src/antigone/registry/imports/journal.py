"""What a transaction adds and changes, row by row: noted while it is done, whatever code does it.

Whoever writes holds the lock of the registry, so every row above the last one of before is of this transaction. What a
statement is about to change is read just before it runs.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, Delete, LargeBinary, Table, Update, event, false, func, select

from antigone.registry.audit.seals import SEALED

Rows = Mapping[str, tuple[int, int]]
"""By table, the first and the last of the rows that were added to it."""
Changed = Mapping[tuple[str, int], Mapping[str, Any]]
"""By table and row, the columns that were changed, as they were before; of a row that was deleted, all of them."""
NOT_ADDED = ("imports", "import_rows", "import_changes")


@dataclass
class Journal:
    """What was noted. ``above``: the last row of each table before; ``before``: rows as they were."""

    connection: Connection
    above: Mapping[str, int]
    before: dict[tuple[str, int], Mapping[str, Any]] = field(default_factory=dict)

    def added(self) -> Rows:
        """The rows that are new."""
        found = {}
        for kind, last in self.above.items():
            number = SEALED[kind].c.id
            asked = select(func.min(number), func.max(number)).where(number > last)
            first, newest = self.connection.execute(asked).one()
            if first is not None:
                found[kind] = (int(first), int(newest))
        return found

    def changed(self) -> Changed:
        """The rows that were there and are otherwise now."""
        found = {}
        for (kind, number), before in self.before.items():
            table = SEALED[kind]
            now = self.connection.execute(select(table).where(table.c.id == number)).mappings().one_or_none()
            columns = {name: value for name, value in before.items() if now is None or now[name] != value}
            if columns:
                found[kind, number] = columns
        return found

    def note(self, _connection: Connection, statement: Any, many: Any, one: Any, _options: Any) -> None:
        """Read what a statement is about to change."""
        if not isinstance(statement, Update | Delete):
            return
        table = SEALED.get(str(getattr(statement.table, "name", "")))
        if table is None or table.name in NOT_ADDED:
            return
        query = select(table).where(table.c.id <= self.above[table.name])
        if statement.whereclause is not None:
            query = query.where(statement.whereclause)
        for given in many or [one or {}]:
            for row in self.connection.execute(query, given).mappings():
                self.before.setdefault((table.name, row["id"]), dict(row))


@contextmanager
def journal(connection: Connection) -> Iterator[Journal]:
    """Note what this transaction adds and changes in the block."""
    tables = [table for name, table in SEALED.items() if name not in NOT_ADDED]
    noted = Journal(connection, {t.name: connection.scalar(select(func.max(t.c.id))) or 0 for t in tables})
    event.listen(connection, "before_execute", noted.note)
    try:
        yield noted
    finally:
        event.remove(connection, "before_execute", noted.note)


def within(table: Table, rows: Rows) -> ColumnElement[bool]:
    """Whether a row of a table is one of these rows."""
    return table.c.id.between(*rows[table.name]) if table.name in rows else false()


def write_values(values: Mapping[str, Any]) -> str:
    """Columns of a row as JSON."""
    return json.dumps(values, default=lambda value: value.hex() if isinstance(value, bytes) else value.isoformat())


def read_values(kind: str, text: str) -> dict[str, Any]:
    """Columns of a row of a table from JSON."""
    return {name: _plain(SEALED[kind].c[name].type, value) for name, value in json.loads(text).items()}


def _plain(type_: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(type_, LargeBinary):
        return bytes.fromhex(value)
    return dt.date.fromisoformat(value) if isinstance(type_, Date) else value
