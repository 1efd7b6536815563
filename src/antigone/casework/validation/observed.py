"""Cases with degraded samples or linked markers: from what the file says to what the engine takes."""

from __future__ import annotations

from antigone.engine.linkage.likelihood import likelihood_ratio_linked
from antigone.engine.observation import observation_probabilities
from antigone.engine.sums.ratio import LikelihoodRatio
from antigone.engine.sums.soft import Observations
from antigone.formats.validation.cases import Case
from antigone.formats.validation.observed import read_observed
from antigone.model.assumptions.linkage import LinkageGroup


def ratio_of_case(case: Case) -> LikelihoodRatio:
    """H1 over H2 of a case, with its linkage groups and the observation model for the persons who have one.

    Raises
    ------
    InputError
        When the case's observations cannot be read.
    ModelError
        For linked markers with theta or founder inbreeding, see ``likelihood_ratio_linked``.
    """
    h1, h2 = case.pedigrees["H1"], case.pedigrees["H2"]
    observations = case_observations(case)
    groups = linkage_groups(case)
    return likelihood_ratio_linked(
        h1, h2, case.profiles, case.markers, groups=groups, theta=case.theta, observations=observations
    )


def linkage_groups(case: Case) -> tuple[LinkageGroup, ...]:
    """The groups of linked markers that a case states."""
    markers = {marker.name: marker for marker in case.markers}
    return tuple(
        LinkageGroup(tuple(markers[name] for name in linkage.markers), linkage.recombination)
        for linkage in case.linkage
    )


def case_observations(case: Case) -> Observations:
    """P(what was seen | genotype) by person and marker."""
    males = {member.id for pedigree in case.pedigrees.values() for member in pedigree if member.sex == "male"}
    markers = {marker.name: marker for marker in case.markers}
    return {
        person: {
            name: observation_probabilities(
                replicates,
                markers[name],
                rates=seen.rates,
                hemizygous=person in males and markers[name].chromosome == "X",
            )
            for name, replicates in seen.replicates.items()
        }
        for person, seen in read_observed(case).items()
    }
