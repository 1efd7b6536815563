"""Which founder alleles the gene copies that matter may come from: all ways, with their weights, of one shape.

With theta the founder alleles are independent, given the population's unknown frequencies. So only the gene copies that
matter are traced, those of the members who were seen and those of the member whose genotype is asked, upwards until
each ends in a founder slot (a *root*) or in a member whose genotype is known. Given all choices on the way (which of a
parent's two slots, which of a reading's two orders), the data are a product of one vector for each root, times a number
for each known parent. Slots that nothing reaches vanish. The vectors hold mutation as it is, so any matrix will do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

from antigone.errors import PlanTooLarge

MOST_STATES = 2_000
"""Ways that are followed at once; above it another way of summing is taken."""
ONE = 0
"""The number of the vector of ones: nothing is asked."""
ABSENT = -1

Links = tuple[tuple[int, int], ...]
"""The steps of a line downwards: the matrix of each, and the vector of what else is asked of the slot it leads to."""


@dataclass(frozen=True)
class Descent:
    """A pedigree as it is traced: members as rows, parents before children.

    ``parents`` and ``matrices`` hold, for each slot of each member, the row of the parent (-1: drawn from the
    population) and the number of the matrix by which the parent passes on. ``orders`` counts the products that a
    member's reading is a sum of, 0 when nothing was seen. The genotypes of ``known`` members are certain.
    """

    parents: tuple[tuple[int, ...], ...]
    matrices: tuple[tuple[int, ...], ...]
    orders: tuple[int, ...]
    known: tuple[bool, ...]
    open: int = ABSENT
    kept: tuple[int, ...] = ()
    """After ``merge``: of each member the one slot that is left, -1 where all are."""

    def is_founder(self, member: int) -> bool:
        return all(parent < 0 for parent in self.parents[member])

    def stands_apart(self, member: int) -> bool:
        """Whether a member's reading is independent of all others, given members whose genotypes are certain."""
        return self.ends_here(member) and not self.unknown_origins(member)

    def ends_here(self, member: int) -> bool:
        """Whether a reading concerns nobody below the member: the genotype is certain, or there is nobody below."""
        childless = not any(member in parents for parents in self.parents)
        return self.orders[member] > 0 and (self.known[member] or childless)

    def unknown_origins(self, member: int) -> list[int]:
        """The slots of a member that do not come from somebody whose genotype is certain."""
        return [slot for slot, parent in enumerate(self.parents[member]) if parent < 0 or not self.known[parent]]

    def merge(self) -> Descent:
        """The same pedigree where readings that depend on one origin only are summed over their orders beforehand."""
        members = range(len(self.parents))
        origins = [self.unknown_origins(m) if self.ends_here(m) and len(self.parents[m]) > 1 else [] for m in members]
        kept = tuple(slots[0] if len(slots) == 1 else ABSENT for slots in origins)
        return Descent(
            tuple(own if k < 0 else (own[k],) for own, k in zip(self.parents, kept, strict=True)),
            tuple(own if k < 0 else (own[k],) for own, k in zip(self.matrices, kept, strict=True)),
            tuple(own if k < 0 else 1 for own, k in zip(self.orders, kept, strict=True)),
            self.known,
            self.open,
            kept,
        )


class Line(NamedTuple):
    """The way of one gene copy of the open member: the slot it has reached, and the steps below it.

    ``slot`` is ``ROOT`` when it ended in a founder slot of which ``side`` is asked besides, ``KNOWN`` when it ended in
    the known ``member``, and ``JOINED`` when it met the other line: then both go on as one.
    """

    member: int
    slot: int
    links: Links = ()
    side: int = ONE


ROOT, KNOWN, JOINED = -1, -2, -3


class State(NamedTuple):
    """One way of tracing, as far as it has come.

    ``pending`` are the vectors asked of slots whose member has not had its turn. ``ended`` are pairs of a known member
    and what is asked of the allele it passed on; ``roots`` the vectors of founder slots; ``chosen`` the orders of
    readings, as numbers of evidence. ``lines`` are those of the open member; the third is the common way of two joined.
    """

    pending: tuple[tuple[tuple[int, int], int], ...] = ()
    ended: tuple[tuple[int, int], ...] = ()
    roots: tuple[int, ...] = ()
    chosen: tuple[int, ...] = ()
    lines: tuple[Line, ...] = ()

    def ordered(self) -> State:
        """The same way, written as all that are equal to it."""
        ended, roots, chosen = tuple(sorted(self.ended)), tuple(sorted(self.roots)), tuple(sorted(self.chosen))
        return State(tuple(sorted(self.pending)), ended, roots, chosen, self.lines)


EVIDENCE, PASSED, PRODUCT = 0, 1, 2


@dataclass
class Vectors:
    """The vectors that the ways need, each once: ``made[i]`` says how vector ``i + 1`` comes about.

    ``(EVIDENCE, e, 0)`` is what one order of a reading asks of one slot; ``(PASSED, matrix, v)`` what vector ``v`` asks
    of the slot a copy came from; ``(PRODUCT, v, w)`` asks both.
    """

    made: list[tuple[int, int, int]] = field(default_factory=list)
    number: dict[tuple[int, int, int], int] = field(default_factory=dict)

    def of(self, kind: int, first: int, second: int = 0) -> int:
        key = (kind, first, second)
        if key not in self.number:
            self.made.append(key)
            self.number[key] = len(self.made)
        return self.number[key]

    def product(self, first: int, second: int) -> int:
        if ONE in (first, second):
            return max(first, second)
        return self.of(PRODUCT, min(first, second), max(first, second))


@dataclass(frozen=True)
class Forest:
    """All ways of tracing a shape: finished states with their weights, and the vectors they use.

    ``evidence`` lists member, order and slot of each evidence vector by its number; ``apart`` the members whose
    readings are factors of their own.
    """

    descent: Descent
    ways: tuple[tuple[State, float], ...]
    made: tuple[tuple[int, int, int], ...]
    evidence: tuple[tuple[int, int, int], ...]
    apart: tuple[int, ...]


def trace(descent: Descent) -> Forest:
    """All ways of tracing the copies that matter.

    Raises
    ------
    PlanTooLarge
        When more than ``MOST_STATES`` would be followed at once.

    Examples
    --------
    A typed child of an untyped father and an absent mother: two orders, and by symmetry one of the father's slots.

    >>> duo = Descent(parents=((-1, -1), (0, -1)), matrices=((0, 1), (0, 1)), orders=(0, 2), known=(False, True))
    >>> [weight for _, weight in trace(duo).ways]
    [1.0, 1.0]
    """
    found = _traced(descent)
    if found is None:
        raise PlanTooLarge(f"more than {MOST_STATES:,} ways to trace the gene copies that matter")
    return found


@lru_cache(maxsize=4096)
def _is_traceable(descent: Descent) -> bool:
    return _Tracing(descent).forest() is not None


@lru_cache(maxsize=512)
def _traced(descent: Descent) -> Forest | None:
    """All ways, or None where they are too many: more orders of a reading have more ways, two of them tell enough."""
    fewer = replace(descent, orders=tuple(min(2, count) for count in descent.orders))
    return _Tracing(descent).forest() if fewer == descent or _is_traceable(fewer) else None


class _Tracing:
    def __init__(self, descent: Descent) -> None:
        self.descent = descent
        self.vectors = Vectors()
        members = range(len(descent.parents))
        self.apart = tuple(m for m in members if descent.stands_apart(m))
        self.evidence = tuple(
            (m, order, slot)
            for m in members
            for order in range(descent.orders[m])
            for slot in range(len(descent.parents[m]))
        )
        self.number = {key: number for number, key in enumerate(self.evidence)}

    def forest(self) -> Forest | None:
        ways: dict[State, float] = {State(): 1.0}
        for member in reversed(range(len(self.descent.parents))):
            found: Counter[State] = Counter()
            for state, weight in ways.items():
                for new, share in self.after(member, state):
                    found[new] += weight * share  # type: ignore[assignment]
                if len(found) > MOST_STATES:
                    return None
            ways = found  # type: ignore[assignment]
        return Forest(self.descent, tuple(ways.items()), tuple(self.vectors.made), self.evidence, self.apart)

    def after(self, member: int, state: State) -> Iterator[tuple[State, float]]:
        """The ways after a member's turn: each order of its reading, each origin of each slot that is asked of."""
        descent = self.descent
        seen = descent.orders[member] > 0 and member not in self.apart
        if descent.known[member] and not seen:
            yield state, 1.0
            return
        for order in range(descent.orders[member]) if seen else (-1,):
            asked, left = self._asked(member, order, state)
            if member == descent.open:
                left = left._replace(lines=tuple(Line(member, slot) for slot in range(len(descent.parents[member]))))
            yield from self._climb(member, asked, self._joined(member, left), 1.0)

    def _asked(self, member: int, order: int, state: State) -> tuple[dict[int, int], State]:
        """What is asked of each slot of a member, and the state without it."""
        asked = {slot: vector for (m, slot), vector in state.pending if m == member}
        chosen = state.chosen
        if order >= 0:
            for slot in range(len(self.descent.parents[member])):
                own = self.vectors.of(EVIDENCE, self.number[member, order, slot])
                asked[slot] = self.vectors.product(asked.get(slot, ONE), own)
            chosen += (self.number[member, order, 0],) if order else ()
        pending = tuple(entry for entry in state.pending if entry[0][0] != member)
        lines = {line.slot for line in state.lines if line.member == member and line.slot >= 0}
        if member == self.descent.open:
            lines = set(range(len(self.descent.parents[member])))
        return dict.fromkeys(lines, ONE) | asked, state._replace(pending=pending, chosen=chosen)

    def _joined(self, member: int, state: State) -> State:
        """Two lines that have come to the same slot go on as one."""
        here = [line.slot for line in state.lines if line.member == member and line.slot >= 0]
        if len(here) != 2 or here[0] != here[1]:
            return state
        both = tuple(line._replace(member=ABSENT, slot=JOINED) for line in state.lines)
        return state._replace(lines=(*both, Line(member, here[0])))

    def _climb(self, member: int, asked: dict[int, int], state: State, weight: float) -> Iterator[tuple[State, float]]:
        if not asked:
            yield state.ordered(), weight
            return
        slot = min(asked)
        rest = {other: vector for other, vector in asked.items() if other != slot}
        for new, share in self._origins(member, slot, asked[slot], state):
            yield from self._climb(member, rest, new, weight * share)

    def _origins(self, member: int, slot: int, vector: int, state: State) -> Iterator[tuple[State, float]]:
        """Where the allele of one slot may have come from."""
        parent, matrix = self.descent.parents[member][slot], self.descent.matrices[member][slot]
        line = next((i for i, one in enumerate(state.lines) if one[:2] == (member, slot)), None)
        if parent < 0:
            yield self._root(vector, state, line), 1.0
        elif self.descent.known[parent]:
            yield self._end(parent, matrix, vector, state, line), 1.0
        else:
            slots = len(self.descent.parents[parent])
            fresh = slots == 1 or self._is_fresh(parent, state)
            for origin in range(1 if fresh else slots):
                yield self._passed(parent, origin, matrix, vector, state, line), 1.0 if fresh else 1 / slots

    def _is_fresh(self, parent: int, state: State) -> bool:
        """Whether nothing distinguishes the two slots of a founder yet: then the first one may stand for both."""
        reached = any(m == parent for (m, _), _ in state.pending) or any(one.member == parent for one in state.lines)
        return self.descent.is_founder(parent) and not reached

    def _root(self, vector: int, state: State, line: int | None) -> State:
        if line is None:
            return state._replace(roots=(*state.roots, vector))
        return _moved(state, line, Line(ABSENT, ROOT, state.lines[line].links, vector))

    def _end(self, parent: int, matrix: int, vector: int, state: State, line: int | None) -> State:
        if line is None:
            return state._replace(ended=(*state.ended, (parent, self.vectors.of(PASSED, matrix, vector))))
        return _moved(state, line, Line(parent, KNOWN, ((matrix, vector), *state.lines[line].links)))

    def _passed(self, parent: int, origin: int, matrix: int, vector: int, state: State, line: int | None) -> State:
        if line is not None:
            return _moved(state, line, Line(parent, origin, ((matrix, vector), *state.lines[line].links)))
        pending = dict(state.pending)
        own = self.vectors.of(PASSED, matrix, vector)
        pending[parent, origin] = self.vectors.product(pending.get((parent, origin), ONE), own)
        return state._replace(pending=tuple(sorted(pending.items())))


def _moved(state: State, line: int, to: Line) -> State:
    return state._replace(lines=(*state.lines[:line], to, *state.lines[line + 1 :]))
