"""How much linkage can raise or lower a likelihood, whatever the genotypes: a bound that needs no data.

Given where each meiosis copied from, linked and unlinked markers have the same likelihood. Only the probabilities of
these inheritance patterns differ, so the ratio of the two likelihoods lies between the smallest and the largest ratio
of the two probabilities of a pattern.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence

from antigone.model.pedigree import Pedigree


def log_gain_bounds(
    pedigree: Pedigree, typed: Collection[str], rho: Sequence[float], *, on_x: bool = False
) -> tuple[float, float]:
    """The least and the greatest natural log of L(linked) / L(unlinked), over all genotypes of the ``typed`` members.

    Unlinked, each meiosis switches between two neighbours with 1/2. Linked, it stays with ``1 - rho`` or switches with
    ``rho``. The two alleles of a founder may change places at each marker by itself, so of a founder's ``k`` children
    only who switches together counts: ``a`` of them against the others with

        ((1 - rho)^(k - a) rho^a + (1 - rho)^a rho^(k - a)) / 2^(1 - k)

    as the ratio of the two probabilities. It is largest for ``a = 0`` and smallest for ``a = k // 2``. The parents and
    the intervals are independent. More typed members never narrow the bounds. On the X chromosome only mothers count.

    Parameters
    ----------
    typed
        The members whose genotypes may be known or asked. Who has no descendant among them takes no part.
    rho
        One recombination fraction for each interval, 0 to 0.5.

    Examples
    --------
    A typed pair of full siblings: two founders, each with two children.

    >>> sisters = Pedigree.of(("F", "male"), ("M", "female"), ("A", "female", "F", "M"), ("B", "female", "F", "M"))
    >>> low, high = log_gain_bounds(sisters, ["A", "B"], [0.1])
    >>> round(math.exp(low), 6), round(math.exp(high), 6)  # (4 * 0.1 * 0.9)^2 and (2 * (0.9^2 + 0.1^2))^2
    (0.1296, 2.6896)
    """
    involved = pedigree.without_untyped_leaves(set(typed))
    meioses = Counter(parent for member in involved for parent in (member.father, member.mother) if parent is not None)
    low = high = 0.0
    for parent, children in meioses.items():
        if on_x and involved[parent].sex == "male":
            continue
        phase_known = not involved[parent].is_founder
        for r in rho:
            low += _log(_ratio(children, children if phase_known else children // 2, r, phase_known))
            high += _log(_ratio(children, 0, r, phase_known))
    return low, high


def _ratio(children: int, switched: int, rho: float, phase_known: bool) -> float:
    """P(so many of a parent's meioses switch) when linked, over the same when unlinked; of that pattern alone."""
    stay, switch = 2 * (1 - rho), 2 * rho
    one = stay ** (children - switched) * switch**switched
    return one if phase_known else (one + stay**switched * switch ** (children - switched)) / 2


def _log(ratio: float) -> float:
    return math.log(ratio) if ratio > 0 else -math.inf
