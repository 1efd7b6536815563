"""A QR code as a picture of our own: the secret of a device never leaves this process to be drawn."""

from __future__ import annotations

from html import escape
from itertools import groupby

import segno
from markupsafe import Markup

QUIET_ZONE = 4
"""Light modules around the code (ISO/IEC 18004)."""
PIXELS = 5
"""Of a module on the screen: a whole number, so that all are of one size and a camera reads them at once."""


def qr_code(text: str, *, title: str) -> Markup:
    """Draw a text as a QR code: one SVG element for a page, without script, style or address.

    A fifth of it may be hidden or soiled, and a camera still reads it (error correction of at least level M).

    Parameters
    ----------
    text
        What a camera shall read.
    title
        The accessible name, for those who do not see the picture. It never holds the text.
    """
    matrix = segno.make_qr(text, error="m").matrix
    side = len(matrix) + 2 * QUIET_ZONE
    size = f'viewBox="0 0 {side} {side}" width="{side * PIXELS}" height="{side * PIXELS}"'
    drawn = "".join(_runs(row, y) for y, row in enumerate(matrix, QUIET_ZONE))
    return Markup(  # noqa: S704 - numbers of ours, and a title that is escaped
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" shape-rendering="crispEdges">'
        f'<title>{escape(title)}</title><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path fill="#000" d="{drawn}"/>'
        "</svg>"
    )


def _runs(row: bytearray, y: int) -> str:
    """The dark modules of a row, each unbroken run as one rectangle of the path."""
    drawn, x = [], QUIET_ZONE
    for dark, modules in groupby(row):
        width = len(list(modules))
        if dark:
            drawn.append(f"M{x} {y}h{width}v1h-{width}z")
        x += width
    return "".join(drawn)
