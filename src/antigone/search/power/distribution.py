"""The exact distribution of the LR over all markers, as bounds that contain every probability.

Markers are independent given the hypothesis, so the distribution of log10 LR is the convolution of those of the
markers. Each value is rounded down to a grid of step ``d``; the sum of ``n`` rounded values is then at most the true
sum, and less than ``n d`` below it. So

    sum over grid points x >= t        P(x)  <=  P(log10 LR >= t)  <=  sum over grid points x >= t - n d   P(x)

Probabilities under H2 are small where the threshold is high. They are convolved tilted, as ``P2(x) 10^(x/2)``, and
multiplied by ``10^(-x/2)`` afterwards, so that they keep their relative accuracy. A marker of few different LRs is
convolved directly, one of many by a fast Fourier transform. The grid is a ring: what lies outside its window, less
than ``_LOST`` by Chernoff's bound, comes in at the other end. This part and the rounding error of transforms (Higham
2002, theorem 24.2, doi:10.1137/1.9780898718027) widen both bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor, log2, prod, sqrt

import numpy as np

from antigone.engine.arrays import Array, Ints
from antigone.search.power.outcomes import Outcomes

FEW = 16
"""Up to so many different LRs a marker is convolved directly."""
_LOST = 1e-15
"""The part of a distribution that may lie outside the window."""
LARGEST_GRID = 2**23
"""Points of the grid, 67 MB an array; a finer one is not made, and the bounds are then wider than was asked."""
_SLOPE = 2.7
"""An upper estimate of -d ln P / d log10 LR, by which the step is chosen; the bounds do not rest on it."""
_FFT_ERROR = 8.5e-16
"""Of Higham's bound, by level of the transform."""
_EXPONENTS = np.geomspace(0.01, 20, 120)


@dataclass(frozen=True)
class Bounds:
    """An interval that contains a value."""

    low: float
    high: float

    @property
    def relative_width(self) -> float:
        """The width over the lower bound."""
        return (self.high - self.low) / self.low if self.low > 0 else float("inf")


@dataclass(frozen=True)
class LrDistribution:
    """The distribution of the LR over independent markers, under H1 and H2.

    Parameters
    ----------
    markers
        The outcomes of each marker.
    width
        The relative width of bounds that is aimed at.

    Examples
    --------
    One marker with LR 2 in a quarter of all right persons, and in an eighth of all unrelated ones:

    >>> one = Outcomes("M", np.log10([1, 2]), np.array([0.75, 0.25]), np.array([0.875, 0.125]))
    >>> power = LrDistribution((one,)).inclusion_power(1.5)
    >>> power.low <= 0.25 <= power.high, round(power.high, 9)
    (True, 0.25)
    """

    markers: tuple[Outcomes, ...]
    width: float = 1e-3

    def inclusion_power(self, threshold: float) -> Bounds:
        """P(LR >= threshold | H1)."""
        return self._under_h1.at_least(threshold)

    def false_positive_rate(self, threshold: float) -> Bounds:
        """P(LR >= threshold | H2)."""
        return self._under_h2.at_least(threshold)

    @property
    def expected_log10(self) -> float:
        """The mean of log10 LR under H1."""
        return sum(one.expected_log10 for one in self.markers)

    @property
    def exclusion_power(self) -> float:
        """P(LR = 0 at one marker or more | H2)."""
        return 1.0 - prod(1.0 - one.excluded for one in self.markers)

    def exclusion_power_of(self, markers: int) -> float:
        """P(LR = 0 at so many markers or more | H2)."""
        chances = np.array([1.0])
        for one in self.markers:
            chances = np.convolve(chances, [1.0 - one.excluded, one.excluded])
        return float(chances[markers:].sum())

    @cached_property
    def _under_h1(self) -> GridDistribution:
        return convolve([(one.log10_lr, one.h1) for one in self.markers], tilt=0.0, width=self.width)

    @cached_property
    def _under_h2(self) -> GridDistribution:
        return convolve([(one.log10_lr, one.h2) for one in self.markers], tilt=0.5, width=self.width)


@dataclass(frozen=True)
class GridDistribution:
    """A tilted distribution of a sum of ``terms`` values on a grid: point ``i`` is ``(first + i) step``.

    ``whole`` times ``mass`` are the tilted probabilities. ``error`` bounds, as a part of the whole, what any sum over
    points may be off by.
    """

    first: int
    step: float
    terms: int
    mass: Array
    whole: float
    error: float
    tilt: float

    def at_least(self, threshold: float) -> Bounds:
        """Bounds of P(LR >= threshold), for a threshold above 0 (the LR, not its logarithm)."""
        at = float(np.log10(threshold)) / self.step
        off = self.whole * self.error * threshold**-self.tilt
        low, high = self._from(ceil(at + 1e-6)), self._from(floor(at - 1e-6) - self.terms)
        return Bounds(max(0.0, low * (1 - 1e-12) - off), min(1.0, high * (1 + 1e-12) + off))

    def _from(self, point: int) -> float:
        start = min(max(0, point - self.first), len(self.mass))
        points = (self.first + np.arange(start, len(self.mass))) * self.step
        return self.whole * float(self.mass[start:] @ 10.0 ** (-self.tilt * points))


def convolve(terms: Sequence[tuple[Array, Array]], *, tilt: float, width: float) -> GridDistribution:
    """The distribution of the sum of independent values.

    Parameters
    ----------
    terms
        Values (base 10, ``-inf`` takes no part) and their probabilities.
    tilt
        The exponent of the LR by which probabilities are multiplied meanwhile.
    width
        The relative width aimed at.
    """
    step = width / (_SLOPE * max(len(terms), 1))
    finite = [(values[values > -np.inf], chances[values > -np.inf]) for values, chances in terms]
    low, high = _window(finite, tilt)
    step = max(step, (high - low) / LARGEST_GRID)
    first, points = floor(low / step), ceil((high - low) / step) + len(terms) + 2
    rounded = [_rounded(values, chances, step, tilt) for values, chances in finite]
    totals = [float(weights.sum()) for _, weights in rounded]
    parts = [(at, weights / total) for (at, weights), total in zip(rounded, totals, strict=True) if total > 0]
    few = [part for part in parts if len(part[0]) <= FEW]
    many = [part for part in parts if len(part[0]) > FEW]
    size = _fast_size(points)
    mass = _by_transforms(many, size)
    for at, weights in few:
        mass = _directly(mass, at, weights)
    error = _LOST + (_transform_error(len(many), size) if many else 0.0)
    return GridDistribution(first, step, len(terms), np.roll(mass, -first), prod(totals), error, tilt)


def _window(terms: Sequence[tuple[Array, Array]], tilt: float) -> tuple[float, float]:
    """Two values outside which less than ``_LOST`` of the tilted distribution lies, by Chernoff's bound."""
    ends = []
    for sign in (-1.0, 1.0):
        logs = np.zeros(len(_EXPONENTS))
        for values, chances in terms:
            weights = chances * 10.0 ** (tilt * values)
            if weights.sum() > 0:
                logs += _log10_mean(sign * values, weights / weights.sum())
        ends.append(sign * float(((logs + np.log10(2 / _LOST)) / _EXPONENTS).min()))
    return min(ends) - 1e-6, max(ends) + 1e-6


def _log10_mean(values: Array, weights: Array) -> Array:
    """log10 of the mean of ``10^(s value)`` for every exponent s, without overflow."""
    top = values.max()
    return _EXPONENTS * top + np.log10(10.0 ** (_EXPONENTS[:, None] * (values - top)) @ weights)


def _rounded(values: Array, chances: Array, step: float, tilt: float) -> tuple[Ints, Array]:
    """Grid points at or below the values, each once, and their tilted weights."""
    points, place = np.unique(np.floor(values / step - 1e-9).astype(np.int64), return_inverse=True)
    weights = np.bincount(place.ravel(), chances, len(points)) * 10.0 ** (tilt * step * points)
    return points[weights > 0], weights[weights > 0]


def _by_transforms(parts: Sequence[tuple[Ints, Array]], size: int) -> Array:
    """The cyclic convolution of parts on a ring; with none of them everything is at 0."""
    if not parts:
        return np.bincount([0], minlength=size).astype(np.float64)
    product = np.ones(size // 2 + 1, dtype=np.complex128)
    for at, weights in parts:
        product *= np.fft.rfft(np.bincount(at % size, weights, size))
    return np.asarray(np.maximum(np.fft.irfft(product, size), 0.0))


def _directly(mass: Array, at: Ints, weights: Array) -> Array:
    """The cyclic convolution of a ring with few points."""
    total = np.zeros_like(mass)
    for point, weight in zip(at % len(mass), weights, strict=True):
        total[point:] += weight * mass[: len(mass) - point]
        total[:point] += weight * mass[len(mass) - point :]
    return total


def _transform_error(parts: int, size: int) -> float:
    """A bound on the sum of the absolute errors of all points after so many transforms and one back."""
    return sqrt(size) * (parts + 1) * log2(size) * _FFT_ERROR


def _fast_size(points: int) -> int:
    """The smallest even size of at least so many points that has no prime factor above 3."""
    return min(3**k * 2 ** max(1, ceil(log2(points / 3**k))) for k in range(4))
