"""Consent is enforced where data is read: what is not covered is not opened, is counted, and is written down."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from registry_example import AT, DAY, GIVEN, begin, get, of_everything, put, simulated
from sqlalchemy import select

from antigone.casework.incident.prepare import prepare
from antigone.errors import RegistryError
from antigone.model.incident.incident import Consent, Donor, Incident
from antigone.model.profile import Profile
from antigone.registry.audit.chain import verify_audit
from antigone.registry.consent import coverage as consent_layer
from antigone.registry.consent.coverage import judge_consents
from antigone.registry.keys.vault import Vault
from antigone.registry.store.database import snapshot
from antigone.registry.store.schema import CONSENT_SCOPES, audit, consents, profiles, samples
from antigone.registry.typings import reading as typings

DAYS = st.dates(dt.date(2026, 2, 25), dt.date(2026, 3, 5))


@pytest.fixture
def registry(registry_url):
    engine, vault = begin(registry_url)
    yield engine, vault
    engine.dispose()


def rows_of(consent: Consent | None) -> list[Any]:
    """A consent as the database has it: one row for each scope."""
    if consent is None:
        return []
    ends = {"expires": consent.expires, "withdrawn": consent.withdrawn, "attested_by": consent.attested_by}
    return [SimpleNamespace(scope=s, reference=consent.reference, given=consent.date, **ends) for s in consent.scope]


@given(
    st.none()
    | st.builds(
        Consent,
        reference=st.just("C"),
        date=DAYS,
        scope=st.lists(st.sampled_from(CONSENT_SCOPES), min_size=1, unique=True).map(tuple),
        expires=st.none() | DAYS,
        withdrawn=st.none() | DAYS,
    )
)
def test_judge_consents__agrees_with_a_search_over_files(consent):
    """The same answer and the same words, so that both reports read alike."""
    incident = simulated()
    family = incident.families[0]
    one = replace(family, donors=(replace(family.donors[0], consent=consent),))
    prepared = prepare(replace(incident, families=(one,)), today=DAY)
    found, reason = judge_consents(rows_of(consent), scope="identification", day=DAY)
    assert found == (None if prepared.left_out else consent)
    assert dict.fromkeys([reason] if reason else [], 1) == prepared.left_out


def test_judge_consents__a_new_instrument_covers_after_an_old_one_ended():
    old, new = replace(GIVEN, withdrawn=dt.date(2026, 2, 1)), Consent("C-2", dt.date(2026, 2, 10))
    rows = [*rows_of(old), *rows_of(new)]
    assert judge_consents(rows, scope="identification", day=DAY) == (new, "")
    assert judge_consents(rows, scope="court", day=DAY) == (None, "donors whose consent was withdrawn")


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
