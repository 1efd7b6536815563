"""Results as tables of Arrow, from where pandas and Polars take them."""

from __future__ import annotations

from typing import Any, Protocol

from antigone.errors import Unsupported


class HasRows(Protocol):
    """A result that is a table: a likelihood ratio, LRs of candidates, a mutation matrix."""

    def rows(self) -> list[dict[str, Any]]:
        """One mapping for each row, by column."""


def to_arrow(result: HasRows) -> Any:
    """The rows of a result as a table of Arrow; ``polars.from_arrow`` makes a frame of Polars of it.

    Raises
    ------
    Unsupported
        Without the extra ``scale``.
    """
    try:
        import pyarrow
    except ModuleNotFoundError:
        raise Unsupported("a table of Arrow needs the extra 'scale': pip install 'antigone[scale]'") from None
    return pyarrow.Table.from_pylist(result.rows())


def to_pandas(result: HasRows) -> Any:
    """The rows of a result as a frame of pandas.

    Raises
    ------
    Unsupported
        Without pandas, which no extra installs.
    """
    try:
        import pandas
    except ModuleNotFoundError:
        raise Unsupported("a frame of pandas needs pandas: pip install pandas") from None
    return pandas.DataFrame(result.rows())
