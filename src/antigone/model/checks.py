"""What a value must be at a door of the library: each check returns the value, or refuses it with what to give.

A value that may be a genotype is never written into a message.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from numbers import Real
from typing import Any, TypeVar

from antigone.errors import ModelError

Kind = TypeVar("Kind")


def shown(value: Any) -> str:
    """A value as a message quotes it: a number or a short text; anything else by its type.

    >>> shown(-0.1), shown("M"), shown([1, 2])
    ('-0.1', "'M'", 'a list')
    """
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, str):
        return f"'{value[:40]}'"
    if isinstance(value, int):
        return f"{value}" if abs(value) < 1e15 else "a number of many digits"
    if isinstance(value, Real):
        return f"{float(value):g}"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def exact_text(value: float) -> str:
    """A number as it is used, with twelve digits where it has so many: nobody states more.

    >>> exact_text(0.002), exact_text(1e-6), exact_text(0.0123456789)
    ('0.002', '1e-06', '0.0123456789')
    """
    return f"{value:.12g}"


def checked_number(value: Any, what: str, expected: str, *, holds: Callable[[float], bool]) -> float:
    """A finite number that ``holds``, as a plain ``int`` or ``float``; NumPy's scalars are numbers too.

    Raises
    ------
    ModelError
        For everything else, a truth value, NaN and infinity included.

    Examples
    --------
    >>> checked_number(0.01, "theta", "0 or more and less than 1", holds=lambda x: 0 <= x < 1)
    0.01
    """
    plain = value if type(value) in (int, float) else _as_float(value)
    try:
        good = math.isfinite(plain) and holds(plain)
    except OverflowError:  # an integer larger than any float
        good = False
    if not good:
        raise ModelError(f"{what} is {shown(value)}, expected {expected}")
    return plain


def _as_float(value: Any) -> float:
    return math.nan if isinstance(value, bool) or not isinstance(value, Real) else float(value)


def checked_probability(value: Any, what: str) -> float:
    """A number from 0 to 1."""
    return checked_number(value, what, "a probability between 0 and 1", holds=lambda x: 0 <= x <= 1)


def checked_theta(theta: Any) -> float:
    """The coancestry of a population: 0 or more and less than 1.

    >>> checked_theta(0.03)
    0.03
    """
    return checked_number(theta, "theta", "0 or more and less than 1", holds=lambda x: 0 <= x < 1)


def checked_choice(value: Any, what: str, choices: Collection[str], *, meant: Mapping[str, str] | None = None) -> str:
    """One of some words. ``meant`` says, by another spelling in small letters, which word to write.

    >>> checked_choice("X", "the chromosome", ("autosomal", "X"))
    'X'
    """
    if isinstance(value, str) and value in choices:
        return value
    spelt = value.lower() if isinstance(value, str) else str(value)
    word = (meant or {}).get(spelt) or next((choice for choice in choices if choice.lower() == spelt), None)
    remedy = f"; write '{word}'" if word else ""
    raise ModelError(f"{what} is {shown(value)}, expected {listed(choices)}{remedy}")


def listed(choices: Iterable[str]) -> str:
    """Words in quotes, the last after "or"."""
    *others, last = (f"'{choice}'" for choice in choices)
    return f"{', '.join(others)} or {last}" if others else last


def checked_code(value: Any, what: str) -> str:
    """A text that is not empty: the name of a marker, the code of a person."""
    if isinstance(value, str) and value:
        return value
    remedy = f"; write '{value}'" if isinstance(value, int) and not isinstance(value, bool) else ""
    raise ModelError(f"{what} is {shown(value)}, expected a text in quotes{remedy}")


def checked_kind(value: Any, kind: type[Kind] | tuple[type[Kind], ...], what: str, expected: str) -> Kind:
    """An object of a class of this library; ``expected`` says how to make one."""
    if not isinstance(value, kind):
        raise ModelError(f"{what} is {shown(value)}, expected {expected}")
    return value


def checked_items(value: Any, what: str, expected: str) -> tuple[Any, ...]:
    """Several things in order, as a tuple; a text or a mapping is not several things."""
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise ModelError(f"{what} is {shown(value)}, expected {expected}")
    try:
        return tuple(value)
    except TypeError:  # an array without an axis
        raise ModelError(f"{what} is {shown(value)}, expected {expected}") from None


def checked_mapping(value: Any, what: str, expected: str) -> Mapping[Any, Any]:
    """A mapping, such as a dict."""
    return checked_kind(value, Mapping, what, expected)
