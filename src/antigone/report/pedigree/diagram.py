"""What a pedigree drawing is made of before anything has a place: symbols, bends, and the lines between rows.

Members of a row who are partners form a *block* that stays together. Lines that pass a row get a place of
their own there (a *bend*), so that they cannot run through a symbol. A *net* joins one couple, parent or bend
with everything just below it.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from antigone.report.pedigree.generations import Union

Block = tuple[int, ...]
Rows = list[list[Block]]

MOST_PERMUTED = 6
MOST_ARRANGEMENTS = 24


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
    again: dict[Item, int] = {}
    nets: list[Net] = []
    couples: set[frozenset[int]] = set()
    for union in families:
        row = max(rows[parent] for parent in union.parents)
        source = tuple(_at_row(items, again, index[parent], row) for parent in union.parents)
        if union.is_couple:
            couples.add(frozenset(source))
        _add_nets(items, nets, union, row, source, [index[child] for child in union.children])
    return Diagram(tuple(items), tuple(nets), frozenset(couples), max(rows.values()) + 1)


def _at_row(items: list[Item], again: dict[Item, int], item: int, row: int) -> int:
    """The item itself or, where its symbol stands in another row, the same member drawn once again."""
    if items[item].row == row:
        return item
    wanted = Item("again", items[item].member, row)
    if wanted not in again:
        again[wanted] = len(items)
        items.append(wanted)
    return again[wanted]


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


def slot(diagram: Diagram, block: Block, source: tuple[int, ...]) -> float:
    """The place in a block, counted in items, from which a net hangs."""
    return net_position(diagram, block, {item: block.index(item) for item in source}, source)


def net_position(diagram: Diagram, order: Sequence[int], place: Mapping[int, int], source: tuple[int, ...]) -> float:
    """The place in an order of items from which a net hangs; ``place`` holds where the items of the source stand."""
    if len(source) == 1:
        return float(place[source[0]])
    one, other = place[source[0]], place[source[1]]
    left, right = (one, other) if one < other else (other, one)
    if right - left > 1 and frozenset((order[right - 1], order[right])) in diagram.couples:
        return left + 0.5
    return right - 0.5


def make_blocks(diagram: Diagram) -> Rows:
    """The blocks of every row, in the order of their first items, each in its first arrangement."""
    root = list(range(len(diagram.items)))
    for first, second in sorted(sorted(couple) for couple in diagram.couples):
        keep, drop = root[first], root[second]
        root = [keep if r == drop else r for r in root]
    found: dict[int, list[int]] = {}
    for item, r in enumerate(root):
        found.setdefault(r, []).append(item)
    rows: Rows = [[] for _ in range(diagram.height)]
    for block in found.values():
        rows[diagram.items[block[0]].row].append(arrangements(diagram, tuple(block))[0])
    return rows


def arrangements(diagram: Diagram, block: Block) -> list[Block]:
    """The orders of a block that leave the fewest partners apart; they do not depend on its order now."""
    if len(block) == 1:
        return [block]
    members = set(block)
    couples = [tuple(couple) for couple in diagram.couples if couple <= members]
    if len(block) > MOST_PERMUTED:
        path = _walk(block, couples)
        return [path, path[::-1]]

    def apart(order: Block) -> int:
        distances = [abs(order.index(a) - order.index(b)) for a, b in couples]
        return sum(100 * (distance > 1) + distance for distance in distances)

    orders = {order: apart(order) for order in itertools.permutations(sorted(block))}
    fewest = min(orders.values())
    return [order for order, distance in orders.items() if distance == fewest][:MOST_ARRANGEMENTS]


def _walk(block: Block, couples: Sequence[tuple[int, ...]]) -> Block:
    """A chain of partners from one end; partners who do not fit the chain follow at its end."""
    partners: dict[int, list[int]] = {item: [] for item in block}
    for a, b in sorted(tuple(sorted(couple)) for couple in couples):
        partners[a].append(b)
        partners[b].append(a)
    order: dict[int, None] = {}
    waiting = sorted(block, key=lambda item: (-len(partners[item]), item))
    while waiting:
        item = waiting.pop()
        if item not in order:
            order[item] = None
            ways = sorted(partners[item], key=lambda p: (len(partners[p]), p))
            waiting.extend(p for p in ways if p not in order)
    return tuple(order)
