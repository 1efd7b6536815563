"""Words for a likelihood ratio, with the source of the scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from antigone.model.checks import checked_number
from antigone.model.statements import method as said
from antigone.model.statements.statement import Form, Statement

_KNOWN: Mapping[str, Form] = {
    one.code: one
    for one in (
        said.WEAK, said.MODERATE, said.MODERATELY_STRONG, said.STRONG, said.VERY_STRONG, said.EXTREMELY_STRONG,
    )
}  # fmt: skip
"""The expressions that are said in every language; another scale has words of its own."""


@dataclass(frozen=True)
class VerbalScale:
    """Expressions of support, each from a likelihood ratio upwards, in rising order.

    The default is the scale of the ENFSI Guideline for Evaluative Reporting in Forensic Science (2015).

    Examples
    --------
    >>> VerbalScale().of(4.2)
    Statement(code='very strong support', values={'side': 'H1'})
    >>> VerbalScale().of(-1.5)
    Statement(code='moderate support', values={'side': 'H2'})
    """

    steps: tuple[tuple[float, str], ...] = (
        (2.0, "weak support"),
        (10.0, "moderate support"),
        (100.0, "moderately strong support"),
        (1e3, "strong support"),
        (1e4, "very strong support"),
        (1e6, "extremely strong support"),
    )
    source: str = "ENFSI Guideline for Evaluative Reporting in Forensic Science, 2015"

    def __post_init__(self) -> None:
        for least, _ in self.steps:
            checked_number(least, "a step of the verbal scale", "a likelihood ratio above 1", holds=lambda lr: lr > 1)

    def of(self, log10_lr: float) -> Statement:
        """The expression for a log10 LR; below 1 the same words speak for H2."""
        if log10_lr == float("-inf"):
            return said.IMPOSSIBLE_UNDER_H1()
        reached = [words for least, words in self.steps if 10.0 ** min(abs(log10_lr), 300.0) >= least]
        if not reached:
            return said.NO_SUPPORT()
        side = "H1" if log10_lr > 0 else "H2"
        known = _KNOWN.get(reached[-1])
        return known(side=side) if known else said.SUPPORT_OF_A_SCALE(support=reached[-1], side=side)
