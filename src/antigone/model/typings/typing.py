"""What one typing of a sample showed, what a geneticist settled between typings, and what was made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from antigone.model.assumptions.lineage import MtHaplotype, YHaplotype
from antigone.model.assumptions.observation import ObservationRates, Replicate
from antigone.model.profile import NOT_TYPED, Genotype

AMELOGENIN, MTDNA, RATES = "Amelogenin", "mtDNA", "rates"
"""How a conflict is called that is at no marker of an autosome, of the X or of the Y."""
RULE = (
    "markers of all valid typings of a sample add up; the same genotype twice counts once; a marker with different "
    "genotypes takes no part until a geneticist has settled it"
)
"""What is made of several typings, in words, for results."""
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

    def describe(self, sample: str) -> str:
        """In words, without genotypes.

        >>> print(TypingsUsed(("a", "b"), ("FGA", "vWA"), conflicts=("TH01",)).describe("PM1"))
        sample 'PM1': 2 typings (a; b): 2 markers confirmed (FGA, vWA), 0 in one typing alone; different, so that \
these markers are left out: TH01
        """
        names = "; ".join(self.typings)
        parts = [
            f"{len(self.confirmed)} marker{'' if len(self.confirmed) == 1 else 's'} confirmed{_listed(self.confirmed)}",
            f"{len(self.single)} in one typing alone{_listed(self.single)}",
        ]
        words = f"sample '{sample}': {len(self.typings)} typing{'' if len(self.typings) == 1 else 's'}"
        words += f" ({names}): {', '.join(parts)}"
        if self.replicates:
            words += f"; further amplifications: {', '.join(self.replicates)}"
        if self.settled:
            words += f"; as a geneticist settled: {', '.join(self.settled)}"
        if self.conflicts:
            words += f"; different, so that these markers are left out: {', '.join(self.conflicts)}"
        if self.is_doubtful:
            words += "; so much differs that the typings may be of two persons: ask the laboratory"
        return words


def describe_typings(used: Mapping[str, TypingsUsed]) -> tuple[str, ...]:
    """What was made of the typings of some samples, sample by sample while they are few; those in conflict first."""
    order = sorted(used, key=lambda sample: (not used[sample].conflicts, sample))
    lines = [used[sample].describe(sample) for sample in order[:MOST_LISTED]]
    if len(order) > MOST_LISTED:
        differ = sum(bool(used[sample].conflicts) for sample in order)
        lines.append(f"{len(order)} samples were typed more than once, {differ} of them with markers that differ")
    return tuple(lines)


def _listed(markers: tuple[str, ...]) -> str:
    return f" ({', '.join(markers)})" if 0 < len(markers) <= MOST_NAMED else ""
