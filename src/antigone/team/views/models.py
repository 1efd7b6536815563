"""What is shown of the model of an incident."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from antigone.casework.pairs.two_models import PairResult
from antigone.model.results.search import Setting
from antigone.model.statements.statement import Statement


@dataclass(frozen=True)
class ModelLine:
    """One version of an incident's model. ``since`` and ``until``: from when until when it was in force."""

    number: int
    name: str
    state: str
    in_force: bool
    since: str | None
    until: str | None


@dataclass(frozen=True)
class ModelStep:
    """What was done with a version: by whom (None: before models had versions), when, and why."""

    user: str | None
    at: str
    action: str
    reason: str


@dataclass(frozen=True)
class ModelView:
    """One version in full: every choice in words, what it changes against the one in force, and all that was done.

    ``may`` are the steps that the user can take now, and ``barred`` why there is none for them; ``versions`` are all
    versions of the incident.
    """

    incident: str
    line: ModelLine
    words: tuple[Setting, ...]
    differences: tuple[Statement, ...]
    steps: tuple[ModelStep, ...]
    may: tuple[str, ...]
    barred: str
    versions: tuple[ModelLine, ...]


@dataclass(frozen=True)
class ComparedPair:
    """A candidate under two versions of the model; None where there is no LR, or somebody is not there any more."""

    candidate: int
    unidentified: str
    family: str
    missing: str
    state: str
    before: PairResult | None
    after: PairResult | None

    @property
    def change(self) -> float | None:
        """By how much the log10 LR changes; None where one of the two is not there or impossible."""
        if self.before is None or self.after is None or inf in (abs(self.before.log10_lr), abs(self.after.log10_lr)):
            return None
        return self.after.log10_lr - self.before.log10_lr


@dataclass(frozen=True)
class ModelComparison:
    """The strongest candidates under review, under the version in force and under another; ``total``: how many there
    are under review."""

    incident: str
    in_force: int
    version: int
    pairs: tuple[ComparedPair, ...]
    total: int
