"""What an expert report is about: one candidate, the persons concerned, and who reviewed it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Literal

from antigone.errors import InputError
from antigone.model.incident.incident import Family, UnidentifiedPerson
from antigone.model.results.search import Candidate, SearchResult
from antigone.model.review import STATE_AFTER, State, Step
from antigone.plain_words import count_text, log10_text
from antigone.report.tables.files import plain_value
from antigone.report.words.language import Language
from antigone.report.words.phrases import translate_sentence
from antigone.report.words.sentences import consenting_donors

Action = Literal[Step, "comment"]
"""What somebody did: a step, or a comment, which leads nowhere."""


@dataclass(frozen=True)
class ReviewStep:
    """What one person did: the code of the user, on which day, and the reason given."""

    day: dt.date
    user: str
    action: Action
    reason: str


@dataclass(frozen=True)
class JointFinding:
    """What a joint solution of the incident says of the pair: number and day of the solution, and its prior in words.

    ``posterior`` is None where it is below ``least``. No posterior is further than ``error_bound`` from its exact
    value.
    """

    run: int
    day: dt.date
    prior: str
    posterior: float | None
    least: float
    error_bound: float


@dataclass(frozen=True)
class Alternative:
    """Another candidate for one of the two persons, by its codes; ``log10_lr`` is None where the number was erased."""

    rank: int
    unidentified: str
    family: str
    missing: str
    log10_lr: float | None


@dataclass(frozen=True)
class Alternatives:
    """Who else could be meant: the strongest other candidates by their rank, and how many there are in all."""

    strongest: tuple[Alternative, ...]
    number: int


@dataclass(frozen=True)
class ExpertCase:
    """One candidate of a search, with all that a report on it needs.

    ``alternatives`` are the other candidates of the search that name one of the two persons; ``None`` stands for those
    that ``result.candidates`` holds, which must then be all. ``trail`` is in the order of time. ``references`` are the
    members who gave a sample; ``None`` stands for those whose consent was active on the day of the search. ``joint`` is
    None where no joint solution knows the pair.

    Raises
    ------
    InputError
        When the candidate is not worked out in detail, names another family or person, or was confirmed by the person
        who had proposed it.
    """

    candidate: Candidate
    result: SearchResult
    family: Family
    person: UnidentifiedPerson
    trail: tuple[ReviewStep, ...] = ()
    references: tuple[str, ...] | None = None
    joint: JointFinding | None = None
    alternatives: Alternatives | None = None

    def __post_init__(self) -> None:
        _check_parts(self.candidate, self.family, self.person)
        _follow(self.trail)

    @property
    def donors(self) -> tuple[str, ...]:
        """The members who gave a sample for this search."""
        if self.references is not None:
            return self.references
        return consenting_donors(self.family, dt.date.fromisoformat(self.result.day))

    @property
    def others(self) -> Alternatives:
        """The other candidates that name one of the two persons."""
        if self.alternatives is not None:
            return self.alternatives
        c, place = self.candidate, (self.candidate.family, self.candidate.missing)
        found = tuple(
            Alternative(o.rank, o.unidentified, o.family, o.missing, o.smallest_log10_lr)
            for o in self.result.candidates
            if (o.unidentified == c.unidentified) != ((o.family, o.missing) == place)
        )
        return Alternatives(found, len(found))

    @property
    def state(self) -> State:
        """Where the review stands after the last step."""
        return _follow(self.trail)

    @property
    def run(self) -> str:
        """The identity of the run: the SHA-256 of its provenance as JSON with sorted keys."""
        content = json.dumps(plain_value(asdict(self.result.provenance)), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()


def _check_parts(candidate: Candidate, family: Family, person: UnidentifiedPerson) -> None:
    place = f"rank {candidate.rank}, {candidate.unidentified} as {candidate.missing} of family {candidate.family}"
    if not candidate.detailed:
        raise InputError(
            f"expert report: {place} is listed in brief, expected its markers; compute it with 'antigone explain'"
        )
    if (family.code, person.code) != (candidate.family, candidate.unidentified):
        raise InputError(
            f"expert report: {place} came with family {family.code} and {person.code}; hand over the family and the "
            "unidentified person that the candidate names"
        )
    if candidate.missing not in family.pedigree:
        raise InputError(
            f"expert report: {place} names a member whom the pedigree does not hold; hand over the pedigree that was "
            "searched"
        )


def _follow(trail: tuple[ReviewStep, ...]) -> State:
    """Where a trail leads. Four eyes: nobody confirms what they proposed themselves."""
    state: State = "open"
    asked_at: State = "open"
    proposer = ""
    for step in trail:
        if step.action == "confirm" and (state != "proposed" or proposer == step.user):
            whose = "the same person" if state == "proposed" else "nobody"
            raise InputError(
                f"expert report: '{step.user}' confirmed on {step.day} what {whose} had proposed, expected a proposal "
                "of another person; a second person reviews it first"
            )
        if step.action == "propose":
            proposer = step.user
        if step.action == "ask to reopen":
            asked_at = state
        state = asked_at if step.action == "keep" else STATE_AFTER.get(step.action, state)
    return state


def log10_words(value: float, language: Language) -> str:
    """A log10 LR, or the words for an LR of 0."""
    return translate_sentence(log10_text(value), language)


def prior_words(prior: float, language: Language) -> str:
    """A prior probability as one in so many, where it is.

    Examples
    --------
    >>> from antigone.report.words.language import read_language
    >>> prior_words(0.02, read_language("es"))
    '1 entre 50 (0.02)'
    """
    whole = round(1 / prior)
    if whole > 1 and abs(1 / prior - whole) < 1e-6 * whole:
        return language.say("1 in {count} ({value})", count=count_text(whole), value=f"{prior:.3g}")
    return f"{prior:.3g}"
