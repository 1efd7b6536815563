"""Lineage markers: what was typed, how it mutates, how often a haplotype is met, and what it says about one pair.

They count only inside a declared pedigree: between one unidentified person in the place of one missing member and
the donors of that member's own paternal or maternal line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, get_args

from antigone.errors import ModelError
from antigone.model.checks import checked_choice, checked_number, checked_probability
from antigone.model.statements import settings as said
from antigone.model.statements.statement import Statement

Copies = tuple[str, ...]
"""The alleles of one Y locus: one, or two in order of length when the locus has two copies."""

Estimator = Literal["augmented count", "clopper-pearson", "kappa", "discrete laplace"]
"""How the probability of a haplotype in a man or woman of no known relation is estimated."""

MT_LENGTH = 16_569
"""Positions of the revised Cambridge Reference Sequence (rCRS)."""

LENGTH_POSITIONS = (309, 315, 573, 16193)
"""Positions where the length of a run of C differs even inside one person; insertions and deletions there may be
ignored, as a stated option."""

REFERENCE_BASE = "ref"
"""The base of the rCRS, whichever it is."""


@dataclass(frozen=True)
class YHaplotype:
    """The Y-STR alleles of one sample by locus; a locus that is absent was not typed, or gave no allele."""

    sample: str
    loci: Mapping[str, Copies]


@dataclass(frozen=True)
class YRates:
    """Stepwise mutation of Y-STRs, per locus and meiosis.

    An allele moves with probability ``rate`` (``by_locus`` where stated), up or down alike: by one repeat, or by two
    in the share ``two_steps`` of mutations. A change between whole and broken repeat numbers has probability 0.
    The default rate is that of 32 mutations in 15,435 transmissions of 15 loci (Hohoff et al. 2007, Int. J. Legal
    Med. 121:359), the share that of 924 mutations at 120 loci (25.23 single to 1 multiple change; Ballantyne et al.
    2010, doi:10.1016/j.ajhg.2010.08.006). A laboratory states the rates of its own kit.

    Raises
    ------
    ModelError
        When a rate or the share lies outside 0 to 1.
    """

    rate: float = 0.002
    by_locus: Mapping[str, float] = field(default_factory=dict)
    two_steps: float = 0.04

    def __post_init__(self) -> None:
        for value in (self.rate, self.two_steps, *self.by_locus.values()):
            checked_probability(value, "a Y mutation rate")

    def describe(self) -> Statement:
        own = tuple(said.RATE_AT_LOCUS(rate=rate, locus=locus) for locus, rate in sorted(self.by_locus.items()))
        if own:
            return said.Y_RATES_BY_LOCUS(rate=self.rate, loci=own, share=self.two_steps)
        return said.Y_RATES(rate=self.rate, share=self.two_steps)

    def of(self, locus: str) -> float:
        return self.by_locus.get(locus, self.rate)


@dataclass(frozen=True)
class MtDifference:
    """One difference to the rCRS: the position, the number of the inserted base (0: none), and what may stand there.

    ``shown`` holds one of A, C, G, T and ``-`` (deleted), or several when the base is heteroplasmic; ``reference`` is
    the base of the rCRS if the notation states it.

    Examples
    --------
    >>> sorted(MtDifference.parse("16189Y").shown), MtDifference.parse("309.1C").insertion
    (['C', 'T'], 1)
    >>> sorted(MtDifference.parse("309.1c").shown), sorted(MtDifference.parse("523DEL").shown)
    (['-', 'C'], ['-'])
    """

    position: int
    insertion: int
    shown: frozenset[str]
    reference: str = ""

    @classmethod
    def parse(cls, text: str) -> MtDifference:
        """Read EMPOP notation: ``263G``, ``A263G``, ``309.1C``, ``523DEL`` or ``523-``, ``16189Y``; small letters for
        an insertion or deletion that only a part of the molecules has.

        Raises
        ------
        ModelError
            When the text is no such difference.
        """
        match = _DIFFERENCE.fullmatch(text.strip())
        if match is None:
            raise ModelError(f"'{text[:20]}' is no difference to the rCRS, expected such as 263G, 309.1C or 523DEL")
        position, insertion = int(match["position"]), int(match["insertion"] or 0)
        shown = _shown(match["base"], inserted=insertion > 0)
        reference = match["reference"] or ""
        if not 1 <= position <= MT_LENGTH or not shown or (insertion and reference) or shown == {reference}:
            raise ModelError(f"'{text[:20]}' is no difference to the rCRS; correct the position or the base")
        return cls(position, insertion, shown, reference)

    def __str__(self) -> str:
        """The difference in EMPOP notation.

        >>> [str(MtDifference.parse(text)) for text in ("A263G", "309.1c", "16189Y", "523-", "523del")]
        ['A263G', '309.1c', '16189Y', '523DEL', '523del']
        """
        place = f"{self.reference}{self.position}" + (f".{self.insertion}" if self.insertion else "")
        if "-" in self.shown and not self.insertion:
            return f"{place}{'del' if REFERENCE_BASE in self.shown else 'DEL'}"
        letter = next(code for code, bases in _CODES.items() if set(bases) == self.shown - {"-"})
        return f"{place}{letter.lower() if '-' in self.shown else letter}"

    @property
    def site(self) -> tuple[int, int]:
        return self.position, self.insertion

    @property
    def is_length(self) -> bool:
        """Whether it is an insertion or a deletion, in all or in a part of the molecules."""
        return self.insertion > 0 or "-" in self.shown


_DIFFERENCE = re.compile(
    r"(?P<reference>[ACGT])?(?P<position>[0-9]{1,5})(?:\.(?P<insertion>[1-9][0-9]?))?(?P<base>[A-Za-z]|DEL|del|-)"
)
_CODES = {
    **{base: base for base in "ACGT"},
    **{"R": "AG", "Y": "CT", "S": "CG", "W": "AT", "K": "GT", "M": "AC"},
    **{"B": "CGT", "D": "AGT", "H": "ACT", "V": "ACG"},
}


def _shown(base: str, *, inserted: bool) -> frozenset[str]:
    """What may stand at a position; nothing when the letter has no meaning there."""
    if base in ("DEL", "-", "del"):
        kept = {REFERENCE_BASE} if base == "del" else set()
        return frozenset() if inserted else frozenset({"-", *kept})
    if base.islower():
        return frozenset({"-", *_CODES.get(base.upper(), "")}) if inserted else frozenset()
    return frozenset(_CODES.get(base, ""))


@dataclass(frozen=True)
class MtHaplotype:
    """The ranges of the mitochondrial genome that were typed, both ends included, and the differences within them.

    A range whose end lies before its start runs over the origin: ``(16024, 576)`` is the control region.
    """

    sample: str
    ranges: tuple[tuple[int, int], ...]
    differences: tuple[MtDifference, ...]

    def __post_init__(self) -> None:
        if not all(1 <= end <= MT_LENGTH for ends in self.ranges for end in ends):
            raise ModelError(f"sample '{self.sample}': a range outside 1 to {MT_LENGTH}")
        if len({difference.site for difference in self.differences}) != len(self.differences):
            raise ModelError(f"sample '{self.sample}': two differences at one position; state one")


@dataclass(frozen=True)
class MtRates:
    """Mutation of mtDNA: the probability that one position changes in one meiosis, to each other state alike.

    With ``ignore_length`` insertions and deletions at ``length_positions`` are not compared. The default rate is
    0.32 per position and million years at 20 years for a generation, from 3 changes of the hypervariable regions in
    705 transmissions (Sigurgardottir et al. 2000, doi:10.1086/302902).
    """

    rate: float = 6.4e-6
    ignore_length: bool = True
    length_positions: tuple[int, ...] = LENGTH_POSITIONS

    def __post_init__(self) -> None:
        checked_probability(self.rate, "the mtDNA mutation rate")

    def describe(self) -> Statement:
        if not self.ignore_length:
            return said.MT_RATES_ALL_LENGTHS(rate=self.rate)
        return said.MT_RATES(rate=self.rate, positions=" ".join(map(str, self.length_positions)))

    def ignores(self, difference: MtDifference) -> bool:
        return self.ignore_length and difference.is_length and difference.position in self.length_positions


@dataclass(frozen=True)
class StatedCounts:
    """How often each unidentified sample's whole haplotype was met in a database of ``size`` haplotypes.

    The laboratory looked it up; a sample that is absent from ``seen`` was not looked up. ``singletons`` is the number
    of haplotypes that the database holds once, which kappa needs.
    """

    size: int
    seen: Mapping[str, int]
    singletons: int | None = None

    def __post_init__(self) -> None:
        checked_number(self.size, "the size of a haplotype database", "1 or more", holds=lambda size: size >= 1)
        expected = "0 or more, and no more than the haplotypes of the database"
        singletons = () if self.singletons is None else (self.singletons,)
        for count in (*self.seen.values(), *singletons):
            checked_number(count, "a count of a haplotype", expected, holds=lambda n: 0 <= n <= self.size)


@dataclass(frozen=True)
class YReference:
    """A laboratory's reference table of Y haplotypes: each haplotype once, with how often it was met. No persons."""

    rows: tuple[tuple[Mapping[str, Copies], int], ...]

    @cached_property
    def counted(self) -> dict[Hashable, Counter[Any]]:
        """Room for what was counted once, by the loci that were asked about."""
        return {}


@dataclass(frozen=True)
class MtReference:
    """A laboratory's reference table of mitochondrial haplotypes, each with how often it was met. No persons."""

    rows: tuple[tuple[MtHaplotype, int], ...]

    @cached_property
    def counted(self) -> dict[Hashable, Counter[Any]]:
        """Room for what was counted once, by the positions that were asked about."""
        return {}


@dataclass(frozen=True)
class LaplaceCluster:
    """One part of a discrete Laplace mixture: its weight, and the centre and dispersion of each locus."""

    weight: float
    centre: Mapping[str, int]
    dispersion: Mapping[str, float]


@dataclass(frozen=True)
class DiscreteLaplace:
    """A fitted mixture of discrete Laplace distributions (Andersen et al. 2013, doi:10.1016/j.jtbi.2013.03.009).

    Raises
    ------
    ModelError
        When the weights do not sum to 1, a dispersion is not within 0 to 1, or clusters differ in their loci.
    """

    clusters: tuple[LaplaceCluster, ...]

    def __post_init__(self) -> None:
        for cluster in self.clusters:
            checked_probability(cluster.weight, "a weight of a discrete Laplace mixture")
        if abs(sum(cluster.weight for cluster in self.clusters) - 1) > 1e-6:
            raise ModelError("the weights of a discrete Laplace mixture do not sum to 1; check the fitted table")
        for cluster in self.clusters:
            if set(cluster.centre) != self.loci or set(cluster.dispersion) != self.loci:
                raise ModelError("a discrete Laplace mixture needs every locus in every cluster")
            if not all(0 <= p < 1 for p in cluster.dispersion.values()):
                raise ModelError("a dispersion of a discrete Laplace mixture lies outside 0 to 1")

    @property
    def loci(self) -> set[str]:
        return set(self.clusters[0].centre)


@dataclass(frozen=True)
class YModel:
    """All that the evidence of a Y haplotype rests on.

    ``theta`` is the probability that an unrelated man of the same group has the family's own paternal line.
    """

    rates: YRates
    basis: StatedCounts | YReference | DiscreteLaplace
    estimator: Estimator = "augmented count"
    theta: float = 0.0

    def __post_init__(self) -> None:
        _check_basis(self.basis, self.estimator, self.theta)


@dataclass(frozen=True)
class MtModel:
    """All that the evidence of a mitochondrial haplotype rests on; ``theta`` as in ``YModel``, for maternal lines."""

    rates: MtRates
    basis: StatedCounts | MtReference
    estimator: Estimator = "augmented count"
    theta: float = 0.0

    def __post_init__(self) -> None:
        _check_basis(self.basis, self.estimator, self.theta)


@dataclass(frozen=True)
class LineageEvidence:
    """What a lineage marker says about one unidentified person in the place of one missing member.

    ``compared`` counts loci (Y) or positions (mtDNA). ``log10_lr`` is ``None`` where ``remark`` says why no number is
    given. ``log10_given_line`` is the probability of the haplotype given the line, ``log10_otherwise`` that in a
    person of no known relation.
    """

    kind: Literal["Y", "mtDNA"]
    log10_lr: float | None
    log10_given_line: float
    log10_otherwise: float
    compared: int
    not_comparable: tuple[str, ...]
    basis: Statement | None
    remark: Statement | None = None


def _check_basis(basis: object, estimator: Estimator, theta: float) -> None:
    checked_probability(theta, "the theta of a lineage marker")
    checked_choice(estimator, "the estimator", get_args(Estimator))
    if isinstance(basis, DiscreteLaplace) != (estimator == "discrete laplace"):
        raise ModelError(
            f"the estimator '{estimator}' does not go with this table; discrete Laplace needs a fitted one"
        )
    if estimator == "kappa" and isinstance(basis, StatedCounts) and basis.singletons is None:
        raise ModelError("kappa needs the number of singletons of the database, or the reference table itself")
