"""Parquet beside CSV: the same incident, the same problems at the same lines."""

from __future__ import annotations

import datetime as dt
import decimal
import hashlib
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from casefolder_files import DONOR_FAULTS as DONOR_FAULTS
from casefolder_files import FAMILY_FAULTS as FAMILY_FAULTS
from casefolder_files import FILES as FILES
from casefolder_files import HEADER as HEADER
from casefolder_files import PROFILE_FAULTS as PROFILE_FAULTS
from casefolder_files import edited as edited
from casefolder_files import folder as folder
from casefolder_files import places as places
from casefolder_files import problems as problems

from antigone.errors import InputError, Problem
from antigone.formats.casefolder.reader import read_case_folder
from antigone.formats.frequencies import read_frequencies
from antigone.formats.incident import read_incident
from antigone.formats.reading.parquet import read_parquet
from antigone.model.profile import Genotypes

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")
pacsv = pytest.importorskip("pyarrow.csv")

TABLES = [name for name in FILES if name.endswith(".csv")]


def to_parquet(path: Path, *, text: bool = True) -> Path:
    """Turn every table of a case folder into Parquet, as text or with the types that Arrow infers."""
    for name in TABLES:
        table = pacsv.read_csv(path / name, convert_options=pacsv.ConvertOptions(strings_can_be_null=not text))
        if text:
            table = table.cast(pa.schema([(column, pa.string()) for column in table.column_names]))
        pq.write_table(table, (path / name).with_suffix(".parquet"))
        (path / name).unlink()
    return path


@pytest.fixture
def good(tmp_path):
    (tmp_path / "csv").mkdir()
    (tmp_path / "parquet").mkdir()
    return read_case_folder(folder(tmp_path / "csv")), folder(tmp_path / "parquet")


@pytest.mark.parametrize("text", [True, False])
def test_read_case_folder__parquet_is_the_same_incident(good, text):
    incident, path = good
    found = read_incident(to_parquet(path, text=text))
    assert [source.name for source in found.sources] == [s.name.replace(".csv", ".parquet") for s in incident.sources]
    for source in found.sources:
        assert source.sha256 == hashlib.sha256((path / source.name).read_bytes()).hexdigest()
    tables = tuple(replace(table, source="frequencies.csv") for table in found.tables)
    assert replace(found, sources=incident.sources, tables=tables, profiles_in=incident.profiles_in) == incident


@pytest.mark.parametrize(
    "allele",
    [9.3, "9.3", decimal.Decimal("9.30")],
)
def test_read_parquet__alleles_of_any_type(good, allele):
    _, path = good
    samples = ["R1", "R2", "R3", "PM1", "PM2"]
    (path / "profiles.csv").unlink()
    columns = {"sample": samples, "marker": ["TH01"] * 5, "allele1": [6] * 5, "allele2": [allele] * 5}
    pq.write_table(pa.table(columns), path / "profiles.parquet")
    incident = read_case_folder(path)
    assert incident.unidentified[0].profile.genotypes == {"TH01": ("6", "9.3")}


def test_read_parquet__batches_dictionaries_nulls_days_and_many_row_groups(tmp_path, monkeypatch):
    monkeypatch.setattr("antigone.formats.reading.parquet.BATCH", 7)
    words = [None if i % 5 == 0 else f"w{i % 3}" for i in range(40)]
    columns = {
        "plain": pa.array([f"a{i}" for i in range(40)]),
        "coded": pa.array(words).dictionary_encode(),
        "view": pa.array(words).cast(pa.string_view()),
        "number": pa.array([None, 1, 2, 3] * 10, pa.int16()),
        "real": pa.array([0.5, None] * 20),
        "flag": pa.array([True, False, None, True] * 10),
        "day": pa.array([dt.date(2026, 1, 5)] * 40),
        "time": pa.array([dt.datetime(2026, 1, 5, 7)] * 40, pa.timestamp("ns")),
        "nothing": pa.nulls(40),
    }
    pq.write_table(pa.table(columns), tmp_path / "t.parquet", row_group_size=11)
    grid = read_parquet("t.parquet", (tmp_path / "t.parquet").read_bytes())
    assert grid.header == (1, list(columns))
    rows = list(grid.rows)
    assert [line for line, _ in rows] == list(range(2, 42))
    day = dt.date(2026, 1, 5)
    assert rows[0][1] == ("a0", "", "", "", 0.5, True, day, day, "")
    assert rows[39][1] == ("a39", "w0", "w0", 3, "", True, day, day, "")
    assert [cells[1] for _, cells in rows] == [word or "" for word in words]


FAULTS = [
    *((kind, "profiles.csv", HEADER["profiles.csv"] + text.partition("\n")[2], line, column)
      for kind, (text, line, column) in PROFILE_FAULTS.items()
      if text.startswith(HEADER["profiles.csv"]) and kind not in ("a ragged row", "an open quotation mark")),
    *((kind, "families.csv", edited("families.csv", *change)["families__csv"], line, column)
      for kind, (change, line, column) in FAMILY_FAULTS.items()),
    *((kind, "donors.csv", edited("donors.csv", *change)["donors__csv"], line, column)
      for kind, (change, line, column) in DONOR_FAULTS.items()),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "name", "text", "line", "column"), FAULTS, ids=[f[0] for f in FAULTS])
def test_parquet__every_fault_has_the_place_it_has_in_csv(tmp_path, kind, name, text, line, column):
    path = to_parquet(folder(tmp_path, **{name.replace(".", "__"): text}))
    assert (name.replace(".csv", ".parquet"), line, column) in places(path)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"no parquet at all", b"PAR1" + bytes(40) + b"PAR1"])
def test_read_parquet__a_broken_file_is_a_problem(tmp_path, content):
    path = folder(tmp_path, profiles__csv=None)
    (path / "profiles.parquet").write_bytes(content)
    assert [p.found for p in problems(path) if p.file == "profiles.parquet"] == ["a file that is no readable Parquet"]


def test_read_parquet__damage_in_the_middle_is_a_problem(tmp_path):
    path = to_parquet(folder(tmp_path))
    content = bytearray((path / "profiles.parquet").read_bytes())
    content[4:60] = bytes(56)
    (path / "profiles.parquet").write_bytes(content)
    assert [p.found for p in problems(path) if p.file == "profiles.parquet"] == ["a file that is no readable Parquet"]


def test_read_parquet__both_forms_of_a_table_are_one_too_many(tmp_path):
    folder(tmp_path)
    text = FILES["profiles.csv"]
    to_parquet(tmp_path)
    (tmp_path / "profiles.csv").write_text(text, encoding="utf-8")
    assert any("profiles.csv and profiles.parquet" in p.found for p in problems(tmp_path))


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (pa.array([b"R1"] * 5, pa.binary()), "binary"),
        (pa.array([["R1"]] * 5), "list"),
        (pa.array([dt.datetime(2026, 1, 1)] * 5, pa.timestamp("us", tz="UTC")), "timestamp"),
    ],
)
def test_read_parquet__a_type_that_no_table_holds_is_a_problem(tmp_path, cells, kind):
    path = folder(tmp_path, profiles__csv=None)
    table = pa.table({"sample": cells, "marker": ["TH01"] * 5, "allele1": ["6"] * 5, "allele2": ["6"] * 5})
    pq.write_table(table, path / "profiles.parquet")
    (problem,) = [p for p in problems(path) if p.file == "profiles.parquet"]
    assert problem.column == "sample"
    assert kind in problem.found


def test_read_parquet__a_refused_column_is_refused_by_name_whatever_it_holds(tmp_path):
    path = folder(tmp_path, unidentified__csv=None)
    pq.write_table(pa.table({"sample": ["PM1", "PM2"], "photo": [b"\x89PNG", b""]}), path / "unidentified.parquet")
    (problem,) = [p for p in problems(path) if p.file == "unidentified.parquet"]
    assert (problem.column, problem.remedy) == ("photo", "remove this column")


def test_read_frequencies__parquet(tmp_path):
    (tmp_path / "f.csv").write_text(FILES["frequencies.csv"], encoding="utf-8")
    pq.write_table(pacsv.read_csv(tmp_path / "f.csv"), tmp_path / "f.parquet")
    (found,), (expected,) = (read_frequencies(tmp_path / f"f.{ending}") for ending in ("parquet", "csv"))
    assert replace(found, source="") == replace(expected, source="")


def test_read_frequencies__a_ladder_as_parquet(tmp_path):
    ladder = {"Allele": ["6", "7", "2N"], "TH01": [0.25, 0.75, 200]}
    pq.write_table(pa.table(ladder), tmp_path / "Coast.parquet")
    (table,) = read_frequencies(tmp_path / "Coast.parquet")
    assert (table.population, table.alleles_sampled) == ("Coast", {"TH01": 200})
    assert table.frequencies == {"TH01": {"6": 0.25, "7": 0.75}}


def test_read_parquet__without_arrow_says_what_to_install(tmp_path, monkeypatch):
    path = to_parquet(folder(tmp_path))
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError) as error:
        read_case_folder(path)
    found = {p.file: p for p in error.value.problems}
    assert found["profiles.parquet"] == Problem(
        "profiles.parquet",
        0,
        "",
        "a Parquet file, for which Apache Arrow is needed",
        "the package pyarrow",
        "install the extra with: pip install 'antigone[scale]', or save the table as .csv",
    )


def test_read_case_folder__rows_of_a_sample_need_not_be_adjacent(tmp_path):
    header, *rows = FILES["profiles.csv"].splitlines()
    text = "\n".join([header, *sorted(rows, key=lambda row: row.split(",")[1], reverse=True)]) + "\n"
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    found = read_case_folder(folder(tmp_path / "b", profiles__csv=text))
    expected = read_case_folder(folder(tmp_path / "a"))
    assert (found.families, found.unidentified) == (expected.families, expected.unidentified)
    genotypes = found.families[0].donors[0].profile.genotypes
    assert isinstance(genotypes, Genotypes)
    assert list(genotypes) == ["vWA", "TH01"]  # in the order of the rows
