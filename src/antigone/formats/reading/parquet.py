"""Tables as Parquet, for incidents of hundreds of thousands of families; read with Apache Arrow in record batches.

Arrow comes with the extra ``scale`` and is loaded when the first such file is read.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from antigone.errors import InputError, Problem
from antigone.formats.labels.alleles import Cell
from antigone.formats.reading.sources import HashedFile
from antigone.formats.reading.tables import Grid

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

BATCH = 1 << 16
"""Rows that are in memory at a time."""


def read_parquet(name: str, content: bytes | HashedFile) -> Grid:
    """The cells of a Parquet file. Lines count as in a CSV file of the same rows: the names stand on line 1.

    A null is an empty cell; text, numbers, yes-or-no and days are read as from a workbook.

    Raises
    ------
    InputError
        At once when Arrow is not installed or the file is no Parquet. When the rows are read, for a column of a type
        that no table holds, and for a damaged part of the file.
    """
    _check_installed(name)
    from pyarrow.parquet import ParquetFile

    file = content if isinstance(content, HashedFile) else HashedFile(name, io.BytesIO(content))
    try:
        table = ParquetFile(file.rewound(), pre_buffer=False)
        schema = table.schema_arrow
    except Exception:  # the library raises many kinds for a broken file; all mean the same here
        raise _broken(name) from None
    return Grid(name, _rows(file, table), (1, schema.names))


def _check_installed(name: str) -> None:
    try:
        import pyarrow  # noqa: F401 - whether it is there is the question
    except ImportError:
        remedy = "install the extra with: pip install 'antigone[scale]', or save the table as .csv"
        found = "a Parquet file, for which Apache Arrow is needed"
        raise InputError([Problem(name, 0, "", found, "the package pyarrow", remedy)]) from None


def _rows(file: HashedFile, table: ParquetFile) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    """The rows of a file, which stays open as long as its rows are asked for."""
    # Not before the column names were looked at: a column that is refused by its name may be of any type.
    problems = [_wrong_type(file.name, column) for column in table.schema_arrow if not _is_readable(column.type)]
    if problems:
        raise InputError(problems)
    line = 2
    try:
        for batch in table.iter_batches(BATCH, use_threads=False):
            yield from enumerate(zip(*map(_cells, batch.columns), strict=True), start=line)
            line += batch.num_rows
    except Exception:  # as above
        raise _broken(file.name) from None


def _cells(column: pa.Array) -> Iterable[Cell]:
    """The cells of a column of a batch; cells that are equal are one object."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):  # its dictionary is that of many batches
        column, kind = column.dictionary_decode(), kind.value_type
    if pa.types.is_timestamp(kind):
        column = column.cast(pa.date32(), safe=False)
    elif pa.types.is_decimal(kind) or pa.types.is_string_view(kind):
        column = column.cast(pa.string())
    if pa.types.is_null(kind):
        return [""] * len(column)
    encoded = column.dictionary_encode()
    values = [*encoded.dictionary.to_pylist(), ""]
    places = encoded.indices.cast(pa.int32()).fill_null(len(values) - 1)
    return map(values.__getitem__, places.to_numpy().tolist())


def _is_readable(kind: pa.DataType) -> bool:
    """Text, numbers, yes or no, days, and days with a time of no time zone."""
    from pyarrow import types

    if types.is_dictionary(kind):
        return _is_readable(kind.value_type)
    if types.is_timestamp(kind):
        return kind.tz is None
    tests = (
        *(types.is_string, types.is_large_string, types.is_string_view, types.is_boolean, types.is_null),
        *(types.is_integer, types.is_floating, types.is_decimal, types.is_date),
    )
    return any(test(kind) for test in tests)


def _broken(name: str) -> InputError:
    found, remedy = "a file that is no readable Parquet", "write the file again, or save the table as .csv"
    return InputError([Problem(name, 0, "", found, "a Parquet file", remedy)])


def _wrong_type(name: str, column: Any) -> Problem:
    expected, remedy = "text, numbers or dates", "write the column as text"
    return Problem(name, 0, column.name[:40], f"cells of the type {column.type}"[:80], expected, remedy)
