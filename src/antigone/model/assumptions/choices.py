"""Choices that no setting changes: from where on something is said, listed, left out or refused.

Each stands here with its reason, and nowhere else: a module that computes, draws or stores takes it from here. What a
user may choose is in ``model.incident.settings``.
"""

from __future__ import annotations

from collections.abc import Mapping

LEAST_LOG10_FIT = -4.0
"""A reference is left out when related-as-declared is 10,000 times less probable than unrelated; so is a donor whose
haplotype is as much less probable on the declared line than off it. By Markov's inequality this happens to at most 1 in
10,000 references that are what they declare (docs/model.md, section 7)."""
INDISTINCT_LOG10 = 1.0
"""Poorly fitting references this close to the worst one cannot be told apart from it, and go with it."""

NAMED_MUTATION = 0.05
"""A meiosis is named when the posterior probability of a mutation there is at least this."""

MOST_OF_ONE = 10
"""Candidates listed for one unidentified or one missing person, strongest first, when there are more."""
WEAK_LOG10_LR = 1.0
"""A log10 LR below which the markers hardly tell H1 from a relative."""
LOW_POWER = 0.5
"""A power below it is said to be too little."""
POOR_SAMPLE = 10
"""Below this many typed markers a sample without a candidate is said to have too few."""
INCOMPLETE_SAMPLE = 15
"""Below this many typed markers a person who stays open in the joint answer is said to need more; most
kits of today type 16 to 24."""

SAME_LOG10_LR = 1e-9
"""Two log10 LRs that differ by less are the same number."""

SENSITIVITY_THETAS = (0.0, 0.01, 0.02, 0.03, 0.05)
SHOWN_THETAS = (0.0, 0.01, 0.03)
"""The thetas, of those, whose LRs stand on the first page of a report and with the model of an incident."""
SENSITIVITY_MUTATION = (0.1, 1.0, 10.0)
"""Times the stated mutation rates."""
SENSITIVITY_DROPOUTS = (0.0, 0.05, 0.1, 0.2)
DROPOUTS: tuple[float, ...] = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""The values among which the drop-out of a sample is estimated."""

LARGEST_TABLE_DEFICIT = 0.02
"""How far a table's frequencies may be from 1 (rounding in print) before rescaling them would hide an error."""
LEAST_FREQUENCY = 1e-15
"""The smallest frequency above 0 that is taken: all people who ever lived have fewer copies of an allele."""
AGREES_BY_CHANCE = 0.001
"""A reading of N, the size of a frequency table's sample, is taken when numbers that belong to another reading would
agree with it less often than this."""
CONFIDENCE = 0.95
"""Of the upper limit for the frequency of a haplotype."""
MOST_Y_STEPS = 2
"""Repeats that one mutation of a Y-STR changes at most."""
MALES = 0.5
"""The share of males among the persons whose allele drops in, or for whom a sample is mistaken."""

CLEAR_POSTERIOR = 0.99
"""A posterior from which on a place counts as clear, though its generalised LR is not proven."""
SHOWN_POSTERIOR = 0.001
"""A person with a smaller posterior at every place of a family has no row in its picture."""
LARGEST_POSTERIOR_ERROR = 0.01
"""Above this bound on the error of a posterior a joint computation is refused."""

LEAST_AGAINST_SEX = 10.0
"""How many times less probable a sex (or one person) makes what Amelogenin shows, before it is said: from here on the
verbal scale of ENFSI calls support more than weak. Where the sex is right, a sample shows as much with probability
1/10 at most (Markov's inequality on a likelihood ratio)."""
MOST_CROWDED_BY_CHANCE = 0.001
"""How rarely a sample of one person shows three alleles at so many markers, before it is said."""
FEWEST_EQUAL_MARKERS = 8
"""Markers read in full that two samples must share, all of them equal, to be called those of one person."""


def badly_fitting(fits: Mapping[str, float]) -> frozenset[str]:
    """The members to leave out next: those who fit worst, and who fit too badly.

    Parameters
    ----------
    fits
        By member, log10 of P(data | as declared) / P(data | unrelated).

    Examples
    --------
    >>> sorted(badly_fitting({"A": -9.0, "B": -8.5, "C": -5.0, "D": 2.0}))
    ['A', 'B']
    """
    worst = min(fits.values(), default=0.0)
    return frozenset(m for m, fit in fits.items() if fit < LEAST_LOG10_FIT and fit <= worst + INDISTINCT_LOG10)
