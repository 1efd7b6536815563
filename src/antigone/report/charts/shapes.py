"""Shapes and texts of our own pictures as SVG, without style sheet, script or addresses."""

from __future__ import annotations

from html import escape

INK = "#1d2733"
GREY = "#5a6672"


def shape(name: str, **attributes: float | str) -> str:
    """One element; numbers are written to a hundredth of a pixel."""
    written = (f'{key.replace("_", "-")}="{_value(value)}"' for key, value in attributes.items())
    return f"<{name} {' '.join(written)}/>"


def rect(x: float, y: float, width: float, height: float, fill: str) -> str:
    """A rectangle from its left upper corner."""
    return shape("rect", x=x, y=y, width=width, height=height, fill=fill)


def line(x1: float, y1: float, x2: float, y2: float, stroke: str, *, dashed: bool = False) -> str:
    """A line between two points."""
    dashes = {"stroke_width": 1.5, "stroke_dasharray": "6,4"} if dashed else {"stroke_width": 1}
    return shape("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, **dashes)


def text(x: float, y: float, words: str, *, anchor: str, fill: str = INK, bold: bool = False) -> str:
    """Words in the sans-serif font of the reader, from ``x``, around it, or up to it, on the line ``y``."""
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{_value(x)}" y="{_value(y)}" text-anchor="{anchor}" font-family="sans-serif" font-size="12px"'
        f'{weight} fill="{fill}">{escape(words)}</text>'
    )


def _value(value: float | str) -> str:
    return value if isinstance(value, str) else f"{round(value, 2) + 0.0:g}"
