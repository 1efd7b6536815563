"""Alleles far beyond every ladder: a lost decimal point more often than a rare allele.

A marker's range goes from the smallest to the largest allele of its tables: those that are loaded, and the packaged one
of NIST (Steffen et al. 2017, doi:10.1016/j.fsigen.2017.08.011). A rare allele may lie beyond what a thousand people
show, so only one that lies ``FAR`` beyond is asked about.
"""

from __future__ import annotations

from collections.abc import Iterable

FAR = 12
"""Repeats beyond the range from which an allele is asked about.

As many as lie between two neighbouring alleles at most, in the packaged table of NIST: FGA 31.2 and 43.2.
"""

_POOLS = ("1", "99")
"""What STRidER calls all short alleles together, and all long ones: no lengths."""


class Ladder:
    """The range of a marker's alleles in all its tables; no range when none is known."""

    def __init__(self, labels: Iterable[str]) -> None:
        lengths = (label for label in labels if label not in _POOLS)
        numbers = [number for label in lengths if (number := _number(label)) is not None]
        self.range = (min(numbers), max(numbers)) if numbers else None

    def doubt(self, label: str) -> str:
        """Why an allele is to be asked about, with the likely reading; nothing for one that is as it may be.

        >>> ladder = Ladder(["6", "9.3", "99"])
        >>> ladder.doubt("93"), ladder.doubt("22"), ladder.doubt("14")
        ('perhaps 9.3, its decimal point lost', 'far beyond the ladder of every loaded table', '')
        """
        number = _number(label)
        if number is None or self.range is None or self.range[0] <= number <= self.range[1]:
            return ""
        if number > self.range[1] and label.isdigit() and label[-1] in "123":
            lost = number / 10
            if self.range[0] <= lost <= self.range[1]:
                return f"perhaps {lost:g}, its decimal point lost"
        far = number > self.range[1] + FAR or number < self.range[0] - FAR
        return "far beyond the ladder of every loaded table" if far else ""


def _number(label: str) -> float | None:
    try:
        return float(label)
    except ValueError:
        return None
