"""What a terminal is given: words, and never an order to it.

Comments, purposes and codes come from others, such as a browser or another institution's file. A character that a
terminal obeys could hide a line of a review, or write another one over it.
"""

from __future__ import annotations

import codecs
import os
import re
import sys
import unicodedata
from typing import Any

from rich.console import Console
from rich.text import Text

WIDE = 140
"""Columns of a file or pipe, where no terminal sets a limit."""
CONTROL_CHARACTERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters but tab and end of line, and those that change the order in which letters are shown."""


def plain(text: str) -> str:
    r"""A text with every character that a terminal would obey made visible.

    >>> plain("confirmed\x1b[2K by dan")
    'confirmed�[2K by dan'
    """
    return CONTROL_CHARACTERS.sub("\N{REPLACEMENT CHARACTER}", text)


REPLACEMENTS = {
    "\N{MINUS SIGN}": "-", "\N{EN DASH}": "-", "\N{EM DASH}": "-", "\N{HORIZONTAL ELLIPSIS}": "...",
    "\N{MULTIPLICATION SIGN}": "x", "\N{MIDDLE DOT}": "-", "\N{BULLET}": "*", "\N{RIGHTWARDS ARROW}": "->",
    "\N{LESS-THAN OR EQUAL TO}": "<=", "\N{GREATER-THAN OR EQUAL TO}": ">=", "\N{ALMOST EQUAL TO}": "~",
    "\N{LEFT SINGLE QUOTATION MARK}": "'", "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT DOUBLE QUOTATION MARK}": '"', "\N{RIGHT DOUBLE QUOTATION MARK}": '"', "\N{NO-BREAK SPACE}": " ",
}  # fmt: skip
"""What stands in the place of a letter that a terminal of few letters has not."""


def write_with_any_letters() -> None:
    """Let no letter that a terminal has not end a command: it is written as near to it as the terminal can."""
    codecs.register_error("antigone", _nearest)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="antigone")


def _nearest(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    return "".join(_in_ascii(letter) for letter in letters), error.end


def _in_ascii(letter: str) -> str:
    """A letter without its accent, or a sign like it.

    >>> _in_ascii("é"), _in_ascii("\N{MINUS SIGN}"), _in_ascii("\N{CHECK MARK}")
    ('e', '-', '?')
    """
    if letter in REPLACEMENTS:
        return REPLACEMENTS[letter]
    plainest = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return plainest or "?"


class PlainConsole(Console):
    """A console whose texts, also those in the cells of tables, are `plain`."""

    def render_str(self, text: str, **options: Any) -> Text:
        """A text as it is shown."""
        return super().render_str(plain(text), **options)


def words_console() -> Console:
    """Words as they are: codes may hold brackets or colons, which Rich would otherwise read as markup."""
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else WIDE
    return PlainConsole(markup=False, emoji=False, highlight=False, soft_wrap=True, width=width)
