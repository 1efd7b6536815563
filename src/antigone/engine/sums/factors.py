"""Pedigree and data to factors: the terms whose sum of products is the likelihood of one marker.

Each member carries one or two allele slots (paternal, maternal). A founder is one variable over unordered
genotypes; a typed member is one variable over the few ordered genotypes that the data leave open; any other
member is one variable per slot. See ``docs/model.md`` for the equations.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from antigone.engine.arrays import Array, Ints
from antigone.engine.sums.elimination import Scope
from antigone.engine.sums.ladder import Ladder
from antigone.errors import ModelError
from antigone.model.pedigree import Pedigree

PATERNAL, MATERNAL = 0, 1
UNTYPED = -1


class Typing(Enum):
    """What was read at one marker of one member."""

    UNTYPED = 0
    FULL = 1
    PARTIAL = 2
    SOFT = 3
    """Seen through an observation model: a probability for every genotype, on ``Data.soft``."""


@dataclass(frozen=True)
class Shape:
    """A pedigree as numbers, parents before children: rows of parents (-1 absent), slots, inbreeding."""

    father: tuple[int, ...]
    mother: tuple[int, ...]
    slots: tuple[tuple[int, ...], ...]
    inbreeding: tuple[float, ...]

    def parent(self, member: int, slot: int) -> int:
        return self.father[member] if slot == PATERNAL else self.mother[member]

    def is_founder(self, member: int) -> bool:
        """Whether every slot of the member is drawn from the population."""
        return all(self.parent(member, slot) < 0 for slot in self.slots[member])

    @cached_property
    def drawn(self) -> tuple[tuple[int, int], ...]:
        """The slots (member, slot) drawn from the population, in order."""
        return tuple((m, slot) for m in range(len(self.slots)) for slot in self.slots[m] if self.parent(m, slot) < 0)


def shape_of(pedigree: Pedigree, *, on_x: bool) -> tuple[Shape, tuple[str, ...]]:
    """The shape of a pedigree and the ids of its rows.

    Raises
    ------
    ModelError
        When the marker is on the X chromosome and a member's sex is unknown.
    """
    members = pedigree.parents_first
    row = {member.id: i for i, member in enumerate(members)} | {None: -1}
    unknown = [member.id for member in members if member.sex == "unknown"]
    if on_x and unknown:
        raise ModelError(f"X-chromosomal markers need the sex of every member; unknown: {', '.join(unknown)}")
    hemizygous = [on_x and member.sex == "male" for member in members]
    return Shape(
        tuple(row[m.father] for m in members),
        tuple(row[m.mother] for m in members),
        tuple((MATERNAL,) if single else (PATERNAL, MATERNAL) for single in hemizygous),
        tuple(0.0 if single else m.founder_inbreeding for m, single in zip(members, hemizygous, strict=True)),
    ), tuple(member.id for member in members)


@dataclass(frozen=True)
class Variable:
    """One variable of the network: the slots it decides and the alleles of each of its states.

    ``states`` has shape ``(items or 1, states, slots)``.
    """

    slots: tuple[tuple[int, int], ...]
    states: Ints

    def alleles(self, slot: tuple[int, int]) -> Ints:
        return self.states[:, :, self.slots.index(slot)]


@dataclass(frozen=True)
class Network:
    """Variables and the factors over them; ``drawn`` lists the population factor's own variables."""

    variables: tuple[Variable, ...]
    scopes: tuple[Scope, ...]
    factors: tuple[Array, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(variable.states.shape[1] for variable in self.variables)


@dataclass(frozen=True)
class Data:
    """One marker's data for a batch of families of one shape.

    ``observed`` has shape ``(items, members, 2)`` (allele indices, -1 unknown); ``typing`` holds for every
    item; ``open_members`` are untyped members whose alleles stay open. ``overrides`` replaces the
    transmission matrix of single slots, shape ``(items or 1, n, n)``: used to ask where a mutation happened.
    ``soft`` holds P(observed | genotype) of each ``SOFT`` member by its row, shape ``(items or 1, n, n)``,
    symmetric in the two alleles; a hemizygous member's one allele stands on the diagonal.
    """

    shape: Shape
    ladder: Ladder
    typing: tuple[Typing, ...]
    observed: Ints
    open_members: tuple[int, ...] = ()
    overrides: tuple[tuple[tuple[int, int], Array], ...] = ()
    soft: tuple[tuple[int, Array], ...] = ()


def take_items(data: Data, items: slice | Ints) -> Data:
    """Some items of a batch; a ladder shared by all items stays shared."""
    ladder = data.ladder
    if len(ladder.frequencies) > 1:
        ladder = Ladder(
            ladder.frequencies[items], ladder.female[items], ladder.male[items], ladder.silent[items], ladder.on_x
        )
    overrides = tuple((slot, m[items] if len(m) > 1 else m) for slot, m in data.overrides)
    soft = tuple((row, w[items] if len(w) > 1 else w) for row, w in data.soft)
    return replace(data, ladder=ladder, observed=data.observed[items], overrides=overrides, soft=soft)


def founder_variables(data: Data) -> tuple[Variable, ...]:
    """Variables for the ordinary network: founders as unordered genotypes, typed members as one variable."""
    made: list[Variable] = []
    for member, slots in enumerate(data.shape.slots):
        names = tuple((member, slot) for slot in slots)
        if data.typing[member] is Typing.FULL:
            made.append(Variable(names, typed_states(data, member)))
        elif data.shape.is_founder(member):
            made.append(Variable(names, _unordered(data.ladder.size, len(slots))))
        else:
            made.extend(Variable((name,), _every(data.ladder.size)) for name in names)
    return tuple(made)


def typed_states(data: Data, member: int) -> Ints:
    """The genotypes that a fully read genotype leaves open, shape ``(items, states, slots)``.

    Both orders of a non-founder; with a silent allele a homozygote may also carry it. A state that does not
    apply to an item (the second order of a homozygote) gets weight 0 in ``observation_weights``.
    """
    a, b = data.observed[:, member, 0], data.observed[:, member, 1]
    if len(data.shape.slots[member]) == 1:
        return a[:, None, None]
    pairs = [(a, b)] if data.shape.is_founder(member) else [(a, b), (b, a)]
    if data.ladder.has_silent:
        s = np.broadcast_to(data.ladder.silent, a.shape)
        pairs += [(a, s)] if data.shape.is_founder(member) else [(a, s), (s, a)]
    return np.stack([np.stack(pair, axis=-1) for pair in pairs], axis=1)


def observation_weights(data: Data, member: int, states: Ints) -> Array:
    """P(observed | state) for every state of a member that is not untyped, shape ``(items, states)``."""
    if data.typing[member] is Typing.SOFT:
        return _soft_weights(dict(data.soft)[member], states)
    a, b = data.observed[:, member, 0, None], data.observed[:, member, 1, None]
    first, second = states[:, :, 0], states[:, :, -1]
    if data.typing[member] is Typing.PARTIAL:
        return ((first == a) | (second == a)).astype(np.float64)
    seen = ((first == a) & (second == b)) | ((first == b) & (second == a))
    if data.ladder.has_silent:
        s = data.ladder.silent[:, None]
        hidden = ((first == a) & (second == s)) | ((first == s) & (second == a))
        seen = seen | (hidden & (a == b))
    weights = seen.astype(np.float64)
    if data.typing[member] is Typing.FULL and not data.shape.is_founder(member) and states.shape[1] > 1:
        weights = weights * np.where(_repeated(states), 0.0, 1.0)
    return weights


def _soft_weights(weights: Array, states: Ints) -> Array:
    first, second = states[:, :, 0], states[:, :, -1]
    items = max(len(weights), len(states))
    item = np.arange(items)[:, None] if len(weights) > 1 else 0
    return np.broadcast_to(weights[item, first, second], (items, states.shape[1]))


def _repeated(states: Ints) -> NDArray[np.bool_]:
    """Which states of an item repeat an earlier one."""
    same = (states[:, :, None, :] == states[:, None, :, :]).all(axis=-1)
    return np.tril(same, -1).any(axis=2)


def _every(n: int) -> Ints:
    return np.arange(n, dtype=np.int64)[None, :, None]


def _unordered(n: int, slots: int) -> Ints:
    if slots == 1:
        return _every(n)
    return unordered_pairs(n)[None]


@lru_cache(maxsize=256)
def unordered_pairs(n: int) -> Ints:
    """The unordered genotypes over ``n`` alleles in the order of every table, shape ``(genotypes, 2)``."""
    pairs = np.stack(np.triu_indices(n), axis=-1).astype(np.int64)
    pairs.flags.writeable = False
    return pairs


def build_network(data: Data, variables: Sequence[Variable]) -> Network:
    """Observation and transmission factors over the given variables, without the population's part."""
    place = {slot: i for i, variable in enumerate(variables) for slot in variable.slots}
    scopes: list[Scope] = []
    factors: list[Array] = []
    for scope, factor in (*_observations(data, variables, place), *_transmissions(data, variables, place)):
        scopes.append(scope)
        factors.append(factor)
    return Network(tuple(variables), tuple(scopes), tuple(factors))


def factor_scopes(data: Data, variables: Sequence[Variable]) -> tuple[Scope, ...]:
    """The scopes of ``build_network``, without its arrays."""
    place = {slot: i for i, variable in enumerate(variables) for slot in variable.slots}
    shape = data.shape
    own = [[(member, slot) for slot in slots] for member, slots in enumerate(shape.slots)]
    read = [slots for slots, typing in zip(own, data.typing, strict=True) if typing is not Typing.UNTYPED]
    passed = [(shape.parent(*slot), slot) for slots in own for slot in slots if shape.parent(*slot) >= 0]
    return (
        *(_places(slots, place) for slots in read),
        *((*_places(own[parent], place), place[slot]) for parent, slot in passed),
    )


def _places(slots: Sequence[tuple[int, int]], place: dict[tuple[int, int], int]) -> Scope:
    return tuple(dict.fromkeys(place[slot] for slot in slots))


def _observations(
    data: Data, variables: Sequence[Variable], place: dict[tuple[int, int], int]
) -> Iterator[tuple[Scope, Array]]:
    for member, typing in enumerate(data.typing):
        if typing is Typing.UNTYPED:
            continue
        slots = [(member, slot) for slot in data.shape.slots[member]]
        where = _places(slots, place)
        states, sizes = joint_states(variables, slots, where)
        weights = observation_weights(data, member, states)
        yield where, weights.reshape(weights.shape[0], *sizes)


def joint_states(
    variables: Sequence[Variable], slots: Sequence[tuple[int, int]], where: Scope
) -> tuple[Ints, tuple[int, ...]]:
    """The alleles at ``slots`` for every combination of states of the variables ``where``."""
    sizes = tuple(variables[v].states.shape[1] for v in where)
    if len(where) == 1:
        [only] = (variables[v] for v in where)
        return only.states[:, :, [only.slots.index(slot) for slot in slots]], sizes
    columns = []
    for slot in slots:
        axis = next(i for i, v in enumerate(where) if slot in variables[v].slots)
        alleles = variables[where[axis]].alleles(slot)
        spread = alleles.reshape(len(alleles), *[-1 if i == axis else 1 for i in range(len(where))])
        columns.append(np.broadcast_to(spread, (len(alleles), *sizes)).reshape(len(alleles), -1))
    return np.stack(np.broadcast_arrays(*columns), axis=-1), sizes


def _transmissions(
    data: Data, variables: Sequence[Variable], place: dict[tuple[int, int], int]
) -> Iterator[tuple[Scope, Array]]:
    shape, overrides = data.shape, dict(data.overrides)
    for member, slots in enumerate(shape.slots):
        for slot in slots:
            parent = shape.parent(member, slot)
            if parent >= 0:
                usual = data.ladder.male if slot == PATERNAL else data.ladder.female
                matrix = overrides.get((member, slot), usual)
                yield _transmission(
                    matrix, variables, place, [(parent, s) for s in shape.slots[parent]], (member, slot)
                )


def _transmission(
    matrix: Array,
    variables: Sequence[Variable],
    place: dict[tuple[int, int], int],
    sources: list[tuple[int, int]],
    target: tuple[int, int],
) -> tuple[Scope, Array]:
    """P(allele passed on | parent's alleles): the mean of the matrix rows of the parent's slots."""
    where = _places(sources, place)
    states, sizes = joint_states(variables, sources, where)
    child = variables[place[target]]
    passed = child.alleles(target)
    if len(states) == 1:
        factor = _pass_on(matrix, states[0], passed)
    else:
        item = np.arange(max(len(matrix), len(states), len(passed)))[:, None, None] if len(matrix) > 1 else 0
        rows = [matrix[item, states[:, :, None, k], passed[:, None, :]] for k in range(len(sources))]
        factor = sum(rows[1:], rows[0]) / len(rows)
    return (*where, place[target]), factor.reshape(factor.shape[0], *sizes, passed.shape[1])


def _mean_rows(matrix: Array, states: Ints) -> Array:
    """The mean of the matrix rows of each state's slots, shape ``(items, states, n)``: whole rows are copied."""
    rows = [matrix[:, states[:, k]] for k in range(states.shape[1])]
    return sum(rows[1:], rows[0]) / len(rows)


def _pass_on(matrix: Array, states: Ints, passed: Ints) -> Array:
    """The mean rows in the columns of the alleles passed on, shape ``(items, states, passed)``.

    The mean of a matrix that all items share is taken once; of a matrix for each item only the columns that are needed.
    """
    if len(matrix) == 1:
        return _mean_rows(matrix, states)[0].T[passed].transpose(0, 2, 1)
    if len(passed) == 1:
        return _mean_rows(matrix[:, :, passed[0]], states)
    return _mean_rows(np.take_along_axis(matrix, passed[:, None, :], axis=2), states)
