"""One family and a batch of markers as pieces: the pedigree's factors, with the choice at each missing member open."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from antigone.engine.arrays import Array, Ints
from antigone.engine.sums.elimination import Scope
from antigone.engine.sums.factors import MATERNAL, PATERNAL, Data, Network, joint_states
from antigone.engine.sums.likelihood import group_markers
from antigone.engine.sums.population import networks
from antigone.engine.sums.soft import Observations
from antigone.model.assumptions.marker import Marker
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile
from antigone.search.joint.elimination import Open
from antigone.search.joint.pieces import Piece, make_piece


@dataclass(frozen=True)
class FamilyShape:
    """Which members the computation needs. ``leaves`` are missing members whose own alleles nobody inherits.

    ``body`` is the pedigree without the leaves and without untyped members that say nothing.
    """

    pedigree: Pedigree
    missing: tuple[str, ...]
    leaves: tuple[str, ...]
    body: Pedigree


def shape_family(pedigree: Pedigree, references: Collection[str], missing: Sequence[str]) -> FamilyShape:
    """Leave out what says nothing and set the leaves apart. Missing members without candidates are not ``missing``.

    ``references`` are the typed members.
    """
    needed = pedigree.without_untyped_leaves({*missing, *references})
    leaves = tuple(m for m in missing if not needed.children[m] and needed[m].father and needed[m].mother)
    parents = {p for m in leaves for p in (needed[m].father, needed[m].mother) if p}
    without = Pedigree(tuple(m for m in needed if m.id not in leaves))
    body = without.without_untyped_leaves({*references, *(m for m in missing if m not in leaves), *parents})
    return FamilyShape(needed, tuple(missing), leaves, body)


@dataclass(frozen=True)
class MarkerBatch:
    """Markers that are typed alike in a family: their positions, the engine's data, the rows of the members."""

    positions: tuple[int, ...]
    markers: tuple[Marker, ...]
    data: Data
    ids: tuple[str, ...]


SMALL_LADDER = 6
"""Ladders up to this size share a batch, padded; longer ones share it with ladders of their own size."""


def batch_markers(
    shape: FamilyShape,
    references: Mapping[str, Profile],
    markers: Sequence[Marker],
    *,
    observations: Observations | None = None,
) -> list[MarkerBatch]:
    """The markers in batches of one chromosome, equal typing and similar ladder."""
    by_size: dict[tuple[str, int], list[int]] = {}
    for position, marker in enumerate(markers):
        by_size.setdefault((marker.chromosome, max(SMALL_LADDER, len(marker.alleles))), []).append(position)
    batches = []
    ids = tuple(member.id for member in shape.body.parents_first)
    for positions in by_size.values():
        some = [markers[p] for p in positions]
        for places, data in group_markers(shape.body, references, some, observations=observations):
            there = tuple(positions[place] for place in places)
            batches.append(MarkerBatch(there, tuple(markers[p] for p in there), data, ids))
    return batches


@dataclass(frozen=True)
class Blueprint:
    """What a plan needs to know of the pieces: their scopes, members and sizes, and the open members."""

    scopes: tuple[Scope, ...]
    members: tuple[tuple[int, ...], ...]
    sizes: tuple[int, ...]
    open: Open


def family_networks(
    shape: FamilyShape, batch: MarkerBatch, choices: Sequence[Array], open_members: Open, *, theta: float
) -> Iterator[tuple[int, Blueprint, list[Piece]]]:
    """The family's likelihood as a weighted sum of networks with open choices; with theta perhaps several.

    ``choices[j]`` holds what each choice at missing member ``j`` shows, as the terms of ``joint_readings``: shape
    ``(markers, choices, orders, 2, alleles)``; choice 0 (nobody) shows nothing.
    """
    for weight, network in networks(batch.data, theta):
        builder = _Builder(shape, batch, network, choices)
        parts = [*builder.given(), *builder.general(), *builder.leaves()]
        places = [shape.missing.index(leaf) for leaf in shape.leaves]
        sizes = (*network.sizes, *(open_members.orders * choices[j].shape[1] for j in places))
        leaves = tuple((len(network.sizes) + i, j) for i, j in enumerate(places))
        choice_open = replace(open_members, leaves=leaves)
        blueprint = Blueprint(
            tuple(piece.scope for piece, _ in parts), tuple(members for _, members in parts), sizes, choice_open
        )
        yield weight, blueprint, [piece for piece, _ in parts]


@dataclass(frozen=True)
class _Builder:
    shape: FamilyShape
    batch: MarkerBatch
    network: Network
    choices: Sequence[Array]

    @property
    def place(self) -> dict[tuple[int, int], int]:
        return {slot: i for i, variable in enumerate(self.network.variables) for slot in variable.slots}

    def given(self) -> Iterator[tuple[Piece, tuple[int, ...]]]:
        for scope, factor in zip(self.network.scopes, self.network.factors, strict=True):
            yield make_piece(scope, factor[:, None]), ()

    def general(self) -> Iterator[tuple[Piece, tuple[int, ...]]]:
        """P(what the choice shows | alleles) for missing members who have children, or lack a parent."""
        for j, member in enumerate(self.shape.missing):
            if member in self.shape.leaves:
                continue
            states, where, sizes = self.states_of(member)
            weights = _agreement(self.choices[j], states)
            yield make_piece(where, weights.reshape(*weights.shape[:2], *sizes)), (j,)

    def leaves(self) -> Iterator[tuple[Piece, tuple[int, ...]]]:
        """P(what the choice and order ask of the leaf's allele | parent), one piece for each parent."""
        ladder = self.batch.data.ladder
        for i, leaf in enumerate(self.shape.leaves):
            variable = len(self.network.sizes) + i
            individual = self.shape.pedigree[leaf]
            hemizygous = ladder.on_x and individual.sex == "male"
            asked = self.choices[self.shape.missing.index(leaf)]
            sides = ((PATERNAL, individual.father, ladder.male), (MATERNAL, individual.mother, ladder.female))
            for side, parent, matrix in sides:
                if parent is None or (hemizygous and side == PATERNAL):
                    continue
                states, where, sizes = self.states_of(parent)
                factor = _passed_on(matrix, states, asked[:, :, :, side])
                yield make_piece((*where, variable), factor.reshape(len(factor), 1, *sizes, -1)), ()

    def states_of(self, member: str) -> tuple[Ints, Scope, tuple[int, ...]]:
        """A member's alleles for every joint state of the variables that decide them."""
        row = self.batch.ids.index(member)
        slots = [(row, slot) for slot in self.batch.data.shape.slots[row]]
        where = tuple(dict.fromkeys(self.place[slot] for slot in slots))
        states, sizes = joint_states(self.network.variables, slots, where)
        return states, where, sizes


def _agreement(terms: Array, states: Ints) -> Array:
    """P(what each choice shows | state), shape ``(markers, choices, states)``."""
    item = np.arange(len(terms))[:, None]
    alleles = np.broadcast_to(states, (len(terms), *states.shape[1:]))
    by_allele = terms.transpose(0, 4, 1, 2, 3)
    first, second = by_allele[item, alleles[:, :, 0], :, :, 0], by_allele[item, alleles[:, :, -1], :, :, 1]
    return np.asarray(np.einsum("mscr,mscr->mcs", first, second))


def _passed_on(matrix: Array, states: Ints, asked: Array) -> Array:
    """What is asked of the allele passed on, averaged given the parent's state: ``(markers, states, asked)``."""
    goals = asked.reshape(len(asked), -1, asked.shape[-1])
    chances = matrix @ goals.transpose(0, 2, 1)
    item = np.arange(len(chances))[:, None]
    alleles = np.broadcast_to(states, (len(chances), *states.shape[1:]))
    return np.asarray(np.mean([chances[item, alleles[:, :, k]] for k in range(alleles.shape[2])], axis=0))
