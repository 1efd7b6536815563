"""The rows of a registry that count: all that the audit seals but its own lines and the history of imports."""

from __future__ import annotations

from typing import Any

from registry_team import Team
from sqlalchemy import select

from antigone.registry.audit.seals import SEALED
from antigone.registry.store.database import snapshot
from antigone.registry.store.schema import family_answers, keys

HISTORY = {"imports", "import_rows", "import_changes", "audit"}


def rows_that_count(team: Team) -> dict[str, dict[int, tuple[Any, ...]]]:
    """By table and number, every row as it stands, sealed bytes included; and which keys there are, but for those
    of answers that families gave to a search, which may be asked again."""
    with snapshot(team.registry.engine) as connection:
        found = {
            name: {row.id: tuple(row) for row in connection.execute(select(table))}
            for name, table in SEALED.items()
            if name not in HISTORY
        }
        kept = select(family_answers.c.key)
        return found | {"keys": dict.fromkeys(connection.scalars(select(keys.c.id).where(keys.c.id.not_in(kept))), ())}
