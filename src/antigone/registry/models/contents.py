"""What a version of a model holds: frequency tables, settings and further models, kept once for each content.

They are found by the SHA-256 of their text and never changed, so every run of the past can be read with the model it
used.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from sqlalchemy import Connection, insert, select

from antigone.model.assumptions.frequency import FrequencyTable
from antigone.model.incident.evidence import FurtherEvidence
from antigone.model.incident.incident_model import IncidentModel
from antigone.model.incident.settings import SearchSettings
from antigone.registry.store.documents import Document, content_hash
from antigone.registry.store.schema import models
from antigone.registry.store.stored import FREQUENCIES, FURTHER, SETTINGS

_Kind = TypeVar("_Kind", FrequencyTable, SearchSettings, FurtherEvidence)


def keep_content(connection: Connection, model: IncidentModel) -> tuple[str, ...]:
    """Keep what is new of a model; the hashes of its parts, in their order."""
    parts = [("frequencies", FREQUENCIES.write(table)) for table in model.tables]
    parts += [("settings", SETTINGS.write(model.settings)), ("further", FURTHER.write(model.further))]
    hashes = [content_hash(content) for _, content in parts]
    _keep(connection, [(hash_, *part) for hash_, part in zip(hashes, parts, strict=True)])
    return tuple(hashes)


def read_content(connection: Connection, hashes: Sequence[str]) -> IncidentModel:
    """The model with these parts."""
    found: dict[str, list[str]] = {"frequencies": [], "settings": [], "further": []}
    content = {row.hash: row for row in connection.execute(select(models).where(models.c.hash.in_(hashes)))}
    for hash_ in hashes:
        found[content[hash_].kind].append(content[hash_].content)
    (settings,), (further,) = _all(SETTINGS, found["settings"]), _all(FURTHER, found["further"])
    return IncidentModel(_all(FREQUENCIES, found["frequencies"]), settings, further)


def _all(kind: Document[_Kind], documents: Iterable[str]) -> tuple[_Kind, ...]:
    return tuple(map(kind.read, documents))


def _keep(connection: Connection, documents: Iterable[tuple[str, str, str]]) -> None:
    """Add the documents whose content is new."""
    new = {hash_: (kind, content) for hash_, kind, content in documents}
    known = set(connection.scalars(select(models.c.hash).where(models.c.hash.in_(list(new)))))
    rows = [{"hash": h, "kind": kind, "content": content} for h, (kind, content) in new.items() if h not in known]
    if rows:
        connection.execute(insert(models), rows)
