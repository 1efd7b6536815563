"""A statement in a language: the one place where what was computed becomes words, for pages, papers and terminals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from gettext import NullTranslations
from typing import Any

from antigone.model.checks import exact_text
from antigone.model.statements.statement import Kind, Statement
from antigone.model.statements.table import FORMS
from antigone.plain_words import (
    change_text,
    count_text,
    log10_text,
    lr_text,
    plain_text,
    probability_text,
    threshold_text,
)
from antigone.report.words.language import Language, mark

ENGLISH = Language("en", NullTranslations())
AND, OR = mark("{first} and {last}"), mark("{first} or {last}")
WORDS_FOR_NUMBERS = (mark("excluded (LR 0)"), mark("infinite"), mark("impossible"))
UNKNOWN = mark("a statement of a newer version, which this one does not know: {code} ({values})")

_NUMBERS: Mapping[Kind, Callable[[Any], str]] = {
    Kind.EXACT: exact_text,
    Kind.WHOLE: str,
    Kind.COUNT: count_text,
    Kind.ROUGH: plain_text,
    Kind.THRESHOLD: threshold_text,
    Kind.LR: lr_text,
    Kind.LOG10: log10_text,
    Kind.CHANGE: change_text,
    Kind.PROBABILITY: probability_text,
    Kind.PERCENT: lambda share: f"{share:.0%}",
}


def say(statement: Statement, language: Language = ENGLISH) -> str:
    """A statement as a reader of this language reads it.

    Examples
    --------
    >>> from antigone.model.statements.method import VERY_STRONG
    >>> from antigone.report.words.language import read_language
    >>> say(VERY_STRONG(side="H1")), say(VERY_STRONG(side="H1"), read_language("es"))
    ('very strong support for H1', 'apoyo muy fuerte a H1')
    """
    form = FORMS.get(statement.code)
    if form is None:
        return language.say(UNKNOWN, code=statement.code, values=", ".join(statement.texts()))
    written = {name: _written(statement.values[name], kind, language) for name, kind in form.kinds.items()}
    if form.many:
        number = statement.values["number"]
        return language.count(form.text, form.many, number, **written)
    return language.say(form.text, **written)


def say_code(code: str, language: Language = ENGLISH) -> str:
    """A word that is kept as a word, such as a kind of evidence, as a reader of this language reads it; a text that is
    no such word, as it stands.

    >>> from antigone.report.words.language import read_language
    >>> say_code("drop-out", read_language("es")), say_code("D3S1358", read_language("es"))
    ('pérdida de alelos', 'D3S1358')
    """
    form = FORMS.get(code)
    return language.say(form.text) if form is not None and not form.kinds else code


def said(value: Any) -> Any:
    """A statement in English, and any other value as it is: what a page does with every value it shows."""
    return say(value) if isinstance(value, Statement) else value


def say_all(statements: Iterable[Statement], language: Language = ENGLISH) -> tuple[str, ...]:
    """Each statement as a reader of this language reads it."""
    return tuple(say(one, language) for one in statements)


def _written(value: Any, kind: Kind, language: Language) -> str:
    if isinstance(value, str):  # a text, or a number that an older version kept as it was written
        return value
    if kind is Kind.STATEMENT:
        return say(value, language)
    if kind in (Kind.STATEMENTS, Kind.SERIES):
        return ("; " if kind is Kind.STATEMENTS else ", ").join(say_all(value, language))
    if kind in _NUMBERS:
        return say_number(_NUMBERS[kind](value), language)
    return _names(value, kind, language)


def say_number(written: str, language: Language) -> str:
    """A number as it is written; the words that stand for one, of an infinite LR, in the language."""
    return language.say(written) if written in WORDS_FOR_NUMBERS else written


def _names(names: tuple[str, ...], kind: Kind, language: Language) -> str:
    if kind is Kind.NAMES:
        return ", ".join(names)
    if kind is Kind.QUOTED:
        return ", ".join(f"'{name}'" for name in names)
    *most, last = names
    if kind is Kind.LISTED:
        return language.say(AND, first=", ".join(most), last=last) if most else last
    return reduce(lambda first, other: language.say(OR, first=first, last=other), names)
