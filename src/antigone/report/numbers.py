"""How numbers are written in a report: as `antigone.numbers` writes them, and what only reports need."""

from __future__ import annotations

import math

from antigone.numbers import (
    MINUS,
    NO_BREAK_SPACE,
    THIN_SPACE,
    change_text,
    count_text,
    counted,
    log10_text,
    lr_text,
    plain_text,
    probability_text,
    ratio_text,
    threshold_text,
)

__all__ = [
    "MINUS",
    "NO_BREAK_SPACE",
    "THIN_SPACE",
    "change_text",
    "count_text",
    "counted",
    "log10_text",
    "lr_text",
    "odds_text",
    "plain_text",
    "probability_text",
    "ratio_text",
    "threshold_log10",
    "threshold_text",
]


def odds_text(prior: float) -> str:
    """A prior probability as a number and, where it is one over a whole number, in those words.

    Examples
    --------
    >>> odds_text(0.02), odds_text(0.3)
    ('1 in 50 (0.02)', '0.3')
    """
    number = f"{prior:.3g}"
    whole = round(1 / prior)
    if whole > 1 and abs(1 / prior - whole) < 1e-6 * whole:
        return f"1 in {count_text(whole)} ({number})"
    return number


def threshold_log10(threshold: float) -> float:
    """The base-10 logarithm of a threshold, free of the last bits that a chart would print.

    Examples
    --------
    >>> threshold_log10(1e4)
    4.0
    """
    return round(math.log10(threshold), 9)
