"""Documents of older versions hold English sentences where statements stand now. Each is recognised once, here, when
its document is opened or upgraded; one that follows no form is kept as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Any, cast

from antigone.model.statements.statement import TEXT, Form, Kind
from antigone.model.statements.table import FORMS

_PART = re.compile(r"\{(\w+)\}")
_BETWEEN: Mapping[Kind, re.Pattern[str]] = {
    Kind.NAMES: re.compile(", "),
    Kind.QUOTED: re.compile("', '"),
    Kind.LISTED: re.compile(", | and "),
    Kind.EITHER: re.compile(" or "),
    Kind.STATEMENTS: re.compile("; "),
    Kind.SERIES: re.compile(", "),
}
_NUMERIC = r"[\d.,e+\u202f-]+"
Plain = dict[str, Any]


def recognise(text: Any) -> Plain:
    """The statement, as plain JSON, that an English sentence was made from. Said in English it is this sentence again.

    What is a statement already stays as it is: a registry that went down to an older version and up again holds them.

    >>> recognise("very strong support for H1")
    {'class': 'Statement', 'code': 'very strong support', 'values': {'side': 'H1'}}
    >>> recognise("a sentence that follows no form")["code"]
    'text'
    """
    return _recognised(text) if isinstance(text, str) else cast(Plain, text)


@lru_cache(maxsize=4096)
def _recognised(text: str) -> Plain:
    for form, pattern in _patterns():
        found = pattern.fullmatch(text)
        if found:
            values = {name: _value(found[name], kind) for name, kind in form.kinds.items()}
            if all(map(_is_recognised, values.values())):
                return {"class": "Statement", "code": form.code, "values": values}
    return {"class": "Statement", "code": TEXT.code, "values": {"text": text}}


@cache
def _patterns() -> tuple[tuple[Form, re.Pattern[str]], ...]:
    """Every form with words of its own, those with most words first."""
    forms = [form for form in FORMS.values() if re.search(r"\w", _PART.sub("", form.text))]
    texts = [(form, text) for form in forms for text in (form.text, form.many) if text]
    ordered = sorted(texts, key=lambda one: -len(_PART.sub("", one[1])))
    return tuple((form, _pattern(form, text)) for form, text in ordered)


def _pattern(form: Form, text: str) -> re.Pattern[str]:
    seen: set[str] = set()
    return re.compile("".join(_pieces(form, text, seen)), re.DOTALL)


def _pieces(form: Form, text: str, seen: set[str]) -> Iterator[str]:
    for i, piece in enumerate(_PART.split(text)):
        if not i % 2:
            yield re.escape(piece)
        elif piece in seen:
            yield f"(?P={piece})"
        else:
            seen.add(piece)
            yield f"(?P<{piece}>{_NUMERIC if form.kinds[piece] in _PARSED else '.+?'})"


_PARSED: Mapping[Kind, Callable[[str], Any]] = {
    Kind.EXACT: float,
    Kind.WHOLE: lambda text: int(text.replace("\u202f", "").replace(",", "")),
    Kind.COUNT: lambda text: int(text.replace("\u202f", "").replace(",", "")),
}
"""Numbers of the other kinds were rounded when they were written, and are kept as they stand."""


def _value(text: str, kind: Kind) -> Any:
    if kind in _PARSED:
        return _PARSED[kind](text)
    if kind is Kind.STATEMENT:
        return recognise(text)
    if kind not in _BETWEEN:
        return text
    parts = _BETWEEN[kind].split(text.strip("'") if kind is Kind.QUOTED else text)
    return [recognise(part) for part in parts] if kind in (Kind.STATEMENTS, Kind.SERIES) else parts


def _is_recognised(value: Any) -> bool:
    """Whether every statement inside a value has a form."""
    parts = value if isinstance(value, list) else [value]
    return all(not isinstance(part, dict) or part["code"] != TEXT.code for part in parts)


def line_with_statements(content: Plain) -> Plain:
    """A line of an unidentified or a missing person."""
    return {**content, "remark": recognise(content["remark"])}


def candidate_with_statements(content: Plain) -> Plain:
    """A candidate."""
    lines = [{**line, "words": recognise(line["words"])} for line in content.get("evidence", ())]
    said = {"verbal": recognise(content["verbal"]), "doubts": _each(content.get("doubts", ())), "evidence": lines}
    return content | said


def search_answer_with_statements(content: Plain) -> Plain:
    """The answer of a search, with all in it."""
    return content | {
        "prior_reason": recognise(content["prior_reason"]),
        "assumptions": _each(content["assumptions"]),
        "notices": _each(content["notices"]),
        "candidates": [candidate_with_statements(one) for one in content["candidates"]],
        "unidentified": [line_with_statements(one) for one in content["unidentified"]],
        "families": [line_with_statements(one) for one in content["families"]],
        "provenance": _provenance(content["provenance"]),
    }


def joint_answer_with_statements(content: Plain) -> Plain:
    """A joint answer."""
    conclusions = [
        {**one, "sentences": _each(one["sentences"]), "doubts": _each(one.get("doubts", ()))}
        for one in content["conclusions"]
    ]
    return content | {
        "prior_sentence": recognise(content["prior_sentence"]),
        "assumptions": _each(content["assumptions"]),
        "notices": _each(content["notices"]),
        "conclusions": conclusions,
        "families": [{**one, "sentences": _each(one["sentences"])} for one in content["families"]],
        "provenance": _provenance(content["provenance"]),
    }


def joint_person_with_statements(content: Plain) -> Plain:
    """What a joint answer says of one person."""
    return {**content, "prior_sentence": recognise(content["prior_sentence"])}


def notices_with_statements(content: list[str]) -> list[Plain]:
    """What the readers of an incident's files said."""
    return _each(content)


def _each(sentences: Any) -> list[Plain]:
    return [recognise(one) for one in sentences]


def _provenance(content: Plain) -> Plain:
    """The settings were words by name."""
    if not isinstance(content["settings"], dict):
        return content
    settings = [{"choice": recognise(name), "value": recognise(value)} for name, value in content["settings"].items()]
    return {**content, "settings": settings}
