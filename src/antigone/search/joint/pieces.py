"""Factors with rows, each row with a scale of its own and a bound of what it lost to underflow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from antigone.engine.arrays import Array
from antigone.engine.sums.elimination import Scope


@dataclass(frozen=True)
class Piece:
    """A factor with rows: ``array`` has shape ``(markers or 1, rows, *sizes of scope)``.

    Its values are ``array * exp(log_scale)``, with one scale for each row, shape ``(markers or 1, rows)``; ``None``
    is a scale of 1. No value above 0 in ``array`` is below ``least``, none is above ``most``. ``loss`` bounds what
    each number of a row may have lost to underflow, absolutely; ``None``: nothing.
    """

    scope: Scope
    array: Array
    least: float
    most: float
    log_scale: Array | None = None
    loss: Array | None = None

    def items(self, some: slice) -> Piece:
        """Some markers of a batch; what all markers share stays shared."""
        array = self.array[some] if len(self.array) > 1 else self.array
        scale_and_loss = (self.log_scale, self.loss)
        log_scale, loss = (part[some] if part is not None and len(part) > 1 else part for part in scale_and_loss)
        return Piece(self.scope, array, self.least, self.most, log_scale, loss)


def make_piece(scope: Scope, array: Array) -> Piece:
    """A piece from plain values."""
    least = float(np.min(array, where=array > 0, initial=1.0))
    return Piece(scope, array, least, max(1.0, float(array.max())))


def rescaled(piece: Piece) -> Piece:
    """The same piece with the largest value of every row 1. A row of zeros with a loss has lost everything."""
    peak = piece.array.reshape(*piece.array.shape[:2], -1).max(axis=2)
    some = peak > 0
    safe = np.where(some, peak, 1.0)
    array = piece.array / safe.reshape(*safe.shape, *[1] * (piece.array.ndim - 2))
    loss = piece.loss
    if loss is not None:
        with np.errstate(over="ignore"):
            loss = np.where(some, loss / safe, np.where(loss > 0, np.inf, 0.0))
    log_scale = np.log(safe) + (0.0 if piece.log_scale is None else piece.log_scale)
    least = float(np.min(array, where=array > 0, initial=1.0))
    return Piece(piece.scope, array, least, 1.0, log_scale, loss)
