"""The status of an incident on paper, for its coordinator: counts, and what waits for whom. No result, no genotype."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from antigone.errors import InputError
from antigone.model.review import State
from antigone.plain_words import count_text
from antigone.report.paper.document import Block, Document, Heading, Paragraph, Table, render_pdf
from antigone.report.words.language import Language, mark

Role = Literal["administrator", "registrar", "geneticist", "reviewer", "coordinator", "family support"]
Task = Literal[
    "judge candidates",
    "review proposals",
    "decide on reopening",
    "search again",
    "erase who withdrew",
    "record consents",
    "type samples again",
    "speak with families",
    "ask families for a sample",
]

STATES: Mapping[State, str] = {
    "open": mark("open: candidates that nobody has judged"),
    "proposed": mark("proposed: waiting for a second person"),
    "confirmed": mark("confirmed by two persons"),
    "rejected": mark("rejected after review"),
    "reopening": mark("asked to be reopened"),
}
ROLES: Mapping[Role, str] = {
    "administrator": mark("administrator"),
    "registrar": mark("registrar"),
    "geneticist": mark("geneticist"),
    "reviewer": mark("reviewer"),
    "coordinator": mark("coordinator"),
    "family support": mark("family support"),
}
TASKS: Mapping[Task, str] = {
    "judge candidates": mark("judge open candidates"),
    "review proposals": mark("review proposals, as a second person"),
    "decide on reopening": mark("agree or not to reopen"),
    "search again": mark("search again after data changed"),
    "erase who withdrew": mark("erase donors who withdrew"),
    "record consents": mark("record consents, without which samples wait"),
    "type samples again": mark("type samples again or at more markers"),
    "speak with families": mark("speak with families"),
    "ask families for a sample": mark("ask families for one more sample"),
}


@dataclass(frozen=True)
class Waiting:
    """What waits for whom: how many things, the oldest of them since when."""

    role: Role
    task: Task
    number: int
    since: dt.date | None = None


@dataclass(frozen=True)
class IncidentStatus:
    """The counts of one incident.

    ``identified`` counts missing persons with a confirmed pairing, ``reopening`` those who had one that somebody asks
    to reopen. ``pairings`` counts the pairs of an unidentified and a missing person by state. ``waiting`` counts things
    to do; for what reason a family is asked for a sample is not part of it (PURPOSE.md, rule 6).

    Raises
    ------
    InputError
        When a count is negative, or more missing persons are or were identified than there are.
    """

    code: str
    title: str
    remains: int
    living: int
    families: int
    missing: int
    identified: int
    donors: int
    donors_without_consent: int
    pairings: Mapping[str, int]
    waiting: tuple[Waiting, ...] = ()
    last_search: dt.date | None = None
    reopening: int = 0

    def __post_init__(self) -> None:
        counts = {name: value for name, value in vars(self).items() if isinstance(value, int)} | {**self.pairings}
        negative = [f"{name} {value}" for name, value in counts.items() if value < 0]
        if negative:
            raise InputError(f"status of {self.code}: found {', '.join(negative)}, expected counts of 0 or more")
        if self.identified + self.reopening > self.missing:
            raise InputError(
                f"status of {self.code}: found {self.identified + self.reopening} identified of {self.missing} missing "
                "persons, expected no more than there are; count missing persons, not pairings"
            )


def status_report(
    status: IncidentStatus, *, language: Language, day: dt.date, paper: Literal["a4", "us-letter"] = "a4"
) -> bytes:
    """The status of an incident as PDF, one page; ``day`` is the day of the counts and of the document."""
    return render_pdf(compose_status(status, language=language, day=day, paper=paper))


def compose_status(
    status: IncidentStatus, *, language: Language, day: dt.date, paper: Literal["a4", "us-letter"] = "a4"
) -> Document:
    """The status before it is set."""
    say = language.say
    return Document(
        title=say("Status: {title}", title=status.title),
        language=language,
        day=day,
        blocks=(*_persons(status, language), *_pairings(status, language), *_waiting(status, language)),
        running=(say("Status of incident {code}", code=status.code), language.date(day)),
        paging=say("page {page} of {pages}", page="{page}", pages="{pages}"),
        foot=say("The software proposes; persons decide."),
        paper=paper,
    )


def _persons(status: IncidentStatus, language: Language) -> tuple[Block, ...]:
    say = language.say
    open_ones = status.missing - status.identified - status.reopening
    searched = language.date(status.last_search) if status.last_search else say("not yet")
    rows = (
        (say("Families"), count_text(status.families)),
        (say("Missing persons"), count_text(status.missing)),
        (say("of these identified, confirmed by two persons"), count_text(status.identified)),
        (say("of these identified before, being looked at again"), count_text(status.reopening)),
        (say("of these still looked for"), count_text(open_ones)),
        (say("Unidentified: remains"), count_text(status.remains)),
        (say("Unidentified: living persons who asked"), count_text(status.living)),
        (say("Members of families who gave a sample"), count_text(status.donors)),
        (say("of these without an active consent, not used"), count_text(status.donors_without_consent)),
        (say("Last search"), searched),
    )
    return (
        Heading(say("Persons and families")),
        Table((say("What"), say("Number")), rows, (False, True), (True, False)),
    )


def _pairings(status: IncidentStatus, language: Language) -> tuple[Block, ...]:
    say = language.say
    rows = tuple((say(text), count_text(status.pairings.get(state, 0))) for state, text in STATES.items())
    return (
        Heading(say("Proposals")),
        Paragraph(say("Pairs of an unidentified person and a missing person, by the state of their review.")),
        Table((say("State"), say("Number")), rows, (False, True), (True, False)),
    )


def _waiting(status: IncidentStatus, language: Language) -> tuple[Block, ...]:
    say = language.say
    heading = Heading(say("What waits for whom"))
    rows = tuple(
        (
            say(ROLES[item.role]),
            say(TASKS[item.task]),
            count_text(item.number),
            language.date(item.since) if item.since else "–",
        )
        for item in status.waiting
        if item.number
    )
    if not rows:
        return (heading, Paragraph(say("Nothing waits.")))
    head = (say("Who"), say("What"), say("Number"), say("Oldest since"))
    return (heading, Table(head, rows, (False, False, True, True), (False, True, False, False)))
