"""`antigone search` on real files: what is written, what is said, and how it ends."""

from __future__ import annotations

import csv
import io
import json
import re
import stat
from pathlib import Path

import pytest
from cli_run import ON, OUTPUTS, contents, rows_of

pytestmark = pytest.mark.slow


ATTESTED = "Dr N. N., protocol 17"


def test_search__writes_its_three_files_and_nothing_else(searched):
    out, ended = searched
    assert ended.code == 0
    assert {path.name for path in out.iterdir()} == OUTPUTS
    result = json.loads((out / "results.json").read_text("utf-8"))
    rows = rows_of(out / "candidates.csv")
    assert [(c["unidentified"], c["family"], c["missing"]) for c in result["candidates"]] == [
        (row["unidentified"], row["family"], row["missing"]) for row in rows
    ]
    assert rows
    assert len(result["unidentified"]) == 7
    assert rows[0]["unidentified"] in ended.out
    assert "A candidate is a proposal for review." in ended.out
    assert not re.search(r"\bmatch(es)?\b(?! )|\bidentified as\b", ended.out)


def test_search__provenance_says_how_to_run_it_again(case_folder, searched):
    provenance = json.loads((searched[0] / "results.json").read_text("utf-8"))["provenance"]
    assert provenance["command"] == f"antigone search {case_folder} --seed 7 --on 2025-09-01"
    assert provenance["seed"] == 7


def test_search__only_the_geneticist_gets_the_geneticist_file(run, case_folder, searched, tmp_path):
    """And a search without it says the same bytes again but for the time stamp."""
    ordinary, out = contents(searched[0]), tmp_path / "out"
    told = run("search", case_folder, "--out", out, "--seed", 7, "--geneticist", *ON)
    assert told.code == 0
    secret = out / "geneticist-only.csv"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    [row, *_] = rows_of(secret)
    assert row["family"] == "F07"
    assert row["member"] not in told.out + told.err
    assert row["member"].encode() not in ordinary["candidates.csv"] + ordinary["results.json"]
    assert contents(out)["candidates.csv"] == ordinary["candidates.csv"]
    assert run("search", case_folder, "--out", out, "--seed", 7, *ON).code == 0
    again = contents(out)
    assert set(again) == OUTPUTS
    assert again["candidates.csv"] == ordinary["candidates.csv"]
    for name in OUTPUTS - {"candidates.csv"}:
        stamp = re.compile(rb"20\d\d-\d\d-\d\dT[\d:]+\+00:00")
        assert len(stamp.findall(again[name])) >= 1
        assert stamp.sub(b"NOW", again[name]) == stamp.sub(b"NOW", ordinary[name])


@pytest.mark.parametrize("day", ["tomorrow", "2025-13-01"])
def test_search__a_day_that_is_none_ends_with_2(run, case_folder, tmp_path, day):
    ended = run("search", case_folder, "--out", tmp_path / "out", "--on", day)
    assert ended.code == 2
    assert list(tmp_path.iterdir()) == []


def test_search__before_any_consent_nobody_takes_part(run, case_folder, tmp_path):
    ended = run("search", case_folder, "--out", tmp_path / "out", "--on", "2025-03-01")
    assert ended.code == 0
    assert "donors whose consent is dated after the search" in ended.out
    result = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    assert (result["candidates"], result["pairs_compared"]) == ([], 0)


def test_search__an_attestation_for_a_case_folder_is_refused(run, case_folder, tmp_path):
    ended = run("search", case_folder, "--out", tmp_path / "out", "--consent-attested", ATTESTED)
    assert ended.code == 1
    assert "the table 'donors'" in ended.err
    assert list(tmp_path.iterdir()) == []


FAM = """"Output from Familias, version 3.3.1"
"DO NOT EDIT!"
3.3.1 (DVI)
""
0
"Known relations"
0
0
0
0
#FALSE# (#Databases: 1 ;Theta/Kinship/Fst: 0 )
1
#TRUE#
"Coast"
"TH01"
0
0
0
0
3
0.1
0.1
0
0
#FALSE#
0
3\t(DatabaseSize = 500 , Dropout probability = 0 , Minor allele frequency = 0 )
"7"
0.25
"8"
0.5
"9.3"
0.25

[DVI]
[[Unidentified persons]]
nPersons= 2
[[[Person 1]]]
Name= V1
Gender= Male
[[[[DNA data]]]]
nSystems= 1
SystemName= TH01
Allele1= 7
Allele2= 8
[[[Person 2]]]
Name= V2
Gender= Female
[[[[DNA data]]]]
nSystems= 1
SystemName= TH01
Allele1= 9.3
Allele2= 9.3
[[Notes]]
nFamilies= 1

[[Reference Families]]
nFamilies= 1
[[[Family 1]]]
Name= Fam1
[[[[Persons]]]]
nPersons= 2
[[[[[Person 1]]]]]
Name= FA
Gender= Male
[[[[[[DNA data]]]]]]
nSystems= 1
SystemName= TH01
Allele1= 7
Allele2= 9.3
[[[[[Person 2]]]]]
Name= MO
Gender= Female
[[[[[[DNA data]]]]]]
nSystems= 1
SystemName= TH01
Allele1= 8
Allele2= 8
[[[[Pedigrees]]]]
nPedigrees= 2
[[[[[Pedigree 1]]]]]
Name= Reference pedigree
nRelations= 0
[[[[[Pedigree 2]]]]]
Name= Child
nRelations= 2
Parent= FA
Child= Missing person
Parent= MO
Child= Missing person
[Prior]
UseList= Yes
Size= 3
"""


@pytest.fixture
def fam(tmp_path) -> Path:
    path = tmp_path / "incident.fam"
    path.write_bytes(FAM.replace("\n", "\r\n").encode())
    return path


def test_search__a_familias_file_needs_an_attestation(run, fam, tmp_path):
    ended = run("search", fam, "--out", tmp_path / "out")
    assert ended.code == 1
    assert "--consent-attested" in ended.err
    assert not (tmp_path / "out").exists()


def test_search__a_familias_file_with_its_attestation(run, fam, tmp_path):
    """V1 is 7/8, and the parents 7/9.3 and 8/8 have such a child in one of two cases: 0.5 / (2 x 0.25 x 0.5) = 2."""
    ended = run("search", fam, "--out", tmp_path / "out", "--consent-attested", ATTESTED, "--geneticist")
    assert ended.code == 0
    result = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    assert result["provenance"]["consent_attested_by"] == ATTESTED
    assert ATTESTED in (tmp_path / "out" / "report.html").read_text("utf-8")
    told = (tmp_path / "out" / "geneticist-pairs.csv").read_text("utf-8")
    pairs = {pair["unidentified"]: pair["log10_lr Coast"] for pair in csv.DictReader(io.StringIO(told))}
    assert 10 ** float(pairs["V1"]) == pytest.approx(2.0, abs=1e-5)
    assert pairs["V2"] == "-inf"


def test_explain__a_familias_file(run, fam):
    ended = run(
        "explain", fam, "--family", "Fam1", "--missing", "Missing person", "--sample", "V1",
        "--consent-attested", ATTESTED,
    )  # fmt: skip
    assert ended.code == 0
    assert "0.30" in ended.out
