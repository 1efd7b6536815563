"""What families were told of a missing person: a record of the day, who told, and in what form. No contents."""

from __future__ import annotations

import datetime as dt
from typing import Literal, get_args

from sqlalchemy import Connection, insert, select

from antigone.errors import Conflict, InputError, RegistryError
from antigone.registry.store.lookups import find_family
from antigone.registry.store.schema import members, tellings
from antigone.registry.tasks.standing import About, Stand, stand_of

Form = Literal["in person", "by telephone", "by letter", "by another"]
FORMS: tuple[Form, ...] = get_args(Form)
"""How a family is told; "by another": by a person or an institution that they trust."""
LONGEST_TELLER = 200


def find_missing(connection: Connection, incident: str, family: str, missing: str) -> int:
    """The row of a missing person.

    Raises
    ------
    RegistryError
        When the family has no such missing person.
    """
    number = find_family(connection, incident, family).id
    here = (members.c.family == number, members.c.code == missing, members.c.missing)
    found = connection.scalar(select(members.c.id).where(*here))
    if found is None:
        raise RegistryError(f"family '{family}' has no missing person '{missing}'; see the family")
    return int(found)


def record_told(
    connection: Connection,
    member: int,
    *,
    about: About,
    told_on: dt.date,
    teller: str,
    form: str,
    user: int,
    at: str,
    today: dt.date,
) -> None:
    """Record that a family was told what it is to be told of a missing person.

    Parameters
    ----------
    connection, member
        The transaction, and the row of the missing person.
    about
        What they were told. Of an identification that is looked at again, and of which nobody recorded that the family
        was told, that may be recorded later ("identified").
    told_on, teller, form
        The day, who told them (a code: initials or a function), and how, one of ``FORMS``.
    user, at, today
        Who records it, when, and the day that it is.

    Raises
    ------
    InputError
        When the form is unknown, nobody is named, or the day is to come or before what they were told.
    Conflict
        When the family is to be told nothing, something else, or knows it.
    """
    stand = stand_of(connection, member, day=today)
    _check_due(stand, about)
    _check_record(stand, told_on, teller, form, today)
    row = {"member": member, "about": about, "day": told_on, "teller": teller.strip(), "form": form}
    connection.execute(insert(tellings).values(**row, recorded_by=user, at=at))


def due(stand: Stand) -> About | None:
    """What may be recorded now that the family was told."""
    if stand.news == "on hold":
        return "identified"
    return stand.about if stand.news == "to be told" else None


def _check_due(stand: Stand, about: str) -> None:
    expected = due(stand)
    if expected is None:
        words = "knows that" if stand.news == "told" else "is to be told nothing"
        raise Conflict(f"missing '{stand.code}': the family {words}; look at the family again")
    if about != expected:
        raise Conflict(
            f"missing '{stand.code}': the family is to be told '{expected}', not '{about}'; look at it again"
        )


def _check_record(stand: Stand, told_on: dt.date, teller: str, form: str, today: dt.date) -> None:
    if form not in FORMS:
        raise InputError(f"form '{form[:40]}', expected one of {', '.join(FORMS)}; choose one")
    if not 0 < len(teller.strip()) <= LONGEST_TELLER:
        raise InputError("nobody is named who told the family; give initials or a function")
    if told_on > today + dt.timedelta(days=1):
        raise InputError(f"told on {told_on}, which is to come; expected a day up to today, {today}; correct it")
    earliest = stand.since and stand.news != "on hold" and stand.since - dt.timedelta(days=1)
    if earliest and told_on < earliest:
        raise InputError(f"told on {told_on}, before it was decided on {stand.since}; expected a later day; correct it")
