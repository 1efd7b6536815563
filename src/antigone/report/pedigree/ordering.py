"""The order of the symbols in each row of a pedigree drawing, with few crossings and always the same.

Blocks are sorted by the mean place of their relatives, then exchanged as long as that removes a crossing. What an
exchange or a turn changes is counted from the lines of the blocks that it moves, not of the whole row.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right, insort
from collections.abc import Iterator, Sequence

import numpy as np

from antigone.report.pedigree.diagram import Block, Diagram, Net, Rows, arrangements, make_blocks, net_position, slot

MOST_STEPS = 200_000
"""The work that one drawing may take: comparisons of two blocks, and looks at a line. Once it is spent, the best order
so far stays as it is. Families of 30 members took an eighth of it at most, however their members married."""
Lines = list[tuple[float, float]]


def order_rows(diagram: Diagram) -> Rows:
    """Order the blocks of every row, and the members of every block.

    Several starting orders are tried; the one that ends with the fewest crossings is kept, the first among equals.
    """
    ordering = _Ordering(diagram)
    found: list[tuple[int, Rows]] = []
    for start in ordering.starts():
        rows = ordering.sorted_by_relatives(start)
        found.append((ordering.exchanged(rows), rows))
        if found[-1][0] == 0 or ordering.is_spent:
            break
    return min(found, key=lambda candidate: candidate[0])[1]


class _Ordering:
    """A diagram while its rows are ordered: its blocks, the nets of each gap, and what may still be done."""

    def __init__(self, diagram: Diagram) -> None:
        self._diagram = diagram
        self._blocks = make_blocks(diagram)
        self._gaps: list[list[Net]] = [[] for _ in range(diagram.height)]
        for net in diagram.nets:
            self._gaps[net.row].append(net)
        self._arrangements: dict[frozenset[int], list[Block]] = {}
        self._left = MOST_STEPS

    @property
    def is_spent(self) -> bool:
        """Whether nothing more may be tried."""
        return self._left <= 0

    def starts(self) -> Iterator[Rows]:
        """The orders to begin from."""
        tops = [block for row in self._blocks for block in row]
        for shift in range(min(6, len(tops))):
            yield self._depth_first([*tops[shift:], *tops[:shift]])
        yield [list(row) for row in self._blocks]

    def _depth_first(self, roots: Sequence[Block]) -> Rows:
        owner = {item: block for row in self._blocks for block in row for item in block}
        hanging: dict[Block, list[Net]] = {}
        for net in self._diagram.nets:
            hanging.setdefault(owner[net.source[0]], []).append(net)
        rows: Rows = [[] for _ in self._blocks]
        seen: set[Block] = set()

        def visit(block: Block) -> None:
            if block in seen:
                return
            seen.add(block)
            rows[self._diagram.items[block[0]].row].append(block)
            nets = hanging.get(block, [])
            for net in sorted(nets, key=lambda net: slot(self._diagram, block, net.source)):
                for target in net.targets:
                    visit(owner[target])

        for block in roots:
            visit(block)
        return rows

    def sorted_by_relatives(self, rows: Rows) -> Rows:
        """Sort every row by its relatives, down and up; of four times, the order with the fewest crossings."""
        every = range(self._diagram.height)
        best, fewest = [list(row) for row in rows], self._crossings(rows)
        for _ in range(4):
            for row, gap in [(r, r - 1) for r in every] + [(r, r) for r in reversed(every)]:
                self._sort_row(rows, row, gap)
                self._turn_blocks(rows, row)
            count = self._crossings(rows)
            if count < fewest:
                best, fewest = [list(r) for r in rows], count
            if self.is_spent:
                break
        return best

    def exchanged(self, rows: Rows) -> int:
        """Exchange blocks while that removes crossings; return how many are left."""
        left = self._crossings(rows)
        for _ in range(8):
            if not left or self.is_spent:
                break
            before = left
            for row in range(self._diagram.height):
                self._exchange_in_row(rows, row)
                self._turn_blocks(rows, row)
            left = self._crossings(rows)
            if left == before:
                break
        return left

    def _edges(self, rows: Rows, gap: int) -> list[tuple[float, float, Net, int]]:
        """The lines of a gap: where each starts and ends, in items from the left."""
        if not 0 <= gap < self._diagram.height - 1:
            return []
        order = list(itertools.chain.from_iterable(rows[gap]))
        above = {item: i for i, item in enumerate(order)}
        below = {item: float(i) for i, item in enumerate(itertools.chain.from_iterable(rows[gap + 1]))}
        found: list[tuple[float, float, Net, int]] = []
        for net in self._gaps[gap]:
            start = net_position(self._diagram, order, above, net.source)
            found.extend((start, below[target], net, target) for target in net.targets)
        self._left -= len(found)
        return found

    def _crossings(self, rows: Rows) -> int:
        edges = (self._edges(rows, gap) for gap in range(self._diagram.height))
        return sum(count_crossings([(start, end) for start, end, _, _ in lines]) for lines in edges)

    def _sort_row(self, rows: Rows, row: int, gap: int) -> None:
        """Sort a row by the mean place of what hangs on it in ``gap``; blocks without lines there keep their place."""
        wanted: dict[int, list[float]] = {}
        for start, end, net, target in self._edges(rows, gap):
            item, place = (target, start) if gap < row else (net.source[0], end)
            wanted.setdefault(item, []).append(place)
        means = {}
        for block in rows[row]:
            places = [place for item in block for place in wanted.get(item, ())]
            if places:
                means[block] = sum(places) / len(places)
        ordered = iter(sorted(means, key=lambda block: means[block]))
        rows[row] = [next(ordered) if block in means else block for block in rows[row]]

    def _turn_blocks(self, rows: Rows, row: int) -> None:
        """Arrange the members of each block so that its own lines cross least; those of others do not change."""
        if all(len(block) == 1 for block in rows[row]):
            return
        from_above: dict[int, list[float]] = {}
        for start, _, _, target in self._edges(rows, row - 1):
            from_above.setdefault(target, []).append(start)
        below: dict[int, list[tuple[tuple[int, ...], float]]] = {}
        for _, end, net, _ in self._edges(rows, row):
            below.setdefault(net.source[0], []).append((net.source, end))
        for i, block in enumerate(rows[row]):
            coming = [(start, item) for item in block for start in from_above.get(item, ())]
            going = [line for item in block for line in below.get(item, ())]
            if len(block) > 1 and max(len(coming), len(going)) > 1:
                rows[row][i] = self._turned(block, coming, going)

    def _turned(
        self, block: Block, coming: list[tuple[float, int]], going: list[tuple[tuple[int, ...], float]]
    ) -> Block:
        """The arrangement of a block in which its lines cross least; as it is, when no other is better."""

        def own_crossings(order: Block) -> int:
            place = {item: i for i, item in enumerate(order)}
            self._left -= len(coming) + len(going)
            return count_crossings([(start, float(place[item])) for start, item in coming]) + count_crossings(
                [(net_position(self._diagram, order, place, source), end) for source, end in going]
            )

        best, fewest = block, own_crossings(block)
        for order in self._arranged(block):
            count = own_crossings(order)
            if count < fewest:
                best, fewest = order, count
        return best

    def _arranged(self, block: Block) -> list[Block]:
        key = frozenset(block)
        if key not in self._arrangements:
            self._arrangements[key] = arrangements(self._diagram, block)
        return self._arrangements[key]

    def _exchange_in_row(self, rows: Rows, row: int) -> None:
        """Exchange each two blocks of a row, from the left, where that removes crossings.

        Only the two and those between them are counted: ``between[j]`` is what the block at ``j``, and ``first`` what
        the block at ``i``, has more on the left of all between the two than on their right.
        """
        order = rows[row]
        more = self._more_on_the_left(rows, row)
        at = list(range(len(order)))
        between = [sum(more[j][1:j]) for j in at]
        for i in at[:-1]:
            if self.is_spent:
                break
            self._left -= len(at) - i
            first = 0
            for j in range(i + 1, len(at)):
                one, other = more[at[i]], more[at[j]]
                if between[j] - first - one[at[j]] < 0:
                    at[i], at[j] = at[j], at[i]
                    for k in range(j + 1, len(at)):
                        between[k] += more[at[k]][at[j]] - more[at[k]][at[i]]
                    between[j], first = first, between[j]
                    one = other
                first += one[at[j]]
            for j in range(i + 2, len(at)):
                between[j] -= more[at[j]][at[i + 1]]
        rows[row] = [order[place] for place in at]

    def _more_on_the_left(self, rows: Rows, row: int) -> list[list[int]]:
        """For each two blocks of a row, how many more of their lines cross when the first stands left of the second."""
        block_of = {item: i for i, block in enumerate(rows[row]) for item in block}
        count = len(rows[row])
        total = np.zeros((count, count))
        for gap in (row - 1, row):
            edges = self._edges(rows, gap)
            if edges:
                mine = [block_of[target if gap < row else net.source[0]] for _, _, net, target in edges]
                away = np.array([start if gap < row else end for start, end, _, _ in edges])
                owns = np.zeros((count, len(edges)))
                owns[mine, range(len(edges))] = 1.0
                total += owns @ np.sign(away[:, None] - away[None, :]) @ owns.T
        whole: list[list[int]] = total.astype(int).tolist()
        return whole


def count_crossings(lines: Lines) -> int:
    """How many pairs of lines cross: one starts left of the other, and ends right of it.

    Examples
    --------
    >>> count_crossings([(0.0, 2.0), (1.0, 1.0), (1.0, 0.0)])
    2
    """
    count, ends = 0, list[float]()
    for _, end in sorted(lines):
        count += len(ends) - bisect_right(ends, end)
        insort(ends, end)
    return count
