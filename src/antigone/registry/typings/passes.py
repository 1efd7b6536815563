"""Passes of a profile that is typed in twice: each sealed until two agree at every marker, or they are discarded."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from antigone.registry.keys.vault import Vault
from antigone.registry.store.database import reserve
from antigone.registry.store.documents import Document
from antigone.registry.store.lookups import AnyRow
from antigone.registry.store.schema import import_rows, passes, profiles, samples, users
from antigone.registry.typings.samples import OwnedSample


@dataclass(frozen=True)
class Reading:
    """What one pass read at its markers, as it can be typed; empty where a marker was not typed."""

    markers: Mapping[str, str]


READING = Document("pass", Reading)


@dataclass(frozen=True)
class Pass:
    """One pass that is open, with what it read."""

    row: AnyRow
    markers: Mapping[str, str]


def open_passes(connection: Connection, vault: Vault, sample: OwnedSample) -> list[Pass]:
    """The passes of a sample that wait for another one, the oldest first."""
    waiting = (passes.c.sample == sample.id) & (passes.c.state == "open")
    query = select(passes, users.c.code.label("typist")).join(users, passes.c.typed_by == users.c.id)
    rows = connection.execute(query.where(waiting).order_by(passes.c.id)).all()
    key = vault.data_keys(connection, [sample.key])[sample.key]
    opened = (Vault.unseal(key, row.sealed, context=f"passes:{row.id}") for row in rows)
    return [Pass(row, READING.read(text).markers) for row, text in zip(rows, opened, strict=True)]


def keep_pass(
    connection: Connection,
    vault: Vault,
    sample: OwnedSample,
    markers: Mapping[str, str],
    *,
    kit: str,
    apart: bool,
    user: int,
    at: str,
) -> int:
    """Seal and keep one pass; its number."""
    (number,) = reserve(connection, passes, 1)
    key = vault.data_keys(connection, [sample.key])[sample.key]
    sealed = Vault.seal(key, READING.write(Reading(markers)).encode(), context=f"passes:{number}")
    given = {"id": number, "sample": sample.id, "kit": kit, "apart": apart, "typed_by": user, "at": at}
    connection.execute(insert(passes).values(given | {"state": "open", "sealed": sealed, "key": sample.key}))
    return number


def settled(given: Sequence[Pass]) -> tuple[dict[str, str], list[str]]:
    """What two passes read alike, by marker, and the markers where none two did; the first pass names the markers.

    Where the passes must be of two persons, two of one person are one.
    """
    agreed, open_markers = {}, []
    for marker in given[0].markers if given else ():
        read: dict[str, set[int]] = {}
        for one in given:
            if marker in one.markers:
                who = one.row.typed_by if one.row.apart else one.row.id
                read.setdefault(one.markers[marker], set()).add(who)
        alike = [text for text, who in read.items() if len(who) > 1]
        if len(alike) == 1:
            agreed[marker] = alike[0]
        else:
            open_markers.append(marker)
    return agreed, open_markers


def end_passes(
    connection: Connection,
    numbers: Collection[int],
    state: str,
    *,
    user: int,
    at: str,
    brought_by: int | None = None,
) -> None:
    """End passes: what they read is gone, and that they were typed stays."""
    ended = {"state": state, "ended": at, "ended_by": user, "import": brought_by, "sealed": None, "key": None}
    connection.execute(update(passes).where(passes.c.id.in_(numbers)).values(ended))


def passes_of(connection: Connection, incident: int) -> Sequence[AnyRow]:
    """The open passes of an incident, those that wait longest first."""
    query = select(passes, samples.c.code.label("code"), users.c.code.label("typist"))
    query = query.select_from(passes.join(samples).join(users, passes.c.typed_by == users.c.id))
    here = (samples.c.incident == incident) & (passes.c.state == "open")
    return connection.execute(query.where(here).order_by(passes.c.id)).all()


def typists_of(connection: Connection, sample: OwnedSample) -> dict[int, tuple[str, ...]]:
    """By typing, who typed its passes in, the first pass first."""
    typed = passes.join(users, passes.c.typed_by == users.c.id).join(
        import_rows, passes.c["import"] == import_rows.c["import"]
    )
    typed = typed.join(profiles, profiles.c.id.between(import_rows.c.first, import_rows.c.last))
    mine = (import_rows.c.kind == "profiles") & (passes.c.sample == sample.id) & (profiles.c.sample == sample.id)
    query = select(profiles.c.id, users.c.code).select_from(typed).where(mine).order_by(passes.c.id)
    found: dict[int, tuple[str, ...]] = {}
    for typing, typist in connection.execute(query):
        found[typing] = (*found.get(typing, ()), typist)
    return found
