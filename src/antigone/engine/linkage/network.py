"""Linked markers to factors: alleles at each locus, and where in the parent each allele was copied from.

At every locus each meiosis from a parent with two slots has an *origin*: the parent's slot that was copied. Given
the origins the loci are independent; between neighbouring loci an origin switches with the recombination fraction
(Lander & Green 1987, Proc. Natl. Acad. Sci. USA 84:2363-2367). Untyped and partly read members are one variable per
slot, fully read members one variable over their ordered genotypes: unlike for a single marker, phase matters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np

from antigone.engine.arrays import Array, Ints
from antigone.engine.sums.elimination import Scope
from antigone.engine.sums.factors import PATERNAL, Data, Shape, Typing, Variable, observation_weights, typed_states

Slot = tuple[int, int]
Term = tuple[Scope, Array]
Ways = dict[Slot, dict[int, tuple[int, ...]]]
"""For each meiosis (the child's row and slot), by locus: the parent's slots that may have been copied."""


@dataclass(frozen=True)
class Loci:
    """The data of linked markers in one pedigree, one item each, all with the same rows.

    ``kept`` lists, by locus, the rows that matter there; ``rho`` has one value for each interval.
    """

    data: tuple[Data, ...]
    kept: tuple[tuple[int, ...], ...]
    rho: tuple[float, ...]

    @property
    def shape(self) -> Shape:
        return self.data[0].shape


@dataclass(frozen=True)
class LinkedNetwork:
    """Factors over variables of the given sizes; ``keep`` are the open member's slots, locus by locus."""

    sizes: tuple[int, ...]
    scopes: tuple[Scope, ...]
    factors: tuple[Array, ...]
    keep: Scope


def build_linked_network(loci: Loci) -> LinkedNetwork:
    """All factors of a linkage group: founders, observations, transmissions and recombination.

    Two symmetries save work. The alleles of a founder are exchangeable at each locus, so the founder's only child
    may be taken to copy the first slot everywhere; with more children, the first of them at its first locus.
    """
    variables = [tuple(_variables(data, kept)) for data, kept in zip(loci.data, loci.kept, strict=True)]
    ways = _ways(loci)
    sizes = [v.states.shape[1] for v in chain.from_iterable(variables)]
    origins: dict[tuple[Slot, int], int] = {}
    for meiosis, by_locus in ways.items():
        for locus, possible in by_locus.items():
            origins[meiosis, locus] = len(sizes)
            sizes.append(len(possible))
    terms = list(_recombination(ways, origins, loci.rho))
    places, start = [], 0
    for locus, (data, own) in enumerate(zip(loci.data, variables, strict=True)):
        places.append({slot: start + i for i, variable in enumerate(own) for slot in variable.slots})
        at_locus = _Locus(data, own, places[-1], start)
        here = {meiosis: (origins[meiosis, locus], ways[meiosis][locus]) for meiosis in ways if locus in ways[meiosis]}
        terms += [*_founders(at_locus), *_observations(at_locus), *_transmissions(at_locus, here)]
        start += len(own)
    keep = [place[slot] for place in places for slot in sorted(place) if slot[0] in loci.data[0].open_members]
    return LinkedNetwork(tuple(sizes), tuple(scope for scope, _ in terms), tuple(f for _, f in terms), tuple(keep))


def _variables(data: Data, kept: Sequence[int]) -> Iterator[Variable]:
    every = np.arange(data.ladder.size, dtype=np.int64)[None, :, None]
    for row in kept:
        names = tuple((row, slot) for slot in data.shape.slots[row])
        if data.typing[row] is Typing.FULL:
            yield Variable(names, _ordered_states(data, row))
        else:
            yield from (Variable((name,), every) for name in names)


def _ordered_states(data: Data, row: int) -> Ints:
    """Every ordered genotype that a fully read genotype leaves open, shape ``(1, states, slots)``."""
    states = typed_states(data, row)[0].tolist()
    both = np.array([sorted({*map(tuple, states), *(tuple(reversed(one)) for one in states)})], dtype=np.int64)
    return both[:, observation_weights(data, row, both)[0] > 0]


def _ways(loci: Loci) -> Ways:
    found: Ways = {}
    for child, slots in enumerate(loci.shape.slots):
        for slot in slots:
            parent = loci.shape.parent(child, slot)
            if parent >= 0 and len(loci.shape.slots[parent]) == 2:
                found[child, slot] = {locus: (0, 1) for locus, kept in enumerate(loci.kept) if child in kept}
    found = {meiosis: by_locus for meiosis, by_locus in found.items() if by_locus}
    return _fix_phases(found, loci.shape)


def _fix_phases(ways: Ways, shape: Shape) -> Ways:
    of_founder: dict[int, list[Slot]] = {}
    for meiosis in ways:
        of_founder.setdefault(shape.parent(*meiosis), []).append(meiosis)
    fixed = dict(ways)
    for founder, meioses in of_founder.items():
        if shape.is_founder(founder):
            first, loci = meioses[0], ways[meioses[0]]
            fixed[first] = dict.fromkeys(loci, (0,)) if len(meioses) == 1 else {**loci, min(loci): (0,)}
    return fixed


def _recombination(ways: Ways, origins: dict[tuple[Slot, int], int], rho: Sequence[float]) -> Iterator[Term]:
    """P(origin) at a meiosis's first locus, and P(origin | origin at the locus before) at the others."""
    for meiosis, by_locus in ways.items():
        first = min(by_locus)
        if len(by_locus[first]) == 2:
            yield (origins[meiosis, first],), np.full((1, 2), 0.5)
        for before, after in pairwise(by_locus):
            if len(by_locus[after]) == 2:
                switch = _rho_between(rho[before:after])
                stay_or_switch = np.array([[[1 - switch, switch], [switch, 1 - switch]]])
                scope = (origins[meiosis, before], origins[meiosis, after])
                yield scope, stay_or_switch[:, list(by_locus[before])]


def _rho_between(rho: Sequence[float]) -> float:
    """The recombination fraction over several intervals: an odd number of them has switched."""
    total = 0.0
    for r in rho:
        total = total * (1 - r) + (1 - total) * r
    return total


@dataclass(frozen=True)
class _Locus:
    """One locus's data and variables, with the number of each slot's variable in the whole network."""

    data: Data
    variables: tuple[Variable, ...]
    place: dict[Slot, int]
    start: int

    def alleles(self, slot: Slot) -> Ints:
        """The allele at a slot in each state of its variable."""
        return self.variables[self.place[slot] - self.start].alleles(slot)[0]


def _founders(locus: _Locus) -> Iterator[Term]:
    """P(allele) of every slot that is drawn from the population: linkage equilibrium."""
    for slot in locus.data.shape.drawn:
        if slot in locus.place:
            yield (locus.place[slot],), locus.data.ladder.frequencies[:, locus.alleles(slot)]


def _observations(locus: _Locus) -> Iterator[Term]:
    """P(observed | alleles) of partly read and degraded genotypes; fully read ones are in the variables' states."""
    data = locus.data
    for row, typing in enumerate(data.typing):
        if typing in (Typing.PARTIAL, Typing.SOFT):
            slots = data.shape.slots[row]
            grid = np.indices((data.ladder.size,) * len(slots))
            weights = observation_weights(data, row, grid.reshape(len(slots), -1).T[None])
            yield tuple(locus.place[row, slot] for slot in slots), weights.reshape(1, *grid.shape[1:])


def _transmissions(locus: _Locus, origins: dict[Slot, tuple[int, tuple[int, ...]]]) -> Iterator[Term]:
    """P(allele passed on | the parent's alleles, origin), one factor for each variable that holds a parent's slot."""
    shape = locus.data.shape
    for child, slot in locus.place:
        parent = shape.parent(child, slot)
        if parent < 0:
            continue
        matrix = (locus.data.ladder.male if slot == PATERNAL else locus.data.ladder.female)[0]
        target, passed = locus.place[child, slot], locus.alleles((child, slot))
        sources = [(parent, s) for s in shape.slots[parent]]
        if (child, slot) not in origins:
            [only] = sources
            yield (locus.place[only], target), matrix[np.ix_(locus.alleles(only), passed)][None]
        else:
            origin, possible = origins[child, slot]
            by_way = [(locus.place[sources[way]], locus.alleles(sources[way])) for way in possible]
            for source in dict.fromkeys(place for place, _ in by_way):
                # Where another variable holds the slot that is copied, this one has no say.
                factor = [
                    matrix[np.ix_(alleles, passed)] if place == source else np.ones((len(alleles), len(passed)))
                    for place, alleles in by_way
                ]
                yield (origin, source, target), np.stack(factor)[None]
