"""Horizontal places in a pedigree drawing: children below parents, parents above children, nothing overlapping.

The sum of squared horizontal distances along all lines is minimised row by row. Within a row, with the order
fixed and a least distance between neighbours, that is an isotonic regression, solved exactly by pooling.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from antigone.report.pedigree.diagram import Block, Diagram, Net, Rows, slot

PARTNER_GAP = 26.0
BLOCK_GAP = 22.0
MOST_SWEEPS, LEAST_SWEEPS = 400, 20
MOST_STEPS = 250_000
"""How many rows, blocks and pulls at blocks are looked at in all sweeps together; a large drawing has fewer sweeps. A
family of 30 members needs a third of that for 400 of them."""
SMALLEST_MOVE = 0.01


def place_items(diagram: Diagram, rows: Rows, widths: Sequence[float]) -> dict[int, float]:
    """The horizontal centre of every item, given the order of the rows and the width of every item."""
    offsets = {block: _offsets(block, widths) for row in rows for block in row}
    settled = _settled_blocks(_held_rows(diagram, rows, offsets, widths))
    lefts = dict(zip(offsets, settled, strict=True))
    margin = min(lefts[row[0]] - widths[row[0][0]] / 2 for row in rows)
    return {
        item: lefts[block] - margin + offset for block, places in offsets.items() for item, offset in places.items()
    }


def slot_x(diagram: Diagram, block: Block, source: tuple[int, ...], x: Mapping[int, float]) -> float:
    """Where a net hangs: below its item, or between two neighbours of the block."""
    place = slot(diagram, block, source)
    left, right = block[int(place)], block[int(place + 0.5)]
    return (x[left] + x[right]) / 2


def _offsets(block: Block, widths: Sequence[float]) -> dict[int, float]:
    places = {block[0]: 0.0}
    for left, right in itertools.pairwise(block):
        places[right] = places[left] + (widths[left] + widths[right]) / 2 + PARTNER_GAP
    return places


Pull = tuple[int, float, float]
"""The number of another block, how far to its right this block's first item wants to be, and how strongly."""


@dataclass(frozen=True)
class _HeldRow:
    """A row while its blocks find their places: the number of its first block, the least distances of all from that
    one, and for each block what pulls at it and how strongly in sum."""

    first: int
    steps: Sequence[float]
    pulls: Sequence[Sequence[Pull]]
    weights: Sequence[float]


def _held_rows(
    diagram: Diagram, rows: Rows, offsets: Mapping[Block, Mapping[int, float]], widths: Sequence[float]
) -> list[_HeldRow]:
    pulls = _pulls(diagram, rows, offsets)
    held, first = [], 0
    for row in rows:
        mine = pulls[first : first + len(row)]
        weights = [sum(pull[2] for pull in of_block) for of_block in mine]
        held.append(_HeldRow(first, _packed(row, offsets, widths), mine, weights))
        first += len(row)
    return held


def _packed(row: Sequence[Block], offsets: Mapping[Block, Mapping[int, float]], widths: Sequence[float]) -> list[float]:
    """Where the blocks of a row stand when each is as near to the one before as it may be."""
    steps = (
        offsets[left][left[-1]] + (widths[left[-1]] + widths[right[0]]) / 2 + BLOCK_GAP
        for left, right in itertools.pairwise(row)
    )
    return list(itertools.accumulate(steps, initial=0.0))


def _pulls(diagram: Diagram, rows: Rows, offsets: Mapping[Block, Mapping[int, float]]) -> list[list[Pull]]:
    """What pulls at each block."""
    numbered = list(itertools.chain.from_iterable(rows))
    owner = {item: number for number, block in enumerate(numbered) for item in block}
    found: list[list[Pull]] = [[] for _ in numbered]
    for net in diagram.nets:
        above = owner[net.source[0]]
        start = slot_x(diagram, numbered[above], net.source, offsets[numbered[above]])
        for target in net.targets:
            below, weight = owner[target], _weight(diagram, net, target)
            distance = start - offsets[numbered[below]][target]
            found[below].append((above, distance, weight))
            found[above].append((below, -distance, weight))
    return found


def _weight(diagram: Diagram, net: Net, target: int) -> float:
    """Lines that pass rows are pulled straight."""
    bends = [diagram.items[item].kind == "bend" for item in (*net.source, target)]
    return 6.0 if any(bends) else 1.0


def _settled_blocks(rows: Sequence[_HeldRow]) -> list[float]:
    """Where the first item of every block stands after the sweeps."""
    lefts = [step for row in rows for step in row.steps]
    steps = sum(1 + len(row.pulls) + sum(map(len, row.pulls)) for row in rows)
    for _ in range(min(MOST_SWEEPS, MOST_STEPS // steps + LEAST_SWEEPS)):
        before = list(lefts)
        for row in rows:
            lefts[row.first : row.first + len(row.steps)] = _settled(row, lefts)
        if max(abs(left - was) for left, was in zip(lefts, before, strict=True)) < SMALLEST_MOVE:
            break
    return lefts


def _settled(row: _HeldRow, lefts: Sequence[float]) -> list[float]:
    wanted = []
    for number, (pulls, weight) in enumerate(zip(row.pulls, row.weights, strict=True), row.first):
        mean = sum([(lefts[other] + by) * w for other, by, w in pulls]) / weight if weight else lefts[number]
        wanted.append(mean)
    pooled = isotonic(
        [want - step for want, step in zip(wanted, row.steps, strict=True)], [weight or 0.01 for weight in row.weights]
    )
    return [place + step for place, step in zip(pooled, row.steps, strict=True)]


def isotonic(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The non-decreasing sequence closest to ``values`` in weighted squares (pool adjacent violators).

    Examples
    --------
    >>> isotonic([1.0, 3.0, 2.0], [1.0, 1.0, 1.0])
    [1.0, 2.5, 2.5]
    """
    pools: list[tuple[float, float, int]] = []
    for value, weight in zip(values, weights, strict=True):
        mean, total, count = value, weight, 1
        while pools and pools[-1][0] > mean:
            last, last_weight, last_count = pools.pop()
            mean = (mean * total + last * last_weight) / (total + last_weight)
            total, count = total + last_weight, count + last_count
        pools.append((mean, total, count))
    return [mean for mean, _, count in pools for _ in range(count)]
