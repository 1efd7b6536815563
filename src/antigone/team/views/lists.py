"""What all lists have in common: a page of lines, and a line from a row."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

_Line = TypeVar("_Line")


@dataclass(frozen=True)
class Page(Generic[_Line]):
    """Some lines of a list that has ``total`` of them."""

    rows: tuple[_Line, ...]
    total: int
    page: int
    size: int


def line_of(kind: type[_Line], row: Any, **own: Any) -> _Line:
    """A line with the columns of a row that have the names of its fields; ``own`` are fields that no column gives.

    >>> from collections import namedtuple
    >>> from antigone.team.views.people import CustodyLine
    >>> Row = namedtuple("Row", ["id", "event", "holder", "at"])
    >>> line_of(CustodyLine, Row(1, "received", "LAB1", "2026-03-01"), recorded_by="registrar")
    CustodyLine(at='2026-03-01', event='received', holder='LAB1', recorded_by='registrar')
    """
    names = [field.name for field in fields(kind) if field.name not in own]  # type: ignore[arg-type]
    return kind(**{name: getattr(row, name) for name in names}, **own)
