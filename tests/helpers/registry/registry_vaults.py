"""What the tests of keys, audit and backups share: a cheap Argon2id and an empty registry in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine

from antigone.registry.keys.passphrase import Cost
from antigone.registry.keys.vault import Vault, found_registry
from antigone.registry.store.database import create_registry, transaction
from antigone.registry.store.schema import metadata

SMALL = Cost(memory_kib=32, passes=1, lanes=1)
PASSPHRASE = "five random words of no use"
NOW = "2026-11-23T12:00:00+00:00"


def small_registry(vault: Vault) -> Engine:
    """A registry in memory with its tables and its identity, and nobody in it."""
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.begin() as connection:
        found_registry(connection, vault)
    return engine


@contextmanager
def begun_registry(place: str, vault: Vault) -> Iterator[Engine]:
    """A registry as users have it, with every table, trigger and pragma, and nobody in it."""
    engine = create_registry(place)
    with transaction(engine) as connection:
        found_registry(connection, vault)
    yield engine
    engine.dispose()
