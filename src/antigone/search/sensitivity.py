"""How a pair's total log LR moves when the assumptions do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from antigone.engine.likelihood import log_likelihoods
from antigone.errors import ModelError, PlanTooLarge
from antigone.model.case import UnidentifiedPerson
from antigone.model.marker import Marker
from antigone.model.mutation import Custom, MutationModel, NoMutation, Transformed
from antigone.model.observation import AS_READ, ObservationModel
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.profile import Profile
from antigone.model.result import SensitivityPoint
from antigone.search.family_table import Target
from antigone.search.readings import observe_profile

THETAS = (0.0, 0.01, 0.02, 0.03, 0.05)
MUTATION_FACTORS = (0.1, 1.0, 10.0)
DROPOUTS = (0.0, 0.05, 0.1, 0.2)
STRANGER = "unrelated person"
MOST_UNKNOWN = 4
"""Founder alleles that may be unknown for a point with theta above 0; more would take minutes, not moments."""


def sensitivity(
    target: Target,
    person: UnidentifiedPerson,
    markers: Sequence[Marker],
    *,
    theta: float = 0.0,
    observation: ObservationModel = AS_READ,
) -> tuple[SensitivityPoint, ...]:
    """The total log10 LR of a pair with one assumption changed at a time: theta, mutation rates, drop-out.

    The ranges are ``THETAS``, ``MUTATION_FACTORS`` times the stated rates, and ``DROPOUTS`` of the unidentified
    person's sample, its own rate among them. A change under which a model does not exist, or that cannot be computed
    exactly within the stated limits, gives no point; neither does theta above 0 with more than ``MOST_UNKNOWN`` unread
    founder alleles.
    """
    stated = _log10(target, person, markers, theta, observation)
    return tuple(
        SensitivityPoint(assumption, value, log10_lr)
        for assumption, value, log10_lr in _points(target, person, markers, theta, observation, stated)
        if log10_lr is not None
    )


def _points(
    target: Target,
    person: UnidentifiedPerson,
    markers: Sequence[Marker],
    theta: float,
    observation: ObservationModel,
    stated: float | None,
) -> Iterator[tuple[str, str, float | None]]:
    for value in THETAS:
        yield "theta", f"{value:g}", stated if value == theta else _log10(target, person, markers, value, observation)
    for factor in MUTATION_FACTORS:
        changed = [replace(m, female=scale_rates(m.female, factor), male=scale_rates(m.male, factor)) for m in markers]
        yield (
            "mutation rates",
            f"x {factor:g}",
            stated if factor == 1 else _log10(target, person, changed, theta, observation),
        )
    own = observation.rates if person.rates is None else person.rates
    for value in sorted({*DROPOUTS, own.dropout}):
        lossy = replace(person, rates=replace(own, dropout=value))
        same = value == own.dropout
        yield "drop-out", f"{value:g}", stated if same else _log10(target, lossy, markers, theta, observation)


def _log10(
    target: Target, person: UnidentifiedPerson, markers: Sequence[Marker], theta: float, observation: ObservationModel
) -> float | None:
    """The total log10 LR, or ``None`` where a model does not exist or the sum is too large."""
    if theta > 0 and _unknown_founder_alleles(target, person, markers, observation) > MOST_UNKNOWN:
        return None
    try:
        log_lr = pair_log_lr(target, person, markers, theta=theta, observation=observation)
        return None if np.isnan(log_lr) else log_lr / float(np.log(10))
    except (ModelError, PlanTooLarge):
        return None


def _unknown_founder_alleles(
    target: Target, person: UnidentifiedPerson, markers: Sequence[Marker], observation: ObservationModel
) -> int:
    """Founder alleles that are not read at some marker: with theta the exact sum grows fast with their number."""
    used = [marker.name for marker in markers if _can_be_used(marker, target, person)]
    read = {m for m, profile in target.references.items() if all(name in profile.genotypes for name in used)}
    as_read = observation.takes_as_read(person)
    read |= {target.missing} if as_read else set()
    pedigree = target.pedigree.without_untyped_leaves({target.missing, *target.references})
    unknown = sum((member.father is None) + (member.mother is None) for member in pedigree if member.id not in read)
    return unknown + (0 if as_read else 2)


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
    typed = [m for m in markers if _can_be_used(m, target, person)]
    logs = [
        _log_likelihood(pedigree, target, person, typed, who, theta, observation) for who in (target.missing, STRANGER)
    ]
    with np.errstate(invalid="ignore"):
        return float(np.sum(np.array(logs[0]) - np.array(logs[1])))


def _can_be_used(marker: Marker, target: Target, person: UnidentifiedPerson) -> bool:
    if not person.is_typed(marker.name):
        return False
    sexed = person.sex != "unknown" and all(member.sex != "unknown" for member in target.pedigree)
    return marker.chromosome != "X" or sexed


def _log_likelihood(
    pedigree: Pedigree,
    target: Target,
    person: UnidentifiedPerson,
    markers: Sequence[Marker],
    who: str,
    theta: float,
    observation: ObservationModel,
) -> list[float]:
    """The log likelihood of every marker with the unidentified person's sample at member ``who``."""
    if observation.takes_as_read(person):
        placed = {**target.references, who: Profile(person.code, person.profile.genotypes)}
        return log_likelihoods(pedigree, placed, markers, theta=theta)
    seen = {who: observe_profile(person, markers, observation=observation)}
    return log_likelihoods(pedigree, target.references, markers, theta=theta, observations=seen)


def scale_rates(model: MutationModel, factor: float) -> MutationModel:
    """The same model with every mutation rate multiplied by ``factor``.

    >>> from antigone.model.mutation import Stepwise
    >>> scale_rates(Stepwise(0.002, 1e-6), 0.5)
    Stepwise(rate=0.001, rate2=5e-07, range=0.1)
    """
    if isinstance(model, NoMutation):
        return model
    if isinstance(model, Transformed):
        return replace(model, model=scale_rates(model.model, factor))  # type: ignore[arg-type]
    if isinstance(model, Custom):
        whole = np.array(model.matrix)
        scaled = np.eye(len(whole)) + factor * (whole - np.eye(len(whole)))
        return Custom(tuple(map(tuple, scaled.tolist())))
    rates = {name: factor * getattr(model, name) for name in ("rate", "rate2") if hasattr(model, name)}
    return replace(model, **rates)
