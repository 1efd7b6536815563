"""Which characters a text may hold: what XML can hold, and in a code no line break."""

from __future__ import annotations

import re

_CONTROL = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"
_NO_CHARACTER = "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
_NOT_STORABLE = re.compile(f"[{_CONTROL}{_NO_CHARACTER}]")
_BREAK = re.compile("[\t\n\r\x85\u2028\u2029]")
REPLACED = "\N{REPLACEMENT CHARACTER}"


def unstorable_character(text: str, *, breaks: bool = False) -> str:
    r"""The first character that a text may not hold, in words; empty when there is none.

    Control characters, halves of characters and what is no character: XML cannot hold them, and a drawing, a page or
    a terminal may break on them. In a code, line breaks and tabs are refused as well; with ``breaks`` they may stand.

    Examples
    --------
    >>> unstorable_character("P1"), unstorable_character("P\x1b1"), unstorable_character("P\n1")
    ('', 'a control character (U+001B)', 'a line break or tab (U+000A)')
    >>> unstorable_character("two\nlines", breaks=True)
    ''
    """
    if text.isprintable():
        return ""
    if found := _NOT_STORABLE.search(text):
        kind = "a control character" if ord(found[0]) < 0xA0 else "what is no character"
        return f"{kind} (U+{ord(found[0]):04X})"
    if not breaks and (found := _BREAK.search(text)):
        return f"a line break or tab (U+{ord(found[0]):04X})"
    return ""


def clean_text(text: str) -> str:
    r"""A text in which every character that XML cannot hold is visibly replaced.

    >>> clean_text("M\x1b3")
    'M�3'
    """
    return text if text.isprintable() else _NOT_STORABLE.sub(REPLACED, text)
