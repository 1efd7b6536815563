"""What a team does with its registry: people and consents come in, a search reads what they cover."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from itertools import product

import pytest
from deciding import propose
from registry_team import IDENTIFY, INCIDENT, NOON, audit, candidate, small_incident, typed
from theta_limits import forget_plans, lower_limits

from antigone.errors import (
    Cancelled,
    Conflict,
    ConsentError,
    Forbidden,
    InputError,
    RegistryError,
)
from antigone.model.incident.consent import SCOPE_IDENTIFICATION, Consent
from antigone.model.incident.incident import Donor, Family, Incident, UnidentifiedPerson
from antigone.model.pedigree import Pedigree
from antigone.model.review import ORDERS, TO_COMPUTE_AGAIN
from antigone.registry.consent.coverage import covered_donors
from antigone.registry.lists.overview import count_donors
from antigone.registry.store.database import snapshot
from antigone.registry.store.lookups import find_incident
from antigone.report.words.statements import say_all
from antigone.team.access.roles import ROLES
from antigone.team.incidents.consents import record_consent, withdraw_donor
from antigone.team.incidents.custody import list_custody, record_custody
from antigone.team.incidents.families import list_families, list_unidentified, read_family
from antigone.team.incidents.importing import Imported, import_incident
from antigone.team.keeping.auditing import read_audit
from antigone.team.overview.status import read_status
from antigone.team.review.candidates import expert_material, list_candidates, neighbours_of, read_candidate
from antigone.team.runs.searching import cancel_search, findings, list_runs, read_run, search
from antigone.team.views import CandidateChoice, Left, Waiting

WITH_A_BROTHER = Pedigree.of(
    ("FA", "male"), ("MO", "female"), ("MP", "unknown", "FA", "MO"), ("SI", "female", "FA", "MO"),
    ("BR", "male", "FA", "MO"),
)  # fmt: skip
PARENTS_OF_TWO = (
    ("FA", "male"), ("MO", "female"), ("MP", "unknown", "FA", "MO"), ("MP2", "unknown", "FA", "MO"),
)  # fmt: skip

# Whose day it is


@pytest.mark.parametrize(("hours", "day"), [(13, 24), (0, 23), (-8, 22)], ids=["Auckland", "UTC", "west"])
def test_day__is_that_of_the_place_where_the_registry_is(hours, day, team):
    """The evening in UTC is the next morning in Auckland; the early morning in UTC the evening before in the west."""
    team.clock.now = NOON.replace(hour=20 if hours > 0 else 6)
    there = replace(team.registry, zone=dt.timezone(dt.timedelta(hours=hours)))
    assert there.today() == dt.date(2026, 11, day)
    assert there.now() == team.registry.now()
    assert there.now().endswith("+00:00")


def test_consent__of_this_morning_in_auckland_is_active_there(team_at_work):
    """09:00 of 24 November in Auckland is the evening of the 23rd in UTC."""
    team_at_work.clock.now = dt.datetime(2026, 11, 23, 20, tzinfo=dt.UTC)
    registry = replace(team_at_work.registry, zone=dt.timezone(dt.timedelta(hours=13)))
    registrar = replace(team_at_work["registrar"], registry=registry)
    view = record_consent(registrar, INCIDENT, "F4", "MO", consent=Consent("C-now", dt.date(2026, 11, 24)))
    assert [donor.covered for donor in view.donors if donor.member == "MO"] == [True]


# What comes in


@pytest.mark.slow
def test_import__says_what_is_new(team):
    first = import_incident(team["registrar"], INCIDENT, small_incident())
    assert first.model
    assert replace(first, model=()) == Imported(
        unidentified=6, families=4, members=13, donors=9, consents=13, profiles=15, models=1
    )
    assert import_incident(team["registrar"], INCIDENT, small_incident()) == Imported()


def test_import__a_code_is_no_sentence(team):
    with pytest.raises(InputError, match="such as 'a-ferry'"):
        import_incident(team["registrar"], "a ferry", small_incident())


def test_families__are_shown_by_code_with_their_consents(team_at_work):
    page = list_families(team_at_work["coordinator"], INCIDENT, search="f", page=2, size=3)
    assert [(f.code, f.members, f.missing, f.donors, f.donors_without_consent) for f in page.rows] == [
        ("F4", 3, ("MP",), 2, 2)
    ]
    assert page.total == 4
    family = read_family(team_at_work["coordinator"], INCIDENT, "F4")
    assert [(d.member, d.samples, d.covered) for d in family.donors] == [
        ("FA", ("F4-FA",), False), ("MO", ("F4-MO",), False)
    ]  # fmt: skip
    assert family.pedigree == small_incident().families[3].pedigree
    assert ("coordinator", "see families") in audit(team_at_work)


def test_families__a_part_of_a_code_is_no_pattern(team_at_work):
    assert list_families(team_at_work["coordinator"], INCIDENT, search="%").total == 0


def test_unidentified__are_listed_with_their_typings(team_at_work):
    page = list_unidentified(team_at_work["coordinator"], INCIDENT)
    assert [(p.code, p.kind, p.typings) for p in page.rows][:2] == [("LS1", "living", 1), ("PM1", "remains", 1)]
    assert page.total == 6


@pytest.mark.parametrize("days", [0, 100, 300, 400])
def test_status__counts_the_donors_that_a_search_would_refuse(days, team_at_work):
    day = NOON.date() - dt.timedelta(days)
    with snapshot(team_at_work.registry.engine) as connection:
        number = find_incident(connection, INCIDENT).id
        refused = covered_donors(connection, number, scope=SCOPE_IDENTIFICATION, day=day).refused
        counted = count_donors(connection, day=day, scope=SCOPE_IDENTIFICATION)
    assert counted == {number: (9, len(refused))}


@pytest.mark.slow
def test_status__tells_the_missing_from_the_families(team):
    (of_two,) = small_incident().families[2:3]
    incident = replace(small_incident(), families=(replace(of_two, missing=("MP", "BR"), pedigree=WITH_A_BROTHER),))
    import_incident(team["registrar"], INCIDENT, incident)
    (counts,) = read_status(team["auditor"]).incidents
    assert (counts.unidentified, counts.living, counts.missing, counts.families, counts.donors) == (6, 1, 2, 1, 3)


def test_status__says_what_waits_for_whom(after_search):
    line = candidate(after_search, "PM1", "F1")
    propose(after_search["geneticist"], line.pairing, version=0, reason="all agree", candidate=line.id)
    reviewer, first, second = (
        read_status(after_search[code]) for code in ("reviewer", "geneticist", "second geneticist")
    )
    proposed = Waiting("proposed", INCIDENT, 1)
    assert proposed in reviewer.waiting
    assert proposed in second.waiting
    assert proposed not in first.waiting  # who proposed does not confirm
    assert [(t.family, t.what, t.who) for t in second.tasks] == [("F4", "ask for consent", ("FA", "MO"))]
    assert reviewer.tasks == (), "who has no part in what waits for families is not told what they are asked for"
    for role in ("administrator", "auditor"):
        status = read_status(after_search[role])
        assert (status.tasks, status.weak, status.waiting, status.running) == ((), (), (), ())
        assert status.incidents[0].donors == 9


def test_status__names_every_family_that_nobody_of_gave_a_sample(team):
    """More than a page shows: whoever shows fewer counts the others."""
    one = small_incident()
    bare = tuple(replace(one.families[3], code=f"B{n:03}", donors=()) for n in range(250))
    import_incident(team["registrar"], INCIDENT, replace(one, families=bare))
    assert len({task.family for task in read_status(team["coordinator"]).tasks}) == 250


@pytest.mark.slow
def test_status__says_who_is_to_be_erased_because_the_files_say_they_withdrew(team):
    withdrawn = Consent("C", dt.date(2026, 1, 5), withdrawn=dt.date(2026, 11, 1))
    import_incident(team["registrar"], INCIDENT, small_incident(second=withdrawn))
    tasks = [(t.family, t.what, t.since, t.who) for t in read_status(team["coordinator"]).tasks if t.family == "F2"]
    assert tasks == [("F2", "erase who withdrew", dt.date(2026, 11, 1), ("FA",))], "nobody asks again who said no"
    to_erase = Waiting("donor to be erased", INCIDENT, 1)
    assert [d.withdrew for d in read_family(team["registrar"], INCIDENT, "F2").donors] == [True, False]
    assert {role for role in ROLES if to_erase in read_status(team[role]).waiting} == {"registrar", "coordinator"}
    withdraw_donor(team["coordinator"], INCIDENT, "F2", "FA")
    after = read_status(team["coordinator"])
    assert "erase who withdrew" not in {task.what for task in after.tasks}
    assert to_erase not in after.waiting
    assert not any(d.withdrew for d in read_family(team["registrar"], INCIDENT, "F2").donors)


def test_custody__grows_and_is_read(team_at_work):
    record_custody(team_at_work["registrar"], INCIDENT, "PM1", event="sent to the laboratory", holder="LAB2")
    chain = list_custody(team_at_work["reviewer"], INCIDENT, "PM1")
    assert [(one.holder, one.recorded_by) for one in chain] == [("registrar", "registrar"), ("LAB2", "registrar")]
    with pytest.raises(InputError, match="without event or holder"):
        record_custody(team_at_work["registrar"], INCIDENT, "PM1", event=" ", holder="LAB2")
    later = NOON + dt.timedelta(days=1)
    with pytest.raises(InputError, match="in the future"):
        record_custody(team_at_work["registrar"], INCIDENT, "PM1", event="sent", holder="LAB2", at=later)
    with pytest.raises(RegistryError, match="no sample 'X'"):
        list_custody(team_at_work["reviewer"], INCIDENT, "X")


# Consent


@pytest.mark.slow
def test_record_consent__opens_a_family_to_the_search(team_at_work):
    new = Consent("C-2", dt.date(2026, 10, 1), ("identification", "court"))
    family = record_consent(team_at_work["coordinator"], INCIDENT, "F4", "FA", consent=new)
    assert [donor.covered for donor in family.donors] == [True, False]
    run = search(team_at_work["geneticist"], INCIDENT)
    assert run.line.left_out == {"donors without a consent": 1}
    with pytest.raises(Conflict, match="has this instrument"):
        record_consent(team_at_work["coordinator"], INCIDENT, "F4", "FA", consent=new)


@pytest.mark.parametrize(
    "consent",
    [
        Consent("C-2", dt.date(2026, 10, 1), ()),
        Consent("C-2", dt.date(2026, 10, 1), ("research",)),
        Consent(" ", dt.date(2026, 10, 1)),
        Consent("C-2", dt.date(2026, 10, 1), expires=dt.date(2026, 10, 1)),
    ],
)
def test_record_consent__refuses_what_is_none(consent, team_at_work):
    with pytest.raises(InputError, match="a consent"):
        record_consent(team_at_work["coordinator"], INCIDENT, "F4", "FA", consent=consent)


def test_search__reads_what_consent_covers_and_counts_the_rest(after_search):
    run = read_run(after_search["reviewer"], 1, whole=True)
    assert run.line.left_out == {"donors whose consent has expired": 1, "donors without a consent": 1}
    assert run.result is not None
    assert run.result.left_out == run.line.left_out
    assert {f.family: f.donors_without_consent for f in run.result.families} == {"F1": 0, "F2": 0, "F3": 0, "F4": 2}
    assert run.result.provenance.command == "antigone registry search --incident ferry --seed 1"
    page = list_candidates(after_search["reviewer"], INCIDENT)
    assert {(c.unidentified, c.family) for c in page.rows} == {
        ("PM1", "F1"),
        ("PM2", "F2"),
        ("PM3", "F2"),
        ("PM4", "F3"),
    }
    assert page.run == 1
    assert [line.id for line in list_runs(after_search["reviewer"]).rows] == [1]
    refused = [line.subject for line in read_audit(after_search["auditor"], action="read profiles").rows]
    assert "F4-FA" in refused[0]
    assert "F4-MO" in refused[0]


@pytest.mark.slow
def test_search__does_not_report_what_was_withdrawn_meanwhile(team_at_work):
    left: list[Left] = []

    def progress(_step: str, _done: int, _of: int) -> None:
        if not left:
            left.append(withdraw_donor(team_at_work["registrar"], INCIDENT, "F1", "FA"))

    run = search(team_at_work["geneticist"], INCIDENT, progress=progress)
    assert left
    found = list_candidates(team_at_work["reviewer"], INCIDENT, run=run.line.id).rows
    assert {c.family for c in found} == {"F2", "F3"}
    assert run.line.state == TO_COMPUTE_AGAIN
    assert sum(count for reason, count in run.line.left_out.items() if "somebody left" in reason) == 1
    last = read_audit(team_at_work["auditor"], action="search").rows[0]
    assert json.loads(last.subject)["withheld"] == 1


def test_search__cancelled_keeps_the_run_without_an_answer(team_at_work, monkeypatch):
    monkeypatch.setattr("antigone.team.runs.searching.SECONDS_BETWEEN_LOOKS", 0.0)
    with pytest.raises(Cancelled, match="run 1 was cancelled"):
        search(team_at_work["geneticist"], INCIDENT, cancelled=lambda: True)
    run = read_run(team_at_work["reviewer"], 1)
    assert (run.line.state, run.result) == ("cancelled", None)


def test_search__another_process_cancels_it(team_at_work, monkeypatch):
    monkeypatch.setattr("antigone.team.runs.searching.SECONDS_BETWEEN_LOOKS", 0.0)

    def cancel(run: int) -> None:
        cancel_search(team_at_work["second geneticist"], run)

    with pytest.raises(Cancelled):
        search(
            team_at_work["geneticist"],
            INCIDENT,
            started=cancel,
        )
    with pytest.raises(Conflict, match="is cancelled, expected running"):
        cancel_search(team_at_work["geneticist"], 1)


def test_search__that_fails_is_kept_as_failed(team_at_work, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("antigone.team.runs.searching.search_incident", fail)
    with pytest.raises(ZeroDivisionError):
        search(team_at_work["geneticist"], INCIDENT)
    assert list_runs(team_at_work["reviewer"]).rows[0].state == "failed"


def test_findings__are_for_the_geneticist_who_ran_the_search(after_search):
    (found,) = findings(after_search["geneticist"], 1)
    assert (found.family, found.member, found.sample) == ("F3", "SI", "F3-SI")
    with pytest.raises(Forbidden, match="who started it"):
        findings(after_search["second geneticist"], 1)
    assert ("second geneticist", "see findings") in audit(after_search)


def test_findings__stand_nowhere_else(after_search):
    line = candidate(after_search, "PM4", "F3")
    shown = [
        read_candidate(after_search["reviewer"], line.id),
        read_run(after_search["reviewer"], 1),
        read_status(after_search["reviewer"]),
        list_candidates(after_search["reviewer"], INCIDENT),
        read_audit(after_search["auditor"], size=1000).rows,
    ]
    text_of_all = repr(shown)
    assert "PM4" in text_of_all
    assert not any(word in text_of_all for word in ("log10_fit", "not fit", "Finding("))


def test_candidates__are_sorted_filtered_and_paged(after_search):
    reviewer = after_search["reviewer"]
    everything = list_candidates(reviewer, INCIDENT).rows
    by_code = list_candidates(reviewer, INCIDENT, order="unidentified", descending=True, page=2, size=1)
    assert [row.unidentified for row in by_code.rows] == ["PM3"]
    assert by_code.total == 4
    assert [row.rank for row in everything] == [1, 2, 3, 4]
    assert list_candidates(reviewer, INCIDENT, state="confirmed").total == 0


def test_candidates__any_code_is_found_by_a_part_of_it_in_any_case(after_search):
    reviewer = after_search["reviewer"]

    def found(**limits):
        rows = list_candidates(reviewer, INCIDENT, **limits).rows
        return {(row.unidentified, row.family) for row in rows}

    everything = found()
    assert found(code="pm2", whole=False) == {("PM2", "F2")}
    assert found(code="f2", whole=False) == {pair for pair in everything if pair[1] == "F2"}
    assert found(code="mp", whole=False) == found(family="f", unidentified="m", whole=False) == everything
    assert found(code="F2") == found(family="F2")
    assert found(code="f2") == found(code="%", whole=False) == set()


def test_neighbours__are_those_of_the_list(after_search):
    reviewer = after_search["reviewer"]
    for state, order, descending in product(("", "open"), ORDERS, (False, True)):
        choice = CandidateChoice(state=state, order=order, descending=descending)
        listed = [row.id for row in list_candidates(reviewer, INCIDENT, **vars(choice)).rows]
        found = [neighbours_of(reviewer, INCIDENT, number, choice) for number in listed]
        assert len(listed) == 4
        assert found == list(zip([None, *listed], [*listed[1:], None], strict=False))
    assert neighbours_of(reviewer, INCIDENT, listed[0], replace(choice, code="F9")) == (None, None)


@pytest.mark.slow
def test_candidates__that_wait_are_found_whatever_search_raised_them(after_search):
    """Proposed, then both donors left and a newer search does not raise it: somebody must return or reject it."""
    reviewer, line = after_search["reviewer"], candidate(after_search, "PM1", "F1")
    propose(after_search["geneticist"], line.pairing, version=0, reason="it fits", candidate=line.id)
    for member in ("FA", "MO"):
        withdraw_donor(after_search["registrar"], INCIDENT, "F1", member)
    search(after_search["geneticist"], INCIDENT)
    assert read_status(reviewer).waiting == (Waiting("proposed", INCIDENT, 1),)
    page = list_candidates(reviewer, INCIDENT, state="proposed")
    assert [(row.id, row.run, row.stale) for row in page.rows] == [(line.id, line.run, True)]
    assert (page.total, page.every_run) == (1, True)
    assert list_candidates(reviewer, INCIDENT, state="proposed", run=2).rows == ()
    assert "PM1" not in {row.unidentified for row in list_candidates(reviewer, INCIDENT).rows}


@pytest.mark.slow
def test_candidates__of_a_state_are_the_newest_of_each_pairing(after_search):
    search(after_search["geneticist"], INCIDENT)
    reviewer = after_search["reviewer"]
    newest = list_candidates(reviewer, INCIDENT).rows
    page = list_candidates(reviewer, INCIDENT, state="open", order="unidentified", size=3)
    assert [row.unidentified for row in page.rows] == ["PM1", "PM2", "PM3"]
    assert (page.total, {row.run for row in page.rows}) == (len(newest), {2})
    last = list_candidates(reviewer, INCIDENT, state="open", order="unidentified", size=3, page=2)
    assert [row.unidentified for row in last.rows] == ["PM4"]
    [mine] = list_candidates(reviewer, INCIDENT, state="open", family="F1").rows
    assert mine == next(row for row in newest if row.family == "F1")


@pytest.mark.parametrize("order", ORDERS)
def test_candidates__of_a_state_are_those_of_the_only_search(order, after_search):
    reviewer = after_search["reviewer"]
    for state in ("open", "proposed"):
        every = list_candidates(reviewer, INCIDENT, state=state, order=order, descending=True)
        only = list_candidates(reviewer, INCIDENT, state=state, order=order, descending=True, run=1)
        assert (every.rows, every.total) == (only.rows, only.total)


def test_candidate__is_shown_in_full_with_its_alternatives(after_search):
    line = candidate(after_search, "PM2", "F2")
    view = read_candidate(after_search["reviewer"], line.id)
    assert view.candidate is not None
    assert view.candidate.smallest_log10_lr == line.log10_lr
    assert [other.unidentified for other in view.of_missing] == ["PM3"]
    assert view.of_unidentified == ()
    assert view.family.pedigree == small_incident().families[1].pedigree
    assert all(not donor.profile.genotypes for donor in view.family.donors)
    assert view.run.line.id == 1
    assert view.may == ("comment", "reject")
    assert read_candidate(after_search["geneticist"], line.id).may == ("comment", "propose", "reject")


def two_missing_of_f2() -> Incident:
    """PM2, PM3, PM6 and PM7 could each be either of the two missing children of F2."""
    base = small_incident()
    more = [UnidentifiedPerson(f"PM{n}", typed(f"PM{n}", 2, *who)) for n, who in ((6, (0, 3)), (7, (1, 2)))]
    pedigree = Pedigree.of(*PARENTS_OF_TWO)
    twice = replace(base.families[1], pedigree=pedigree, missing=("MP", "MP2"))
    return replace(base, unidentified=(*base.unidentified, *more), families=(base.families[0], twice))


@pytest.mark.slow
@pytest.mark.parametrize("missing", ["MP", "MP2"])
def test_candidate__names_the_alternatives_of_its_own_missing_person_and_counts_them_all(team, monkeypatch, missing):
    import_incident(team["registrar"], INCIDENT, two_missing_of_f2())
    search(team["geneticist"], INCIDENT)
    rows = list_candidates(team["reviewer"], INCIDENT, family="F2", unidentified="PM7").rows
    (line,) = [row for row in rows if row.missing == missing]
    (elsewhere,) = [row for row in rows if row.missing != missing]
    for most, shown in ((50, 3), (2, 2), (1, 1)):
        monkeypatch.setattr("antigone.team.review.candidates.MOST_ALTERNATIVES", most)
        view = read_candidate(team["reviewer"], line.id)
        assert (len(view.of_missing), view.all_of_missing) == (shown, 3)
        assert {(other.family, other.missing) for other in view.of_missing} == {("F2", missing)}
        assert sorted(other.rank for other in view.of_missing) == [other.rank for other in view.of_missing]
        assert (view.of_unidentified, view.all_of_unidentified) == ((elsewhere,), 1)


@pytest.mark.slow
def test_candidate__closes_when_a_consent_has_ended(team):
    soon = Consent("C", dt.date(2026, 1, 5), expires=dt.date(2026, 12, 1))
    import_incident(team["registrar"], INCIDENT, small_incident(second=soon))
    search(team["geneticist"], INCIDENT)
    line = candidate(team, "PM2", "F2")
    assert read_candidate(team["reviewer"], line.id).candidate is not None
    team.clock.later(days=30)
    view = read_candidate(team["reviewer"], line.id)
    assert view.candidate is None
    assert "consent of 1 donor of the family has ended" in view.closed
    with pytest.raises(ConsentError, match="has ended"):
        expert_material(team["reviewer"], line.id, court=False)


@pytest.mark.slow
@pytest.mark.parametrize("court", [False, True])
def test_expert_material__of_a_candidate_in_brief_is_refused_and_the_audit_says_so(team, monkeypatch, court):
    monkeypatch.setattr("antigone.casework.pairs.candidates.MOST_DETAILED", 1)
    import_incident(team["registrar"], INCIDENT, small_incident())
    search(team["geneticist"], INCIDENT)
    whole, *in_brief = list_candidates(team["reviewer"], INCIDENT).rows
    line = next(row for row in in_brief if row.family == "F1")
    with pytest.raises(InputError, match="work it out in full first, on its page") as refused:
        expert_material(team["reviewer"], line.id, court=court)
    assert "antigone explain" not in str(refused.value)
    written = read_audit(team["auditor"], action="write expert report").rows[0]
    assert "in brief" in json.loads(written.subject)["refused"]
    expert_material(team["reviewer"], whole.id, court=False)
    assert "refused" not in json.loads(read_audit(team["auditor"], action="write expert report").rows[0].subject)


def test_expert_material__is_for_a_court_only_with_every_donors_consent(after_search):
    agreed, not_asked = candidate(after_search, "PM1", "F1"), candidate(after_search, "PM2", "F2")
    material = expert_material(after_search["reviewer"], agreed.id, court=True)
    incident = small_incident()
    assert (material.family, material.person) == (incident.families[0], incident.unidentified[0])
    assert expert_material(after_search["reviewer"], not_asked.id, court=False).family.code == "F2"
    with pytest.raises(ConsentError, match="2 donors of the family did not consent to use in court"):
        expert_material(after_search["reviewer"], not_asked.id, court=True)
    assert "court" in read_audit(after_search["auditor"], action="write expert report").rows[0].subject


@pytest.mark.slow
def test_search__of_a_registry_names_the_family_that_it_set_aside(team_at_work, monkeypatch):
    """Half-siblings by four untyped mothers, with theta: in the run, in its notices, and above the candidates."""
    members = [m for n in range(1, 5) for m in ((f"M{n}", "female"), (f"H{n}", "male", "FA", f"M{n}"))]
    pedigree = Pedigree.of(("FA", "male"), ("MO", "female"), ("MP", "male", "FA", "MO"), *members)
    gave = tuple(Donor(f"H{n}", typed(f"F9-H{n}", 19, 0, 2), IDENTIFY) for n in range(1, 5))
    small = small_incident(request="another letter")
    families = (small.families[0], Family("F9", pedigree, ("MP",), gave))
    registrar, geneticist = team_at_work["registrar"], team_at_work["geneticist"]
    settings = replace(small.settings, theta=0.01)
    import_incident(registrar, "theta", replace(small, families=families, settings=settings))
    forget_plans()
    lower_limits(monkeypatch)
    result = search(geneticist, "theta").result
    forget_plans()
    assert result is not None
    assert result.set_aside == ("F9",)
    assert any(words.startswith("family F9 is set aside") for words in say_all(result.notices))
    found = list_candidates(geneticist, "theta")
    assert found.set_aside == ("F9",)
    assert {line.family for line in found.rows} == {"F1"}
