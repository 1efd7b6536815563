"""A statement: a code with values. What computes says *what*; a language is found for it in ``report.words`` alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from antigone.errors import ModelError


class Kind(StrEnum):
    """What a value of a statement is, which decides how it is written for a reader."""

    TEXT = "text"
    """A code, a name of a file, words of a user: as it stands, in every language."""
    EXACT = "exact number"
    WHOLE = "whole number"
    """Written without spaces between thousands; a code of a person must not look like a count."""
    COUNT = "count"
    ROUGH = "number of two digits"
    THRESHOLD = "threshold"
    LR = "likelihood ratio, by its log10"
    LOG10 = "log10 LR"
    CHANGE = "change of a log10 LR"
    PROBABILITY = "probability"
    PERCENT = "share"
    NAMES = "names"
    """With commas between them."""
    QUOTED = "quoted names"
    LISTED = "names in a sentence"
    """With an "and" before the last."""
    EITHER = "names of which one is meant"
    """With an "or" before each but the first."""
    STATEMENT = "statement"
    STATEMENTS = "statements"
    """With semicolons between them."""
    SERIES = "short statements"
    """With commas between them."""


_TAKES: Mapping[Kind, tuple[type, ...]] = {
    Kind.TEXT: (str,),
    Kind.NAMES: (tuple,),
    Kind.QUOTED: (tuple,),
    Kind.LISTED: (tuple,),
    Kind.EITHER: (tuple,),
    Kind.STATEMENTS: (tuple,),
    Kind.SERIES: (tuple,),
}
_NUMBER = (int, float)


@dataclass(frozen=True)
class Statement:
    """What is said: the code of a form (`Form`), and a value for each of its names.

    A value is a text, a number, a statement, or a tuple of texts or statements; ``Form.kinds`` tells which.

    Examples
    --------
    >>> TEXT(text="read by hand")
    Statement(code='text', values={'text': 'read by hand'})
    """

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.code, tuple(self.values.items())))

    def texts(self) -> Iterator[str]:
        """Every text among the values, in the statements inside it too: codes, names of files, words of a user.

        >>> list(TEXT(text="F1").texts())
        ['F1']
        """
        for value in self.values.values():
            for one in value if isinstance(value, tuple) else (value,):
                if isinstance(one, Statement):
                    yield from one.texts()
                elif isinstance(one, str):
                    yield one

    def with_texts(self, change: Callable[[str], str]) -> Statement:
        """The statement with each text changed, in the statements inside it too.

        >>> TEXT(text="f1").with_texts(str.upper)
        Statement(code='text', values={'text': 'F1'})
        """
        return Statement(self.code, {name: _changed(value, change) for name, value in self.values.items()})


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, tuple):
        return tuple(_changed(one, change) for one in value)
    if isinstance(value, Statement):
        return value.with_texts(change)
    return change(value) if isinstance(value, str) else value


@dataclass(frozen=True)
class Form:
    """One thing that can be said: its code, its English sentence with the names of its values, and their kinds.

    ``many`` is the sentence for other numbers than one, where the value ``number`` decides; else nothing. The code is
    stored in files and registries, and never changes; another meaning is another code.

    Examples
    --------
    >>> FEW = counted_form("few", "one sample of {family}", "{number} samples of {family}", number=Kind.COUNT,
    ...     family=Kind.TEXT)
    >>> FEW(number=2, family="F1").values
    {'number': 2, 'family': 'F1'}
    >>> FEW(number=2)
    Traceback (most recent call last):
    ...
    antigone.errors.ModelError: statement 'few': found the values number, expected number, family
    """

    code: str
    text: str
    many: str
    kinds: Mapping[str, Kind]

    def __call__(self, **values: Any) -> Statement:
        """The statement of these values.

        Raises
        ------
        ModelError
            When a value is missing, is not of its kind, or has another name.
        """
        if values.keys() != self.kinds.keys():
            found, expected = ", ".join(values) or "none", ", ".join(self.kinds) or "none"
            raise ModelError(f"statement '{self.code}': found the values {found}, expected {expected}")
        for name, kind in self.kinds.items():
            if not isinstance(values[name], _takes(kind)):
                raise ModelError(f"statement '{self.code}': '{name}' is {values[name]!r}, expected a {kind}")
        return Statement(self.code, {name: values[name] for name in self.kinds})


def _takes(kind: Kind) -> tuple[type, ...]:
    return (Statement,) if kind is Kind.STATEMENT else _TAKES.get(kind, _NUMBER)


def form(code: str, text: str, /, **kinds: Kind) -> Form:
    """A form of one sentence, whatever its numbers."""
    return Form(code, text, "", kinds)


def counted_form(code: str, one: str, many: str, /, **kinds: Kind) -> Form:
    """A form whose sentence depends on its value ``number``."""
    return Form(code, one, many, kinds)


TEXT = form("text", "{text}", text=Kind.TEXT)
"""Words that have no form: what a user wrote, or what an older version kept as a sentence."""
