"""Alleles far beyond every ladder: a lost decimal point more often than a rare allele.

The ranges are those of the allelic ladders of GlobalFiler and PowerPlex Fusion 6C, as their manuals print them,
joined with the alleles of the frequency tables that are loaded.
"""

from __future__ import annotations

from collections.abc import Iterable

FAR = 10
"""Repeats beyond a ladder from which an allele is asked about."""

_KITS = {
    "CSF1PO": (5, 16), "D10S1248": (8, 19), "D12S391": (14, 28), "D13S317": (5, 17), "D16S539": (4, 16),
    "D18S51": (7, 27), "D19S433": (5.2, 19.2), "D1S1656": (9, 20.3), "D21S11": (24, 38), "D22S1045": (7, 20),
    "D2S1338": (10, 28), "D2S441": (8, 17), "D3S1358": (9, 20), "D5S818": (6, 18), "D7S820": (5, 16),
    "D8S1179": (5, 19), "FGA": (13, 51.2), "Penta_D": (2.2, 18), "Penta_E": (5, 25), "SE33": (4.2, 39),
    "TH01": (3, 13.3), "TPOX": (4, 16), "vWA": (10, 24),
}  # fmt: skip


class Ladder:
    """The range of a marker's alleles in every loaded table and kit; no range when none is known."""

    def __init__(self, marker: str, labels: Iterable[str] = ()) -> None:
        numbers = [number for label in labels if (number := _number(label)) is not None]
        numbers += _KITS.get(marker, ())
        self.range = (min(numbers), max(numbers)) if numbers else None

    def doubt(self, label: str) -> str:
        """Why an allele is to be asked about, with the likely reading; nothing for one that is as it may be.

        >>> ladder = Ladder("TH01", ["6", "9.3"])
        >>> ladder.doubt("93"), ladder.doubt("30"), ladder.doubt("14")
        ('perhaps 9.3, its decimal point lost', 'far beyond the ladder of every loaded table and kit', '')
        """
        number = _number(label)
        if number is None or self.range is None or self.range[0] <= number <= self.range[1]:
            return ""
        if number > self.range[1] and label.isdigit() and label[-1] in "123":
            lost = number / 10
            if self.range[0] <= lost <= self.range[1]:
                return f"perhaps {lost:g}, its decimal point lost"
        far = number > self.range[1] + FAR or number < self.range[0] - FAR
        return "far beyond the ladder of every loaded table and kit" if far else ""


def _number(label: str) -> float | None:
    try:
        return float(label)
    except ValueError:
        return None
