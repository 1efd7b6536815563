"""Which code this is: the version, the commit where it is known, and a digest of the source itself."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from antigone import __version__

PACKAGE = Path(__file__).parent
COMMIT_FILE = PACKAGE / "data" / "commit.txt"
"""Written into wheels and source archives by ``hatch_build.py``; a checkout has Git's own files instead."""
LIBRARIES = ("numpy", "numba", "llvmlite", "pyarrow", "typst", "sqlalchemy", "cryptography")
"""Libraries that compute, read or write; the first three change the last digits of a number, if anything does."""
_SHORT = 12
"""Signs of a commit or digest that are shown."""


@cache
def commit() -> str:
    """The commit of this code, or nothing where nobody knows it. The program ``git`` is not needed."""
    if COMMIT_FILE.is_file():
        return COMMIT_FILE.read_text("ascii").strip()
    return commit_of_checkout(PACKAGE.parents[1])


def commit_of_checkout(root: Path) -> str:
    """The commit that a checkout stands at, from the files of Git; nothing when it is none.

    >>> commit_of_checkout(Path("/no/such/folder"))
    ''
    """
    git = root / ".git"
    try:
        if git.is_file():  # a second worktree of the same clone
            git = root / git.read_text("utf-8").removeprefix("gitdir:").strip()
        head = (git / "HEAD").read_text("utf-8").strip()
        return _commit_of_branch(git, head.removeprefix("ref: ")) if head.startswith("ref: ") else head
    except OSError:
        return ""


def _commit_of_branch(git: Path, branch: str) -> str:
    common = git / "commondir"
    shared = git / common.read_text("utf-8").strip() if common.is_file() else git
    if (shared / branch).is_file():
        return (shared / branch).read_text("utf-8").strip()
    packed = (shared / "packed-refs").read_text("utf-8").splitlines()
    return next((line.split()[0] for line in packed if line.endswith(f" {branch}")), "")


@cache
def code_digest() -> str:
    """SHA-256 of every module of the package: what was computed by the same digest was computed by the same code."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def full_version() -> str:
    """The version, with the commit where it is known: ``0.1.0 (commit 6d004574b73f)``."""
    return f"{__version__} (commit {commit()[:_SHORT]})" if commit() else __version__


def version_line() -> str:
    """What ``antigone --version`` prints."""
    known = f"commit {commit()[:_SHORT]}" if commit() else "commit not known"
    return f"antigone {__version__} ({known}, code {code_digest()[:_SHORT]})"


@dataclass(frozen=True)
class Machine:
    """The program and the machine that something was computed with; ``libraries`` are those that are installed."""

    software: str
    code: str
    python: str
    system: str
    processors: int
    libraries: Mapping[str, str]


def this_machine() -> Machine:
    """What runs here: no name of a computer or of a user is in it."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return Machine(full_version(), code_digest(), python, system(), os.cpu_count() or 1, libraries(*LIBRARIES))


def system() -> str:
    """The operating system and the kind of processor: ``Linux x86_64``."""
    return f"{platform.system()} {platform.machine()}"


def libraries(*names: str) -> dict[str, str]:
    """The versions of those that are installed."""
    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
