"""Profiles as they are kept: every typing of a sample, each sealed with the key of the person it was taken from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, func, insert, select

from antigone.registry.keys.vault import DataKey, Vault
from antigone.registry.store.database import reserve
from antigone.registry.store.schema import custody, donors, keys, profiles, samples, unidentified

Owner = Literal["donor", "unidentified"]

_OWNERS = {"donor": donors, "unidentified": unidentified}

BLOCK = 1000
"""Persons handled at a time: as many sealed profiles and keys are in memory, whatever the size of the incident."""


@dataclass(frozen=True)
class Typing:
    """A packed profile of a sample, whose it is, and the key to seal it with."""

    sample: str
    owner: Owner
    number: int
    key: DataKey
    packed: bytes


@dataclass(frozen=True)
class Receipt:
    """Who took the samples into the registry, and when."""

    incident: int
    at: str
    holder: str
    recorded_by: int | None = None


def save_typings(
    connection: Connection, typings: Sequence[Typing], known: Mapping[str, int], *, receipt: Receipt
) -> int:
    """Keep the typings that the registry has not; how many they are.

    ``known`` has the row of each sample that is there already. A sample that is new begins its chain of custody.
    """
    numbers = {typing.sample: known[typing.sample] for typing in typings if typing.sample in known}
    earlier = _kept(connection, typings, numbers)
    numbers |= _save_samples(connection, [typing for typing in typings if typing.sample not in known], receipt)
    new = [typing for typing in typings if typing.packed not in earlier[typing.sample]]
    rows = [
        {
            "id": row,
            "sample": numbers[typing.sample],
            "source": None,
            "added": receipt.at,
            "sealed": Vault.seal(typing.key, typing.packed, context=f"profiles:{row}"),
        }
        for row, typing in zip(reserve(connection, profiles, len(new)), new, strict=True)
    ]
    if rows:
        connection.execute(insert(profiles), rows)
    return len(rows)


def newest_profiles(
    connection: Connection, vault: Vault, owner: Owner, wanted: Collection[int]
) -> Iterator[tuple[int, str, bytes, DataKey]]:
    """By owner: the owner's row, the sample's code, the packed profile of the newest typing, and the owner's key.

    ``wanted`` has the rows of persons; nobody else's profile is opened. They are asked for by the range they span,
    which is fast when they were imported together.
    """
    if not wanted:
        return
    of, table = samples.c[owner], _OWNERS[owner]
    span = of.between(min(wanted), max(wanted))
    newest = select(func.max(profiles.c.id)).select_from(profiles.join(samples)).where(span).group_by(of)
    joined = profiles.join(samples).join(table, of == table.c.id).join(keys, table.c.key == keys.c.id)
    columns = (of, samples.c.code, profiles.c.id, profiles.c.sealed, keys.c.id, keys.c.wrapped, keys.c.generation)
    query = select(*columns).select_from(joined).where(profiles.c.id.in_(newest))
    for person, code, number, sealed, key_number, wrapped, generation in connection.execute(query):
        if person in wanted:
            key = vault.unwrap(key_number, wrapped, generation)
            yield person, code, Vault.unseal(key, sealed, context=f"profiles:{number}"), key


def _kept(
    connection: Connection, typings: Sequence[Typing], numbers: Mapping[str, int]
) -> defaultdict[str, set[bytes]]:
    """Every earlier typing of the samples that are known already."""
    found: defaultdict[str, set[bytes]] = defaultdict(set)
    key_of = {numbers[typing.sample]: typing for typing in typings if typing.sample in numbers}
    for row in connection.execute(select(profiles).where(profiles.c.sample.in_(list(key_of)))):
        typing = key_of[row.sample]
        found[typing.sample].add(Vault.unseal(typing.key, row.sealed, context=f"profiles:{row.id}"))
    return found


def _save_samples(connection: Connection, typings: Sequence[Typing], receipt: Receipt) -> dict[str, int]:
    numbers = dict(zip((t.sample for t in typings), reserve(connection, samples, len(typings)), strict=True))
    if not numbers:
        return numbers
    nobody: dict[Owner, None] = {"donor": None, "unidentified": None}
    rows = [
        {"id": numbers[t.sample], "incident": receipt.incident, "code": t.sample} | nobody | {t.owner: t.number}
        for t in typings
    ]
    connection.execute(insert(samples), rows)
    events = [
        {
            "sample": number,
            "at": receipt.at,
            "event": "imported",
            "holder": receipt.holder,
            "recorded_by": receipt.recorded_by,
        }
        for number in numbers.values()
    ]
    connection.execute(insert(custody), events)
    return numbers
