"""Linked markers with theta: an urn at each locus, independent of the others given where every meiosis copied from.

The inheritance bits ``v`` say for each meiosis, at one locus, which of the parent's two slots was copied. Given them
the loci are independent, each with an urn of its own over the founder alleles that are reached:

    L = sum over v_1 .. v_m   P(v_1) prod P(v_(l+1) | v_l) prod E_l(v_l)

``P(v_1) = 2^-n``; each bit switches with the recombination fraction of its interval. ``E_l(v)`` is the likelihood of
one marker, with theta, in a pedigree of single gene copies: each is a member with one slot, and a person who was read
is a member whose two slots copy theirs. The two slots of a founder may change places, so that a founder's only meiosis
has no bit. At recombination 1/2 this is the product of the markers' likelihoods with theta, and at theta 0 that of
`log_likelihood_linked`. The sum runs along the loci one bit at a time (Lander & Green 1987).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from antigone.engine.arrays import Array
from antigone.engine.sums.factors import PATERNAL, Data, Shape, Typing
from antigone.engine.sums.likelihood import evaluate, group_markers, require_supported
from antigone.engine.sums.pruning import rows_that_matter
from antigone.engine.sums.soft import Observations
from antigone.errors import PlanTooLarge
from antigone.model.assumptions.linkage import LinkageGroup
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile

Slot = tuple[int, int]
Bits = Mapping[Slot, int]
"""By meiosis (the child's row and slot), which of the parent's slots was copied."""
MOST_BITS = 14
"""Meioses of which either slot may have been copied (16,384 patterns, each computed at each locus)."""
_COPY = (1,)
"""The slots of a member that is one gene copy."""


def group_log_with_theta(
    pedigree: Pedigree,
    profiles: Mapping[str, Profile],
    group: LinkageGroup,
    *,
    theta: float,
    observations: Observations | None = None,
) -> float:
    """Natural log likelihood of the data at a group of linked markers, with theta above 0.

    Returns
    -------
    ``-inf`` when the data are impossible under the model.

    Raises
    ------
    ModelError
        For founder inbreeding with theta.
    PlanTooLarge
        For more than ``MOST_BITS`` meioses that matter, or when a locus is larger than the stated limits.
    """
    loci = [
        data
        for marker in group.markers
        for _, data in group_markers(pedigree, profiles, [marker], observations=observations)
    ]
    for data in loci:
        require_supported(data, theta)
    meioses = _meioses(loci)
    if len(meioses) > MOST_BITS:
        raise PlanTooLarge(
            f"linked markers with theta: {len(meioses)} meioses of which either copy may have been passed on are more "
            f"than {MOST_BITS}; take the markers as unlinked, or set theta to 0"
        )
    logs = np.full((2,) * len(meioses), -len(meioses) * np.log(2.0))
    for locus, data in enumerate(loci):
        if locus:
            logs = _switched(logs, group.rho[locus - 1])
        logs = logs + _of_patterns(data, meioses, theta)
    return float(np.logaddexp.reduce(logs, axis=None))


def _meioses(loci: Sequence[Data]) -> tuple[Slot, ...]:
    """The meioses whose bit matters, at whichever locus: all but those that are a founder's only one."""
    shape = loci[0].shape
    found = dict.fromkeys(
        (child, slot)
        for data in loci
        for child in rows_that_matter(data)
        for slot in shape.slots[child]
        if (parent := shape.parent(child, slot)) >= 0 and len(shape.slots[parent]) == 2
    )
    of_parent = Counter(shape.parent(*meiosis) for meiosis in found)
    return tuple(
        meiosis
        for meiosis in found
        if not (shape.is_founder(parent := shape.parent(*meiosis)) and of_parent[parent] == 1)
    )


def _switched(logs: Array, rho: float) -> Array:
    """One interval further: each bit stays, or switches with probability rho."""
    with np.errstate(divide="ignore"):
        stay, switch = np.log1p(-rho), np.log(rho)
    for axis in range(logs.ndim):
        logs = np.logaddexp(logs + stay, np.flip(logs, axis) + switch)
    return logs


def _of_patterns(data: Data, meioses: Sequence[Slot], theta: float) -> Array:
    """Log E(v) of one locus for every pattern; patterns that reach the same gene copies are computed once."""
    known: dict[tuple[Shape, tuple[Slot, ...]], float] = {}
    logs = np.empty((2,) * len(meioses))
    for pattern in product((0, 1), repeat=len(meioses)):
        traced = _traced(data, dict(zip(meioses, pattern, strict=True)))
        if traced is None:
            logs[pattern] = 0.0
            continue
        alike = traced.shape, tuple(slot for slot, _ in traced.overrides)
        if alike not in known:
            known[alike] = float(evaluate(traced, theta=theta)[0])
        logs[pattern] = known[alike]
    return logs


def _traced(data: Data, bits: Bits) -> Data | None:
    """The locus as a pedigree of gene copies under a pattern, parents first; None where nobody was read."""
    read = [row for row, typing in enumerate(data.typing) if typing is not Typing.UNTYPED]
    copies = dict.fromkeys(
        copy for row in read for slot in data.shape.slots[row] for copy in reversed(_line(data, (row, slot), bits))
    )
    if not copies:
        return None
    place = {copy: number for number, copy in enumerate(copies)}
    above = [place.get(_copied(data, copy, bits) or (-1, -1), -1) for copy in copies]
    whole = [tuple(place[row, slot] for slot in data.shape.slots[row]) for row in read]
    shape = Shape(
        (*(-1 for _ in copies), *(own[0] if len(own) == 2 else -1 for own in whole)),
        (*above, *(own[-1] for own in whole)),
        (*(_COPY for _ in copies), *(data.shape.slots[row] for row in read)),
        (0.0,) * (len(copies) + len(read)),
    )
    same = np.eye(data.ladder.size)[None]
    passed_by_fathers = tuple(
        ((place[copy], _COPY[0]), data.ladder.male)
        for copy in copies
        if copy[1] == PATERNAL and above[place[copy]] >= 0
    )
    read_from = tuple(
        ((len(copies) + number, slot), same) for number, row in enumerate(read) for slot in data.shape.slots[row]
    )
    rows = {row: len(copies) + number for number, row in enumerate(read)}
    unread = np.full((len(data.observed), len(copies), 2), -1, dtype=np.int64)
    return replace(
        data,
        shape=shape,
        typing=(*(Typing.UNTYPED for _ in copies), *(data.typing[row] for row in read)),
        observed=np.concatenate([unread, data.observed[:, read]], axis=1),
        open_members=(),
        overrides=(*passed_by_fathers, *read_from),
        soft=tuple((rows[row], weights) for row, weights in data.soft),
    )


def _line(data: Data, copy: Slot, bits: Bits) -> list[Slot]:
    """A gene copy and those it was copied from, the founder's last."""
    found = [copy]
    while (above := _copied(data, found[-1], bits)) is not None:
        found.append(above)
    return found


def _copied(data: Data, copy: Slot, bits: Bits) -> Slot | None:
    """The parent's slot that was copied; none for a founder's slot."""
    parent = data.shape.parent(*copy)
    if parent < 0:
        return None
    slots = data.shape.slots[parent]
    return parent, slots[bits.get(copy, 0)] if len(slots) == 2 else slots[0]
