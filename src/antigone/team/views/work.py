"""What an overview and a list of runs show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from antigone.model.results.joint import JointResult, RatioKind
from antigone.model.results.search import FamilySummary, SearchResult, UnidentifiedSummary


@dataclass(frozen=True)
class IncidentStatus:
    """One incident in counts. ``pairings``: how many stand in each state; ``donors`` have not left; ``living`` are the
    living seekers among the unidentified, ``identified`` the missing persons with a confirmed pairing, ``reopening``
    those who had one that somebody asks to reopen; ``last_search`` is the day of the newest search that came to its
    end; ``donors_to_erase``, of those without consent, withdrew."""

    code: str
    title: str
    unidentified: int
    missing: int
    families: int
    donors: int
    donors_without_consent: int
    runs: int
    runs_to_repeat: int
    pairings: Mapping[str, int]
    living: int = 0
    identified: int = 0
    reopening: int = 0
    last_search: dt.date | None = None
    donors_to_erase: int = 0


@dataclass(frozen=True)
class Waiting:
    """What waits for the user who asks: pairings in a state, runs to be computed again, or donors to be erased."""

    what: str
    incident: str
    count: int


@dataclass(frozen=True)
class Blocked:
    """A family whose search lacks something that the family, and nobody else, can give."""

    incident: str
    family: str
    reason: str
    count: int


@dataclass(frozen=True)
class RunLine:
    """One search: who, why, when, how it ended, and who was left out by reason.

    ``resumable``: it has no answer and can be resumed (while it runs: when its process has stopped); then ``kept`` of
    ``kept_of`` finished blocks are kept. ``kept_of`` is 0 when it was not cut into blocks. ``attempt`` counts who began
    to compute it, in whichever process; 0 when it cannot be resumed any more.
    """

    id: int
    incident: str
    started_by: str
    purpose: str
    day: dt.date
    started: str
    finished: str | None
    state: str
    candidates: int
    left_out: Mapping[str, int]
    resumable: bool = False
    kept: int = 0
    kept_of: int = 0
    attempt: int = 0


@dataclass(frozen=True)
class RunView:
    """A run and its result without candidates and pairs; no result while it runs, or when it did not finish.

    ``unidentified`` and ``missing`` are the first of those who have no candidate, with how many there are; only where
    a run is read by itself.
    """

    line: RunLine
    result: SearchResult | None
    unidentified: tuple[tuple[UnidentifiedSummary, ...], int] = ((), 0)
    missing: tuple[tuple[FamilySummary, ...], int] = ((), 0)


@dataclass(frozen=True)
class JointLine:
    """One joint run: who, why, when, how it ended, who was left out by reason, and whether it has an answer."""

    id: int
    incident: str
    started_by: str
    purpose: str
    day: dt.date
    started: str
    finished: str | None
    state: str
    left_out: Mapping[str, int]
    answered: bool


@dataclass(frozen=True)
class JointView:
    """A joint run and its answer; ``result`` is None when there is none or it stays closed, and ``closed`` says why."""

    line: JointLine
    result: JointResult | None
    closed: str


@dataclass(frozen=True)
class JointOfPair:
    """What a joint run says of one pair.

    ``posterior`` is None below ``least``, where the run lists nothing; ``none_of_missing`` is the posterior that the
    unidentified person is none of the missing. No posterior is further than ``error_bound`` from its exact value.
    ``log10_glr`` with ``glr_kind`` is the generalised LR, None when it is not listed or every assignment has the pair.
    """

    run: int
    day: dt.date
    posterior: float | None
    least: float
    log10_glr: float | None
    glr_kind: RatioKind
    none_of_missing: float
    error_bound: float
    prior: str


@dataclass(frozen=True)
class News:
    """What others did in an incident since the user was here last: the name of the action, and how often."""

    incident: str
    what: str
    count: int


@dataclass(frozen=True)
class Status:
    """What a user sees first. ``blocked`` is empty for roles that see no family. ``news`` tells of the time since
    ``last_visit``, the sign-in before this one (``None``: there was none). ``own_runs`` are the newest searches of a
    geneticist, whose references only they may check."""

    incidents: tuple[IncidentStatus, ...]
    waiting: tuple[Waiting, ...]
    blocked: tuple[Blocked, ...]
    running: tuple[RunLine, ...]
    running_jointly: tuple[JointLine, ...] = ()
    news: tuple[News, ...] = ()
    last_visit: str | None = None
    own_runs: tuple[RunLine, ...] = ()
