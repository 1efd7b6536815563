"""What is kept of a search that has no answer yet, so that it can be resumed: its finished blocks, sealed.

A block tells who may be whose kin, so all blocks of a run are sealed under a key of that run, and so is the hash of
what they rest on. Key and blocks go together, in the transaction of whatever ends their use.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from antigone.errors import Conflict
from antigone.registry.consent.coverage import AnyRow
from antigone.registry.keys.vault import DataKey, Vault
from antigone.registry.store.schema import blocks, keys, runs, unfinished


@dataclass(frozen=True)
class Unfinished:
    """A run without an answer that may be resumed, as one attempt found it.

    ``attempt`` counts who computes it, and only the newest may write. ``erasures`` counts how often somebody left, or a
    pedigree changed, until the attempt read. It is cut into blocks of ``block_families`` families (0: its size
    decides), of which ``kept`` of ``blocks`` are kept.
    """

    run: int
    seed: int
    block_families: int
    attempt: int = 1
    erasures: int = 0
    kept: int = 0
    blocks: int = 0


def begin_unfinished(connection: Connection, run: int, *, incident: int, seed: int, block_families: int) -> Unfinished:
    """Note a run that begins, in the transaction that reads for it; what was kept of every older run goes."""
    forget_until(connection, incident, run=run)
    row = {"run": run, "seed": seed, "block_families": block_families, "attempt": 1, "erasures": 0, "blocks": 0}
    connection.execute(insert(unfinished), row)
    return Unfinished(run, seed, block_families)


def take_up(connection: Connection, run: int) -> Unfinished:
    """Let a new attempt compute a run, in the transaction that reads for it; who did before may not write any more.

    Raises
    ------
    Conflict
        When it cannot be resumed.
    """
    row = _find(connection, run)
    if row is None:
        raise Conflict(
            f"run {run} cannot be resumed: it has an answer, was discarded, or a newer search was started; start a "
            "new search"
        )
    attempt = row.attempt + 1
    connection.execute(update(unfinished).where(unfinished.c.run == run).values(attempt=attempt))
    kept = connection.scalar(select(func.count()).select_from(blocks).where(blocks.c.run == run)) or 0
    return Unfinished(run, row.seed, row.block_families, attempt, row.erasures, kept, row.blocks)


def is_taken_over(connection: Connection, work: Unfinished) -> bool:
    """Whether a later attempt computes the run."""
    row = _find(connection, work.run)
    return row is not None and row.attempt != work.attempt


def has_changed(connection: Connection, work: Unfinished) -> bool:
    """Whether somebody has left, or a pedigree was changed, since the attempt read."""
    row = _find(connection, work.run)
    return row is not None and row.erasures != work.erasures


def key_of_blocks(
    connection: Connection, vault: Vault, work: Unfinished, *, identity: bytes
) -> tuple[DataKey | None, bool]:
    """The key that blocks of a run are sealed with, and whether those kept before had to go.

    They go when they rest on anything else than ``identity``. There is no key when the run is not this attempt's to
    keep any more, or when somebody has left since it read: its blocks may rest on them.
    """
    run, row = work.run, _find(connection, work.run)
    if row is None or (row.attempt, row.erasures) != (work.attempt, work.erasures):
        return None, False
    if row.key is not None:
        key = vault.data_keys(connection, [row.key])[row.key]
        if Vault.unseal(key, row.sealed, context=_context(run)) == identity:
            return key, False
    dropped = _empty(connection, [run]) > 0
    key = vault.new_key(connection)
    sealed = Vault.seal(key, identity, context=_context(run))
    connection.execute(update(unfinished).where(unfinished.c.run == run).values(key=key.id, sealed=sealed))
    return key, dropped


def open_blocks(connection: Connection, key: DataKey, run: int, *, of: int) -> dict[int, bytes]:
    """Note into how many blocks a run is cut; those that are kept, by number, opened."""
    connection.execute(update(unfinished).where(_held_by(run, key)).values(blocks=of))
    rows = connection.execute(select(blocks).where(blocks.c.run == run, blocks.c.key == key.id)).all()
    return {row.number: Vault.unseal(key, row.sealed, context=_context(run, row.number)) for row in rows}


def keep_block(connection: Connection, key: DataKey, work: Unfinished, *, number: int, content: bytes) -> None:
    """Seal a finished block, unless the run is not this attempt's to keep any more, or its key was erased."""
    mine = _held_by(work.run, key) & (unfinished.c.attempt == work.attempt)
    if connection.scalar(select(unfinished.c.id).where(mine)) is None:
        return
    sealed = Vault.seal(key, content, context=_context(work.run, number))
    connection.execute(insert(blocks), {"run": work.run, "number": number, "sealed": sealed, "key": key.id})


def erase_blocks(connection: Connection, incident: int) -> int:
    """Erase the blocks of every unfinished run of an incident with their keys; how many there were.

    The runs can be resumed, from the beginning. One that computes meanwhile keeps nothing more.
    """
    these = _unfinished_of(connection, incident)
    more = {"erasures": unfinished.c.erasures + 1}
    connection.execute(update(unfinished).where(unfinished.c.run.in_(these)).values(more))
    return _empty(connection, these)


def forget_until(connection: Connection, incident: int, *, run: int) -> None:
    """Forget what is kept of the runs of an incident up to one of them; they cannot be resumed any more."""
    older = [number for number in _unfinished_of(connection, incident) if number <= run]
    _empty(connection, older)
    connection.execute(delete(unfinished).where(unfinished.c.run.in_(older)))


def discard_unfinished(connection: Connection, run: int) -> int:
    """Forget what is kept of a run, which cannot be resumed any more; how many blocks there were.

    Raises
    ------
    Conflict
        When nothing is kept of it.
    """
    if _find(connection, run) is None:
        raise Conflict(f"nothing is kept of run {run}; it was discarded before, has an answer, or a newer run began")
    lost = _empty(connection, [run])
    connection.execute(delete(unfinished).where(unfinished.c.run == run))
    return lost


def _find(connection: Connection, run: int) -> AnyRow | None:
    return connection.execute(select(unfinished).where(unfinished.c.run == run)).one_or_none()


def _unfinished_of(connection: Connection, incident: int) -> list[int]:
    query = select(unfinished.c.run).join(runs, unfinished.c.run == runs.c.id).where(runs.c.incident == incident)
    return list(connection.scalars(query))


def _empty(connection: Connection, numbers: Collection[int]) -> int:
    """Erase the blocks and the keys of some runs; how many blocks."""
    these = unfinished.c.run.in_(numbers)
    held = [key for key in connection.scalars(select(unfinished.c.key).where(these)) if key is not None]
    gone = connection.execute(delete(blocks).where(blocks.c.run.in_(numbers)))
    connection.execute(update(unfinished).where(these).values(sealed=None, key=None, blocks=0))
    connection.execute(delete(keys).where(keys.c.id.in_(held)))
    return gone.rowcount


def _held_by(run: int, key: DataKey) -> ColumnElement[bool]:
    return (unfinished.c.run == run) & (unfinished.c.key == key.id)


def _context(run: int, number: int | None = None) -> str:
    return f"unfinished:{run}" if number is None else f"blocks:{run}:{number}"
