"""Nobody is forgotten: asks without a reason, what families were told, who was found alive, one rule for all of it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, replace
from typing import get_args

import pytest
from deciding import confirm, propose
from identified import identify
from registry_team import INCIDENT, Team, audit, candidate, make_team, parents, small_incident, typed
from sqlalchemy import select

from antigone.casework.pairs.search import search_incident
from antigone.errors import Conflict, Forbidden, InputError, RegistryError
from antigone.model.incident.consent import Consent
from antigone.model.incident.incident import Donor
from antigone.model.pedigree import Pedigree
from antigone.papers import LETTERS
from antigone.registry.changes.changes import Kind
from antigone.registry.store.schema import asks, changes, runs, tellings
from antigone.registry.store.schema import audit as audit_table
from antigone.registry.tasks.standing import stands_of
from antigone.team.access.opening import session_of
from antigone.team.access.users import change_role
from antigone.team.documents.letters import letter_material
from antigone.team.incidents.consents import record_consent, withdraw_donor
from antigone.team.incidents.exporting import read_shareable
from antigone.team.incidents.families import list_families, read_family
from antigone.team.incidents.importing import import_incident
from antigone.team.incidents.pedigrees import pedigree_version, save_pedigree
from antigone.team.keeping.auditing import read_audit
from antigone.team.keeping.keeping import verify
from antigone.team.overview.status import read_incident, read_status
from antigone.team.review.candidates import list_candidates, read_candidate
from antigone.team.review.reviewing import ask_to_reopen, keep, reject, reopen
from antigone.team.runs.pending import REASONS
from antigone.team.runs.searching import findings, search
from antigone.team.tasks.alive import confirm_alive, report_alive
from antigone.team.tasks.asking import ask_for_samples, read_compared, take_back_ask
from antigone.team.tasks.listing import list_tasks
from antigone.team.tasks.telling import record_declined, record_told
from antigone.team.views import MissingLine

TODAY = dt.date(2026, 11, 23)
"""As the team's clock says."""


def tasks(team: Team, family: str = "") -> list[tuple[str, str]]:
    return [(t.family, t.what) for t in list_tasks(team["coordinator"], INCIDENT).rows if family in ("", t.family)]


def line(team: Team, family: str = "F1", *, code: str = "coordinator") -> MissingLine:
    (found,) = read_family(team[code], INCIDENT, family).sought
    return found


def tell(team: Team, about: str, family: str = "F1", **more: object) -> None:
    given = {"about": about, "told_on": TODAY, "form": "in person", **more}
    record_told(team["coordinator"], INCIDENT, family, "MP", **given)  # type: ignore[arg-type]


def letter(team: Team, family: str = "F1") -> str:
    found = letter_material(team["coordinator"], INCIDENT, family, "MP")
    return LETTERS[found.state, found.kind]


def found_alive(team: Team, family: str = "F1") -> None:
    report_alive(team["registrar"], INCIDENT, family, "MP", step="propose", version=0, reason="told by the police")
    confirm_alive(team["coordinator"], INCIDENT, family, "MP", step="confirm", version=1, reason="spoke with them")


def with_another_donor(team: Team, family: str = "F3", sample: str = "F3-AU") -> None:
    """An import that brings a further relative of a family."""
    incident = small_incident()
    (old,) = [one for one in incident.families if one.code == family]
    pedigree = type(old.pedigree)((*old.pedigree, replace(old.pedigree["MO"], id="AU")))
    gave = Donor("AU", typed(sample, 6, 0, 2), Consent("C-new", dt.date(2026, 11, 20)))
    more = replace(old, pedigree=pedigree, donors=(*old.donors, gave))
    import_incident(team["registrar"], INCIDENT, replace(incident, families=(more,)))


# One rule says where a missing person stands


@pytest.mark.slow
def test_standing__goes_through_all_states_and_nothing_contradicts_it(after_search):
    """Family page, list of families, overview, tasks, status and letter, after each step of a long story."""
    team = after_search
    clock = team.clock

    def check(state: str, news: str, said: str | None, *, task: str = "") -> None:
        clock.later(minutes=1)
        one = line(team)
        assert (one.state, one.news) == (state, news)
        (row,) = [row for row in list_families(team["coordinator"], INCIDENT).rows if row.code == "F1"]
        assert row.sought == (one,)
        counts = read_incident(team["auditor"], INCIDENT)
        named = {
            "confirmed": counts.identified, "found alive": counts.found_alive,
            "under review again": counts.reopening, "not upheld": counts.not_upheld,
        }  # fmt: skip
        assert named == {name: int(name == state) for name in named}
        assert counts.to_be_told == int(news == "to be told")
        told = [name for family, name in tasks(team, "F1") if name.startswith("tell")]
        assert told == ([task] if task else [])
        assert {t.what for t in counts.tasks if t.what.startswith("tell")} == set(told)
        assert [t.what for t in read_status(team["coordinator"]).tasks if t.what.startswith("tell")] == told
        if said is None:
            with pytest.raises(Conflict, match="nobody recorded that the family was told"):
                letter(team)
        else:
            assert letter(team) == said

    check("not found", "", "still looking")
    pairing = identify(team)
    check("confirmed", "to be told", "identified from remains", task="tell identified")
    ask_to_reopen(team["geneticist"], pairing, version=2, reason="another tooth")
    check("under review again", "on hold", None)
    keep(team["reviewer"], pairing, version=3, reason="it fits")
    check("confirmed", "to be told", "identified from remains", task="tell identified")
    tell(team, "identified")
    check("confirmed", "told", "identified from remains")
    ask_to_reopen(team["geneticist"], pairing, version=4, reason="another tooth")
    check("under review again", "to be told", "checked again", task="tell checked again")
    tell(team, "checked again")
    check("under review again", "told", "checked again")
    keep(team["reviewer"], pairing, version=5, reason="it fits")
    check("confirmed", "to be told", "identified from remains", task="tell identified")
    tell(team, "identified")
    ask_to_reopen(team["geneticist"], pairing, version=6, reason="another tooth")
    reopen(team["reviewer"], pairing, version=7, reason="let us see")
    check("under review again", "to be told", "checked again", task="tell checked again")
    reject(team["reviewer"], pairing, version=8, reason="it does not fit")
    check("not upheld", "to be told", "not upheld", task="tell not upheld")
    tell(team, "not upheld")
    check("not found", "", "still looking")
    found_alive(team)
    check("found alive", "to be told", "found alive", task="tell found alive")
    tell(team, "found alive")
    check("found alive", "told", "found alive")
    report_alive(team["geneticist"], INCIDENT, "F1", "MP", step="ask to reopen", version=2, reason="another person")
    check("under review again", "to be told", "checked again", task="tell checked again")
    confirm_alive(team["coordinator"], INCIDENT, "F1", "MP", step="reopen", version=3, reason="another person")
    check("not upheld", "to be told", "not upheld", task="tell not upheld")
    tell(team, "not upheld")
    check("not found", "", "still looking")
    verify(team["auditor"])


def test_standing__what_a_family_is_asked_for_is_in_its_letter(after_search):
    team = after_search
    assert [(w.what, w.who) for w in line(team, "F4").wants] == [("consent", ("FA", "MO"))]
    assert letter(team, "F4") == "consent"
    ask_for_samples(team["geneticist"], INCIDENT, ["F3", "F4"])
    assert (letter(team, "F3"), letter(team, "F4")) == ("one more sample", "one more sample and consent")
    assert [w.what for w in line(team, "F4").wants] == ["sample", "consent"]
    withdraw_donor(team["coordinator"], INCIDENT, "F4", "MO")
    withdraw_donor(team["coordinator"], INCIDENT, "F4", "FA")
    assert letter(team, "F4") == "one more sample", "nobody has given one"


def test_standing__an_identification_ends_what_the_family_is_asked_for(after_search):
    team = after_search
    ask_for_samples(team["geneticist"], INCIDENT, ["F1"])
    assert ("F1", "ask for a sample") in tasks(team)
    identify(team)
    assert line(team).wants == ()
    assert tasks(team, "F1") == [("F1", "tell identified")]


# Told


def test_told__is_a_record_of_the_day_who_and_how_and_of_no_contents(after_search):
    team = after_search
    identify(team)
    with pytest.raises(InputError, match="expected one of in person"):
        tell(team, "identified", form="by pigeon")
    with pytest.raises(InputError, match="which is to come"):
        tell(team, "identified", told_on=dt.date(2027, 1, 1))
    with pytest.raises(InputError, match="before it was decided"):
        tell(team, "identified", told_on=dt.date(2026, 11, 1))
    with pytest.raises(Conflict, match="is to be told 'identified', not 'not upheld'"):
        tell(team, "not upheld")
    tell(team, "identified", teller="JL")
    told = line(team).told
    assert told is not None
    assert (told.about, told.day, told.teller, told.form) == ("identified", TODAY, "JL", "in person")
    with pytest.raises(Conflict, match="the family knows that"):
        tell(team, "identified")
    assert {column.name for column in tellings.c} == {
        "id",
        "member",
        "about",
        "day",
        "teller",
        "form",
        "recorded_by",
        "at",
    }
    subject = json.loads(read_audit(team["auditor"], action="record telling").rows[0].subject)
    assert subject == {"incident": INCIDENT, "family": "F1", "missing": "MP", "about": "identified"}


def test_told__of_nobody_that_is_news_is_refused(after_search):
    with pytest.raises(Conflict, match="is to be told nothing"):
        tell(after_search, "identified")
    with pytest.raises(RegistryError, match="no missing person 'FA'"):
        record_told(
            after_search["coordinator"], INCIDENT, "F1", "FA", about="identified", told_on=TODAY, form="in person"
        )


def test_told__before_records_began_may_be_recorded_while_it_is_looked_at_again(after_search):
    team = after_search
    pairing = identify(team)
    ask_to_reopen(team["geneticist"], pairing, version=2, reason="another tooth")
    team.clock.later(days=1)
    tell(team, "identified", told_on=TODAY)
    assert (line(team).news, letter(team)) == ("to be told", "checked again")


# Asked


@pytest.mark.slow
def test_ask__ends_when_a_sample_comes(after_search):
    team = after_search
    ask_for_samples(team["geneticist"], INCIDENT, ["F3", "F2"])
    assert tasks(team, "F3") == [("F3", "ask for a sample")]
    import_incident(team["registrar"], INCIDENT, small_incident())
    assert tasks(team, "F3") == [("F3", "ask for a sample")], "nothing of the family is new"
    with_another_donor(team)
    assert (tasks(team, "F3"), tasks(team, "F2")) == ([], [("F2", "ask for a sample")])
    with team["auditor"].registry.engine.connect() as connection:
        rows = connection.execute(select(asks.c.ended, asks.c.outcome).order_by(asks.c.id)).all()
    assert [tuple(row) for row in rows] == [(None, None), (TODAY, "came")]


def test_ask__ends_when_the_family_says_no_and_nobody_has_to_say_why(after_search):
    team = after_search
    with pytest.raises(Conflict, match="not asked for a sample"):
        record_declined(team["coordinator"], INCIDENT, "F3")
    ask_for_samples(team["geneticist"], INCIDENT, ["F3"])
    record_declined(team["registrar"], INCIDENT, "F3")
    assert (tasks(team, "F3"), letter(team, "F3")) == ([], "still looking")
    ask_for_samples(team["geneticist"], INCIDENT, ["F3"])
    take_back_ask(team["geneticist"], INCIDENT, "F3")
    assert tasks(team, "F3") == []
    with pytest.raises(Conflict, match="not asked"):
        take_back_ask(team["geneticist"], INCIDENT, "F3")


def test_ask__a_donor_who_gives_no_consent_again_is_not_asked_again_until_a_new_one_ends(after_search):
    team = after_search
    with pytest.raises(Conflict, match="the consent of 'XX' is not asked for"):
        record_declined(team["coordinator"], INCIDENT, "F4", donor="XX")
    record_declined(team["coordinator"], INCIDENT, "F4", donor="FA")
    (task,) = [t for t in list_tasks(team["coordinator"], INCIDENT).rows if t.family == "F4"]
    assert task.who == ("MO",)
    new = Consent("C2", TODAY, expires=dt.date(2026, 12, 1))
    record_consent(team["coordinator"], INCIDENT, "F4", "FA", consent=new)
    record_declined(team["coordinator"], INCIDENT, "F4", donor="MO")
    assert tasks(team, "F4") == []
    team.clock.later(days=30)
    (task,) = [t for t in list_tasks(team["coordinator"], INCIDENT).rows if t.family == "F4"]
    assert (task.who, task.since) == (("FA",), dt.date(2026, 12, 1))


def test_ask__a_family_of_whom_nobody_gave_a_sample_is_asked_by_itself(team):
    incident = small_incident()
    import_incident(
        team["registrar"], INCIDENT, replace(incident, families=(replace(incident.families[0], donors=()),))
    )
    assert tasks(team) == [("F1", "ask for a sample")]
    assert letter(team) == "one more sample"
    record_declined(team["coordinator"], INCIDENT, "F1")
    assert (tasks(team), letter(team)) == ([], "still looking")


def test_ask__names_all_families_that_cannot_be_asked_and_asks_none(after_search):
    team = after_search
    identify(team)
    ask_for_samples(team["geneticist"], INCIDENT, ["F2"])
    with pytest.raises(Conflict, match="'F1': nobody of it is looked for; family 'F2' is asked already"):
        ask_for_samples(team["geneticist"], INCIDENT, ["F1", "F2", "F3"])
    with pytest.raises(InputError, match="0 families"):
        ask_for_samples(team["geneticist"], INCIDENT, [])
    assert ("F3", "ask for a sample") not in tasks(team)


@pytest.mark.slow
def test_ask__is_for_the_geneticist_who_ran_the_newest_search(after_search):
    team = after_search
    for act in (ask_for_samples, lambda session, incident, _families: take_back_ask(session, incident, "F1")):
        with pytest.raises(Forbidden, match="by the geneticist who ran the newest search"):
            act(team["second geneticist"], INCIDENT, ["F1"])
    search(team["second geneticist"], INCIDENT)
    ask_for_samples(team["second geneticist"], INCIDENT, ["F1"])
    assert read_family(team["second geneticist"], INCIDENT, "F1").responsible
    assert not read_family(team["geneticist"], INCIDENT, "F1").responsible


# Nobody else learns why (PURPOSE.md, rule 6)


def seen_by_others(team: Team) -> dict[str, object]:
    """All that everybody but the geneticist is shown of families, tasks and the audit."""
    shown: dict[str, object] = {}
    for code in ("administrator", "registrar", "reviewer", "coordinator", "auditor", "second geneticist"):
        status = asdict(read_status(team[code]))
        shown[f"{code}: status"] = {
            name: status[name] for name in ("incidents", "tasks", "weak", "waiting", "own_runs")
        }
    for code in ("registrar", "reviewer", "coordinator", "second geneticist"):
        shown[f"{code}: families"] = list_families(team[code], INCIDENT)
    shown["letters"] = [letter(team, family) for family in ("F2", "F3")]
    shown["audit"] = [(one.actor, one.action, one.subject) for one in read_audit(team["auditor"], size=1000).rows]
    return shown


def rows_of(team: Team, family: str) -> list[tuple[object, ...]]:
    """What the database holds of the asks, without the codes."""
    with team.registry.engine.connect() as connection:
        return [tuple(row)[2:] for row in connection.execute(select(asks).order_by(asks.c.id))]


def with_family(story: Team, *, misfit: bool) -> None:
    """F3 with a daughter who is none, or with one who is: the same declared donors, the same samples typed."""
    incident = small_incident()
    kin = incident.families[2]
    if not misfit:
        kin = replace(kin, donors=(*kin.donors[:2], replace(kin.donors[2], profile=typed("F3-SI", 3, 1, 3))))
    # nobody of F3 is among the unidentified, so that it has no candidate either way
    people = tuple(one for one in incident.unidentified if one.code != "PM4")
    families = (*incident.families[:2], kin)
    import_incident(story["registrar"], INCIDENT, replace(incident, families=families, unidentified=people))
    search(story["geneticist"], INCIDENT)
    assert bool(findings(story["geneticist"], 1)) == misfit


@pytest.mark.slow
def test_ask__leaves_the_same_traces_whatever_the_reason(tmp_path):
    """Two registries: in one a reference of F3 does not fit, in the other everything does. F3 is asked in both."""
    seen, rows, sizes = [], [], []
    for name, misfit in (("misfit", True), ("fit", False)):
        team = make_team(str(tmp_path / f"{name}.db"))
        with_family(team, misfit=misfit)
        read_compared(team["geneticist"], INCIDENT)
        ask_for_samples(team["geneticist"], INCIDENT, ["F3"])
        seen.append(seen_by_others(team))
        rows.append(rows_of(team, "F3"))
        with team.registry.engine.connect() as connection:
            kept = connection.exec_driver_sql("SELECT count(*), sum(length(sealed)) FROM findings").one()
        sizes.append(tuple(kept))
    assert seen[0] == seen[1]
    assert rows[0] == rows[1] == [("sample", None, TODAY, None, None)]
    assert sizes[0] == sizes[1]


@pytest.mark.slow
def test_ask__of_a_misfit_and_of_any_other_family_are_the_same_but_for_the_code(tmp_path):
    """One registry, asked once because of a misfit (F3), once for another reason (F2)."""
    traces = []
    for family in ("F3", "F2"):
        team = make_team(str(tmp_path / f"{family}.db"))
        with_family(team, misfit=True)
        before = len(audit(team))
        ask_for_samples(team["geneticist"], INCIDENT, [family])
        lines = read_audit(team["auditor"], size=1000).rows
        new = [(one.action, one.subject) for one in lines[: len(lines) - before]]
        (task,) = [one for one in list_tasks(team["coordinator"], INCIDENT).rows if one.what == "ask for a sample"]
        traces.append((new, replace(task, family=""), rows_of(team, family)))
    assert traces[0] == traces[1]
    assert {action for action, _ in traces[0][0]} >= {"ask for a sample", "see findings"}


def test_ask__the_audit_does_not_say_which_family(after_search):
    ask_for_samples(after_search["geneticist"], INCIDENT, ["F3", "F2"])
    (written,) = read_audit(after_search["auditor"], action="ask for a sample").rows
    assert json.loads(written.subject) == {"incident": INCIDENT, "families": 2}


def test_ask__the_table_has_no_place_for_a_reason_a_person_or_an_hour():
    assert {column.name for column in asks.c} == {"id", "family", "kind", "donor", "asked", "ended", "outcome"}


def test_ask__a_reviewer_and_an_auditor_are_not_told_who_is_asked(after_search):
    team = after_search
    ask_for_samples(team["geneticist"], INCIDENT, ["F3"])
    assert line(team, "F3", code="reviewer").wants == ()
    assert line(team, "F3", code="coordinator").wants != ()
    for code in ("reviewer", "auditor", "administrator"):
        assert read_status(team[code]).tasks == ()
        with pytest.raises(Forbidden):
            list_tasks(team[code], INCIDENT)


def test_compared__is_for_the_geneticist_who_ran_the_newest_search(after_search):
    team = after_search
    for code in ("second geneticist", "reviewer", "coordinator", "registrar", "auditor", "administrator"):
        with pytest.raises(Forbidden):
            read_compared(team[code], INCIDENT)
    found = read_compared(team["geneticist"], INCIDENT)
    assert found is not None
    (third,) = [one for one in found.families if one.family == "F3"]
    assert (third.donors, third.used, third.asked) == (3, 2, None)
    assert found.pairs == found.declared, "a pair with one reference that takes part is compared"
    ask_for_samples(team["geneticist"], INCIDENT, ["F3"])
    (third,) = read_compared(team["geneticist"], INCIDENT, family="F3").families  # type: ignore[union-attr]
    assert third.asked == TODAY
    (first,) = read_compared(team["geneticist"], INCIDENT, family="F1").families  # type: ignore[union-attr]
    assert (first.donors, first.used, first.power) == (2, 2, None)


@pytest.mark.slow
def test_compared__a_pair_without_a_usable_reference_is_not_compared(team):
    """A father and a mother whose daughter is neither's: all three are left out, and nobody was compared with F9."""
    incident = small_incident()
    kin = incident.families[2]
    strangers = tuple(replace(d, profile=typed(f"X{n}", 20 + n, 0, 2)) for n, d in enumerate(kin.donors))
    odd = replace(kin, code="F9", donors=strangers)
    import_incident(team["registrar"], INCIDENT, replace(incident, families=(*incident.families[:2], odd)))
    search(team["geneticist"], INCIDENT)
    found = read_compared(team["geneticist"], INCIDENT)
    assert found is not None
    (ninth,) = [one for one in found.families if one.family == "F9"]
    persons = len(incident.unidentified)
    expected = persons * 2 if ninth.used == 0 else persons * 3
    assert found.declared == persons * 3
    assert found.pairs == expected


def test_compared__after_a_search_that_is_to_be_repeated_nothing_is_kept(after_search):
    withdraw_donor(after_search["coordinator"], INCIDENT, "F2", "FA")
    assert read_compared(after_search["geneticist"], INCIDENT) is None
    assert ask_for_samples(after_search["geneticist"], INCIDENT, ["F3"]) is None


# Found alive


def test_alive__takes_two_persons_and_reasons(after_search):
    team = after_search
    who = (INCIDENT, "F1", "MP")
    with pytest.raises(InputError, match="without a reason"):
        report_alive(team["coordinator"], *who, step="propose", version=0, reason=" ")
    report_alive(team["coordinator"], *who, step="propose", version=0, reason="told by the police")
    assert ("F1", "confirm found alive") in tasks(team)
    assert line(team).state == "not found", "a report that nobody confirmed is nobody's news"
    with pytest.raises(Forbidden, match="needs another person"):
        confirm_alive(team["coordinator"], *who, step="confirm", version=1, reason="me again")
    with pytest.raises(Conflict, match="decided meanwhile"):
        confirm_alive(team["geneticist"], *who, step="confirm", version=0, reason="seen")
    view = confirm_alive(team["geneticist"], *who, step="confirm", version=1, reason="seen")
    assert (view.alive[0].state, view.sought[0].state) == ("confirmed", "found alive")
    with pytest.raises(Conflict, match="possible: ask to reopen"):
        confirm_alive(team["geneticist"], *who, step="confirm", version=2, reason="again")
    with pytest.raises(InputError, match="expected one of propose, ask to reopen"):
        report_alive(team["geneticist"], *who, step="confirm", version=2, reason="again")
    report_alive(team["geneticist"], *who, step="ask to reopen", version=2, reason="another person")
    with pytest.raises(Forbidden, match="needs another person"):
        confirm_alive(team["geneticist"], *who, step="reopen", version=3, reason="me again")
    confirm_alive(team["geneticist"], *who, step="keep", version=3, reason="the same person")
    assert line(team).state == "found alive"


@pytest.mark.slow
def test_alive__nobody_is_searched_for_and_candidates_are_closed_with_that_reason(after_search):
    team = after_search
    number = candidate(team, "PM1", "F1").id
    found_alive(team)
    view = read_candidate(team["reviewer"], number)
    assert (view.closed, view.candidate) == ("the missing person was found alive", None)
    assert "propose" not in view.may
    with pytest.raises(Conflict, match="the missing person was found alive"):
        propose(team["geneticist"], view.line.pairing, version=0, reason="all agree", candidate=number)
    assert read_incident(team["auditor"], INCIDENT).runs_to_repeat == 1
    again = search(team["geneticist"], INCIDENT)
    assert {c.family for c in list_candidates(team["geneticist"], INCIDENT).rows} == {"F2", "F3"}
    assert again.result is not None
    assert "F1" not in {one.family for one in again.missing[0]}
    open_ones = [w.count for w in read_status(team["geneticist"]).waiting if w.what == "open"]
    listed = list_candidates(team["geneticist"], INCIDENT, state="open")
    assert open_ones == [listed.total] == [len(listed.rows)]
    assert "F1" not in {c.family for c in listed.rows}


@pytest.mark.slow
def test_alive__is_noted_as_a_change_and_reopening_brings_the_search_back(after_search):
    team = after_search
    found_alive(team)
    search(team["geneticist"], INCIDENT)
    report_alive(team["geneticist"], INCIDENT, "F1", "MP", step="ask to reopen", version=2, reason="another person")
    confirm_alive(team["coordinator"], INCIDENT, "F1", "MP", step="reopen", version=3, reason="another person")
    with team.registry.engine.connect() as connection:
        noted = [row.kind for row in connection.execute(select(changes).where(changes.c.family.is_not(None)))]
        states = connection.scalars(select(runs.c.state)).all()
    assert noted[-2:] == ["found alive", "found alive reopened"]
    assert set(states) == {"to be computed again"}
    search(team["geneticist"], INCIDENT)
    assert candidate(team, "PM1", "F1").log10_lr is not None


def test_alive__and_identified_exclude_each_other(after_search):
    team = after_search
    line_of = candidate(team, "PM1", "F1")
    propose(team["geneticist"], line_of.pairing, version=0, reason="all agree", candidate=line_of.id)
    found_alive(team)
    with pytest.raises(Conflict, match="found alive"):
        confirm(team["reviewer"], line_of.pairing, version=1, reason="I agree")
    second = candidate(team, "PM4", "F3")
    propose(team["geneticist"], second.pairing, version=0, reason="all agree", candidate=second.id)
    confirm(team["reviewer"], second.pairing, version=1, reason="I agree")
    with pytest.raises(Conflict, match="confirmed as somebody else"):
        report_alive(team["registrar"], INCIDENT, "F3", "MP", step="propose", version=0, reason="told by the police")


@pytest.mark.slow
def test_alive__while_a_search_runs_its_candidates_are_withheld(after_search, monkeypatch):
    team = after_search

    def slow(*given: object, **named: object) -> object:
        found_alive(team)
        return search_incident(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr("antigone.team.runs.searching.search_incident", slow)
    run = search(team["geneticist"], INCIDENT)
    assert run.line.state == "to be computed again"
    assert "F1" not in {c.family for c in list_candidates(team["geneticist"], INCIDENT, run=run.line.id).rows}


def test_alive__somebody_whose_access_was_changed_takes_no_part(after_search):
    change_role(after_search["administrator"], "second reviewer", role="coordinator")
    changed = session_of(after_search.registry, "second reviewer", purpose="to test")
    assert read_family(changed, INCIDENT, "F1").alive[0].may == ()
    with pytest.raises(Forbidden):
        report_alive(changed, INCIDENT, "F1", "MP", step="propose", version=0, reason="told")


# The list


def test_tasks__are_the_oldest_first_and_paged(team):
    incident = small_incident()
    given = dt.date(2026, 1, 5)
    ends = [Consent(f"C{n}", given, expires=dt.date(2026, 10 - n, 1)) for n in range(5)]
    lapsing = tuple(parents(f"G{n}", 30 + n, end, Consent("C", given)) for n, end in enumerate(ends))
    import_incident(team["registrar"], INCIDENT, replace(incident, families=lapsing))
    first = list_tasks(team["coordinator"], INCIDENT, size=3)
    rest = list_tasks(team["coordinator"], page=2, size=3)
    assert (first.total, rest.total) == (5, 5)
    assert [t.family for t in (*first.rows, *rest.rows)] == ["G4", "G3", "G2", "G1", "G0"]
    with pytest.raises(RegistryError, match="no incident 'nowhere'"):
        list_tasks(team["coordinator"], "nowhere")


def test_tasks__what_waits_is_counted_for_the_coordinator(after_search):
    identify(after_search)
    waiting = {w.what: w.count for w in read_status(after_search["coordinator"]).waiting}
    assert waiting["family to speak with"] == 2, "F1 to be told, F4 asked for consent"


def test_stands__of_the_whole_registry_are_those_of_each_family(after_search):
    identify(after_search)
    with after_search.registry.engine.connect() as connection:
        everybody = stands_of(connection, day=TODAY)
        numbers = sorted({one.family for one in everybody})
        by_family = [one for n in numbers for one in stands_of(connection, day=TODAY, numbers=[n])]
        assert everybody == by_family == stands_of(connection, day=TODAY, incident=everybody[0].incident)
        assert connection.execute(select(audit_table)).first() is not None


@pytest.mark.slow
def test_alive__the_others_whom_the_family_misses_are_still_searched_for(team):
    pedigree = Pedigree.of(
        ("FA", "male"), ("MO", "female"), ("MP", "unknown", "FA", "MO"), ("BR", "unknown", "FA", "MO")
    )
    incident = small_incident()
    both = replace(incident.families[0], pedigree=pedigree, missing=("MP", "BR"))
    import_incident(team["registrar"], INCIDENT, replace(incident, families=(both, *incident.families[1:])))
    found_alive(team)
    run = search(team["geneticist"], INCIDENT)
    assert run.line.state == "finished"
    rows = list_candidates(team["geneticist"], INCIDENT, family="F1").rows
    assert [(one.unidentified, one.missing) for one in rows] == [("PM1", "BR")]
    letters = {code: letter_material(team["coordinator"], INCIDENT, "F1", code) for code in ("MP", "BR")}
    assert {code: one.state for code, one in letters.items()} == {"MP": "found alive", "BR": "not found"}
    assert all(one.several_missing for one in letters.values())


@pytest.mark.slow
def test_alive__an_export_holds_no_family_that_misses_nobody_any_more(after_search):
    before = read_shareable(after_search["geneticist"], INCIDENT)
    found_alive(after_search, "F3")
    after = read_shareable(after_search["geneticist"], INCIDENT)
    assert (before.families - after.families, before.donors - after.donors) == (1, 3)


def test_alive__when_nobody_is_missing_any_more_a_search_says_so(team):
    incident = small_incident()
    import_incident(team["registrar"], INCIDENT, replace(incident, families=incident.families[:1]))
    found_alive(team)
    with pytest.raises(InputError, match="no family with a missing person"):
        search(team["geneticist"], INCIDENT)


def test_alive__a_pedigree_keeps_whom_the_family_was_told_about(after_search):
    team = after_search
    found_alive(team)
    view = read_family(team["registrar"], INCIDENT, "F1")
    another = Pedigree(tuple(replace(one, id="XX") if one.id == "MP" else one for one in view.pedigree))
    with pytest.raises(Conflict, match="MP was searched for and would vanish"):
        save_pedigree(
            team["registrar"],
            INCIDENT,
            "F1",
            pedigree=another,
            missing=("XX",),
            seen=pedigree_version(view.pedigree, view.missing),
        )


def test_pending__every_kind_of_change_has_its_words():
    assert set(get_args(Kind)) <= set(REASONS)
