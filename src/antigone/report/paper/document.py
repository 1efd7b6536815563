"""From the blocks of a document to the bytes of a PDF, set by Typst.

Whatever comes from data reaches Typst as strings of one JSON file and is never read as markup. Fonts are those inside
the compiler; those of the machine help out only where a text holds letters that these lack. No package is loaded and
nothing is fetched.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from antigone.errors import InputError
from antigone.model.text import clean_text
from antigone.report.apart import EngineRefused, typeset_apart
from antigone.report.words.language import Language

STANDARDS = ["ua-1", "a-2a"]
"""Readable by everyone (PDF/UA-1, ISO 14289-1) and for decades (PDF/A-2a, ISO 19005-2)."""
FONT = "Libertinus Serif"
REPLACED = "\N{REPLACEMENT CHARACTER}"
HIDDEN = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067")
"""Letters that nobody sees and that change the order in which a code is read. The isolates that ``Language`` sets keep
the order, and are not among them."""


@dataclass(frozen=True)
class Heading:
    """A heading; one of ``level`` 1 starts a section."""

    text: str
    level: int = 1
    numbered: bool = True


@dataclass(frozen=True)
class Paragraph:
    """A paragraph in one of the few voices of a document."""

    text: str
    style: Literal["plain", "lead", "small", "note", "signed"] = "plain"


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """Names and what they stand for; ``style`` ``code`` sets hashes and commands, ``wide`` the propositions."""

    rows: tuple[tuple[str, str], ...]
    style: Literal["plain", "code", "wide"] = "plain"


@dataclass(frozen=True)
class Table:
    """A table whose first column names the rows; ``numbers`` says which columns hold numbers.

    The last ``totals`` rows are sums. ``wide`` columns share the room that the others leave.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[bool, ...]
    wide: tuple[bool, ...]
    totals: int = 0


@dataclass(frozen=True)
class Figure:
    """One drawing: SVG, what it shows for those who do not see it, its caption, and its scale where there is room."""

    svg: str
    alt: str
    caption: str
    scale: float = 1.0


@dataclass(frozen=True)
class Figures:
    """Drawings side by side where there is room, else one below the other."""

    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Signatures:
    """Room for the signatures of persons, each with the same lines."""

    labels: tuple[str, ...]
    persons: tuple[str, ...]


@dataclass(frozen=True)
class NewPage:
    """What follows begins a page."""


@dataclass(frozen=True)
class Together:
    """Blocks that no page break may part; always less than a page in all, because what hangs below a page is lost."""

    blocks: tuple[Block, ...]


Block = Heading | Paragraph | Bullets | Facts | Table | Figures | Signatures | NewPage | Together


@dataclass(frozen=True)
class Document:
    """What stands on paper.

    ``running`` is the head of every page of a report, and the sender and the reference of a letter. ``paging`` is a
    pattern with ``{page}`` and ``{pages}``, empty on a letter.
    """

    title: str
    language: Language
    day: dt.date
    blocks: tuple[Block, ...]
    form: Literal["report", "letter"] = "report"
    running: tuple[str, ...] = ()
    paging: str = ""
    foot: str = ""
    paper: Literal["a4", "us-letter"] = "a4"


def render_pdf(document: Document) -> bytes:
    """Set a document as PDF: tagged, with title, language and the date of the document.

    Returns
    -------
    bytes
        The same bytes for the same document.

    Raises
    ------
    InputError
        When a text holds letters for which this machine has no font.
    """
    return compile_document(document, form="pdf")[0]


def compile_document(document: Document, *, form: Literal["pdf", "png"]) -> list[bytes]:
    """Set a document: one PDF, or one picture of each page."""
    sources = {"main.typ": _template(), "document.json": document_json(document)}
    try:
        return _compile(sources, document, form, with_system_fonts=False)
    except EngineRefused as error:
        if not _lacks_letters(error):
            raise
    try:
        return _compile(sources, document, form, with_system_fonts=True)
    except EngineRefused as error:
        if not _lacks_letters(error):
            raise
        raise InputError(
            f"document '{clean(document.title)}': found letters that no font of this machine has, expected letters "
            "that can be printed; install a font for this script (for example Debian's fonts-noto-core)"
        ) from None


def _compile(
    sources: Mapping[str, str], document: Document, form: Literal["pdf", "png"], *, with_system_fonts: bool
) -> list[bytes]:
    midnight = dt.datetime.combine(document.day, dt.time(), dt.UTC)
    return typeset_apart(
        sources,
        format=form,
        ppi=110,
        ignore_system_fonts=not with_system_fonts,
        pdf_standards=STANDARDS if form == "pdf" else [],
        timestamp=int(midnight.timestamp()),
    )


def _lacks_letters(error: EngineRefused) -> bool:
    return "could not be displayed with" in str(error)


@cache
def _template() -> str:
    return (files("antigone.report") / "typst" / "document.typ").read_text("utf-8")


def document_json(document: Document) -> str:
    """The document as the template reads it: strings, numbers and lists, nothing that is run."""
    language, *region = document.language.code.split("-")
    content = _plain(document) | {
        "language": language,
        "region": region[0] if region else None,
        "direction": document.language.direction,
        "day": [document.day.year, document.day.month, document.day.day],
        "font": FONT,
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        skip = {"language", "day"} if isinstance(value, Document) else set()
        content = {f.name: _plain(getattr(value, f.name)) for f in fields(value) if f.name not in skip}
        return {"kind": type(value).__name__.lower()} | content
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return clean(value) if isinstance(value, str) else value


def clean(text: str) -> str:
    r"""A text without letters that cannot be seen and could mislead.

    Examples
    --------
    >>> clean("PM\u202e1\x00") == "PM\ufffd1\ufffd"
    True
    """
    return "".join(REPLACED if _is_misleading(c) else c for c in clean_text(text))


def _is_misleading(letter: str) -> bool:
    return letter in HIDDEN or (letter != "\n" and unicodedata.category(letter) in {"Cc", "Cs", "Co"})


def picture(svg: str) -> str:
    """A drawing of ours as a file of its own, with the fonts of the document.

    Our SVG carries no name space, because a page it stands in has one; a file needs it.
    """
    named = re.sub(r'font-family="[^"]*"', f'font-family="{FONT}"', svg)
    return named.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
