"""What the columns of a genotype table are taken for, and a layout file that states them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from antigone.casework.incident.files import new_file
from antigone.errors import InputError
from antigone.formats.incident import read_columns
from antigone.formats.profiles.mapping import MEANINGS, layout_text, read_layout
from antigone.formats.reading.findings import Findings

__all__ = ["MEANINGS", "Taken", "columns_of", "layout_of", "save_layout"]

Taken = list[tuple[str, list[tuple[str, str]]]]
"""By sheet, each heading and what its column is taken for."""


def columns_of(table: Path, layout: Path | None = None, *, any_table: bool = False) -> Taken:
    """What each column of a genotype table is taken for; of ``any_table`` also of one that is not understood."""
    return read_columns(table, layout, any_table=any_table)


def layout_of(pairs: Sequence[tuple[str, str]]) -> str:
    """The text of a layout file that says what some headings mean.

    Raises
    ------
    InputError
        With every meaning that is none, by its heading; when one heading has two meanings.
    """
    meanings: dict[str, set[str]] = {}
    for heading, meaning in pairs:
        meanings.setdefault(heading, set()).add(meaning.strip())
    two = [heading for heading, several in meanings.items() if len(several) > 1]
    if two:
        raise InputError(f"'{two[0][:40]}' stands twice with two meanings; rename one of the columns in the table")
    text, findings = layout_text([(heading, several.pop()) for heading, several in meanings.items()]), Findings()
    read_layout("layout", text.encode(), findings)
    findings.stop_on_problems()
    return text


def save_layout(taken: Taken, out: Path) -> None:
    """Write a new layout file, which can be changed and used for other tables of the same kind."""
    headings = dict(pair for _, pairs in taken for pair in pairs)
    with new_file(out) as file:
        file.write(layout_text([*headings.items()]).encode())
