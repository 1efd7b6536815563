"""Typings as they are kept: each sealed with the key of the person it was taken from, with where it came from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, insert, select

from antigone.model.typings.rule import is_same_content
from antigone.registry.keys.vault import DataKey, Vault
from antigone.registry.store.database import reserve
from antigone.registry.store.schema import custody, profiles, samples, typings
from antigone.registry.typings.content import as_typing
from antigone.registry.typings.payloads import Unpacker

Owner = Literal["donor", "unidentified"]

BLOCK = 1000
"""Persons handled at a time: as many sealed profiles and keys are in memory, whatever the size of the incident."""


@dataclass(frozen=True)
class NewTyping:
    """A packed profile of a sample, whose it is, and the key to seal it with; and what the typing is called.

    ``packed`` is empty for a sample of which nothing was typed yet."""

    sample: str
    owner: Owner
    number: int
    key: DataKey
    packed: bytes
    kit: str = ""
    is_replicate: bool = False


@dataclass(frozen=True)
class Receipt:
    """Who took the samples into the registry, and when."""

    incident: int
    at: str
    holder: str
    recorded_by: int | None = None


def save_typings(
    connection: Connection, given: Sequence[NewTyping], known: Mapping[str, int], *, receipt: Receipt
) -> list[NewTyping]:
    """Keep the typings that the registry has not, in whatever order their markers stand; which they are.

    ``known`` has the row of each sample that is there already. A sample that is new begins its chain of custody. What
    was corrected or retired is known too: the same again does not bring it back.
    """
    numbers = {typing.sample: known[typing.sample] for typing in given if typing.sample in known}
    earlier = _kept(connection, given, numbers)
    numbers |= _save_samples(connection, [typing for typing in given if typing.sample not in known], receipt)
    new = []
    for typing in given:
        if typing.packed and not _is_kept(typing, earlier[typing.sample]):
            new.append(typing)
            earlier[typing.sample].append((typing.packed, typing.is_replicate))
    _save_rows(connection, new, numbers, receipt)
    return new


def keep_typing(connection: Connection, typing: NewTyping, sample: int, *, receipt: Receipt) -> int:
    """Keep one typing of a sample that is there; its row."""
    return _save_rows(connection, [typing], {typing.sample: sample}, receipt)[0]


def _save_rows(
    connection: Connection, new: Sequence[NewTyping], numbers: Mapping[str, int], receipt: Receipt
) -> list[int]:
    rows = list(reserve(connection, profiles, len(new)))
    sealed = [
        {
            "id": row,
            "sample": numbers[typing.sample],
            "source": None,
            "added": receipt.at,
            "sealed": Vault.seal(typing.key, typing.packed, context=f"profiles:{row}"),
        }
        for row, typing in zip(rows, new, strict=True)
    ]
    origin = {"imported_by": receipt.recorded_by, "state": "valid", "reason": ""}
    origins = [
        {"profile": row, "kit": typing.kit, "replicate": typing.is_replicate} | origin
        for row, typing in zip(rows, new, strict=True)
    ]
    if rows:
        connection.execute(insert(profiles), sealed)
        connection.execute(insert(typings), origins)
    return rows


_Earlier = list[tuple[bytes, bool]]


def _kept(connection: Connection, given: Sequence[NewTyping], numbers: Mapping[str, int]) -> defaultdict[str, _Earlier]:
    """Every earlier typing of the samples that are known already, and whether it is a replicate."""
    found: defaultdict[str, _Earlier] = defaultdict(list)
    key_of = {numbers[typing.sample]: typing for typing in given if typing.sample in numbers}
    joined = profiles.outerjoin(typings, typings.c.profile == profiles.c.id)
    asked = select(profiles.c.id, profiles.c.sample, profiles.c.sealed, typings.c.replicate).select_from(joined)
    for row in connection.execute(asked.where(profiles.c.sample.in_(list(key_of)))):
        typing = key_of[row.sample]
        packed = Vault.unseal(typing.key, row.sealed, context=f"profiles:{row.id}")
        found[typing.sample].append((packed, bool(row.replicate)))
    return found


def _is_kept(typing: NewTyping, earlier: _Earlier) -> bool:
    """Whether one of the earlier typings shows the same."""
    alike = [packed for packed, is_replicate in earlier if is_replicate == typing.is_replicate]
    if not alike or typing.packed in alike:
        return bool(alike)
    unpacker = Unpacker()
    own, *others = (as_typing("", *unpacker.unpack(one, sample=typing.sample)) for one in (typing.packed, *alike))
    return any(is_same_content(own, other) for other in others)


def _save_samples(connection: Connection, given: Sequence[NewTyping], receipt: Receipt) -> dict[str, int]:
    first = {typing.sample: typing for typing in reversed(given)}
    of_samples = [first[code] for code in dict.fromkeys(typing.sample for typing in given)]
    numbers = dict(zip((t.sample for t in of_samples), reserve(connection, samples, len(of_samples)), strict=True))
    if not numbers:
        return numbers
    nobody: dict[Owner, None] = {"donor": None, "unidentified": None}
    rows = [
        {"id": numbers[t.sample], "incident": receipt.incident, "code": t.sample} | nobody | {t.owner: t.number}
        for t in of_samples
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
