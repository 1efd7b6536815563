"""Horizontal places in a pedigree drawing: children below parents, parents above children, nothing overlapping.

The sum of squared horizontal distances along all lines is minimised row by row. Within a row, with the order
fixed and a least distance between neighbours, that is an isotonic regression, solved exactly by pooling.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from antigone.report.ordering import Block, Diagram, Net, Rows, slot

PARTNER_GAP = 26.0
BLOCK_GAP = 22.0
MOST_SWEEPS = 400
STILL = 0.01


def place_items(diagram: Diagram, rows: Rows, widths: Sequence[float]) -> dict[int, float]:
    """The horizontal centre of every item, given the order of the rows and the width of every item."""
    offsets = {block: _offsets(block, widths) for row in rows for block in row}
    lefts = {block: left for row in rows for block, left in zip(row, _packed(row, offsets, widths), strict=True)}
    pulls = _pulls(diagram, rows, offsets)
    for _ in range(MOST_SWEEPS):
        before = dict(lefts)
        for row in rows:
            lefts.update(_settled(row, lefts, pulls, offsets, widths))
        if max(abs(lefts[block] - before[block]) for block in lefts) < STILL:
            break
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


def _apart(left: Block, right: Block, offsets: Mapping[Block, Mapping[int, float]], widths: Sequence[float]) -> float:
    """The least distance between the first items of two neighbouring blocks."""
    return offsets[left][left[-1]] + (widths[left[-1]] + widths[right[0]]) / 2 + BLOCK_GAP


def _packed(row: Sequence[Block], offsets: Mapping[Block, Mapping[int, float]], widths: Sequence[float]) -> list[float]:
    steps = (_apart(left, right, offsets, widths) for left, right in itertools.pairwise(row))
    return list(itertools.accumulate(steps, initial=0.0))


Pull = tuple[Block, float, float]
"""Another block, how far to its right this block's first item wants to be, and how strongly."""


def _pulls(diagram: Diagram, rows: Rows, offsets: Mapping[Block, Mapping[int, float]]) -> dict[Block, list[Pull]]:
    owner = {item: block for row in rows for block in row for item in block}
    found: dict[Block, list[Pull]] = {block: [] for block in offsets}
    for net in diagram.nets:
        above = owner[net.source[0]]
        start = slot_x(diagram, above, net.source, offsets[above])
        for target in net.targets:
            below, weight = owner[target], _weight(diagram, net, target)
            distance = start - offsets[below][target]
            found[below].append((above, distance, weight))
            found[above].append((below, -distance, weight))
    return found


def _weight(diagram: Diagram, net: Net, target: int) -> float:
    """Lines that pass rows are pulled straight."""
    bends = [diagram.items[item].kind == "bend" for item in (*net.source, target)]
    return 6.0 if any(bends) else 1.0


def _settled(
    row: Sequence[Block],
    lefts: Mapping[Block, float],
    pulls: Mapping[Block, Sequence[Pull]],
    offsets: Mapping[Block, Mapping[int, float]],
    widths: Sequence[float],
) -> dict[Block, float]:
    wanted, weights = [], []
    for block in row:
        weight = sum(pull[2] for pull in pulls[block])
        mean = sum((lefts[other] + by) * w for other, by, w in pulls[block]) / weight if weight else lefts[block]
        wanted.append(mean)
        weights.append(weight or 0.01)
    steps = _packed(row, offsets, widths)
    pooled = isotonic([want - step for want, step in zip(wanted, steps, strict=True)], weights)
    return {block: place + step for block, place, step in zip(row, pooled, steps, strict=True)}


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
