"""Where every symbol and every line of a pedigree drawing stands, in pixels; no colours and no text yet."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from antigone.model.pedigree import Pedigree
from antigone.report.pedigree.coordinates import place_items, slot_x
from antigone.report.pedigree.diagram import Block, Diagram, Net, Rows, build_diagram
from antigone.report.pedigree.generations import Union, generations, parts, related_couples, unions
from antigone.report.pedigree.ordering import order_rows
from antigone.report.pedigree.routing import Wire, assign_tracks

RADIUS = 16.0
LABEL_LINE = 15.0
LABEL_GAP = 7.0
TRACK = 13.0
GAP_MARGIN = 16.0
PART_GAP = 48.0
BRIDGE = 5.0
"""The radius of the bridge by which one line passes over another, to which it does not belong."""
SHELF_WIDTH = 1100.0

Point = tuple[float, float]
LineKind = Literal["mating", "consanguineous", "descent", "again"]


@dataclass(frozen=True)
class Label:
    """How much room the text under a symbol needs."""

    width: float
    lines: int


@dataclass(frozen=True)
class Symbol:
    """One symbol and its centre. ``again`` marks a member drawn a second time."""

    member: str
    x: float
    y: float
    again: bool = False


@dataclass(frozen=True)
class Line:
    """A line through its points, in the style of its kind."""

    points: tuple[Point, ...]
    kind: LineKind


@dataclass(frozen=True)
class Bar:
    """The horizontal line from which the children of one couple hang."""

    left: float
    right: float
    height: float


@dataclass(frozen=True)
class Layout:
    """All symbols and lines of a drawing, and the room they need."""

    width: float
    height: float
    symbols: tuple[Symbol, ...]
    lines: tuple[Line, ...]


def lay_out(pedigree: Pedigree, labels: Mapping[str, Label]) -> Layout:
    """Place every member of a pedigree and every line between them.

    Connected parts stand side by side, on further shelves when they do not fit.
    """
    families = unions(pedigree)
    related = related_couples(pedigree)
    placed = [_PartLayout.of(part, families, related, labels) for part in parts(pedigree)]
    symbols: list[Symbol] = []
    lines: list[Line] = []
    x = y = shelf = width = 0.0
    for part in placed:
        if x and x + part.width > SHELF_WIDTH:
            x, y, shelf = 0.0, y + shelf + PART_GAP / 2, 0.0
        symbols.extend(Symbol(s.member, s.x + x, s.y + y, s.again) for s in part.symbols)
        lines.extend(Line(tuple((px + x, py + y) for px, py in line.points), line.kind) for line in part.lines)
        width, shelf = max(width, x + part.width), max(shelf, part.height)
        x += part.width + PART_GAP
    return Layout(width, y + shelf, tuple(symbols), tuple(lines))


def bridge(x: float, height: float) -> tuple[Point, ...]:
    """A half circle by which a line straight down passes over a line across."""
    turns = (math.radians(angle) for angle in range(-90, 91, 30))
    return tuple((x + BRIDGE * math.cos(turn), height + BRIDGE * math.sin(turn)) for turn in turns)


@dataclass(frozen=True)
class _PartLayout:
    """One connected part: its diagram, its order, its horizontal places and the heights of its rows."""

    diagram: Diagram
    rows: Rows
    x: dict[int, float]
    widths: Sequence[float]
    label_lines: Sequence[int]
    related: frozenset[Union]

    @classmethod
    def of(
        cls,
        members: tuple[str, ...],
        families: Sequence[Union],
        related: frozenset[Union],
        labels: Mapping[str, Label],
    ) -> _PartLayout:
        inside = tuple(union for union in families if union.parents[0] in members)
        diagram = build_diagram(members, inside, generations(members, inside))
        widths = [max(2 * RADIUS, labels[i.member].width) if i.member else 8.0 for i in diagram.items]
        lines = [
            max((labels[i.member].lines for i in diagram.items if i.row == row and i.member), default=1)
            for row in range(diagram.height)
        ]
        rows = order_rows(diagram)
        return cls(diagram, rows, place_items(diagram, rows, widths), widths, lines, related)

    @property
    def width(self) -> float:
        return max(self.x[i] + width / 2 for i, width in enumerate(self.widths))

    @property
    def height(self) -> float:
        return self._bottom(self.diagram.height - 1)

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        return tuple(
            Symbol(item.member, self.x[i], self._middle(item.row), item.kind == "again")
            for i, item in enumerate(self.diagram.items)
            if item.kind != "bend"
        )

    @property
    def lines(self) -> tuple[Line, ...]:
        lines = [line for row in range(self.diagram.height) for line in self._lines_below(row)]
        return (*self._again_lines(), *self._mating_lines(), *lines)

    @cached_property
    def _tracks(self) -> tuple[dict[Net, int], ...]:
        return tuple(self._tracks_below(row) for row in range(self.diagram.height))

    @cached_property
    def _middles(self) -> tuple[float, ...]:
        found, top = [], 0.0
        for row in range(self.diagram.height):
            found.append(top + 7.0 * self._arcs(row) + RADIUS + 2.0)
            gap = 2 * GAP_MARGIN + TRACK * max(self._tracks[row].values(), default=0)
            top = found[row] + RADIUS + LABEL_GAP + LABEL_LINE * self.label_lines[row] + gap
        return tuple(found)

    def _middle(self, row: int) -> float:
        return self._middles[row]

    def _bottom(self, row: int) -> float:
        return self._middles[row] + RADIUS + LABEL_GAP + LABEL_LINE * self.label_lines[row]

    @cached_property
    def _owners(self) -> dict[int, Block]:
        return {item: block for row in self.rows for block in row for item in block}

    def _is_apart(self, net: Net) -> bool:
        return net in self._apart[net.row]

    @cached_property
    def _apart(self) -> tuple[dict[Net, int], ...]:
        """Of every row, the nets between partners who do not stand side by side, numbered."""
        found: tuple[dict[Net, int], ...] = tuple({} for _ in range(self.diagram.height))
        for net in self.diagram.nets:
            block = self._owners[net.source[0]]
            places = [block.index(item) for item in net.source]
            if max(places) - min(places) > 1:
                found[net.row][net] = len(found[net.row])
        return found

    def _arcs(self, row: int) -> int:
        apart = len(self._apart[row])
        return apart + 1 if apart else 0

    @cached_property
    def _starts(self) -> dict[Net, float]:
        """Where each net hangs; nets that share a place are set a little apart."""
        sharing: dict[tuple[int, float], list[Net]] = {}
        for net in self.diagram.nets:
            block = self._owners[net.source[0]]
            sharing.setdefault((block[0], slot_x(self.diagram, block, net.source, self.x)), []).append(net)
        return {
            net: x + 8.0 * (number - (len(nets) - 1) / 2)
            for (_, x), nets in sharing.items()
            for number, net in enumerate(nets)
        }

    def _tracks_below(self, row: int) -> dict[Net, int]:
        nets = [net for net in self.diagram.nets if net.row == row]
        wires = [Wire(self._starts[net], tuple(self.x[target] for target in net.targets)) for net in nets]
        return dict(zip(nets, assign_tracks(wires), strict=True))

    def _lines_below(self, row: int) -> list[Line]:
        bars = {net: self._bar(net, track) for net, track in self._tracks[row].items()}
        found = []
        for net, bar in bars.items():
            others = [other for of, other in bars.items() if of is not net]
            start = self._starts[net]
            found.append(self._drop(start, self._top_of(net), bar.height, others))
            if bar.right - bar.left >= 0.1:
                found.append(self._line((bar.left, bar.height), (bar.right, bar.height)))
            found.extend(self._drop(self.x[target], bar.height, self._end_at(target), others) for target in net.targets)
        return found

    def _bar(self, net: Net, track: int) -> Bar:
        across = [self._starts[net], *(self.x[target] for target in net.targets)]
        return Bar(min(across), max(across), self._bottom(net.row) + GAP_MARGIN + TRACK * track)

    def _drop(self, x: float, top: float, bottom: float, others: Sequence[Bar]) -> Line:
        """A line straight down, with a bridge over every bar of another family that it crosses."""
        crossed = sorted(bar.height for bar in others if bar.left < x < bar.right and top < bar.height < bottom)
        return self._line((x, top), *(point for height in crossed for point in bridge(x, height)), (x, bottom))

    @staticmethod
    def _line(*points: Point) -> Line:
        return Line(points, "descent")

    def _top_of(self, net: Net) -> float:
        item = self.diagram.items[net.source[0]]
        if item.kind == "bend" or len(net.source) == 1:
            return self._bottom(net.row)
        return self._level(net) if self._is_apart(net) else self._middle(net.row) + 2.0

    def _end_at(self, target: int) -> float:
        item = self.diagram.items[target]
        return self._bottom(item.row) if item.kind == "bend" else self._middle(item.row)

    def _level(self, net: Net) -> float:
        return self._middle(net.row) - 5.0 - 4.0 * self._apart[net.row][net]

    def _mating_lines(self) -> list[Line]:
        found = []
        for net in self.diagram.nets:
            if len(net.source) == 2:
                kind: LineKind = "consanguineous" if net.union in self.related else "mating"
                found.append(Line(self._mating_points(net), kind))
        return found

    def _mating_points(self, net: Net) -> tuple[Point, ...]:
        left, right = sorted(net.source, key=lambda item: self.x[item])
        y = self._middle(net.row)
        if not self._is_apart(net):
            return (self.x[left], y), (self.x[right], y)
        block = self._owners[left]
        start = self._starts[net]
        level, number = self._level(net), self._apart[net.row][net]
        over = y - RADIUS - 7.0 * (number + 1)
        inner = (self.x[block[block.index(left) + 1]], self.x[block[block.index(right) - 1]])
        turns = [(self.x[left] + inner[0]) / 2 + 4.0 * number, (self.x[right] + inner[1]) / 2 - 4.0 * number]
        nearest = min((0, 1), key=lambda side: abs(turns[side] - start))
        turns[nearest] = start
        first, second = turns
        up, down = ((first, level), (first, over)), ((second, over), (second, level))
        return (self.x[left], level), *up, *down, (self.x[right], level)

    def _again_lines(self) -> list[Line]:
        """Dashed connections between the two symbols of a member who is drawn twice."""
        items = self.diagram.items
        first = {item.member: i for i, item in enumerate(items) if item.kind == "symbol"}
        return [
            Line(
                ((self.x[first[item.member]], self._middle(items[first[item.member]].row)),
                 (self.x[i], self._middle(item.row))),
                "again",
            )
            for i, item in enumerate(items)
            if item.kind == "again"
        ]  # fmt: skip
