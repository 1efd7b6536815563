"""Ask each family once: the log LR of every genotype its missing member may have, marker by marker.

For one missing person and one marker, one elimination with the missing person's genotype left open gives
P(genotype | references) for every genotype at once, with mutation and theta inside. Against the probability
of the same genotype in an unrelated person, that is a table; a pair's LR is then a look-up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from antigone.engine.factors import Data, Shape, Typing, shape_of
from antigone.engine.ladder import Ladder, stack_markers
from antigone.engine.likelihood import encode, evaluate
from antigone.engine.population import genotype_log_probability
from antigone.errors import ModelError
from antigone.model.marker import Marker
from antigone.model.pedigree import Individual, Pedigree, Sex
from antigone.model.profile import Profile
from antigone.search.codes import fold_to_codes

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Target:
    """One missing person and the references that may be used for them.

    ``references`` are the profiles of consenting donors, by member. The other missing members of the family
    are untyped here.
    """

    family: str
    missing: str
    pedigree: Pedigree
    references: Mapping[str, Profile]

    def __post_init__(self) -> None:
        if self.missing in self.references:
            raise ModelError(f"family {self.family}: the missing person '{self.missing}' cannot be a reference")

    @property
    def sex(self) -> Sex:
        return self.pedigree[self.missing].sex

    @cached_property
    def ordered(self) -> tuple[Shape, tuple[str, ...]]:
        """The pedigree as numbers in an order that families of the same shape share."""
        pedigree = self.pedigree.without_untyped_leaves({self.missing, *self.references})
        return shape_of(_canonical(pedigree, self.missing, self.references), on_x=False)


def _canonical(pedigree: Pedigree, missing: str, references: Mapping[str, Profile]) -> Pedigree:
    """Reorder members by their place in the pedigree, found by refining colours from their relatives'."""
    colour: dict[str | None, str] = {None: "-"}
    colour |= {m.id: f"{m.id == missing}{m.id in references}{m.founder_inbreeding}" for m in pedigree}
    for _ in range(len(pedigree)):
        signature = {
            m.id: repr(
                (
                    colour[m.id],
                    colour[m.father],
                    colour[m.mother],
                    sorted(colour[child] for child in pedigree.children[m.id]),
                )
            )
            for m in pedigree
        }
        rank = {text: f"{number:04d}" for number, text in enumerate(sorted(set(signature.values())))}
        settled = len(rank) == len({colour[m.id] for m in pedigree})
        colour |= {member: rank[text] for member, text in signature.items()}
        if settled:
            break
    return Pedigree(tuple(sorted(pedigree, key=lambda m: colour[m.id])))


def log_lr_tables(targets: Sequence[Target], markers: Sequence[Marker], *, theta: float = 0.0) -> list[Array]:
    """For each marker, the natural log LR of every code for every target, shape ``(targets, codes)``.

    LR(g) = P(g | references) / P(g in an unrelated person), H1 over H2. With theta above 0 the unrelated
    person's alleles come from the same urn as the family's founders. The last code (untyped) is 0. A row of
    ``nan`` marks references that are impossible together under the model.

    Families of the same shape and typing are computed in one batch.
    """
    return [_marker_table(targets, marker, theta) for marker in markers]


def _marker_table(targets: Sequence[Target], marker: Marker, theta: float) -> Array:
    ladder = stack_markers([marker])
    visible = len(marker.alleles)
    table: Array | None = None
    for rows, data in _batches(targets, marker, ladder):
        h1 = evaluate(data, theta=theta)
        h2 = _unrelated(data, ladder, h1, theta)
        with np.errstate(invalid="ignore"):
            part = _ratio(fold_to_codes(h1, visible), fold_to_codes(h2, visible))
        part[np.isneginf(h1).all(axis=1), :-1] = np.nan
        if table is None:
            table = np.zeros((len(targets), part.shape[1]))
        table[rows] = part
    assert table is not None  # noqa: S101  (a search has at least one target)
    return table


def _ratio(h1: Array, h2: Array) -> Array:
    """h1 - h2, where an impossible numerator stays impossible."""
    return np.where(np.isneginf(h1), -np.inf, h1 - h2)


def _batches(targets: Sequence[Target], marker: Marker, ladder: Ladder) -> list[tuple[list[int], Data]]:
    groups: dict[tuple[Any, ...], list[tuple[int, Any]]] = {}
    for number, target in enumerate(targets):
        shape, ids = target.ordered
        typing, observed = encode(ids, target.references, marker, hemizygous=[False] * len(ids))
        key = (shape, typing, ids.index(target.missing))
        groups.setdefault(key, []).append((number, observed))
    return [
        ([number for number, _ in rows], Data(shape, ladder, typing, np.stack([o for _, o in rows]), (missing,)))
        for (shape, typing, missing), rows in groups.items()
    ]


def _unrelated(data: Data, ladder: Ladder, h1: Array, theta: float) -> Array:
    """Log P(references, genotype of an unrelated person) for every genotype."""
    if theta == 0.0:
        return np.logaddexp.reduce(h1, axis=1, keepdims=True) + genotype_log_probability(ladder)
    stranger = len(data.typing)
    shape = Shape(
        (*data.shape.father, -1), (*data.shape.mother, -1), (*data.shape.slots, (0, 1)), (*data.shape.inbreeding, 0.0)
    )
    blank = np.full((len(data.observed), 1, 2), -1, dtype=np.int64)
    observed = np.concatenate([data.observed, blank], axis=1)
    apart = replace(
        data, shape=shape, typing=(*data.typing, Typing.UNTYPED), observed=observed, open_members=(stranger,)
    )
    return evaluate(apart, theta=theta)


def unrelated_member(pedigree: Pedigree, code: str, sex: Sex = "unknown") -> Pedigree:
    """The pedigree with one more, unrelated, member."""
    return Pedigree((*pedigree, Individual(code, sex)))
