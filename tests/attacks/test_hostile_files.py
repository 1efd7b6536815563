"""Files that were made, or damaged, to break the program: refused with words, within limits, and nothing is left."""

from __future__ import annotations

import io
import json
import os
import resource
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from casefolder_files import FILES as FILES

from antigone.cli import main
from antigone.errors import InputError
from antigone.formats.casefolder.reader import read_case_folder
from antigone.formats.familias.text import parse_fam
from antigone.formats.groups import read_groups
from antigone.formats.reading import limits, workbook
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.json_documents import read_json
from antigone.formats.reading.tables import Columns, read_csv, read_workbook, to_table
from antigone.model.text import clean_text, unstorable_character

ATTACKS = Path(__file__).resolve().parents[2] / ".." / "shared" / "attacks"
CONTROLS = ("\x00", "\x01", "\x07", "\x1b", "\x7f", "\x9b", "\ufffe", "\uffff")


def attack(name: str) -> Path:
    path = ATTACKS / name
    if not path.exists():
        pytest.skip(f"the attack {name} is not on this machine")
    return path


def packed(changes: dict[str, bytes] | None = None, *, without: str = "", sheet: str = "") -> bytes:
    """A small workbook with some of its parts changed."""
    plain, made = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(plain, {"in_memory": True}) as book:
        book.add_worksheet("one").write_row(0, 0, ["sample", "marker"])
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            content = old.read(part)
            if sheet and part.endswith("sheet1.xml"):
                content = content.replace(b"<sheetData>", b"<sheetData>" + sheet.encode())
            if part != without:
                new.writestr(part, (changes or {}).get(part, content))
    return made.getvalue()


# Characters


@pytest.mark.parametrize("letter", CONTROLS)
def test_unheld_character__names_it_and_clean_text_replaces_it(letter):
    assert f"U+{ord(letter):04X}" in unstorable_character(f"P{letter}1")
    assert unstorable_character(clean_text(f"P{letter}1")) == ""


@pytest.mark.parametrize("letter", ["é", "Ω", "\u00a0", "\u200c", "한", "\U0001f9ec", "-"])
def test_unheld_character__leaves_letters_of_every_script(letter):
    assert unstorable_character(f"P{letter}1") == ""
    assert clean_text(f"P{letter}1") == f"P{letter}1"


@pytest.mark.parametrize("letter", [*CONTROLS, "\n", "\u2028"])
@pytest.mark.parametrize("table", ["families", "donors", "unidentified", "profiles", "frequencies"])
def test_case_folder__a_code_that_holds_it_is_refused_with_its_line(tmp_path, table, letter):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    rows = FILES[f"{table}.csv"].splitlines()
    first, comma, rest = rows[1].partition(",")
    rows[1] = f'"{first}{letter}x"{comma}{rest}'
    (tmp_path / f"{table}.csv").write_text("\n".join(rows) + "\n", "utf-8")
    with pytest.raises(InputError) as refused:
        read_case_folder(tmp_path)
    assert any(p.file == f"{table}.csv" and f"U+{ord(letter):04X}" in p.found for p in refused.value.problems)
    assert letter == "\n" or letter not in str(refused.value)


def test_case_folder__settings_with_a_control_character_are_refused(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "incident.toml").write_text('title = "T\\u001b"\n', "utf-8")
    with pytest.raises(InputError, match=r"incident\.toml, column title: a control character \(U\+001B\)"):
        read_case_folder(tmp_path)


def test_settings__a_number_of_thousands_of_digits_is_no_toml(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "incident.toml").write_text(f"title = {'9' * 5000}\n", "utf-8")
    with pytest.raises(InputError, match="no valid TOML"):
        read_case_folder(tmp_path)


def test_table__a_column_that_is_not_read_may_hold_anything():
    findings = Findings()
    grid = read_csv("t.csv", b"sample,marker,note\nP1,TH01,\x1b\n")
    table = to_table(grid, Columns(("sample", "marker"), filled=("sample",), others_allowed=True), findings)
    assert dict(table.texts("sample", "marker")) == {2: ["P1", "TH01"]}
    assert not findings.problems


def test_header__with_a_control_character_is_refused():
    findings = Findings()
    to_table(read_csv("t.csv", b"sample,mar\x1bker\nP1,TH01\n"), Columns(("sample", "marker")), findings)
    assert any("U+001B" in problem.found for problem in findings.problems)


def test_familias__a_control_character_is_refused_with_its_line():
    with pytest.raises(InputError, match=r"line 2: a control character \(U\+0007\)"):
        parse_fam("a.fam", "Output from Familias\nname\x07\n")


@pytest.mark.parametrize("text", ['{"id": "a\\u0000"}', '{"a\\u001bb": 1}', '{"a": ["\\ud800"]}', '{"a\\nb": 1}'])
def test_json__a_text_that_no_text_may_be_is_refused(text):
    with pytest.raises(InputError, match=r"U\+"):
        read_json("c.json", text.encode())


@pytest.mark.parametrize(
    "text",
    ["[" * 200 + "]" * 200, "[" * 200_000, "1" * 5000, "[1e999]", "[NaN]", "[-Infinity]", "{", "\x00", ""],
)
def test_json__too_deep_too_large_or_none_is_refused(text):
    with pytest.raises(InputError):
        read_json("c.json", text.encode())


def test_groups__of_endless_nesting_are_refused(tmp_path):
    (tmp_path / "groups.json").write_text('{"settings":' + "[" * 100_000)
    with pytest.raises(InputError):
        read_groups(tmp_path / "groups.json")


@pytest.mark.parametrize("letter", CONTROLS[1:6])
def test_command__an_argument_with_a_control_character_is_refused(monkeypatch, capsys, tmp_path, letter):
    monkeypatch.setattr(sys, "argv", ["antigone", "simulate", "--out", f"{tmp_path}/a{letter}b"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert "a control character" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


# Workbooks


@pytest.mark.parametrize("name", ["xlsx-abort.xlsx", "xlsx-slow-2GB.xlsx", "xlsx-ref-aaaaa60.xlsx"])
def test_workbook__a_wild_reference_is_refused_before_the_native_reader(name, monkeypatch):
    monkeypatch.setattr(workbook, "_read_apart", lambda *_: pytest.fail("the native reader was asked"))
    with pytest.raises(InputError, match=r"a cell at '.*'.*expected cells from A1 to XFD1048576"):
        read_workbook(name, attack(name).read_bytes())


@pytest.mark.parametrize(
    "place", ["XFE1", "A1048577", "AAAA1", "A0", "1A", "A-1", "A99999999999999999999", "", "&#65;1"]
)
def test_workbook__no_reference_outside_a_sheet_is_taken(place):
    content = packed(sheet=f'<row r="1"><c r="{place}"><v>1</v></c></row>')
    with pytest.raises(InputError, match="a cell at"):
        read_workbook("w.xlsx", content)


def test_workbook__a_reference_that_lies_across_two_pieces_is_seen(monkeypatch):
    monkeypatch.setattr(workbook, "_CHUNK", 7)
    with pytest.raises(InputError, match="a cell at 'XFE1'"):
        read_workbook("w.xlsx", packed(sheet='<row r="1"><c r="XFE1"><v>1</v></c></row>'))


def test_workbook__few_cells_far_apart_are_refused():
    with pytest.raises(InputError, match="far outside"):
        read_workbook("w.xlsx", packed(sheet='<row r="1000000"><c r="C1000000"><v>1</v></c></row>'))


@pytest.mark.slow
def test_workbook__one_that_unpacks_to_hundreds_of_times_its_size_is_refused():
    content = packed({"xl/sharedStrings.xml": b" " * 60_000_000})
    with pytest.raises(InputError, match="hundreds of times its size"):
        read_workbook("w.xlsx", content)


def test_workbook__a_size_that_is_stated_too_small_does_not_help():
    content = packed({"xl/theme/theme1.xml": b" " * 5_000_000})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = archive.getinfo("xl/theme/theme1.xml").file_size.to_bytes(4, "little")
    content = content.replace(size, (10).to_bytes(4, "little"))
    with pytest.raises(InputError, match=r"no readable workbook|more than"):
        workbook.check_workbook("w.xlsx", content, most_bytes=1_000_000)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (lambda: packed()[:-200], "damaged or cut short"),
        (lambda: packed()[:400] + b"\0" * 40 + packed()[440:], "damaged or cut short|could not be read|no zip"),
        (lambda: b"PK\x03\x04", "damaged or cut short"),
        (lambda: b"plain text", "no zip archive"),
        (lambda: b"", "no zip archive"),
        (lambda: packed(without="xl/workbook.xml"), "without 'xl/workbook.xml'"),
        (lambda: packed({"xl/workbook.xml": b"<workbook/>"}), "a workbook without a sheet"),
        (lambda: b"\xd0\xcf\x11\xe0" + b"\0" * 600, "no readable workbook"),
        (lambda: b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (lambda: packed({"xl/worksheets/sheet1.xml": "<worksheet/>".encode("utf-16")}), "in UTF-16"),
        (lambda: packed({"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row><c"}), "workbook"),
    ],
)
def test_workbook__a_broken_one_says_what_is_wrong(content, words):
    with pytest.raises(InputError, match=words):
        read_workbook("w.xlsx", content())


def test_workbook__without_a_sheet_is_a_problem_of_the_folder():
    with pytest.raises(InputError, match=r"frequencies\.xlsx: a workbook without a sheet"):
        read_case_folder(attack("no-sheets-folder"))


@pytest.mark.slow
@pytest.mark.parametrize("code", ["os.abort()", "b'x' * (1 << 40)", "os._exit(0)", "exec('while 1: pass')"])
def test_workbook__a_native_reader_that_dies_is_a_refusal(monkeypatch, tmp_path, code):
    (tmp_path / "python_calamine.py").write_text(f"import os\ndef load_workbook(_): {code}\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(workbook, "SECONDS", 2)
    with pytest.raises(InputError, match=r"workbook that could not be read within|no readable workbook"):
        read_workbook("w.xlsx", packed())


def test_workbook__what_comes_back_from_the_reader_holds_cells_alone():
    import pickle

    with pytest.raises(pickle.UnpicklingError):
        workbook._Rows(io.BytesIO(pickle.dumps(os.system))).load()


# Tables and documents of a size that no memory holds


def test_csv__a_line_without_an_end_is_refused(monkeypatch):
    monkeypatch.setattr(limits, "LONGEST_LINE", 1_000_000)
    with pytest.raises(InputError, match=r"t\.csv line 2: a line of more than 1000000 bytes"):
        read_csv("t.csv", b"a,b\n" + b"x" * 3_000_000)


def test_csv__a_line_without_an_end_far_below_is_a_problem_of_the_table(monkeypatch):
    monkeypatch.setattr(limits, "LONGEST_LINE", 1_000_000)
    findings, rows = Findings(), b"1,2\n" * 500
    table = to_table(
        read_csv("t.csv", b"a,b\n" + rows + b"x" * 3_000_000), Columns(("a", "b"), filled=("a",)), findings
    )
    assert len(list(table.rows("a", "b"))) == 500
    assert table.broken
    assert [(p.line, p.found) for p in findings.problems] == [(502, "a line of more than 1000000 bytes")]


def test_csv__a_gigantic_cell_is_told_from_a_quotation_mark():
    with pytest.raises(InputError, match=r"a cell of more than .*quotation mark that is not closed"):
        read_csv("t.csv", b'a,b\n"' + b"x\n" * 100_000 + b'",1\n')


def test_document__one_that_is_too_large_is_not_read(monkeypatch, tmp_path):
    from antigone.formats.reading import sources

    monkeypatch.setattr(sources, "LARGEST_DOCUMENT", 100)
    (tmp_path / "a.json").write_bytes(b" " * 101)
    with pytest.raises(InputError, match="a file of 101 bytes"):
        sources.read_bytes(tmp_path / "a.json")
    with pytest.raises(InputError, match="more than 100 bytes"):
        sources.HashedFile.open(tmp_path / "a.json").read()


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["control-char", "control-char-marker", "no-sheets-folder", "xlsx-abort.xlsx", "damaged.zip"]
)
def test_search__of_an_attack_ends_with_words_and_writes_nothing(tmp_path, name):
    command = [
        str(Path(sys.executable).with_name("antigone")),
        "search",
        str(attack(name)),
        "--out",
        str(tmp_path / "o"),
    ]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert ended.stderr.startswith(("antigone:", *(f"{n} problem" for n in range(1, 300))))
    assert list(tmp_path.iterdir()) == []
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 1_500_000


def test_json_case__of_a_family_with_a_line_break_in_a_code_is_refused(tmp_path):
    from validation_case import CASE as CASE

    from antigone.formats.validation.cases import read_cases

    (tmp_path / "c.json").write_text(json.dumps(CASE).replace(json.dumps(CASE["id"]), '"a\\u0001b"'))
    with pytest.raises(InputError, match=r"U\+0001"):
        read_cases(tmp_path / "c.json")
