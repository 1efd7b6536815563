"""What families answered when a search asked them, sealed: a search of what is new asks only those that changed.

Each family has one row under a key of its own: what its donors were typed as can be told from it. It goes with the
first of them who leaves, and with the pedigree; a newer answer replaces it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import Connection, delete, insert, select

from antigone.registry.keys.vault import Vault
from antigone.registry.store.database import reserve
from antigone.registry.store.schema import changes, families, family_answers, keys, runs

_BLOCK = 500


def read_answers(connection: Connection, vault: Vault, incident: int) -> Iterator[tuple[str, bytes]]:
    """By the code of each family of an incident, what is kept of its answers."""
    query = (
        select(families.c.code, family_answers, keys.c.wrapped, keys.c.generation)
        .select_from(family_answers.join(families).join(keys))
        .where(families.c.incident == incident)
    )
    for row in connection.execute(query.order_by(family_answers.c.id).execution_options(yield_per=_BLOCK)):
        key = vault.unwrap(row.key, row.wrapped, row.generation)
        yield row.code, Vault.unseal(key, row.sealed, context=_context(row.id))


def keep_answers(connection: Connection, vault: Vault, run: int, content: Mapping[str, bytes]) -> int:
    """Keep what families answered in a run, by their codes, in place of what was kept; of how many it was.

    Nothing is kept of a family that was touched after the run had read it: somebody may have left.
    """
    incident, seen = connection.execute(select(runs.c.incident, runs.c.seen).where(runs.c.id == run)).one()
    later = select(changes.c.family).where(changes.c.incident == incident, changes.c.id > seen)
    touched = set(connection.scalars(later))
    if None in touched and _for_all(connection, incident, seen):
        return 0
    asked = select(families.c.code, families.c.id).where(families.c.incident == incident)
    rows: dict[int, bytes] = {
        number: content[code]
        for code, number in connection.execute(asked.where(families.c.code.in_(list(content))))
        if number not in touched
    }
    _erase(connection, list(rows))
    made = vault.new_keys(connection, len(rows))
    places = reserve(connection, family_answers, len(rows))
    sealed = [
        {"id": place, "family": family, "key": key.id, "sealed": Vault.seal(key, packed, context=_context(place))}
        for place, key, (family, packed) in zip(places, made, rows.items(), strict=True)
    ]
    if sealed:
        connection.execute(insert(family_answers), sealed)
    return len(sealed)


def erase_answers(connection: Connection, of: Collection[int]) -> None:
    """Erase what families answered, by their rows, with the keys."""
    numbers = sorted(of)
    for start in range(0, len(numbers), _BLOCK):
        _erase(connection, numbers[start : start + _BLOCK])


def _for_all(connection: Connection, incident: int, seen: int) -> bool:
    nobody = changes.c.family.is_(None) & changes.c.unidentified.is_(None)
    query = select(changes.c.id).where(changes.c.incident == incident, changes.c.id > seen, nobody)
    return connection.scalar(query.limit(1)) is not None


def _erase(connection: Connection, numbers: Sequence[int]) -> None:
    these = family_answers.c.family.in_(numbers)
    held = list(connection.scalars(select(family_answers.c.key).where(these)))
    connection.execute(delete(family_answers).where(these))
    connection.execute(delete(keys).where(keys.c.id.in_(held)))


def _context(number: int) -> str:
    return f"family_answers:{number}"
