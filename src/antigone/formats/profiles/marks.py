"""Marks that programs and people write in place of an allele, or around one. docs/formats.md has the rule of each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from antigone.formats.labels.alleles import UNKNOWN, Cell, is_untyped
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.tables import cell_text
from antigone.model.statements import genotypes

_NOT_KNOWN = re.compile(
    r"\?+|inc|inconclusive|inconcluso|inconclusivo|nr|no result|n\.r\.|nd|n\.d\.|not detected|nt|n\.t\.|neg|negative"
    r"|fail(ed)?|no call|\*+",
    re.IGNORECASE,
)
_IN_PARENTHESES = re.compile(r"[(\[]\s*([0-9]{1,3}([.,][0-9])?|[XY]|OL|\?*)\s*[)\]]\*?", re.IGNORECASE)
_STARRED = re.compile(r"\*?\s*([0-9]{1,3}([.,][0-9])?|[XY])\s*\*+|\*\s*([0-9]{1,3}([.,][0-9])?|[XY])", re.IGNORECASE)


@dataclass
class Marks:
    """The marks of one table, counted while its rows are read."""

    unknown: Counter[str] = field(default_factory=Counter)
    starred: int = 0

    def alleles(self, cells: Iterable[Cell]) -> list[Cell]:
        """The alleles that the cells of one genotype show, ``?`` for one that is not known; none when not typed."""
        shown: list[Cell] = []
        unknown = starred = False
        for cell in cells:
            kind, allele = _mark(cell) if isinstance(cell, str) else ("", cell)
            if kind == "unknown":
                unknown = True
                self.unknown[_shown(cell_text(cell))] += 1
            elif kind == "starred":
                starred = True
                self.starred += 1
                shown.append(allele)
            elif kind != "empty" and not is_untyped(allele):
                shown.append(allele)
        return [*shown, UNKNOWN] if len(shown) == 1 and (unknown or starred) else shown

    def tell(self, file: str, findings: Findings) -> None:
        if self.unknown:
            counts = sorted(self.unknown.items())
            marks = tuple(genotypes.MARK(number=number, mark=mark) for mark, number in counts)
            findings.notice(genotypes.NOT_KNOWN(file=file, marks=marks))
        if self.starred:
            findings.notice(genotypes.STARRED(file=file, number=self.starred))


def _shown(mark: str) -> str:
    """A mark as it is said: an allele in parentheses is a genotype, which no message carries."""
    return "(...)" if _IN_PARENTHESES.fullmatch(mark) else mark.upper()[:20]


@lru_cache(maxsize=4096)
def _mark(cell: str) -> tuple[str, str]:
    """What a cell is, and the allele in it.

    >>> [_mark(text) for text in ("15", "15*", "(15)", "INC", "N/A", "[TCTA]15")]
    [('', '15'), ('starred', '15'), ('unknown', ''), ('unknown', ''), ('empty', ''), ('', '[TCTA]15')]
    """
    text = cell.strip()
    if _NOT_KNOWN.fullmatch(text) or _IN_PARENTHESES.fullmatch(text):
        return "unknown", ""
    if is_untyped(text):
        return "empty", ""
    starred = _STARRED.fullmatch(text)
    return ("starred", starred[1] or starred[3]) if starred else ("", text)
