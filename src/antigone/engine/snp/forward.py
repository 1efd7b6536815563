"""One pass along the chromosomes: the sum over all ways in which inheritance patterns follow each other.

`log_sums` is run by a kernel of `kernels` where numba is installed; `log_sums_plain` is its plain twin.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from antigone.engine.arrays import Array
from antigone.engine.snp.sharing import Sharing


def log_sums(sharing: Sharing, rho: Array, table: Array, seen: Array) -> Array:
    """Natural log of P(data of the family and of each person), summed over all inheritance patterns.

    Parameters
    ----------
    rho
        Shape ``(loci,)``: recombination with the locus before; 1/2 at the first locus of a chromosome.
    table
        Of the family, shape ``(loci, patterns, 3)``.
    seen
        Shape ``(persons, loci, 3)``: P(data | copies of allele 1) of each person who is asked about.

    Returns
    -------
    Shape ``(persons,)``; ``-inf`` where the data are impossible.
    """
    kernel = _compiled()
    if kernel is None:
        return log_sums_plain(sharing, rho, table, seen)
    out = np.empty(len(seen))
    kernel(sharing.bits, sharing.founders, sharing.pattern_of, rho, table, np.ascontiguousarray(seen), out)
    return out


def log_sums_plain(sharing: Sharing, rho: Array, table: Array, seen: Array) -> Array:
    """`log_sums` by arrays over persons and states."""
    states = 2**sharing.bits
    held = np.full((len(seen), states), 1 / states)
    logs = np.zeros(len(seen))
    for locus, fraction in enumerate(rho):
        held = _moved(sharing, held, float(fraction))
        held = held * (seen[:, locus] @ table[locus].T)[:, sharing.pattern_of]
        total = held.sum(axis=1)
        with np.errstate(divide="ignore"):
            logs += np.log(total)
        held = held / np.where(total > 0, total, 1.0)[:, None]
    return logs


def _moved(sharing: Sharing, held: Array, rho: float) -> Array:
    """One interval further: each bit changes with ``rho``, a founder's bits together with ``rho`` once more."""
    state = np.arange(held.shape[1])
    masks = [1 << bit for bit in range(sharing.bits)] + sharing.founders.tolist()
    for mask in masks:
        held = (1 - rho) * held + rho * held[:, state ^ mask]
    return held


@lru_cache(maxsize=1)
def _compiled() -> Callable[..., None] | None:
    """The kernel, where numba is installed (the extra ``scale``)."""
    try:
        from antigone.engine.snp.kernels import add_up
    except ImportError:
        return None
    return add_up
