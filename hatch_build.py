"""Writes the commit into what is built, so that an installed Antigone can name it (see ``antigone/version.py``)."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PLACE = "antigone/data/commit.txt"


class CommitHook(BuildHookInterface[Any]):
    """A wheel and a source archive name the commit of the checkout they are built from."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the file; nothing is added to an editable install, nor where no commit is known."""
        commit = commit_of(Path(self.root))
        if version == "editable" or not commit:
            return
        place = PLACE if self.target_name == "wheel" else f"src/{PLACE}"
        self._folder = tempfile.TemporaryDirectory()
        file = Path(self._folder.name) / "commit.txt"
        file.write_text(commit + "\n", "ascii")
        build_data["force_include"][str(file)] = place


def commit_of(root: Path) -> str:
    """The commit of a checkout; nothing for an unpacked source archive, which holds the file already."""
    if not (root / ".git").exists():
        return ""
    command = ["git", "-C", str(root), "rev-parse", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return ""
