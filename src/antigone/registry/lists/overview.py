"""What a registry holds, in counts and codes: incidents, families, donors and their consents, runs, users.

Nothing sealed is read here, so nothing here needs a key.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select, true

from antigone.errors import RegistryError
from antigone.model.review import TO_COMPUTE_AGAIN
from antigone.registry.lists.identified import has_identified
from antigone.registry.store.lookups import AnyRow, Rows, by_incident, covered_on, find_incident
from antigone.registry.store.schema import (
    blocks,
    candidates,
    decisions,
    donors,
    families,
    incidents,
    members,
    pairings,
    profiles,
    runs,
    samples,
    summaries,
    tokens,
    unfinished,
    unidentified,
    users,
)

_USER = (users.c.code, users.c.role, users.c.active, users.c.created)


def all_incidents(connection: Connection) -> Rows:
    """Every incident: id, code, title."""
    return connection.execute(select(incidents).order_by(incidents.c.code)).all()


def count_donors(connection: Connection, *, day: dt.date, scope: str) -> dict[int, tuple[int, int]]:
    """How many donors each incident has, and how many of them no active consent covers."""
    of = select(families.c.incident, func.count()).select_from(donors).join(members).join(families)
    everyone = of.where(donors.c.erased.is_(None)).group_by(families.c.incident)
    total = by_incident(connection, everyone)
    without = by_incident(connection, everyone.where(~covered_on(day, scope)))
    return {number: (count, without.get(number, 0)) for number, count in total.items()}


def count_states(connection: Connection) -> Rows:
    """How many pairings of each incident stand in each state: incident, state, number."""
    query = select(pairings.c.incident, pairings.c.state, func.count().label("number"))
    return connection.execute(query.group_by(pairings.c.incident, pairings.c.state)).all()


def count_runs(connection: Connection) -> Rows:
    """How many runs of each incident stand in each state: incident, state, number."""
    query = select(runs.c.incident, runs.c.state, func.count().label("number"))
    return connection.execute(query.group_by(runs.c.incident, runs.c.state)).all()


def incidents_to_search_again(connection: Connection) -> frozenset[int]:
    """Incidents whose newest answer is to be computed again; a newer answer repeats all older ones."""
    answered = runs.c.state.in_(("finished", TO_COMPUTE_AGAIN))
    newest = select(func.max(runs.c.id)).where(answered).group_by(runs.c.incident)
    found = select(runs.c.incident).where(runs.c.id.in_(newest), runs.c.state == TO_COMPUTE_AGAIN)
    return frozenset(int(row.incident) for row in connection.execute(found))


def last_searches(connection: Connection) -> dict[int, dt.date]:
    """The day of the newest search of each incident that came to its end."""
    ended = runs.c.state.in_(("finished", TO_COMPUTE_AGAIN))
    query = select(runs.c.incident, func.max(runs.c.day)).where(ended).group_by(runs.c.incident)
    return {int(number): day for number, day in connection.execute(query)}


def families_in_want(connection: Connection, *, day: dt.date, scope: str) -> Rows:
    """Families with a missing member and too few covered donors: incident, family, donors, without consent."""
    without = func.count().filter(~covered_on(day, scope)).label("without")
    given = (
        select(members.c.family, func.count().label("donors"), without)
        .join(donors, donors.c.member == members.c.id)
        .where(donors.c.erased.is_(None))
        .group_by(members.c.family)
        .subquery()
    )
    number = func.coalesce(given.c.donors, 0).label("donors")
    lacking = func.coalesce(given.c.without, 0).label("without")
    searched = exists().where(members.c.family == families.c.id, members.c.missing)
    query = (
        select(incidents.c.code.label("incident"), families.c.code.label("family"), number, lacking)
        .select_from(families.join(incidents).outerjoin(given, given.c.family == families.c.id))
        .where(searched, or_(lacking > 0, number == 0))
        .order_by(incidents.c.code, families.c.code)
    )
    return connection.execute(query).all()


def page_of_families(
    connection: Connection,
    incident: int,
    *,
    search: str,
    identified: bool,
    day: dt.date,
    scope: str,
    page: int,
    size: int,
) -> tuple[Rows, int]:
    """Some families whose code contains ``search``, or only those with an ``identified`` member: code, members, donors,
    without consent; and how many there are."""
    which = and_(families.c.incident == incident, _contains(families.c.code, search))
    which = and_(which, has_identified(incident)) if identified else which
    total = connection.scalar(select(func.count()).select_from(families).where(which)) or 0
    living = select(func.count()).select_from(donors).join(members).where(
        members.c.family == families.c.id, donors.c.erased.is_(None)
    )  # fmt: skip
    size_of = select(func.count()).select_from(members).where(members.c.family == families.c.id)
    query = select(
        families.c.id,
        families.c.code,
        size_of.correlate(families).scalar_subquery().label("members"),
        living.correlate(families).scalar_subquery().label("donors"),
        living.where(~covered_on(day, scope)).correlate(families).scalar_subquery().label("without"),
    ).where(which)
    return connection.execute(_page(query.order_by(families.c.code), page, size)).all(), total


def donors_of(connection: Connection, family: int) -> Rows:
    """A family's donors, those who left included: id, member (code), sample (code, None when none), erased."""
    query = (
        select(donors.c.id, members.c.code.label("member"), samples.c.code.label("sample"), donors.c.erased)
        .select_from(donors.join(members).outerjoin(samples, samples.c.donor == donors.c.id))
        .where(members.c.family == family)
        .order_by(donors.c.id, samples.c.id)
    )
    return connection.execute(query).all()


def count_covered(connection: Connection, family: int, *, day: dt.date, scope: str) -> int:
    """How many donors of a family an active consent covers."""
    present = select(func.count()).select_from(donors.join(members)).where(members.c.family == family)
    return connection.scalar(present.where(donors.c.erased.is_(None), covered_on(day, scope))) or 0


def covered_members(connection: Connection, family: int, *, day: dt.date, scope: str) -> frozenset[str]:
    """The members of a family who gave a sample that an active consent covers."""
    query = select(members.c.code).select_from(donors.join(members)).where(members.c.family == family)
    return frozenset(connection.scalars(query.where(donors.c.erased.is_(None), covered_on(day, scope))))


def confirmed_as(connection: Connection, member: int) -> Rows:
    """The confirmed pairings of a missing person, the oldest first: id, and kind (remains or living) of who it is."""
    of = select(pairings.c.id, unidentified.c.kind).select_from(pairings.join(unidentified))
    these = of.where(pairings.c.member == member, pairings.c.state == "confirmed")
    return connection.execute(these.order_by(pairings.c.id)).all()


def page_of_unidentified(
    connection: Connection, incident: int, *, search: str, page: int, size: int
) -> tuple[Rows, int]:
    """Some unidentified persons: code, kind, sex, erased, typings; and how many there are."""
    which = and_(unidentified.c.incident == incident, _contains(unidentified.c.code, search))
    total = connection.scalar(select(func.count()).select_from(unidentified).where(which)) or 0
    typed = select(func.count()).select_from(profiles).join(samples).where(samples.c.unidentified == unidentified.c.id)
    columns = (unidentified.c.code, unidentified.c.kind, unidentified.c.sex, unidentified.c.erased)
    query = select(*columns, typed.correlate(unidentified).scalar_subquery().label("typings")).where(which)
    return connection.execute(_page(query.order_by(unidentified.c.code), page, size)).all(), total


def families_of_low_power(connection: Connection, *, below: float) -> Rows:
    """Missing persons whom the newest search of their incident did not find, and whose references would hardly find
    them: incident, family, the smallest power."""
    newest = select(func.max(runs.c.id)).where(runs.c.result.is_not(None)).group_by(runs.c.incident)
    s, power = summaries.c, func.min(summaries.c.power).label("power")
    weak = (s.run.in_(newest), s.kind == "missing", s.candidates == 0, s.power < below)
    query = select(incidents.c.code.label("incident"), s.code.label("family"), power)
    query = query.select_from(summaries.join(runs).join(incidents)).where(*weak)
    by = (incidents.c.code, s.code)
    return connection.execute(query.group_by(*by).order_by(*by)).all()


def waiting_for_another(connection: Connection, state: str, user: int) -> Rows:
    """How many pairings in a state wait for somebody, by incident; those that wait for another than ``user`` do not
    count, because who took the last step may not take the next."""
    steps = decisions.alias()
    newest = select(func.max(steps.c.id)).where(steps.c.pairing == pairings.c.id).correlate(pairings).scalar_subquery()
    mine = exists().where(decisions.c.id == newest, decisions.c.user == user)
    query = select(incidents.c.code.label("incident"), func.count().label("number")).select_from(
        pairings.join(incidents)
    )
    which = pairings.c.state == state if state == "open" else and_(pairings.c.state == state, ~mine)
    return connection.execute(query.where(which).group_by(incidents.c.code).order_by(incidents.c.code)).all()


def page_of_runs(
    connection: Connection, *, incident: str = "", state: str = "", page: int = 1, size: int = 50
) -> tuple[Rows, int]:
    """Some runs without their results, the newest first, and how many there are; with codes and counts."""
    which = and_(
        true() if not incident else incidents.c.code == incident, true() if not state else runs.c.state == state
    )
    total = connection.scalar(select(func.count()).select_from(runs.join(incidents)).where(which)) or 0
    query = _run_lines().where(which).order_by(runs.c.id.desc())
    return connection.execute(_page(query, page, size)).all(), total


def newest_own(connection: Connection, user: int, *, limit: int) -> Rows:
    """The runs started by a user that are the newest of their incident with an answer, and still hold."""
    newest = select(func.max(runs.c.id)).where(runs.c.result.is_not(None)).group_by(runs.c.incident)
    mine = and_(runs.c.id.in_(newest), runs.c.started_by == user, runs.c.state == "finished")
    return connection.execute(_run_lines().where(mine).order_by(runs.c.id.desc()).limit(limit)).all()


def find_run(connection: Connection, number: int) -> AnyRow:
    """One run without its result.

    Raises
    ------
    RegistryError
        When there is none of that number.
    """
    row = connection.execute(_run_lines().where(runs.c.id == number)).one_or_none()
    if row is None:
        raise RegistryError(f"the registry has no run {number}; see the list of runs")
    return row


def newest_answer(connection: Connection, incident: str) -> int | None:
    """The newest run of an incident that has an answer.

    Raises
    ------
    RegistryError
        When there is no such incident.
    """
    mine = and_(runs.c.incident == find_incident(connection, incident).id, runs.c.result.is_not(None))
    return connection.scalar(select(func.max(runs.c.id)).where(mine))


def find_candidate(connection: Connection, number: int) -> AnyRow:
    """Whose candidate it is: codes, kind and sex of the person, its run with day and start, pairing, rows.

    Raises
    ------
    RegistryError
        When there is none of that number.
    """
    columns = (candidates.c.id, candidates.c.run, candidates.c.pairing, candidates.c.stale, runs.c.day, runs.c.started)
    query = (
        select(
            *columns,
            incidents.c.code.label("incident"),
            unidentified.c.code.label("unidentified"),
            unidentified.c.kind,
            unidentified.c.sex,
            families.c.id.label("family_id"),
            unidentified.c.id.label("person_id"),
            families.c.code.label("family"),
            members.c.code.label("missing"),
        )
        .select_from(candidates.join(runs, candidates.c.run == runs.c.id))
        .join(incidents, runs.c.incident == incidents.c.id)
        .join(pairings, candidates.c.pairing == pairings.c.id)
        .join(unidentified, pairings.c.unidentified == unidentified.c.id)
        .join(members, pairings.c.member == members.c.id)
        .join(families, members.c.family == families.c.id)
    )
    row = connection.execute(query.where(candidates.c.id == number)).one_or_none()
    if row is None:
        raise RegistryError(f"the registry has no candidate {number}; list the candidates and correct the number")
    return row


def _run_lines() -> Any:
    counted = select(func.count()).where(candidates.c.run == runs.c.id).correlate(runs).scalar_subquery()
    kept = select(func.count()).where(blocks.c.run == runs.c.id).correlate(runs).scalar_subquery()
    columns = (runs.c.id, runs.c.purpose, runs.c.day, runs.c.started, runs.c.finished, runs.c.state, runs.c.left_out)
    answered = runs.c.result.is_not(None).label("answered")
    query = select(
        *columns,
        answered,
        incidents.c.code.label("incident"),
        users.c.code.label("starter"),
        counted.label("candidates"),
        kept.label("kept"),
        func.coalesce(unfinished.c.blocks, 0).label("kept_of"),
        unfinished.c.id.is_not(None).label("resumable"),
        func.coalesce(unfinished.c.attempt, 0).label("attempt"),
    )
    return query.select_from(runs.join(incidents).join(users).outerjoin(unfinished))


def all_users(connection: Connection) -> Rows:
    """Everybody who is or was a user: code, role, active, created."""
    return connection.execute(select(*_USER).order_by(users.c.code)).all()


def find_any_user(connection: Connection, code: str) -> AnyRow:
    """A user, active or not, who is known to be there."""
    return connection.execute(select(*_USER).where(users.c.code == code)).one()


def all_tokens(connection: Connection) -> Rows:
    """Every token without the token, the newest first: user (code), name, expires, revoked, own."""
    query = select(users.c.code.label("user"), tokens.c.name, tokens.c.expires, tokens.c.revoked, tokens.c.own)
    return connection.execute(query.select_from(tokens.join(users)).order_by(tokens.c.id.desc())).all()


def _contains(column: Any, search: str) -> ColumnElement[bool]:
    return column.icontains(search, autoescape=True) if search else true()


def _page(query: Any, page: int, size: int) -> Any:
    return query.limit(size).offset((page - 1) * size)
