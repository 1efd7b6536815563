"""What a user sees first: every incident in counts, what waits for them, what is blocked, what is running."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import partial

from sqlalchemy import Connection

from antigone.errors import RegistryError
from antigone.model.assumptions.choices import LOW_POWER
from antigone.model.incident.consent import SCOPE_IDENTIFICATION
from antigone.model.review import TO_COMPUTE_AGAIN
from antigone.registry.leaving.erasure import withdrawn_donors
from antigone.registry.lists.identified import count_identified
from antigone.registry.lists.news import Event, Visit, events_since, visit_before
from antigone.registry.lists.overview import (
    all_incidents,
    count_donors,
    count_runs,
    count_states,
    families_in_want,
    families_of_low_power,
    incidents_to_search_again,
    last_searches,
    waiting_for_another,
)
from antigone.registry.review.pairings import count_reopening
from antigone.registry.store.lookups import NOBODY, Rows, count_living, count_people
from antigone.team.access.counting import Counting
from antigone.team.access.roles import ALLOWED, Action
from antigone.team.access.session import Session, action
from antigone.team.runs.lines import own_runs, running, running_jointly
from antigone.team.views import Blocked, IncidentStatus, News, Status, Waiting

WITHDREW = "who withdrew is to be erased"
TO_ERASE = "donor to be erased"
_WAITS_FOR: tuple[tuple[str, Action], ...] = (("open", "propose"), ("proposed", "confirm"), ("reopening", "reopen"))
_SHOWN_TO: dict[str, Action] = {
    "search": "see runs",
    "solve jointly": "see joint",
    "import": "see families",
    "record consent": "see families",
    "withdraw": "see families",
    "confirm": "see status",
}
"""Who is told of what others did; whatever is not named here, those who see candidates. A confirmed identification
concerns everybody: a letter may be due."""


@action("see status")
def read_status(session: Session) -> Status:
    """The dashboard of one user. Counts for every role; families by code, all of them, for roles that see families."""
    with session.registry.kept.looking(session.registry.engine, session.registry.today()) as counting:
        incidents = tuple(_incidents(session, counting))
        blocked = _blocked(session, counting, incidents) if _may(session, "see families") else ()
        waiting = tuple(_waiting(session, counting, incidents))
        runs = running(counting.connection) if _may(session, "see runs") else ()
        joint = running_jointly(counting.connection) if _may(session, "see joint") else ()
        visit = visit_before(counting.connection, session.code)
        news = tuple(_news(session, counting, visit)) if visit else ()
        own = own_runs(counting.connection, session.user) if _may(session, "see findings") else ()
        return Status(incidents, waiting, blocked, runs, joint, news, visit and visit.at, own)


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
    identified = counting.once("work", "identified", count_identified)
    reopening = counting.once("work", "reopening", count_reopening)
    states = counting.once("work", "states", lambda c: _by_state(count_states(c)))
    runs = counting.once("work", "runs", lambda c: _by_state(count_runs(c)))
    searched = counting.once("work", "searched", last_searches)
    again = counting.once("work", "again", incidents_to_search_again)
    withdrew = counting.once("people", "withdrew", lambda c: _count_withdrawn(c, day))
    for row in all_incidents(counting.connection):
        persons, of_runs = people.get(row.id, NOBODY), runs.get(row.id, {})
        given, without = donors.get(row.id, (0, 0))
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
            identified=identified.get(row.id, 0),
            reopening=reopening.get(row.id, 0),
            last_search=searched.get(row.id),
            donors_to_erase=withdrew.get(row.code, 0),
        )


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
    for state, wanted in _WAITS_FOR:
        if _may(session, wanted):
            count = partial(waiting_for_another, state=state, user=session.user)
            rows = counting.once("work", (state, session.user), count)
            yield from (Waiting(state, row.incident, row.number) for row in rows)
    if _may(session, "search"):
        yield from (Waiting(f"run {TO_COMPUTE_AGAIN}", i.code, i.runs_to_repeat) for i in incidents if i.runs_to_repeat)


def _news(session: Session, counting: Counting, visit: Visit) -> Iterator[News]:
    """What the role may know of."""

    def count(connection: Connection) -> tuple[Event, ...]:
        return tuple(events_since(connection, visit, user=session.user, actor=session.code))

    for event in counting.once("work", ("news", session.user, visit.number), count):
        if _may(session, _SHOWN_TO.get(event.what, "see candidates")):
            yield News(event.incident, event.what, event.number)


def _blocked(session: Session, counting: Counting, incidents: tuple[IncidentStatus, ...]) -> tuple[Blocked, ...]:
    day, codes = session.registry.today(), tuple(incident.code for incident in incidents)
    blocked = counting.once("people", "blocked", lambda c: tuple(_find_blocked(c, day, codes)))
    return blocked + counting.once("work", "weak", lambda c: tuple(_find_weak(c)))


def _find_blocked(connection: Connection, day: dt.date, codes: tuple[str, ...]) -> Iterator[Blocked]:
    left = Counter(
        (code, family) for code in codes for family, _ in withdrawn_donors(connection, incident=code, day=day)
    )
    yield from (Blocked(code, family, WITHDREW, count) for (code, family), count in left.items())
    for row in families_in_want(connection, day=day, scope=SCOPE_IDENTIFICATION):
        asked = row.without - left[row.incident, row.family]  # nobody asks those again who said no
        if asked:
            yield Blocked(row.incident, row.family, "donors without consent", asked)
        if row.donors == row.without:
            yield Blocked(row.incident, row.family, "no donor with consent", 0)


def _find_weak(connection: Connection) -> Iterator[Blocked]:
    """The power is of the relatives typed and not of what was found in them, so every role that sees families may know
    of it; ``count`` is in percent."""
    for row in families_of_low_power(connection, below=LOW_POWER):
        yield Blocked(row.incident, row.family, "too little power", round(100 * row.power))
