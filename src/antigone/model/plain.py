"""Frozen data classes as JSON and back, by their type hints: what was read back equals what was written.

A class among several of a union is told by its name under ``"class"``. Numbers keep all their digits; an infinite one
is the string ``"inf"`` or ``"-inf"``. The order of a mapping is kept, that of a set is not.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
import types
import typing
from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from typing import Any, TypeVar, cast

from antigone.model.statements.statement import Statement

_Value = TypeVar("_Value")


def to_json(value: object) -> str:
    """A value as JSON text, in one line.

    Raises
    ------
    TypeError
        When something in it is no data class, mapping, tuple, set, date, string, number or nothing.
    """
    return json.dumps(as_plain(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def from_json(kind: type[_Value], text: str | bytes) -> _Value:
    """A value of type ``kind`` from its JSON text.

    Examples
    --------
    >>> from antigone.model.assumptions.mutation import Equal
    >>> from_json(Equal, to_json(Equal(0.1)))
    Equal(rate=0.1)
    """
    return from_plain(kind, json.loads(text))


def from_plain(kind: type[_Value], plain: Any) -> _Value:
    """A value of type ``kind`` from what JSON holds of it."""
    make: Maker = _maker(cast(Hashable, kind))
    return make(plain)


def as_plain(value: Any) -> Any:
    """A value as JSON holds it."""
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, tuple | list):
        return [as_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {_key(key): as_plain(item) for key, item in value.items()}
    names = _fields(cast(Hashable, type(value)))
    if names is not None:
        return {"class": type(value).__name__} | {name: as_plain(getattr(value, name)) for name in names}
    if isinstance(value, frozenset):
        return sorted(as_plain(item) for item in value)
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"a {type(value).__name__} has no form as a document")


@lru_cache(maxsize=256)
def _fields(kind: type[Any]) -> tuple[str, ...] | None:
    """The fields a data class is made from; ``None`` for any other type."""
    return tuple(f.name for f in dataclasses.fields(kind) if f.init) if dataclasses.is_dataclass(kind) else None


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a mapping by {type(key).__name__} has no form as a document")
    return key


Maker = Callable[[Any], Any]


@lru_cache(maxsize=256)
def _maker(kind: Any) -> Maker:
    """What makes a value of a type from plain JSON."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return _union(arguments)
    if origin is typing.Literal or kind in (str, int, bool, Any):
        return _as_it_is
    if kind is float:
        return float
    if kind is dt.date:
        return dt.date.fromisoformat
    if origin is tuple:
        return _tuple(arguments)
    if origin is frozenset:
        (item,) = map(_maker, arguments)
        return lambda plain: frozenset(map(item, plain))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        item = _maker(arguments[1])
        return lambda plain: {key: item(value) for key, value in plain.items()}
    if kind is Statement:
        return _statement
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _dataclass(kind)
    raise TypeError(f"{kind} has no form as a document")


def _as_it_is(plain: Any) -> Any:
    return plain


def _tuple(arguments: tuple[Any, ...]) -> Maker:
    makers = [_maker(argument) for argument in arguments if argument is not ...]
    if arguments[-1] is ...:
        return lambda plain: tuple(map(makers[0], plain))
    return lambda plain: tuple(make(item) for make, item in zip(makers, plain, strict=True))


def _statement(plain: Any) -> Statement:
    return Statement(plain["code"], {name: _stated(value) for name, value in plain["values"].items()})


def _stated(plain: Any) -> Any:
    """A value of a statement: a list is a tuple, and what has a code is a statement."""
    if isinstance(plain, list):
        return tuple(map(_stated, plain))
    return _statement(plain) if isinstance(plain, dict) else plain


def _union(arguments: tuple[Any, ...]) -> Maker:
    """One of several data classes, by name; or one other type, or nothing."""
    kinds = [argument for argument in arguments if argument is not types.NoneType]
    classes = [kind for kind in kinds if dataclasses.is_dataclass(kind)]
    by_name: dict[str, Maker] = {getattr(kind, "__name__", ""): _maker(cast(Hashable, kind)) for kind in classes}
    others: list[Maker] = [_maker(kind) for kind in kinds if kind not in classes]

    def make(plain: Any) -> Any:
        if plain is None:
            return None
        return by_name[plain["class"]](plain) if by_name else others[0](plain)

    return make


def _dataclass(kind: type[Any]) -> Maker:
    """The makers of the fields are found at first use, because a class may hold others of its own kind."""
    makers: dict[str, Maker] = {}

    def make(plain: Any) -> Any:
        if not makers:
            hints = typing.get_type_hints(kind)
            makers.update({f.name: _maker(hints[f.name]) for f in dataclasses.fields(kind) if f.init})
        return kind(**{name: makers[name](value) for name, value in plain.items() if name != "class"})

    return make
