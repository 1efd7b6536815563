"""Mutation models as specifications: what was assumed, not yet a matrix.

``engine.mutation.transition_matrix`` turns a specification and a ladder of alleles into a matrix. Whatever else depends
on the model is said in its class: readers, checks and sensitivity ask it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, replace
from types import MappingProxyType
from typing import Any, ClassVar, Literal, Self, cast, get_args

from antigone.errors import ModelError
from antigone.model.checks import checked_choice, checked_items, checked_kind, checked_number

Transform = Literal["PM", "MH", "BA", "PR"]
TRANSFORMS: tuple[Transform, ...] = get_args(Transform)
_ROUNDING = 1e-9
"""How far the sum of a row may be from 1."""


def _keep(model: object, **values: Any) -> None:
    """Store checked values in a frozen object."""
    for name, value in values.items():
        object.__setattr__(model, name, value)


def _rate(model: object, rate: Any, name: str = "rate") -> float:
    what = f"{type(model).__name__.lower()} mutation model: the {name}"
    return checked_number(rate, what, "a probability between 0 and 1, such as 0.002", holds=lambda x: 0 <= x <= 1)


def _range(model: object, value: Any, expected: str, *, below: float) -> float:
    what = f"{type(model).__name__.lower()} mutation model: the range"
    return checked_number(value, what, f"{expected}, such as 0.1", holds=lambda x: 0 < x < below)


@dataclass(frozen=True)
class _Model:
    """What every model says of itself: ``name`` in files; with ``counts_repeats`` it needs alleles that are numbers."""

    name: ClassVar[str]
    counts_repeats: ClassVar[bool] = False

    def scaled(self, factor: float) -> Self:
        """The same model with every mutation rate multiplied by ``factor``.

        >>> Stepwise(0.002, 1e-6).scaled(0.5)
        Stepwise(rate=0.001, rate2=5e-07, range=0.1)
        """
        rates = [field.name for field in fields(self) if field.name.startswith("rate")]
        return replace(self, **{name: factor * getattr(self, name) for name in rates})


@dataclass(frozen=True)
class NoMutation(_Model):
    """Every allele is passed on unchanged."""

    name: ClassVar[str] = "none"


@dataclass(frozen=True)
class Equal(_Model):
    """An allele mutates with probability ``rate`` per meiosis, to every other allele alike."""

    name: ClassVar[str] = "equal"
    rate: float

    def __post_init__(self) -> None:
        _keep(self, rate=_rate(self, self.rate))


@dataclass(frozen=True)
class Proportional(_Model):
    """A mutation ends in an allele with probability proportional to its frequency."""

    name: ClassVar[str] = "proportional"
    rate: float

    def __post_init__(self) -> None:
        _keep(self, rate=_rate(self, self.rate))


@dataclass(frozen=True)
class Stepwise(_Model):
    """Steps within a microvariant class at ``rate``, weighted by ``range`` to the size of the step;
    a change of class at ``rate2``."""

    name: ClassVar[str] = "stepwise"
    counts_repeats: ClassVar[bool] = True
    rate: float
    rate2: float = 0.0
    range: float = 0.1

    def __post_init__(self) -> None:
        rate, rate2 = _rate(self, self.rate), _rate(self, self.rate2, "rate2")
        if rate + rate2 > 1:
            raise ModelError(
                f"stepwise mutation model: rate {rate:g} and rate2 {rate2:g} sum to more than 1; lower them"
            )
        _keep(self, rate=rate, rate2=rate2, range=_range(self, self.range, "a number above 0", below=float("inf")))


@dataclass(frozen=True)
class OneStep(_Model):
    """Single steps up or down the ladder of whole-number alleles."""

    name: ClassVar[str] = "onestep"
    counts_repeats: ClassVar[bool] = True
    rate: float

    def __post_init__(self) -> None:
        _keep(self, rate=_rate(self, self.rate))


@dataclass(frozen=True)
class Dawid(_Model):
    """The stationary, reversible stepwise model of Dawid et al., by position in the ladder."""

    name: ClassVar[str] = "dawid"
    counts_repeats: ClassVar[bool] = True
    rate: float
    range: float = 0.1

    def __post_init__(self) -> None:
        base = _range(self, self.range, "a number above 0 and below 1", below=1.0)
        _keep(self, rate=_rate(self, self.rate), range=base)


@dataclass(frozen=True)
class Custom(_Model):
    """A matrix given by the user: rows are the parent's allele, columns the allele passed on."""

    name: ClassVar[str] = "custom"
    matrix: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        what, expected = "custom mutation matrix", "rows of probabilities, as many rows as numbers in each"
        rows = [checked_items(row, f"{what}: a row", expected) for row in checked_items(self.matrix, what, expected)]
        if not rows or any(len(row) != len(rows) for row in rows):
            raise ModelError(f"{what}: no square of {len(rows)} rows of {len(rows)} numbers; correct the matrix")
        checked = tuple(tuple(_element(x) for x in row) for row in rows)
        off = [number for number, row in enumerate(checked, start=1) if abs(math.fsum(row) - 1) > _ROUNDING]
        if off:
            raise ModelError(
                f"{what}: row {off[0]} sums to {math.fsum(checked[off[0] - 1]):.12g}, expected 1 within 1e-9; "
                f"correct {len(off)} row(s)"
            )
        _keep(self, matrix=checked)

    def scaled(self, factor: float) -> Self:
        """The matrix with what is beside its diagonal multiplied by ``factor``."""
        rows = enumerate(self.matrix)
        scaled = tuple(tuple((i == j) + factor * (x - (i == j)) for j, x in enumerate(row)) for i, row in rows)
        return replace(self, matrix=scaled)


def _element(value: Any) -> float:
    return checked_number(value, "custom mutation matrix: an element", "a probability", holds=lambda x: x >= 0)


BaseModel = NoMutation | Equal | Proportional | Stepwise | OneStep | Dawid | Custom
BASE_MODELS: tuple[type[BaseModel], ...] = get_args(BaseModel)
MODELS: Mapping[str, type[BaseModel]] = MappingProxyType({model.name: model for model in BASE_MODELS})
"""Every model by its name in files: readers take the names and the parameters from here."""
_SUCH_AS = "a mutation model, such as Stepwise(rate=0.002), Equal(rate=0.002) or NoMutation()"


@dataclass(frozen=True)
class Transformed:
    """A model made stationary (PM) or reversible (MH, BA, PR); ``keep_rate`` restores the overall rate."""

    model: BaseModel
    transform: Transform
    keep_rate: bool = True

    def __post_init__(self) -> None:
        checked_kind(self.model, BASE_MODELS, "the model of a transform", _SUCH_AS)
        checked_choice(self.transform, "the transform of a mutation model", TRANSFORMS)
        checked_kind(self.keep_rate, bool, "keep_rate", "True or False")

    @property
    def counts_repeats(self) -> bool:
        """Whether the model needs alleles that are numbers."""
        return self.model.counts_repeats

    def scaled(self, factor: float) -> Self:
        """The same with every mutation rate of the model multiplied by ``factor``."""
        return replace(self, model=self.model.scaled(factor))


MutationModel = BaseModel | Transformed


def checked_mutation(model: Any, what: str) -> MutationModel:
    """A mutation model of this module; anything else, such as a bare rate, is refused."""
    checked_kind(model, (*BASE_MODELS, Transformed), what, _SUCH_AS)
    return cast(MutationModel, model)


def parameters(model: type[BaseModel]) -> dict[str, bool]:
    """The parameters of a model in their order, and whether a file must give them.

    Examples
    --------
    >>> parameters(Dawid)
    {'rate': True, 'range': False}
    """
    return {field.name: field.default is MISSING for field in fields(model)}
