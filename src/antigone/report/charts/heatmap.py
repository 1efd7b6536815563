"""A small matrix of probabilities as a picture: our own SVG, every cell with its number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from antigone.model.text import clean_text
from antigone.plain_words import probability_text

CELL_WIDTH, CELL_HEIGHT, GAP = 92, 26, 2
LABEL_WIDTH, LINE, LONGEST = 130, 22, 14
INK, WASH = "#1d2733", "43,92,125"
LIGHTEST, RANGE = 0.04, 0.58
"""Opacities: on the darkest cell too, the ink has the contrast of WCAG AA (4.5)."""


def draw_heatmap(
    rows: Sequence[str], columns: Sequence[str], values: Mapping[tuple[str, str], float], *, title: str
) -> str:  # fmt: skip
    """Draw probabilities by (row, column): the darker, the more probable. A missing value is drawn as 0.

    Returns one SVG element without script, style sheet, ids or addresses; the same bytes for the same input.
    """
    width = LABEL_WIDTH + len(columns) * (CELL_WIDTH + GAP)
    height = LINE + len(rows) * (CELL_HEIGHT + GAP)
    body = [f"<title>{escape(title)}</title>", f"<desc>{escape(_words(rows, columns, values))}</desc>"]
    for c, column in enumerate(columns):
        x = LABEL_WIDTH + c * (CELL_WIDTH + GAP) + CELL_WIDTH / 2
        body.append(_text(x, LINE - 7, _short(column), "middle", INK))
    for r, row in enumerate(rows):
        y = LINE + r * (CELL_HEIGHT + GAP)
        body.append(_text(LABEL_WIDTH - 8, y + CELL_HEIGHT / 2 + 4, _short(row), "end", INK))
        for c, column in enumerate(columns):
            x = LABEL_WIDTH + c * (CELL_WIDTH + GAP)
            body.append(_cell(x, y, values.get((row, column), 0.0)))
    box = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    inside = clean_text("".join(body))
    return f'<svg class="heatmap" {box} role="img" font-family="sans-serif" font-size="12">{inside}</svg>'


def _cell(x: float, y: float, value: float) -> str:
    fill = f'fill="rgba({WASH},{LIGHTEST + RANGE * value:.3f})"'
    place = f'x="{x:g}" y="{y:g}" width="{CELL_WIDTH}" height="{CELL_HEIGHT}"'
    number = _text(x + CELL_WIDTH / 2, y + CELL_HEIGHT / 2 + 4, probability_text(value), "middle", INK)
    return f"<rect {place} {fill}/>{number}"


def _text(x: float, y: float, text: str, anchor: str, colour: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'


def _short(code: str) -> str:
    return code if len(code) <= LONGEST else code[: LONGEST - 1] + "…"


def _words(rows: Sequence[str], columns: Sequence[str], values: Mapping[tuple[str, str], float]) -> str:
    listed = [
        f"{row} as {column}: {probability_text(values[row, column])}"
        for row in rows
        for column in columns
        if values.get((row, column), 0.0) > 0
    ]
    return "; ".join(listed) or "No pairing has a probability above 0."
