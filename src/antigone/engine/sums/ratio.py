"""The ratio of two likelihoods, marker by marker."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from antigone.engine.arrays import LN10
from antigone.errors import ModelError
from antigone.model.checks import checked_code, checked_items, shown


@dataclass(frozen=True)
class LikelihoodRatio:
    """H1 over H2. Natural logarithms by marker; a marker impossible under both hypotheses has ``None``.

    ``left_out`` names the markers that somebody is typed at and that were not asked for: they take no part.

    Raises
    ------
    ModelError
        When a likelihood is not a number, or there is not one for each marker under each hypothesis.
    """

    markers: tuple[str, ...]
    log_h1: tuple[float, ...]
    log_h2: tuple[float, ...]
    left_out: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("markers", "log_h1", "log_h2", "left_out"):
            what = f"{name} of a likelihood ratio"
            object.__setattr__(self, name, checked_items(getattr(self, name), what, "one entry for each marker"))
        if not len(self.markers) == len(self.log_h1) == len(self.log_h2):
            raise ModelError(f"{len(self.markers)} markers, {len(self.log_h1)} and {len(self.log_h2)} likelihoods")
        for marker, *logs in zip(self.markers, self.log_h1, self.log_h2, strict=True):
            checked_code(marker, "the name of a marker")
            for log in logs:
                _check_log(marker, log)

    @property
    def log_by_marker(self) -> dict[str, float | None]:
        return {
            name: None if h1 == h2 == -np.inf else h1 - h2
            for name, h1, h2 in zip(self.markers, self.log_h1, self.log_h2, strict=True)
        }

    @property
    def log_total(self) -> float | None:
        """The sum over unlinked markers; ``None`` when a marker's ratio is not defined, or the sum is not."""
        logs = list(self.log_by_marker.values())
        if None in logs or {np.inf, -np.inf} <= set(logs):
            return None
        return float(sum(log for log in logs if log is not None))

    @property
    def log10_total(self) -> float | None:
        return None if self.log_total is None else self.log_total / LN10

    def rows(self) -> list[dict[str, Any]]:
        """One row for each marker: its likelihoods, and log10 LR (``None`` where it is not defined)."""
        values = zip(self.markers, self.log_h1, self.log_h2, self.log_by_marker.values(), strict=True)
        return [
            {"marker": name, "log_h1": h1, "log_h2": h2, "log10_lr": None if log is None else log / LN10}
            for name, h1, h2, log in values
        ]

    def to_dict(self) -> dict[str, Any]:
        """The numbers by marker, the total and what took no part, as plain Python.

        >>> round(LikelihoodRatio(("TH01",), (-1.0,), (-2.0,)).to_dict()["by_marker"]["TH01"]["log10_lr"], 9)
        0.434294482
        """
        by_marker = {row["marker"]: {k: v for k, v in row.items() if k != "marker"} for row in self.rows()}
        return {"by_marker": by_marker, "log10_total": self.log10_total, "left_out": list(self.left_out)}


def _check_log(marker: str, log: Any) -> None:
    if isinstance(log, bool) or not isinstance(log, Real) or not float(log) < np.inf:
        raise ModelError(f"marker {marker}: a log likelihood is {shown(log)}, expected a number below infinity")
