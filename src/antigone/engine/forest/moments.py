"""What is asked of a couple's genotypes as a sum of products, and the moments of what is left, without a table of both.

What the children of a couple ask of it is a sum of terms, each a product of one factor of either parent: with ``f`` and
``m`` the parents' alleles, ``W = U(f, m) * sum over terms t of  F_t(f) M_t(m)``, ``U`` being the urn's probability.
The urn draws the alleles of the one, then those of the other from what it holds by then, ``c = base + theta n_f``:

    sum over m  U(m | f) M_t(m)  =  sum_xy c(x) c(y) M_t(x, y) + theta sum_x c(x) M_t(x, x)
      =  constant_t + theta sum over x in f of linear_t(x) + 2 theta^2 M_t(f)

So each moment is a sum over terms of products of arrays of ``n x n`` numbers and one product of matrices, where a table
of both genotypes would have ``n^4 / 4`` numbers. All parts are positive, so nothing cancels. A parent with one allele
(a father on the X chromosome) has vectors for matrices, and no last part.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from antigone.engine.arrays import Array
from antigone.engine.forest.twin import Arithmetic


@dataclass(frozen=True)
class Moments:
    """``sum W``, ``sum W n_x`` of either parent, and ``sum W n_x(z) n_y(w)`` of both; ``laws`` are of their alleles.

    Shapes ``(items,)``, ``(items, n)`` and ``(items, n, n)``; a law has an axis for each slot of the parent.
    """

    whole: Array
    means: list[Array]
    squares: list[list[Array]]
    laws: list[Array]


def moments(arithmetic: Arithmetic, base: Array, theta: float, factors: tuple[Array, Array]) -> Moments:
    """The moments of a sum of terms, without the urn's denominators.

    Parameters
    ----------
    base
        What the urn holds before, in the numbers of ``arithmetic``, shape ``(items, n)``.
    factors
        Of either parent, shape ``(items, terms, n)`` for one slot, ``(items, terms, n, n)`` and symmetric for two; two
        slots of one of them at least.
    """
    one, other = (_Parent(arithmetic, base, theta, asked) for asked in factors)
    both = arithmetic.mix(one.asked, other.asked) if one.slots == other.slots else None
    laws = [one.law(other, both), other.law(one, both)]
    crossed = one.crossed(other, both) if other.slots == 2 else other.crossed(one, both).swapaxes(1, 2)
    (mean, square), (other_mean, other_square) = (
        parent.counted(law) for parent, law in zip((one, other), laws, strict=True)
    )
    whole = arithmetic.total(laws[0].reshape(len(base), -1))
    squares = [[square, crossed], [crossed.swapaxes(1, 2), other_square]]
    return Moments(whole, [mean, other_mean], squares, laws)


class _Parent:
    """One of the couple: what each term asks of its alleles, and the coefficients of the urn's expectation of it.

    ``same`` is what is asked of two equal alleles; ``second`` the expectation over the second allele, given the first,
    from an urn that holds ``base`` and the first.
    """

    def __init__(self, arithmetic: Arithmetic, base: Array, theta: float, asked: Array) -> None:
        self.a, self.base, self.asked, self.theta = arithmetic, base, asked, theta
        self.slots = asked.ndim - 2
        if self.slots == 1:
            self.linear = asked
            self.constant = self.a.total(self.a.times(asked, base[:, None]))
            return
        self.weighted = self.a.times(asked, base[:, None, None])
        self.same = asked.diagonal(axis1=2, axis2=3)
        self.second = self.a.plus(self.a.total(self.weighted), self.scaled(theta, self.same))
        self.linear = self.scaled(2, self.second)
        self.constant = self.a.total(self.a.times(self.second, base[:, None]))

    def scaled(self, number: float, values: Array) -> Array:
        return self.a.times(self.a.of(np.array(number)), values)

    def prior(self) -> Array:
        """The urn's probability of this parent's alleles when they are drawn first."""
        if self.slots == 1:
            return self.base
        own = self.a.times(self.base[:, :, None], self.base[:, None, :])
        return self.with_diagonal(own, self.scaled(self.theta, self.base))

    def with_diagonal(self, matrix: Array, more: Array) -> Array:
        """A matrix, which is changed, with more on its diagonal."""
        diagonal = np.arange(matrix.shape[-1])
        matrix[:, diagonal, diagonal] = self.a.plus(matrix[:, diagonal, diagonal], more)
        return matrix

    def law(self, other: _Parent, both: Array | None) -> Array:
        """``sum over the other's alleles of W``, by this parent's alleles; ``both`` sums the factors' products."""
        share = self.scaled(1 / self.slots, other.constant)[:, :, None]
        given = self.a.plus(share, self.scaled(self.theta, other.linear))
        if self.slots == 1:
            asked = self.a.mix(given, self.asked)
        else:
            half = self.a.mix(given, self.asked)
            asked = self.a.plus(half, half.swapaxes(1, 2))
        if both is not None:
            asked = self.a.plus(asked, self.scaled(2 * self.theta**2, both))
        return self.a.times(self.prior(), asked)

    def counted(self, law: Array) -> tuple[Array, Array]:
        """``sum W n(z)`` and ``sum W n(z) n(w)`` of this parent, by its law."""
        if self.slots == 1:
            empty = np.full((*law.shape, law.shape[1]), self.a.of(np.array(0.0)))
            return law, self.with_diagonal(empty, law)
        mean = self.scaled(2, self.a.total(law))
        return mean, self.with_diagonal(self.scaled(2, law), mean)

    def crossed(self, other: _Parent, both: Array | None) -> Array:
        """``sum W n(z) n'(w)`` with the counts ``n'`` of a parent of two slots."""
        first = self.a.times(self.base[:, None], self.asked if self.slots == 1 else self.second)
        whole = self.a.plus(other.second, self.scaled(self.theta, other.same))
        apart = self.a.down(first.swapaxes(1, 2), other.second)
        near, met = self.a.mix(first, other.asked), self.a.mix(first, whole)
        if both is not None:
            again = self.scaled(self.theta, self.a.times(self.base[:, None], self.same))
            near = self.a.plus(near, self.a.plus(self.a.mix(again, other.asked), self._beside(other)))
            met = self.a.plus(met, self.scaled(self.theta, self.a.total(self.a.times(self.prior(), both))))
        law = self.a.times(self.a.plus(apart, self.scaled(self.theta, near)), self.base[:, None, :])
        law = self.with_diagonal(law, self.scaled(self.theta, met))
        if both is not None:
            copied = self.a.plus(self.a.mix(whole, self.asked).swapaxes(1, 2), self.scaled(self.theta, both))
            law = self.a.plus(law, self.scaled(self.theta, self.a.times(self.prior(), copied)))
        return self.scaled(self.slots * other.slots, law)

    def _beside(self, other: _Parent) -> Array:
        """``base(z) sum over terms and y of F(z, y) base(y) M(y, w)``."""
        rows = np.moveaxis(self.weighted, 1, 2).reshape(len(self.base), self.base.shape[1], -1)
        columns = other.asked.reshape(len(self.base), -1, self.base.shape[1])
        return self.a.times(self.base[:, :, None], self.a.down(rows, columns))
