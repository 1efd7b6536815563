"""What a user sees first: every incident in counts, what waits for them, what is blocked, what is running."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import partial

from sqlalchemy import Connection

from antigone.errors import RegistryError
from antigone.model.assumptions.choices import LOW_POWER
from antigone.model.incident.consent import SCOPE_IDENTIFICATION
from antigone.model.review import TO_COMPUTE_AGAIN
from antigone.registry.changes.pending import Pending, find_pending
from antigone.registry.leaving.erasure import withdrawn_donors
from antigone.registry.lists.news import Event, Visit, events_since, visit_before
from antigone.registry.lists.overview import (
    all_incidents,
    count_donors,
    count_runs,
    count_states,
    families_of_low_power,
    incidents_to_search_again,
    last_searches,
    waiting_for_another,
)
from antigone.registry.store.lookups import NOBODY, Rows, count_living, count_people
from antigone.registry.tasks.standing import Stand, stands_of
from antigone.registry.tasks.waiting import TASKS
from antigone.registry.typings.samples import samples_in_conflict
from antigone.team.access.counting import Counting
from antigone.team.access.roles import ALLOWED, Action
from antigone.team.access.session import Session, action
from antigone.team.review.history import fallen_of
from antigone.team.runs.lines import own_runs, running, running_jointly
from antigone.team.tasks.listing import all_stands, all_tasks, count_tasks
from antigone.team.views import IncidentStatus, News, Status, Waiting, Weak

TO_ERASE = "donor to be erased"
PERSON_TO_SEARCH, FAMILY_TO_SEARCH = "person not searched yet", "family to be searched again"
ALL_TO_SEARCH = "whole incident to be searched again"
TO_SPEAK = "family to speak with"
TO_SETTLE = "sample with typings in conflict"
SPOKEN = frozenset(task for task in TASKS if task.startswith(("tell", "ask")))
"""What is done by speaking with a family."""
_WAITS_FOR: tuple[tuple[str, Action], ...] = (("open", "propose"), ("proposed", "confirm"), ("reopening", "reopen"))
_SHOWN_TO: dict[str, Action] = {
    "search": "see runs",
    "solve jointly": "see joint",
    "import": "see families",
    "record consent": "see families",
    "withdraw": "see families",
    "confirm": "see status",
    "report alive": "see tasks",
    "confirm alive": "see status",
}
"""Who is told of what others did; whatever is not named here, those who see candidates. A confirmed identification
concerns everybody: a letter may be due."""


@action("see status")
def read_status(session: Session) -> Status:
    """The dashboard of one user. Counts for every role; families by code, all of them, for roles that see families."""
    with session.registry.kept.looking(session.registry.engine, session.registry.today()) as counting:
        incidents = tuple(_incidents(session, counting))
        tasks = all_tasks(counting, session.registry.today()) if _may(session, "see tasks") else ()
        weak = (
            counting.once("work", "weak", partial(_weak, day=session.registry.today()))
            if _may(session, "search")
            else ()
        )
        waiting = tuple(_waiting(session, counting, incidents))
        runs = running(counting.connection) if _may(session, "see runs") else ()
        joint = running_jointly(counting.connection) if _may(session, "see joint") else ()
        visit = visit_before(counting.connection, session.code)
        news = tuple(_news(session, counting, visit)) if visit else ()
        own = own_runs(counting.connection, session.user) if _may(session, "see findings") else ()
        fallen = fallen_of(counting.connection, session.user) if _may(session, "see candidates") else ()
        last = visit and visit.at
        return Status(incidents, waiting, tasks, runs, joint, news, last, own, fallen=fallen, weak=weak)


@action("see status")
def list_incidents(session: Session) -> tuple[IncidentStatus, ...]:
    """Every incident in counts, by code."""
    with session.registry.kept.looking(session.registry.engine, session.registry.today()) as counting:
        return tuple(_incidents(session, counting))


@action("see status")
def read_incident(session: Session, incident: str) -> IncidentStatus:
    """One incident in counts.

    Raises
    ------
    RegistryError
        When there is no such incident.
    """
    found = next((one for one in list_incidents(session) if one.code == incident), None)
    if found is None:
        raise RegistryError(f"the registry has no incident '{incident}'; correct the code or import it first")
    return found


def _may(session: Session, wanted: Action) -> bool:
    return session.role in ALLOWED[wanted]


def _incidents(session: Session, counting: Counting) -> Iterator[IncidentStatus]:
    day = session.registry.today()
    people = counting.once("people", "people", count_people)
    donors = counting.once("people", "donors", lambda c: count_donors(c, day=day, scope=SCOPE_IDENTIFICATION))
    living = counting.once("people", "living", count_living)
    stands = counting.once("work", "count of stands", lambda _: _by_incident(all_stands(counting, day)))
    tasks = all_tasks(counting, day)
    states = counting.once("work", "states", lambda c: _by_state(count_states(c)))
    runs = counting.once("work", "runs", lambda c: _by_state(count_runs(c)))
    searched = counting.once("work", "searched", last_searches)
    again = counting.once("work", "again", incidents_to_search_again)
    withdrew = counting.once("people", "withdrew", lambda c: _count_withdrawn(c, day))
    pending = counting.once("work", "pending", lambda c: _pending(c, day))
    for row in all_incidents(counting.connection):
        persons, of_runs = people.get(row.id, NOBODY), runs.get(row.id, {})
        given, without = donors.get(row.id, (0, 0))
        stand = stands.get(row.id, Counter())
        yield IncidentStatus(
            code=row.code,
            title=row.title,
            unidentified=persons.unidentified,
            missing=persons.missing,
            families=persons.families,
            donors=given,
            donors_without_consent=without,
            runs=sum(of_runs.values()),
            runs_to_repeat=int(row.id in again),
            pairings=states.get(row.id, {}),
            living=living.get(row.id, 0),
            identified=stand["confirmed"],
            reopening=stand["under review again"],
            last_search=searched.get(row.id),
            donors_to_erase=withdrew.get(row.code, 0),
            persons_to_search=len(pending[row.id].persons),
            families_to_search=len(pending[row.id].families),
            search_all=bool(pending[row.id].whole),
            found_alive=stand["found alive"],
            not_upheld=stand["not upheld"],
            to_be_told=stand["to be told"],
            tasks=count_tasks(tasks, row.code),
        )


def _pending(connection: Connection, day: dt.date) -> dict[int, Pending]:
    """What is to be searched, by incident."""
    return {row.id: find_pending(connection, row.id, day=day) for row in all_incidents(connection)}


def _by_incident(stands: Sequence[Stand]) -> dict[int, Counter[str]]:
    """How many missing persons of each incident stand in each state, and of how many a family is to be told."""
    found: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for one in stands:
        found[one.incident].update([one.state, one.news])
    return dict(found)


def _count_withdrawn(connection: Connection, day: dt.date) -> Counter[str]:
    """Donors to be erased, by the code of the incident."""
    codes = [row.code for row in all_incidents(connection)]
    return Counter({code: len(withdrawn_donors(connection, incident=code, day=day)) for code in codes})


def _by_state(rows: Rows) -> dict[int, dict[str, int]]:
    """Numbers by incident, then by state."""
    found: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for row in rows:
        found[row.incident][row.state] = row.number
    return dict(found)


def _waiting(session: Session, counting: Counting, incidents: tuple[IncidentStatus, ...]) -> Iterator[Waiting]:
    if _may(session, "withdraw"):
        yield from (Waiting(TO_ERASE, i.code, i.donors_to_erase) for i in incidents if i.donors_to_erase)
    if _may(session, "record telling"):
        speak = ((i.code, sum(one.count for one in i.tasks if one.what in SPOKEN)) for i in incidents)
        yield from (Waiting(TO_SPEAK, code, count) for code, count in speak if count)
    if _may(session, "change typings"):
        in_conflict = samples_in_conflict(counting.connection)
        codes = {row.id: row.code for row in all_incidents(counting.connection)}
        yield from (Waiting(TO_SETTLE, codes[number], count) for number, count in in_conflict.items())
    for state, wanted in _WAITS_FOR:
        if _may(session, wanted):
            count = partial(waiting_for_another, state=state, user=session.user)
            rows = counting.once("work", (state, session.user), count)
            yield from (Waiting(state, row.incident, row.number) for row in rows)
    if _may(session, "search"):
        yield from (Waiting(f"run {TO_COMPUTE_AGAIN}", i.code, i.runs_to_repeat) for i in incidents if i.runs_to_repeat)
        for one in incidents:
            numbers = {PERSON_TO_SEARCH: one.persons_to_search, FAMILY_TO_SEARCH: one.families_to_search}
            numbers[ALL_TO_SEARCH] = int(one.search_all and one.last_search is not None)
            yield from (Waiting(what, one.code, number) for what, number in numbers.items() if number)


def _news(session: Session, counting: Counting, visit: Visit) -> Iterator[News]:
    """What the role may know of."""

    def count(connection: Connection) -> tuple[Event, ...]:
        return tuple(events_since(connection, visit, user=session.user, actor=session.code))

    for event in counting.once("work", ("news", session.user, visit.number), count):
        if _may(session, _SHOWN_TO.get(event.what, "see candidates")):
            yield News(event.incident, event.what, event.number)


def _weak(connection: Connection, day: dt.date) -> tuple[Weak, ...]:
    """Families of whom somebody is looked for, whose donors would hardly show the right person, and who are not asked
    for a sample yet. Who speaks with families is told that they are asked, and not why."""
    rows = families_of_low_power(connection, below=LOW_POWER)
    stands = stands_of(connection, day=day, numbers=[row.number for row in rows])
    open_ones = {one.family for one in stands if not one.is_found and "sample" not in {w.what for w in one.wants}}
    return tuple(Weak(row.incident, row.family, round(100 * row.power)) for row in rows if row.number in open_ones)
