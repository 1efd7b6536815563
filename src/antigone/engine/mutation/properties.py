"""What a mutation matrix is like: its overall rate, whether it is stationary, reversible, lumpable.

Rows are the parent's allele, columns the allele passed on. ``frequencies`` may leave out the silent allele when
the matrix does too.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

from antigone.errors import ModelError

Matrix = npt.NDArray[np.float64]

FLAG_TOLERANCE = 1.5e-8
"""Largest difference at which two matrix elements count as equal in the ``is_...`` questions."""


def overall_rate(matrix: Matrix, frequencies: Sequence[float] | Matrix) -> float:
    """The probability that a random allele of the population mutates in one meiosis.

    ``sum p_i (1 - M_ii)``.

    Examples
    --------
    >>> round(overall_rate(np.array([[0.9, 0.1], [0.2, 0.8]]), [0.5, 0.5]), 12)
    0.15
    """
    return float(np.asarray(frequencies) @ (1 - np.diag(matrix)))


def is_stationary(matrix: Matrix, frequencies: Sequence[float] | Matrix) -> bool:
    """Whether mutation leaves the population frequencies as they are: ``p M = p``."""
    p = np.asarray(frequencies)
    return bool(np.all(np.abs(p @ matrix - p) <= FLAG_TOLERANCE))


def is_reversible(matrix: Matrix, frequencies: Sequence[float] | Matrix) -> bool:
    """Whether a mutation is as frequent as its reverse: ``p_i M_ij = p_j M_ji``."""
    flow = np.asarray(frequencies)[:, None] * matrix
    return bool(np.all(np.abs(flow - flow.T) <= FLAG_TOLERANCE))


def is_bounded(matrix: Matrix, frequencies: Sequence[float] | Matrix) -> bool:
    """Whether no mutation ends in an allele more often than the allele is in the population: ``M_ij <= p_j``."""
    excess = matrix - np.asarray(frequencies)[None, :]
    np.fill_diagonal(excess, 0.0)
    return bool(np.all(excess <= FLAG_TOLERANCE))


def is_lumpable(matrix: Matrix, subset: Collection[int]) -> bool:
    """Whether the alleles of ``subset`` (indices) may be treated as one without changing any likelihood.

    True when all rows of the subset agree in every column outside it.

    Notes
    -----
    Kemeny, Snell, Finite Markov Chains (1976), theorem 6.3.2.

    Examples
    --------
    >>> matrix = np.array([[0.97, 0.01, 0.02], [0.05, 0.9, 0.05], [0.03, 0.01, 0.96]])
    >>> is_lumpable(matrix, [0, 2]), is_lumpable(matrix, [0, 1])
    (True, False)
    """
    inside = np.zeros(len(matrix), dtype=bool)
    inside[list(subset)] = True
    rows = matrix[np.ix_(inside, ~inside)]
    return not rows.size or bool(np.all(np.ptp(rows, axis=0) <= FLAG_TOLERANCE))


def is_always_lumpable(matrix: Matrix) -> bool:
    """Whether every set of alleles is lumpable: off the diagonal, each column has one value."""
    n = len(matrix)
    if n <= 2:
        return True
    off = matrix.T[~np.eye(n, dtype=bool)].reshape(n, n - 1)
    return bool(np.all(np.ptp(off, axis=1) <= FLAG_TOLERANCE))


def stationary_distribution(matrix: Matrix) -> Matrix:
    """The allele frequencies that mutation alone would lead to: ``v M = v``, summing to 1.

    Raises
    ------
    ModelError
        When there is more than one (some alleles never turn into others, either way).

    Notes
    -----
    Elimination without subtractions, so small rates lose no digits: Grassmann, Taksar, Heyman (1985),
    doi:10.1287/opre.33.5.1107.

    Examples
    --------
    >>> stationary_distribution(np.array([[0.9, 0.1], [0.2, 0.8]])).round(12).tolist()
    [0.666666666667, 0.333333333333]
    """
    states = _recurrent_class(matrix)
    flow = matrix[np.ix_(states, states)].copy()
    for k in range(len(states) - 1, 0, -1):
        flow[:k, k] /= flow[k, :k].sum()
        flow[:k, :k] += np.outer(flow[:k, k], flow[k, :k])
    weight = np.ones(len(states))
    for k in range(1, len(states)):
        weight[k] = weight[:k] @ flow[:k, k]
    v = np.zeros(len(matrix))
    v[states] = weight / weight.sum()
    return v


def _recurrent_class(matrix: Matrix) -> npt.NDArray[np.intp]:
    reach = (matrix > 0) | np.eye(len(matrix), dtype=bool)
    for k in range(len(matrix)):
        reach |= reach[:, k : k + 1] & reach[k]
    recurrent = np.flatnonzero(np.all(~reach | reach.T, axis=1))
    if not np.all(reach[np.ix_(recurrent, recurrent)]):
        raise ModelError(
            "mutation matrix: no single stationary distribution exists, because some alleles never mutate "
            "into each other; use a model that connects all alleles"
        )
    return recurrent
