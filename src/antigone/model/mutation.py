"""Mutation models as specifications: what was assumed, not yet a matrix.

``engine.mutation.transition_matrix`` turns a specification and a ladder of alleles into a matrix.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class NoMutation:
    """Every allele is passed on unchanged."""


@dataclass(frozen=True)
class Equal:
    """An allele mutates with probability ``rate`` per meiosis, to every other allele alike."""

    rate: float


@dataclass(frozen=True)
class Proportional:
    """A mutation ends in an allele with probability proportional to its frequency."""

    rate: float


@dataclass(frozen=True)
class Stepwise:
    """Steps within a microvariant class at ``rate``, weighted by ``range`` to the size of the step;
    a change of class at ``rate2``."""

    rate: float
    rate2: float = 0.0
    range: float = 0.1


@dataclass(frozen=True)
class OneStep:
    """Single steps up or down the ladder of whole-number alleles."""

    rate: float


@dataclass(frozen=True)
class Dawid:
    """The stationary, reversible stepwise model of Dawid et al., by position in the ladder."""

    rate: float
    range: float = 0.1


@dataclass(frozen=True)
class Custom:
    """A matrix given by the user: rows are the parent's allele, columns the allele passed on."""

    matrix: tuple[tuple[float, ...], ...]


BaseModel = NoMutation | Equal | Proportional | Stepwise | OneStep | Dawid | Custom


@dataclass(frozen=True)
class Transformed:
    """A model made stationary (PM) or reversible (MH, BA, PR); ``keep_rate`` restores the overall rate."""

    model: BaseModel
    transform: Literal["PM", "MH", "BA", "PR"]
    keep_rate: bool = True


MutationModel = BaseModel | Transformed
