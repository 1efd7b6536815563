"""The consent rule: one for files and for a registry, with one reason for each refusal."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antigone.model.incident.consent import Consent, judge_consents
from antigone.model.statements import names
from antigone.model.statements.statement import Form
from antigone.registry.store.schema import CONSENT_SCOPES

DAY = dt.date(2026, 3, 1)
BEFORE, AFTER = DAY - dt.timedelta(days=1), DAY + dt.timedelta(days=1)
GIVEN = Consent("C-1", dt.date(2026, 1, 5), ("identification", "court"))
DAYS = st.dates(DAY - dt.timedelta(days=4), DAY + dt.timedelta(days=4))
CONSENTS = st.builds(
    Consent,
    reference=st.just("C"),
    date=DAYS,
    scope=st.lists(st.sampled_from(("identification", "court", "sharing")), unique=True).map(tuple),
    expires=st.none() | DAYS,
    withdrawn=st.none() | DAYS,
)

WITHDRAWN = "donors whose consent was withdrawn"
EXPIRED = "donors whose consent has expired"
OTHER_SCOPE = "donors whose consent does not cover identification"
TOO_LATE = "donors whose consent is dated after the search"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, ""),
        ({"date": DAY}, ""),
        ({"expires": AFTER, "withdrawn": AFTER}, ""),
        ({"withdrawn": DAY}, WITHDRAWN),
        ({"expires": DAY}, EXPIRED),
        ({"scope": ("court",)}, OTHER_SCOPE),
        ({"date": AFTER}, TOO_LATE),
        ({"withdrawn": BEFORE, "expires": BEFORE, "scope": ("court",), "date": AFTER}, WITHDRAWN),
        ({"expires": BEFORE, "scope": ("court",), "date": AFTER}, EXPIRED),
        ({"scope": ("court",), "date": AFTER}, OTHER_SCOPE),
        ({"withdrawn": AFTER, "expires": DAY}, EXPIRED),
    ],
)
def test_why_not__names_the_first_reason(change, reason):
    assert replace(GIVEN, **change).why_not("identification", DAY) == reason


@given(CONSENTS, st.sampled_from(("identification", "court", "sharing")))
def test_covers__is_the_scope_on_the_days_from_its_date_to_the_day_before_its_end(consent, scope):
    ends = [day for day in (consent.expires, consent.withdrawn) if day is not None]
    assert consent.covers(scope, DAY) == (scope in consent.scope and consent.date <= DAY < min([*ends, dt.date.max]))


def test_judge_consents__without_any():
    assert judge_consents([], scope="court", day=DAY) == (None, "donors without a consent")


def test_judge_consents__a_new_instrument_covers_after_an_old_one_ended():
    old, new = replace(GIVEN, withdrawn=dt.date(2026, 2, 1)), Consent("C-2", dt.date(2026, 2, 10))
    assert judge_consents([old, new], scope="identification", day=DAY) == (new, "")
    assert judge_consents([old, new], scope="court", day=DAY) == (None, WITHDRAWN)


def test_judge_consents__an_old_instrument_covers_when_the_new_one_does_not():
    new = replace(GIVEN, reference="C-2", expires=DAY)
    assert judge_consents([GIVEN, new], scope="court", day=DAY) == (GIVEN, "")
    assert judge_consents([GIVEN, new], scope="sharing", day=DAY) == (None, EXPIRED)


@given(st.lists(CONSENTS, max_size=4))
def test_judge_consents__finds_one_that_covers_when_there_is_one(consents):
    consent, reason = judge_consents(consents, scope="court", day=DAY)
    assert (consent is None) == (not any(one.covers("court", DAY) for one in consents)) == bool(reason)
    assert consent is None or (consent in consents and consent.covers("court", DAY))


@pytest.mark.parametrize("scope", CONSENT_SCOPES)
def test_why_not__is_the_code_of_a_statement_for_every_scope(scope):
    """And so it is said in every language."""
    reasons = {Consent("C", DAY, scope=(), withdrawn=day).why_not(scope, DAY) for day in (None, BEFORE)}
    assert reasons <= {one.code for one in vars(names).values() if isinstance(one, Form)}
