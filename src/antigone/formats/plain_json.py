"""JSON as it is meant: UTF-8, each key once, numbers that are numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from antigone.errors import InputError, Problem


def parse_json(name: str, content: bytes) -> Any:
    """The value that a file of JSON holds.

    Raises
    ------
    InputError
        When it is no JSON (with the line), holds a number that is none, or a key twice in one object.
    """
    try:
        return json.loads(
            content.decode("utf-8-sig"), parse_constant=_refuse_constant, object_pairs_hook=_each_key_once
        )
    except UnicodeDecodeError:
        problem = Problem(name, 0, "", "bytes that are not UTF-8", "UTF-8 text", "save the file as UTF-8")
    except json.JSONDecodeError as error:
        column = f"character {error.colno}"
        problem = Problem(name, error.lineno, column, f"no valid JSON ({error.msg})", "JSON", "correct the file")
    except _TwiceTheKey as twice:
        problem = Problem(name, 0, "", f"the key '{twice}' twice in one object", "each key once", "remove one of them")
    except (_Constant, RecursionError):
        problem = Problem(name, 0, "", "NaN, Infinity or endless nesting", "plain JSON", "correct the file")
    except ValueError:
        problem = Problem(name, 0, "", "a number of thousands of digits", "a number", "correct the file")
    raise InputError([problem])


class _Constant(ValueError):
    pass


class _TwiceTheKey(ValueError):
    pass


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise _TwiceTheKey(next(key for key in keys if keys.count(key) > 1)[:40])
    return found


def _refuse_constant(text: str) -> float:
    raise _Constant(text)


class Fault(Exception):
    """One thing wrong at one place of a case; becomes a Problem with the file's name."""

    def __init__(self, place: str, found: str, expected: str, remedy: str) -> None:
        super().__init__(place)
        self.parts = (place, found, expected, remedy)


def given(item: Mapping[str, Any], key: str, default: Any) -> Any:
    """The value of a key; ``null`` and an absent key are the default, and nothing else is."""
    value = item.get(key)
    return default if value is None else value


def named(value: object) -> str:
    """What a value of JSON is, in words.

    >>> named([]), named(7), named(None)
    ('a list', 'a number', 'null')
    """
    words = {bool: "true or false", str: "a text", list: "a list", dict: "an object", type(None): "null"}
    return words.get(type(value), "a number")


def expect(condition: bool, place: str, found: str, expected: str, remedy: str) -> None:
    """Refuse a value for which a condition does not hold."""
    if not condition:
        raise Fault(place, found, expected, remedy)


def mapping_at(item: object, place: str) -> dict[str, Any]:
    """An object, or a fault at its place."""
    expect(isinstance(item, dict), place, named(item), "an object in braces", "correct the structure")
    return cast(dict[str, Any], item)


def items_at(item: object, place: str) -> list[Any]:
    """A list, or a fault at its place."""
    expect(isinstance(item, list), place, named(item), "a list in brackets", "correct the structure")
    return cast(list[Any], item)


def number_at(item: object, place: str) -> float:
    """A finite number, or a fault at its place."""
    good = isinstance(item, int | float) and not isinstance(item, bool) and abs(item) < 1e300
    expect(good, place, named(item), "a number", "correct the value")
    return float(cast(float, item))


def numbers_at(item: object, place: str) -> dict[str, float]:
    """An object of numbers, or a fault at its place."""
    return {key: number_at(value, f"{place}.{key}") for key, value in mapping_at(item, place).items()}


def text_at(item: object, place: str) -> str:
    """A text that is not empty, or a fault at its place."""
    expect(isinstance(item, str) and item != "", place, named(item), "a text in quotes", "write a text")
    return cast(str, item)


def optional_text_at(item: object, place: str) -> str | None:
    """A text, or nothing for ``null``."""
    return None if item is None else text_at(item, place)
