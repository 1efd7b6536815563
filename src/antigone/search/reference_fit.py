"""Do the references of a family fit its declared pedigree? An incidental finding: PURPOSE.md, rule 6.

What this module finds is for the responsible geneticist alone. The ordinary search leaves such references
out and shows nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from antigone.engine.likelihood import log_likelihoods
from antigone.model.marker import Marker
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile
from antigone.search.family_table import unrelated_member

LEAST_LOG10_FIT = -4.0
"""A reference is left out when related-as-declared is 10,000 times less probable than unrelated. By Markov's
inequality this happens to at most 1 in 10,000 references that are what they declare."""
INDISTINCT_LOG10 = 1.0
"""Poorly fitting references this close to the worst one cannot be told apart from it, and go with it."""


@dataclass(frozen=True)
class ReferenceFit:
    """How a reference fits its declared place: log10 of P(data | as declared) / P(data | unrelated).

    ``left_out`` says that it takes no part in the search.
    """

    family: str
    member: str
    sample: str
    log10_fit: float
    left_out: bool


def judge_references(
    family: str, pedigree: Pedigree, references: Mapping[str, Profile], markers: Sequence[Marker], *, theta: float = 0.0
) -> list[ReferenceFit]:
    """Every reference's fit; the worst are left out, one indistinguishable group after another, until all fit."""
    kept = dict(references)
    judged: list[ReferenceFit] = []
    while True:
        fits = {member: _log10_fit(pedigree, kept, member, markers, theta) for member in kept}
        worst = min(fits.values(), default=0.0)
        if worst >= LEAST_LOG10_FIT:
            judged += [ReferenceFit(family, m, kept[m].sample, fit, False) for m, fit in fits.items()]
            return judged
        gone = [
            m for m, fit in fits.items() if fit < LEAST_LOG10_FIT and (fit == worst or fit <= worst + INDISTINCT_LOG10)
        ]
        judged += [ReferenceFit(family, m, kept[m].sample, fits[m], True) for m in gone]
        kept = {member: profile for member, profile in kept.items() if member not in gone}


def _log10_fit(
    pedigree: Pedigree, references: Mapping[str, Profile], member: str, markers: Sequence[Marker], theta: float
) -> float:
    """log10 of the likelihood with the member in place over the one with the same profile in a stranger.

    Markers at which the other references are impossible by themselves say nothing about this one; a marker that
    only this reference makes impossible makes the fit minus infinity.
    """
    stranger = f"unrelated {member}"
    apart = {m: p for m, p in references.items() if m != member} | {stranger: references[member]}
    typed = [marker for marker in markers if marker.name in references[member].genotypes]
    declared = np.array(log_likelihoods(pedigree, references, typed, theta=theta))
    unrelated = np.array(
        log_likelihoods(unrelated_member(pedigree, stranger, pedigree[member].sex), apart, typed, theta=theta)
    )
    possible = ~np.isneginf(unrelated)
    return float(np.sum(declared[possible] - unrelated[possible]) / np.log(10))
