"""What waits for families, what they were told, and what is for the responsible geneticist alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from antigone.registry.tasks.alive import AliveStep
from antigone.registry.tasks.standing import Told
from antigone.registry.tasks.waiting import Task
from antigone.registry.tasks.wanting import Want

__all__ = ["AliveStep", "AliveView", "Compared", "ComparedFamily", "Task", "TaskCount", "Told", "Want"]


@dataclass(frozen=True)
class TaskCount:
    """How many tasks of a kind wait in an incident, and since when the oldest does."""

    what: str
    count: int
    since: dt.date


@dataclass(frozen=True)
class AliveView:
    """Where the question stands whether a missing person was found alive: ``state`` is open, proposed, confirmed or
    reopening; ``version`` counts its steps; ``may`` are the steps that the user who asks can take now."""

    missing: str
    state: str
    version: int
    steps: tuple[AliveStep, ...] = ()
    may: tuple[str, ...] = ()


@dataclass(frozen=True)
class ComparedFamily:
    """What was truly compared of a family: of ``donors`` covered by consent, ``used`` took part. ``power`` is the
    share of cases in which such donors would show the right person, where it is too low. ``asked``: since when the
    family is asked for one more sample."""

    family: str
    donors: int
    used: int
    power: float | None
    asked: dt.date | None


@dataclass(frozen=True)
class Compared:
    """What a search truly compared: for the geneticist who ran it, and nobody else (PURPOSE.md, rule 6).

    ``pairs`` are those in which a reference took part (None: the search is of before that was kept), ``declared`` how
    many everybody else is told. ``families`` are those whom one more sample would help, as far as the search tells.
    """

    run: int
    pairs: int | None
    declared: int
    families: tuple[ComparedFamily, ...]
