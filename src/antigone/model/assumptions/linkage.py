"""Linked markers: groups with their recombination fractions, genetic maps, and the map of the standard STR kits."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from antigone.errors import ModelError
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.str_positions import STR_POSITIONS
from antigone.model.checks import checked_choice, checked_items, checked_kind, checked_mapping, checked_number
from antigone.model.statements import settings as said
from antigone.model.statements.statement import Statement

UNLINKED_FROM_CM = 50.0
"""Neighbours at this distance or further are taken as unlinked: by Kosambi's function they recombine in 38 % of
meioses or more, by Haldane's in 32 %."""


@dataclass(frozen=True)
class LinkageGroup:
    """Markers of one chromosome in map order, and the recombination fraction of each interval between neighbours.

    Raises
    ------
    ModelError
        For fewer than two markers, a marker twice, autosomal and X markers together, or not one fraction between
        0 and 0.5 for each interval.

    Examples
    --------
    >>> pair = LinkageGroup((Marker("A", ("1",), (1.0,)), Marker("B", ("1",), (1.0,))), (0.1,))
    >>> pair.name
    'A|B'
    """

    markers: tuple[Marker, ...]
    rho: tuple[float, ...]

    def __post_init__(self) -> None:
        markers = checked_items(self.markers, "the markers of a linkage group", "two or more markers in map order")
        for marker in markers:
            checked_kind(marker, Marker, "a marker of a linkage group", "Marker(name, alleles, frequencies)")
        rho = checked_items(self.rho, "rho of a linkage group", "a list of recombination fractions")
        object.__setattr__(self, "markers", markers)
        object.__setattr__(self, "rho", rho)
        names = [marker.name for marker in markers]
        if len(names) < 2 or len(set(names)) != len(names):
            raise ModelError(f"linkage group '{self.name}': expected two or more markers, each once")
        if len({marker.chromosome for marker in self.markers}) != 1:
            raise ModelError(f"linkage group '{self.name}': autosomal and X markers cannot be linked with each other")
        expected = f"{len(names) - 1} recombination fractions between 0 and 0.5, one for each interval"
        if len(rho) != len(names) - 1:
            raise ModelError(f"linkage group '{self.name}': {len(rho)} values, expected {expected} between neighbours")
        for fraction in rho:
            what = f"linkage group '{self.name}': a value"
            checked_number(fraction, what, f"{expected} between neighbours", holds=lambda x: 0 <= x <= 0.5)

    @property
    def name(self) -> str:
        return "|".join(marker.name for marker in self.markers)


MapFunction = Callable[[float], float]
"""From a distance in cM to the recombination fraction."""


def haldane(centimorgan: float) -> float:
    """Recombination fraction at a map distance without interference: ``(1 - exp(-2 d)) / 2``, d in Morgan.

    >>> round(haldane(10), 6)
    0.090635
    """
    _check_distance(centimorgan)
    return (1 - math.exp(-centimorgan / 50)) / 2


def kosambi(centimorgan: float) -> float:
    """Recombination fraction at a map distance with Kosambi's interference: ``tanh(2 d) / 2``, d in Morgan.

    >>> round(kosambi(11.9410), 4), round(kosambi(27.7611), 4)
    (0.1172, 0.2522)
    """
    _check_distance(centimorgan)
    return math.tanh(centimorgan / 50) / 2


def _check_distance(centimorgan: float) -> None:
    checked_number(centimorgan, "the distance on the map", "cM, 0 or more", holds=lambda cm: cm >= 0)


@dataclass(frozen=True)
class GeneticMap:
    """Where markers lie: by marker name the chromosome and the position on it in cM.

    Only differences of positions on one chromosome have a meaning. ``source`` says where the numbers come from.
    """

    positions: Mapping[str, tuple[str, float]]
    source: str = ""

    def __post_init__(self) -> None:
        expected = "(chromosome, position in cM), such as ('4', 156.8)"
        for marker, place in checked_mapping(self.positions, "the positions of a map", f"by marker {expected}").items():
            what = f"the position of marker {marker}"
            if len(checked_items(place, what, expected)) != 2 or not isinstance(place[0], str):
                raise ModelError(f"{what} has no chromosome in quotes, or more than a position; expected {expected}")
            checked_number(place[1], what, "a number of cM", holds=lambda _: True)


def linkage_groups_of(
    markers: Sequence[Marker],
    genetic_map: GeneticMap,
    *,
    map_function: MapFunction = kosambi,
    unlinked_from: float = UNLINKED_FROM_CM,
) -> tuple[LinkageGroup, ...]:
    """The groups of linked markers among ``markers``: neighbours on the map less than ``unlinked_from`` cM apart.

    Markers that the map does not know, and those with no neighbour near enough, are in no group.

    Examples
    --------
    >>> kit = [Marker(name, ("1",), (1.0,)) for name in ("D12S391", "FGA", "vWA", "TPOX", "D2S441")]
    >>> [(group.name, round(group.rho[0], 4)) for group in linkage_groups_of(kit, STANDARD_KITS)]
    [('vWA|D12S391', 0.1178)]
    """
    known = sorted((m for m in markers if m.name in genetic_map.positions), key=lambda m: genetic_map.positions[m.name])
    runs: list[list[Marker]] = []
    for marker in known:
        if runs and _distance(genetic_map, runs[-1][-1], marker) < unlinked_from:
            runs[-1].append(marker)
        else:
            runs.append([marker])
    return tuple(
        LinkageGroup(tuple(run), tuple(map_function(_distance(genetic_map, a, b)) for a, b in pairwise(run)))
        for run in runs
        if len(run) > 1
    )


def markers_not_on_map(markers: Iterable[Marker], genetic_map: GeneticMap) -> tuple[str, ...]:
    """The names of markers that the map does not know: nothing is known here of their linkage.

    >>> markers_not_on_map([Marker(name, ("1",), (1.0,)) for name in ("vWA", "F13A01")], STANDARD_KITS)
    ('F13A01',)
    """
    return tuple(marker.name for marker in markers if marker.name not in genetic_map.positions)


def _distance(genetic_map: GeneticMap, first: Marker, second: Marker) -> float:
    (chromosome, start), (other, end) = (genetic_map.positions[marker.name] for marker in (first, second))
    return abs(end - start) if chromosome == other else math.inf


STANDARD_KITS = GeneticMap(
    {marker: (chromosome, position) for marker, chromosome, _, position, _ in STR_POSITIONS if chromosome != "X"},
    source="HapMap genetic map for GRCh38 (Debian shapeit4-example), at the coordinates of STRNaming 1.2.1 and, for "
    "markers that it has not, of one other list",
)
"""The autosomal markers of ``STR_POSITIONS``.

A marker that is not on this map is not recognised as linked, which does not mean that it is unlinked. The
X-chromosomal markers are left out: within their clusters alleles are in linkage disequilibrium, which the model does
not have, and whether their map is the female one could not be checked.
"""


MapFunctionName = Literal["kosambi", "haldane"]
MAP_FUNCTIONS: Mapping[MapFunctionName, MapFunction] = {"kosambi": kosambi, "haldane": haldane}


@dataclass(frozen=True)
class LinkageModel:
    """Which markers a search computes as linked: those of one group on this map, under this map function.

    Examples
    --------
    >>> pair = [Marker(name, ("1",), (1.0,)) for name in ("D5S818", "CSF1PO")]
    >>> [round(group.rho[0], 4) for group in LinkageModel().groups_of(pair)]
    [0.2501]
    """

    genetic_map: GeneticMap = field(default_factory=lambda: STANDARD_KITS)
    map_function: MapFunctionName = "kosambi"

    def __post_init__(self) -> None:
        checked_kind(self.genetic_map, GeneticMap, "the genetic map", "GeneticMap(positions)")
        checked_choice(self.map_function, "the map function", tuple(MAP_FUNCTIONS))

    def groups_of(self, markers: Sequence[Marker]) -> tuple[LinkageGroup, ...]:
        """The groups of linked markers among ``markers``, see ``linkage_groups_of``."""
        return linkage_groups_of(markers, self.genetic_map, map_function=MAP_FUNCTIONS[self.map_function])

    def describe(self) -> Statement:
        known = self.genetic_map
        return said.MAP(map_function=self.map_function, number=len(known.positions), source=known.source)
