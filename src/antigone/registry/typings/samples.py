"""A sample and its typings as rows: where each came from and what became of it. Nothing sealed is read here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from antigone.errors import RegistryError
from antigone.registry.store.lookups import AnyRow, by_incident, find_incident
from antigone.registry.store.schema import (
    conflicts,
    donors,
    families,
    members,
    profiles,
    samples,
    typings,
    unidentified,
    users,
)
from antigone.registry.typings.saving import Owner


@dataclass(frozen=True)
class OwnedSample:
    """A sample, whose it is, and the incident; ``person`` is the row of the donor or unidentified person, ``key`` that
    of their data key; ``family`` the row of a donor's family."""

    id: int
    code: str
    incident: int
    owner: Owner
    person: int
    key: int
    family: int | None


def find_sample(connection: Connection, incident: str, code: str) -> OwnedSample:
    """A sample of somebody who has not left.

    Raises
    ------
    RegistryError
        When there is none.
    """
    number = find_incident(connection, incident).id
    joined = samples.outerjoin(donors, samples.c.donor == donors.c.id)
    joined = joined.outerjoin(unidentified, samples.c.unidentified == unidentified.c.id)
    joined = joined.outerjoin(members, donors.c.member == members.c.id)
    key = func.coalesce(donors.c.key, unidentified.c.key).label("key")
    query = select(samples, key, members.c.family).select_from(joined)
    row = connection.execute(query.where(samples.c.incident == number, samples.c.code == code)).one_or_none()
    if row is None or row.key is None:
        found = "has no sample" if row is None else "has only what is left of sample"
        raise RegistryError(f"incident '{incident}' {found} '{code}'; see the lists of donors and unidentified persons")
    owner: Owner = "unidentified" if row.donor is None else "donor"
    return OwnedSample(row.id, code, number, owner, row.unidentified or row.donor, row.key, row.family)


def typings_of(connection: Connection, sample: OwnedSample) -> Sequence[AnyRow]:
    """All typings of the person whose sample it is, the oldest first."""
    brought, ended = users.alias(), users.alias()
    columns = (
        *(profiles.c.id, profiles.c.added, samples.c.code.label("sample"), typings.c.kit, typings.c.replicate),
        *(func.coalesce(typings.c.state, "valid").label("state"), typings.c.corrects, typings.c.ended),
        *(typings.c.reason, brought.c.code.label("imported_by"), ended.c.code.label("ended_by")),
    )
    joined = profiles.join(samples, profiles.c.sample == samples.c.id)
    joined = joined.outerjoin(typings, typings.c.profile == profiles.c.id)
    joined = joined.outerjoin(brought, typings.c.imported_by == brought.c.id)
    joined = joined.outerjoin(ended, typings.c.ended_by == ended.c.id)
    mine = samples.c[sample.owner] == sample.person
    return connection.execute(select(*columns).select_from(joined).where(mine).order_by(profiles.c.id)).all()


def conflicts_of(connection: Connection, sample: OwnedSample) -> Sequence[AnyRow]:
    """The conflicts of the person whose sample it is, the newest of each marker last."""
    query = select(conflicts, users.c.code.label("closed_by_code")).select_from(
        conflicts.join(samples, conflicts.c.sample == samples.c.id).outerjoin(
            users, conflicts.c.closed_by == users.c.id
        )
    )
    return connection.execute(query.where(samples.c[sample.owner] == sample.person).order_by(conflicts.c.id)).all()


def open_conflicts(connection: Connection, incident: int, *, page: int, size: int) -> tuple[Sequence[AnyRow], int]:
    """The samples with open conflicts, those that wait longest first: code, family, markers, since; and how many."""
    here = samples.c.incident == incident, conflicts.c.closed.is_(None)
    joined = conflicts.join(samples, conflicts.c.sample == samples.c.id)
    joined = joined.outerjoin(donors, samples.c.donor == donors.c.id)
    joined = joined.outerjoin(members, donors.c.member == members.c.id)
    joined = joined.outerjoin(families, members.c.family == families.c.id)
    since = func.min(conflicts.c.opened).label("since")
    query = select(samples.c.id, samples.c.code, families.c.code.label("family"), func.count().label("markers"), since)
    query = query.select_from(joined).where(*here).group_by(samples.c.id, samples.c.code, families.c.code)
    total = connection.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = connection.execute(query.order_by(since, samples.c.code).offset((page - 1) * size).limit(size)).all()
    return rows, total


def samples_in_conflict(connection: Connection) -> dict[int, int]:
    """How many samples of each incident have open conflicts."""
    joined = conflicts.join(samples, conflicts.c.sample == samples.c.id)
    query = select(samples.c.incident, func.count(samples.c.id.distinct())).select_from(joined)
    return by_incident(connection, query.where(conflicts.c.closed.is_(None)).group_by(samples.c.incident))


def markers_in_conflict(connection: Connection, sample: int) -> tuple[str, ...]:
    """The markers of a sample's open conflicts."""
    query = select(conflicts.c.marker).where(conflicts.c.sample == sample, conflicts.c.closed.is_(None))
    return tuple(connection.scalars(query.order_by(conflicts.c.marker)))
