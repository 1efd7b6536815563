"""What was read of a SNP as P(data | copies of allele 1): genotypes, counts of reads, and phred-scaled likelihoods.

Every reading has a floor, so that one wrong read excludes nobody: with probability e what was read belongs to a random
person of the population,

    P'(D | G) = (1 - e) P(D | G) + e sum over g of P(g) P(D | g)
"""

from __future__ import annotations

import numpy as np

from antigone.engine.arrays import Array, Ints
from antigone.errors import ModelError
from antigone.model.checks import checked_probability

UNREAD = -1
"""In place of a genotype or a count: nothing is known."""


def genotype_readings(genotypes: Ints, frequency: Array, *, error: float) -> Array:
    """From genotypes that were called.

    Parameters
    ----------
    genotypes
        Shape ``(loci,)``: copies of allele 1, or ``UNREAD``.
    frequency
        Of allele 1 in the population, shape ``(loci,)``.
    error
        The probability that a genotype is a random person's.

    Returns
    -------
    Shape ``(loci, 3)``; ones where nothing was read.
    """
    given = np.where(genotypes[:, None] == UNREAD, 1.0, np.arange(3) == genotypes[:, None])
    return with_floor(given, frequency, error)


def read_count_readings(ones: Ints, reads: Ints, frequency: Array, *, allele_error: float, error: float) -> Array:
    """From counts of reads: ``ones`` of ``reads`` show allele 1, each wrong with ``allele_error``.

    The binomial coefficient is left out: it is the same under every hypothesis. Without reads all are 1.
    """
    if (ones < 0).any() or (ones > reads).any():
        raise ModelError("more reads of an allele than reads, or a count below 0")
    shown = np.array([checked_probability(allele_error, "the error of a read"), 0.5, 1 - allele_error])
    logs = ones[:, None] * np.log(shown) + (reads - ones)[:, None] * np.log1p(-shown)
    return with_floor(np.exp(logs - logs.max(axis=1, keepdims=True)), frequency, error)


def phred_readings(phred: Array, frequency: Array, *, error: float) -> Array:
    """From phred-scaled likelihoods of 0, 1 and 2 copies (``PL`` of a VCF), shape ``(loci, 3)``; NaN: nothing read."""
    given = np.where(np.isnan(phred), 0.0, phred)
    return with_floor(10.0 ** (-(given - given.min(axis=1, keepdims=True)) / 10), frequency, error)


def with_floor(given: Array, frequency: Array, error: float) -> Array:
    """P'(D | G) of the module's equation, from P(D | G) of shape ``(loci, 3)``."""
    checked_probability(error, "the error of a SNP")
    random = (given * hardy_weinberg(frequency)).sum(axis=1, keepdims=True)
    floored: Array = (1 - error) * given + error * random
    return floored


def hardy_weinberg(frequency: Array) -> Array:
    """P(0, 1, 2 copies of allele 1) in the population, shape ``(loci, 3)``."""
    p = frequency[:, None]
    both: Array = np.concatenate([(1 - p) ** 2, 2 * p * (1 - p), p**2], axis=1)
    return both
