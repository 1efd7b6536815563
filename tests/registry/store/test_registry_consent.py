"""Consent is enforced where data is read: what is not covered is not opened, is counted, and is written down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from registry_example import AT, GIVEN, begin, get, of_everything, put, simulated
from sqlalchemy import Connection, delete, insert, select

from antigone.errors import RegistryError
from antigone.model.incident.consent import Consent
from antigone.model.incident.incident import Donor, Incident
from antigone.model.profile import Profile
from antigone.registry.audit.chain import verify_audit
from antigone.registry.consent import coverage as consent_layer
from antigone.registry.consent.coverage import instruments_of
from antigone.registry.keys.vault import Vault
from antigone.registry.store.database import snapshot
from antigone.registry.store.lookups import consents_of, covered_on, stands_on
from antigone.registry.store.schema import CONSENT_SCOPES, audit, consents, donors, profiles, samples
from antigone.registry.typings import reading as typings

DAYS = st.dates(dt.date(2026, 2, 25), dt.date(2026, 3, 5))


@pytest.fixture
def registry(registry_url):
    engine, vault = begin(registry_url)
    yield engine, vault
    engine.dispose()


CONSENTS = st.builds(
    Consent,
    reference=st.sampled_from(("C-1", "C-2", "C-3")),
    date=DAYS,
    scope=st.lists(st.sampled_from(CONSENT_SCOPES), min_size=1, unique=True).map(tuple),
    expires=st.none() | DAYS,
    withdrawn=st.none() | DAYS,
)
SEVERAL = st.lists(CONSENTS, max_size=4, unique_by=lambda one: (one.reference, one.date))


def rows_of(consent: Consent) -> list[dict[str, Any]]:
    """A consent as the database has it: one row for each scope."""
    ends = {"expires": consent.expires, "withdrawn": consent.withdrawn, "attested_by": consent.attested_by}
    return [{"scope": s, "reference": consent.reference, "given": consent.date, **ends} for s in consent.scope]


@pytest.fixture
def donor(registry) -> Iterator[tuple[Connection, int]]:
    """An open transaction, and the row of a donor."""
    put(registry, of_everything())
    with registry[0].connect() as connection:
        yield connection, connection.scalars(select(donors.c.id)).first()


def give(donor: tuple[Connection, int], given: Sequence[Consent]) -> None:
    """Make these the only consents of the donor."""
    connection, number = donor
    connection.execute(delete(consents).where(consents.c.donor == number))
    rows = [row | {"donor": number} for consent in given for row in rows_of(consent)]
    if rows:
        connection.execute(insert(consents), rows)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given=SEVERAL, day=DAYS, scope=st.sampled_from(CONSENT_SCOPES))
def test_covered_on__is_the_rule_of_the_model_in_sql(donor, given, day, scope):
    connection, number = donor
    give(donor, given)
    in_sql = connection.scalar(select(covered_on(day, scope)).select_from(donors).where(donors.c.id == number))
    assert bool(in_sql) == any(one.covers(scope, day) for one in given)
    standing = connection.scalars(select(consents.c.scope).where(consents.c.donor == number, stands_on(day))).all()
    assert sorted(standing) == sorted(s for one in given if not one.is_withdrawn(day) for s in one.scope)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given=SEVERAL)
def test_instruments_of__are_the_consents_whose_rows_they_are(donor, given):
    connection, number = donor
    give(donor, given)
    assert instruments_of(consents_of(connection, [number])) == given


def test_read_incident__each_scope_has_its_own_donors(registry):
    incident = of_everything()
    (family,) = incident.families
    father, sister = family.donors
    only_court = replace(sister, consent=replace(GIVEN, scope=("court",)))
    put(registry, replace(incident, families=(replace(family, donors=(father, only_court)),)))
    for scope, members, refused in (
        ("identification", ["FA"], {"donors whose consent does not cover identification": 1}),
        ("court", ["FA", "SI"], {}),
        ("sharing", [], {"donors whose consent does not cover sharing": 2}),
    ):
        covered = get(registry, scope=scope)
        assert [d.member for d in covered.incident.families[0].donors] == members
        assert covered.refused == refused
        assert covered.refused_by_family == ({"F1": sum(refused.values())} if refused else {})


def test_read_incident__what_is_not_covered_is_not_even_opened(registry, monkeypatch):
    engine, vault = registry
    incident = of_everything()
    put((engine, vault), incident)
    with snapshot(engine) as connection:
        asked = select(profiles.c.id).select_from(profiles.join(samples)).where(samples.c.code == "F-SI")
        number = connection.scalar(asked)
    opened, unseal = [], Vault.unseal

    def watched(key, sealed, *, context):
        opened.append(context)
        return unseal(key, sealed, context=context)

    monkeypatch.setattr(Vault, "unseal", staticmethod(watched))
    get((engine, vault), day=dt.date(2031, 1, 1))
    assert opened
    assert f"profiles:{number}" not in opened
    get((engine, vault))
    assert f"profiles:{number}" in opened


def test_read_incident__haplotypes_of_who_is_not_covered_are_not_there(registry):
    incident = of_everything()
    (family,) = incident.families
    nobody = tuple(replace(donor, consent=None) for donor in family.donors)
    put(registry, replace(incident, families=(replace(family, donors=nobody),)))
    covered = get(registry)
    assert set(covered.incident.further.y) == {"PM1"}
    assert covered.refused == {"donors without a consent": 2}


def test_read_incident__access_and_every_refusal_are_in_the_audit(registry):
    put(registry, of_everything())
    get(registry, day=dt.date(2031, 1, 1))
    with snapshot(registry[0]) as connection:
        line = connection.execute(select(audit)).one()
        assert verify_audit(connection).number == 1
    assert (line.actor, line.action, line.purpose, line.at) == ("U1", "read profiles", "to find the missing", AT)
    assert line.subject == (
        "incident I1, for identification: 3 unidentified, 1 donors; refused 1 donors whose consent has expired: F-SI"
    )


def test_read_incident__of_no_such_code_is_refused(registry):
    with pytest.raises(RegistryError, match="no incident 'I9'"):
        get(registry, "I9")


def test_read_incident__reads_in_blocks(registry, monkeypatch):
    incident = simulated()
    put(registry, incident)
    whole, sizes = get(registry).incident, []

    def watched(connection, vault, owner, wanted, unpacker):
        sizes.append(len(wanted))
        return typings.read_typed(connection, vault, owner, wanted, unpacker)

    monkeypatch.setattr(consent_layer, "BLOCK", 3)
    monkeypatch.setattr(consent_layer, "read_typed", watched)
    assert get(registry).incident == whole
    assert max(sizes) == 3


def test_read_incident__two_incidents_stay_apart(registry):
    put(registry, of_everything(), "I1")
    other: Incident = simulated()
    put(registry, other, "I2")
    assert {p.code for p in get(registry, "I2").incident.unidentified} == {p.code for p in other.unidentified}
    assert len(get(registry, "I1").incident.unidentified) == 3
    assert Donor("FA", Profile("F-FA", {"M0": ("10", "11"), "M1": ("12", None)}), GIVEN) in (
        get(registry, "I1").incident.families[0].donors
    )
    with snapshot(registry[0]) as connection:
        assert set(connection.scalars(select(consents.c.scope))) <= set(CONSENT_SCOPES)
