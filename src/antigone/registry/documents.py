"""Frozen data classes as JSON and back, by their type hints: what was read back equals what was written.

A class among several of a union is told by its name under ``"class"``. Numbers keep all their digits; an infinite one
is the string ``"inf"`` or ``"-inf"``. The order of a mapping is kept, that of a set is not.

What a registry keeps is a `Document`: it says of what kind and version it is, and every version that ever was is read.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import math
import re
import types
import typing
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar, cast

from antigone.errors import StorageError

_Value = TypeVar("_Value")
Upgrade = Callable[[Any], Any]
"""From the content of one version of a document to that of the next, both plain JSON."""


def same_content(content: Any) -> Any:
    """What a document held before, unchanged."""
    return content


@dataclass(frozen=True)
class Document(Generic[_Value]):
    """One kind of document that a registry keeps, as JSON: ``{"kind": ..., "version": ..., "content": ...}``.

    Documents of version 1 (schema 0007 and older) are the content alone.

    Parameters
    ----------
    kind
        The name under which it is kept, for as long as registries are: never changed.
    holds
        The type of its content.
    upgrades
        What leads from each version to the next; its length gives the newest version. When a class or a field that
        the content is made of gets another name or meaning, one is added here, and the old versions can still be read.

    Examples
    --------
    >>> from antigone.model.mutation import Equal
    >>> rates = Document("rates", Equal)
    >>> rates.write(Equal(0.1))
    '{"kind":"rates","version":2,"content":{"class":"Equal","rate":0.1}}'
    >>> rates.read('{"class":"Equal","rate":0.1}') == rates.read(rates.write(Equal(0.1)))
    True
    """

    kind: str
    holds: type[_Value]
    upgrades: tuple[Upgrade, ...] = (same_content,)

    @property
    def version(self) -> int:
        """The newest version, which is written."""
        return 1 + len(self.upgrades)

    def write(self, value: _Value) -> str:
        """A value as the text of a document of the newest version."""
        return f'{{"kind":"{self.kind}","version":{self.version},"content":{to_json(value)}}}'

    def read(self, text: str | bytes) -> _Value:
        """The value of a document of any version.

        Raises
        ------
        StorageError
            When it is of another kind, or a newer Antigone wrote it.
        """
        found, content = self._opened(text)
        for upgrade in self.upgrades[found - 1 :]:
            content = upgrade(content)
        make: Maker = _maker(cast(Hashable, self.holds))
        return make(content)

    def is_newest(self, text: str | bytes) -> bool:
        """Whether a document has the version that is written now."""
        return self._opened(text)[0] == self.version

    def _opened(self, text: str | bytes) -> tuple[int, Any]:
        """The version of a document, and its content as plain JSON."""
        plain = json.loads(text)
        if not isinstance(plain, dict) or plain.keys() != {"kind", "version", "content"}:
            return 1, plain
        if plain["kind"] != self.kind:
            raise StorageError(f"the registry has a '{plain['kind']}' where a '{self.kind}' belongs; restore a backup")
        if plain["version"] > self.version:
            raise StorageError(
                f"a newer Antigone wrote this '{self.kind}' (version {plain['version']}; this program reads up to "
                f"{self.version}); use that version, or a newer one"
            )
        return plain["version"], plain["content"]


def to_json(value: object) -> str:
    """A value as JSON text, in one line.

    Raises
    ------
    TypeError
        When something in it is no data class, mapping, tuple, set, date, string, number or nothing.
    """
    return json.dumps(_plain(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def from_json(kind: type[_Value], text: str | bytes) -> _Value:
    """A value of type ``kind`` from its JSON text.

    Examples
    --------
    >>> from antigone.model.mutation import Equal
    >>> from_json(Equal, to_json(Equal(0.1)))
    Equal(rate=0.1)
    """
    make: Maker = _maker(cast(Hashable, kind))
    return make(json.loads(text))


def content_hash(text: str) -> str:
    """The SHA-256 of a document, by which equal content is recognised."""
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {_key(key): _plain(item) for key, item in value.items()}
    names = _fields(cast(Hashable, type(value)))
    if names is not None:
        return {"class": type(value).__name__} | {name: _plain(getattr(value, name)) for name in names}
    if isinstance(value, frozenset):
        return sorted(_plain(item) for item in value)
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
    hints = typing.get_type_hints(kind)
    makers = {f.name: _maker(hints[f.name]) for f in dataclasses.fields(kind) if f.init}
    return lambda plain: kind(**{name: makers[name](value) for name, value in plain.items() if name != "class"})


def form_of(kind: Any) -> dict[str, dict[str, str]]:
    """The form of what a document holds: every data class in it, with its fields and their types as they are written.

    Examples
    --------
    >>> from antigone.model.mutation import Equal
    >>> form_of(Equal)
    {'Equal': {'rate': 'float'}}
    """
    found: dict[str, dict[str, str]] = {}
    _collect(kind, found)
    return dict(sorted(found.items()))


def _collect(kind: Any, found: dict[str, dict[str, str]]) -> None:
    for argument in typing.get_args(kind):
        _collect(argument, found)
    if not (dataclasses.is_dataclass(kind) and isinstance(kind, type)) or kind.__name__ in found:
        return
    hints = typing.get_type_hints(kind)
    stored = {f.name: hints[f.name] for f in dataclasses.fields(kind) if f.init}
    found[kind.__name__] = {name: _spelled(hint) for name, hint in stored.items()}
    for hint in stored.values():
        _collect(hint, found)


def _spelled(hint: Any) -> str:
    """A type without the modules it comes from, which may move."""
    text = hint.__name__ if isinstance(hint, type) and not typing.get_args(hint) else str(hint)
    return re.sub(r"(?:\w+\.)+(?=\w)", "", text)
