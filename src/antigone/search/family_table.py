"""Ask each family once: the log LR of every genotype its missing member may have, marker by marker.

For one missing person and one marker, one elimination with the missing person's genotype left open gives
P(genotype | references) for every genotype at once, with mutation and theta inside. Against the probability
of the same genotype in an unrelated person, that is a table; a pair's LR is then a look-up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from antigone.engine.factors import Data, Shape, Typing
from antigone.engine.ladder import Ladder
from antigone.engine.likelihood import evaluate
from antigone.engine.population import genotype_log_probability
from antigone.errors import ModelError
from antigone.model.marker import Marker
from antigone.model.observation import AS_READ
from antigone.model.pedigree import Pedigree, Sex
from antigone.model.profile import Profile
from antigone.search.coding import Reader
from antigone.search.encoding import Question, batches

__all__ = ["AS_READ", "Target", "log_lr_tables"]
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


def log_lr_tables(
    targets: Sequence[Target],
    markers: Sequence[Marker],
    *,
    theta: float = 0.0,
    readers: Sequence[Reader] | None = None,
) -> list[Array]:
    """For each marker, the natural log LR of every code for every target, shape ``(targets, codes)``.

    LR(g) = P(g | references) / P(g in an unrelated person), H1 over H2. With theta above 0 the unrelated
    person's alleles come from the same urn as the family's founders. ``readers`` say what the codes of each marker
    are when samples may have lost or gained alleles (``search.coding``); without them a code is a genotype as it was
    read. The last code (untyped) is 0. A row of ``nan`` marks references that are impossible together under the model.

    Families of the same shape and typing are computed in one batch.
    """
    questions = [Question(t.pedigree, t.references, t.missing) for t in targets]
    readers = readers or [Reader(marker) for marker in markers]
    tables = [np.zeros((len(targets), reader.untyped + 1)) for reader in readers]
    for m, rows, data in batches(questions, markers):
        single, reader = _is_hemizygous(data), readers[m]
        h1 = evaluate(data, theta=theta)
        references, h2 = _unrelated(data, data.ladder, h1, theta)
        with np.errstate(invalid="ignore"):
            apart = references + reader.logs_of_codes(h2, hemizygous=single)
            part = _ratio(reader.logs_of_codes(h1, hemizygous=single), apart)
        part[np.isneginf(h1).all(axis=1)] = np.nan
        part[:, -1] = 0.0
        tables[m][rows] = part
    return tables


def _is_hemizygous(data: Data) -> bool:
    """Whether the open member has one allele: a male, at a marker on the X chromosome."""
    return len(data.shape.slots[data.open_members[0]]) == 1


def _ratio(h1: Array, h2: Array) -> Array:
    """h1 - h2, where an impossible numerator stays impossible."""
    return np.where(np.isneginf(h1), -np.inf, h1 - h2)


def _unrelated(data: Data, ladder: Ladder, h1: Array, theta: float) -> tuple[Array, Array]:
    """Log P(references), shape ``(items, 1)``, and log P(genotype of an unrelated person | references).

    Without theta the second is the same for all items, and has one row; with theta the first is within the second.
    """
    if theta == 0.0:
        alone = genotype_log_probability(ladder, hemizygous=_is_hemizygous(data))
        return np.logaddexp.reduce(h1, axis=1, keepdims=True), alone
    stranger = len(data.typing)
    shape = Shape(
        (*data.shape.father, -1),
        (*data.shape.mother, -1),
        (*data.shape.slots, data.shape.slots[data.open_members[0]]),
        (*data.shape.inbreeding, 0.0),
    )
    blank = np.full((len(data.observed), 1, 2), -1, dtype=np.int64)
    observed = np.concatenate([data.observed, blank], axis=1)
    apart = replace(
        data, shape=shape, typing=(*data.typing, Typing.UNTYPED), observed=observed, open_members=(stranger,)
    )
    return np.zeros((len(h1), 1)), evaluate(apart, theta=theta)
