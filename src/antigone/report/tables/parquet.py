"""candidates.parquet: the rows and numbers of candidates.csv, typed, for searches of a nation's size."""

from __future__ import annotations

import csv
import io

from antigone.errors import Unsupported
from antigone.model.results.search import SearchResult
from antigone.report.tables.files import candidates_csv

_WHOLE_NUMBERS = frozenset({"rank", "markers_compared", "markers_missing"})
_NUMBERS = frozenset({"posterior", "prior"})
_CODES = ("unidentified", "family", "missing")


def candidates_parquet(result: SearchResult) -> bytes:
    """The ranked candidates as Parquet, one row each, with the columns of ``candidates_csv`` and the same values.

    Numbers are rounded as they are there; an impossible LR is minus infinity, an empty cell of a number is null.
    Codes stand as they are, for no spreadsheet runs the cells of a Parquet file.

    Raises
    ------
    Unsupported
        When Apache Arrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet
    except ImportError:
        remedy = "install the extra with: pip install 'antigone[scale]', or use candidates.csv"
        raise Unsupported(f"candidates.parquet needs the package pyarrow; {remedy}") from None
    header, *rows = csv.reader(io.StringIO(candidates_csv(result), newline=""))
    columns: dict[str, list[str]] = {name: [row[place] for row in rows] for place, name in enumerate(header)}
    for name in _CODES:
        columns[name] = [getattr(candidate, name) for candidate in result.candidates]
    arrays = {name: _typed(name, cells) for name, cells in columns.items()}
    schema = pa.schema([(name, _kind(name)) for name in header])
    file = io.BytesIO()
    pyarrow.parquet.write_table(pa.table(arrays, schema=schema), file, compression="zstd")
    return file.getvalue()


def _kind(column: str) -> str:
    if column in _WHOLE_NUMBERS:
        return "int64"
    return "float64" if column in _NUMBERS or column.startswith("log10_lr") else "string"


def _typed(column: str, cells: list[str]) -> list[str | int | float | None]:
    kind = _kind(column)
    if kind == "string":
        return [*cells]
    number = int if kind == "int64" else float
    return [number(cell) if cell else None for cell in cells]
