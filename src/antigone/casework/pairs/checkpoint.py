"""Finished blocks kept, so that a stopped search resumes where it was: in a folder here, in a registry elsewhere."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from antigone.casework.incident.provenance import describe_run
from antigone.errors import InputError
from antigone.model.incident.incident import Incident
from antigone.search.pairs.blocks import BlockResult
from antigone.version import code_digest

FOLDER = ".unfinished"
"""Where finished blocks stand in the output folder until the search is written."""
_MANIFEST = "manifest.json"


class KeptBlocks(Protocol):
    """A place that keeps the finished blocks of one search, without how references fit (PURPOSE.md, rule 6)."""

    def load(self, of: int) -> dict[int, BlockResult]:
        """Every block that is kept of a search cut into ``of``, by number."""

    def keep(self, number: int, result: BlockResult) -> None:
        """Keep a block's result, whole or not at all."""


@dataclass(frozen=True)
class Checkpoint:
    """A folder with one file for each finished block. Readable by its owner alone; removed when the search ends.

    How references fit their pedigrees is not kept (PURPOSE.md, rule 6): it is computed again on resumption.
    """

    folder: Path

    @classmethod
    def open(cls, out: Path, identity: Mapping[str, str], *, resume: bool) -> Checkpoint:
        """Begin anew, or resume what the same search left behind.

        ``identity`` is everything that decides the blocks' results: inputs, settings, day, and the code itself.

        Raises
        ------
        InputError
            When ``resume`` is asked and nothing, or another search, was left behind.
        """
        folder = out / FOLDER
        found = folder / _MANIFEST
        if resume and not found.is_file():
            raise InputError(f"{out} holds no unfinished search; start without --resume")
        if resume and json.loads(found.read_text("utf-8")) != dict(identity):
            other = f"the unfinished search in {out} had other inputs or settings, or was made by other code"
            raise InputError(f"{other}; start without --resume")
        if not resume:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True, mode=0o700)
            _write(found, json.dumps(dict(identity), sort_keys=True).encode())
        return cls(folder)

    def keep(self, number: int, result: BlockResult) -> None:
        """Keep a block's result, whole or not at all."""
        body = pack_block(result)
        _write(self._file(number), hashlib.sha256(body).digest() + body)

    def load(self, of: int) -> dict[int, BlockResult]:
        """Every block kept whole, without its fits; a damaged one is computed again."""
        files = sorted(self.folder.glob("block-*.npz"))
        kept = {int(file.stem.removeprefix("block-")): _read(file) for file in files}
        return {number: result for number, result in kept.items() if result is not None}

    def _file(self, number: int) -> Path:
        return self.folder / f"block-{number:06d}.npz"


def pack_block(result: BlockResult) -> bytes:
    """A block's result as bytes, without its fits."""
    content = io.BytesIO()
    words = json.dumps(result.targets)
    counts = [result.compared, result.excluded_by_sex, result.without_data, result.screened]
    np.savez(
        content,
        target=result.target,
        person=result.person,
        log_lr=result.log_lr,
        counts=np.array(counts),
        words=np.frombuffer(words.encode(), dtype=np.uint8),
    )
    return content.getvalue()


def unpack_block(body: bytes) -> BlockResult:
    """A block's result from its bytes."""
    with np.load(io.BytesIO(body)) as arrays:
        words = json.loads(arrays["words"].tobytes())
        compared, excluded, without, screened = (int(count) for count in arrays["counts"])
        return BlockResult(
            targets=tuple((family, missing) for family, missing in words),
            target=arrays["target"],
            person=arrays["person"],
            log_lr=arrays["log_lr"],
            compared=compared,
            excluded_by_sex=excluded,
            without_data=without,
            screened=screened,
            fits=(),
        )


def forget_unfinished(out: Path) -> None:
    """Remove the kept blocks: the search is done and written."""
    shutil.rmtree(out / FOLDER, ignore_errors=True)


def identify_search(incident: Incident, *, today: dt.date, block_families: int) -> dict[str, str]:
    """Everything that decides the blocks of a search and their results."""
    run = describe_run(incident, created="", command="", seed=0)
    return {
        "version": run.version,
        "code": code_digest(),
        "libraries": str(run.libraries),
        "inputs": str(run.inputs),
        "frequencies": str(run.frequencies),
        "settings": str(run.settings),
        "day": today.isoformat(),
        "block_families": str(block_families),
    }


def _write(path: Path, content: bytes) -> None:
    draft = path.with_suffix(".draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _read(path: Path) -> BlockResult | None:
    content = path.read_bytes()
    digest, body = content[:32], content[32:]
    return unpack_block(body) if hashlib.sha256(body).digest() == digest else None
