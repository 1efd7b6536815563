"""Counts that are kept: always what counting again shows, and counted again only after a change."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from deciding import confirm, propose
from registry_team import INCIDENT, NOON, agree_on_model, candidate, small_incident

from antigone.errors import Forbidden
from antigone.model.incident.consent import Consent
from antigone.registry.audit.chain import append, audit_head, changes_since
from antigone.registry.store.database import snapshot, transaction
from antigone.team.access.counting import Kept
from antigone.team.incidents.consents import record_consent, withdraw_donor
from antigone.team.incidents.families import read_family
from antigone.team.incidents.importing import import_incident
from antigone.team.overview.status import list_incidents, read_status
from antigone.team.review.candidates import list_candidates, read_candidate
from antigone.team.review.reviewing import comment
from antigone.team.runs.searching import search

EVERYBODY = ("administrator", "registrar", "geneticist", "second geneticist", "reviewer", "coordinator", "auditor")


def counted_again(session):
    """The oracle: the same question to a registry that nothing was asked before."""
    return read_status(replace(session, registry=replace(session.registry, kept=Kept())))


def count_nothing_again(session, monkeypatch):
    """From here on, counting fails."""

    def fail(*_arguments, **_named):
        raise AssertionError("it was counted again")

    for name in ("count_people", "count_donors", "count_states", "last_searches"):
        monkeypatch.setattr(f"antigone.team.overview.status.{name}", fail)
    return read_status(session)


@pytest.mark.slow
def test_status__is_what_counting_again_shows_after_every_action(team):
    def check(what):
        for code in EVERYBODY:
            assert read_status(team[code]) == counted_again(team[code]), (what, code)

    check("nothing")
    import_incident(team["registrar"], INCIDENT, small_incident())
    check("an import")
    agree_on_model(team)
    check("a model that two persons agree on")
    search(team["geneticist"], INCIDENT, seed=1)
    check("a search")
    line = candidate(team, "PM1", "F1")
    propose(team["geneticist"], line.pairing, version=0, reason="all agree", candidate=line.id)
    check("a proposal")
    comment(team["reviewer"], line.pairing, text="looked at")
    confirm(team["reviewer"], line.pairing, version=1, reason="all agree")
    check("a confirmation")
    assert read_status(team["auditor"]).incidents[0].identified == 1
    withdraw_donor(team["coordinator"], INCIDENT, "F2", "FA")
    check("a withdrawal")
    record_consent(team["coordinator"], INCIDENT, "F4", "MO", consent=Consent("C9", NOON.date()))
    check("a consent")


def test_status__nothing_is_counted_again_after_looks(after_search, monkeypatch):
    reviewer = after_search["reviewer"]
    before = read_status(reviewer)
    read_candidate(reviewer, candidate(after_search, "PM1", "F1").id)
    list_candidates(reviewer, INCIDENT)
    read_family(reviewer, INCIDENT, "F1")
    with pytest.raises(Forbidden):
        import_incident(reviewer, INCIDENT, small_incident())
    assert count_nothing_again(reviewer, monkeypatch) == before
    assert list_incidents(reviewer) == before.incidents


@pytest.mark.parametrize("action", ["record consent", "withdraw", "import", "restore", "an action of another version"])
def test_status__is_counted_again_after_any_action_that_is_no_look(after_search, monkeypatch, action):
    """Also when another process did it, of whom nothing is known but the line."""
    reviewer = after_search["reviewer"]
    read_status(reviewer)
    with transaction(reviewer.registry.engine) as connection:
        append(connection, at=reviewer.registry.now(), actor="other", action=action, purpose="test", subject="{}")
    with pytest.raises(AssertionError, match="counted again"):
        count_nothing_again(reviewer, monkeypatch)


def test_status__is_counted_again_on_another_day_because_a_consent_may_have_ended(after_search, monkeypatch):
    reviewer = after_search["reviewer"]
    read_status(reviewer)
    tomorrow = replace(reviewer.registry, clock=lambda: NOON + dt.timedelta(1))
    with pytest.raises(AssertionError, match="counted again"):
        count_nothing_again(replace(reviewer, registry=tomorrow), monkeypatch)


def test_changes_since__looks_only_at_later_lines(after_search):
    engine = after_search["reviewer"].registry.engine
    with transaction(engine) as connection:
        head = append(connection, at="2026", actor="A", action="import", purpose="p", subject="{}")
        append(connection, at="2026", actor="A", action="see family", purpose="p", subject="{}")
        assert changes_since(connection, head.number - 1, leave_alone=("see %",))
        assert not changes_since(connection, head.number, leave_alone=("see %",))
        assert changes_since(connection, head.number, leave_alone=("search",))
    with snapshot(engine) as connection:
        assert not changes_since(connection, audit_head(connection).number, leave_alone=())
