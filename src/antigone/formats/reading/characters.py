"""What every reader refuses in a text: a control character anywhere, and a line break inside a code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from antigone.errors import InputError, Problem
from antigone.formats.labels.alleles import Cell
from antigone.formats.reading.findings import Findings
from antigone.model.text import unstorable_character

PRINTABLE = "text that can be printed, on one line"
REMOVE = "remove the character; typing the text anew is the surest way"


def is_plain(cells: Sequence[Cell]) -> bool:
    r"""Whether a row is plain at first sight; if not, its cells are to be looked at one by one.

    >>> is_plain(("P1", "TH01", "9.3")), is_plain(("P1", 9.3)), is_plain(("P\x001",))
    (True, False, False)
    """
    try:
        return "".join(cells).isprintable()  # type: ignore[arg-type]
    except TypeError:  # a cell of a workbook that is no text
        return False


def check_header(name: str, line: int, header: Sequence[Cell], findings: Findings) -> None:
    """Column names may stand on two lines, but hold no control character."""
    for number, cell in enumerate(header, start=1):
        if isinstance(cell, str) and (found := unstorable_character(cell, breaks=True)):
            findings.problem((name, line), f"number {number}", found, PRINTABLE, REMOVE)


def check_document(name: str, document: Any) -> None:
    """Every text of a document that was read, such as one of JSON or TOML, its keys among them.

    Raises
    ------
    InputError
        With every place that holds a character which no text may hold.
    """
    problems = [
        Problem(name, 0, place, found, PRINTABLE, REMOVE)
        for place, text, is_key in _texts(document, ())
        if (found := unstorable_character(text, breaks=not is_key))
    ]
    if problems:
        raise InputError(problems)


def _texts(value: Any, place: tuple[str, ...]) -> Iterator[tuple[str, str, bool]]:
    """Every text with its place, and whether it is a key: keys are codes, in which no line break stands."""
    if isinstance(value, str):
        yield ".".join(place)[-80:], value, False
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield ".".join((*place, "a key"))[-80:], str(key), True
            yield from _texts(item, (*place, str(key) if str(key).isprintable() else "?"))
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value, start=1):
            yield from _texts(item, (*place, str(number)))
