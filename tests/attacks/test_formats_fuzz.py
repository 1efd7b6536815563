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
from antigone.formats.profiles.mapping import read_layout
from antigone.formats.reading.findings import Findings
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


def in_a_case(path: Path) -> object:
    """Read a file as one more of a case folder, by what it holds."""
    for name, text in FILES.items():
        toml = "[lineage.y]\ndatabase_size = 9\n[lineage.mt]\ndatabase_size = 9\n" if name.endswith("toml") else ""
        (path.parent / name).write_text(text + toml)
    for kind in ("y", "mt"):
        (path.parent / f"{kind}_counts.csv").write_text("sample,count\nPM1,0\n")
    return read_case_folder(path.parent)


def layout(path: Path) -> object:
    findings = Findings()
    return read_layout(path.name, path.read_bytes(), findings)


WIDE = b"Sample,TH01 1,TH01 2,FGA,vWA\nPM1,6,9.3,20-21,14*\nPM2,INC,?,(20),15/16\n"
ROWS = b"#Sample: PM1\nMarker,Allele Name,SW Call,Sequence,Reads\nTH01,9.3,Called,[AATG]6 ATG [AATG]3,9\nvWA,14,,,8\n"
REPORT = b"""PM1 Report\t
Sample\tPM1

Locus\tGenotype\tQC Indicators
TH01\t6,9.3\t
FGA\tINC\tx

Locus\tAllele Name\tTyped Allele?\tReads\tRepeat Sequence
TH01\t6\tYes\t500\tAATGAATGAATGAATGAATGAATG
TH01\t9.3\tYes\t480\t
"""
RAZOR = b"TH01:6\t24 bases\tAATGAATGAATGAATGAATGAATG\t90\t90\nTH01:7\t5 bases\tAATGA\t9\t8\n"
READERS = {
    "wide.csv": (in_a_case, WIDE),
    "rows.csv": (in_a_case, ROWS),
    "turned.csv": (in_a_case, b"Marker,PM1,PM2\nTH01,6/7,9.3/9.3\nvWA,14/15,14/14\n"),
    "PM1 a.txt": (in_a_case, RAZOR),
    "uas.txt": (in_a_case, REPORT),
    "yfiler.txt": (in_a_case, b"Sample\tDYS19\tDYS385\tDYS391\nPM1\t14\t11,14\t10\n"),
    "set.emp": (in_a_case, b"#! 16024-16365 73-340\nx\ty\nPM1\tH\t1\t16189C 263G 309.1C\n"),
    "mito.txt": (in_a_case, b"Sample Name\tUD1\tRange From\tRange To\tMut1\nPM1\tu\t73\t340\tA263G\n"),
    "lab.toml": (layout, b'[columns]\n"Probe 1" = "sample"\n"B" = "TH01 1"\n'),
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


@pytest.mark.slow
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
