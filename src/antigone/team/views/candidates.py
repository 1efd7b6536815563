"""Candidates, their review, and what is for one geneticist alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from antigone.model.assumptions.evidence_rule import Condition
from antigone.model.incident.incident import Family, UnidentifiedPerson
from antigone.model.results.search import Candidate
from antigone.model.review import Order
from antigone.registry.review.candidates import CandidateLine
from antigone.registry.review.exceptions import RuleException
from antigone.team.views.lists import Page
from antigone.team.views.work import RunView


@dataclass(frozen=True)
class Finding:
    """A reference that does not fit its declared pedigree: for the one geneticist who ran the search (rule 6)."""

    family: str
    member: str
    sample: str
    log10_fit: float


@dataclass(frozen=True)
class CandidateChoice:
    """Which candidates of an incident are listed, and in what order.

    When no ``run`` is named they are those of the newest one with an answer. With a ``state`` and no run they are the
    newest candidate of each pairing in that state, of whatever run: what waits for a decision must be found, also when
    a later search does not raise it again. ``code`` is that of any person or family. A part of a code is enough, in any
    case, unless codes are ``whole``.
    """

    run: int | None = None
    state: str = ""
    family: str = ""
    unidentified: str = ""
    code: str = ""
    whole: bool = True
    order: Order = "rank"
    descending: bool = False


@dataclass(frozen=True)
class CandidatePage(Page[CandidateLine]):
    """Some candidates of a run, which is the newest with an answer where none was asked for.

    With ``every_run`` they are the newest candidate of each pairing in the state asked for, and may be of earlier runs.
    ``rivals``: how many other candidates of its run are of the same unidentified person or for the same missing one, by
    the number of the candidate. ``set_aside``: families that the run did not compare, too large to be computed exactly.
    """

    rows: tuple[CandidateLine, ...]
    run: int | None = None
    every_run: bool = False
    rivals: Mapping[int, int] = field(default_factory=dict)
    set_aside: tuple[str, ...] = ()


WarningCode = Literal["close relative", "rivals", "one donor", "assumptions", "joint", "doubts"]
WARNING_CODES: tuple[str, ...] = get_args(WarningCode)
"""What can speak against an identification that is proposed or confirmed."""


@dataclass(frozen=True)
class WarningLine:
    """A warning that applies to a candidate: who proposes or confirms ticks it, with a word."""

    code: WarningCode
    words: str


@dataclass(frozen=True)
class ReviewLine:
    """A comment on a pairing."""

    at: str
    user: str
    text: str


@dataclass(frozen=True)
class DecisionLine:
    """A step of a pairing from one state to another, by whom and why."""

    at: str
    user: str
    action: str
    before: str
    after: str
    reason: str


@dataclass(frozen=True)
class PastLine:
    """What one search said of a pairing, where it was something new: ``candidate`` is None where it was not listed,
    ``log10_lr`` where it was not or what it rested on has left; ``because`` says what changed since the one before."""

    run: int
    day: dt.date
    candidate: int | None
    log10_lr: float | None
    because: str


@dataclass(frozen=True)
class CandidateView:
    """A candidate in full, what was said and decided, and the alternatives.

    ``family`` is as the search saw it, where the candidate kept that; ``changed`` says when it is known otherwise now.
    ``candidate`` is None when it stays closed, and ``closed`` then says why. ``kind`` and ``sex`` are the unidentified
    person's. ``family`` has donors by member and sample, without profile or consent. ``of_unidentified`` and
    ``of_missing`` are the strongest other candidates of the two persons, ``all_of_unidentified`` and ``all_of_missing``
    how many there are. ``parts`` are the other remains that were declared parts of this person. ``may`` are the steps
    that the user who asks can take now: "comment", "propose", "confirm", "reject", "return", "ask to reopen", "reopen",
    "keep". ``against``: the confirmed identification that keeps this one from being confirmed, and what to do.
    ``barred``: why the user who asks takes part in no decision at all, and what to do. ``history``: what the searches
    said of the pairing, the first one first, where it was something new.
    """

    line: CandidateLine
    incident: str
    kind: str
    sex: str
    candidate: Candidate | None
    closed: str
    family: Family
    reviews: tuple[ReviewLine, ...]
    decisions: tuple[DecisionLine, ...]
    of_unidentified: tuple[CandidateLine, ...]
    of_missing: tuple[CandidateLine, ...]
    all_of_unidentified: int
    all_of_missing: int
    run: RunView
    may: tuple[str, ...]
    parts: tuple[str, ...] = ()
    against: str = ""
    changed: str = ""
    barred: str = ""
    history: tuple[PastLine, ...] = ()

    @property
    def rivals(self) -> int:
        """How many other candidates of the run name the same person or the same missing one."""
        return self.all_of_unidentified + self.all_of_missing


@dataclass(frozen=True)
class ExpertMaterial:
    """What an expert report needs: the candidate, and the family and the person with the profiles that the run used."""

    view: CandidateView
    family: Family
    person: UnidentifiedPerson


@dataclass(frozen=True)
class Ruling:
    """How a candidate meets a rule of evidence: its number and its conditions, none of them while ``closed`` says why.
    ``exception``: that for which it was proposed all the same."""

    rule: int
    conditions: tuple[Condition, ...]
    closed: str
    exception: RuleException | None


@dataclass(frozen=True)
class GenotypesView:
    """The genotypes behind a candidate, as far as the user who asks may see them.

    ``material`` is None while ``closed`` says why. ``shown`` are the relatives whose genotypes the geneticist who ran
    the search shows to the others, None while nothing was decided. ``chooses``: whether the user who asks is that
    geneticist, who sees all references; ``took_no_part`` are then those that do not fit the declared pedigree, and
    is empty for anybody else (PURPOSE.md, rule 6).
    """

    line: CandidateLine
    incident: str
    closed: str
    material: ExpertMaterial | None
    shown: tuple[str, ...] | None
    chooses: bool
    took_no_part: tuple[str, ...] = ()


@dataclass(frozen=True)
class PairingView:
    """Where the question of one unidentified and one missing person stands; ``version`` counts its steps."""

    id: int
    state: str
    version: int
