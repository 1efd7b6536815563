"""One pair by the likelihoods of explicit pedigrees: what a search reads from tables, worked out anew for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from antigone.engine.arrays import Array
from antigone.engine.sums.likelihood import group_markers, marker_logs
from antigone.engine.sums.pruning import prune
from antigone.engine.sums.soft import Observations
from antigone.engine.sums.work import require_work, work_of
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import AS_READ, ObservationModel
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.profile import Profile
from antigone.search.families.family_table import Target, direct_probabilities
from antigone.search.remains.readings import observe_profile

STRANGER = "unrelated person"
MOST_WORK = 2e10
"""Multiplications (``engine.work``) that one likelihood of a pair may take: some seconds. Sensitivity and close
relatives ask for dozens of them."""


def pair_log_lr(
    target: Target,
    person: UnidentifiedPerson,
    markers: Sequence[Marker],
    *,
    theta: float = 0.0,
    observation: ObservationModel = AS_READ,
) -> float:
    """The natural log LR of one pair from two explicit pedigrees, markers typed in the unidentified person only.

    It equals the search's sum of look-ups; ``nan`` where the references are impossible
    together, or what was read is impossible whoever it is of.
    """
    pedigree = Pedigree((*target.pedigree, Individual(STRANGER, person.sex)))
    return log_ratio_of_places(
        pedigree, target, person, markers, places=(target.missing, STRANGER), theta=theta, observation=observation
    )


def log_ratio_of_places(
    pedigree: Pedigree,
    target: Target,
    person: UnidentifiedPerson,
    markers: Sequence[Marker],
    *,
    places: tuple[str, str],
    theta: float,
    observation: ObservationModel,
) -> float:
    """The natural log LR of the unidentified person being one member of a pedigree against being another one.

    Parameters
    ----------
    pedigree
        That of the target, with whoever else the two propositions name.
    target, person
        The references, and the sample in question.
    markers
        Those that were typed in the person are used; of the X chromosome only when all sexes are known.
    places
        The two members, first over second.
    theta, observation
        As in the search.

    Returns
    -------
    float
        ``nan`` where both propositions are impossible.

    Raises
    ------
    PlanTooLarge
        When one of the two likelihoods takes more than ``MOST_WORK``.
    """
    typed = [marker for marker in markers if can_be_used(marker, target, person)]
    logs = [_log_likelihoods(pedigree, target, person, typed, who, theta, observation) for who in places]
    with np.errstate(invalid="ignore"):
        return float(np.sum(np.array(logs[0]) - np.array(logs[1])))


def can_be_used(marker: Marker, target: Target, person: UnidentifiedPerson) -> bool:
    """Whether a marker was typed in a person, and its inheritance is known where it depends on the sexes."""
    if not person.is_typed(marker.name):
        return False
    sexed = person.sex != "unknown" and all(member.sex != "unknown" for member in target.pedigree)
    return marker.chromosome != "X" or sexed


def _log_likelihoods(
    pedigree: Pedigree,
    target: Target,
    person: UnidentifiedPerson,
    markers: Sequence[Marker],
    who: str,
    theta: float,
    observation: ObservationModel,
) -> list[float]:
    """The log likelihood of every marker with the unidentified person's sample at member ``who``."""
    direct = target.direct if who == target.missing else None
    references = {m: profile for m, profile in target.references.items() if direct is None or m != who}
    if direct is None and observation.takes_as_read(person):
        placed = {**references, who: Profile(person.code, person.profile.genotypes)}
        _require_moments(pedigree, placed, markers, {}, theta)
        return marker_logs(pedigree, placed, markers, theta=theta)
    shown = observe_profile(person, markers, observation=observation)
    if direct is not None:
        shown = {m.name: shown[m.name] * _direct(target, m) for m in markers}
    _require_moments(pedigree, references, markers, {who: shown}, theta)
    return marker_logs(pedigree, references, markers, theta=theta, observations={who: shown})


def _direct(target: Target, marker: Marker) -> Array:
    hemizygous = marker.chromosome == "X" and target.sex == "male"
    return direct_probabilities(target, marker, hemizygous=hemizygous)


def _require_moments(
    pedigree: Pedigree,
    profiles: Mapping[str, Profile],
    markers: Sequence[Marker],
    observations: Observations,
    theta: float,
) -> None:
    groups = group_markers(pedigree, profiles, markers, observations=observations)
    works = (len(positions) * work_of(prune(data), theta).operations for positions, data in groups)
    require_work(sum(works), most=MOST_WORK)
