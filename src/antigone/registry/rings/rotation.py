"""To give a registry a new master key, in steps that may be interrupted anywhere.

1. The key file gains the next generation; both generations open from it. Then the registry moves to that generation:
   new data keys are wrapped by it.
2. Every data key of an older generation is unwrapped and wrapped again, some hundred in each transaction.
3. The rings are written over.
4. The older generation leaves the key file.

Whoever repeats the call after a crash goes on where it stopped, because each step looks at what is there, and not at
what was planned. Data keys and what they seal stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, bindparam, select, update

from antigone.errors import VaultError
from antigone.registry.keys.keyfile import read_key_file, write_key_file
from antigone.registry.keys.passphrase import STRONG, Cost
from antigone.registry.keys.vault import Vault, check_vault
from antigone.registry.rings.ring import Unreached, outdate_rings, write_rings
from antigone.registry.store.database import transaction
from antigone.registry.store.files import alone
from antigone.registry.store.properties import read_property, write_property
from antigone.registry.store.schema import keys

BATCH = 500
"""Data keys wrapped again in one transaction, so that nobody waits for long."""


@dataclass(frozen=True)
class Rotation:
    """The generation now in use, how many data keys were wrapped again by this call, and rings not written over."""

    generation: int
    wrapped: int
    unreached: tuple[Unreached, ...]

    @property
    def finished(self) -> bool:
        """Whether nothing needs the older generations any more."""
        return not self.unreached


def rotate_key_file(
    engine: Engine, path: Path, *, passphrase: str, at: str, cost: Cost = STRONG, batch: int = BATCH
) -> Rotation:
    """Rotate the master key of a key file, or finish a rotation that was interrupted.

    The older generation stays in the key file as long as a ring could not be written over; bring its medium, or forget
    its place, and repeat. Copies of the key file made before open nothing that is written from now on: make new ones.

    Parameters
    ----------
    engine
        The registry.
    path
        Its key file, which is replaced.
    passphrase
        Of the key file, before and after.
    at
        The moment in UTC, ISO 8601.
    cost
        What one guess of the passphrase costs from now on.
    batch
        Data keys in one transaction.

    Raises
    ------
    VaultError
        When the key file does not open, or is not the registry's.
    StorageError
        When the key file or the database cannot be written; repeat the call.
    """
    with alone(path), transaction(engine) as connection:
        vault = read_key_file(path, passphrase=passphrase)
        check_vault(connection, vault)
        if len(vault.masters) == 1:
            vault = next_generation(vault)
            write_key_file(path, vault, passphrase=passphrase, cost=cost)
        _move_to(connection, vault)
    done = rotate(engine, vault, at=at, batch=batch)
    if done.finished:
        with alone(path):
            read_key_file(path, passphrase=passphrase)  # who changed the passphrase meanwhile keeps the file
            write_key_file(path, _newest(vault), passphrase=passphrase, cost=cost)
    return done


def rotate(engine: Engine, vault: Vault, *, at: str, batch: int = BATCH) -> Rotation:
    """Bring the registry to the newest generation of a vault that holds the older ones too.

    For a server, whose keys come from its environment: give it the text of `next_generation`, rotate, and take the
    older generation away when the rotation is finished. See `rotate_key_file`.
    """
    with transaction(engine) as connection:
        check_vault(connection, vault)
        _move_to(connection, vault)
    wrapped = 0
    while count := _wrap_some(engine, vault, batch):
        wrapped += count
    return Rotation(vault.generation, wrapped, write_rings(engine, vault, at=at))


def next_generation(vault: Vault) -> Vault:
    """The vault with a new random master key beside the others."""
    number = vault.generation + 1
    return Vault({**vault.masters, **Vault.new(number).masters})


def _newest(vault: Vault) -> Vault:
    return Vault({vault.generation: vault.masters[vault.generation]})


def _move_to(connection: Connection, vault: Vault) -> None:
    """New data keys are wrapped by the newest generation from now on, and older rings are out of date."""
    current = int(read_property(connection, "generation"))
    if current > vault.generation:
        raise VaultError(
            f"the registry is at generation {current} of its master key, the newest of this vault is "
            f"{vault.generation}; give the current key file"
        )
    if current < vault.generation:
        write_property(connection, "generation", str(vault.generation))
        write_property(connection, "fingerprint", vault.fingerprint())
        outdate_rings(connection)


def _wrap_some(engine: Engine, vault: Vault, batch: int) -> int:
    """Wrap the next data keys again, in a transaction of their own; how many they were."""
    older = select(keys).where(keys.c.generation < vault.generation).order_by(keys.c.id).limit(batch)
    with transaction(engine) as connection:
        found = [vault.unwrap(*row) for row in connection.execute(older)]
        rows = [{"of": key.id, "by": vault.wrap(key, vault.generation)} for key in found]
        if rows:
            change = update(keys).where(keys.c.id == bindparam("of"))
            connection.execute(change.values(wrapped=bindparam("by"), generation=vault.generation), rows)
    return len(rows)
