"""The population's part of a likelihood: founder alleles, with founder inbreeding or theta.

With theta, all founder alleles of a hypothesis come from one urn (Balding & Nichols 1994,
doi:10.1016/0379-0738(94)90222-4). Two exact ways: one joint factor over the founders' variables, or, when
that is too large, a sum over the set partitions of the founder alleles that are not known for certain, in
which a block shares one allele (the Pólya urn as a Chinese restaurant process).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import comb, factorial, prod

import numpy as np

from antigone.engine.arrays import Array, Ints
from antigone.engine.sums.elimination import Scope
from antigone.engine.sums.factors import (
    Data,
    Network,
    Shape,
    Typing,
    Variable,
    build_network,
    factor_scopes,
    founder_variables,
    unordered_pairs,
)
from antigone.engine.sums.ladder import Ladder
from antigone.errors import PlanTooLarge

Slot = tuple[int, int]

JOINT_STATES = 5_000
"""Up to this many joint founder states the urn is one factor; above it, a sum over set partitions."""
MOST_PARTITIONS = 200_000
"""Kinds of set partitions that one sum may run over; they are held in memory, about 50 MB of them."""
LARGEST_LISTING = 30_000_000
"""Set partitions, each with all swaps of its exchangeable pairs, from which the kinds are found: a minute or two."""


def networks(data: Data, theta: float) -> Iterator[tuple[int, Network]]:
    """The likelihood as a weighted sum of networks: one, or with theta perhaps several.

    Raises
    ------
    PlanTooLarge
        When theta is above 0 and too many founder alleles are unknown.
    """
    variables = founder_variables(data)
    plain = build_network(data, variables)
    drawn = tuple(i for i, v in enumerate(variables) if set(v.slots) & set(data.shape.drawn))
    if theta == 0.0:
        yield 1, _extend(plain, [((i,), _own_prior(data, variables[i])) for i in drawn])
    elif prod(plain.sizes[i] for i in drawn) <= JOINT_STATES:
        yield 1, _extend(plain, [(drawn, _urn(data, [variables[i] for i in drawn], theta))])
    else:
        yield from _partition_networks(data, theta)


@dataclass(frozen=True)
class Outline:
    """The scopes and sizes of a network, and of how many alike networks it stands for."""

    networks: float
    variables: tuple[Variable, ...]
    scopes: tuple[Scope, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(variable.states.shape[1] for variable in self.variables)


def outlines(data: Data, theta: float) -> Iterator[Outline]:
    """What ``networks`` will give, before any of their arrays is made.

    Of a sum over set partitions one outline stands for all with as many blocks, the slots dealt to the blocks in turn,
    which mixes the founders as much as any. How many networks there are is exact.

    Raises
    ------
    PlanTooLarge
        As ``networks``.
    """
    variables = founder_variables(data)
    plain = factor_scopes(data, variables)
    drawn = tuple(i for i, v in enumerate(variables) if set(v.slots) & set(data.shape.drawn))
    if theta == 0.0:
        yield Outline(1, variables, (*plain, *((i,) for i in drawn)))
    elif prod(variables[i].states.shape[1] for i in drawn) <= JOINT_STATES:
        yield Outline(1, variables, (*plain, drawn))
    else:
        yield from _partition_outlines(data)


def _partition_outlines(data: Data) -> Iterator[Outline]:
    sure, loose, pairs = _loose_slots(data)
    by_blocks = [0, 1]
    for _ in loose[1:]:
        by_blocks = [
            k * same + fewer for k, (fewer, same) in enumerate(zip([0, *by_blocks], [*by_blocks, 0], strict=True))
        ]
    alike = count_partitions(len(loose), len(pairs)) / sum(by_blocks)
    for blocks in range(1, len(loose) + 1):
        labels = tuple(place % blocks for place in range(len(loose)))
        variables = (*_fixed_variables(data, sure, loose), *_blocks(data, loose, labels))
        own = ((v,) for v in range(len(variables) - blocks, len(variables)))
        yield Outline(alike * by_blocks[blocks], variables, (*factor_scopes(data, variables), (), *own))


def genotype_log_probability(ladder: Ladder, *, hemizygous: bool = False) -> Array:
    """Log Hardy-Weinberg probability of every unordered genotype, shape ``(items, genotypes)``.

    With ``hemizygous``, of every single allele: a male on the X chromosome.
    """
    p = ladder.frequencies
    if hemizygous:
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(p))
    first, second = unordered_pairs(ladder.size).T
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(p[:, first] * p[:, second] * np.where(first == second, 1.0, 2.0)))


def _extend(network: Network, more: list[tuple[tuple[int, ...], Array]]) -> Network:
    scopes = network.scopes + tuple(scope for scope, _ in more)
    return Network(network.variables, scopes, network.factors + tuple(factor for _, factor in more))


def _frequency(data: Data, alleles: Ints) -> Array:
    """The population frequency of alleles of shape ``(items or 1, ...)``."""
    p = data.ladder.frequencies
    if len(p) == 1:
        return p[0][alleles]
    return p[np.arange(len(p)).reshape(-1, *[1] * (alleles.ndim - 1)), alleles]


def _orderings(variable: Variable, founder: bool) -> Array | float:
    """How many ordered genotypes a founder's unordered state stands for."""
    if not founder or variable.states.shape[2] == 1:
        return 1.0
    return 1.0 + (variable.states[:, :, 0] != variable.states[:, :, 1])


def _is_unordered(data: Data, variable: Variable) -> bool:
    return len(variable.slots) == 2 and data.shape.is_founder(variable.slots[0][0])


def _own_prior(data: Data, variable: Variable) -> Array:
    """P(state) of a founder (Hardy-Weinberg with its inbreeding), or of one allele from an absent parent."""
    slots = [k for k, slot in enumerate(variable.slots) if slot in data.shape.drawn]
    alleles = [variable.states[:, :, k] for k in slots]
    p = _frequency(data, alleles[0])
    if len(slots) == 1:
        return p
    f = data.shape.inbreeding[variable.slots[0][0]]
    same = alleles[0] == alleles[1]
    return (f * p * same + (1 - f) * p * _frequency(data, alleles[1])) * _orderings(variable, True)


def _urn(data: Data, variables: list[Variable], theta: float) -> Array:
    """The joint probability of every combination of states, alleles drawn one after another from the urn."""
    total: Array = np.ones(1)
    earlier: list[Ints] = []
    for axis, variable in enumerate(variables):
        spread = [-1 if i == axis else 1 for i in range(len(variables))]
        for k, slot in enumerate(variable.slots):
            if slot in data.shape.drawn:
                alleles = variable.states[:, :, k].reshape(len(variable.states), *spread)
                copies = sum(((alleles == other) for other in earlier), np.zeros(1, dtype=np.int64))
                p = _frequency(data, alleles)
                total = total * ((1 - theta) * p + theta * copies) / (1 + (len(earlier) - 1) * theta)
                earlier.append(alleles)
        weight = _orderings(variable, _is_unordered(data, variable))
        total = total * (weight if isinstance(weight, float) else weight.reshape(len(weight), *spread))
    return total


def _partition_networks(data: Data, theta: float) -> Iterator[tuple[int, Network]]:
    """One network for each kind of set partition of the loose founder alleles; a block shares its allele."""
    sure, loose, pairs = _loose_slots(data)
    chance, base, drawn = draw_certain(data, theta)
    counted = chance / prod(1 + (drawn + j - 1) * theta for j in range(len(loose)))
    for labels, multiplicity in partitions(len(loose), pairs).items():
        variables = [*_fixed_variables(data, sure, loose), *_blocks(data, loose, labels)]
        blocks = range(len(variables) - max(labels) - 1, len(variables))
        weights = [((v,), base * _block_weight(labels.count(k), theta)) for k, v in enumerate(blocks)]
        yield multiplicity, _extend(build_network(data, variables), [((), counted), *weights])


def _loose_slots(data: Data) -> tuple[list[int], list[Slot], tuple[tuple[int, int], ...]]:
    """The sure founders, the founder alleles that are not known for certain, and which of these may be swapped."""
    sure = certain_founders(data)
    loose = [slot for slot in data.shape.drawn if slot[0] not in sure]
    pairs = tuple(
        (loose.index((m, 0)), loose.index((m, 1)))
        for m in range(len(data.typing))
        if (m, 0) in loose and (m, 1) in loose
    )
    _require_listable(len(loose), len(pairs))
    return sure, loose, pairs


def _require_listable(loose: int, pairs: int) -> None:
    every = count_partitions(loose, 0)
    if count_partitions(loose, pairs) > MOST_PARTITIONS or every * 2**pairs > LARGEST_LISTING:
        raise PlanTooLarge(
            f"{loose} unknown founder alleles have {every:,} set partitions, too many to list; type more founders, "
            "leave out untyped relatives, or compute with theta 0"
        )


def is_certain(shape: Shape, member: int, typing: Typing, *, has_silent: bool) -> bool:
    """Whether a genotype read in full leaves no doubt: a silent allele may hide behind a homozygote."""
    return typing is Typing.FULL and (not has_silent or len(shape.slots[member]) == 1)


def certain_founders(data: Data) -> list[int]:
    """The founders whose genotypes the data leave no doubt about."""
    silent = data.ladder.has_silent
    return [
        m
        for m, typing in enumerate(data.typing)
        if data.shape.is_founder(m) and is_certain(data.shape, m, typing, has_silent=silent)
    ]


def draw_certain(data: Data, theta: float) -> tuple[Array, Array, int]:
    """The urn after the alleles of the certain founders have been drawn.

    Their probability, shape ``(items,)``; what the urn then holds, ``(1 - theta) p + theta * copies``, shape ``(items,
    n)``; and how many draws these were.
    """
    base = (1 - theta) * np.broadcast_to(data.ladder.frequencies, (len(data.observed), data.ladder.size)).copy()
    item = np.arange(len(base))
    chance, drawn = np.ones(len(base)), 0
    for member in certain_founders(data):
        for slot in data.shape.slots[member]:
            allele = data.observed[:, member, slot]
            chance = chance * base[item, allele] / (1 + (drawn - 1) * theta)
            base[item, allele] += theta
            drawn += 1
        if len(data.shape.slots[member]) == 2:
            chance = chance * np.where(data.observed[:, member, 0] == data.observed[:, member, 1], 1.0, 2.0)
    return chance, base, drawn


def _block_weight(size: int, theta: float) -> float:
    return factorial(size - 1) * theta ** (size - 1)


def _fixed_variables(data: Data, sure: list[int], loose: list[Slot]) -> Iterator[Variable]:
    for variable in founder_variables(data):
        if not set(variable.slots) & set(loose):
            yield variable
        else:
            for slot in variable.slots:
                if slot not in loose:
                    yield _free_variable(data, (slot,))


def _blocks(data: Data, loose: list[Slot], labels: tuple[int, ...]) -> Iterator[Variable]:
    for block in range(max(labels) + 1):
        yield _free_variable(data, tuple(s for s, label in zip(loose, labels, strict=True) if label == block))


def _free_variable(data: Data, slots: tuple[Slot, ...]) -> Variable:
    every = np.arange(data.ladder.size, dtype=np.int64)
    return Variable(slots, np.repeat(every[None, :, None], len(slots), axis=2))


@lru_cache(maxsize=256)
def count_partitions(n: int, pairs: int) -> int:
    """``len(partitions(n, ...))`` with that many exchangeable pairs, without listing them.

    By Burnside's lemma: the mean, over all choices of pairs to swap, of the partitions that the swaps leave alike.

    Examples
    --------
    >>> count_partitions(4, 2)
    9
    """
    return sum(comb(pairs, swapped) * _left_alike(swapped, n - 2 * swapped) for swapped in range(pairs + 1)) // 2**pairs


@lru_cache(maxsize=1024)
def _left_alike(pairs: int, single: int) -> int:
    """Set partitions of ``2 pairs + single`` things that stay as they are when every pair is swapped.

    The block of the first pair is its own image, with some other pairs and some single things, or the image of another
    block, and then holds one of each pair that the two share.
    """
    if pairs == 0:
        return sum(comb(single - 1, k) * _left_alike(0, k) for k in range(single)) if single else 1
    total = 0
    for others in range(pairs):
        left, ways = pairs - 1 - others, comb(pairs - 1, others)
        total += ways * sum(comb(single, k) * _left_alike(left, single - k) for k in range(single + 1))
        total += ways * 2**others * _left_alike(left, single)
    return total


@lru_cache(maxsize=8)
def partitions(n: int, exchangeable: tuple[tuple[int, int], ...] = ()) -> Counter[tuple[int, ...]]:
    """Set partitions of ``n`` things as block labels, counted up to swapping each exchangeable pair.

    Examples
    --------
    >>> sum(partitions(4).values())
    15
    >>> len(partitions(4, ((0, 1), (2, 3))))
    9
    """
    found: Counter[tuple[int, ...]] = Counter()
    for labels in _restricted_growth(n):
        found[min(_swapped(labels, swap, exchangeable) for swap in product((0, 1), repeat=len(exchangeable)))] += 1
    return found


def _restricted_growth(n: int) -> Iterator[tuple[int, ...]]:
    if n == 0:
        yield ()
        return
    for head in _restricted_growth(n - 1):
        for label in range(max(head, default=-1) + 2):
            yield (*head, label)


def _swapped(labels: tuple[int, ...], swap: tuple[int, ...], pairs: tuple[tuple[int, int], ...]) -> tuple[int, ...]:
    order = list(range(len(labels)))
    for (a, b), on in zip(pairs, swap, strict=True):
        if on:
            order[a], order[b] = order[b], order[a]
    names: dict[int, int] = {}
    return tuple(names.setdefault(labels[i], len(names)) for i in order)
