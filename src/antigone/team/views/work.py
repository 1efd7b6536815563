"""What an overview and a list of runs show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from antigone.model.results.joint import JointResult, RatioKind
from antigone.model.results.search import FamilySummary, SearchResult, UnidentifiedSummary
from antigone.model.statements.statement import Statement
from antigone.team.views.tasks import Task, TaskCount


@dataclass(frozen=True)
class IncidentStatus:
    """One incident in counts. ``pairings``: how many stand in each state; ``donors`` have not left; ``living`` are the
    living seekers among the unidentified, ``identified`` the missing persons with a confirmed pairing, ``reopening``
    those whose identification is looked at again, ``found_alive`` those found alive, ``not_upheld`` those whose family
    does not know yet that what it was told does not stand; ``to_be_told``: of how many a family is to be told;
    ``tasks`` what waits for families, by kind; ``last_search`` is the day of the newest search that came to its
    end; ``donors_to_erase``, of those without consent, withdrew. ``persons_to_search`` and ``families_to_search`` were
    added or changed since the newest search with an answer; ``search_all``: everybody is to be searched again, or
    nobody was."""

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
    found_alive: int = 0
    not_upheld: int = 0
    to_be_told: int = 0
    tasks: tuple[TaskCount, ...] = ()
    persons_to_search: int = 0
    families_to_search: int = 0
    search_all: bool = False


@dataclass(frozen=True)
class ToSearch:
    """Somebody whom the newest search has not seen as they are known now, by code: an unidentified person or a family,
    and why, in words."""

    code: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class PendingView:
    """What is to be searched of an incident: ``everybody`` says why all are, or ``persons`` and ``families`` who.

    ``run`` is the newest search with an answer. ``left`` persons left since then: nobody is to be searched for them,
    but thresholds and posteriors rest on how many there are.
    """

    incident: str
    run: int | None
    everybody: tuple[str, ...]
    persons: tuple[ToSearch, ...]
    families: tuple[ToSearch, ...]
    left: int

    @property
    def nothing(self) -> bool:
        """Whether the newest search has seen everything."""
        return not (self.everybody or self.persons or self.families or self.left)


@dataclass(frozen=True)
class Waiting:
    """What waits for the user who asks: pairings in a state, persons and families to be searched, runs to be computed
    again, or donors to be erased."""

    what: str
    incident: str
    count: int


@dataclass(frozen=True)
class Weak:
    """A family whose donors would show the right person in ``percent`` of 100 cases alone: for geneticists."""

    incident: str
    family: str
    percent: int


@dataclass(frozen=True)
class RunLine:
    """One search: who, why, when, how it ended, and who was left out by reason.

    ``resumable``: it has no answer and can be resumed (while it runs: when its process has stopped); then ``kept`` of
    ``kept_of`` finished blocks are kept. ``kept_of`` is 0 when it was not cut into blocks. ``attempt`` counts who began
    to compute it, in whichever process; 0 when it cannot be resumed any more. ``model`` is the number of the version of
    the incident's model. ``families_asked`` counts the families that were asked, ``families_known`` those that had
    answered all of it in an earlier search.
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
    model: int | None = None
    families_asked: int | None = None
    families_known: int | None = None


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
    """One joint run: who, why, when, how it ended, who was left out by reason, whether it has an answer, and the number
    of the version of the incident's model."""

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
    model: int | None = None


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
    prior: Statement


@dataclass(frozen=True)
class News:
    """What others did in an incident since the user was here last: the name of the action, and how often."""

    incident: str
    what: str
    count: int


@dataclass(frozen=True)
class FallenLine:
    """A confirmed identification that the newest search finds weaker than what it was decided on, for both who decided.

    ``decided`` is the log10 LR of then, None where what it rested on has left; ``now`` that of ``run``, None where it
    is not among its candidates. ``words`` say it; ``candidate`` is the one to look at.
    """

    incident: str
    unidentified: str
    family: str
    missing: str
    candidate: int
    run: int
    decided: float | None
    now: float | None
    words: str


@dataclass(frozen=True)
class Status:
    """What a user sees first. ``tasks`` is what waits for families, the oldest first, for roles that see it; ``weak``
    are families with too little power, for geneticists. ``news`` tells of the time since
    ``last_visit``, the sign-in before this one (``None``: there was none). ``own_runs`` are the newest searches of a
    geneticist, whose references only they may check. ``fallen`` are identifications that this user proposed or
    confirmed, and that have less for them now."""

    incidents: tuple[IncidentStatus, ...]
    waiting: tuple[Waiting, ...]
    tasks: tuple[Task, ...]
    running: tuple[RunLine, ...]
    running_jointly: tuple[JointLine, ...] = ()
    news: tuple[News, ...] = ()
    last_visit: str | None = None
    own_runs: tuple[RunLine, ...] = ()
    fallen: tuple[FallenLine, ...] = ()
    weak: tuple[Weak, ...] = ()
