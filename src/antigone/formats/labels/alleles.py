"""Allele labels as laboratories and spreadsheets write them, made one label or refused."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Container

Cell = str | float | dt.date | dt.datetime | dt.time | dt.timedelta
"""One cell of a table: text, or what a workbook keeps in place of text."""

UNKNOWN = "?"
"""How our tables write a second allele that is not known."""

EXCEL_DATE = "Excel turned an allele such as 9.3 into a date; format the column as text and enter the allele again"

_LABEL = re.compile(r"0*([0-9]{1,3})(?:\.([0-9])0*)?")
_DECIMAL_COMMA = re.compile(r"[0-9]{1,3},[0-9]")
_ISO_DATE = re.compile(r"[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}([ T].*)?")
_DAY_DATE = re.compile(r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.]([0-9]{2}|[0-9]{4})( .*)?")
_TWO_NUMBERS = re.compile(r"[0-9]{1,2}[-/][0-9]{1,2}")
_WORD_DATE = re.compile(r"[0-9]{0,4}[-/. ]*([^\W\d_]{3,10})\.?[-/. ]*[0-9]{0,4}")
_MONTH_WORDS = (
    "jan feb mar apr may jun jul aug sep oct nov dec mär mrz mai okt dez fév fev avr aoû aou déc ene abr ago dic "
    "set out gen mag giu lug ott maj mrt mei paź gru sie lip cze kwi lut sty wrz lis oca şub nis haz tem ağu eyl eki "
    "kas ara янв фев мар апр май июн июл авг сен окт ноя дек"
)
_MONTHS = frozenset(_MONTH_WORDS.split())
_OFF_LADDER = re.compile(r"OL[ ?*0-9]*|off.?ladder.*|OMR|OB", re.IGNORECASE)
_UNTYPED = frozenset({"", "0", "-", "--", "na", "n/a", "nd", "nr", "null", "none", "?"})


class AlleleFault(ValueError):
    """An allele cell that cannot be used: what was found, what was expected, what to do."""

    def __init__(self, found: str, expected: str, remedy: str) -> None:
        super().__init__(found)
        self.found, self.expected, self.remedy = found, expected, remedy


def read_allele(cell: Cell, *, decimal_comma: bool = False, known: Container[str] = ()) -> str:
    """Read one allele label.

    Parameters
    ----------
    decimal_comma
        Read ``9,3`` as ``9.3``. Only for tables whose columns are separated by semicolons: elsewhere a
        comma may separate two alleles, and the cell is refused.
    known
        Labels of the marker's frequency table; a label in it is taken as it stands, so that
        alleles such as ``A`` and ``G`` are possible where the table has them.

    Raises
    ------
    AlleleFault
        When the cell is empty, a date, off the ladder, a range, or no label at all.

    Examples
    --------
    >>> read_allele("9.3"), read_allele(12.0), read_allele("09.30"), read_allele("9,3", decimal_comma=True)
    ('9.3', '12', '9.3', '9.3')
    """
    if isinstance(cell, dt.date | dt.time | dt.timedelta):
        raise AlleleFault("a date", "an allele", EXCEL_DATE)
    text = _number_text(cell) if isinstance(cell, float | int) else cell.strip()
    if text in known:
        return text
    if decimal_comma and _DECIMAL_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    _refuse(text)
    match = _LABEL.fullmatch(text)
    if not match or match[1] == "0":
        raise AlleleFault(
            f"'{text[:20]}'", "an allele such as 12 or 9.3, or one in the frequency table", "correct the allele"
        )
    whole, tenth = match.groups()
    return whole if tenth in (None, "0") else f"{whole}.{tenth}"


def is_decimal_comma(cell: Cell) -> bool:
    """Whether the cell is a number with a decimal comma, such as ``9,3``."""
    return isinstance(cell, str) and bool(_DECIMAL_COMMA.fullmatch(cell.strip()))


def is_off_ladder(cell: Cell) -> bool:
    """Whether a cell says that a peak lies between the ladder's steps: ``OL``, ``OL?``, ``off-ladder``.

    >>> is_off_ladder("OL"), is_off_ladder("12")
    (True, False)
    """
    return isinstance(cell, str) and bool(_OFF_LADDER.fullmatch(cell.strip()))


def is_untyped(cell: Cell) -> bool:
    """Whether another program's cell says that no allele is there."""
    return cell in (0, "") or (isinstance(cell, str) and cell.strip().lower() in _UNTYPED - {UNKNOWN})


def is_excel_date(text: str) -> bool:
    """Whether a text looks like a date that a spreadsheet made.

    Examples
    --------
    >>> [is_excel_date(text) for text in ("9-Mar", "03.Sep", "2023-03-09", "12", "D3S1358")]
    [True, True, True, False, False]
    """
    if any(pattern.fullmatch(text) for pattern in (_ISO_DATE, _DAY_DATE, _TWO_NUMBERS)):
        return True
    word = _WORD_DATE.fullmatch(text)
    return bool(word and any(c.isdigit() for c in text) and word[1].lower()[:3] in _MONTHS)


def _number_text(number: float) -> str:
    """Spreadsheets keep 13.3 as 13.299999...; more than one decimal is no allele of a repeat ladder."""
    tenth = round(number, 1)
    if not abs(number - tenth) < 1e-4:
        return f"{number:.6g}"
    return f"{tenth:g}" if abs(tenth) < 1e5 else f"{tenth:.0f}"


def _refuse(text: str) -> None:
    """The common ways in which a cell is not an allele, each with its own remedy."""
    if text.lower() in _UNTYPED:
        raise AlleleFault(
            f"'{text}'" if text else "an empty cell",
            "an allele",
            "leave the whole row out when the marker was not typed; write '?' for a second allele that is not known",
        )
    if is_excel_date(text) or re.fullmatch(r"[2-6][0-9]{4}(\.0)?", text):
        raise AlleleFault(f"'{text[:20]}'", "an allele", EXCEL_DATE)
    if text.upper().startswith("OL") or text.lower().startswith("off"):
        raise AlleleFault(
            f"'{text[:20]}'",
            "an allele with a number",
            "an off-ladder peak has no label: size it by hand and enter its number, or leave the row out",
        )
    if text[:1] in "<>≤≥":
        raise AlleleFault(f"'{text[:20]}'", "an allele with a number", "enter the sized allele, or leave the row out")
    if "," in text or ";" in text or "/" in text:
        raise AlleleFault(
            f"'{text[:20]}'",
            "one allele in a cell, with a decimal point",
            "write 9.3 with a point, and each allele in its own column",
        )
