"""candidates.parquet holds what candidates.csv holds."""

from __future__ import annotations

import csv
import io
import sys
from dataclasses import replace

import pytest
from report_example import result

from antigone.errors import Unsupported
from antigone.report.tables.files import candidates_csv
from antigone.report.tables.parquet import candidates_parquet

pq = pytest.importorskip("pyarrow.parquet")

EXAMPLE = result()


def test_candidates_parquet__has_the_columns_and_values_of_the_csv():
    table = pq.read_table(io.BytesIO(candidates_parquet(EXAMPLE)))
    rows = list(csv.DictReader(io.StringIO(candidates_csv(EXAMPLE))))
    assert rows
    assert table.column_names == list(rows[0])
    for found, expected in zip(table.to_pylist(), rows, strict=True):
        for name, cell in expected.items():
            assert found[name] == (cell if isinstance(found[name], str) else float(cell))


def test_candidates_parquet__numbers_are_numbers():
    kinds = {field.name: str(field.type) for field in pq.read_schema(io.BytesIO(candidates_parquet(EXAMPLE)))}
    assert kinds["rank"] == kinds["markers_compared"] == "int64"
    assert kinds["posterior"] == kinds["log10_lr_smallest"] == "double"
    assert {kinds[f"log10_lr {population}"] for population in EXAMPLE.populations} == {"double"}
    assert kinds["unidentified"] == kinds["verbal"] == "string"


def test_candidates_parquet__codes_stand_as_they_are_and_an_impossible_lr_is_minus_infinity():
    first = EXAMPLE.candidates[0]
    impossible = dict.fromkeys(first.log10_lr, float("-inf"))
    changed = replace(first, unidentified="=PM1", log10_lr=impossible)
    table = pq.read_table(io.BytesIO(candidates_parquet(replace(EXAMPLE, candidates=(changed,)))))
    assert table["unidentified"].to_pylist() == ["=PM1"]
    assert table["log10_lr_smallest"].to_pylist() == [float("-inf")]


def test_candidates_parquet__without_candidates_has_its_columns():
    table = pq.read_table(io.BytesIO(candidates_parquet(replace(EXAMPLE, candidates=()))))
    assert table.num_rows == 0
    assert table.schema.field("rank").type == "int64"


def test_candidates_parquet__without_arrow_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(Unsupported, match="antigone\\[scale\\]"):
        candidates_parquet(EXAMPLE)
