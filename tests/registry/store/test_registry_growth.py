"""What comes in after a search: who is to be searched is told, and why; its candidates show what it saw."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from registry_team import COURT, INCIDENT, Team, candidate, small_incident, typed

from antigone.model.incident.consent import Consent
from antigone.model.incident.incident import Donor, Family, Incident, UnidentifiedPerson
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.profile import Profile
from antigone.papers import write_expert_report
from antigone.team.incidents.consents import record_consent
from antigone.team.incidents.importing import import_incident
from antigone.team.review.candidates import expert_material, read_candidate
from antigone.team.runs.pending import read_pending
from antigone.team.runs.searching import list_runs, search
from antigone.team.views import CandidateView

SISTER = Individual("SI", "female", "FA", "MO")


def another(of: Incident, code: str, change: Callable[[Family], Family]) -> Incident:
    return replace(of, families=tuple(change(f) if f.code == code else f for f in of.families))


def with_sister(family: Family, consent: Consent | None = COURT) -> Family:
    """A daughter who fits gives a sample."""
    gave = Donor("SI", typed(f"{family.code}-SI", int(family.code[1:]), 0, 3), consent)
    return replace(family, pedigree=Pedigree((*family.pedigree, SISTER)), donors=(*family.donors, gave))


def retyped(family: Family) -> Family:
    """The father is typed at one marker less."""
    father = family.donors[0]
    fewer = dict(list(father.profile.genotypes.items())[1:])
    again = replace(father, profile=Profile(father.profile.sample, fewer))
    return replace(family, donors=(again, *family.donors[1:]))


def come_in(team: Team, change: Callable[[Family], Family], *, family: str = "F1") -> None:
    team.clock.later(hours=1)
    import_incident(team["registrar"], INCIDENT, another(small_incident(), family, change))


def backdated(team: Team) -> None:
    """The fourth family's mother has signed before the search; the paper comes in after it."""
    consent = Consent("C-late", dt.date(2026, 11, 1))
    record_consent(team["registrar"], INCIDENT, "F4", "MO", consent=consent)


def states(team: Team) -> list[str]:
    return [run.state for run in list_runs(team["geneticist"], INCIDENT).rows]


def shown(team: Team, unidentified: str = "PM1", family: str = "F1") -> CandidateView:
    return read_candidate(team["geneticist"], candidate(team, unidentified, family).id)


GROWTH = {
    "a donor": (with_sister, ("a member was added", "a donor gave a sample")),
    "a member": (lambda f: replace(f, pedigree=Pedigree((*f.pedigree, SISTER))), ("a member was added",)),
    "a typing": (retyped, ("a typing was added",)),
}
CHANGES = {name: change for name, (change, _) in GROWTH.items()}


def waiting(team: Team) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """The reasons by person, and by family."""
    found = read_pending(team["geneticist"], INCIDENT)
    assert not found.everybody
    return ({one.code: one.reasons for one in found.persons}, {one.code: one.reasons for one in found.families})


@pytest.mark.slow
@pytest.mark.parametrize(("change", "reasons"), GROWTH.values(), ids=GROWTH)
def test_growth__of_a_family_is_to_be_searched_and_nothing_else(change, reasons, after_search):
    assert waiting(after_search) == ({}, {})
    come_in(after_search, change)
    assert waiting(after_search) == ({}, {"F1": reasons})
    assert states(after_search) == ["finished"], "what it said of all the others holds"
    search(after_search["geneticist"], INCIDENT)
    assert waiting(after_search) == ({}, {})


@pytest.mark.slow
def test_growth__a_consent_that_covers_today_is_to_be_searched(after_search):
    backdated(after_search)
    assert waiting(after_search) == ({}, {"F4": ("a consent was given",)})


def test_growth__a_consent_for_another_scope_changes_nothing(after_search):
    consent = Consent("C-court", dt.date(2026, 11, 1), ("court",))
    record_consent(after_search["registrar"], INCIDENT, "F4", "MO", consent=consent)
    assert waiting(after_search) == ({}, {})


@pytest.mark.slow
def test_growth__a_consent_counts_from_its_day_on_and_until_it_ends(after_search):
    consent = Consent("C-later", dt.date(2026, 11, 25), expires=dt.date(2026, 11, 28))
    record_consent(after_search["registrar"], INCIDENT, "F4", "MO", consent=consent)
    assert waiting(after_search) == ({}, {})
    after_search.clock.later(days=2)
    assert waiting(after_search) == ({}, {"F4": ("a consent began or ended by its date",)})
    search(after_search["geneticist"], INCIDENT)
    assert waiting(after_search) == ({}, {})
    after_search.clock.later(days=3)
    assert waiting(after_search) == ({}, {"F4": ("a consent began or ended by its date",)})


@pytest.mark.slow
def test_growth__new_persons_and_families_are_not_searched_yet(after_search):
    """And a donor without consent, or the same files again, changes nothing."""
    made = small_incident()
    person = UnidentifiedPerson("PM9", typed("PM9", 9, 0, 2))
    import_incident(after_search["registrar"], INCIDENT, made)
    without = another(made, "F1", lambda family: with_sister(family, None))
    come_in(after_search, lambda family: family)
    assert waiting(after_search) == ({}, {})
    import_incident(after_search["registrar"], INCIDENT, without)
    assert waiting(after_search) == ({}, {"F1": ("a member was added",)})
    new = replace(made.families[0], code="F9", donors=())
    more = replace(without, families=(*without.families, new), unidentified=(*made.unidentified, person))
    import_incident(after_search["registrar"], INCIDENT, more)
    assert waiting(after_search) == ({"PM9": ("new",)}, {"F1": ("a member was added",), "F9": ("new",)})


def test_growth__an_incident_that_nobody_searched_says_so(team_at_work):
    found = read_pending(team_at_work["coordinator"], INCIDENT)
    assert (found.run, found.everybody, found.persons) == (None, ("no search has an answer yet",), ())


@pytest.mark.slow
def test_growth__while_a_search_computes_is_for_the_next_one(team_at_work):
    come = [lambda: come_in(team_at_work, with_sister)]

    def progress(step: str, _done: int, _of: int) -> None:
        if step == "comparing all pairs" and come:
            come.pop()()

    search(team_at_work["geneticist"], INCIDENT, progress=progress)
    assert waiting(team_at_work)[1].keys() == {"F1"}
    assert "SI" not in shown(team_at_work).family.pedigree


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_candidate__shows_what_the_search_saw_and_says_so(change, after_search):
    before = shown(after_search)
    assert before.changed == ""
    come_in(after_search, change)
    after = shown(after_search)
    assert after.candidate == before.candidate
    assert after.family == before.family
    assert "after the search" in after.changed
    assert shown(after_search, "PM2", "F2").changed == "", "of another family"
    search(after_search["geneticist"], INCIDENT)
    assert shown(after_search).changed == ""


@pytest.mark.slow
def test_candidate__of_a_search_that_saw_the_sister_names_her(after_search):
    come_in(after_search, with_sister)
    search(after_search["geneticist"], INCIDENT)
    assert [donor.member for donor in shown(after_search).family.donors] == ["FA", "MO", "SI"]


def test_candidate__keeps_every_covered_donor_whether_or_not_they_fit(after_search):
    """The daughter of F3 is none; whoever reads the references does not learn it (rule 6)."""
    kept = shown(after_search, "PM4", "F3").candidate
    assert kept is not None
    assert kept.references == ("FA", "MO", "SI")
    assert kept.members == ("FA", "MO", "MP", "SI")


@pytest.mark.slow
def test_expert_report__is_about_the_family_that_the_search_saw(after_search):
    number = candidate(after_search, "PM1", "F1").id
    before = expert_material(after_search["reviewer"], number, court=False)
    paper = write_expert_report(after_search["reviewer"], number, court=False)
    come_in(after_search, with_sister)
    after = expert_material(after_search["reviewer"], number, court=False)
    assert after.family == before.family
    assert [donor.member for donor in after.family.donors] == ["FA", "MO"]
    assert write_expert_report(after_search["reviewer"], number, court=False) == paper


def test_candidate__closes_when_a_withdrawal_comes_in_that_is_dated_before_the_search(after_search):
    """A consent that had ended on the day of the search, as is known only now, covered nothing then and covers nothing
    now: the candidate rested on it all the same."""

    def withdrew(family: Family) -> Family:
        gave = family.donors[0]
        ended = replace(gave, consent=replace(COURT, withdrawn=dt.date(2026, 11, 1)))
        return replace(family, donors=(ended, *family.donors[1:]))

    come_in(after_search, withdrew)
    closed = shown(after_search)
    assert closed.candidate is None
    assert "the consent of 1 donor of the family has ended since" in closed.closed
    assert waiting(after_search) == ({}, {"F1": ("a consent was withdrawn",)})
