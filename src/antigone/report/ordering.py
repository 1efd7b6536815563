"""The order of the symbols in each row of a pedigree drawing, with few crossings and always the same.

Members of a row who are partners form a *block* that stays together. Lines that pass a row get a place of
their own there (a *bend*), so that they cannot run through a symbol. A *net* joins one couple, parent or bend
with everything just below it. Blocks are sorted by the mean place of their relatives, then exchanged as long
as that removes a crossing.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from antigone.report.generations import Union

Block = tuple[int, ...]
Rows = list[list[Block]]

MOST_PERMUTED = 6


@dataclass(frozen=True)
class Item:
    """Something that takes a place in a row: a member's symbol, the same member once again, or a bend."""

    kind: Literal["symbol", "again", "bend"]
    member: str
    row: int


@dataclass(frozen=True)
class Net:
    """Lines in the gap below ``row``: from one item, or from between two partners, to items of the next row."""

    row: int
    source: tuple[int, ...]
    targets: tuple[int, ...]
    union: Union


@dataclass(frozen=True)
class Diagram:
    """Items, nets and unordered blocks: a pedigree before anything has a place."""

    items: tuple[Item, ...]
    nets: tuple[Net, ...]
    couples: frozenset[frozenset[int]]
    height: int


def build_diagram(members: Sequence[str], families: Sequence[Union], rows: Mapping[str, int]) -> Diagram:
    """Turn members and unions into items and nets, with bends for every row that a line has to pass."""
    items = [Item("symbol", member, rows[member]) for member in members]
    index = {member: i for i, member in enumerate(members)}
    nets: list[Net] = []
    couples: set[frozenset[int]] = set()
    for union in families:
        row = max(rows[parent] for parent in union.parents)
        source = tuple(_at_row(items, index[parent], row) for parent in union.parents)
        if union.is_couple:
            couples.add(frozenset(source))
        _add_nets(items, nets, union, row, source, [index[child] for child in union.children])
    return Diagram(tuple(items), tuple(nets), frozenset(couples), max(rows.values()) + 1)


def _at_row(items: list[Item], item: int, row: int) -> int:
    """The item itself or, where its symbol stands in another row, the same member drawn once again."""
    if items[item].row == row:
        return item
    again = Item("again", items[item].member, row)
    if again not in items:
        items.append(again)
    return items.index(again)


def _add_nets(
    items: list[Item], nets: list[Net], union: Union, row: int, source: tuple[int, ...], children: list[int]
) -> None:
    while children:
        targets = [child for child in children if items[child].row == row + 1]
        children = [child for child in children if items[child].row > row + 1]
        if children:
            items.append(Item("bend", "", row + 1))
            targets.append(len(items) - 1)
        nets.append(Net(row, source, tuple(targets), union))
        row, source = row + 1, (len(items) - 1,)


def order_rows(diagram: Diagram) -> Rows:
    """Order the blocks of every row, and the members of every block.

    Several starting orders are tried; the one that ends with the fewest crossings is kept, the first among equals.
    """
    found: list[tuple[int, Rows]] = []
    for start in _starts(diagram):
        rows = _swept(diagram, start)
        found.append((_exchanged(diagram, rows), rows))
        if found[-1][0] == 0:
            break
    return min(found, key=lambda candidate: candidate[0])[1]


def slot(diagram: Diagram, block: Block, source: tuple[int, ...]) -> float:
    """The place in a block, counted in items, from which a net hangs."""
    places = sorted(block.index(item) for item in source)
    if len(places) == 1:
        return float(places[0])
    left, right = places
    inner = frozenset((block[right - 1], block[right]))
    if right - left > 1 and inner in diagram.couples:
        return left + 0.5
    return right - 0.5


def _blocks(diagram: Diagram) -> list[list[Block]]:
    root = list(range(len(diagram.items)))
    for first, second in sorted(sorted(couple) for couple in diagram.couples):
        keep, drop = root[first], root[second]
        root = [keep if r == drop else r for r in root]
    rows: Rows = [[] for _ in range(diagram.height)]
    for r in dict.fromkeys(root):
        block = tuple(i for i, other in enumerate(root) if other == r)
        rows[diagram.items[block[0]].row].append(_arrangements(diagram, block)[0])
    return rows


def _arrangements(diagram: Diagram, block: Block) -> list[Block]:
    """The orders of a block that leave the fewest partners apart."""
    couples = [tuple(couple) for couple in diagram.couples if couple <= set(block)]
    if len(block) > MOST_PERMUTED:
        path = _walk(block, diagram.couples)
        return [path, path[::-1]]

    def apart(order: Block) -> int:
        distances = [abs(order.index(a) - order.index(b)) for a, b in couples]
        return sum(100 * (distance > 1) + distance for distance in distances)

    orders = list(itertools.permutations(sorted(block)))
    fewest = min(map(apart, orders))
    return [order for order in orders if apart(order) == fewest][:24]


def _walk(block: Block, couples: frozenset[frozenset[int]]) -> Block:
    """A chain of partners from one end; partners who do not fit the chain follow at its end."""
    partners = {item: sorted(set().union(*(c for c in couples if item in c)) - {item}) for item in block}
    order: list[int] = []
    waiting = sorted(block, key=lambda item: (-len(partners[item]), item))
    while waiting:
        item = waiting.pop()
        if item not in order:
            order.append(item)
            waiting.extend(p for p in sorted(partners[item], key=lambda p: len(partners[p])) if p not in order)
    return tuple(order)


def _starts(diagram: Diagram) -> Iterator[Rows]:
    blocks = _blocks(diagram)
    tops = [block for row in blocks for block in row]
    for shift in range(min(6, len(tops))):
        yield _depth_first(diagram, blocks, [*tops[shift:], *tops[:shift]])
    yield [list(row) for row in blocks]


def _depth_first(diagram: Diagram, blocks: Rows, roots: Sequence[Block]) -> Rows:
    owner = {item: block for row in blocks for block in row for item in block}
    rows: Rows = [[] for _ in blocks]

    def visit(block: Block) -> None:
        row = diagram.items[block[0]].row
        if block in rows[row]:
            return
        rows[row].append(block)
        hanging = [net for net in diagram.nets if set(net.source) <= set(block)]
        for net in sorted(hanging, key=lambda net: slot(diagram, block, net.source)):
            for target in net.targets:
                visit(owner[target])

    for block in roots:
        visit(block)
    return rows


def _places(rows: Rows, row: int) -> dict[int, float]:
    return {item: float(i) for i, item in enumerate(itertools.chain.from_iterable(rows[row]))}


def _edges(diagram: Diagram, rows: Rows, gap: int) -> list[tuple[float, float, Net, int]]:
    """The lines of a gap: where each starts and ends, in items from the left."""
    if not 0 <= gap < diagram.height - 1:
        return []
    above, below = _places(rows, gap), _places(rows, gap + 1)
    owner = {item: block for block in rows[gap] for item in block}
    found: list[tuple[float, float, Net, int]] = []
    for net in diagram.nets:
        if net.row == gap:
            block = owner[net.source[0]]
            start = above[block[0]] + slot(diagram, block, net.source)
            found.extend((start, below[target], net, target) for target in net.targets)
    return found


def _crossings(diagram: Diagram, rows: Rows, gaps: Sequence[int]) -> int:
    count = 0
    for gap in gaps:
        lines = sorted((start, end) for start, end, _, _ in _edges(diagram, rows, gap))
        for i, (start, end) in enumerate(lines):
            count += sum(other_end < end and other_start > start for other_start, other_end in lines[i + 1 :])
    return count


def _swept(diagram: Diagram, rows: Rows) -> Rows:
    every = range(diagram.height)
    best, fewest = [list(row) for row in rows], _crossings(diagram, rows, every)
    for _ in range(4):
        for row, gap in [(r, r - 1) for r in every] + [(r, r) for r in reversed(every)]:
            _sort_row(diagram, rows, row, gap)
            _turn_blocks(diagram, rows, row)
        count = _crossings(diagram, rows, every)
        if count < fewest:
            best, fewest = [list(r) for r in rows], count
    return best


def _sort_row(diagram: Diagram, rows: Rows, row: int, gap: int) -> None:
    """Sort a row by the mean place of what hangs on it in ``gap``; blocks without lines there keep their place."""
    wanted: dict[int, list[float]] = {}
    for start, end, net, target in _edges(diagram, rows, gap):
        item, place = (target, start) if gap < row else (net.source[0], end)
        wanted.setdefault(item, []).append(place)
    means = {}
    for block in rows[row]:
        places = [place for item in block for place in wanted.get(item, ())]
        if places:
            means[block] = sum(places) / len(places)
    ordered = iter(sorted(means, key=lambda block: means[block]))
    rows[row] = [next(ordered) if block in means else block for block in rows[row]]


def _turn_blocks(diagram: Diagram, rows: Rows, row: int) -> None:
    gaps = (row - 1, row)
    for i, block in enumerate(rows[row]):
        if len(block) == 1:
            continue
        best, fewest = block, _crossings(diagram, rows, gaps)
        for order in _arrangements(diagram, block):
            rows[row][i] = order
            count = _crossings(diagram, rows, gaps)
            if count < fewest:
                best, fewest = order, count
        rows[row][i] = best


def _exchanged(diagram: Diagram, rows: Rows) -> int:
    """Exchange blocks while that removes crossings; return how many are left."""
    every = range(diagram.height)
    left = _crossings(diagram, rows, every)
    for _ in range(8):
        if not left:
            break
        before = left
        for row in every:
            _exchange_in_row(diagram, rows, row)
            _turn_blocks(diagram, rows, row)
        left = _crossings(diagram, rows, every)
        if left == before:
            break
    return left


def _exchange_in_row(diagram: Diagram, rows: Rows, row: int) -> None:
    gaps = (row - 1, row)
    order = rows[row]
    fewest = _crossings(diagram, rows, gaps)
    for i, j in itertools.combinations(range(len(order)), 2):
        order[i], order[j] = order[j], order[i]
        count = _crossings(diagram, rows, gaps)
        if count < fewest:
            fewest = count
        else:
            order[i], order[j] = order[j], order[i]
