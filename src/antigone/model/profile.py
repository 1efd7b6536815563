"""What was typed in one sample."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, Mapping, Sequence, ValuesView
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from antigone.errors import ModelError
from antigone.model.checks import checked_mapping, shown

Genotype = tuple[str | None, str | None]
"""An unordered pair of allele labels. ``None`` in second place: one allele read, the other unknown.
A male's single allele on the X chromosome is written ``(allele, allele)``."""

_Default = TypeVar("_Default")


class Kit:
    """Markers typed together, in order; one object serves every sample that was typed at the same markers.

    Examples
    --------
    >>> Kit(["TH01", "vWA"]).place
    {'TH01': 0, 'vWA': 1}
    """

    __slots__ = ("markers", "place")

    def __init__(self, markers: Iterable[str]) -> None:
        self.markers = tuple(markers)
        self.place = {marker: place for place, marker in enumerate(self.markers)}

    def __len__(self) -> int:
        return len(self.markers)

    def __eq__(self, other: object) -> bool:
        return self.markers == other.markers if isinstance(other, Kit) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.markers)

    def __repr__(self) -> str:
        return f"Kit({list(self.markers)})"

    def __reduce__(self) -> tuple[type[Kit], tuple[tuple[str, ...]]]:
        return Kit, (self.markers,)


class Genotypes(Mapping[str, Genotype]):
    """Genotypes by marker, as a mapping that shares its kit: 280 bytes at 24 markers, a third of a dict's.

    ``pairs`` stand in the order of ``kit.markers``; pairs that are equal may be one object. Equal to any mapping
    of the same genotypes. Not hashable, as a dict is not.

    Examples
    --------
    >>> typed = Genotypes(Kit(["TH01", "vWA"]), [("6", "9.3"), ("16", None)])
    >>> typed["TH01"], typed.get("FGA"), "vWA" in typed
    (('6', '9.3'), None, True)
    >>> typed == {"vWA": ("16", None), "TH01": ("6", "9.3")}
    True
    """

    __slots__ = ("kit", "pairs")

    def __init__(self, kit: Kit, pairs: Sequence[Genotype]) -> None:
        self.kit = kit
        self.pairs = tuple(pairs)
        if len(self.pairs) != len(kit):
            raise ModelError(f"{len(self.pairs)} genotypes for the {len(kit)} markers of a kit; give one for each")

    def __getitem__(self, marker: str) -> Genotype:
        return self.pairs[self.kit.place[marker]]

    def get(self, marker: str, default: _Default | None = None) -> Genotype | _Default | None:  # type: ignore[override]
        """The genotype of a marker, or ``default`` where it was not typed."""
        place = self.kit.place.get(marker)
        return default if place is None else self.pairs[place]

    def __contains__(self, marker: object) -> bool:
        return marker in self.kit.place

    def __iter__(self) -> Iterator[str]:
        return iter(self.kit.markers)

    def __len__(self) -> int:
        return len(self.pairs)

    def items(self) -> ItemsView[str, Genotype]:
        return _Items(self)

    def values(self) -> ValuesView[Genotype]:
        return _Values(self)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Genotypes) and other.kit.markers == self.kit.markers:
            return self.pairs == other.pairs
        return Mapping.__eq__(self, other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Genotypes of {len(self)} markers"  # a message may quote an object; it never carries a genotype

    def __reduce__(self) -> tuple[type[Genotypes], tuple[Kit, tuple[Genotype, ...]]]:
        return Genotypes, (self.kit, self.pairs)


class _Items(ItemsView[str, Genotype]):
    __slots__ = ()

    def __iter__(self) -> Iterator[tuple[str, Genotype]]:
        typed = cast(Genotypes, cast(Any, self)._mapping)
        return zip(typed.kit.markers, typed.pairs, strict=True)


class _Values(ValuesView[Genotype]):
    __slots__ = ()

    def __iter__(self) -> Iterator[Genotype]:
        return iter(cast(Genotypes, cast(Any, self)._mapping).pairs)


NOT_TYPED = Genotypes(Kit(()), ())
"""The genotypes of a sample without any."""


@dataclass(frozen=True, slots=True)
class Profile:
    """All genotypes of a sample, by marker name; a marker that is absent was not typed.

    Raises
    ------
    ModelError
        When the sample is no text, or a genotype is no pair of allele labels. The message has no allele in it.

    Examples
    --------
    >>> Profile("PM1", {"TH01": ("6", "9.3"), "FGA": ("21", None)}).sample
    'PM1'
    """

    sample: str
    genotypes: Mapping[str, Genotype]

    def __post_init__(self) -> None:
        if not isinstance(self.sample, str):
            raise ModelError(f"the sample of a profile is {shown(self.sample)}, expected its code in quotes")
        if not isinstance(self.genotypes, Genotypes):  # these are made by readers, which have checked them
            _check_genotypes(self.sample, self.genotypes)


_GENOTYPES = "genotypes by marker, such as {'TH01': ('6', '9.3')}"
_PAIR = "two labels in quotes, such as ('12', '13'), or ('12', None) when the second is not known"


def _check_genotypes(sample: str, genotypes: Any) -> None:
    what = f"sample '{sample}'"
    for marker, genotype in checked_mapping(genotypes, f"{what}: its profile", _GENOTYPES).items():
        if not isinstance(marker, str) or not marker:
            raise ModelError(f"{what}: a marker is {shown(marker)}, expected its name in quotes")
        if not is_genotype(genotype):
            raise ModelError(f"{what}, marker {marker}: the genotype is {_described(genotype)}, expected {_PAIR}")


def is_genotype(value: Any) -> bool:
    """Whether a value is a pair of labels, of which the second may be unknown."""
    if not isinstance(value, tuple | list) or len(value) != 2:
        return False
    first, second = value
    return isinstance(first, str) and first != "" and (second is None or (isinstance(second, str) and second != ""))


def _described(genotype: Any) -> str:
    """What stands in the place of a genotype, without its alleles."""
    if isinstance(genotype, str):
        return "one text"
    if not isinstance(genotype, tuple | list):
        return f"of type {type(genotype).__name__}"
    if len(genotype) != 2:
        return f"{len(genotype)} alleles (a male on the X chromosome has his one allele twice)"
    return " and ".join(_described_allele(allele) for allele in genotype)


def _described_allele(allele: Any) -> str:
    if isinstance(allele, str):
        return "a text" if allele else "an empty text"
    return "None" if allele is None else f"of type {type(allele).__name__}"
