"""What a validation found, for a laboratory's file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class ValidatedLine:
    """One quantity of one file of cases: how many values were compared, with what, and how far they were off.

    ``largest`` is ``None`` where nothing was compared, and ``reason`` says why. ``against`` names the programs that the
    expected values are from.
    """

    file: str
    quantity: str
    cases: int
    values: int
    largest: float | None
    tolerance: float
    verdict: str
    reason: str = ""


@dataclass(frozen=True)
class ValidationRecord:
    """A whole validation: the lines, what the files are compared ``against``, on which machine, and how long it took.

    ``facts`` are names and what they stand for, of the program and the machine; ``limits`` what this version does not
    compute; ``changes`` what changed in numbers since the version before.
    """

    lines: tuple[ValidatedLine, ...]
    against: Mapping[str, str]
    counts: str
    facts: tuple[tuple[str, str], ...]
    seconds: float
    limits: tuple[str, ...]
    changes: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether every value that was compared is within its tolerance, and every case was compared."""
        return all(line.verdict == "agrees" for line in self.lines)


@dataclass(frozen=True)
class CheckedStep:
    """One step of the check of an installation."""

    what: str
    passed: bool
    found: str
    seconds: float
