"""What the API answers, each as a model that the OpenAPI description shows: codes, counts, dates and states.

The views of the actions are data classes; `model_of` makes the model of one. A number that is not finite, which JSON
cannot hold, is the word "inf", "-inf" or "nan", as in results.json.
"""

from __future__ import annotations

import math
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema, create_model

from antigone.model.pedigree import Individual
from antigone.model.results.search import SearchResult
from antigone.model.statements.statement import Statement
from antigone.report.tables.files import plain_value
from antigone.report.tables.genotypes import GenotypeTable, genotype_table
from antigone.team import views
from antigone.team.incidents.pedigrees import pedigree_version
from antigone.web.jobs.jobs import Job, JobState


def finite_or_word(value: float) -> float | str:
    """A number as JSON can hold it.

    >>> finite_or_word(2.5), finite_or_word(float("-inf"))
    (2.5, '-inf')
    """
    return value if math.isfinite(value) else str(value)


Real = Annotated[
    float,
    PlainSerializer(finite_or_word, when_used="json"),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"enum": ["inf", "-inf", "nan"]}]}),
]
_OF_VIEWS = ConfigDict(from_attributes=True)
_HIDDEN: Mapping[type, frozenset[str]] = {SearchResult: frozenset({"candidates", "pairs"})}
"""What a run does not keep with its result."""


class StatementShown(BaseModel):
    """What is said: its words in English, and the code and the values that they are made of."""

    text: str
    code: str
    values: dict[str, Any]


Said = Annotated[StatementShown, BeforeValidator(plain_value)]


@cache
def model_of(kind: Any) -> type[BaseModel]:
    """The model of a data class, with its docstring, and its fields but those that are never answered. That of
    ``Page[FamilyLine]`` is called ``FamilyPage``."""
    cls, lines = typing.get_origin(kind) or kind, typing.get_args(kind)
    hints, hidden = typing.get_type_hints(cls), _HIDDEN.get(cls, frozenset())
    if lines:
        hints["rows"] = tuple[lines[0], ...]  # type: ignore[valid-type]
    own: dict[str, Any] = {
        f.name: (_answered(hints[f.name]), ...) for f in fields(cls) if f.init and f.name not in hidden
    }
    name = lines[0].__name__.removesuffix("Line") + "Page" if lines else cls.__name__
    return create_model(name, __config__=_OF_VIEWS, __doc__=cls.__doc__, **own)


def _answered(hint: Any) -> Any:
    """A type with numbers that may be words, and models in the place of data classes."""
    if hint is float:
        return Real
    if hint is Statement:
        return Said
    if isinstance(hint, type) and is_dataclass(hint):
        return model_of(hint)
    origin: Any = typing.get_origin(hint)
    arguments = tuple(map(_answered, typing.get_args(hint)))
    if origin in (typing.Union, types.UnionType):
        return typing.Union[arguments]  # noqa: UP007 - the arguments are known only here
    if origin is tuple:
        return tuple.__class_getitem__(arguments)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return dict.__class_getitem__(arguments)
    return hint


@dataclass(frozen=True)
class FamilyShown:
    """A family: its declared members with their parents, who is missing, and its donors with their consents.
    ``version`` is another text whenever anything declared is; ``sought`` says how the question of each missing member
    stands, ``alive`` whether they were reported found alive.
    """

    incident: str
    code: str
    members: tuple[Individual, ...]
    missing: tuple[str, ...]
    donors: tuple[views.DonorLine, ...]
    version: str
    sought: tuple[views.MissingLine, ...]
    alive: tuple[views.AliveView, ...]


@dataclass(frozen=True)
class RunShown:
    """A run and its result without candidates; no result while it runs, or when it did not finish."""

    line: views.RunLine
    result: SearchResult | None


@dataclass(frozen=True)
class JobShown:
    """A search or a joint solution that was asked for: how far it is, and the number of its run once it began."""

    id: str
    incident: str
    state: JobState
    run: int | None
    step: str
    done: int
    of: int
    words: str


@dataclass(frozen=True)
class NewToken:
    """A token, shown this once and kept nowhere."""

    token: str


@dataclass(frozen=True)
class Revoked:
    """How many tokens were revoked."""

    count: int


def shown_family(view: views.FamilyView) -> FamilyShown:
    """A family as the API answers it."""
    version = pedigree_version(view.pedigree, view.missing)
    members = view.pedigree.individuals
    return FamilyShown(view.incident, view.code, members, view.missing, view.donors, version, view.sought, view.alive)


@dataclass(frozen=True)
class GenotypesShown:
    """The genotypes behind a candidate, as far as the user of the token may see them.

    ``table`` is null while ``closed`` says why. ``shown`` are the relatives whose genotypes those see who review it;
    null while nothing was chosen. ``chooses``: whether the user is the geneticist who ran the search, who sees all.
    ``took_no_part`` names references that do not fit, to that geneticist alone.
    """

    line: views.CandidateLine
    incident: str
    closed: str
    table: GenotypeTable | None
    shown: tuple[str, ...] | None
    chooses: bool
    took_no_part: tuple[str, ...]


def shown_genotypes(view: views.GenotypesView) -> GenotypesShown:
    """Genotypes as the API answers them."""
    made = view.material
    table = genotype_table(made.view.candidate, made.family, made.person) if made and made.view.candidate else None
    return GenotypesShown(view.line, view.incident, view.closed, table, view.shown, view.chooses, view.took_no_part)


def shown_job(job: Job) -> JobShown:
    """A search or a joint solution as the API answers it."""
    return JobShown(**{f.name: getattr(job, f.name) for f in fields(JobShown)})
