"""Which markers of a pair need a mutation: the one table of a family against the likelihoods of each pair."""

from __future__ import annotations

import numpy as np

from antigone.engine.sums.likelihood import marker_logs
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.mutation import NoMutation, Stepwise
from antigone.model.assumptions.observation import AS_READ, ObservationModel, ObservationRates
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile
from antigone.search.families.family_table import Target
from antigone.search.one_pair.mutations import markers_needed, placed

LADDER = ("9", "10", "11", "12")
STEPWISE = Stepwise(0.002)
KIT = tuple(Marker(name, LADDER, (0.1, 0.4, 0.3, 0.2), STEPWISE, STEPWISE) for name in "ABCD")
TRIO = Pedigree.of(("FA", "male"), ("MO", "female"), ("CH", "male", "FA", "MO"), ("SIS", "female", "FA", "MO"))


def typed(sample, **genotypes):
    return Profile(sample, genotypes)


def person(code="PM", **genotypes):
    return UnidentifiedPerson(code, typed(code, **genotypes), "male")


def target(references, missing="CH"):
    return Target("F", missing, TRIO, references)


def one_by_one(target, who, observation=AS_READ):
    """Each pair by its own likelihoods, with and without the person."""
    still = [marker.without_mutation() for marker in KIT]
    profiles, seen = placed(target, who, still, observation=observation)
    with_person = marker_logs(target.pedigree, profiles, still, observations=seen)
    alone = marker_logs(target.pedigree, target.references, still)
    return {m.name for m, one, other in zip(KIT, with_person, alone, strict=True) if one == -np.inf != other}


FAMILIES = [
    target({"FA": typed("f", A=("10", "10"), B=("10", "10"), C=("10", "10"))}),
    target({"FA": typed("f", A=("9", "10"), B=("9", "9")), "MO": typed("m", A=("12", "12"), C=("9", None))}),
    target({"FA": typed("f", A=("10", "10")), "SIS": typed("s", A=("11", "11"), B=("9", "12"))}),
    target({"CH": typed("own", A=("9", "9"), B=("9", "9")), "FA": typed("f", A=("10", "10"), B=("9", "10"))}),
]
PERSONS = [
    person("P1", A=("11", "11"), B=("10", "11"), D=("9", "9")),
    person("P2", A=("10", "12"), B=("9", "12"), C=("11", "12")),
    person("P3", A=("11", None), B=("12", "12"), C=("10", "10")),
]
PAIRS = [(family, who) for family in FAMILIES for who in PERSONS]


def test_needed__are_the_markers_of_the_likelihoods_of_each_pair():
    assert markers_needed(PAIRS, KIT) == [one_by_one(*pair) for pair in PAIRS]


def test_needed__only_the_markers_that_are_impossible_without_mutation():
    assert markers_needed([(FAMILIES[0], PERSONS[0])], KIT) == [{"A"}]


def test_needed__what_the_references_need_themselves_is_not_told():
    assert markers_needed([(FAMILIES[2], PERSONS[1])], KIT) == [set()]


def test_needed__a_model_without_mutation_needs_the_same_ones():
    plain = [Marker("A", LADDER, KIT[0].frequencies, NoMutation(), NoMutation())]
    assert markers_needed([(FAMILIES[0], PERSONS[0])], plain) == [{"A"}]


def test_needed__through_drop_out_as_by_the_likelihoods():
    seen = ObservationModel(ObservationRates(dropout=0.1))
    assert markers_needed(PAIRS, KIT, observation=seen) == [one_by_one(*pair, seen) for pair in PAIRS]


def test_needed__with_drop_in_nothing_needs_a_mutation():
    seen = ObservationModel(ObservationRates(dropout=0.1, dropin=0.01))
    assert markers_needed([(FAMILIES[0], PERSONS[0])], KIT, observation=seen) == [set()]
