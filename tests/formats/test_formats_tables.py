"""Tables: separators, encodings, headers and rows."""

from __future__ import annotations

import io

import pytest
import xlsxwriter

from antigone.errors import InputError
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.tables import Columns, read_csv, read_workbook, to_table
from antigone.report.words.statements import say_all

COLUMNS = Columns(("sample", "marker"), optional=("note",), filled=("sample",))


def table(text: str | bytes):
    """The rows of a table by line, and its problems."""
    findings = Findings()
    content = text.encode() if isinstance(text, str) else text
    found = to_table(read_csv("t.csv", content), COLUMNS, findings)
    return dict(found.texts("sample", "marker", "note")), findings.problems


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_read_csv__separators_line_ends_and_byte_order_mark(separator, end, mark):
    text = mark + end.join([separator.join(row) for row in (("Sample", "MARKER "), ("a", "b, c"))]) + end
    if separator == ",":
        text = text.replace("b, c", '"b, c"')
    found, problems = table(text)
    assert not problems
    assert found == {2: ["a", "b, c", ""]}
    assert read_csv("t.csv", text.encode()).decimal_comma == (separator != ",")


def test_to_table__line_numbers_are_those_of_the_file():
    found, problems = table('\nsample,marker\n\na,"two\nlines"\n , \nb,x\n')
    assert not problems
    assert list(found) == [4, 7]


def test_to_table__empty_columns_on_the_right_do_no_harm():
    found, problems = table("sample,marker,,\na,b,,\n")
    assert not problems
    assert found == {2: ["a", "b", ""]}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("sample,marker\nä,b\n".encode("utf-16"), "UTF-16"),
        ("sample,marker\nä,b\n".encode("utf-16-le"), "UTF-16"),
        ("sample,marker\nä,b\n".encode("utf-16-be"), "UTF-16"),
        ("sample,marker\nä,b\n".encode("latin-1"), "Windows-1252"),
        (b"sample,marker\n" + b"a,b\n" * 100_000 + "ä,b\n".encode("latin-1"), "Windows-1252"),
    ],
)
def test_read_csv__another_encoding_is_read_and_said(content, words):
    findings = Findings()
    rows = [cells for _, cells in to_table(read_csv("t.csv", content), COLUMNS, findings).texts("sample", "marker")]
    assert rows[-1] == ["ä", "b"]
    (notice,) = say_all(findings.notices)
    assert words in notice


def test_read_csv__utf_8_needs_no_notice():
    findings = Findings()
    assert list(
        to_table(read_csv("t.csv", "sample,marker\nä,b\n".encode()), COLUMNS, findings).texts("sample", "marker")
    )
    assert say_all(findings.notices) == ()


@pytest.mark.parametrize("content", [b"sample,marker\n\x81\x8d,b\n", "sample,marker\nä,b\n".encode("utf-16")[:-1]])
def test_read_csv__what_is_no_text_is_refused(content):
    with pytest.raises(InputError, match="bytes that are no text"):
        read_csv("t.csv", content)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("sample\na\n", (1, "marker")),
        ("sample,marker,marker\na,b,c\n", (1, "marker")),
        ("sample,marker,plate\na,b,c\n", (1, "plate")),
        ("sample,marker\na\n", (2, "")),
        ("sample,marker\na,b,c\n", (2, "")),
        ("sample,marker,,note\na,b,c,d\n", (2, "")),
        ("sample,marker\n,b\n", (2, "sample")),
        (" \n", (1, "")),
    ],
)
def test_to_table__faults_have_their_place(text, place):
    try:
        _, problems = table(text)
    except InputError as error:
        problems = list(error.problems)
    assert [(p.line, p.column) for p in problems] == [place]


def test_read_workbook__sheets_and_faults():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        for name in ("Families", "donors"):
            book.add_worksheet(name).write_row(0, 0, ["sample", "marker"])
    assert set(read_workbook("b.xlsx", buffer.getvalue())) == {"families", "donors"}
    for content in (b"", b"no workbook", buffer.getvalue()[:200]):
        with pytest.raises(InputError, match="no readable workbook"):
            read_workbook("b.xlsx", content)


def test_read_workbook__one_that_would_unpack_to_too_much_is_refused(monkeypatch):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        book.add_worksheet()
    monkeypatch.setattr("antigone.formats.reading.tables.LARGEST_WORKBOOK", 100)
    with pytest.raises(InputError):
        read_workbook("b.xlsx", buffer.getvalue())


@pytest.mark.slow
def test_read_workbook__a_value_in_the_last_row_is_refused_before_it_fills_the_memory():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "sample")
        sheet.write(1_048_575, 16_383, "x")
    with pytest.raises(InputError, match="far outside"):
        read_workbook("b.xlsx", buffer.getvalue())
