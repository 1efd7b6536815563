"""Mutation models as matrices: row = the parent's allele, column = the allele passed on.

The specifications are in ``model.mutation``; the equations in ``validation/DEFINITIONS.md`` of the corpus.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from antigone.engine.mutation.properties import Matrix, overall_rate, stationary_distribution
from antigone.errors import ModelError
from antigone.model.assumptions.mutation import (
    BaseModel,
    Custom,
    Dawid,
    Equal,
    MutationModel,
    NoMutation,
    OneStep,
    Proportional,
    Stepwise,
    Transformed,
    checked_mutation,
)
from antigone.model.checks import checked_items, checked_number

_ROUNDING = 1e-12
_REPEATS = re.compile(r"\d+(\.\d+)?")


def allele_length(allele: str) -> float | None:
    """The numeric value of an allele label in repeats, or ``None`` for a label that is no number.

    Examples
    --------
    >>> allele_length("9.3"), allele_length("<8")
    (9.3, None)
    """
    return float(allele) if _REPEATS.fullmatch(allele) else None


def transition_matrix(
    model: MutationModel, alleles: Sequence[str], frequencies: Sequence[float], silent: float = 0.0
) -> Matrix:
    """The probability that allele ``i`` of a parent is passed on as allele ``j``.

    A silent allele mutates neither way: it is one more row and column, the last, with 1 on the diagonal.
    It does not count among the alleles of the equal model; the overall rate of the proportional and the
    Dawid model is the rate given, the silent allele included, as in Familias.

    Parameters
    ----------
    model
        The specification.
    alleles, frequencies
        The visible alleles in the order of the matrix; the frequencies sum to ``1 - silent``.
    silent
        Frequency of the silent allele; 0 for none.

    Returns
    -------
    ndarray, shape (n, n), or (n + 1, n + 1) with a silent allele
        Rows sum to 1. Read-only, and shared between calls.

    Raises
    ------
    ModelError
        When the model does not exist for these alleles, frequencies or rates.

    Notes
    -----
    Source: Egeland, Kling, Mostad, Relationship Inference with Familias and R (2016); for ``Dawid``: Dawid,
    Mortera, Pascali (2001), doi:10.1016/S0379-0738(01)00564-3; for ``PM``: Simonsson, Mostad (2016),
    doi:10.1016/j.fsigen.2016.04.005.

    Examples
    --------
    >>> transition_matrix(Equal(rate=0.02), ["12", "13", "14"], [0.2, 0.3, 0.5]).tolist()
    [[0.98, 0.01, 0.01], [0.01, 0.98, 0.01], [0.01, 0.01, 0.98]]
    """
    checked_mutation(model, "the mutation model")
    labels = checked_items(alleles, "the alleles", "a list of labels")
    p = tuple(_frequency(value) for value in checked_items(frequencies, "the frequencies", "a list of numbers"))
    return matrix_of(model, labels, p, _frequency(silent))


def _frequency(value: float) -> float:
    return float(checked_number(value, "a frequency", "a number from 0 to 1", holds=lambda p: 0 <= p <= 1 + 1e-6))


@lru_cache(maxsize=4096)
def matrix_of(model: MutationModel, alleles: tuple[str, ...], frequencies: tuple[float, ...], silent: float) -> Matrix:
    """``transition_matrix`` of what a marker holds, which was checked when it was made."""
    if len(alleles) != len(frequencies) or not alleles:
        raise ModelError(f"mutation model: {len(alleles)} alleles but {len(frequencies)} frequencies; give one each")
    p = np.array(frequencies)
    if isinstance(model, Transformed):
        visible = _transformed(model, _base(model.model, alleles, p, silent), p)
    else:
        visible = _base(model, alleles, p, silent)
    matrix = _with_silent(visible) if silent > 0 else visible
    matrix.setflags(write=False)
    return matrix


def _with_silent(visible: Matrix) -> Matrix:
    n = len(visible)
    matrix = np.zeros((n + 1, n + 1))
    matrix[:n, :n], matrix[n, n] = visible, 1.0
    return matrix


def _base(model: BaseModel, alleles: tuple[str, ...], p: Matrix, silent: float) -> Matrix:
    n = len(alleles)
    match model:
        case NoMutation():
            return np.eye(n)
        case Custom():
            return _custom(model, n)
        case Equal():
            return _equal(model.rate, n)
        case Proportional():
            return _proportional(model.rate, p, silent)
        case Stepwise():
            return _stepwise(model, _lengths("stepwise", alleles))
        case OneStep():
            return _onestep(model.rate, _whole_lengths("onestep", alleles))
        case Dawid():
            _whole_lengths("dawid", alleles)
            return _dawid(model, p)


def _with_diagonal(off_diagonal: Matrix, why: str) -> Matrix:
    """Complete a matrix so that its rows sum to 1, or refuse it when a row already sums to more."""
    matrix = off_diagonal.copy()
    np.fill_diagonal(matrix, 0.0)
    diagonal = 1 - matrix.sum(axis=1)
    worst = float(diagonal.min())
    if not worst >= -_ROUNDING:
        raise ModelError(f"{why} (an allele would stay unchanged with probability {worst:.3g})")
    np.fill_diagonal(matrix, np.maximum(diagonal, 0.0))
    return matrix


def _equal(rate: float, n: int) -> Matrix:
    if n == 1:
        return np.eye(1)
    matrix = np.full((n, n), rate / (n - 1))
    np.fill_diagonal(matrix, 1 - rate)
    return matrix


def _proportional(rate: float, p: Matrix, silent: float) -> Matrix:
    q = p / (1 - silent)
    heterozygosity = float(np.sum(q * (1 - q)))
    if len(p) == 1 or rate == 0:
        return np.eye(len(p))
    if heterozygosity <= 0:
        raise ModelError("proportional mutation model: one allele has frequency 1; give the others a frequency above 0")
    a = rate / (1 - silent) / heterozygosity
    if a * (1 - q.min()) > 1 + _ROUNDING:
        largest = (1 - silent) * heterozygosity / (1 - q.min())
        raise ModelError(
            f"proportional mutation model: the rate {rate:g} is too large for these frequencies; "
            f"give at most {largest:.6g}, or use the equal model"
        )
    return np.asarray((1 - a) * np.eye(len(p)) + a * q, dtype=np.float64)


def _lengths(name: str, alleles: tuple[str, ...]) -> Matrix:
    lengths = [allele_length(allele) for allele in alleles]
    odd = sum(x is None or abs(10 * x - round(10 * x)) > 1e-6 for x in lengths)
    if odd:
        raise ModelError(
            f"{name} mutation model: {odd} of {len(alleles)} allele labels are no numbers with at most one decimal "
            f"(such as 12 or 9.3); correct the labels or use the equal or proportional model"
        )
    return np.array(lengths, dtype=np.float64)


def _whole_lengths(name: str, alleles: tuple[str, ...]) -> Matrix:
    lengths = _lengths(name, alleles)
    variants = int(np.sum(lengths != np.round(lengths)))
    if variants:
        raise ModelError(
            f"{name} mutation model: {variants} of {len(alleles)} alleles are microvariants; "
            f"this model needs whole numbers, use the stepwise model"
        )
    return lengths


def _stepwise(model: Stepwise, lengths: Matrix) -> Matrix:
    n = len(lengths)
    # np.round goes to the even number at .5, as R does: 9.5 and 10.5 fall in different classes
    microvariant = np.round(10 * (lengths - np.round(lengths)))
    same = microvariant[:, None] == microvariant[None, :]
    others = same & ~np.eye(n, dtype=bool)
    weight = _step_weights(np.abs(lengths[:, None] - lengths[None, :]), others, model.range)
    size = same.sum(axis=1)
    change = np.where(size < n, model.rate2 / np.maximum(n - size, 1), 0.0)
    matrix = np.where(same, model.rate * weight, change[:, None])
    np.fill_diagonal(matrix, 1 - np.where(size > 1, model.rate, 0.0) - np.where(size < n, model.rate2, 0.0))
    return matrix


def _step_weights(distance: Matrix, others: npt.NDArray[np.bool_], base: float) -> Matrix:
    """Share of each step among the steps of its row; rows without another allele of their class are 0."""
    reach = np.where(others, distance, np.inf)
    nearest = np.where(others.any(axis=1), reach.min(axis=1), 0.0)
    # relative to the nearest allele of the row: long gaps would underflow to 0 / 0
    weight = np.where(others, np.power(base, np.where(others, distance - nearest[:, None], 0.0)), 0.0)
    total = weight.sum(axis=1, keepdims=True)
    return np.asarray(weight / np.where(total > 0, total, 1.0), dtype=np.float64)


def _onestep(rate: float, lengths: Matrix) -> Matrix:
    neighbour = np.abs(lengths[:, None] - lengths[None, :]) == 1
    count = neighbour.sum(axis=1, keepdims=True)
    matrix = np.where(neighbour, rate / np.maximum(count, 1), 0.0)
    np.fill_diagonal(matrix, np.where(count[:, 0] > 0, 1 - rate, 1.0))
    return matrix


def _dawid(model: Dawid, p: Matrix) -> Matrix:
    rate, base, n = model.rate, model.range, len(p)
    if n == 1:
        return np.eye(1)
    _need_positive("dawid mutation model", p)
    c = (1 - base**n) / (1 - base)
    position = np.arange(n)
    step = base ** np.abs(position[:, None] - position[None, :]).astype(np.float64)
    off = (rate / p[:, None]) * (1 - base) / (2 * base * (n - c)) * step
    return _with_diagonal(
        off, f"dawid mutation model: the rate {rate:g} is too large for the rarest allele; lower the rate"
    )


def _need_positive(what: str, p: Matrix) -> None:
    if not np.all(p > 0):
        raise ModelError(
            f"{what}: {int(np.sum(~(p > 0)))} of {len(p)} alleles have frequency 0; "
            f"set a minimum frequency, or use a model without this requirement"
        )


def _custom(model: Custom, n: int) -> Matrix:
    if len(model.matrix) != n:
        raise ModelError(
            f"custom mutation matrix: {n} alleles need {n} rows of {n} numbers, and it has {len(model.matrix)}; "
            "correct the matrix"
        )
    return np.array(model.matrix, dtype=np.float64)


def _transformed(model: Transformed, matrix: Matrix, p: Matrix) -> Matrix:
    _need_positive(f"transform {model.transform}", p)
    if model.transform == "PM":
        return _made_stationary(matrix, p)
    if model.transform == "PR":
        flow = p[:, None] * matrix
        return _with_diagonal(
            (flow + flow.T) / (2 * p[:, None]),
            "transform PR: the model cannot be averaged with its reverse; lower the mutation rate, or use MH or BA",
        )
    reversible = _made_reversible(matrix, p, barker=model.transform == "BA")
    return _rate_restored(reversible, matrix, p) if model.keep_rate else reversible


def _made_stationary(matrix: Matrix, p: Matrix) -> Matrix:
    rate = overall_rate(matrix, p)
    if rate == 0:
        return matrix
    v = stationary_distribution(matrix)
    moving = 1 - v @ np.diag(matrix)
    if moving <= _ROUNDING:
        raise ModelError("transform PM: in the long run the model never leaves one allele; let every allele mutate")
    d = rate * v / (moving * p)
    if np.any(d * (1 - np.diag(matrix)) > 1 + _ROUNDING):
        raise ModelError(
            "transform PM: no stationary model of the same rate exists for these frequencies; "
            "lower the mutation rate, raise the smallest frequency, or use the transform MH"
        )
    return _with_diagonal(d[:, None] * matrix, "transform PM: lower the mutation rate")


def _made_reversible(matrix: Matrix, p: Matrix, *, barker: bool) -> Matrix:
    flow = p[:, None] * matrix
    both = flow + flow.T if barker else np.maximum(flow, flow.T)
    share = np.divide(flow.T, both, out=np.zeros_like(flow), where=both > 0)
    # MH: M_ij min(1, flow_ji / flow_ij) = min(flow) / p_i, and min = product / max
    return _with_diagonal(matrix * share, "a reversible model does not exist; lower the mutation rate")


def _rate_restored(changed: Matrix, original: Matrix, p: Matrix) -> Matrix:
    before, after = overall_rate(original, p), overall_rate(changed, p)
    if before == 0:
        return original
    if after == 0:
        raise ModelError(
            "transform to a reversible model: no mutation is possible both ways, so the rate cannot be kept; "
            "choose another model, or do not keep the rate"
        )
    return _with_diagonal(
        before / after * changed,
        "transform to a reversible model: the original rate cannot be restored; lower it, or do not keep the rate",
    )
