"""What a family answered: kept, so that a family that did not change is not asked again.

An answer is what ``family_table`` asks for: at one marker, log P(genotype of a missing person | references) for every
genotype. It rests on the pedigree and the references, which are the family's, and on the marker, whose alleles,
frequencies and mutation models are in its key, with theta and the versions of the program and of NumPy.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from antigone import __version__
from antigone.engine.arrays import Array
from antigone.model.assumptions.marker import Marker
from antigone.search.families.reference_fit import ReferenceFit

Who = tuple[str, tuple[str, ...]]
"""A missing person, and the members whose references are used."""


@dataclass(frozen=True)
class Answer:
    """Natural logs of shape ``(genotypes,)``, as in ``family_table.Asked``; ``unrelated`` only with theta."""

    related: Array
    unrelated: Array | None
    hemizygous: bool


@dataclass
class Answers:
    """What one family is known to answer: found before, and added to while it is asked.

    ``fits`` are the verdicts on its references, valid under ``fits_key``. ``was_asked``: something was not known.
    """

    found: dict[tuple[Who, str], Answer] = field(default_factory=dict)
    fits: tuple[ReferenceFit, ...] = ()
    fits_key: str = ""
    was_asked: bool = False

    def note(self, who: Who, key: str, answer: Answer) -> None:
        """Keep what was asked now."""
        self.found[who, key] = answer
        self.was_asked = True

    def note_fits(self, fits: Iterable[ReferenceFit], key: str) -> None:
        """Keep how the references were judged now."""
        self.fits, self.fits_key, self.was_asked = tuple(fits), key, True


def key_of_marker(marker: Marker, theta: float) -> str:
    """A text that is another one whenever anything is that an answer at this marker rests on beside the family."""
    return _digest([marker], theta)


def key_of_fits(populations: Mapping[str, Sequence[Marker]], theta: float) -> str:
    """The same for the fit of references, which is judged over all markers of every population."""
    return _digest([marker for markers in populations.values() for marker in markers], theta)


def _digest(markers: Sequence[Marker], theta: float) -> str:
    what = f"antigone {__version__} numpy {np.__version__} theta {theta!r} {list(markers)!r}"
    return hashlib.sha256(what.encode()).hexdigest()[:32]
