"""Random lives of a registry: whatever the order of events, no archive opens who left before the ring was written."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from registry_example import AT, DAY, get, put, simulated
from registry_vaults import NOW, PASSPHRASE, SMALL
from sqlalchemy import Engine

from antigone.registry.audit.checkpoints import verify_history
from antigone.registry.backup.backup import backup
from antigone.registry.backup.restore import restore
from antigone.registry.keys.keyfile import create_key_file, read_key_file
from antigone.registry.keys.vault import Vault, found_registry
from antigone.registry.leaving.erasure import withdraw_donor
from antigone.registry.rings.ring import outdated_rings, write_rings
from antigone.registry.rings.rotation import rotate_key_file
from antigone.registry.store.database import create_registry, snapshot, transaction

pytestmark = pytest.mark.slow

Who = tuple[str, str]
"""A family and a member who gave a sample."""


def present(engine: Engine, vault: Vault) -> frozenset[Who]:
    """The donors whose typing opens."""
    return frozenset((f.code, d.member) for f in get((engine, vault)).incident.families for d in f.donors)


@dataclass
class Life:
    """A registry and what should be true of it: who is there, who was there at each archive, who is in the ring."""

    engine: Engine
    folder: Path
    chance: random.Random
    here: frozenset[Who] = frozenset()
    in_ring: frozenset[Who] = frozenset()
    archives: list[frozenset[Who]] = field(default_factory=list)

    @property
    def vault(self) -> Vault:
        return read_key_file(self.folder / "antigone.key", passphrase=PASSPHRASE)

    def leave(self) -> None:
        """Somebody leaves; one time in three the computer stops before the ring is written over."""
        family, member = who = self.chance.choice(sorted(self.here))
        with transaction(self.engine) as connection:
            withdraw_donor(
                *(connection, self.vault),
                incident="I1",
                family=family,
                member=member,
                day=DAY,
                at=AT,
                actor="U1",
                purpose="x",
            )
        self.here -= {who}
        if self.chance.random() < 2 / 3:
            assert write_rings(self.engine, self.vault, at=NOW) == ()
            self.in_ring = self.here

    def back_up(self) -> None:
        archive = self.folder / f"{len(self.archives)}.backup"
        backup(self.engine, self.vault, archive=archive, ring=self.folder / "a.ring", at=NOW)
        self.archives.append(self.here)
        self.in_ring = self.here

    def rotate(self) -> None:
        assert rotate_key_file(
            self.engine, self.folder / "antigone.key", passphrase=PASSPHRASE, at=NOW, cost=SMALL
        ).finished
        self.in_ring = self.here

    def check(self) -> None:
        """The registry has who it should; a restored archive has who was there then and is in the ring still."""
        with snapshot(self.engine) as connection:
            assert bool(outdated_rings(connection)) == (self.in_ring != self.here)
        assert present(self.engine, self.vault) == self.here
        number = self.chance.randrange(len(self.archives))
        restored = restore(
            *(self.folder / f"{self.chance.random()}.db", self.vault),
            **{"archive": self.folder / f"{number}.backup", "ring": self.folder / "a.ring", "at": NOW},  # type: ignore[arg-type]
        )
        assert present(restored.engine, self.vault) == self.archives[number] & self.in_ring
        with snapshot(restored.engine) as connection:
            verify_history(connection)
        restored.engine.dispose()


@pytest.mark.parametrize("seed", range(3))
def test_backup__in_any_order_of_events_no_archive_brings_back_who_left(tmp_path, seed):
    engine, vault = create_registry(tmp_path / "registry.db"), Vault.new()
    create_key_file(tmp_path / "antigone.key", vault, passphrase=PASSPHRASE, cost=SMALL)
    with transaction(engine) as connection:
        found_registry(connection, vault)
    put((engine, vault), simulated())
    life = Life(engine, tmp_path, random.Random(seed), present(engine, vault))
    life.back_up()
    steps: list[Callable[[], None]] = [life.leave, life.leave, life.back_up, life.rotate]
    for _ in range(6):
        life.chance.choice(steps)()
        life.check()
    assert life.here < life.archives[0]
    engine.dispose()
