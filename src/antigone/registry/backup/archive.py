"""The file of a backup: every table but ``keys``, as lines of JSON in one gzip stream, signed.

The first line says what it is; then, for each table, one line with its name and columns, and lines of rows; the last
line holds the SHA-256 of all lines before it, and the registry's signature over that. It does not
depend on the database it was read from, and anybody can read it in twenty years. Bytes are ``{"b": base64}`` and days
``{"d": "2026-01-15"}``.
"""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import hashlib
import json
import zlib
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, select

from antigone.errors import BackupError, StorageError
from antigone.registry.keys.signing import signed_by
from antigone.registry.store.schema import keys, metadata

FORMAT = "antigone backup"
VERSION = 1
BLOCK = 500
"""Rows on one line at most, and so in memory."""
MOST_CELL_BYTES = 8 << 20
"""What the values of the rows of one line have together, unless one row alone has more."""
LONGEST_LINE, LONGEST_HEADER = 1 << 28, 1 << 16
"""Bytes of a line, and of the first one, that are written and read; a file with a longer one would fill the memory."""


@dataclass(frozen=True)
class ArchiveHeader:
    """Whose backup it is, when it was read, at which version of the schema, and where the audit stood."""

    registry: str
    at: str
    schema: str
    audit_number: int
    audit_hash: str


@dataclass(frozen=True)
class Block:
    """Some rows of one table."""

    table: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]


def write_archive(
    file: BinaryIO, connection: Connection, *, header: ArchiveHeader, sign: Callable[[bytes], bytes]
) -> dict[str, int]:
    """Write all tables but ``keys``, as one snapshot sees them, 500 rows at a time.

    Parameters
    ----------
    file
        Where to.
    connection
        A snapshot.
    header
        The first line.
    sign
        Signs a statement with the registry's key.

    Returns
    -------
    How many rows of each table were written.
    """
    digest, counts = hashlib.sha256(), {}
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1, filename="", mtime=0) as stream:

        def write(line: object) -> None:
            content = json.dumps(line, ensure_ascii=False, separators=(",", ":"), default=_encoded).encode() + b"\n"
            if len(content) > LONGEST_LINE:
                raise BackupError(
                    f"one row has more than {LONGEST_LINE} bytes, so no program could restore the backup; nothing was "
                    "written; tell the makers of this program"
                )
            digest.update(content)
            stream.write(content)

        write({"format": FORMAT, "version": VERSION, **asdict(header)})
        for table in metadata.sorted_tables:
            if table is keys:
                continue
            write({"table": table.name, "columns": [column.name for column in table.columns]})
            counts[table.name] = 0
            with connection.execute(select(table).execution_options(yield_per=BLOCK)) as result:
                for rows in _lines_of(list(row) for row in result):
                    write(rows)
                    counts[table.name] += len(rows)
        signature = sign(_statement(digest.digest()))
        write({"sha256": digest.hexdigest(), "signature": signature.hex()})
    return counts


def _lines_of(rows: Iterator[list[Any]]) -> Iterator[list[list[Any]]]:
    """Rows as they stand together on a line, which is bounded in rows and in bytes."""
    line: list[list[Any]] = []
    size = 0
    for row in rows:
        more = sum(len(value) for value in row if isinstance(value, str | bytes))
        if line and (len(line) == BLOCK or size + more > MOST_CELL_BYTES):
            yield line
            line, size = [], 0
        line.append(row)
        size += more
    if line:
        yield line


def read_archive_header(path: Path) -> ArchiveHeader:
    """The first line of a backup; nothing else is verified. See `verify_archive` for what is refused."""
    with closing(_lines(path, longest=LONGEST_HEADER)) as lines:
        return _header(path, next(lines, b""))


def verify_archive(path: Path, *, public_key: str) -> ArchiveHeader:
    """Read a backup from end to end, and check its sum and its signature.

    Raises
    ------
    BackupError
        When it is cut, damaged, of another version, or not signed by that key.
    StorageError
        When it cannot be read.
    """
    header, digest, last = read_archive_header(path), hashlib.sha256(), b""
    for line in _lines(path):
        digest.update(last)  # of all lines but the last
        last = line
    stated, signature = _end(path, last)
    if stated != digest.hexdigest():
        raise _damaged(path, "its content does not have the sum it states")
    if not signed_by(public_key, signature, _statement(digest.digest())):
        raise _damaged(path, "it is not signed by the registry that the ring belongs to")
    return header


def read_blocks(path: Path) -> Iterator[Block]:
    """The rows of a backup that `verify_archive` found good, in an order in which they can be inserted."""
    table: Mapping[str, Any] = {}
    for line in _lines(path):
        content = json.loads(line, object_hook=_decoded)
        if isinstance(content, list):
            yield Block(table["table"], tuple(table["columns"]), content)
        elif "table" in content:
            table = content


def _lines(path: Path, *, longest: int = LONGEST_LINE) -> Generator[bytes, None, None]:
    try:
        with gzip.open(path, "rb") as stream:
            while line := stream.readline(longest):
                if len(line) == longest and not line.endswith(b"\n"):
                    raise _damaged(path, f"a line of it has more than {longest} bytes")
                yield line
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise _damaged(path, "it was cut or changed") from None
    except OSError as error:
        raise StorageError(f"{path.name} cannot be read: {error.strerror}; give the path of a backup") from error


def _header(path: Path, line: bytes) -> ArchiveHeader:
    try:
        fields = json.loads(line)
        if (fields.pop("format"), fields.pop("version")) != (FORMAT, VERSION):
            raise ValueError
        return ArchiveHeader(**fields)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _damaged(path, f"it is no backup of version {VERSION}") from None


def _end(path: Path, line: bytes) -> tuple[str, str]:
    try:
        end = json.loads(line)
        return end["sha256"], end["signature"]
    except (ValueError, KeyError, TypeError):
        raise _damaged(path, "its last line is missing") from None


def _statement(digest: bytes) -> bytes:
    return FORMAT.encode() + digest


def _damaged(path: Path, what: str) -> BackupError:
    return BackupError(f"{path.name} cannot be restored: {what}; nothing was written; take another backup")


def _encoded(value: object) -> Mapping[str, str]:
    if isinstance(value, bytes):
        return {"b": base64.b64encode(value).decode()}
    if isinstance(value, dt.date):
        return {"d": value.isoformat()}
    raise TypeError(f"a backup cannot hold a {type(value).__name__}")


def _decoded(value: dict[str, Any]) -> Any:
    if value.keys() == {"b"}:
        return base64.b64decode(value["b"])
    if value.keys() == {"d"}:
        return dt.date.fromisoformat(value["d"])
    return value
