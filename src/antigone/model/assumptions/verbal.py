"""Words for a likelihood ratio, with the source of the scale."""

from __future__ import annotations

from dataclasses import dataclass

from antigone.model.checks import checked_number


@dataclass(frozen=True)
class VerbalScale:
    """Expressions of support, each from a likelihood ratio upwards, in rising order.

    The default is the scale of the ENFSI Guideline for Evaluative Reporting in Forensic Science (2015).

    Examples
    --------
    >>> VerbalScale().of(4.2)
    'very strong support for H1'
    >>> VerbalScale().of(-1.5)
    'moderate support for H2'
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

    def of(self, log10_lr: float) -> str:
        """The expression for a log10 LR; below 1 the same words speak for H2."""
        if log10_lr == float("-inf"):
            return "impossible under H1 as modelled"
        reached = [words for least, words in self.steps if 10.0 ** min(abs(log10_lr), 300.0) >= least]
        side = "H1" if log10_lr > 0 else "H2"
        return f"{reached[-1]} for {side}" if reached else "no support for either proposition"
