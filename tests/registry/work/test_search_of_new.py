"""A search of what is new in a registry: the answer of a whole search, whatever happened in between; and what follows:
how a candidate fared, and what becomes of a decision that has less for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from identified import identify
from registry_team import COURT, IDENTIFY, INCIDENT, Team, candidate, small_incident, typed
from sqlalchemy import func, select, update
from whole_search import is_whole as is_whole
from whole_search import search_new as search_new

from antigone.model.incident.consent import Consent
from antigone.model.incident.incident import Donor, Family, Incident, UnidentifiedPerson
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.profile import Profile
from antigone.registry.store.database import snapshot, transaction
from antigone.registry.store.schema import families, family_answers, keys, runs
from antigone.team.incidents.consents import record_consent, withdraw_donor, withdraw_seeker
from antigone.team.incidents.families import read_family
from antigone.team.incidents.importing import import_incident
from antigone.team.incidents.pedigrees import pedigree_version, save_pedigree
from antigone.team.overview.status import read_incident, read_status
from antigone.team.review.candidates import read_candidate
from antigone.team.review.reviewing import ask_to_reopen, keep
from antigone.team.runs.pending import read_pending
from antigone.team.runs.searching import list_runs, search

# what may happen


def grown(change: Callable[[Incident], Incident]) -> Callable[[Team, Incident], Incident]:
    def come_in(team: Team, incident: Incident) -> Incident:
        changed = change(incident)
        import_incident(team["registrar"], INCIDENT, changed)
        return changed

    come_in.__name__ = change.__name__
    return come_in


def new_body(incident: Incident) -> Incident:
    code = f"N{len(incident.unidentified)}"
    return replace(
        incident, unidentified=(*incident.unidentified, UnidentifiedPerson(code, typed(code, len(code) % 4 + 1, 1, 2)))
    )


def second_kit(incident: Incident, markers: int = 1) -> Incident:
    """PM1 is typed again, and shows something else at some markers: a conflict, which takes no part."""
    first, *others = incident.unidentified
    other = dict.fromkeys(list(first.profile.genotypes)[:markers], ("19", "19"))
    again = replace(first, profile=Profile(first.code, {**first.profile.genotypes, **other}))
    return replace(incident, unidentified=(again, *others))


def new_sister(incident: Incident) -> Incident:
    def gave(family: Family) -> Family:
        if family.code != "F1" or "SI" in family.pedigree:
            return family
        kin = Pedigree((*family.pedigree, Individual("SI", "female", "FA", "MO")))
        return replace(family, pedigree=kin, donors=(*family.donors, Donor("SI", typed("F1-SI", 1, 1, 3), COURT)))

    return replace(incident, families=tuple(map(gave, incident.families)))


def consent(team: Team, incident: Incident) -> Incident:
    number = len(read_family(team["registrar"], INCIDENT, "F4").donors[1].consents)
    new = Consent(f"C-late {number}", dt.date(2026, 11, 1), expires=team.registry.today() + dt.timedelta(days=2))
    record_consent(team["registrar"], INCIDENT, "F4", "MO", consent=new)
    return incident


def days_pass(team: Team, incident: Incident) -> Incident:
    team.clock.later(days=3)
    return incident


def brother(team: Team, incident: Incident) -> Incident:
    view = read_family(team["registrar"], INCIDENT, "F3")
    code = f"B{len(view.pedigree)}"
    kin = Pedigree((*view.pedigree, Individual(code, "male", "FA", "MO")))
    seen = pedigree_version(view.pedigree, view.missing)
    save_pedigree(team["registrar"], INCIDENT, "F3", pedigree=kin, missing=(*view.missing, code), seen=seen)
    change = [
        replace(f, pedigree=kin, missing=(*view.missing, code)) if f.code == "F3" else f for f in incident.families
    ]
    return replace(incident, families=tuple(change))


def donor_leaves(team: Team, incident: Incident) -> Incident:
    if read_family(team["registrar"], INCIDENT, "F2").donors[1].erased is None:
        withdraw_donor(team["coordinator"], INCIDENT, "F2", "MO")
    left = [replace(f, donors=f.donors[:1]) if f.code == "F2" else f for f in incident.families]
    return replace(incident, families=tuple(left))


def seeker_leaves(team: Team, incident: Incident) -> Incident:
    if any(person.kind == "living" for person in incident.unidentified):
        withdraw_seeker(team["coordinator"], INCIDENT, "LS1")
    return replace(incident, unidentified=tuple(p for p in incident.unidentified if p.kind != "living"))


HAPPENINGS = [
    *map(grown, (new_body, second_kit, new_sister)),
    *(consent, days_pass, brother, donor_leaves, seeker_leaves),
]


def live_through(team: Team, history: list[Any]) -> Iterator[str]:
    """What a search of what is new gets wrong, after a whole search and each thing that happened."""
    incident = small_incident()
    for happens in history:
        incident = happens(team, incident)
        run = search_new(team)
        if not is_whole(team, run):
            yield happens.__name__
        if not read_pending(team["geneticist"], INCIDENT).nothing:
            yield f"something is left after {happens.__name__}"


@pytest.mark.slow
@given(st.lists(st.sampled_from(HAPPENINGS), min_size=2, max_size=4))
@settings(max_examples=5)
def test_search_of_what_is_new__equals_a_whole_one_after_any_history(tmp_path_factory, prepared_files, history):
    team = prepared_files.team("search", str(tmp_path_factory.mktemp("history") / "r.db"))
    assert list(live_through(team, history)) == []
    team.registry.close()


@pytest.mark.slow
def test_search_of_what_is_new__equals_a_whole_one_on_either_database(after_search):
    history = [HAPPENINGS[0], HAPPENINGS[2], consent, donor_leaves, seeker_leaves, days_pass]
    assert list(live_through(after_search, history)) == []


@pytest.mark.slow
def test_search_of_what_is_new__asks_only_families_that_changed_and_says_so(after_search):
    assert (families_of(after_search)) == (4, 0)
    grown(new_body)(after_search, small_incident())
    search_new(after_search)
    assert families_of(after_search) == (0, 4)
    record_consent(after_search["registrar"], INCIDENT, "F4", "MO", consent=replace(IDENTIFY, reference="C-late"))
    search_new(after_search)
    assert families_of(after_search) == (1, 3)


def families_of(team: Team) -> tuple[int | None, int | None]:
    line = list_runs(team["geneticist"], INCIDENT).rows[0]
    return line.families_asked, line.families_known


def kept_of(team: Team) -> dict[str, int]:
    """The families of which answers are kept, with their keys; every key is there."""
    with snapshot(team.registry.engine) as connection:
        rows = connection.execute(
            select(families.c.code, family_answers.c.key).select_from(family_answers.join(families))
        )
        found = {row.code: row.key for row in rows}
        there = connection.scalar(select(func.count()).where(keys.c.id.in_(list(found.values()))))
    assert there == len(found)
    return found


def test_withdrawal__erases_what_the_family_answered_and_its_key(after_search):
    before = kept_of(after_search)
    assert set(before) == {"F1", "F2", "F3", "F4"}
    withdraw_donor(after_search["coordinator"], INCIDENT, "F2", "MO")
    assert kept_of(after_search) == {code: key for code, key in before.items() if code != "F2"}
    with snapshot(after_search.registry.engine) as connection:
        assert connection.scalar(select(keys.c.id).where(keys.c.id == before["F2"])) is None


@pytest.mark.slow
def test_answers__of_a_family_that_somebody_leaves_during_the_search_are_not_kept(team_at_work):
    leaving = [lambda: withdraw_donor(team_at_work["coordinator"], INCIDENT, "F2", "MO")]

    def progress(step: str, _done: int, _of: int) -> None:
        if step == "explaining candidates" and leaving:
            leaving.pop()()

    search(team_at_work["geneticist"], INCIDENT, progress=progress)
    assert "F2" not in kept_of(team_at_work)
    found = read_pending(team_at_work["geneticist"], INCIDENT)
    assert [(one.code, one.reasons) for one in found.families] == [("F2", ("a consent was withdrawn",))]


@pytest.mark.slow
def test_pending__is_counted_for_everybody(after_search):
    grown(new_body)(after_search, small_incident())
    grown(new_sister)(after_search, small_incident())
    for role in ("administrator", "registrar", "geneticist", "reviewer", "coordinator", "auditor"):
        counts = read_incident(after_search[role], INCIDENT)
        assert (counts.persons_to_search, counts.families_to_search, counts.search_all) == (1, 1, False), role
    waiting = {(one.what, one.count) for one in read_status(after_search["geneticist"]).waiting}
    assert {("person not searched yet", 1), ("family to be searched again", 1)} <= waiting


@pytest.mark.slow
def test_pending__tells_nothing_of_whether_a_reference_fits(after_search):
    """The daughter of F3 is none and takes no part (rule 6). What is told of her new typing is what is told of that of
    F1's mother, which fits."""
    made = small_incident()
    told = []
    for family, member in (("F3", 2), ("F1", 1)):
        of = next(one for one in made.families if one.code == family)
        donor = of.donors[member]
        other = {**donor.profile.genotypes, "M00": ("19", "19")}
        again = replace(donor, profile=Profile(donor.profile.sample, other))
        donors = tuple(again if one is donor else one for one in of.donors)
        changed = replace(made, families=tuple(replace(f, donors=donors) if f is of else f for f in made.families))
        import_incident(after_search["registrar"], INCIDENT, changed)
        (line,) = read_pending(after_search["coordinator"], INCIDENT).families
        told.append(line.reasons)
        search_new(after_search)
        assert families_of(after_search) == (1, 3)
    assert told[0] == told[1]


# a candidate through the searches


@pytest.mark.slow
def test_candidate__carries_on_with_its_history_and_the_reasons(after_search):
    first = candidate(after_search, "PM1", "F1")
    search(after_search["geneticist"], INCIDENT)
    grown(second_kit)(after_search, small_incident())
    search_new(after_search)
    newest = candidate(after_search, "PM1", "F1")
    assert newest.pairing == first.pairing
    history = read_candidate(after_search["reviewer"], newest.id).history
    assert [(past.run, past.candidate, past.because) for past in history] == [
        (1, first.id, ""),
        (3, newest.id, "a typing was added"),
    ]
    assert [past.log10_lr for past in history] == [first.log10_lr, newest.log10_lr]


def weaken(team: Team) -> None:
    """PM1 is typed again, and seven markers are in conflict."""
    import_incident(team["registrar"], INCIDENT, second_kit(small_incident(), 7))
    search_new(team)


@pytest.mark.slow
def test_identification__that_has_less_for_it_is_reported_to_both_who_decided(after_search):
    identify(after_search)
    assert read_status(after_search["geneticist"]).fallen == ()
    weaken(after_search)
    for role in ("geneticist", "reviewer"):
        (fallen,) = read_status(after_search[role]).fallen
        assert (fallen.unidentified, fallen.family) == ("PM1", "F1")
        assert fallen.decided is not None
        assert fallen.now is None or fallen.now < fallen.decided
        assert f"was confirmed on a log10 LR of {fallen.decided:.2f}; search 2" in fallen.words
    for role in ("second geneticist", "second reviewer", "coordinator", "registrar", "auditor"):
        assert read_status(after_search[role]).fallen == (), role


@pytest.mark.slow
def test_identification__that_somebody_kept_is_not_reported_any_more(after_search):
    pairing = identify(after_search)
    weaken(after_search)
    after_search.clock.later(hours=1)
    ask_to_reopen(after_search["reviewer"], pairing, version=2, reason="it fell")
    keep(after_search["second reviewer"], pairing, version=3, reason="the rest stands")
    assert read_status(after_search["reviewer"]).fallen == ()


def test_identification__whose_evidence_was_erased_is_reported(after_search):
    identify(after_search)
    withdraw_donor(after_search["coordinator"], INCIDENT, "F1", "MO")
    (fallen,) = read_status(after_search["reviewer"]).fallen
    assert fallen.decided is None
    assert "rested on somebody who has left" in fallen.words


@pytest.mark.slow
def test_upgraded_registry__says_that_it_is_to_be_searched_once_as_a_whole(after_search):
    with transaction(after_search.registry.engine) as connection:
        connection.execute(update(runs).values(seen=None))
    found = read_pending(after_search["geneticist"], INCIDENT)
    assert found.everybody == ("the newest search was made by an Antigone that did not note changes",)
    search_new(after_search)
    assert read_pending(after_search["geneticist"], INCIDENT).nothing
