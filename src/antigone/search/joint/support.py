"""Only the states that the data leave open: what no factor allows is taken out before the elimination is planned."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from antigone.engine.arrays import Bools, Ints
from antigone.search.joint.network import Blueprint
from antigone.search.joint.pieces import Piece, make_piece

PASSES = 3


def restrict_states(blueprint: Blueprint, pieces: Sequence[Piece], markers: int) -> tuple[Blueprint, list[Piece]]:
    """Drop states that some factor makes impossible, marker by marker; leaves and choices stay whole.

    Each pass looks at every factor under the states still open (arc consistency), so what one typed relative
    excludes travels through the family. Exact: only terms that are 0 are left out. Markers of a batch are padded
    to the largest number of states, with weight 0.
    """
    leaves = {variable for variable, _ in blueprint.open.leaves}
    supports = {v: np.ones((markers, size), dtype=np.bool_) for v, size in enumerate(blueprint.sizes)}
    for _ in range(PASSES):
        before = sum(int(some.sum()) for some in supports.values())
        for piece in pieces:
            _narrow(piece, supports, leaves)
        if sum(int(some.sum()) for some in supports.values()) == before:
            break
    kept = {v: _places(some) for v, some in supports.items() if v not in leaves and not some.all()}
    sizes = tuple(kept[v][0].shape[1] if v in kept else size for v, size in enumerate(blueprint.sizes))
    return replace(blueprint, sizes=sizes), [_restricted(piece, kept, markers) for piece in pieces]


def _narrow(piece: Piece, supports: dict[int, Bools], leaves: Collection[int]) -> None:
    """Keep of each variable's states those that this factor allows together with the other variables' states."""
    possible = (piece.array > 0).any(axis=1)
    for axis, variable in enumerate(piece.scope):
        shape = [len(supports[variable]), *(1 for _ in piece.scope)]
        shape[1 + axis] = -1
        possible = possible & supports[variable].reshape(shape)
    for axis, variable in enumerate(piece.scope):
        if variable not in leaves:
            others = tuple(1 + i for i in range(len(piece.scope)) if i != axis)
            supports[variable] = supports[variable] & np.any(possible, axis=others)


def _places(support: Bools) -> tuple[Ints, Bools]:
    """The open states of each marker first, padded to the largest number, and which of them are no padding."""
    most = max(1, int(support.sum(axis=1).max()))
    order = np.argsort(~support, axis=1, kind="stable")[:, :most]
    return order, np.take_along_axis(support, order, axis=1)


def _restricted(piece: Piece, kept: dict[int, tuple[Ints, Bools]], markers: int) -> Piece:
    affected = [(axis, variable) for axis, variable in enumerate(piece.scope) if variable in kept]
    if not affected:
        return piece
    array = np.broadcast_to(piece.array, (markers, *piece.array.shape[1:]))
    for axis, variable in affected:
        places, real = kept[variable]
        shape = [markers, *(1 for _ in array.shape[1:])]
        shape[2 + axis] = -1
        array = np.take_along_axis(array, places.reshape(shape), axis=2 + axis) * real.reshape(shape)
    return make_piece(piece.scope, array)
