"""Everything Antigone can refuse, as one tree.

::

    AntigoneError
    ├── InputError            files or objects that cannot be used; carries every problem found
    │   └── PedigreeError     a pedigree that contradicts itself
    ├── ModelError            a mutation model, frequency or parameter outside its domain
    ├── PlanTooLarge          an exact computation that would not fit; refused before it starts
    ├── ConsentError          a computation that no active consent covers
    └── Unsupported           a known request that this version does not compute

Messages name the thing, what was found, what was expected and what to do.
They carry sample, family and case codes only: never names, never genotypes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class AntigoneError(Exception):
    """Base of everything Antigone raises on purpose."""


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong with an input: where, what was found, what was expected, what to do."""

    file: str
    line: int
    column: str
    found: str
    expected: str
    remedy: str

    def __str__(self) -> str:
        line = f" line {self.line}" if self.line else ""
        column = f", column {self.column}" if self.column else ""
        return f"{self.file}{line}{column}: {self.found}; expected {self.expected}; {self.remedy}."


class InputError(AntigoneError):
    """Input that cannot be used. ``problems`` holds every problem found, not only the first."""

    def __init__(self, problems: Iterable[Problem] | str) -> None:
        self.problems: tuple[Problem, ...] = () if isinstance(problems, str) else tuple(problems)
        message = problems if isinstance(problems, str) else "\n".join(map(str, self.problems))
        super().__init__(message)


class PedigreeError(InputError):
    """A pedigree that contradicts itself; ``faults`` pairs each member with what is wrong."""

    def __init__(self, faults: Iterable[tuple[str, str]]) -> None:
        self.faults: tuple[tuple[str, str], ...] = tuple(faults)
        super().__init__("; ".join(text for _, text in self.faults))


class ModelError(AntigoneError):
    """A statistical model outside its domain (a rate above 1, frequencies that do not sum to 1)."""


class PlanTooLarge(AntigoneError):
    """An exact elimination larger than the stated limit, refused before it starts."""


class ConsentError(AntigoneError):
    """A computation that no active consent covers."""


class Unsupported(AntigoneError):
    """A request that is understood but that this version does not compute."""
