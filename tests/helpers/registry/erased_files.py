"""What several tests share: see ``test_registry_erasure``, where it is used most."""

from __future__ import annotations

from pathlib import Path


def files_with(folder: Path, pattern: bytes) -> list[str]:
    return [str(path) for path in folder.rglob("*") if path.is_file() and pattern in path.read_bytes()]
