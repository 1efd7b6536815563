"""How probable a haplotype is in a person of no known relation: four named estimators."""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from antigone.model.assumptions.choices import CONFIDENCE
from antigone.model.assumptions.lineage import Copies, DiscreteLaplace, Estimator
from antigone.model.statements import evidence as said
from antigone.model.statements.statement import Statement


@dataclass(frozen=True)
class Counted:
    """What a database says about one haplotype: how often it was met, among how many, with how many singletons."""

    seen: int
    size: int
    singletons: int | None = None


def count_in(counts: Mapping[Any, int], wanted: Collection[Hashable]) -> Counted:
    """Count the haplotypes that are among ``wanted``, all of them, and those met once.

    >>> count_in({"a": 1, "b": 3, "c": 1}, {"b"})
    Counted(seen=3, size=5, singletons=2)
    """
    seen = sum(counts.get(haplotype, 0) for haplotype in wanted)
    return Counted(seen, sum(counts.values()), sum(count == 1 for count in counts.values()))


def estimate(counted: Counted, estimator: Estimator) -> tuple[float, Statement]:
    """The probability of the haplotype in a person of no known relation, and how it was found.

    Kappa is for a haplotype that the database does not hold; for one that it holds, and when every haplotype is a
    singleton, the augmented count is taken, and the words say so.

    Examples
    --------
    >>> estimate(Counted(0, 99), "augmented count")
    (0.01, Statement(code='augmented count of', values={'seen': 0, 'size': 99}))
    >>> round(estimate(Counted(0, 100), "clopper-pearson")[0], 6)
    0.029513
    >>> round(estimate(Counted(0, 99, 90), "kappa")[0], 6)
    0.000909
    """
    seen, size, singletons = counted.seen, counted.size, counted.singletons
    if estimator == "clopper-pearson":
        bound = clopper_pearson_bound(seen, size)
        return bound, said.BOUND_OF_CLOPPER_PEARSON(seen=seen, size=size)
    if estimator == "kappa" and seen == 0 and singletons is not None and singletons < size:
        return (1 - singletons / size) / (size + 1), said.KAPPA_OF(singletons=singletons, size=size)
    way = said.AUGMENTED_FOR_KAPPA if estimator == "kappa" else said.AUGMENTED
    return (seen + 1) / (size + 1), way(seen=seen, size=size)


def clopper_pearson_bound(seen: int, size: int) -> float:
    """The one-sided upper 95 % bound of a proportion: p with P(``seen`` or fewer of ``size`` | p) = 0.05.

    Clopper & Pearson (1934), doi:10.1093/biomet/26.4.404.

    Examples
    --------
    >>> round(clopper_pearson_bound(0, 100), 8) == round(1 - 0.05 ** (1 / 100), 8), clopper_pearson_bound(5, 5)
    (True, 1.0)
    """
    if seen >= size:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(seen, size, middle) > 1 - CONFIDENCE else (low, middle)
    return high


def _at_most(seen: int, size: int, p: float) -> float:
    """P(X <= seen) of a binomial distribution."""
    if p in (0.0, 1.0):
        return 1.0 - p
    start = math.lgamma(size + 1)
    return math.fsum(
        math.exp(start - math.lgamma(k + 1) - math.lgamma(size - k + 1) + k * math.log(p) + (size - k) * math.log1p(-p))
        for k in range(seen + 1)
    )


def discrete_laplace(mixture: DiscreteLaplace, haplotype: Mapping[str, Copies]) -> float:
    """P(haplotype) at these loci: sum over clusters of weight x product of (1 - p) / (1 + p) p^|allele - centre|.

    Loci of the mixture that are not in ``haplotype`` are summed out, which is to leave them out.

    Examples
    --------
    >>> from antigone.model.assumptions.lineage import LaplaceCluster
    >>> one = DiscreteLaplace((LaplaceCluster(1.0, {"DYS19": 14}, {"DYS19": 0.5}),))
    >>> round(discrete_laplace(one, {"DYS19": ("15",)}), 6)
    0.166667
    """
    total = 0.0
    for cluster in mixture.clusters:
        product = cluster.weight
        for locus, (allele,) in haplotype.items():
            p = cluster.dispersion[locus]
            product *= (1 - p) / (1 + p) * p ** abs(int(allele) - cluster.centre[locus])
        total += product
    return total
