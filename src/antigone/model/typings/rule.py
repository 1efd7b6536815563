"""From all valid typings of a sample to the one profile that a search uses. docs/typings.md tells why, kind by kind."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import chain
from typing import Any

from antigone.model.assumptions.lineage import MtHaplotype, YHaplotype
from antigone.model.assumptions.observation import ObservationRates, Replicate
from antigone.model.profile import Genotype, Genotypes, Kit
from antigone.model.typings.haplotypes import merge_mt
from antigone.model.typings.typing import AMELOGENIN, MTDNA, RATES, Settlement, Typing, TypingsUsed

Shown = tuple[Replicate, ...]
"""What one typing showed at a marker: its amplifications."""
_NOTHING_SETTLED: Mapping[str, Settlement] = {}


def combine_typings(
    typings: Collection[Typing], settled: Mapping[str, Settlement] = _NOTHING_SETTLED
) -> tuple[Typing, TypingsUsed]:
    """The profile that a search uses, and what was made of each marker.

    The order of ``typings`` changes nothing. A single typing is used as it is.

    Parameters
    ----------
    typings
        Those in force, each with a name of its own.
    settled
        By marker, what a geneticist decided.

    Examples
    --------
    >>> one = Typing("kit 1", {"TH01": ("6", "9.3"), "FGA": ("21", "22"), "vWA": ("16", "16")})
    >>> two = Typing("kit 2", {"TH01": ("9.3", "6"), "FGA": ("21", "21"), "TPOX": ("8", "11")})
    >>> made, used = combine_typings([one, two])
    >>> dict(made.genotypes)
    {'TH01': ('6', '9.3'), 'TPOX': ('8', '11'), 'vWA': ('16', '16')}
    >>> used.confirmed, used.single, used.conflicts
    (('TH01',), ('TPOX', 'vWA'), ('FGA',))
    """
    names = tuple(sorted(typing.label for typing in typings))
    if len(typings) == 1 and not settled:
        return next(iter(typings)), TypingsUsed(names)
    job = _Job(sorted(typings, key=lambda one: one.label), settled)
    made = job.markers()
    made = replace(made, amelogenin=job.amelogenin(), y=job.y(), mt=job.mt(), **job.sample())
    made = replace(made, y_seen=job.seen("y", made), mt_seen=job.seen("mt", made))
    return made, job.used(names)


@dataclass
class _Job:
    """One combination: what it is made of, and what became of each marker so far."""

    typings: Sequence[Typing]
    settled: Mapping[str, Settlement]
    became: dict[str, str] = field(default_factory=dict)

    def markers(self) -> Typing:
        """The autosomal and X-chromosomal markers."""
        genotypes: dict[str, Genotype] = {}
        replicates: dict[str, Shown] = {}
        for marker in sorted({m for t in self.typings for m in (*t.genotypes, *t.replicates)}):
            shown = {t.label: s for t in self.typings if (s := _shown(t, marker)) is not None}
            used = self._amplifications(marker, shown)
            if used is None:
                continue
            if len(used) == 1 and len(used[0]) == 2:
                genotypes[marker] = used[0][0], used[0][1]
            else:
                replicates[marker] = used
        return Typing("", Genotypes(Kit(genotypes), list(genotypes.values())), replicates)

    def _amplifications(self, marker: str, shown: Mapping[str, Shown]) -> Shown | None:
        """What is used at a marker: what the typings agree on, then the amplifications declared as further ones."""
        plain = {name: _plain(amplified) for name, amplified in shown.items()}
        declared = {one.label for one in self.typings if one.is_replicate} & plain.keys()
        further = [plain[name] for name in declared - self._aside(marker)]
        apart = {name: amplified for name, amplified in plain.items() if name not in declared}
        agreed = self._agreed(marker, apart, _complete, _pooled) if apart or not further else ()
        if agreed is None:
            return None
        used = _pooled((agreed, *further))
        if further:
            self.became[marker] = "replicates" if len(used) > 1 else "single"
        return used

    def _aside(self, marker: str) -> frozenset[str]:
        return self.settled[marker].set_aside if marker in self.settled else frozenset()

    def _agreed(
        self,
        marker: str,
        shown: Mapping[str, Any],
        distinct: Callable[[Iterable[Any]], set[Any]] = set,
        pooled: Callable[[Iterable[Any]], Any] | None = None,
    ) -> Any | None:
        """What all typings show that are not set aside, or show together when they are taken so; nothing when they
        differ. ``distinct`` leaves the different ones, ``pooled`` makes one of those taken together."""
        settlement, aside = self.settled.get(marker), self._aside(marker)
        left = {name: value for name, value in shown.items() if name not in aside}
        apart = distinct(left.values())
        together = {shown[name] for name in settlement.together if name in left} if settlement else set()
        if len(apart) == 1:
            (value,) = apart
            often = sum(one == value for one in left.values())
            self.became[marker] = "settled" if len(left) < len(shown) else "confirmed" if often > 1 else "single"
            return value
        if pooled is not None and apart and apart <= together:
            self.became[marker] = "settled"
            return pooled(apart)
        self.became[marker] = "conflict"
        return None

    def amelogenin(self) -> Shown:
        shown = {one.label: _plain(set(_plain(one.amelogenin))) for one in self.typings if one.amelogenin}
        return (self._agreed(AMELOGENIN, shown, _complete, _pooled) or ()) if shown else ()

    def y(self) -> YHaplotype | None:
        """Locus by locus; a locus with different alleles is left out."""
        typed = {one.label: one.y for one in self.typings if one.y is not None}
        loci = {}
        for locus in sorted({locus for haplotype in typed.values() for locus in haplotype.loci}):
            alleles = self._agreed(locus, {name: y.loci[locus] for name, y in typed.items() if locus in y.loci})
            if alleles is not None:
                loci[locus] = alleles
        return YHaplotype(min(one.sample for one in typed.values()), loci) if loci else None

    def mt(self) -> MtHaplotype | None:
        """All ranges together; nothing when two typings differ where both were typed."""
        typed = {one.label: one.mt for one in self.typings if one.mt is not None}
        aside = self._aside(MTDNA)
        left = [haplotype for name, haplotype in typed.items() if name not in aside]
        if not typed:
            return None
        merged = merge_mt(left) if left else None
        said = "conflict" if merged is None else "settled" if len(left) < len(typed) else ""
        self.became[MTDNA] = said or ("confirmed" if len(left) > 1 else "single")
        return merged

    def sample(self) -> dict[str, Any]:
        """What belongs to the sample as a whole: its rates, and the mean height of its weakest typing."""
        stated = {one.label: one.rates for one in self.typings if one.rates is not None}
        rates = self._agreed(RATES, stated) if stated else None
        if stated and self.became[RATES] == "conflict":
            rates = _largest(stated.values())
        elif self.became.get(RATES) != "settled":
            self.became.pop(RATES, None)
        heights = [one.peak_height for one in self.typings if one.peak_height is not None]
        return {
            "rates": rates,
            "estimate_dropout": any(one.estimate_dropout for one in self.typings),
            "peak_height": min(heights, default=None),
        }

    def seen(self, kind: str, made: Typing) -> int | None:
        """How often the haplotype was met, of a typing that has all of it; a part of it was another question."""
        whole = getattr(made, kind)
        alike = [one for one in self.typings if (own := getattr(one, kind)) is not None and _same(own, whole)]
        counts = {count for one in alike if (count := getattr(one, f"{kind}_seen")) is not None}
        return counts.pop() if len(counts) == 1 else None

    def used(self, names: tuple[str, ...]) -> TypingsUsed:
        def markers(kind: str) -> tuple[str, ...]:
            return tuple(sorted(marker for marker, became in self.became.items() if became == kind))

        kinds = ("confirmed", "single", "replicates", "settled", "conflict")
        return TypingsUsed(names, *map(markers, kinds))


def shown_at(typing: Typing, marker: str) -> Any | None:
    """What a typing shows where a conflict may be, in a form that can be compared; nothing where it was not typed."""
    if marker == AMELOGENIN:
        return _plain(set(_plain(typing.amelogenin))) or None
    if marker == MTDNA:
        return typing.mt
    if marker == RATES:
        return typing.rates
    if typing.y is not None and marker in typing.y.loci:
        return typing.y.loci[marker]
    amplified = _shown(typing, marker)
    return None if amplified is None else _plain(amplified)


def is_same_content(one: Typing, other: Typing) -> bool:
    """Whether two typings show the same, in whatever order it was written."""
    return _content(one) == _content(other)


def _content(typing: Typing) -> tuple[object, ...]:
    markers = {marker: _plain((pair,)) for marker, pair in typing.genotypes.items()}
    markers |= {marker: _plain(amplified) for marker, amplified in typing.replicates.items()}
    y = None if typing.y is None else dict(typing.y.loci)
    mt = None if typing.mt is None else merge_mt([typing.mt])
    beside = typing.y_seen, typing.mt_seen, typing.rates, typing.estimate_dropout, typing.peak_height
    return markers, _plain(typing.amelogenin), y, mt, *beside


def _shown(typing: Typing, marker: str) -> Shown | None:
    pair = typing.genotypes.get(marker)
    return typing.replicates.get(marker) if pair is None else (pair,)


def _plain(amplified: Iterable[Replicate]) -> Shown:
    """Amplifications and alleles in an order of their own."""
    return tuple(sorted(map(_sorted, amplified), key=lambda one: [*map(_place, one)]))


@lru_cache(maxsize=16384)
def _sorted(replicate: Replicate) -> Replicate:
    return tuple(sorted(replicate, key=_place))


@lru_cache(maxsize=4096)
def _place(allele: str | None) -> tuple[int, float, str]:
    """Alleles by length, then other labels; what is not known comes last."""
    if allele is None:
        return 2, 0.0, ""
    whole, point, part = allele.partition(".")
    is_number = whole.isascii() and whole.isdigit() and (not point or (part.isascii() and part.isdigit()))
    return (0, float(allele), allele) if is_number else (1, 0.0, allele)


def _pooled(several: Iterable[Shown]) -> Shown:
    """The amplifications of several typings together."""
    return _plain(chain(*several))


def _complete(shown: Iterable[Shown]) -> set[Shown]:
    """The different ones, without a reading of one allele that a full reading has too."""
    different = set(shown)
    full = [set(one[0]) for one in different if len(one) == 1 and None not in one[0]]
    return {one for one in different if not (_is_partial(one) and any(one[0][0] in alleles for alleles in full))}


def _is_partial(shown: Shown) -> bool:
    return len(shown) == 1 and len(shown[0]) == 2 and shown[0][1] is None


def _largest(rates: Iterable[ObservationRates]) -> ObservationRates:
    """The largest of each, with which a sample says least, until it is settled which are right."""
    several = list(rates)
    return ObservationRates(*(max(getattr(one, name) for one in several) for name in ("dropout", "dropin", "error")))


def _same(own: YHaplotype | MtHaplotype, whole: YHaplotype | MtHaplotype | None) -> bool:
    if isinstance(own, YHaplotype):
        return isinstance(whole, YHaplotype) and dict(own.loci) == dict(whole.loci)
    return merge_mt([own]) == whole
