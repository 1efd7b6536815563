"""Drawings for pages; the last ones are kept in memory, because a page is looked at more than once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from markupsafe import Markup

from antigone.model.pedigree import Pedigree
from antigone.report.pedigree.svg import Mark, draw_key, draw_pedigree

DRAWINGS_KEPT = 32


def drawing_keys() -> dict[str, Markup]:
    """The marked symbols that a drawing needs to be understood."""
    marks = {
        "sample": Mark(gave_sample=True),
        "missing": Mark(missing=True),
        "placed": Mark(missing=True, unidentified=""),
    }
    return {name: Markup(draw_key(mark)) for name, mark in marks.items()}  # noqa: S704 - our own SVG, escaped there


def drawing(pedigree: Pedigree, marks: Mapping[str, Mark], *, title: str, chosen: str = "") -> Markup:
    """A pedigree as `draw_pedigree` draws it for an editor: every symbol carries its member's code."""
    return _drawn(pedigree, frozenset(marks.items()), title, chosen)


@lru_cache(maxsize=DRAWINGS_KEPT)
def _drawn(pedigree: Pedigree, marks: frozenset[tuple[str, Mark]], title: str, chosen: str) -> Markup:
    drawn = draw_pedigree(pedigree, marks=dict(marks), title=title, chosen=chosen)
    return Markup(drawn)  # noqa: S704 - our own SVG, escaped there
