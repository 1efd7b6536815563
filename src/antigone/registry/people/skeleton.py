"""An incident as the registry knows it before an import, without anything sealed: what files may add to."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection, select

from antigone.model.incident.incident import Donor, Family, Incident, UnidentifiedPerson
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.profile import NOT_TYPED, Profile
from antigone.registry.models.versions import model_in_force
from antigone.registry.store.schema import donors, families, incidents, members, samples, unidentified


def read_skeleton(connection: Connection, code: str) -> Incident | None:
    """An incident with its model, its pedigrees, and the codes of its persons and samples; None when it is unknown.

    No profile, no consent, and nobody who left: a donor has a sample without genotypes.
    """
    row = connection.execute(select(incidents).where(incidents.c.code == code)).one_or_none()
    if row is None:
        return None
    model = model_in_force(connection, row.id)
    return Incident(
        title=row.title,
        unidentified=_people(connection, row.id),
        families=_families(connection, row.id),
        tables=model.tables,
        settings=model.settings,
        further=model.further,
        title_stated=False,
    )


def _people(connection: Connection, incident: int) -> tuple[UnidentifiedPerson, ...]:
    here = (unidentified.c.incident == incident) & unidentified.c.erased.is_(None)
    rows = connection.execute(select(unidentified).where(here).order_by(unidentified.c.id))
    return tuple(UnidentifiedPerson(r.code, _untyped(r.code), r.sex, r.kind, r.request) for r in rows)


def _families(connection: Connection, incident: int) -> tuple[Family, ...]:
    kin, giving = defaultdict(list), defaultdict(list)
    query = select(members, families.c.code.label("family_code")).select_from(members.join(families))
    for row in connection.execute(query.where(families.c.incident == incident).order_by(members.c.place)):
        kin[row.family_code].append(row)
    given = select(families.c.code, members.c.code, samples.c.code)
    given = given.select_from(samples.join(donors, samples.c.donor == donors.c.id).join(members).join(families))
    here = (families.c.incident == incident) & donors.c.erased.is_(None)
    for family, member, sample in connection.execute(given.where(here).order_by(samples.c.id)):
        giving[family].append(Donor(member, _untyped(sample), None))
    return tuple(
        Family(
            code,
            Pedigree(tuple(Individual(r.code, r.sex, r.father, r.mother, r.founder_inbreeding) for r in rows)),
            tuple(row.code for row in rows if row.missing),
            tuple(giving[code]),
        )
        for code, rows in kin.items()
    )


def _untyped(sample: str) -> Profile:
    return Profile(sample, NOT_TYPED)
