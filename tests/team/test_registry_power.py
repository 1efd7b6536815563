"""Power in a registry: lists in words, of nobody's genotypes; given the relatives for one geneticist alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from registry_team import INCIDENT, audit

from antigone.casework.power.families import PowerChoices
from antigone.errors import Forbidden, InputError
from antigone.team.runs.power import list_sampling, read_power

F3 = PowerChoices(family="F3")


def test_sampling__lists_who_may_be_asked_in_words(after_search):
    """F1 to F3 have their parents typed; of F4 nobody is, and everybody gave a sample already."""
    answer = list_sampling(after_search["coordinator"], INCIDENT)
    assert answer.lines == ()
    assert ("coordinator", "see sampling") in audit(after_search)


def test_power__of_a_family_is_of_its_consented_donors(after_search):
    answer = read_power(after_search["reviewer"], INCIDENT, replace(F3, family="F1"))
    assert [(step.missing, step.new) for step in answer.steps] == [("MP", ())]
    assert (answer.unidentified, answer.basis) == (6, "declared")


def test_power__of_a_member_who_gave_a_sample_is_refused(after_search):
    with pytest.raises(InputError, match="FA of family F4 gave a sample"):
        read_power(after_search["geneticist"], INCIDENT, PowerChoices(family="F4", candidates=("FA",)))


@pytest.mark.parametrize(("who", "why"), [("reviewer", "responsible|newest"), ("second geneticist", "newest search")])
def test_power__given_the_relatives_is_for_the_geneticist_of_the_newest_search(after_search, who, why):
    with pytest.raises(Forbidden, match=why):
        read_power(after_search[who], INCIDENT, PowerChoices(family="F1", basis="typed"))
    answer = read_power(after_search["geneticist"], INCIDENT, PowerChoices(family="F1", basis="typed"))
    assert answer.steps[0].inclusion.low > 0.99
