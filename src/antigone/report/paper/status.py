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

Role = Literal["administrator", "registrar", "geneticist", "reviewer", "coordinator"]
Task = Literal[
    "judge candidates",
    "review proposals",
    "decide on reopening",
    "search again",
    "erase who withdrew",
    "tell of an identification",
    "tell that somebody is alive",
    "tell that it is checked again",
    "tell that it was not upheld",
    "ask families for a sample",
    "ask for consent",
    "confirm found alive",
    "decide on found alive",
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
}
TASKS: Mapping[Task, str] = {
    "judge candidates": mark("judge open candidates"),
    "review proposals": mark("review proposals, as a second person"),
    "decide on reopening": mark("agree or not to reopen"),
    "search again": mark("search again after data changed"),
    "erase who withdrew": mark("families with a donor who withdrew: erase the donor"),
    "tell of an identification": mark("tell a family of an identification"),
    "tell that somebody is alive": mark("tell a family that their relative is alive"),
    "tell that it is checked again": mark("tell a family that it is being checked again"),
    "tell that it was not upheld": mark("tell a family that it was not upheld"),
    "ask families for a sample": mark("ask families for one more sample"),
    "ask for consent": mark("ask families for their consent, without which samples wait"),
    "confirm found alive": mark("confirm that somebody was found alive, as a second person"),
    "decide on found alive": mark("decide whether it stands that somebody was found alive"),
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

    ``identified`` counts missing persons with a confirmed pairing, ``found_alive`` those found alive, ``reopening``
    those of whom such a finding is looked at again; ``to_be_told`` those whose family is to be told. ``pairings``
    counts the pairs of an unidentified and a missing person by state. ``waiting`` counts things
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
    found_alive: int = 0
    to_be_told: int = 0

    def __post_init__(self) -> None:
        counts = {name: value for name, value in vars(self).items() if isinstance(value, int)} | {**self.pairings}
        negative = [f"{name} {value}" for name, value in counts.items() if value < 0]
        if negative:
            raise InputError(f"status of {self.code}: found {', '.join(negative)}, expected counts of 0 or more")
        done = self.identified + self.reopening + self.found_alive
        if done > self.missing:
            raise InputError(
                f"status of {self.code}: found {done} identified or found alive of {self.missing} missing "
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
    open_ones = status.missing - status.identified - status.reopening - status.found_alive
    searched = language.date(status.last_search) if status.last_search else say("not yet")
    rows = (
        (say("Families"), count_text(status.families)),
        (say("Missing persons"), count_text(status.missing)),
        (say("of these identified, confirmed by two persons"), count_text(status.identified)),
        (say("of these found alive, confirmed by two persons"), count_text(status.found_alive)),
        (say("of these found before, being looked at again"), count_text(status.reopening)),
        (say("of these still looked for"), count_text(open_ones)),
        (say("Missing persons whose family is to be told"), count_text(status.to_be_told)),
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
        return (heading, Paragraph(say("No task is open.")))
    head = (say("Who"), say("What"), say("Number"), say("Oldest since"))
    return (heading, Table(head, rows, (False, False, True, True), (False, True, False, False)))
