"""Rows as a table of Arrow, from where pandas and Polars take it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from antigone.errors import Unsupported


def arrow_table(rows: Iterable[Mapping[str, Any]]) -> Any:
    """A table of Arrow; ``.to_pandas()`` of it is a frame of pandas, ``polars.from_arrow`` one of Polars.

    Raises
    ------
    Unsupported
        Without the extra ``scale``.
    """
    try:
        import pyarrow
    except ModuleNotFoundError:
        raise Unsupported("a table of Arrow needs the extra 'scale': pip install 'antigone[scale]'") from None
    return pyarrow.Table.from_pylist([dict(row) for row in rows])
