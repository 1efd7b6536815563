"""What a search uses of a person's samples: all typings in force, by the stated rule."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select

from antigone.model.profile import NOT_TYPED, Profile
from antigone.model.typings.rule import combine_typings
from antigone.model.typings.typing import Settlement, Typing, TypingsUsed
from antigone.registry.keys.vault import DataKey, Vault
from antigone.registry.store.schema import conflicts, donors, keys, profiles, samples, typings, unidentified
from antigone.registry.typings.content import as_kept, as_typing, is_empty
from antigone.registry.typings.payloads import NOTHING_BESIDES_GENOTYPES, Beside, Unpacker
from antigone.registry.typings.saving import Owner

OWNERS = {"donor": donors, "unidentified": unidentified}
IN_FORCE = or_(typings.c.state.is_(None), typings.c.state == "valid")
"""Of a typing: neither corrected nor retired; what an older Antigone kept is in force."""
_COLUMNS = (
    *(samples.c.id.label("sample"), samples.c.code, profiles.c.id.label("profile"), profiles.c.sealed),
    *(profiles.c.added, typings.c.kit, typings.c.replicate),
    *(keys.c.id.label("key"), keys.c.wrapped, keys.c.generation),
)


@dataclass(frozen=True)
class Typed:
    """What a search uses of one person: the sample's code, its profile and what stands beside it, the person's key, and
    what was made of the typings where there is something to say."""

    person: int
    sample: str
    profile: Profile
    beside: Beside
    key: DataKey
    used: TypingsUsed | None = None


def read_typed(
    connection: Connection, vault: Vault, owner: Owner, wanted: Collection[int], unpacker: Unpacker
) -> Iterator[Typed]:
    """What is in force of each of some persons; nobody else's profile is opened.

    ``wanted`` has the rows of persons. They are asked for by the range they span, which is fast when they were imported
    together.
    """
    if not wanted:
        return
    left = set(wanted)
    of = samples.c[owner]
    span = of.between(min(wanted), max(wanted))
    settled = read_settlements(connection, span, of)
    query = in_force(owner, of.label("person")).where(span).order_by(of, profiles.c.id)
    for person, rows in groupby(connection.execute(query), key=attrgetter("person")):
        if person in left:
            left.remove(person)
            yield _typed(vault, person, list(rows), settled.get(person, {}), unpacker)
    if left:
        yield from _without_typing(connection, vault, owner, left)


def _without_typing(connection: Connection, vault: Vault, owner: Owner, wanted: Collection[int]) -> Iterator[Typed]:
    """Persons whose samples were never typed, or have no typing in force any more."""
    of, table = samples.c[owner], OWNERS[owner]
    query = select(of.label("person"), func.min(samples.c.code).label("code"), table.c.key)
    query = query.select_from(samples.join(table, of == table.c.id)).where(of.in_(wanted), table.c.key.is_not(None))
    rows = connection.execute(query.group_by(of, table.c.key)).all()
    found = vault.data_keys(connection, [row.key for row in rows])
    for row in rows:
        yield Typed(row.person, row.code, Profile(row.code, NOT_TYPED), NOTHING_BESIDES_GENOTYPES, found[row.key])


def in_force(owner: Owner, *columns: Any) -> Select[Any]:
    """The query for the typings in force of a kind of person, with their keys."""
    of, table = samples.c[owner], OWNERS[owner]
    joined = profiles.join(samples).outerjoin(typings, typings.c.profile == profiles.c.id)
    joined = joined.join(table, of == table.c.id).join(keys, table.c.key == keys.c.id)
    return select(*_COLUMNS, *columns).select_from(joined).where(profiles.c.sealed.is_not(None), IN_FORCE)


def read_settlements(connection: Connection, which: Any, of: Any) -> Mapping[int, Mapping[str, Settlement]]:
    """The newest settlement of each marker, by the row that the column ``of`` of samples has (such as the donor's)."""
    found: defaultdict[int, dict[str, Settlement]] = defaultdict(dict)
    query = select(of.label("owner"), conflicts).select_from(conflicts.join(samples))
    settled = conflicts.c.how.in_(("kept", "replicates"))
    for row in connection.execute(query.where(which, settled).order_by(conflicts.c.id)):
        found[row.owner][row.marker] = Settlement(_names(row.aside), _names(row.together))
    return found


def _names(numbers: str) -> frozenset[str]:
    return frozenset(map(str, json.loads(numbers)))


def open_typing(vault: Vault, row: Row[Any], unpacker: Unpacker) -> tuple[Profile, Beside, DataKey]:
    """One row of the query, unsealed."""
    key = vault.unwrap(row.key, row.wrapped, row.generation)
    packed = Vault.unseal(key, row.sealed, context=f"profiles:{row.profile}")
    return (*unpacker.unpack(packed, sample=row.code), key)


def _typed(
    vault: Vault, person: int, rows: Sequence[Row[Any]], settled: Mapping[str, Settlement], unpacker: Unpacker
) -> Typed:
    """One person's typings as one; a single one is taken as it is."""
    if len(rows) == 1 and not settled:
        profile, beside, key = open_typing(vault, rows[0], unpacker)
        return Typed(person, rows[0].code, profile, beside, key)
    given, key = open_all(vault, rows, unpacker)
    sample = min(row.code for row in rows)
    if not given:
        return Typed(person, sample, Profile(sample, NOT_TYPED), NOTHING_BESIDES_GENOTYPES, key)
    made, used = combine_typings(given, settled)
    used = replace(used, typings=tuple(describe_origin(row) for row in rows if str(row.profile) in used.typings))
    return Typed(person, sample, *as_kept(sample, made), key, None if used.is_plain else used)


def open_all(vault: Vault, rows: Iterable[Row[Any]], unpacker: Unpacker) -> tuple[list[Typing], DataKey]:
    """The typings of one person that show anything, called by their rows, and the person's key."""
    found = []
    for row in rows:
        profile, beside, key = open_typing(vault, row, unpacker)
        if not is_empty(profile, beside):
            found.append(as_typing(str(row.profile), profile, beside, is_replicate=bool(row.replicate)))
    return found, key


def describe_origin(row: Row[Any]) -> str:
    """What a typing is called: its number, where it came from, and the day."""
    origin = f"{row.kit}, " if row.kit else ""
    return f"number {row.profile}, {origin}{row.added[:10]}"
