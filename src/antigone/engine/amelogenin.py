"""Amelogenin: how probable is what a sample shows of X and Y, when it is of a female and when it is of a male.

A female has two copies X, a male one X and one Y. Drop-out, drop-in and error are those of any other marker
(``engine.observation``): every copy is lost with probability ``d``; with probability ``c`` one allele of a random
person appears beside them; with probability ``e`` the amplification is a random person's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from antigone.engine.observation import observation_probabilities
from antigone.model.assumptions.choices import MALES
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import ObservationRates, Replicate

_AMELOGENIN = Marker("Amelogenin", ("X", "Y"), (1 - MALES / 2, MALES / 2))


def sex_likelihoods(replicates: Sequence[Replicate], *, rates: ObservationRates) -> tuple[float, float]:
    """P(what the amplifications of Amelogenin showed | female), and P(the same | male).

    Raises
    ------
    ModelError
        For any other allele than X and Y.

    Examples
    --------
    X alone: a female shows it with 1 - d^2, a male who lost his Y with (1 - d) d.

    >>> [round(p, 6) for p in sex_likelihoods([("X",)], rates=ObservationRates(dropout=0.4))]
    [0.84, 0.24]
    """
    female, male = 1.0, 1.0
    clean = replace(rates, error=0.0)
    for shown in replicates:
        of_female, of_male, _ = observation_probabilities([shown], _AMELOGENIN, rates=clean).tolist()
        random = rates.error * (MALES * of_male + (1 - MALES) * of_female)
        female *= (1 - rates.error) * of_female + random
        male *= (1 - rates.error) * of_male + random
    return female, male
