"""What the newest search of an incident has not seen: who is to be searched, and why.

It follows from what was done and from the days of consents, and from nothing that a search found: it is the same
whether or not the references of a family fit (PURPOSE.md, rule 6).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from sqlalchemy import Connection, Table, and_, func, or_, select

from antigone.model.incident.consent import SCOPE_IDENTIFICATION
from antigone.registry.store.lookups import AnyRow, covered_on
from antigone.registry.store.schema import changes, donors, families, members, runs, unidentified

NEVER_SEARCHED = "no search has an answer yet"
OLDER_PROGRAM = "the newest search was made by an Antigone that did not note changes"
BY_ITS_DATE = "consent began or ended by its date"
"""The reason where nobody did anything: a day has passed."""
_BLOCK = 1000
Why = Mapping[int, tuple[str, ...]]
"""By the row of a person or a family, the reasons in the order in which they came up."""


@dataclass(frozen=True)
class Pending:
    """What is to be searched again of an incident, by rows, with the reasons.

    ``run`` is the newest search with an answer. ``whole`` says why everybody is to be searched, where it is so; then
    there are no rows. ``left`` counts persons who left since: nobody is to be searched for them, but the counts on
    which thresholds and posteriors rest have changed.
    """

    run: int | None
    whole: tuple[str, ...] = ()
    persons: Why = field(default_factory=dict)
    families: Why = field(default_factory=dict)
    left: int = 0

    def __bool__(self) -> bool:
        return bool(self.whole or self.persons or self.families or self.left)


def find_pending(connection: Connection, incident: int, *, day: dt.date) -> Pending:
    """What is to be searched of an incident on a day."""
    row = _newest_answer(connection, incident)
    if row is None:
        return Pending(None, (NEVER_SEARCHED,))
    if row.seen is None:
        return Pending(row.id, (OLDER_PROGRAM,))
    since = connection.execute(
        select(changes).where(changes.c.incident == incident, changes.c.id > row.seen).order_by(changes.c.id)
    ).all()
    whole = tuple(dict.fromkeys(one.kind for one in since if one.unidentified is None and one.family is None))
    if whole:
        return Pending(row.id, whole)
    by_date = ((family, BY_ITS_DATE) for family in covered_otherwise(connection, incident, row.day, day))
    of_families = ((one.family, one.kind) for one in since if one.family is not None)
    persons = _reasons((one.unidentified, one.kind) for one in since if one.unidentified is not None)
    gone = {number for number, kinds in persons.items() if "person left" in kinds}
    return Pending(
        row.id,
        (),
        {number: kinds for number, kinds in persons.items() if number not in gone},
        _reasons(chain(of_families, by_date)),
        len(gone),
    )


def changes_of(
    connection: Connection, incident: int, *, person: int, family: int, after: int, until: int | None = None
) -> tuple[str, ...]:
    """The kinds of changes that touched a person or a family, by their rows, or everybody, behind one change and up to
    another (None: the newest), each once."""
    c = changes.c
    touched = or_(c.unidentified == person, c.family == family, and_(c.unidentified.is_(None), c.family.is_(None)))
    query = select(c.kind).where(c.incident == incident, c.id > after, touched)
    query = query if until is None else query.where(c.id <= until)
    return tuple(dict.fromkeys(connection.scalars(query.order_by(c.id))))


def covered_otherwise(connection: Connection, incident: int, then: dt.date, now: dt.date) -> list[int]:
    """The families with a donor whom a consent covers on one of two days, and not on the other."""
    if then == now:
        return []
    differs = covered_on(then, SCOPE_IDENTIFICATION) != covered_on(now, SCOPE_IDENTIFICATION)
    query = select(members.c.family).select_from(donors.join(members).join(families))
    these = query.where(families.c.incident == incident, donors.c.erased.is_(None), differs)
    return list(connection.scalars(these.distinct().order_by(members.c.family)))


def codes_of(connection: Connection, pending: Pending) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """The reasons by the codes of persons, and by those of families, in the order of codes."""
    named = []
    for table, why in ((unidentified, pending.persons), (families, pending.families)):
        rows = _named(connection, table, sorted(why))
        named.append({code: why[number] for number, code in sorted(rows, key=lambda row: row[1])})
    return named[0], named[1]


def _named(connection: Connection, table: Table, numbers: Sequence[int]) -> Iterator[tuple[int, str]]:
    for start in range(0, len(numbers), _BLOCK):
        some = table.c.id.in_(numbers[start : start + _BLOCK])
        yield from map(tuple, connection.execute(select(table.c.id, table.c.code).where(some)))


def _newest_answer(connection: Connection, incident: int) -> AnyRow | None:
    answered = (runs.c.incident == incident) & runs.c.result.is_not(None)
    newest = select(func.max(runs.c.id)).where(answered).scalar_subquery()
    return connection.execute(select(runs.c.id, runs.c.seen, runs.c.day).where(runs.c.id == newest)).one_or_none()


def _reasons(pairs: Iterable[tuple[int, str]]) -> dict[int, tuple[str, ...]]:
    found: defaultdict[int, dict[str, None]] = defaultdict(dict)
    for number, kind in pairs:
        found[number][kind] = None
    return {number: tuple(kinds) for number, kinds in found.items()}
