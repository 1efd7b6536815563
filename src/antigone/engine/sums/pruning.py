"""Members of a batch whose genotypes sum out to 1, left out before anything is computed."""

from __future__ import annotations

from antigone.engine.sums.factors import Data, Shape, Typing


def prune(data: Data) -> Data:
    """Drop, again and again, untyped members without children: their genotypes sum out to 1."""
    kept = rows_that_matter(data)
    return data if len(kept) == len(data.typing) else _restrict(data, kept)


def rows_that_matter(data: Data) -> list[int]:
    """The rows of the members who are left when untyped members without children are dropped, again and again."""
    shape = data.shape
    kept = list(range(len(data.typing)))
    while True:
        parents = {p for m in kept for p in (shape.father[m], shape.mother[m])}
        left = [m for m in kept if m in parents or data.typing[m] is not Typing.UNTYPED or m in data.open_members]
        if len(left) == len(kept):
            return kept
        kept = left


def _restrict(data: Data, kept: list[int]) -> Data:
    row = {old: new for new, old in enumerate(kept)} | {-1: -1}
    shape = Shape(
        tuple(row[data.shape.father[m]] for m in kept),
        tuple(row[data.shape.mother[m]] for m in kept),
        tuple(data.shape.slots[m] for m in kept),
        tuple(data.shape.inbreeding[m] for m in kept),
    )
    typing = tuple(data.typing[m] for m in kept)
    open_members = tuple(row[m] for m in data.open_members)
    soft = tuple((row[m], weights) for m, weights in data.soft)
    return Data(shape, data.ladder, typing, data.observed[:, kept], open_members, soft=soft)
