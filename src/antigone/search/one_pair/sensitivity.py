"""How a pair's total log LR moves when the assumptions do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from antigone.errors import ModelError, PlanTooLarge
from antigone.model.assumptions.choices import SENSITIVITY_DROPOUTS, SENSITIVITY_MUTATION, SENSITIVITY_THETAS
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import AS_READ, ObservationModel
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.results.search import SensitivityPoint
from antigone.search.families.family_table import Target
from antigone.search.one_pair.likelihood import pair_log_lr


def sensitivity(
    target: Target,
    person: UnidentifiedPerson,
    markers: Sequence[Marker],
    *,
    theta: float = 0.0,
    observation: ObservationModel = AS_READ,
) -> tuple[SensitivityPoint, ...]:
    """The total log10 LR of a pair with one assumption changed at a time: theta, mutation rates, drop-out.

    The ranges are ``SENSITIVITY_THETAS``, ``SENSITIVITY_MUTATION`` times the stated rates, and ``SENSITIVITY_DROPOUTS``
    of the unidentified person's sample, its own rate among them. A change under which a model does not exist, or that
    cannot be computed exactly within the stated limits, gives no point; ``points_left_out`` names it.
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
    for value in SENSITIVITY_THETAS:
        yield "theta", f"{value:g}", stated if value == theta else _log10(target, person, markers, value, observation)
    for factor in SENSITIVITY_MUTATION:
        changed = [replace(m, female=m.female.scaled(factor), male=m.male.scaled(factor)) for m in markers]
        yield (
            "mutation rates",
            f"× {factor:g}",
            stated if factor == 1 else _log10(target, person, changed, theta, observation),
        )
    own = observation.rates if person.rates is None else person.rates
    for value in sorted({*SENSITIVITY_DROPOUTS, own.dropout}):
        lossy = replace(person, rates=replace(own, dropout=value))
        same = value == own.dropout
        yield "drop-out", f"{value:g}", stated if same else _log10(target, lossy, markers, theta, observation)


def _log10(
    target: Target, person: UnidentifiedPerson, markers: Sequence[Marker], theta: float, observation: ObservationModel
) -> float | None:
    """The total log10 LR, or ``None`` where a model does not exist or the sum is too large."""
    try:
        log_lr = pair_log_lr(target, person, markers, theta=theta, observation=observation)
        return None if np.isnan(log_lr) else log_lr / float(np.log(10))
    except (ModelError, PlanTooLarge):
        return None
