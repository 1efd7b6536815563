"""What comes in after a search: the search says that it is old, its candidates show what it saw."""

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
from antigone.model.review import TO_COMPUTE_AGAIN
from antigone.papers import write_expert_report
from antigone.team.incidents.consents import record_consent
from antigone.team.incidents.importing import import_incident
from antigone.team.review.candidates import expert_material, read_candidate
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
    "a donor": with_sister,
    "a member": lambda family: replace(family, pedigree=Pedigree((*family.pedigree, SISTER))),
    "a typing": retyped,
}


@pytest.mark.parametrize("change", GROWTH.values(), ids=GROWTH)
def test_growth__a_search_of_the_family_is_to_be_computed_again(change, after_search):
    assert states(after_search) == ["finished"]
    come_in(after_search, change)
    assert states(after_search) == [TO_COMPUTE_AGAIN]
    search(after_search["geneticist"], INCIDENT)
    assert states(after_search) == ["finished", TO_COMPUTE_AGAIN]


def test_growth__a_consent_that_covers_the_day_of_the_search_marks_it(after_search):
    backdated(after_search)
    assert states(after_search) == [TO_COMPUTE_AGAIN]


@pytest.mark.parametrize(
    "consent",
    [Consent("C-later", dt.date(2026, 11, 24)), Consent("C-court", dt.date(2026, 11, 1), ("court",))],
    ids=["of a later day", "for another scope"],
)
def test_growth__a_consent_that_covers_nothing_of_the_search_leaves_it(consent, after_search):
    after_search.clock.later(days=2)
    record_consent(after_search["registrar"], INCIDENT, "F4", "MO", consent=consent)
    assert states(after_search) == ["finished"]


def test_growth__what_the_search_never_saw_leaves_it(after_search):
    """A new family, a new unidentified person, a donor without consent and the same files again."""
    made = small_incident()
    new = replace(made.families[0], code="F9", donors=())
    person = UnidentifiedPerson("PM9", typed("PM9", 9, 0, 2))
    import_incident(after_search["registrar"], INCIDENT, made)
    more = replace(made, families=(*made.families, new), unidentified=(*made.unidentified, person))
    import_incident(after_search["registrar"], INCIDENT, more)
    assert states(after_search) == ["finished"]


def test_growth__while_a_search_computes_is_told_when_it_ends(team_at_work):
    come = [lambda: come_in(team_at_work, with_sister)]

    def progress(step: str, _done: int, _of: int) -> None:
        if step == "comparing all pairs" and come:
            come.pop()()

    search(team_at_work["geneticist"], INCIDENT, progress=progress)
    assert states(team_at_work) == [TO_COMPUTE_AGAIN]
    assert "SI" not in shown(team_at_work).family.pedigree


@pytest.mark.parametrize("change", GROWTH.values(), ids=GROWTH)
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
    assert states(after_search) == [TO_COMPUTE_AGAIN]
