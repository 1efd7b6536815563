"""JSON from outside: bounded in size and depth, every number finite, every text printable."""

from __future__ import annotations

import json
from typing import Any

from antigone.errors import InputError, Problem
from antigone.formats.reading.characters import check_document
from antigone.formats.reading.limits import LARGEST_DOCUMENT

DEEPEST_NESTING = 100
"""Lists and objects inside each other."""


class _Constant(ValueError):
    pass


def read_json(name: str, content: bytes) -> Any:
    """What a JSON file holds.

    Raises
    ------
    InputError
        When it is no JSON (with the line), not UTF-8, too large, too deep, or holds a number or text that nothing can
        hold.
    """
    if len(content) > LARGEST_DOCUMENT:
        raise _refusal(name, f"a document of {len(content)} bytes", f"at most {LARGEST_DOCUMENT}", "divide it")
    try:
        document = json.loads(
            content.decode("utf-8-sig"),
            parse_constant=_refuse,
            parse_float=_number,
            parse_int=_whole,
            object_pairs_hook=_each_key_once,
        )
    except UnicodeDecodeError:
        raise _refusal(name, "bytes that are not UTF-8", "UTF-8 text", "save the file as UTF-8") from None
    except json.JSONDecodeError as error:
        found, column = f"no valid JSON ({error.msg})", f"character {error.colno}"
        raise InputError([Problem(name, error.lineno, column, found, "JSON", "correct the file")]) from None
    except _TwiceTheKey as twice:
        found = f"the key '{twice}' twice in one object"
        raise _refusal(name, found, "each key once", "remove one of them") from None
    except (_Constant, RecursionError):
        found = "NaN, Infinity, a number of that size, or endless nesting"
        raise _refusal(name, found, "plain JSON", "correct the file") from None
    if _depth(document) > DEEPEST_NESTING:
        raise _refusal(
            name, f"more than {DEEPEST_NESTING} lists and objects in each other", "plain JSON", "correct the file"
        )
    check_document(name, document)
    return document


class _TwiceTheKey(ValueError):
    pass


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise _TwiceTheKey(next(key for key in keys if keys.count(key) > 1)[:40])
    return found


def _refuse(text: str) -> float:
    raise _Constant(text)


def _number(text: str) -> float:
    value = float(text)
    return value if abs(value) < 1e300 else _refuse(text)


def _whole(text: str) -> int:
    return int(text) if len(text) < 300 else int(_refuse(text))


def _depth(value: Any) -> int:
    """How many lists and objects stand in each other, counted until it is more than allowed."""
    level, depth = [value], 0
    while depth <= DEEPEST_NESTING:
        level = [item for one in level if isinstance(one, dict | list) for item in _items(one)]
        if not level:
            return depth
        depth += 1
    return depth


def _items(value: dict[str, Any] | list[Any]) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value


def _refusal(name: str, found: str, expected: str, remedy: str) -> InputError:
    return InputError([Problem(name, 0, "", found, expected, remedy)])
