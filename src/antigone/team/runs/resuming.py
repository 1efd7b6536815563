"""The finished blocks of a search in the registry, sealed: a search that was ended goes on where it was."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version

from antigone.casework.pairs.checkpoint import pack_block, unpack_block
from antigone.errors import StorageError
from antigone.model.incident.content import content_lines
from antigone.model.incident.incident import Incident
from antigone.registry.keys.vault import DataKey
from antigone.registry.runs.blocks import Unfinished, keep_block, key_of_blocks, open_blocks
from antigone.registry.store.database import transaction
from antigone.search.pairs.blocks import BlockResult
from antigone.team.access.session import Registry
from antigone.version import code_digest


@dataclass(frozen=True)
class SealedBlocks:
    """The blocks of one attempt at a run (``KeptBlocks``). ``dropped``: those of before rested on something else.

    Without a ``key`` nothing is kept: the run was discarded, a later attempt computes it, or somebody has left.
    """

    registry: Registry
    work: Unfinished
    key: DataKey | None
    dropped: bool

    def load(self, of: int) -> dict[int, BlockResult]:
        """Every block that is kept of a search cut into ``of``, by number, without its fits."""
        if self.key is None:
            return {}
        with transaction(self.registry.engine) as connection:
            found = open_blocks(connection, self.key, self.work.run, of=of)
        return {number: unpack_block(content) for number, content in found.items()}

    def keep(self, number: int, result: BlockResult) -> None:
        """Seal a block's result, in a transaction of its own.

        One that another action leaves no room for is not kept, and computed again on resumption.
        """
        if self.key is None:
            return
        content = pack_block(result)
        with suppress(StorageError), transaction(self.registry.engine) as connection:
            keep_block(connection, self.key, self.work, number=number, content=content)


def open_sealed_blocks(registry: Registry, work: Unfinished, incident: Incident) -> SealedBlocks:
    """The place of a run's blocks; those that rest on anything else than this incident are erased."""
    identity = identify_content(incident, block_families=work.block_families)
    with transaction(registry.engine) as connection:
        key, dropped = key_of_blocks(connection, registry.vault, work, identity=identity)
    return SealedBlocks(registry, work, key, dropped)


def identify_content(incident: Incident, *, block_families: int) -> bytes:
    """The SHA-256 of everything that decides the blocks of a search and their results.

    It holds the digest of the program's code, all persons, pedigrees, profiles and consents that take part, in their
    order, the frequencies and every setting. The day is not in it: who is covered on that day is.
    """
    digest = hashlib.sha256(f"{code_digest()} numpy {version('numpy')} blocks of {block_families}\n".encode())
    for line in content_lines(incident):
        digest.update(line.encode() + b"\n")
    return digest.digest()
