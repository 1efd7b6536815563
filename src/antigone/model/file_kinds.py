"""The kinds of files that are read: their endings, how their bytes begin, and what a user is told of them.

A kind is one line here, and its reader one line in ``formats``: of tables in ``formats.reading.kinds``, of lists of
frequencies in ``formats.frequencies.tables``, of whole incidents in ``formats.incident``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath


@dataclass(frozen=True)
class FileKind:
    """A kind of file.

    Parameters
    ----------
    label
        What it is called.
    endings
        Of its files, in small letters. A file may have another: what its bytes show comes first.
    marks
        What its bytes begin with, where that tells it from all other kinds.
    certain
        Endings with which a file is of this kind, or damaged, whatever its bytes begin with.
    """

    label: str
    endings: tuple[str, ...]
    marks: tuple[bytes, ...] = ()
    certain: tuple[str, ...] = ()

    def has_ending(self, path: PurePath) -> bool:
        """Whether a file has an ending of this kind, in capitals or not.

        >>> FAMILIAS.has_ending(PurePath("CASE.FAM")), WORKBOOK.has_ending(PurePath("case.fam"))
        (True, False)
        """
        return path.suffix.lower() in self.endings


PARQUET = FileKind("Parquet", (".parquet",), (b"PAR1",), certain=(".parquet",))
WORKBOOK = FileKind(
    "workbook", (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"), (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"), certain=(".xlsx",)
)
TEXT = FileKind("text", (".csv", ".tsv", ".txt", ".tab", ".emp"))
TABLES = (PARQUET, WORKBOOK, TEXT)
"""The kinds of files that hold a table; what is none of the others is text."""

PEDSUITE = FileKind("the list of the pedsuite", (".freq",))
STRIDER = FileKind("the XML of STRidER", (".xml",))
FAMILIAS = FileKind("Familias", (".fam",))
LISTS = (FAMILIAS, STRIDER, PEDSUITE)
"""The kinds of files that hold frequencies and no table."""

INCIDENT_HELP = (
    "A case folder, its workbook (.xlsx), Familias .fam files, such as FAMILIES.fam PERSONS.fam, CODIS or .ped files."
)


def endings_of(kinds: Iterable[FileKind]) -> tuple[str, ...]:
    """The endings of several kinds."""
    return tuple(ending for kind in kinds for ending in kind.endings)


def kind_of_table(name: str, beginning: bytes) -> FileKind:
    """The kind of a file that holds a table, from how its bytes begin, else from its ending.

    >>> kind_of_table("profiles.csv", b"PAR1").label, kind_of_table("profiles.xls", b"sample").label
    ('Parquet', 'text')
    """
    ending = PurePath(name).suffix.lower()
    marked = [kind for kind in TABLES if kind.marks and beginning.startswith(kind.marks)]
    certain = [kind for kind in TABLES if ending in kind.certain]
    return (*marked, *certain, TEXT)[0]
