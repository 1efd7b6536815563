"""What reads each kind of file that holds tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from antigone.formats.reading.parquet import read_parquet
from antigone.formats.reading.sources import HashedFile
from antigone.formats.reading.tables import Grid, read_csv, read_workbook
from antigone.model.file_kinds import PARQUET, TEXT, WORKBOOK, FileKind

Sheets = dict[str, Grid]
"""The tables of a file by name; a file that has but one table has the name ''."""


def _workbook(name: str, file: bytes | HashedFile) -> Sheets:
    return read_workbook(name, file if isinstance(file, bytes) else file.read())


READERS: Mapping[FileKind, Callable[[str, bytes | HashedFile], Sheets]] = MappingProxyType(
    {
        PARQUET: lambda name, file: {"": read_parquet(name, file)},
        WORKBOOK: _workbook,
        TEXT: lambda name, file: {"": read_csv(name, file)},
    }
)
