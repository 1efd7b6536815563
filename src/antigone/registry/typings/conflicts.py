"""Conflicts: markers at which the typings of a person differ. They are noted when a typing comes, is corrected or
retired, and wait for a geneticist; what was typed is not in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from antigone.model.typings.rule import combine_typings
from antigone.registry.keys.vault import Vault
from antigone.registry.store.properties import find_property, write_property
from antigone.registry.store.schema import conflicts, profiles, samples
from antigone.registry.typings.payloads import Unpacker
from antigone.registry.typings.reading import in_force, open_all, read_settlements
from antigone.registry.typings.saving import BLOCK, Owner

_NOTED = "typings noted"
"""The newest typing that was looked at: whatever is newer was not."""
_OWNERS: tuple[Owner, ...] = ("unidentified", "donor")


def note_conflicts(connection: Connection, vault: Vault, *, at: str) -> int:
    """Note the conflicts of everybody who got a typing since this was last done; how many opened.

    An older Antigone noted none, so the first time this looks at everybody who was typed more than once.
    """
    noted = int(find_property(connection, _NOTED) or 0)
    newest = connection.scalar(select(func.max(profiles.c.id))) or 0
    if newest == noted:
        return 0
    opened = 0
    for owner in _OWNERS:
        of = samples.c[owner]
        new = select(of).select_from(samples.join(profiles)).where(profiles.c.id > noted, of.is_not(None))
        several = in_force(owner).with_only_columns(of).where(of.in_(new)).group_by(of)
        people = connection.scalars(several.having(func.count() > 1)).all()
        for start in range(0, len(people), BLOCK):
            opened += note_conflicts_of(connection, vault, owner, people[start : start + BLOCK], at=at)
    write_property(connection, _NOTED, str(newest))
    return opened


def note_conflicts_of(connection: Connection, vault: Vault, owner: Owner, people: Collection[int], *, at: str) -> int:
    """Open the conflicts that some persons have now, and close those that are gone; how many opened."""
    before: defaultdict[int, dict[str, int]] = defaultdict(dict)
    of = samples.c[owner]
    asked = select(of.label("person"), conflicts.c.id, conflicts.c.marker).select_from(conflicts.join(samples))
    for row in connection.execute(asked.where(of.in_(people), conflicts.c.closed.is_(None))):
        before[row.person][row.marker] = row.id
    new, gone = [], []
    for person, sample, differing in _differing(connection, vault, owner, people):
        known = before.pop(person, {})
        new += [{"sample": sample, "marker": marker} for marker in differing if marker not in known]
        gone += [row for marker, row in known.items() if marker not in differing]
    gone += [row for markers in before.values() for row in markers.values()]
    if new:
        nothing = {"opened": at, "reason": "", "aside": "[]", "together": "[]"}
        connection.execute(insert(conflicts), [row | nothing for row in new])
    if gone:
        closed = update(conflicts).where(conflicts.c.id.in_(gone)).values(closed=at, how="gone")
        connection.execute(closed)
    return len(new)


def _differing(
    connection: Connection, vault: Vault, owner: Owner, people: Collection[int]
) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Of each person with a typing in force: the row, a sample's row, and the markers in conflict."""
    of, unpacker = samples.c[owner], Unpacker()
    settled = read_settlements(connection, of.in_(people), of)
    rows: defaultdict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(in_force(owner, of.label("person")).where(of.in_(people)).order_by(profiles.c.id)):
        rows[row.person].append(row)
    for person, own in rows.items():
        given, _ = open_all(vault, own, unpacker)
        if given:
            _, used = combine_typings(given, settled.get(person, {}))
            yield person, min(own, key=lambda row: row.code).sample, used.conflicts
