"""What a registry keeps is a `Document`: it says of what kind and version it is, and every version that ever was is
read. Its content is a frozen data class as JSON (``model.plain``).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from antigone.errors import StorageError
from antigone.model.plain import from_plain, to_json

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
    >>> from antigone.model.assumptions.mutation import Equal
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
        return from_plain(self.holds, content)

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


def content_hash(text: str) -> str:
    """The SHA-256 of a document, by which equal content is recognised."""
    return hashlib.sha256(text.encode()).hexdigest()


def form_of(kind: Any) -> dict[str, dict[str, str]]:
    """The form of what a document holds: every data class in it, with its fields and their types as they are written.

    Examples
    --------
    >>> from antigone.model.assumptions.mutation import Equal
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
