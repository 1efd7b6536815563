"""What was typed in one sample."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, Mapping, Sequence, ValuesView
from dataclasses import dataclass
from typing import Any, TypeVar, cast

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
            raise ValueError(f"{len(self.pairs)} genotypes for the {len(kit)} markers of a kit; give one for each")

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
    """All genotypes of a sample, by marker name; a marker that is absent was not typed."""

    sample: str
    genotypes: Mapping[str, Genotype]
