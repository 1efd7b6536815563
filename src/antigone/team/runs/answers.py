"""What families answered, between the registry and a search: read before it, kept after it."""

from __future__ import annotations

from contextlib import suppress

from antigone.casework.pairs.kept import Asked
from antigone.errors import StorageError
from antigone.registry.runs.answers import keep_answers, read_answers
from antigone.registry.store.database import snapshot, transaction
from antigone.registry.store.lookups import find_incident
from antigone.team.access.session import Registry

FAMILIES_AT_ONCE = 200
"""Families of one transaction, so that other writers wait for a moment alone."""


def known_answers(registry: Registry, incident: str) -> dict[str, bytes]:
    """By family, what is kept of its answers."""
    with snapshot(registry.engine) as connection:
        return dict(read_answers(connection, registry.vault, find_incident(connection, incident).id))


def keep_answers_of(registry: Registry, run: int, asked: Asked) -> None:
    """Keep what was asked. What another action leaves no room for is not kept, and asked again by the next search."""
    codes = list(asked.answers)
    for start in range(0, len(codes), FAMILIES_AT_ONCE):
        some = {code: asked.answers[code] for code in codes[start : start + FAMILIES_AT_ONCE]}
        with suppress(StorageError), transaction(registry.engine) as connection:
            keep_answers(connection, registry.vault, run, some)
