"""The sum over all ways of tracing, for a batch of items: compiled, in plain numbers, or in logarithms.

A way asks the urn for the expectation of a product of one vector for each root, ``prod_r v_r(allele of slot r)``.
Summed over set partitions of the roots this is a recursion over their subsets ``T``,

    f(T) = sum over B containing min T  of  c(B) f(T - B),
    c(B) = (|B| - 1)! theta^(|B| - 1) sum_x base(x) prod_B v_r(x)

with ``base(x) = (1 - theta) p_x + theta n_x`` after the certain founder alleles have been drawn. With two open roots

    K(x, y) = sum over disjoint S1, S2  of  h_S1(x) h_S2(y) f(rest)  +  [x = y] sum over S  of  j_S(x) f(rest),
    h_S(x) = |S|! theta^|S| base(x) prod_S v_r(x),    j_S(x) = (|S| + 1)! theta^(|S| + 1) base(x) prod_S v_r(x).

All terms are positive, so nothing cancels. See ``docs/model.md``, section 3.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from antigone.engine.arrays import Array
from antigone.engine.forest.batch import Batch, block_weights, urn_shares
from antigone.engine.forest.plan import ForestPlan
from antigone.engine.forest.twin import LOGARITHMS, NUMBERS, WaySum, in_doubt

WORTH_COMPILED = 2_000_000
"""Multiplications, with ``WORK_OF_A_CALL`` for each call of the plain twin, from which the compiled kernel pays."""
WORK_OF_A_CALL = 1_000
MANY = 100
"""Items from which that holds. Few items come in few batches, which must pay for loading the kernel by themselves."""


def forest_logs(plan: ForestPlan, batch: Batch) -> Array:
    """Natural log of the sum over all ways.

    Returns
    -------
    Shape ``(items,)``; with one open gene copy ``(items, n)``, with two ``(items, n, n)``, ordered.

    Notes
    -----
    What may have lost digits to underflow is summed again in logarithms.
    """
    items, n = batch.base.shape
    worth = (items * plan.cost(n) + WORK_OF_A_CALL * plan.calls) * min(1.0, items / MANY)
    kernel = _compiled() if worth >= WORTH_COMPILED else None
    logs = _run_compiled(kernel, plan, batch) if kernel else WaySum(plan, batch, NUMBERS).logs()
    doubtful = in_doubt(logs, plan, batch)
    if doubtful.any():
        logs[doubtful] = WaySum(plan, batch.take(doubtful), LOGARITHMS).logs()
    return logs


@lru_cache(maxsize=1)
def _compiled() -> Callable[..., None] | None:
    """The kernel, where numba is installed (the extra ``scale``)."""
    try:
        from antigone.engine.forest.kernels import add_up
    except ImportError:
        return None
    return add_up


def _run_compiled(kernel: Callable[..., None], plan: ForestPlan, batch: Batch) -> Array:
    items, n = batch.base.shape
    shape = [(items, 1, 1), (items, 1, n), (items, n, n)][plan.lines]
    out = np.zeros(shape)
    kernel(
        plan.vectors, plan.pairs, plan.weights, plan.question_of, plan.ended, plan.chosen, plan.roots, plan.counts,
        plan.sides, plan.group_of, plan.joined, plan.ends, plan.links, urn_shares(plan, batch),
        block_weights(batch.theta, plan.roots.shape[1] + 2), batch.base, batch.evidence, batch.known, batch.matrices,
        plan.lines, out,
    )  # fmt: skip
    with np.errstate(divide="ignore"):
        return np.log(out.reshape([(items,), (items, n), (items, n, n)][plan.lines]))
