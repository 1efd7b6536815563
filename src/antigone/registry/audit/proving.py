"""Whether the rows of a registry are those that its audit left: the seals, the keys, the models and the triggers.

Every finding is gathered; nothing stops at the first one. What this cannot find stands in docs/privacy.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, Table, select

from antigone.errors import VaultError
from antigone.registry.audit.chain import audit_head
from antigone.registry.audit.guards import check_guards
from antigone.registry.audit.seals import SEALED, Sealer, Total, mark_all_for_sealing
from antigone.registry.keys.vault import REGISTRY_KEY, Vault
from antigone.registry.store.documents import content_hash
from antigone.registry.store.properties import find_property, write_property
from antigone.registry.store.schema import audit, keys, metadata, models, seals

PROVEN_SINCE = "proven_since"
"""The name of the property that says from which line of the audit on there are proofs."""
BLOCK = 2000
"""Rows read at a time."""
MOST_SHOWN = 20
"""Findings of one kind of one table that are named one by one."""
Progress = Callable[[str, int, int], object]
"""What is told while it goes on: the table, how many of its rows are done, and of how many."""


def quiet(_table: str, _done: int, _of: int) -> None:
    """Nobody is told."""


@dataclass(frozen=True)
class Finding:
    """Something that is not as the audit left it, and where. ``line`` is the line of the audit that wrote it last."""

    place: str
    found: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.place}: {self.found}"


def begin_proofs(connection: Connection, sealer: Sealer, *, everything: bool = False) -> None:
    """Say, in the caller's transaction, that every line from the next one on has a proof.

    ``everything``: that line seals all rows that are there, because an older program sealed none.
    """
    number = audit_head(connection).number + 1
    write_property(connection, PROVEN_SINCE, f"{number}:{sealer.proof(_since(number))}")
    if everything:
        mark_all_for_sealing(connection)


def proven_since(connection: Connection, sealer: Sealer) -> int | None:
    """From which line of the audit on there are proofs; None when that was taken away or changed."""
    number, _, proof = (find_property(connection, PROVEN_SINCE) or "").partition(":")
    known = number.isdecimal() and proof == sealer.proof(_since(int(number)))
    return int(number) if known else None


@dataclass
class ProofReader:
    """Reads the lines of the audit, one after another: their proofs, and how they say that each table stands."""

    sealer: Sealer
    since: int | None
    totals: dict[str, Total] = field(default_factory=dict)
    wrong: list[int] = field(default_factory=list)

    def __call__(self, line: Row[Any]) -> None:
        """Read the next line."""
        if self.since is None or line.number < self.since:
            return
        if line.proof != self.sealer.proof(line.hash):
            self.wrong.append(line.number)
        for kind, (rows, digest) in (json.loads(line.state) if line.state else {}).items():
            self.totals[kind] = Total(rows, int(digest, 16))

    def findings(self) -> Iterator[Finding]:
        """What is wrong with the lines themselves."""
        if self.since is None:
            yield Finding("audit", "from which line on it has proofs was removed or changed")
        if self.wrong:
            first, more = self.wrong[0], len(self.wrong) - 1
            also = f", nor are {more} lines after it" if more else ""
            yield Finding(f"audit line {first}", f"it was not written by this program with the keys{also}", first)


def check_registry(
    connection: Connection, vault: Vault, lines: ProofReader, *, progress: Progress = quiet
) -> Iterator[Finding]:
    """Every row, key, model and trigger that is not as the audit left it.

    Parameters
    ----------
    connection
        A snapshot.
    vault
        The master key.
    lines
        Has read the whole audit.
    progress
        Is told of every block of rows.
    """
    yield from (Finding("database", words) for words in check_guards(connection))
    for table in SEALED.values():
        yield from _check_table(connection, table, lines, progress)
    yield from _check_keys(connection, vault, progress)
    yield from _check_models(connection)


def _check_table(connection: Connection, table: Table, lines: ProofReader, progress: Progress) -> Iterator[Finding]:
    stated = lines.totals.get(table.name, Total())
    sealed, found = Total(), _Counted(table.name)
    last: int | None = 0
    while last is not None:
        rows, codes, last = _next_block(connection, table, last)
        for number, (_, code) in codes.items():
            sealed = sealed.plus(1, lines.sealer.worth(table.name, number, code))
        for number in sorted({*rows, *codes}):
            found.add(_check_row(lines.sealer, table, number, rows.get(number), codes.get(number)))
        progress(table.name, min(sealed.rows, stated.rows), stated.rows)
    yield from found.findings
    yield from found.rest()
    if sealed != stated and not found.findings:
        rows_of = f"{sealed.rows} rows are sealed, the audit says {stated.rows}" if sealed.rows != stated.rows else (
            "rows were set back to an older state, together with their seals"
        )  # fmt: skip
        yield Finding(table.name, rows_of)


def _next_block(
    connection: Connection, table: Table, after: int
) -> tuple[Mapping[int, Row[Any]], Mapping[int, tuple[int, bytes]], int | None]:
    """The next rows and the seals of the same numbers; and the last number, None at the end."""
    query = select(table).where(table.c.id > after).order_by(table.c.id).limit(BLOCK)
    rows = {row.id: row for row in connection.execute(query)}
    these = (seals.c.kind == table.name) & (seals.c.number > after)
    last = max(rows) if len(rows) == BLOCK else None
    if last is not None:
        these &= seals.c.number <= last
    codes = connection.execute(select(seals.c.number, seals.c.line, seals.c.code).where(these))
    return rows, {number: (line, code) for number, line, code in codes}, last


def _check_row(
    sealer: Sealer, table: Table, number: int, row: Row[Any] | None, seal: tuple[int, bytes] | None
) -> Finding | None:
    place = f"{table.name} row {number}"
    if row is not None and "code" in table.c:
        place += f" ('{row.code}')"
    if seal is None:
        return Finding(place, "it was added by another way than an action of a user")
    line, code = seal
    if row is None:
        return Finding(place, f"it was deleted by another way; audit line {line} wrote it last", line)
    if sealer.code(table, row, line) != code:
        return Finding(place, f"it was changed by another way since audit line {line} wrote it", line)
    return None


@dataclass
class _Counted:
    """The first findings of a table, and how many more there are."""

    table: str
    findings: list[Finding] = field(default_factory=list)
    more: int = 0

    def add(self, finding: Finding | None) -> None:
        if finding is not None and len(self.findings) < MOST_SHOWN:
            self.findings.append(finding)
        elif finding is not None:
            self.more += 1

    def rest(self) -> Iterator[Finding]:
        if self.more:
            yield Finding(self.table, f"{self.more} more rows were added, changed or deleted by another way")


def _check_keys(connection: Connection, vault: Vault, progress: Progress) -> Iterator[Finding]:
    """Every key opens and has an owner, and every owner of one has it."""
    owned, found, there = _owned_keys(connection), _Counted(keys.name), set[int]()
    rows = connection.execute(select(keys.c.id, keys.c.wrapped, keys.c.generation)).all()
    for done, (number, wrapped, generation) in enumerate(rows, 1):
        there.add(number)
        if number not in owned:
            found.add(
                Finding(f"keys row {number}", "it belongs to nobody: an erased key was brought back, or one added")
            )
        elif not _opens(vault, number, wrapped, generation):
            found.add(Finding(f"keys row {number}", f"it does not open what it is of: {owned[number]}"))
        if done % BLOCK == 0 or done == len(rows):
            progress(keys.name, done, len(rows))
    for number in sorted(owned.keys() - there):
        found.add(Finding(f"keys row {number}", f"it is missing, so this cannot be opened any more: {owned[number]}"))
    yield from found.findings
    yield from found.rest()


def _owned_keys(connection: Connection) -> dict[int, str]:
    """Every key that something is sealed with, and what that is."""
    owned = {int(find_property(connection, REGISTRY_KEY) or 0): "the registry's own secrets"}
    for table in metadata.sorted_tables:
        if "key" in table.c:
            query = select(table.c.key, table.c.id).where(table.c.key.is_not(None))
            owned |= {key: f"{table.name} row {number}" for key, number in connection.execute(query)}
    return owned


def _opens(vault: Vault, number: int, wrapped: bytes, generation: int) -> bool:
    try:
        vault.unwrap(number, wrapped, generation)
    except VaultError:
        return False
    return True


def _check_models(connection: Connection) -> Iterator[Finding]:
    """Frequencies and settings are kept by the hash of their content."""
    for number, content in connection.execute(select(models.c.hash, models.c.content)):
        if content_hash(content) != number:
            yield Finding(f"models '{number[:12]}...'", "its content is not what it was")


def describe_lines(connection: Connection, findings: Iterable[Finding]) -> dict[int, str]:
    """Of every line that a finding names: what was done in it, by whom and when."""
    wanted = sorted({one.line for one in findings if one.line})
    query = select(audit.c.number, audit.c.action, audit.c.actor, audit.c.at).where(audit.c.number.in_(wanted))
    return {row.number: f"'{row.action}' by {row.actor} on {row.at[:19]} UTC" for row in connection.execute(query)}


def _since(number: int) -> str:
    return f"since {number}"
