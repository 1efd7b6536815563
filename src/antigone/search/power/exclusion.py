"""The power to exclude a claim: how often the genotypes that will be found are impossible under it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from antigone.engine.doors import checked_question
from antigone.engine.sums.likelihood import log_likelihood
from antigone.errors import ModelError
from antigone.model.assumptions.marker import Marker
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile
from antigone.search.power.outcomes import combinations, logs_of_combinations


def exclusion_power(
    claim: Pedigree,
    truth: Pedigree,
    markers: Sequence[Marker],
    *,
    available: Sequence[str],
    typed: Mapping[str, Profile] | None = None,
) -> tuple[float, ...]:
    """For each marker, P(genotypes of the available persons are impossible under the claim | typed, truth).

    Without mutation, and with theta 0 (Egeland, Pinto, Vigeland 2014, doi:10.1016/j.fsigen.2013.05.001). Their sum is
    the expected number of mismatches; one minus the product of what remains is the power of all markers together.

    Parameters
    ----------
    claim, truth
        Two pedigrees that both hold everybody who is typed or available.
    available
        Who will be typed, at every marker.
    typed
        What is known already.

    Raises
    ------
    ModelError
        For nobody available, somebody who is typed already, or what is typed being impossible under the truth.
    PlanTooLarge
        For more combinations of genotypes than are held at once.

    Examples
    --------
    A man claimed as the father who is a stranger; two alleles of one half: he and the child share none with 1/8.

    >>> claim = Pedigree.of(("AF", "male"), ("C", "male", "AF", None))
    >>> truth = Pedigree.of(("AF", "male"), ("C", "male"))
    >>> exclusion_power(claim, truth, [Marker("M", ("a", "b"), (0.5, 0.5))], available=["AF", "C"])
    (0.125,)
    """
    known = typed or {}
    for pedigree, name in ((claim, "the claim"), (truth, "the truth")):
        given = checked_question(pedigree, {**known, **_blank(available)}, markers, name=name)
    twice = [member for member in available if member in known]
    if not available or twice:
        raise ModelError(f"{', '.join(twice) or 'nobody'} is available; name members who are not typed yet")
    return tuple(_of_marker(claim, truth, marker.without_mutation(), available, known) for marker in given)


def _of_marker(
    claim: Pedigree, truth: Pedigree, marker: Marker, available: Sequence[str], known: Mapping[str, Profile]
) -> float:
    before = log_likelihood(truth, known, marker)
    if before == -np.inf:
        raise ModelError(f"marker {marker.name}: what is typed is impossible under the truth")
    everything = combinations(truth, marker, available)
    as_claimed, as_true = (
        logs_of_combinations(pedigree, known, marker, available, everything) for pedigree in (claim, truth)
    )
    return float(np.exp(as_true[as_claimed == -np.inf] - before).sum())


def _blank(members: Sequence[str]) -> dict[str, Profile]:
    return {member: Profile(member, {}) for member in members}
