"""Asking a family for one more sample, and how that ended: a sample came, or the family said no, without a reason.

Nothing here says why (PURPOSE.md, rule 6): an ask is a family and a day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from sqlalchemy import Connection, Select, func, insert, select, update

from antigone.errors import Conflict, Forbidden, InputError
from antigone.registry.store.lookups import AnyRow, find_family, find_incident
from antigone.registry.store.schema import asks, donors, families, incidents, members, runs, samples, users
from antigone.registry.tasks.standing import stands_of
from antigone.registry.tasks.wanting import lapses, wants_of

MOST_AT_ONCE = 1000
"""Families that are asked in one action."""


def responsible_run(connection: Connection, incident: str) -> AnyRow | None:
    """The newest search of an incident with an answer: its number, and who started it (row and code)."""
    number = find_incident(connection, incident).id
    query = select(runs.c.id, runs.c.started_by, users.c.code).select_from(runs.join(users))
    answered = query.where(runs.c.incident == number, runs.c.result.is_not(None))
    return connection.execute(answered.order_by(runs.c.id.desc()).limit(1)).one_or_none()


def check_responsible(connection: Connection, incident: str, *, user: int) -> AnyRow | None:
    """Refuse everybody but the geneticist who ran the newest search; before any search, nobody.

    Raises
    ------
    Forbidden
        When another geneticist ran it.
    """
    run = responsible_run(connection, incident)
    if run is not None and run.started_by != user:
        raise Forbidden(
            f"families are asked for samples by the geneticist who ran the newest search (search {run.id}, by "
            f"{run.code}); ask that person, or search again: then it is you"
        )
    return run


def is_responsible(connection: Connection, incident: str, *, user: int) -> bool:
    """Whether a geneticist may ask families of an incident for samples; see `check_responsible`."""
    run = responsible_run(connection, incident)
    return run is None or run.started_by == user


def ask_families(connection: Connection, incident: str, codes: Collection[str], *, day: dt.date) -> int:
    """Ask families for one more sample, all of them or none; in the order of their codes. How many.

    Raises
    ------
    InputError
        When none is named, or more than ``MOST_AT_ONCE``.
    RegistryError
        When a family is not of the incident.
    Conflict
        With all of them that are asked already, or of whom nobody is looked for.
    """
    if not 0 < len(codes) <= MOST_AT_ONCE:
        raise InputError(f"{len(codes)} families to ask, expected 1 to {MOST_AT_ONCE}; name others, or ask in parts")
    numbers = {find_family(connection, incident, code).id: code for code in sorted(set(codes))}
    sought = {one.family for one in stands_of(connection, day=day, numbers=list(numbers)) if not one.is_found}
    asked = set(connection.scalars(_open_asks(list(numbers))))
    problems = [f"family '{code}': nobody of it is looked for" for row, code in numbers.items() if row not in sought]
    problems += [f"family '{code}' is asked already" for row, code in numbers.items() if row in asked]
    if problems:
        raise Conflict("; ".join((*problems, "nothing was asked; leave these out")))
    rows = [{"family": row, "kind": "sample", "asked": day} for row in numbers]
    connection.execute(insert(asks), rows)
    return len(rows)


def take_back(connection: Connection, incident: str, code: str, *, day: dt.date) -> None:
    """Take back that a family is asked for one more sample.

    Raises
    ------
    Conflict
        When nobody asked it.
    """
    _end(connection, find_family(connection, incident, code), "taken back", day)


def decline(connection: Connection, incident: str, code: str, *, donor: str = "", day: dt.date) -> None:
    """Record that a family said no to one more sample, or a donor to another consent; no reason is asked for.

    Raises
    ------
    RegistryError
        When there is no such family.
    Conflict
        When the family was not asked, or the donor is none whose consent is wanted.
    """
    family = find_family(connection, incident, code)
    if donor:
        _decline_consent(connection, family, donor, day)
    elif connection.scalar(_open_asks([family.id])) is not None:
        _end(connection, family, "declined", day)
    else:
        _decline_first(connection, family, day)


def note_samples(connection: Connection, incident: str) -> dict[int, int]:
    """How many samples each family of an incident has given that is asked for one more, by its row."""
    kin = asks.join(families).join(incidents).outerjoin(members, members.c.family == families.c.id)
    given = kin.outerjoin(donors, donors.c.member == members.c.id).outerjoin(samples, samples.c.donor == donors.c.id)
    query = select(families.c.id, func.count(samples.c.id.distinct())).select_from(given)
    asked = query.where(incidents.c.code == incident, *_OPEN).group_by(families.c.id)
    return {int(family): int(count) for family, count in connection.execute(asked)}


def end_asks_that_came(connection: Connection, incident: str, before: Mapping[int, int], *, day: dt.date) -> int:
    """End the asks of families that gave a sample since ``before`` (see `note_samples`); how many."""
    now = note_samples(connection, incident)
    came = [family for family, count in now.items() if count > before.get(family, count)]
    return connection.execute(
        update(asks).where(asks.c.family.in_(came), *_OPEN).values(**_ended("came", day))
    ).rowcount


_OPEN = (asks.c.kind == "sample", asks.c.ended.is_(None))
"""An ask for a sample that waits."""


def _ended(outcome: str, day: dt.date) -> dict[str, object]:
    return {"ended": day, "outcome": outcome}


def _open_asks(numbers: Collection[int]) -> Select[tuple[int]]:
    """Those of some families that are asked for a sample."""
    return select(asks.c.family).where(asks.c.family.in_(numbers), *_OPEN)


def _end(connection: Connection, family: AnyRow, outcome: str, day: dt.date) -> None:
    these = (asks.c.family == family.id, *_OPEN)
    if not connection.execute(update(asks).where(*these).values(**_ended(outcome, day))).rowcount:
        raise Conflict(f"family '{family.code}' is not asked for a sample; see what waits for families")


def _decline_first(connection: Connection, family: AnyRow, day: dt.date) -> None:
    """A family of whom nobody gave a sample, and whom no geneticist asked, says no."""
    wanted = wants_of(connection, day=day, here=families.c.id == family.id).get(family.id, ())
    want = next((one for one in wanted if one.what == "sample"), None)
    if want is None:
        raise Conflict(f"family '{family.code}' is not asked for a sample; see what waits for families")
    row = {"family": family.id, "kind": "sample", "asked": want.since}
    connection.execute(insert(asks).values(**row, **_ended("declined", day)))


def _decline_consent(connection: Connection, family: AnyRow, member: str, day: dt.date) -> None:
    wanted = [
        one
        for one in lapses(connection, day=day, here=families.c.id == family.id)
        if one.member == member and not one.withdrew
    ]
    if not wanted:
        raise Conflict(
            f"family '{family.code}': the consent of '{member}' is not asked for; see what waits for families"
        )
    for one in wanted:
        row = {"family": family.id, "kind": "consent", "donor": one.donor, "asked": one.since}
        connection.execute(insert(asks).values(**row, **_ended("declined", day)))
