"""Families and unidentified persons by their codes: no names, no genotypes."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from antigone.model.incident.consent import SCOPE_IDENTIFICATION, judge_consents
from antigone.model.pedigree import Individual, Pedigree
from antigone.registry.consent.coverage import instruments_of
from antigone.registry.lists.identified import sought_of
from antigone.registry.lists.overview import donors_of, page_of_families, page_of_unidentified
from antigone.registry.store.lookups import AnyRow, consents_of, find_family, find_incident, members_of
from antigone.team.access.session import Session, action
from antigone.team.views import (
    ConsentLine,
    DonorLine,
    FamilyLine,
    FamilyView,
    MissingLine,
    Page,
    UnidentifiedLine,
    line_of,
)


@action("see families")
def list_families(
    session: Session, incident: str, *, search: str = "", identified: bool = False, page: int = 1, size: int = 50
) -> Page[FamilyLine]:
    """Some families of an incident, by code; ``search`` is a part of the code; ``identified`` leaves those with a
    missing person whose identification two persons confirmed.

    Raises
    ------
    RegistryError
        When there is no such incident.
    """
    day = session.registry.today()
    with session.looking() as connection:
        number = find_incident(connection, incident).id
        rows, total = page_of_families(
            connection,
            number,
            search=search,
            identified=identified,
            day=day,
            scope=SCOPE_IDENTIFICATION,
            page=page,
            size=size,
        )
        sought = sought_of(connection, [row.id for row in rows])
    return Page(tuple(_line(row, sought[row.id]) for row in rows), total, page, size)


@action("see families")
def read_family(session: Session, incident: str, family: str) -> FamilyView:
    """A family's declared pedigree, its missing members, and its donors with their consents.

    Raises
    ------
    RegistryError
        When there is no such incident or family.
    """
    with session.reading("see families", {"incident": incident, "family": family}) as connection:
        return family_view(session, connection, incident, family)


@action("see families")
def list_unidentified(
    session: Session, incident: str, *, search: str = "", page: int = 1, size: int = 50
) -> Page[UnidentifiedLine]:
    """Some unidentified persons of an incident, by code; ``search`` is a part of the code.

    Raises
    ------
    RegistryError
        When there is no such incident.
    """
    with session.looking() as connection:
        number = find_incident(connection, incident).id
        rows, total = page_of_unidentified(connection, number, search=search, page=page, size=size)
    lines = [line_of(UnidentifiedLine, row) for row in rows]
    return Page(tuple(lines), total, page, size)


def family_view(session: Session, connection: Connection, incident: str, family: str) -> FamilyView:
    """A family as the registry knows it at this moment."""
    number = find_family(connection, incident, family).id
    kin, given = members_of(connection, number), donors_of(connection, number)
    instruments: defaultdict[int, list[AnyRow]] = defaultdict(list)
    for row in consents_of(connection, sorted({row.id for row in given})):
        instruments[row.donor].append(row)
    return FamilyView(
        incident,
        family,
        pedigree_of(kin),
        tuple(m.code for m in kin if m.missing),
        _donors(given, instruments, session.registry.today()),
        sought_of(connection, [number])[number],
    )


def pedigree_of(kin: Sequence[AnyRow]) -> Pedigree:
    """The declared pedigree of a family's members."""
    return Pedigree(tuple(Individual(m.code, m.sex, m.father, m.mother, m.founder_inbreeding) for m in kin))


def _line(row: AnyRow, sought: tuple[MissingLine, ...]) -> FamilyLine:
    return line_of(
        FamilyLine, row, missing=tuple(one.code for one in sought), donors_without_consent=row.without, sought=sought
    )


def _donors(given: Sequence[AnyRow], instruments: Mapping[int, list[AnyRow]], day: dt.date) -> tuple[DonorLine, ...]:
    by_donor: defaultdict[int, list[AnyRow]] = defaultdict(list)
    for row in given:
        by_donor[row.id].append(row)
    return tuple(_donor(rows, instruments[number], day) for number, rows in by_donor.items())


def _donor(rows: Sequence[AnyRow], instruments: Sequence[AnyRow], day: dt.date) -> DonorLine:
    consents, present = instruments_of(instruments), rows[0].erased is None
    consent, _ = judge_consents(consents, scope=SCOPE_IDENTIFICATION, day=day)
    return DonorLine(
        member=rows[0].member,
        samples=tuple(row.sample for row in rows if row.sample is not None),
        consents=tuple(_consent(row, day) for row in instruments),
        covered=present and consent is not None,
        erased=rows[0].erased,
        withdrew=present and bool(consents) and all(one.is_withdrawn(day) for one in consents),
    )


def _consent(row: AnyRow, day: dt.date) -> ConsentLine:
    (consent,) = instruments_of([row])
    return ConsentLine(
        scope=row.scope,
        reference=consent.reference,
        given=consent.date,
        expires=consent.expires,
        withdrawn=consent.withdrawn,
        attested_by=consent.attested_by,
        active=consent.covers(row.scope, day),
    )
