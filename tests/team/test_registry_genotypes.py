"""Who sees the genotypes behind a candidate: the geneticist who ran the search all, the others what was chosen."""

from __future__ import annotations

import pytest
from registry_team import INCIDENT, Team, candidate, typed

from antigone.errors import ConsentError, Forbidden, InputError
from antigone.team.incidents.consents import withdraw_donor
from antigone.team.keeping.auditing import read_audit
from antigone.team.review.genotypes import read_genotypes, show_genotypes
from antigone.team.views import GenotypesView


def seen(view: GenotypesView) -> list[str]:
    assert view.material is not None
    return [donor.member for donor in view.material.family.donors]


@pytest.fixture
def misfit(after_search: Team) -> int:
    """The candidate of F3, whose declared daughter SI is none."""
    return candidate(after_search, "PM4", "F3").id


def test_genotypes__are_those_that_were_typed(after_search):
    view = read_genotypes(after_search["geneticist"], candidate(after_search, "PM1", "F1").id)
    assert view.material is not None
    father, mother = view.material.family.donors
    assert father.profile == typed("F1-FA", 1, 0, 1)
    assert mother.profile == typed("F1-MO", 1, 2, 3)
    assert view.material.person.profile.genotypes == typed("PM1", 1, 0, 2).genotypes


def test_genotypes__are_seen_by_nobody_else_until_the_geneticist_of_the_search_chose(after_search, misfit):
    clear = candidate(after_search, "PM1", "F1").id
    for who in ("reviewer", "second geneticist"):
        closed = {number: read_genotypes(after_search[who], number) for number in (clear, misfit)}
        assert all(view.material is None and not view.chooses for view in closed.values())
        assert closed[clear].closed == closed[misfit].closed  # nothing follows from it


def test_genotypes__of_a_reference_that_does_not_fit_are_seen_and_named_to_its_geneticist_alone(after_search, misfit):
    mine = read_genotypes(after_search["geneticist"], misfit)
    assert (seen(mine), mine.took_no_part, mine.chooses) == (["FA", "MO", "SI"], ("SI",), True)
    show_genotypes(after_search["geneticist"], misfit, ["MO", "FA"])
    for who in ("reviewer", "second geneticist"):
        view = read_genotypes(after_search[who], misfit)
        assert (seen(view), view.took_no_part, view.shown) == (["FA", "MO"], (), ("FA", "MO"))


def test_genotypes__shown_to_the_others_can_be_taken_back(after_search, misfit):
    show_genotypes(after_search["geneticist"], misfit, ["MO"])
    show_genotypes(after_search["geneticist"], misfit, [])
    assert read_genotypes(after_search["reviewer"], misfit).material is None


def test_show_genotypes__is_for_the_geneticist_who_ran_the_search(after_search, misfit):
    with pytest.raises(Forbidden, match="who ran the search"):
        show_genotypes(after_search["second geneticist"], misfit, ["MO"])


def test_show_genotypes__of_somebody_who_gave_no_sample_is_refused(after_search, misfit):
    with pytest.raises(InputError, match="MP of family F3 gave no sample"):
        show_genotypes(after_search["geneticist"], misfit, ["MP"])


def test_genotypes__stay_closed_when_somebody_left(after_search):
    number = candidate(after_search, "PM1", "F1").id
    show_genotypes(after_search["geneticist"], number, ["MO"])
    withdraw_donor(after_search["registrar"], INCIDENT, "F1", "FA")
    for who in ("geneticist", "reviewer"):
        assert "left" in read_genotypes(after_search[who], number).closed
    with pytest.raises(ConsentError):
        show_genotypes(after_search["geneticist"], number, ["MO"])


def test_audit__says_whose_genotypes_were_seen_and_holds_none(after_search, misfit):
    show_genotypes(after_search["geneticist"], misfit, ["MO"])
    read_genotypes(after_search["reviewer"], misfit)
    lines = [line for line in read_audit(after_search["auditor"], size=1000).rows if "genotypes" in line.action]
    assert [(line.actor, line.action) for line in lines] == [
        ("reviewer", "see genotypes"), ("geneticist", "show genotypes")
    ]  # fmt: skip
    assert all('"members":["MO"]' in line.subject and "M00" not in line.subject for line in lines)
