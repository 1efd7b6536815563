"""What one typing of a sample showed, what a geneticist settled between typings, and what was made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from antigone.model.assumptions.lineage import MtHaplotype, YHaplotype
from antigone.model.assumptions.observation import ObservationRates, Replicate
from antigone.model.profile import NOT_TYPED, Genotype
from antigone.model.statements import samples as said
from antigone.model.statements.statement import Form, Statement

AMELOGENIN, MTDNA, RATES = "Amelogenin", "mtDNA", "rates"
"""How a conflict is called that is at no marker of an autosome, of the X or of the Y."""
MOST_LISTED = 30
"""Samples whose typings are described one by one in the notices."""
MOST_NAMED = 8
"""Markers that are named where there is nothing to do about them; more are only counted."""
FEW_CONFLICTS = 2
"""So many markers may be read wrongly in samples of one person; from the next on another explanation is said."""


@dataclass(frozen=True)
class Typing:
    """One typing of a sample: by one kit, or what one file has of it.

    ``label`` tells it from the other typings of the sample. The other fields are as in ``UnidentifiedPerson`` and
    ``FurtherEvidence``; ``y_seen`` and ``mt_seen`` count how often the whole haplotype was met in a database.
    ``is_replicate``: a further amplification, declared as such, and no second opinion.
    """

    label: str
    genotypes: Mapping[str, Genotype] = field(default_factory=lambda: NOT_TYPED)
    replicates: Mapping[str, tuple[Replicate, ...]] = field(default_factory=dict)
    amelogenin: tuple[Replicate, ...] = ()
    y: YHaplotype | None = None
    mt: MtHaplotype | None = None
    y_seen: int | None = None
    mt_seen: int | None = None
    rates: ObservationRates | None = None
    estimate_dropout: bool = False
    peak_height: float | None = None
    is_replicate: bool = False


@dataclass(frozen=True)
class Settlement:
    """What a geneticist decided at one marker: the typings ``set_aside`` there, or those taken ``together`` as
    replicates. A typing that it does not name is judged as if there were none."""

    set_aside: frozenset[str] = frozenset()
    together: frozenset[str] = frozenset()


@dataclass(frozen=True)
class TypingsUsed:
    """What was made of the typings of one sample: their names, and the markers by what happened there.

    ``confirmed`` were read alike by two typings or more, ``single`` by one alone, ``replicates`` in amplifications that
    were declared as further ones; ``settled`` are used as a geneticist decided, ``conflicts`` take no part.
    """

    typings: tuple[str, ...]
    confirmed: tuple[str, ...] = ()
    single: tuple[str, ...] = ()
    replicates: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing to say: one typing, used as it is."""
        return len(self.typings) == 1 and not self.settled and not self.conflicts

    @property
    def is_doubtful(self) -> bool:
        """Whether so much differs that the typings may be of two persons."""
        return len(self.conflicts) > max(FEW_CONFLICTS, len(self.confirmed))

    def describe(self, sample: str) -> Statement:
        """What is said of it, without genotypes.

        >>> TypingsUsed(("a", "b"), ("FGA", "vWA"), conflicts=("TH01",)).describe("PM1").values["number"]
        2
        """
        confirmed = _counted(self.confirmed, said.CONFIRMED, said.CONFIRMED_NAMED)
        single = _counted(self.single, said.SINGLE, said.SINGLE_NAMED)
        parts = [said.CONFIRMED_AND_SINGLE(words_confirmed=confirmed, words_single=single)]
        if self.replicates:
            parts.append(said.FURTHER(markers=self.replicates))
        if self.settled:
            parts.append(said.SETTLED(markers=self.settled))
        if self.conflicts:
            parts.append(said.DIFFERENT(markers=self.conflicts))
        if self.is_doubtful:
            parts.append(said.PERHAPS_TWO_PERSONS())
        typings = "; ".join(self.typings)
        return said.TYPINGS(code=sample, number=len(self.typings), typings=typings, list_parts=tuple(parts))


def describe_typings(used: Mapping[str, TypingsUsed]) -> tuple[Statement, ...]:
    """What was made of the typings of some samples, sample by sample while they are few; those in conflict first."""
    order = sorted(used, key=lambda sample: (not used[sample].conflicts, sample))
    lines = [used[sample].describe(sample) for sample in order[:MOST_LISTED]]
    if len(order) > MOST_LISTED:
        differ = sum(bool(used[sample].conflicts) for sample in order)
        lines.append(said.TYPED_AGAIN(number=len(order), differ=differ))
    return tuple(lines)


def _counted(markers: tuple[str, ...], number: Form, named: Form) -> Statement:
    """How many markers, and which while they are few."""
    if 0 < len(markers) <= MOST_NAMED:
        return named(number=len(markers), markers=markers)
    return number(number=len(markers))
