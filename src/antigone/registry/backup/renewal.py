"""To bring every document of a registry to the newest version, after its schema was.

The frequencies, settings and models of an incident stay as they were written: they are found by the hash of their
text, and are read in any version. Blocks of unfinished searches are of one program, and are computed again by another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Table, bindparam, select, update

from antigone.registry.keys.vault import Vault
from antigone.registry.people.personal import PERSONAL
from antigone.registry.runs.joint_parts import as_part, context_of_part
from antigone.registry.store.documents import Document
from antigone.registry.store.schema import (
    candidates,
    donors,
    incidents,
    joint_parts,
    joint_runs,
    keys,
    members,
    passes,
    profiles,
    runs,
    samples,
    summaries,
    unidentified,
)
from antigone.registry.store.stored import (
    CANDIDATE,
    JOINT_ANSWER,
    JOINT_PERSON,
    JOINT_SOUGHT,
    MISSING_LINE,
    NOTICES,
    PERSON_LINE,
    SEARCH_ANSWER,
)
from antigone.registry.typings.passes import READING
from antigone.registry.typings.payloads import BESIDES_GENOTYPES, renew_packed

DOCUMENTS: tuple[Document[Any], ...] = (
    BESIDES_GENOTYPES, PERSONAL, CANDIDATE, SEARCH_ANSWER, PERSON_LINE, MISSING_LINE,
    JOINT_ANSWER, JOINT_PERSON, JOINT_SOUGHT, NOTICES, READING,
)  # fmt: skip
"""The kinds that are brought to the newest version."""
_BLOCK = 1000

Renew = Callable[[Any, bytes], bytes]
"""The newest form of what a row holds."""


def renew_documents(connection: Connection, vault: Vault) -> int:
    """Write every document of an older version in the newest; how many there were.

    It holds 1,000 documents at a time, and belongs to the transaction that brought the schema up.

    Raises
    ------
    VaultError
        When the master key does not open a document, or one was sealed for another row.
    """
    renewed = _renew_sealed(connection, vault, candidates, lambda row, text: _newest(CANDIDATE, text))
    renewed += _renew_sealed(connection, vault, joint_runs, lambda row, text: _newest(JOINT_ANSWER, text))
    renewed += _renew_sealed(connection, vault, joint_parts, _newest_part, context=context_of_part)
    for owner in (unidentified, members, donors):
        renewed += _renew_sealed(connection, vault, owner, lambda row, text: _newest(PERSONAL, text))
    renewed += _renew_sealed(connection, vault, passes, lambda row, text: _newest(READING, text))
    renewed += _renew_typings(connection, vault)
    renewed += _renew_plain(connection, incidents, "notices", lambda row: NOTICES)
    renewed += _renew_plain(connection, runs, "result", lambda row: SEARCH_ANSWER)
    return renewed + _renew_plain(
        connection, summaries, "line", lambda row: PERSON_LINE if row.kind == "unidentified" else MISSING_LINE
    )


def _newest(document: Document[Any], text: bytes) -> bytes:
    return text if document.is_newest(text) else document.write(document.read(text)).encode()


def _newest_part(row: Any, text: bytes) -> bytes:
    document: Document[Any] = JOINT_PERSON if row.kind == "unidentified" else JOINT_SOUGHT
    return text if document.is_newest(text) else as_part(document.write(document.read(text)))


def _context(table: Table) -> Callable[[Any], str]:
    return lambda row: f"{table.name}:{row.id}"


def _renew_sealed(
    connection: Connection,
    vault: Vault,
    table: Table,
    newest: Renew,
    *,
    context: Callable[[Any], str] | None = None,
) -> int:
    """The documents of a table whose rows name their key."""
    of_row, renewed = context or _context(table), 0
    query = select(table, keys.c.wrapped, keys.c.generation).join(keys, table.c.key == keys.c.id)
    for rows in _in_blocks(connection, query.where(table.c.sealed.is_not(None)), table):
        changed = []
        for row in rows:
            key = vault.unwrap(row.key, row.wrapped, row.generation)
            before = Vault.unseal(key, row.sealed, context=of_row(row))
            after = newest(row, before)
            if after != before:
                changed.append({"row": row.id, "value": Vault.seal(key, after, context=of_row(row))})
        renewed += _write(connection, table, "sealed", changed)
    return renewed


def _renew_typings(connection: Connection, vault: Vault) -> int:
    """What stands beside the genotypes of a typing, sealed with the key of whose sample it is."""
    renewed = 0
    for owner, of in ((donors, samples.c.donor), (unidentified, samples.c.unidentified)):
        joined = profiles.join(samples).join(owner, of == owner.c.id).join(keys, owner.c.key == keys.c.id)
        query = select(profiles.c.id, profiles.c.sealed, keys.c.id.label("key"), keys.c.wrapped, keys.c.generation)
        for rows in _in_blocks(connection, query.select_from(joined).where(profiles.c.sealed.is_not(None)), profiles):
            changed = []
            for row in rows:
                key, context = vault.unwrap(row.key, row.wrapped, row.generation), f"profiles:{row.id}"
                before = Vault.unseal(key, row.sealed, context=context)
                after = renew_packed(before)
                if after != before:
                    changed.append({"row": row.id, "value": Vault.seal(key, after, context=context)})
            renewed += _write(connection, profiles, "sealed", changed)
    return renewed


def _renew_plain(connection: Connection, table: Table, column: str, document: Callable[[Any], Document[Any]]) -> int:
    """The documents of a column that is not sealed."""
    renewed = 0
    for rows in _in_blocks(connection, select(table).where(table.c[column].is_not(None)), table):
        changed = []
        for row in rows:
            before = getattr(row, column).encode()
            after = _newest(document(row), before)
            if after != before:
                changed.append({"row": row.id, "value": after.decode()})
        renewed += _write(connection, table, column, changed)
    return renewed


def _in_blocks(connection: Connection, query: Any, table: Table) -> Iterator[Sequence[Any]]:
    """The rows of a query by the number of their row in ``table``, some at a time."""
    last = -1
    while rows := connection.execute(query.where(table.c.id > last).order_by(table.c.id).limit(_BLOCK)).all():
        yield rows
        last = rows[-1].id


def _write(connection: Connection, table: Table, column: str, changed: Sequence[dict[str, Any]]) -> int:
    if changed:
        statement = update(table).where(table.c.id == bindparam("row")).values({column: bindparam("value")})
        connection.execute(statement, list(changed))
    return len(changed)
