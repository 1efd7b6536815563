"""Values of JSON as they are meant: objects, lists, numbers and texts, or a fault at their place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from antigone.formats.reading.characters import PRINTABLE, REMOVE
from antigone.model.text import unstorable_character


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
    found = unstorable_character(cast(str, item))
    expect(not found, place, found, PRINTABLE, REMOVE)
    return cast(str, item)


def optional_text_at(item: object, place: str) -> str | None:
    """A text, or nothing for ``null``."""
    return None if item is None else text_at(item, place)
