"""What an incident is judged under: frequency tables, settings and models, kept once for each content.

They are never changed. An incident points to those in force; when it gets others, the earlier ones are closed and stay,
so that every run of the past can be read with the models it used.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from sqlalchemy import Connection, insert, select, update

from antigone.model.assumptions.frequency import FrequencyTable
from antigone.model.assumptions.lineage import StatedCounts
from antigone.model.incident.evidence import FurtherEvidence
from antigone.model.incident.incident import Incident
from antigone.model.incident.settings import SearchSettings
from antigone.registry.store.documents import Document, content_hash
from antigone.registry.store.schema import incident_models, models
from antigone.registry.store.stored import FREQUENCIES, FURTHER, SETTINGS

_Kind = TypeVar("_Kind", FrequencyTable, SearchSettings, FurtherEvidence)


@dataclass(frozen=True)
class Conditions:
    """Everything about an incident that belongs to no person."""

    tables: tuple[FrequencyTable, ...]
    settings: SearchSettings
    further: FurtherEvidence


def conditions_of(incident: Incident) -> Conditions:
    """The conditions of an incident: its models without what was typed or is known of anybody."""
    further = replace(incident.further, y={}, mt={}, missing={}, unidentified={})
    if further.y_model is not None and isinstance(further.y_model.basis, StatedCounts):
        further = replace(further, y_model=replace(further.y_model, basis=replace(further.y_model.basis, seen={})))
    if further.mt_model is not None and isinstance(further.mt_model.basis, StatedCounts):
        further = replace(further, mt_model=replace(further.mt_model, basis=replace(further.mt_model.basis, seen={})))
    return Conditions(incident.tables, incident.settings, further)


def save_conditions(connection: Connection, incident: int, conditions: Conditions, *, at: str) -> bool:
    """Put conditions in force for an incident; whether they are others than before."""
    if _in_force(connection, incident) and read_conditions(connection, incident) == conditions:
        return False
    wanted = [("frequencies", FREQUENCIES.write(table)) for table in conditions.tables]
    wanted += [("settings", SETTINGS.write(conditions.settings)), ("further", FURTHER.write(conditions.further))]
    hashes = [content_hash(content) for _, content in wanted]
    _keep(connection, [(hash_, *one) for hash_, one in zip(hashes, wanted, strict=True)])
    links = incident_models
    ended = update(links).where(links.c.incident == incident, links.c.until.is_(None)).values(until=at)
    connection.execute(ended)
    rows = [{"incident": incident, "hash": hash_, "place": place, "since": at} for place, hash_ in enumerate(hashes)]
    connection.execute(insert(links), rows)
    return True


def read_conditions(connection: Connection, incident: int) -> Conditions:
    """The conditions in force."""
    found: dict[str, list[str]] = {"frequencies": [], "settings": [], "further": []}
    hashes = [hash_ for hash_, _ in _in_force(connection, incident)]
    content = {row.hash: row for row in connection.execute(select(models).where(models.c.hash.in_(hashes)))}
    for hash_ in hashes:
        found[content[hash_].kind].append(content[hash_].content)
    return Conditions(
        _all(FREQUENCIES, found["frequencies"]),
        _all(SETTINGS, found["settings"])[0],
        _all(FURTHER, found["further"])[0],
    )


def _all(kind: Document[_Kind], documents: Iterable[str]) -> tuple[_Kind, ...]:
    return tuple(map(kind.read, documents))


def _in_force(connection: Connection, incident: int) -> list[tuple[str, int]]:
    links = incident_models
    query = select(links.c.hash, links.c.place).where(links.c.incident == incident, links.c.until.is_(None))
    return [(hash_, place) for hash_, place in connection.execute(query.order_by(links.c.place))]


def _keep(connection: Connection, documents: Iterable[tuple[str, str, str]]) -> None:
    """Add the documents whose content is new."""
    new = {hash_: (kind, content) for hash_, kind, content in documents}
    known = set(connection.scalars(select(models.c.hash).where(models.c.hash.in_(list(new)))))
    rows = [{"hash": h, "kind": kind, "content": content} for h, (kind, content) in new.items() if h not in known]
    if rows:
        connection.execute(insert(models), rows)
