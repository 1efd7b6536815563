"""At which meiosis a mutation probably happened, and how many steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from antigone.engine.arrays import Array
from antigone.engine.mutation.matrices import allele_length
from antigone.engine.sums.factors import PATERNAL, Data
from antigone.engine.sums.likelihood import evaluate, group_markers
from antigone.engine.sums.pruning import prune
from antigone.engine.sums.soft import Observations
from antigone.model.assumptions.choices import NAMED_MUTATION
from antigone.model.assumptions.marker import Marker
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile
from antigone.model.results.search import MarkerMutation, MutationStep

Slot = tuple[int, int]


def locate_mutations(
    pedigree: Pedigree,
    profiles: Mapping[str, Profile],
    marker: Marker,
    *,
    theta: float = 0.0,
    observations: Observations | None = None,
) -> MarkerMutation:
    """The meioses at which a mutation is probable, given the data, most probable first.

    P(mutation at a meiosis | data) is 1 minus the share of the likelihood that remains when that meiosis
    alone cannot mutate. The number of steps is the most probable one, given a mutation there. Nothing is
    named when the data are impossible even with mutation.

    Examples
    --------
    >>> from antigone.model.assumptions.mutation import Stepwise
    >>> duo = Pedigree.of(("F", "male"), ("C", "male", "F", None))
    >>> typed = {"F": Profile("f", {"M": ("10", "10")}), "C": Profile("c", {"M": ("11", "11")})}
    >>> ladder = Marker("M", ("9", "10", "11"), (0.2, 0.5, 0.3), Stepwise(0.001), Stepwise(0.002))
    >>> locate_mutations(duo, typed, ladder).steps
    (MutationStep(parent='F', child='C', steps=1.0, probability=1.0),)
    """
    [(_, data)] = group_markers(pedigree, profiles, [marker], observations=observations)
    ids = [member.id for member in pedigree.parents_first]
    kept = _rows_kept(data)
    data = prune(data)
    names = [ids[row] for row in kept]
    total = float(evaluate(data, theta=theta)[0])
    meioses = [(m, s) for m, slots in enumerate(data.shape.slots) for s in slots if data.shape.parent(m, s) >= 0]
    if total == -np.inf or not meioses:
        return MarkerMutation(marker.name, ())
    probability = 1 - np.exp(_log_without(data, meioses, theta) - total)
    steps = [
        MutationStep(
            names[data.shape.parent(*meiosis)], names[meiosis[0]], _likely_steps(data, meiosis, marker, theta), float(p)
        )
        for meiosis, p in zip(meioses, probability, strict=True)
        if p >= NAMED_MUTATION
    ]
    return MarkerMutation(marker.name, tuple(sorted(steps, key=lambda step: -step.probability)))


def _rows_kept(data: Data) -> list[int]:
    """The rows of a batch that pruning keeps, found by marking each row with its number."""
    members = len(data.typing)
    marked = replace(data, observed=np.repeat(np.arange(members)[None, :, None], 2, axis=2))
    return [int(row) for row in prune(marked).observed[0, :, 0]]


def _usual_matrix(data: Data, meiosis: Slot) -> Array:
    return (data.ladder.male if meiosis[1] == PATERNAL else data.ladder.female)[0]


def _repeated(data: Data, times: int) -> Data:
    return replace(data, observed=np.repeat(data.observed, times, axis=0))


def _log_without(data: Data, meioses: Sequence[Slot], theta: float) -> Array:
    """The log likelihood when one meiosis cannot mutate, for each of ``meioses``."""
    overrides = []
    for number, meiosis in enumerate(meioses):
        matrix = _usual_matrix(data, meiosis)
        each = np.repeat(matrix[None], len(meioses), axis=0)
        each[number] = np.diag(np.diag(matrix))
        overrides.append((meiosis, each))
    return evaluate(replace(_repeated(data, len(meioses)), overrides=tuple(overrides)), theta=theta)


def _likely_steps(data: Data, meiosis: Slot, marker: Marker, theta: float) -> float | None:
    """The most probable signed difference in length, child minus parent, given a mutation at the meiosis."""
    lengths = [allele_length(allele) for allele in marker.alleles]
    numeric = [length for length in lengths if length is not None]
    if len(numeric) != len(lengths):
        return None
    x = np.array(numeric + [np.nan] * (data.ladder.size - len(numeric)))
    change = np.round(x[None, :] - x[:, None], 6)
    sizes = np.unique(change[np.isfinite(change) & (change != 0)])
    matrix = _usual_matrix(data, meiosis)
    only = np.where(change[None] == sizes[:, None, None], matrix[None], 0.0)
    logs = evaluate(replace(_repeated(data, len(sizes)), overrides=((meiosis, only),)), theta=theta)
    return float(sizes[np.argmax(logs)])
