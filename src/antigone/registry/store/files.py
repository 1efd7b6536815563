"""Files written whole or not at all, for their owner alone, whose former content does not stay behind."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from antigone.errors import StorageError, VaultError

if sys.platform != "win32":
    import fcntl

OWNER_ONLY = 0o600
PART = ".part"
"""How the name of a file ends that is not written to its end; it is held by who writes it."""
BLOCK_BYTES = 1 << 20


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A new file that takes the place of ``path`` when the block ends well: after a crash, one of the two is there.

    The file replaced is overwritten with zeros, as far as the file system does that in place; a file system that
    writes elsewhere (copy on write, flash) may keep the old bytes for a while.

    Raises
    ------
    StorageError
        When the disk is full or the folder cannot be written; ``path`` is then as it was.
    """
    part = path.with_name(f".{path.name}{PART}")
    try:
        with _owner_only(part) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        with _old_content(path) as old:
            part.replace(path)
            _sync_folder(path.parent)
            _blank(old)
    except OSError as error:
        raise StorageError(f"{path.name} cannot be written: {error.strerror}; nothing was changed by it") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def require_new(path: Path) -> None:
    """Refuse a name that is taken.

    Raises
    ------
    StorageError
        When something of that name is there; nothing was changed.
    """
    if os.path.lexists(path):
        raise StorageError(f"{path.name} exists; choose another name: nothing is ever written over")


def read_private(path: Path) -> bytes:
    """The content of a file that nobody but its owner can read.

    Raises
    ------
    VaultError
        When others may read it.
    StorageError
        When it is not there or cannot be read.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode & 0o777
            if os.name == "posix" and mode & 0o077:
                raise VaultError(
                    f"{path.name} has the permissions {mode:o}, so others can read it; expected 600; "
                    f"use 'chmod 600 {path.name}', and change the passphrase or rotate the key if anybody could"
                )
            return file.read()
    except OSError as error:
        raise StorageError(f"{path.name} cannot be read: {error.strerror}; give the path of the file") from error


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Whoever reads a file to replace it holds it alone meanwhile, so that no change of another process is lost.

    The lock ends with the process. Where the system has none (Windows), nothing is locked.

    Raises
    ------
    StorageError
        When the file is not there.
    """
    try:
        with _held(path):
            yield
    except FileNotFoundError:
        raise StorageError(f"{path.name} is not there; give the path of the file") from None


@contextmanager
def _held(path: Path) -> Iterator[None]:
    if sys.platform == "win32":
        yield
        return
    while True:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            # while we waited, another process may have put a new file in its place: that one is to be held
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                yield
                return


def _owner_only(part: Path) -> BinaryIO:
    part.unlink(missing_ok=True)
    file = os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb")
    if sys.platform != "win32":
        fcntl.flock(file, fcntl.LOCK_EX)
    return file


def left_over(folder: Path) -> tuple[Path, ...]:
    """Files in a folder that somebody began to write and nobody is writing any more: their computer stopped."""
    found = folder.glob(f".*{PART}") if folder.is_dir() else ()
    return tuple(sorted(path for path in found if path.is_file() and not _is_written(path)))


def remove_left_over(path: Path) -> bool:
    """Remove such a file, its bytes first; whether that succeeded."""
    try:
        with path.open("r+b") as file:
            _blank(file)
        path.unlink()
    except OSError:
        return False
    return True


def _is_written(part: Path) -> bool:
    """Whether a process holds it. Where the system has no locks (Windows), an open file is not removed anyway."""
    if sys.platform == "win32":
        return False
    try:
        with part.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    return False


@contextmanager
def _old_content(path: Path) -> Iterator[BinaryIO | None]:
    """The file that is about to be replaced, held open so that its bytes can still be reached."""
    if not path.exists() or os.name != "posix":  # elsewhere a file that is open cannot be replaced
        yield None
        return
    with path.open("r+b") as file:
        yield file


def _blank(file: BinaryIO | None) -> None:
    if file is None:
        return
    left = os.fstat(file.fileno()).st_size
    while left > 0:
        left -= file.write(bytes(min(left, BLOCK_BYTES)))
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":  # elsewhere a folder cannot be opened
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
