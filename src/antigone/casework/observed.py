"""Cases with degraded samples: from what was seen to P(seen | genotype) for the engine."""

from __future__ import annotations

from antigone.engine.likelihood import LikelihoodRatio, likelihood_ratio
from antigone.engine.observation import observation_probabilities
from antigone.engine.soft import Observations
from antigone.formats.observed import read_observed
from antigone.formats.validation import Case


def ratio_of_case(case: Case) -> LikelihoodRatio:
    """H1 over H2 of a case, with the observation model for the persons who have one.

    Raises
    ------
    InputError
        When the case's observations cannot be read.
    """
    h1, h2 = case.pedigrees["H1"], case.pedigrees["H2"]
    observations = case_observations(case)
    return likelihood_ratio(h1, h2, case.profiles, case.markers, theta=case.theta, observations=observations)


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
