"""What the actions of the registry show: codes, counts, dates and states; and a candidate, to who may see it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from antigone.model.case import Family, UnidentifiedPerson
from antigone.model.joint_result import JointResult, RatioKind
from antigone.model.pedigree import Pedigree
from antigone.model.result import Candidate, FamilySummary, SearchResult, UnidentifiedSummary


@dataclass(frozen=True)
class IncidentStatus:
    """One incident in counts. ``pairings``: how many stand in each state; ``donors`` have not left; ``living`` are the
    living seekers among the unidentified, ``identified`` the missing persons with a confirmed pairing; ``last_search``
    is the day of the newest search that came to its end."""

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
    last_search: dt.date | None = None


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

    ``resumable``: it has no answer and can be resumed (while it runs: when its process is gone); then ``kept`` of
    ``kept_of`` finished blocks are kept. ``kept_of`` is 0 when it was not cut into blocks.
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


@dataclass(frozen=True)
class RunPage:
    """Some runs of all, the newest first."""

    rows: tuple[RunLine, ...]
    total: int
    page: int
    size: int


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


@dataclass(frozen=True)
class FamilyLine:
    """A family in a list."""

    code: str
    members: int
    missing: tuple[str, ...]
    donors: int
    donors_without_consent: int


@dataclass(frozen=True)
class FamilyPage:
    """Some families of all."""

    rows: tuple[FamilyLine, ...]
    total: int
    page: int
    size: int


@dataclass(frozen=True)
class ConsentLine:
    """One scope of one instrument; ``active`` on the day of the look."""

    scope: str
    reference: str
    given: dt.date
    expires: dt.date | None
    withdrawn: dt.date | None
    attested_by: str
    active: bool


@dataclass(frozen=True)
class DonorLine:
    """A donor of a family; ``covered``: an active consent to identify. ``erased``: when they left."""

    member: str
    samples: tuple[str, ...]
    consents: tuple[ConsentLine, ...]
    covered: bool
    erased: str | None


@dataclass(frozen=True)
class FamilyView:
    """A declared pedigree, its missing members and its donors; codes only."""

    incident: str
    code: str
    pedigree: Pedigree
    missing: tuple[str, ...]
    donors: tuple[DonorLine, ...]


@dataclass(frozen=True)
class UnidentifiedLine:
    """An unidentified person in a list; ``typings``: how many profiles are kept of their sample."""

    code: str
    kind: str
    sex: str
    typings: int
    erased: str | None


@dataclass(frozen=True)
class UnidentifiedPage:
    """Some unidentified persons of all."""

    rows: tuple[UnidentifiedLine, ...]
    total: int
    page: int
    size: int


@dataclass(frozen=True)
class CustodyLine:
    """Who held a sample from when on."""

    at: str
    event: str
    holder: str
    recorded_by: str


@dataclass(frozen=True)
class Left:
    """What a withdrawal erased, and ``still_to_do``: what somebody must do by hand, such as a ring out of reach."""

    who: str
    samples: tuple[str, ...]
    profiles: int
    candidates: int
    runs: int
    still_to_do: tuple[str, ...]


@dataclass(frozen=True)
class Finding:
    """A reference that does not fit its declared pedigree: for the one geneticist who ran the search (rule 6)."""

    family: str
    member: str
    sample: str
    log10_fit: float


@dataclass(frozen=True)
class CandidateLine:
    """A candidate in a list. A stale one has lost its numbers: it rested on somebody who left."""

    id: int
    run: int
    rank: int
    pairing: int
    unidentified: str
    family: str
    missing: str
    log10_lr: float | None
    population: str
    posterior: float | None
    markers: int
    state: str
    version: int
    stale: bool


@dataclass(frozen=True)
class CandidatePage:
    """Some candidates of a run."""

    rows: tuple[CandidateLine, ...]
    total: int
    page: int
    size: int
    run: int | None


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
class CandidateView:
    """A candidate in full, what was said and decided, and the alternatives.

    ``candidate`` is None when it stays closed, and ``closed`` then says why. ``kind`` and ``sex`` are the unidentified
    person's. ``family`` has donors by member and sample, without profile or consent. ``parts`` are the other remains
    that were declared parts of this person. ``may`` are the steps that the user who asks can take now: "comment",
    "propose", "confirm", "reject", "return", "ask to reopen", "reopen", "keep".
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
    run: RunView
    may: tuple[str, ...]
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExpertMaterial:
    """What an expert report needs: the candidate, and the family and the person with the profiles that the run used."""

    view: CandidateView
    family: Family
    person: UnidentifiedPerson


@dataclass(frozen=True)
class PairingView:
    """Where the question of one unidentified and one missing person stands; ``version`` counts its steps."""

    id: int
    state: str
    version: int


@dataclass(frozen=True)
class UserLine:
    """A user; the code stays in the history after they left."""

    code: str
    role: str
    active: bool
    created: str


@dataclass(frozen=True)
class TokenLine:
    """Access of a program, which acts as a user."""

    user: str
    name: str
    expires: str
    revoked: bool


@dataclass(frozen=True)
class AuditLine:
    """One line of the audit."""

    number: int
    at: str
    actor: str
    action: str
    purpose: str
    subject: str
    hash: str


@dataclass(frozen=True)
class AuditPage:
    """Some lines of the audit, the newest first."""

    rows: tuple[AuditLine, ...]
    total: int
    page: int
    size: int


@dataclass(frozen=True)
class Verified:
    """A registry found whole: its audit up to ``lines``, the checkpoints given, and the database."""

    lines: int
    hash: str
    checkpoints: int
    rings_outdated: tuple[str, ...]


@dataclass(frozen=True)
class Rotated:
    """The generation of the master key now in use, data keys wrapped again, and rings that keep the old one needed."""

    generation: int
    wrapped: int
    rings_unreached: tuple[str, ...]


@dataclass(frozen=True)
class BackedUp:
    """A backup that was written, and the rings that could not be."""

    archive: Path
    ring: Path
    rows: int
    rings_unreached: tuple[str, ...]


@dataclass(frozen=True)
class Shared:
    """What another institution is given: remains, families, donors; and who is left out by reason."""

    unidentified: int
    families: int
    donors: int
    left_out: Mapping[str, int]


@dataclass(frozen=True)
class Packed:
    """A case folder for another institution in one file (zip), and what it holds."""

    shared: Shared
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Letter:
    """What a letter to a family may say of one missing person; no genotype, no number, no finding.

    ``kind`` of the person who was found, "remains" or "living"; empty when nobody was. ``confirmed_by``: the two users
    who proposed and confirmed it.
    """

    incident: str
    family: str
    missing: str
    state: str
    kind: str
    confirmed_by: tuple[str, ...]
