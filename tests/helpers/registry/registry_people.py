"""A registry with people in it, for the tests of backups and rotation: imported, searched, and left by somebody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from registry_example import AT, DAY, get, of_everything, put, run_and_store
from registry_vaults import NOW
from sqlalchemy import Connection, Engine, insert, select

from antigone.model.incident.incident import Incident
from antigone.registry.audit.chain import append
from antigone.registry.backup.backup import Backup, backup
from antigone.registry.backup.restore import Restored, restore
from antigone.registry.keys.vault import Vault
from antigone.registry.leaving.erasure import withdraw_donor, withdraw_seeker
from antigone.registry.review.candidates import open_candidate
from antigone.registry.store import schema
from antigone.registry.store.database import Place, snapshot, transaction

LATER = "2027-06-01T00:00:00+00:00"
LINES = 4
"""Of the audit, once it is inhabited."""


class House:
    """A registry with a family, a seeker and remains, and the folder where its backups go."""

    def __init__(self, engine: Engine, folder: Path, vault: Vault) -> None:
        self.engine, self.folder, self.vault, self.restored = engine, folder, vault, 0
        self.ring = folder / "antigone.ring"
        self.run = inhabit(engine, self.vault)
        self.content = readable(engine, self.vault)

    def backup(self, name: str = "one.backup") -> Backup:
        return backup(self.engine, self.vault, archive=self.folder / name, ring=self.ring, at=NOW)

    def restore(
        self, name: str = "one.backup", *, place: Place = "", vault: Vault | None = None, ring: Path | None = None
    ) -> Restored:
        self.restored += 1
        place = place or self.folder / f"restored-{self.restored}.db"
        ring = ring or self.ring
        return restore(place, vault or self.vault, archive=self.folder / name, ring=ring, at=LATER)


def inhabit(engine: Engine, vault: Vault) -> int:
    """Import an incident, search it, and keep the run, whose number is given back."""
    row = {"code": "U1", "role": "geneticist", "password": "none", "active": True, "created": AT}
    with transaction(engine) as connection:
        connection.execute(insert(schema.users).values(row))
    put((engine, vault), of_everything())
    run, *_ = run_and_store((engine, vault), pairs=3)
    with transaction(engine) as connection:
        while append(connection, at=AT, actor="U1", action="read", purpose="§ 1", subject="PM1").number < LINES:
            pass
    return run


def leave(engine: Engine, *, member: str = "FA") -> None:
    """A donor of the family leaves."""
    with transaction(engine) as connection:
        withdraw_donor(
            *(connection, None),
            incident="I1",
            family="F1",
            member=member,
            day=DAY,
            at=AT,
            actor="U1",
            purpose="request",
        )


def seeker_leaves(engine: Engine) -> None:
    with transaction(engine) as connection:
        withdraw_seeker(connection, None, incident="I1", code="LS1", at=AT, actor="U1", purpose="request")


def readable(engine: Engine, vault: Vault) -> tuple[Incident, list[Any]]:
    """All that the keys open: the incident, and each candidate in full."""
    with snapshot(engine) as connection:
        open_ones = select(schema.candidates.c.id).where(~schema.candidates.c.stale).order_by(schema.candidates.c.id)
        full = [open_candidate(connection, vault, number) for number in connection.scalars(open_ones)]
    return get((engine, vault)).incident, full


def everything(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, in order of its primary key."""
    tables = schema.metadata.sorted_tables
    return {t.name: [tuple(r) for r in connection.execute(select(t).order_by(*t.primary_key))] for t in tables}
