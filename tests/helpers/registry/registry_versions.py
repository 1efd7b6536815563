"""The versions of a registry's schema of which one may still lie somewhere, before the newest."""

from __future__ import annotations

from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from antigone.registry.store.migrations import LATEST, configuration

OLDEST = "0007"
"""The version of the first program that was used."""


def _versions() -> list[str]:
    with create_engine("sqlite://").connect() as connection:
        return sorted(one.revision for one in ScriptDirectory.from_config(configuration(connection)).walk_revisions())


BETWEEN = tuple(version for version in _versions() if OLDEST < version < LATEST)
