"""What a user states about a frequency table that the table itself does not say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal["", "frequencies", "percent", "counts"]
Counted = Literal["", "alleles", "persons"]

UNITS: tuple[Unit, ...] = ("frequencies", "percent", "counts")
COUNTED: tuple[Counted, ...] = ("alleles", "persons")


@dataclass(frozen=True)
class FrequencyChoices:
    """``[frequencies]`` of ``incident.toml``: what its numbers are, what a row N counts, and incomplete sums.

    Empty means not stated: the table decides, or there is a question. ``complete_sums`` lets frequencies that miss a
    sum of 1 by more than rounding explains be divided by their sum.
    """

    values: Unit = ""
    n_counts: Counted = ""
    complete_sums: bool = False
