"""What the columns of a genotype table are taken for, and a layout file that states them."""

from __future__ import annotations

from pathlib import Path

from antigone.casework.incident.files import new_file
from antigone.formats.incident import read_columns
from antigone.formats.profiles.mapping import layout_text

Taken = list[tuple[str, list[tuple[str, str]]]]
"""By sheet, each heading and what its column is taken for."""


def columns_of(table: Path, layout: Path | None = None) -> Taken:
    """What each column of a genotype table is taken for."""
    return read_columns(table, layout)


def save_layout(taken: Taken, out: Path) -> None:
    """Write a new layout file, which can be changed and used for other tables of the same kind."""
    headings = dict(pair for _, pairs in taken for pair in pairs)
    with new_file(out) as file:
        file.write(layout_text([*headings.items()]).encode())
