"""Tables as a workbook (.xlsx, ECMA-376). Every cell is a text: no spreadsheet makes a date or a formula of it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from antigone.model.text import clean_text

_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_TEXT = 49
"""The built-in number format of a text."""


def workbook(sheets: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
    """The bytes of a workbook with these sheets, in order; the same sheets give the same bytes."""
    numbers = range(1, len(sheets) + 1)
    parts = {
        "[Content_Types].xml": _types(numbers),
        "_rels/.rels": _relations([("rId1", f"{_LINKS}/officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _book(sheets),
        "xl/_rels/workbook.xml.rels": _relations(
            [
                *((f"rId{n}", f"{_LINKS}/worksheet", f"worksheets/sheet{n}.xml") for n in numbers),
                (f"rId{len(sheets) + 1}", f"{_LINKS}/styles", "styles.xml"),
            ]
        ),
        "xl/styles.xml": _styles(),
        **{f"xl/worksheets/sheet{n}.xml": _sheet(rows) for n, rows in zip(numbers, sheets.values(), strict=True)},
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(zipfile.ZipInfo(name), f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{text}')
    return content.getvalue()


def _types(numbers: Sequence[int]) -> str:
    parts = [("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles")]
    parts += [(f"/xl/worksheets/sheet{n}.xml", "worksheet") for n in numbers]
    own = "".join(f'<Override PartName="{name}" ContentType="{_TYPE}.{kind}+xml"/>' for name, kind in parts)
    links = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    return f'<Types xmlns="{_PACKAGE}/content-types">{links}{own}</Types>'


def _relations(links: Sequence[tuple[str, str, str]]) -> str:
    inside = "".join(f'<Relationship Id="{i}" Type="{kind}" Target="{target}"/>' for i, kind, target in links)
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{inside}</Relationships>'


def _book(sheets: Mapping[str, object]) -> str:
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(sheets, start=1)
    )
    return f'<workbook xmlns="{_SHEET}" xmlns:r="{_LINKS}"><sheets>{listed}</sheets></workbook>'


def _styles() -> str:
    """One style: text."""
    plain = "<font/>", '<fill><patternFill patternType="none"/></fill>', "<border/>"
    fonts, fills, borders = plain
    return (
        f'<styleSheet xmlns="{_SHEET}"><fonts count="1">{fonts}</fonts><fills count="1">{fills}</fills>'
        f'<borders count="1">{borders}</borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        f'<cellXfs count="2"><xf/><xf numFmtId="{_TEXT}" applyNumberFormat="1"/></cellXfs></styleSheet>'
    )


def _sheet(rows: Sequence[Sequence[str]]) -> str:
    """A sheet whose columns are of text, also where they are empty."""
    widest = max(map(len, rows), default=1)
    lines = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
    columns = f'<cols><col min="1" max="{max(widest, 1)}" width="16" style="1" customWidth="1"/></cols>'
    return f'<worksheet xmlns="{_SHEET}">{columns}<sheetData>{lines}</sheetData></worksheet>'


def _cell(text: str) -> str:
    return f'<c s="1" t="inlineStr"><is><t xml:space="preserve">{escape(clean_text(text))}</t></is></c>'
