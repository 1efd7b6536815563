"""Both alleles of a genotype in one cell: ``15,17``, ``15-17``, ``15/17``, ``15;17``, ``15 17``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from antigone.formats.labels.alleles import Cell
from antigone.formats.labels.markers import marker_kind, normalise_marker
from antigone.formats.labels.sequences import is_sequence
from antigone.formats.reading.tables import Table, cell_text

_BETWEEN = re.compile(r"[\s/|;:_-]+")
_BETWEEN_SEQUENCES = re.compile(r"\s*[/|;,]\s*")
_SEPARATED = re.compile(r"[/|;,]")
_COMMA = re.compile(r"\s*,\s*")
_SEPARATES = re.compile(
    r"[0-9.]*,\s*[0-9]{2,}(\.[0-9])?|[0-9]+\.[0-9]\s*,.*|.*,\s*[0-9]+\.[0-9]|[XY]\s*,.*|[0-9.]+,[05-9]", re.IGNORECASE
)
_IS_DECIMAL = re.compile(r"[0-9]{1,3},[1-4][\s/|;:-]+[0-9].*|.*[0-9][\s/|;:-]+[0-9]{1,3},[1-4]")
_ONE_COMMA = re.compile(r"[0-9]{1,3},[0-9]")
_IN_PARENTHESES = re.compile(r"[(]([^()]*)[)]")


class GenotypeCells:
    """Splits the cells of one table. Whether a comma separates alleles or is a decimal comma is told by all of them."""

    def __init__(self, table: Table, cells: Iterable[Cell]) -> None:
        texts = {cell_text(cell) for cell in cells}
        self.table = table
        self.separates = any(map(_SEPARATES.fullmatch, texts))
        self.is_decimal = any(map(_IS_DECIMAL.fullmatch, texts))

    def alleles(self, line: int, marker: str, cell: Cell) -> list[Cell]:
        """The alleles of a cell; a comma of which nothing in the table tells what it is, is a question."""
        if not isinstance(cell, str):
            return [cell]
        text = cell.strip()
        if marker_kind(normalise_marker(marker)) == "amelogenin" and text.isalpha() and set(text.upper()) <= {"X", "Y"}:
            return list(text)
        if "[" in text or (is_sequence(text) and _SEPARATED.search(text)):
            return [part for part in _BETWEEN_SEQUENCES.split(text) if part]
        inside = _IN_PARENTHESES.fullmatch(text)
        if inside:
            return [f"({part})" for part in self._parts(inside[1]) if part]
        if _ONE_COMMA.fullmatch(text) and self.separates == self.is_decimal:
            remedy = "write a point for a decimal comma, and '/' between two alleles"
            expected = "two alleles or a decimal comma, which this cell does not say"
            self.table.problem(line, marker, f"'{text}'", expected, remedy)
            return []
        return [part for part in self._parts(text) if part]

    def _parts(self, text: str) -> list[str]:
        parts = _BETWEEN.split(text) if len(text) > 1 else [text]
        if self.is_decimal and not self.separates:
            return parts
        return [piece for part in parts for piece in _COMMA.split(part)]
