"""Whatever the bytes are: a reader answers, or it raises one of our own errors."""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from casefolder_files import FILES as FILES
from familias_files import LADDER as LADDER
from familias_files import PARENTS as PARENTS
from familias_files import REMAINS as REMAINS
from familias_files import TRIO as TRIO
from familias_files import TWO as TWO
from familias_files import locus as locus
from familias_files import plain as plain
from frequency_files import GENES as GENES
from frequency_files import STRIDER as STRIDER
from hypothesis import given, settings
from hypothesis import strategies as st
from validation_case import CASE as CASE

from antigone.errors import AntigoneError, InputError
from antigone.formats.casefolder.reader import read_case_folder
from antigone.formats.familias.reader import read_familias_case, read_familias_incident
from antigone.formats.frequencies import read_frequencies
from antigone.formats.profiles.genemapper import read_genemapper
from antigone.formats.validation.cases import read_cases


def workbook() -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        for name, text in FILES.items():
            sheet = book.add_worksheet(name.partition(".")[0])
            rows = (
                [("key", "value"), ("title", "T")]
                if name.endswith("toml")
                else [r.split(",") for r in text.splitlines()]
            )
            for line, row in enumerate(rows):
                sheet.write_row(line, 0, row)
    return buffer.getvalue()


PLAIN = "\n".join(plain(TRIO, pedigrees=TWO, loci=[locus("TH01", LADDER, codes=(4, 3), rates=("0.1", "0.1"))]))
DVI = "\n".join(
    [
        *plain(loci=[locus("TH01", LADDER)]),
        "[DVI]",
        "[[Unidentified persons]]",
        *REMAINS,
        "[[Reference Families]]",
        *PARENTS,
    ]
)
READERS = {
    "case.fam": (read_familias_case, PLAIN.encode()),
    "dvi.fam": (lambda path: read_familias_incident(path, "fuzz"), DVI.encode()),
    "f.csv": (read_frequencies, FILES["frequencies.csv"].encode()),
    "l.csv": (read_frequencies, b"Allele,TH01,FGA\n6,1,\n20,,1\n2N,10,10\n"),
    "t.csv": (read_frequencies, b"Some title\nLocus,6,9.3,>27,2N\nTH01,0.25,0.75,,200\nFGA,,,1,200\n"),
    "c.csv": (read_frequencies, b"Allele;TH01;FGA;Y indel\n6;10;;1\n9,3;30;;\n20;;50;\nn;40;50;\nfmin;0,1;0,1;\n"),
    "f.freq": (read_frequencies, b"TH01\n6 0.5\n7 0.5\n\nFGA\n20 1\n"),
    "f.xml": (read_frequencies, STRIDER.encode()),
    "g.txt": (read_genemapper, (GENES + "S1\tFGA\t20\t21\t\n").encode()),
    "c.json": (read_cases, json.dumps(CASE).encode()),
    "incident.xlsx": (read_case_folder, workbook()),
}

ALPHABET = st.sampled_from(
    [
        b"\x00",
        b"\xff\xfe",
        b'"',
        b"\n",
        b"\r",
        b",",
        b";",
        b"\t",
        b"-1",
        b"9999999999",
        b"[",
        b"]",
        b"{",
        b"}",
        b"null",
        b"NaN",
        b"1e999",
        b"#TRUE#",
        b"=",
        b"<",
        b"&",
        b"\xe9",
        b"?",
        b"OL",
        b"0",
        b"\xef\xbb\xbf",
        b"\xe2\x80\xa8",
        b" ",
    ]
)
EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), st.one_of(ALPHABET, st.binary(max_size=6))), max_size=5)


def mutated(content: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
    for where, length, new in edits:
        start = int(where * len(content))
        content = content[:start] + new + content[start + length :]
    return content


def survives(name: str, reader, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        with contextlib.suppress(AntigoneError):
            reader(path)


@pytest.mark.parametrize("name", READERS)
def test_readers__answer_for_the_file_itself(name, tmp_path):
    reader, content = READERS[name]
    (tmp_path / name).write_bytes(content)
    assert reader(tmp_path / name)


@pytest.mark.parametrize("name", READERS)
@given(content=st.binary(max_size=300))
def test_readers__survive_random_bytes(name, content):
    survives(name, READERS[name][0], content)


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
@settings(max_examples=200)
@given(edits=EDITS)
def test_readers__survive_mutated_files(name, edits):
    reader, content = READERS[name]
    survives(name, reader, mutated(content, edits))


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
@settings(max_examples=150)
@given(edits=EDITS)
def test_read_case_folder__survives_one_mutated_file(name, edits):
    with tempfile.TemporaryDirectory() as folder:
        for other, text in FILES.items():
            content = text.encode()
            (Path(folder) / other).write_bytes(mutated(content, edits) if other == name else content)
        with contextlib.suppress(InputError):
            read_case_folder(folder)


@pytest.mark.slow
@settings(max_examples=100)
@given(edits=EDITS, sheet=st.integers(1, 6))
def test_read_case_folder__survives_a_workbook_with_mutated_xml(edits, sheet):
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(READERS["incident.xlsx"][1])) as old, zipfile.ZipFile(buffer, "w") as new:
        for entry in old.namelist():
            content = old.read(entry)
            new.writestr(entry, mutated(content, edits) if entry.endswith(f"sheet{sheet}.xml") else content)
    survives("incident.xlsx", read_case_folder, buffer.getvalue())
